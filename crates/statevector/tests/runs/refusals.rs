//! What is refused, with its words, and what options mean.

use crate::{circuit, options, ran};
use ketflow_statevector::noise::Readout;
use ketflow_statevector::options::{Noise, Precision, SubsetPair};
use ketflow_statevector::{Options, RunError, Unmonitored, estimate, run};

fn refusal(body: &str, json: &str) -> (String, String) {
    let circuit = circuit(body);
    let error = match Options::from_json(json) {
        Ok(options) => run(&circuit, &options, &mut Unmonitored).unwrap_err(),
        Err(error) => RunError::Refused(error),
    };
    if let RunError::Refused(error) = &error {
        assert_eq!(error.position, None, "an option is no place in the circuit: {error}");
    }
    (error.code().to_owned(), error.to_string())
}

#[test]
fn too_much_memory_is_refused_with_numbers_and_remedy() {
    let (code, message) = refusal("qubit[28] q; ry(1) q;", r#"{"method": "statevector"}"#);
    assert_eq!(code, "too-large");
    assert!(
        message.contains("28 qubits need 4295") && message.contains("4026531840 bytes") && message.contains("f32"),
        "{message}"
    );
    let (code, message) = refusal("qubit[40] q; ry(1) q;", r#"{"precision": "f32", "method": "statevector"}"#);
    assert_eq!(code, "too-large");
    assert!(message.contains("fewer qubits"), "{message}");
    assert_eq!(refusal("qubit[900] q; ry(1) q;", r#"{"method": "statevector"}"#).0, "too-large");
    let (code, message) =
        refusal("qubit[20] q; ry(1) q;", r#"{"probabilities": true, "memoryLimitMiB": 20, "method": "statevector"}"#);
    assert_eq!(code, "too-large");
    assert!(message.contains("raise memoryLimitMiB"), "{message}");
    // The estimate still answers.
    let estimate = estimate(&circuit("qubit[40] q; ry(1) q;"), &options(r#"{"method": "statevector"}"#)).unwrap();
    assert!(estimate.bytes > 1 << 44 && estimate.qubits == 40);
}

#[test]
fn an_exact_result_with_too_many_branches_is_refused() {
    let body = "qubit q; bit[20] c; for int i in [0:19] { h q; c[i] = measure q; } h q;";
    let (code, message) = refusal(body, r#"{"probabilities": true}"#);
    assert_eq!(code, "too-large");
    assert!(message.contains("branches") && message.contains("counts"), "{message}");
    assert_eq!(ran(body, r#"{"shots": 200}"#).counts.values().iter().sum::<u64>(), 200);
}

#[test]
fn wrong_options_are_refused() {
    let bell = "qubit[2] q; bit c; h q[0]; c = measure q[0]; h q[0];";
    for (json, code, part) in [
        (r#"{"shots": 0}"#, "invalid-input", "shots is 0"),
        (r#"{"shots": 10000001}"#, "invalid-input", "10000000"),
        (r#"{"shot": 1}"#, "invalid-input", "shot"),
        (r#"{"seed": 9007199254740992}"#, "invalid-input", "2^53"),
        (r#"{"seed": -1}"#, "invalid-input", "-1"),
        (r#"{"noise": {"readout": 1.5}}"#, "invalid-input", "noise.readout is 1.5"),
        (r#"{"method": "mps"}"#, "unsupported", "does not run a measurement before the end"),
        (r#"{"method": "statevector", "noise": {"depolarizing1": 0.1}}"#, "unsupported", "trajectory"),
        (r#"{"probabilities": true, "noise": {"readout": 0.1}}"#, "unsupported", "counts"),
        (r#"{"amplitudes": true}"#, "unsupported", "probabilities"),
        (r#"{"inputs": {"t": 1}}"#, "invalid-input", "'t'"),
        (r#"{"observable": "ZZZ"}"#, "invalid-input", "observable 'ZZZ', character 1: this product has 3 letters"),
        (r#"{"observable": "ZZ + 0.5*ZQ"}"#, "invalid-input", "observable 'ZZ + 0.5*ZQ', character 11: 'Q' is not"),
        (r#"{"observable": "ZZ ZZ"}"#, "invalid-input", "observable 'ZZ ZZ', character 4: write + or -"),
        (r#"{"observable": "1e999*ZZ"}"#, "invalid-input", "observable '1e999*ZZ', character 1: '1e999'"),
        (r#"{"observable": ""}"#, "invalid-input", "observable '', character 1: "),
        (r#"{"observable": "-"}"#, "invalid-input", "observable '-', character 2: "),
        (
            r#"{"fidelity": {"format": "openqasm3", "source": "OPENQASM 3.0;\nqubit q; y2 q;"}}"#,
            "invalid-input",
            "fidelity.source, line 2, column 10: there is no gate 'y2'",
        ),
        (r#"{"marginals": [[0, 0]]}"#, "invalid-input", "twice"),
        (r#"{"marginals": [[2]]}"#, "invalid-input", "qubit 2"),
        (r#"{"entropy": [[]]}"#, "invalid-input", "empty"),
        (r#"{"mutualInformation": [{"a": [0], "b": [0]}]}"#, "invalid-input", "both sides"),
        (r#"{"fidelity": {"format": "openqasm3", "source": "OPENQASM 3.0; qubit q;"}}"#, "invalid-input", "1 qubits"),
    ] {
        let (found, message) = refusal(bell, json);
        assert_eq!(found, code, "{json}: {message}");
        assert!(message.contains(part), "{json}: {message}");
    }
    let (code, message) = refusal("input float t; qubit q; rx(1 / t) q;", r#"{"inputs": {"t": 0}}"#);
    assert_eq!(code, "invalid-input");
    assert!(message.contains("rx"), "{message}");
    assert_eq!(refusal("qubit[12] q; h q;", r#"{"reducedDensity": [[0,1,2,3,4,5,6,7,8,9,10]]}"#).0, "too-large");
}

#[test]
fn structs_and_json_say_the_same() {
    let json = r#"{"precision": "f32", "shots": 5, "noise": {"readout": 0.5}, "mutualInformation": [{"a": [0], "b": [1]}], "memoryLimitMiB": 7}"#;
    let built = Options {
        precision: Precision::F32,
        shots: 5,
        noise: Noise { readout: Readout { zero_to_one: 0.5, one_to_zero: 0.5 }, ..Noise::default() },
        mutual_information: vec![SubsetPair { a: vec![0], b: vec![1] }],
        memory_limit_mib: 7,
        ..Options::default()
    };
    assert_eq!(options(json), built);
}
