//! Recorded cases: reference values by numpy, hashes of whole results, and one container byte by byte.
//!
//! `KETFLOW_WRITE_VECTORS=1 cargo test -p ketflow-qnet --test vectors` rewrites what the engine itself makes.
// Clippy lets tests unwrap, but not the helpers they share.
#![allow(clippy::unwrap_used)]

use ketflow_qnet::{Document, InferResult, Unmonitored, read, run};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::path::PathBuf;

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../test/vectors/qnet").join(name)
}

fn load(name: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path(name)).unwrap()).unwrap()
}

/// Compares with the recorded file, or records.
fn check_recorded(name: &str, made: &Value) {
    if std::env::var_os("KETFLOW_WRITE_VECTORS").is_some() {
        std::fs::write(path(name), serde_json::to_string_pretty(made).unwrap() + "\n").unwrap();
    }
    assert_eq!(&load(name), made, "{name}");
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn infer(document: &Value) -> InferResult {
    let Document { network, states } = read(document.to_string().as_bytes()).unwrap_or_else(|error| panic!("{error}"));
    run(&network, &states.unwrap(), &mut Unmonitored).unwrap()
}

#[test]
fn agrees_with_numpy() {
    let document = load("numpy.json");
    let cases = document["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 8);
    for case in cases {
        let name = &case["name"];
        let result = infer(&case["document"]);
        assert_eq!(json!(result.argmax), case["argmax"], "{name}");
        let expected = case["outputs"].as_array().unwrap();
        assert_eq!(result.argmax.len(), expected.len(), "{name}");
        for (state, (ours, theirs)) in result.outputs.chunks(result.actions).zip(expected).enumerate() {
            for (action, (a, b)) in ours.iter().zip(theirs.as_array().unwrap()).enumerate() {
                let b = b.as_f64().unwrap();
                assert!((f64::from(*a) - b).abs() <= 1e-5, "{name}, state {state}, output {action}: {a}, numpy {b}");
            }
        }
    }
}

/// Numbers for networks that must stay the same for ever: exact multiples of 2⁻¹² in (−1, 1).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((self.0 >> 33) % 8191) as f32 / 4096.0 - 1.0 + 1.0 / 4096.0
    }

    fn rows(&mut self, rows: usize, columns: usize, scale: f32) -> Vec<Vec<f32>> {
        (0..rows).map(|_| (0..columns).map(|_| self.next() * scale).collect()).collect()
    }

    fn dense(&mut self, inputs: usize, outputs: usize, activation: &str) -> Value {
        let scale = if inputs > 16 { 0.125 } else { 0.5 };
        let bias = self.rows(1, outputs, 0.25).concat();
        json!({ "kind": "dense", "weights": self.rows(outputs, inputs, scale), "bias": bias, "activation": activation })
    }
}

/// Networks on both sides of every threshold: sixteen lanes, blocks of 32 states.
#[test]
fn results_have_their_recorded_hashes() {
    let mut hashes = serde_json::Map::new();
    // With their sources, for those who cannot make them: the same engine as WASM.
    let mut cases = Vec::new();
    let mut numbers = Numbers(5);
    for (inputs, hidden) in [(1, 1), (4, 15), (15, 16), (16, 17), (17, 64), (128, 96)] {
        for batch in [1, 3, 4, 5, 32, 33, 100] {
            for activation in ["relu", "tanh", "linear", "softmax"] {
                let (value, advantage) = (numbers.dense(hidden, 1, "linear"), numbers.dense(hidden, 18, "linear"));
                let layers = json!([
                    numbers.dense(inputs, hidden, activation),
                    { "kind": "dueling", "value": value, "advantage": advantage },
                ]);
                let states = numbers.rows(batch, inputs, 4.0);
                let document = json!({ "format": "ketflow-net/1", "dtype": "f32", "layers": layers, "states": states });
                let name = format!("{inputs}-{hidden}-{activation}-batch-{batch}");
                let sha256 = hex(&Sha256::digest(infer(&document).to_container()));
                if [(1, 1), (15, 5), (17, 33)].contains(&(inputs, batch)) {
                    let source = document.to_string();
                    cases.push(json!({ "name": name, "format": "net-json", "source": source, "options": {}, "sha256": sha256 }));
                }
                hashes.insert(name, sha256.into());
            }
        }
    }
    check_recorded("hashes.json", &Value::Object(hashes));
    check_recorded("runs.json", &json!({ "cases": cases }));
}

#[test]
fn the_container_has_its_recorded_bytes() {
    let document = json!({
        "format": "ketflow-net/1", "dtype": "f32",
        "layers": [
            { "kind": "dense", "weights": [[1, 0], [0, -1], [0.5, 0.5]], "bias": [0, 0.25, -1], "activation": "relu" },
            {
                "kind": "dueling",
                "value": { "weights": [[1, 1, 1]], "bias": [0.5] },
                "advantage": { "weights": [[1, 0, 0], [0, 1, 0]], "bias": [0, 0] },
            },
        ],
        "states": [[1, 2], [-1, -2], [0, 0.25]],
    });
    let result = infer(&document);
    // By hand: hidden (1, 0, 0.5), (0, 2.25, 0), (0, 0, 0); Q = V + A − mean A.
    assert_eq!(result.outputs, [2.5, 1.5, 1.625, 3.875, 0.5, 0.5]);
    assert_eq!(result.argmax, [0, 1, 0]);
    let bytes = result.to_container();
    let case = json!({
        "document": document, "hex": hex(&bytes), "sha256": hex(&Sha256::digest(&bytes)),
        "outputs": result.outputs.chunks(2).collect::<Vec<_>>(), "argmax": result.argmax,
    });
    check_recorded("container.json", &case);
}
