//! What is counted: laws, and shots that depend on nothing but their number.

use crate::{TELEPORT, assert_binomial, circuit, counts, options, ran};
use ketflow_statevector::{Unmonitored, run};

#[test]
fn bell_pairs_agree() {
    let rows =
        counts(&ran("qubit[2] q; bit[2] c; h q[0]; cx q[0], q[1]; c = measure q;", r#"{"shots": 1000, "seed": 7}"#));
    assert_eq!(rows.iter().map(|row| row.0).collect::<Vec<_>>(), [0b00, 0b11]);
    assert_eq!(rows.iter().map(|row| row.1).sum::<u64>(), 1000);
    assert_binomial(rows[0].1, 1000, 0.5);
}

#[test]
fn teleportation_moves_the_state() {
    let result = ran(TELEPORT, r#"{"shots": 20000, "seed": 3, "probabilities": true, "marginals": [[2], [2, 1]]}"#);
    let p_one = (1.1f64 / 2.0).sin().powi(2);
    let ones = counts(&result).iter().filter(|row| row.0 >> 2 == 1).map(|row| row.1).sum();
    assert_binomial(ones, 20000, p_one);
    let table = result.probabilities.as_ref().unwrap();
    assert_eq!(table.words(), (0..8).collect::<Vec<u64>>());
    for (outcome, p) in table.words().iter().zip(table.values()) {
        let expected = 0.25 * if outcome >> 2 == 1 { p_one } else { 1.0 - p_one };
        assert!((p - expected).abs() < 1e-14);
    }
    assert!((result.marginals[0][1] - p_one).abs() < 1e-14);
    assert!((result.marginals[1][0b10] - 0.5 * (1.0 - p_one)).abs() < 1e-14, "first listed qubit is the lowest bit");
}

#[test]
fn a_reset_forgets_and_a_first_reset_costs_nothing() {
    let result =
        ran("qubit[2] q; bit c; reset q; h q[0]; cx q[0], q[1]; reset q[0]; c = measure q[0];", r#"{"shots": 500}"#);
    assert_eq!(counts(&result), [(0, 500)]);
    let kept = ran("qubit[2] q; reset q; h q;", r#"{"amplitudes": true}"#);
    assert!(kept.amplitudes.is_some(), "resets of |0⟩ leave the state pure");
}

#[test]
fn wide_classical_registers_sort_as_numbers() {
    let body = "qubit[2] q; bit[70] low; bit[3] high; h q[0]; x q[1]; low[69] = measure q[0]; high[2] = measure q[1];";
    let result = ran(body, r#"{"shots": 64, "probabilities": true}"#);
    assert_eq!(result.bits, 73);
    assert_eq!(result.counts.words(), [0, 1 << 8, 0, 1 << 8 | 1 << 5]);
    assert_eq!(result.probabilities.unwrap().words(), [0, 1 << 8, 0, 1 << 8 | 1 << 5]);
}

#[test]
fn a_shot_is_a_stream_of_its_own() {
    // The first 100 of 1000 shots are the 100 shots of the shorter run: counts can only grow.
    for body in [TELEPORT, "qubit[5] q; h q;"] {
        let short = counts(&ran(body, r#"{"shots": 100, "seed": 9}"#));
        let long = counts(&ran(body, r#"{"shots": 1000, "seed": 9}"#));
        for (outcome, hits) in short {
            assert!(long.iter().any(|row| row.0 == outcome && row.1 >= hits));
        }
    }
}

#[test]
fn memory_never_changes_a_byte() {
    // 15 qubits in f64 take 512 KiB, so 1 MiB leaves room for no copy: every waiting group is replayed.
    let mut body = "qubit[15] q; bit[4] c; bit[15] out;".to_owned();
    for k in 0..4 {
        body.push_str(&format!("ry(0.{}) q; cx q[{k}], q[9]; c[{k}] = measure q[9]; if (c[{k}]) rx(0.7) q[3];", k + 4));
    }
    body.push_str("out = measure q;");
    let circuit = circuit(&body);
    for extra in [
        r#""noise": {"depolarizing1": 0.005, "depolarizing2": 0.02, "readout": 0.03}"#,
        r#""observable": "XIIIIZIIIIIYIIZ""#,
    ] {
        let of = |memory: u32| {
            let options = options(&format!(r#"{{"shots": 60, "seed": 1, "memoryLimitMiB": {memory}, {extra}}}"#));
            run(&circuit, &options, &mut Unmonitored).unwrap().to_container()
        };
        assert_eq!(of(1), of(2));
        assert_eq!(of(1), of(3840));
    }
}

#[test]
fn method_never_changes_a_byte() {
    let of = |method: &str| ran(TELEPORT, &format!(r#"{{"shots": 300, "method": "{method}"}}"#)).to_container();
    assert_eq!(of("auto"), of("statevector"));
    assert_eq!(of("auto"), of("trajectory"));
}
