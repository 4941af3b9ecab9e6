//! Values beside the counts, against textbooks and against each other.

use crate::ran;

#[test]
fn measures_of_information_have_their_textbook_values() {
    let json = r#"{"entropy": [[0], [0, 1, 2, 3], [5, 4]], "mutualInformation": [{"a": [0], "b": [1]}, {"a": [0, 1], "b": [2, 3, 4, 5]}],
        "reducedDensity": [[5, 0]]}"#;
    let ghz = ran("qubit[6] q; h q[0]; for int i in [0:4] { cx q[i], q[i + 1]; }", json);
    for (value, expected) in ghz.entropy.iter().zip([1.0, 1.0, 1.0]) {
        assert!((value - expected).abs() < 1e-14, "{value}");
    }
    for value in &ghz.purity {
        assert!((value - 0.5).abs() < 1e-14);
    }
    assert!((ghz.mutual_information[0] - 1.0).abs() < 1e-14);
    assert!((ghz.mutual_information[1] - 2.0).abs() < 1e-14);
    let rho = &ghz.reduced_density[0].matrix;
    for (k, x) in rho.iter().enumerate() {
        let expected = if k == 0 || k == 15 { 0.5 } else { 0.0 };
        assert!((x.re - expected).abs() < 1e-15 && x.im.abs() < 1e-15);
    }
    let product = ran(
        "qubit[5] q; ry(0.3) q; rz(1.0) q;",
        r#"{"entropy": [[0], [1, 3]], "mutualInformation": [{"a": [0], "b": [4]}]}"#,
    );
    assert!(product.entropy.iter().all(|value| *value < 1e-13));
    assert!(product.purity.iter().all(|value| (value - 1.0).abs() < 1e-13));
    assert!(product.mutual_information[0] < 1e-13);
}

#[test]
fn a_mixed_state_has_entropy() {
    // A measured qubit is a fair coin; nothing else is left of the Bell pair.
    let body = "qubit[2] q; bit c; h q[0]; cx q[0], q[1]; c = measure q[0]; h q[0]; h q[0];";
    let result = ran(body, r#"{"entropy": [[0], [0, 1]], "mutualInformation": [{"a": [0], "b": [1]}]}"#);
    assert!((result.entropy[0] - 1.0).abs() < 1e-13);
    assert!((result.entropy[1] - 1.0).abs() < 1e-13);
    assert!((result.mutual_information[0] - 1.0).abs() < 1e-13);
}

#[test]
fn expectation_agrees_with_probabilities_and_words_with_qubits() {
    let body = "qubit[3] q; ry(0.7) q[0]; ry(1.3) q[1]; cx q[0], q[2]; rx(0.4) q[1];";
    let result = ran(body, r#"{"probabilities": true, "observable": "0.5*ZII - 2 * IZZ + IIZ + 0.5*IIZ"}"#);
    let table = result.probabilities.unwrap();
    let z = |outcome: u64, qubit: u32| if outcome >> qubit & 1 == 1 { -1.0 } else { 1.0 };
    let expected: f64 = table
        .words()
        .iter()
        .zip(table.values())
        .map(|(&k, p)| p * (0.5 * z(k, 2) - 2.0 * z(k, 1) * z(k, 0) + 1.5 * z(k, 0)))
        .sum();
    assert!((result.expectation.unwrap() - expected).abs() < 1e-14);
}

#[test]
fn fidelity_compares_final_states() {
    let json = r#"{"inputs": {"t": 0.5}, "fidelity": {"format": "auto", "source": "OPENQASM 3.0; include \"stdgates.inc\"; input float t; qubit[2] q; ry(2 * t) q[1];"}}"#;
    let result = ran("input float t; qubit[2] q; ry(t) q[1];", json);
    assert!((result.fidelity.unwrap() - (0.25f64).cos().powi(2)).abs() < 1e-15);
}
