//! The definition of a network's outputs, in f64, one sum after the other. It shares nothing with the engine: the file is read
//! through `serde_json::Value`, base64 by hand.

use serde_json::Value;

/// The outputs for every state of a `.net.json` document.
pub fn outputs(document: &Value) -> Vec<Vec<f64>> {
    matrix(&document["states"])
        .into_iter()
        .map(|state| document["layers"].as_array().unwrap().iter().fold(state, |x, layer| evaluate(layer, &x)))
        .collect()
}

fn evaluate(layer: &Value, x: &[f64]) -> Vec<f64> {
    if layer["kind"] == "dueling" {
        let value = evaluate(&layer["value"], x)[0];
        let advantage = evaluate(&layer["advantage"], x);
        let mean = advantage.iter().sum::<f64>() / advantage.len() as f64;
        return advantage.iter().map(|a| value + a - mean).collect();
    }
    let rows = matrix(&layer["weights"]);
    let bias = numbers(&layer["bias"]);
    let z: Vec<f64> =
        rows.iter().zip(&bias).map(|(row, b)| row.iter().zip(x).map(|(w, x)| w * x).sum::<f64>() + b).collect();
    match layer["activation"].as_str() {
        Some("relu") => z.into_iter().map(|z| z.max(0.0)).collect(),
        Some("tanh") => z.into_iter().map(f64::tanh).collect(),
        Some("softmax") => {
            // Without the shift by the largest: the test's numbers are small.
            let total: f64 = z.iter().map(|z| z.exp()).sum();
            z.into_iter().map(|z| z.exp() / total).collect()
        }
        _ => z,
    }
}

fn matrix(value: &Value) -> Vec<Vec<f64>> {
    match value.as_array() {
        Some(rows) => rows.iter().map(numbers).collect(),
        None => {
            let columns = value["shape"][1].as_u64().unwrap() as usize;
            numbers(value).chunks(columns).map(<[f64]>::to_vec).collect()
        }
    }
}

fn numbers(value: &Value) -> Vec<f64> {
    match value.as_array() {
        Some(list) => list.iter().map(|x| x.as_f64().unwrap()).collect(),
        None => floats(value["base64"].as_str().unwrap()),
    }
}

fn floats(base64: &str) -> Vec<f64> {
    let digit = |c| "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".find(c);
    let bits: Vec<bool> =
        base64.chars().filter_map(digit).flat_map(|digit| (0..6).rev().map(move |bit| digit >> bit & 1 == 1)).collect();
    let bytes: Vec<u8> =
        bits.chunks_exact(8).map(|bits| bits.iter().fold(0, |byte, bit| byte << 1 | u8::from(*bit))).collect();
    bytes.chunks_exact(4).map(|b| f64::from(f32::from_le_bytes([b[0], b[1], b[2], b[3]]))).collect()
}
