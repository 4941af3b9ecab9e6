//! Programs as Qiskit, Cirq, Braket and PennyLane write them, against the exact distributions of those tools.
#![allow(clippy::unwrap_used)]

use ketflow_statevector::{Options, Unmonitored, read, run};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const PROGRAMS: &str = include_str!("../../../test/vectors/exporters/programs.json");

/// What is wrong with a program, if anything.
fn complaint(case: &Value) -> Option<String> {
    let source = case["source"].as_str().unwrap();
    let circuit = match read("auto", source.as_bytes()) {
        Ok(parsed) => parsed.circuit,
        Err(error) => return Some(format!("is refused: {error}")),
    };
    let inputs = case.get("inputs").cloned().unwrap_or(json!({}));
    let options = Options::from_json(&json!({ "probabilities": true, "inputs": inputs }).to_string()).unwrap();
    let table = match run(&circuit, &options, &mut Unmonitored) {
        Ok(result) => result.probabilities.unwrap(),
        Err(error) => return Some(format!("does not run: {error}")),
    };
    let width = if circuit.bit_count() > 0 { circuit.bit_count() } else { circuit.qubit_count() } as usize;
    let mut expected = BTreeMap::new();
    for (key, p) in case["probabilities"].as_object().unwrap() {
        if key.len() != width {
            return Some(format!("has outcomes of {width} bits, there of {}", key.len()));
        }
        expected.insert(u64::from_str_radix(key, 2).unwrap(), p.as_f64().unwrap());
    }
    let ours: BTreeMap<u64, f64> = table.words().iter().copied().zip(table.values().iter().copied()).collect();
    let keys = ours.keys().chain(expected.keys());
    let at = |row: &BTreeMap<u64, f64>, key: &u64| row.get(key).copied().unwrap_or(0.0);
    keys.map(|key| (key, at(&ours, key), at(&expected, key)))
        .find(|(_, ours, theirs)| (ours - theirs).abs() > 1e-9)
        .map(|(key, ours, theirs)| format!("P({key:b}) is {ours}, there {theirs}"))
}

#[test]
fn programs_of_exporters_have_the_distributions_of_their_tools() {
    let document: Value = serde_json::from_str(PROGRAMS).unwrap();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut complaints = Vec::new();
    for case in document["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        *counts.entry(name.split('-').next().unwrap()).or_default() += 1;
        complaints.extend(complaint(case).map(|text| format!("{name} {text}")));
    }
    assert!(complaints.is_empty(), "{}:\n{}", complaints.len(), complaints.join("\n"));
    // As many as the generator makes: a vector file that lost its programs must not pass.
    assert_eq!(
        counts.into_iter().collect::<Vec<_>>(),
        [("braket", 18), ("cirq", 39), ("pennylane", 9), ("qiskit", 48)]
    );
}

#[test]
fn programs_that_cannot_be_run_are_refused_with_the_remedy() {
    let document: Value = serde_json::from_str(PROGRAMS).unwrap();
    let refused = document["refused"].as_array().unwrap();
    let message = |name: &str| {
        let case = refused.iter().find(|case| case["name"] == name).unwrap();
        let error = read("auto", case["source"].as_str().unwrap().as_bytes()).map(|_| "accepted").unwrap_err();
        format!("{} {error}", error.code.as_str())
    };
    assert_eq!(refused.len(), 3);
    for (name, wanted) in [
        (
            "qiskit-while-on-a-bit",
            "unsupported 7:9: this 'while' depends on measured bits, so its turns cannot be counted while reading; write a 'for' over the most turns that it may take, with an 'if' inside",
        ),
        ("qiskit-break-on-a-bit", "unsupported 9:5: 'break' is not supported; shorten the range of the loop"),
        (
            "braket-noise",
            "unsupported 5:1: 'pragma braket noise' would change the circuit; remove it, and give the noise as the noise option of the job",
        ),
    ] {
        assert_eq!(message(name), wanted, "{name}");
    }
}
