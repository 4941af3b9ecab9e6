//! Recorded cases: reference values by Qiskit and other tools, hashes of whole results, and result containers byte by byte.
//!
//! `KETFLOW_WRITE_VECTORS=1 cargo test -p ketflow-statevector --test vectors` rewrites what the engine itself makes.
// Clippy lets tests unwrap, but not the helpers they share.
#![allow(clippy::unwrap_used)]

use ketflow_statevector::{Amplitudes, Options, OutcomeTable, Unmonitored, read, run};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../test/vectors").join(name)
}

fn load(name: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path(name)).unwrap()).unwrap()
}

/// Compares with the recorded file, or records.
fn check_recorded(name: &str, made: &Value) {
    if std::env::var_os("KETFLOW_WRITE_VECTORS").is_some() {
        std::fs::create_dir_all(path(name).parent().unwrap()).unwrap();
        std::fs::write(path(name), serde_json::to_string_pretty(made).unwrap() + "\n").unwrap();
    }
    assert_eq!(&load(name), made, "{name}");
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

fn container(format: &str, source: &str, options: &Value) -> Vec<u8> {
    let circuit = read(format, source.as_bytes()).unwrap_or_else(|error| panic!("{error}: {source}")).circuit;
    let options = Options::from_json(&options.to_string()).unwrap();
    run(&circuit, &options, &mut Unmonitored).unwrap_or_else(|error| panic!("{error}: {source}")).to_container()
}

/// `expected` maps outcomes, highest bit first, to their probabilities.
fn assert_distribution(name: &str, table: &OutcomeTable<f64>, expected: &Value, tolerance: f64) {
    let expected: BTreeMap<u64, f64> = expected
        .as_object()
        .unwrap()
        .iter()
        .map(|(key, p)| (u64::from_str_radix(key, 2).unwrap(), p.as_f64().unwrap()))
        .collect();
    let found: BTreeMap<u64, f64> = table.words().iter().copied().zip(table.values().iter().copied()).collect();
    for key in expected.keys().chain(found.keys()) {
        let (a, b) = (found.get(key).unwrap_or(&0.0), expected.get(key).unwrap_or(&0.0));
        assert!((a - b).abs() <= tolerance, "{name}, outcome {key:b}: {a}, reference {b}");
    }
}

/// Programs as Qiskit, Amazon Braket, Cirq and PennyLane export them, in the format that their first line names.
#[test]
fn agrees_with_exporters() {
    let document = load("statevector/exporters.json");
    let cases = document["cases"].as_array().unwrap();
    for tool in ["qiskit-", "braket-", "cirq-", "pennylane-"] {
        assert!(cases.iter().any(|case| case["name"].as_str().unwrap().starts_with(tool)), "{tool}");
    }
    for case in cases {
        let name = case["name"].as_str().unwrap();
        let source = case["source"].as_str().unwrap();
        let circuit = read("auto", source.as_bytes()).unwrap_or_else(|error| panic!("{name}: {error}")).circuit;
        let inputs = case.get("inputs").cloned().unwrap_or(json!({}));
        for (precision, tolerance) in [("f64", 1e-12), ("f32", 1e-5)] {
            let options = json!({ "precision": precision, "probabilities": true, "inputs": inputs }).to_string();
            let result = run(&circuit, &Options::from_json(&options).unwrap(), &mut Unmonitored).unwrap();
            // Cirq writes its angles with ten digits.
            let tolerance = if name.starts_with("cirq-") { f64::max(tolerance, 1e-9) } else { tolerance };
            assert_distribution(name, &result.probabilities.unwrap(), &case["probabilities"], tolerance);
        }
    }
}

#[test]
fn agrees_with_qiskit() {
    let document = load("statevector/qiskit.json");
    let cases = document["cases"].as_array().unwrap();
    assert!(cases.len() >= 30);
    for case in cases {
        let name = case["name"].as_str().unwrap();
        let source = case["source"].as_str().unwrap();
        let circuit =
            read(case["format"].as_str().unwrap(), source.as_bytes()).unwrap_or_else(|e| panic!("{name}: {e}"));
        let has_state = case.get("amplitudes").is_some();
        for (precision, tolerance) in [("f64", 1e-12), ("f32", 1e-5)] {
            let mut options = json!({ "precision": precision, "probabilities": true, "amplitudes": has_state });
            if has_state {
                options["observable"] = case["observable"].clone();
            }
            if case.get("entropyOfQubit0").is_some() {
                options["entropy"] = json!([[0]]);
            }
            let options = Options::from_json(&options.to_string()).unwrap();
            let result = run(&circuit.circuit, &options, &mut Unmonitored).unwrap();
            let table = result.probabilities.unwrap();
            assert_distribution(name, &table, &case["probabilities"], tolerance);
            if !has_state {
                continue;
            }
            let amplitudes: Vec<f64> = match result.amplitudes.unwrap() {
                Amplitudes::F32(values) => values.into_iter().map(f64::from).collect(),
                Amplitudes::F64(values) => values,
            };
            let expected = case["amplitudes"].as_array().unwrap();
            assert_eq!(amplitudes.len(), 2 * expected.len(), "{name}");
            for (k, (ours, theirs)) in amplitudes.chunks(2).zip(expected).enumerate() {
                for part in 0..2 {
                    let theirs = theirs[part].as_f64().unwrap();
                    assert!(
                        (ours[part] - theirs).abs() <= tolerance,
                        "{name}, amplitude {k}: {}, Qiskit {theirs}",
                        ours[part]
                    );
                }
            }
            let expected = case["expectation"].as_f64().unwrap();
            assert!((result.expectation.unwrap() - expected).abs() <= tolerance, "{name}: expectation");
            if let Some(expected) = case.get("entropyOfQubit0").and_then(Value::as_f64) {
                assert!((result.entropy[0] - expected).abs() <= tolerance * 10.0, "{name}: entropy");
            }
        }
    }
}

/// Numbers for sources that must stay the same for ever.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) % n
    }

    fn angle(&mut self) -> String {
        format!("{}.{:03}", self.below(6), self.below(1000))
    }
}

/// Every kind of gate on qubits drawn from all of 0…n−1, so that targets and controls fall on both sides of the block size.
fn mixed(n: u64, gates: u64, seed: u64) -> String {
    let mut numbers = Numbers(seed);
    let mut body = String::new();
    for k in 0..n {
        write!(body, "U({},{},{}) q[{k}];", numbers.angle(), numbers.angle(), numbers.angle()).unwrap();
    }
    for k in 0..gates {
        let mut order: Vec<u64> = (0..n).collect();
        for at in 0..n.min(6) {
            let other = at + numbers.below(n - at);
            order.swap(at as usize, other as usize);
        }
        let q = |at: usize| format!("q[{}]", order[at]);
        let (s, t, u) = (numbers.angle(), numbers.angle(), numbers.angle());
        let one = |body: &mut String, kind: u64| {
            let gate = match kind % 8 {
                0 => "h".into(),
                1 => "x".into(),
                2 => "y".into(),
                3 => "sx".into(),
                4 => format!("rz({s})"),
                5 => format!("ry({s})"),
                6 => "tdg".into(),
                _ => format!("rx({s})"),
            };
            write!(body, "{gate} {};", q(0)).unwrap();
        };
        let kind = k % 18;
        match (kind, n) {
            (_, 1) | (0, _) => one(&mut body, k),
            (1, _) => write!(body, "cx {},{};", q(0), q(1)).unwrap(),
            (2, _) => write!(body, "cz {},{};", q(0), q(1)).unwrap(),
            (3, _) => write!(body, "swap {},{};", q(0), q(1)).unwrap(),
            (4, _) => write!(body, "cp({s}) {},{};", q(0), q(1)).unwrap(),
            (5, _) => write!(body, "crx({s}) {},{};", q(0), q(1)).unwrap(),
            (6, _) => write!(body, "cu({s},{t},{u},0.5) {},{};", q(0), q(1)).unwrap(),
            (7, _) => write!(body, "pow(0.5) @ swap {},{};", q(0), q(1)).unwrap(),
            (8, _) => write!(body, "negctrl @ h {},{};", q(0), q(1)).unwrap(),
            (9, _) => write!(body, "crz({s}) {},{};", q(0), q(1)).unwrap(),
            (_, 2) => write!(body, "ch {},{};", q(0), q(1)).unwrap(),
            (10, _) => write!(body, "ccx {},{},{};", q(0), q(1), q(2)).unwrap(),
            (11, _) => write!(body, "cswap {},{},{};", q(0), q(1), q(2)).unwrap(),
            (12, _) => write!(body, "ctrl @ negctrl @ p({s}) {},{},{};", q(0), q(1), q(2)).unwrap(),
            (13, _) => write!(body, "ctrl @ pow(0.3) @ swap {},{},{};", q(0), q(1), q(2)).unwrap(),
            (14, _) => write!(body, "ctrl(2) @ ry({s}) {},{},{};", q(0), q(1), q(2)).unwrap(),
            (_, 3) => one(&mut body, k + 1),
            (15, _) => write!(body, "ctrl @ negctrl @ swap {},{},{},{};", q(0), q(1), q(2), q(3)).unwrap(),
            (16, _) => write!(body, "ctrl(3) @ x {},{},{},{};", q(0), q(1), q(2), q(3)).unwrap(),
            _ => one(&mut body, k + 3),
        }
    }
    body
}

fn source(n: u64, body: &str) -> String {
    format!("OPENQASM 3.0;\ninclude \"stdgates.inc\";\nqubit[{n}] q;\n{body}")
}

fn hash_cases() -> Vec<(String, &'static str, String, Value)> {
    let mut cases = Vec::new();
    for n in 1..=20u64 {
        let gates = if n <= 14 { 60 } else { 40 };
        let mut text = mixed(n, gates, n);
        text.push_str(&format!("\nbit[{n}] c; c = measure q;"));
        for precision in ["f32", "f64"] {
            let mut options = json!({ "precision": precision, "shots": 200 + n, "seed": n * 1_000_003 });
            if n <= 8 {
                options["amplitudes"] = json!(true);
                options["probabilities"] = json!(true);
            }
            let letters: String = (0..n).map(|k| ['X', 'Y', 'Z', 'I'][(k as usize * 7 + n as usize) % 4]).collect();
            options["observable"] = json!(format!("0.25*{letters} - 2*{}", "Z".repeat(n as usize)));
            if n > 2 {
                options["marginals"] = json!([[n - 1], [1, 0, n - 1]]);
                options["entropy"] = json!([[0, n - 1]]);
                options["reducedDensity"] = json!([[n - 1, 0]]);
                options["mutualInformation"] = json!([{ "a": [0], "b": [1, n - 1] }]);
            }
            cases.push((format!("mixed-{n}-{precision}"), "openqasm3", source(n, &text), options));
        }
    }
    for (n, precision) in [(2u64, "f64"), (5, "f32"), (9, "f64"), (13, "f32"), (13, "f64")] {
        let mut text = format!("bit[4] c; bit[{n}] d;\n");
        for k in 0..4 {
            text.push_str(&mixed(n, 6, 100 + n * 10 + k));
            let (a, b) = (k % n, (k * 5 + n - 1) % n);
            text.push_str(&format!(
                "c[{k}] = measure q[{a}]; if (c[{k}]) {{ x q[{b}]; ry(0.7) q[{b}]; }} else {{ reset q[{b}]; }}\n"
            ));
        }
        text.push_str("d = measure q;");
        let exact = json!({ "precision": precision, "shots": 300, "seed": 5, "probabilities": n < 10, "marginals": [[0, n - 1]] });
        cases.push((format!("branches-{n}-{precision}"), "openqasm3", source(n, &text), exact));
        let noise = json!({ "depolarizing1": 0.01, "depolarizing2": 0.03, "readout": 0.02 });
        let noisy = json!({ "precision": precision, "shots": 60, "seed": 6, "noise": noise });
        cases.push((format!("noise-{n}-{precision}"), "openqasm3", source(n, &text), noisy));
        let replayed = json!({ "precision": precision, "shots": 60, "seed": 6, "noise": noise, "memoryLimitMiB": 1 });
        cases.push((format!("noise-replayed-{n}-{precision}"), "openqasm3", source(n, &text), replayed));
    }
    let qasm2 = "OPENQASM 2.0; include \"qelib1.inc\"; qreg q[6]; creg c[6]; h q; rzz(0.3) q[0],q[5]; cu3(0.1,0.2,0.3) q[1],q[4]; \
        u2(0.5,0.6) q[3]; barrier q; ccx q[0],q[2],q[5]; measure q -> c;";
    cases.push(("qasm2".into(), "openqasm2", qasm2.into(), json!({ "shots": 1000, "probabilities": true })));
    let wide = "OPENQASM 3.0; include \"stdgates.inc\"; qubit[2] q; bit[130] c; h q; c[129] = measure q[0]; c[3] = measure q[1];";
    cases.push(("wide-outcomes".into(), "openqasm3", wide.into(), json!({ "shots": 50, "probabilities": true })));
    let shots = source(16, &format!("{} bit[16] c; c = measure q;", mixed(16, 20, 77)));
    cases.push((
        "many-shots".into(),
        "openqasm3",
        shots,
        json!({ "shots": 100_000, "seed": 9_007_199_254_740_991u64 }),
    ));
    let angle =
        "OPENQASM 3.0; include \"stdgates.inc\"; input angle t; qubit[5] q; rx(sin(t) * 3) q; cp(exp(t)) q[0],q[4];";
    let other = "OPENQASM 3.0; include \"stdgates.inc\"; input angle t; qubit[5] q; rx(t) q;";
    let options =
        json!({ "inputs": { "t": 0.37 }, "fidelity": { "format": "openqasm3", "source": other }, "amplitudes": true });
    cases.push(("inputs-and-fidelity".into(), "openqasm3", angle.into(), options));
    cases
}

#[test]
fn results_have_their_recorded_hashes() {
    let mut rows = Vec::new();
    let mut replayed = BTreeMap::new();
    for (name, format, source, options) in hash_cases() {
        let sha256 = hex(&Sha256::digest(container(format, &source, &options)));
        replayed.insert(name.clone(), sha256.clone());
        rows.push(json!({ "name": name, "format": format, "source": source, "options": options, "sha256": sha256 }));
    }
    for n in ["2-f64", "5-f32", "9-f64", "13-f32", "13-f64"] {
        assert_eq!(replayed[&format!("noise-{n}")], replayed[&format!("noise-replayed-{n}")]);
    }
    let about =
        "SHA-256 of the result container of each run, made by the native build; every other build must give the same";
    check_recorded("statevector/hashes.json", &json!({ "source": about, "cases": rows }));
}

/// A reader of containers written from docs/result-container.md alone.
fn decode(bytes: &[u8]) -> Value {
    let u16_at = |at: usize| u16::from_le_bytes(bytes[at..at + 2].try_into().unwrap()) as usize;
    let u32_at = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
    let u64_at = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap());
    let up = |at: usize| at.next_multiple_of(8);
    assert_eq!(&bytes[..8], b"KFRESULT");
    let length = u32_at(8) as usize;
    let schema = String::from_utf8(bytes[12..12 + length].to_vec()).unwrap();
    let mut at = up(12 + length);
    let count = u32_at(at);
    at += 8;
    let mut sections = Vec::new();
    for _ in 0..count {
        let (name_length, dtype, rank) = (u16_at(at), bytes[at + 2], bytes[at + 3] as usize);
        at += 8;
        let shape: Vec<u64> = (0..rank).map(|k| u64_at(at + 8 * k)).collect();
        at += 8 * rank;
        let name = String::from_utf8(bytes[at..at + name_length].to_vec()).unwrap();
        at = up(at + name_length);
        let length: usize = shape.iter().product::<u64>() as usize;
        let (dtype, size) = [("u8", 1), ("u32", 4), ("u64", 8), ("f32", 4), ("f64", 8)][dtype as usize - 1];
        let values: Vec<Value> = (0..length)
            .map(|k| match dtype {
                "u32" => json!(u32_at(at + 4 * k)),
                "u64" => json!(u64_at(at + 8 * k).to_string()),
                "f32" => json!(f32::from_bits(u32_at(at + 4 * k))),
                _ => json!(f64::from_bits(u64_at(at + 8 * k))),
            })
            .collect();
        at = up(at + length * size);
        sections.push(json!({ "name": name, "dtype": dtype, "shape": shape, "values": values }));
    }
    assert_eq!(at, bytes.len());
    json!({ "schema": schema, "sections": sections })
}

#[test]
fn containers_have_their_recorded_bytes() {
    let head = "OPENQASM 3.0; include \"stdgates.inc\";";
    let cases = [
        (
            "bell",
            "qubit[2] q; bit[2] c; h q[0]; cx q[0],q[1]; c = measure q;",
            json!({ "shots": 100, "seed": 7, "probabilities": true }),
        ),
        ("f32-amplitudes", "qubit q; x q; z q;", json!({ "shots": 1, "precision": "f32", "amplitudes": true })),
        (
            "two-words-per-outcome",
            "qubit q; bit[65] c; h q; c[64] = measure q; c[63] = c[64];",
            json!({ "shots": 10, "probabilities": true }),
        ),
        (
            "every-section",
            "qubit[2] q; bit c; ry(0.5) q[0]; cx q[0],q[1]; c = measure q[1];",
            json!({
                "shots": 5, "probabilities": true, "amplitudes": true, "observable": "-ZI", "marginals": [[1], [0, 1]],
                "entropy": [[0]], "reducedDensity": [[0]], "mutualInformation": [{ "a": [0], "b": [1] }],
                "fidelity": { "format": "openqasm3", "source": "OPENQASM 3.0; qubit[2] q;" },
            }),
        ),
    ];
    for (name, body, options) in cases {
        let source = format!("{head} {body}");
        let bytes = container("openqasm3", &source, &options);
        let case = json!({
            "name": name, "format": "openqasm3", "source": source, "options": options,
            "sha256": hex(&Sha256::digest(&bytes)), "hex": hex(&bytes), "meaning": decode(&bytes),
        });
        check_recorded(&format!("result-container/{name}.json"), &case);
    }
}
