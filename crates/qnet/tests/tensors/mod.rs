//! Numbers as they stand in a document.

use base64::Engine;
use serde_json::{Value, json};

/// Rows as a nested array or as base64.
pub fn tensor(rows: &[Vec<f32>], is_base64: bool) -> Value {
    if !is_base64 {
        return json!(rows);
    }
    json!({ "base64": base64_of(&rows.concat()), "shape": [rows.len(), rows[0].len()] })
}

/// A list as an array or as base64.
pub fn list(values: &[f32], is_base64: bool) -> Value {
    if is_base64 { json!({ "base64": base64_of(values), "shape": [values.len()] }) } else { json!(values) }
}

fn base64_of(values: &[f32]) -> String {
    let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
