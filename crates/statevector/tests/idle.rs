//! Programs with qubits that no gate touches: the state is without them, and the result is as if they were there.
// Clippy lets tests unwrap, but not the helpers they share.
#![allow(clippy::unwrap_used)]

use ketflow_statevector::{CircuitResult, Options, Unmonitored, estimate, read, run};

const HEAD: &str = "OPENQASM 3.0; include \"stdgates.inc\";";
/// Touches qubits 1, 3 and 4 of 6.
const PROGRAM: &str = "ry(0.7) q[4]; h q[1]; cx q[1], q[3]; rz(0.4) q[3]; ry(1.9) q[3]; cz q[3], q[4]; rx(0.3) q[4];";

fn ran(program: &str, json: &str) -> CircuitResult {
    let circuit = read("openqasm3", format!("{HEAD} {program}").as_bytes()).unwrap().circuit;
    run(&circuit, &Options::from_json(json).unwrap(), &mut Unmonitored).unwrap()
}

fn assert_near(name: &str, found: &[f64], wanted: &[f64]) {
    assert_eq!(found.len(), wanted.len(), "{name}");
    for (k, (found, wanted)) in found.iter().zip(wanted).enumerate() {
        assert!((found - wanted).abs() < 1e-13, "{name}, {k}: {found} instead of {wanted}");
    }
}

/// Compares every result with that of the same program in which a gate that does nothing touches all qubits.
fn assert_as_touched(declarations: &str, program: &str, json: &str) {
    let without = ran(&format!("qubit[6] q; {declarations} {program}"), json);
    let with = ran(&format!("qubit[6] q; {declarations} id q; {program}"), json);
    assert_eq!(without.bits, with.bits);
    assert_eq!(without.counts, with.counts);
    let (found, wanted) = (without.probabilities.unwrap_or_default(), with.probabilities.unwrap_or_default());
    assert_eq!(found.words(), wanted.words());
    assert_near("probabilities", found.values(), wanted.values());
    assert_near("expectation", without.expectation.as_slice(), with.expectation.as_slice());
    assert_eq!(without.marginals.len(), with.marginals.len());
    for (found, wanted) in without.marginals.iter().zip(&with.marginals) {
        assert_near("marginals", found, wanted);
    }
    assert_near("entropy", &without.entropy, &with.entropy);
    assert_near("purity", &without.purity, &with.purity);
    assert_near("mutualInformation", &without.mutual_information, &with.mutual_information);
    assert_eq!(without.reduced_density.len(), with.reduced_density.len());
    for (found, wanted) in without.reduced_density.iter().zip(&with.reduced_density) {
        assert_eq!(found.qubits, wanted.qubits);
        let numbers = |matrix: &[num_complex::Complex64]| matrix.iter().flat_map(|x| [x.re, x.im]).collect::<Vec<_>>();
        assert_near("reducedDensity", &numbers(&found.matrix), &numbers(&wanted.matrix));
    }
    if let (Some(found), Some(wanted)) = (&without.gradient, &with.gradient) {
        assert_eq!(found.names, wanted.names);
        assert_near("gradient", &found.values, &wanted.values);
    }
}

#[test]
fn every_result_is_filled_in() {
    let options = r#"{"shots": 500, "seed": 5, "probabilities": true, "marginals": [[4, 0, 1], [2], [3, 5]],
        "observable": "0.5*IZIIIZ + 2*IXIIZI - 3*IIIIXX + IZZIZI + 0.25*YIIIII + 4*IIIIII", "entropy": [[1, 2], [0, 5], [3]],
        "reducedDensity": [[0, 3, 5, 1], [2]], "mutualInformation": [{"a": [1, 0], "b": [3]}, {"a": [2], "b": [4, 3]}]}"#;
    assert_as_touched("", PROGRAM, options);
    assert_as_touched("bit[6] c;", &format!("{PROGRAM} c = measure q;"), options);
    // Recorded in the middle, by names that no gate has, and under conditions.
    let steps = format!(
        "{PROGRAM} c[0] = measure q[3]; c[1] = measure q[2]; barrier q; reset q[5]; if (c[0]) {{ x q[4]; }} else {{ z q[1]; }} \
         if (c[1]) x q[1];"
    );
    assert_as_touched("bit[2] c;", &steps, options);
    let density = r#"{"shots": 500, "seed": 5, "probabilities": true, "observable": "IZIZII + ZZIIIX", "method": "density",
        "noise": {"depolarizing2": 0.1}}"#;
    assert_as_touched("", PROGRAM, density);
}

#[test]
fn the_gradient_is_that_of_the_touched_qubits() {
    let program = "ry(a) q[4]; h q[1]; cx q[1], q[3]; rx(2*a) q[3]; cry(b) q[3], q[4];";
    let options = r#"{"observable": "IZIIIZ + IIXIII + XIIIII", "gradient": true, "inputs": {"a": 0.3, "b": 1.1}}"#;
    assert_as_touched("input float a; input float b;", program, options);
}

#[test]
fn a_bit_that_others_write_keeps_its_measurement() {
    let program = "bit[2] c; c[0] = true; x q[1]; c[0] = measure q[0]; c[1] = measure q[1];";
    let result = ran(&format!("qubit[2] q; {program}"), r#"{"shots": 10}"#);
    assert_eq!((result.counts.words(), result.counts.values()), (&[0b10][..], &[10][..]));
}

#[test]
fn records_of_idle_qubits_are_flipped_by_readout() {
    let options = r#"{"shots": 10, "noise": {"readout": 1}}"#;
    for program in ["qubit[3] q; x q[1];", "qubit[3] q; bit[3] c; x q[1]; c = measure q;"] {
        assert_eq!(ran(program, options).counts.words(), [0b101], "{program}");
    }
}

#[test]
fn limits_count_the_touched_qubits() {
    let gates = "for int k in [0:19] { ry(0.1 * k) q[2 * k]; } for int k in [0:18] { cx q[2 * k], q[2 * k + 2]; }";
    for program in [format!("qubit[80] q; {gates}"), format!("qubit[80] q; bit[80] c; {gates} c = measure q;")] {
        let options = r#"{"shots": 100, "method": "statevector", "marginals": [[0, 1], [79]], "memoryLimitMiB": 64}"#;
        let result = ran(&program, options);
        assert_eq!((result.bits, result.counts.words_per_row()), (80, 2));
        let odd = 0xaaaa_aaaa_aaaa_aaaa;
        assert!(result.counts.words().iter().all(|word| word & odd == 0));
        assert_eq!((&result.marginals[0][2..], &result.marginals[1][1..]), (&[0.0, 0.0][..], &[0.0][..]));
        let circuit = read("openqasm3", format!("{HEAD} {program}").as_bytes()).unwrap().circuit;
        let estimate = estimate(&circuit, &Options::from_json(options).unwrap()).unwrap();
        assert!(estimate.qubits == 80 && estimate.bytes < 32 << 20, "{estimate:?}");
    }
    // Nothing is touched, or nothing that is recorded.
    assert_eq!(ran("qubit[80] q;", r#"{"method": "statevector"}"#).counts.words(), [0, 0]);
    let result = ran("qubit[80] q; bit[2] c; h q[3]; c[1] = measure q[70];", r#"{"method": "statevector"}"#);
    assert_eq!((result.bits, result.counts.words()), (2, &[0][..]));
}
