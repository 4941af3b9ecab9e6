//! Circuits in IonQ's JSON: those of its tools against their distributions, and every program of an exporter through the writer.
#![allow(clippy::unwrap_used)]

use ketflow_circuit::{Circuit, to_ionq_json};
use ketflow_statevector::{Options, Unmonitored, read, run};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const CIRCUITS: &str = include_str!("../../../test/vectors/ionq/circuits.json");
const PROGRAMS: &str = include_str!("../../../test/vectors/exporters/programs.json");

/// Why the writer refuses the other programs, and how many.
const REFUSALS: &[(&str, usize)] = &[
    ("IonQ has no gate for a matrix on 2 qubits; write it as gates on one and two qubits", 2),
    ("IonQ has no reset; use a qubit that was not used before", 3),
    ("IonQ knows no conditions; use a gate with a control instead", 12),
    ("its angle depends on an input, and IonQ's circuits have none; write the number itself", 5),
    ("q[0] is measured before it; IonQ measures every qubit once, at the end", 4),
];

/// The exact distribution over the qubits, by basis index; final measurements do not count.
fn distribution(circuit: &Circuit, inputs: &Value) -> Vec<f64> {
    let marginal: Vec<u32> = (0..circuit.qubit_count()).collect();
    let options = json!({ "marginals": [marginal], "inputs": inputs }).to_string();
    run(circuit, &Options::from_json(&options).unwrap(), &mut Unmonitored).unwrap().marginals.remove(0)
}

fn distance(left: &[f64], right: &[f64]) -> f64 {
    assert_eq!(left.len(), right.len());
    left.iter().zip(right).map(|(x, y)| (x - y).abs()).fold(0.0, f64::max)
}

#[test]
fn circuits_of_ionqs_tools_have_the_distributions_of_their_simulators() {
    let document: Value = serde_json::from_str(CIRCUITS).unwrap();
    let cases = document["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 10);
    for case in cases {
        let name = case["name"].as_str().unwrap();
        let parsed =
            read("auto", case["source"].as_str().unwrap().as_bytes()).unwrap_or_else(|e| panic!("{name}: {e}"));
        let ours = distribution(&parsed.circuit, &json!({}));
        let mut theirs = vec![0.0; ours.len()];
        for (key, p) in case["probabilities"].as_object().unwrap() {
            theirs[usize::from_str_radix(key, 2).unwrap()] = p.as_f64().unwrap();
        }
        assert!(distance(&ours, &theirs) < 1e-12, "{name}: {ours:?}, there {theirs:?}");
    }
}

#[test]
fn what_is_written_has_the_distribution_of_the_circuit() {
    let document: Value = serde_json::from_str(PROGRAMS).unwrap();
    let mut refusals: BTreeMap<String, usize> = BTreeMap::new();
    let mut written = 0;
    for case in document["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let circuit = read("auto", case["source"].as_str().unwrap().as_bytes()).unwrap().circuit;
        match to_ionq_json(&circuit) {
            Err(error) => *refusals.entry(error.message.split(": ").last().unwrap().to_owned()).or_default() += 1,
            Ok(text) => {
                let again =
                    read("ionq-json", text.as_bytes()).unwrap_or_else(|e| panic!("{name}: {e}\n{text}")).circuit;
                let inputs = json!({});
                let apart = distance(&distribution(&circuit, &inputs), &distribution(&again, &inputs));
                assert!(apart < 1e-12, "{name}: {apart}\n{text}");
                written += 1;
            }
        }
    }
    let whys: Vec<(&str, usize)> = refusals.iter().map(|(why, count)| (why.as_str(), *count)).collect();
    assert_eq!((written, whys), (88, REFUSALS.to_vec()));
}
