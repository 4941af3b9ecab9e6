//! Noise has the rates that were asked for.

use crate::{assert_binomial, counts, ran};

#[test]
fn gate_noise_has_its_rate() {
    // X errors and Y errors flip: 2/3 of 0.3 on each of 4 identity gates; an odd number of flips reads 1.
    let json = r#"{"shots": 40000, "seed": 11, "noise": {"depolarizing1": 0.3}}"#;
    let result = ran("qubit q; bit c; id q; id q; id q; id q; c = measure q;", json);
    let flip: f64 = 0.2;
    let p_one = (1.0 - (1.0 - 2.0 * flip).powi(4)) / 2.0;
    assert_binomial(counts(&result)[1].1, 40000, p_one);
    // Certain errors: each kind a third.
    let json = r#"{"shots": 30000, "seed": 5, "noise": {"depolarizing1": 1}}"#;
    let result = ran("qubit q; bit c; id q; c = measure q;", json);
    assert_binomial(counts(&result)[0].1, 30000, 1.0 / 3.0);
    // Two-qubit gates hurt both of their qubits, here each with Z untouched by the readout.
    let json = r#"{"shots": 30000, "seed": 6, "noise": {"depolarizing2": 0.15}}"#;
    let result = ran("qubit[2] q; bit[2] c; cx q[0], q[1]; c = measure q;", json);
    let p: f64 = 0.1;
    for (outcome, expected) in [(0, (1.0 - p) * (1.0 - p)), (1, p * (1.0 - p)), (2, p * (1.0 - p)), (3, p * p)] {
        let hits = counts(&result).iter().find(|row| row.0 == outcome).unwrap().1;
        assert_binomial(hits, 30000, expected);
    }
}

#[test]
fn readout_noise_flips_records_and_feed_forward_sees_them() {
    let json = r#"{"shots": 20000, "seed": 2, "noise": {"readout": 0.1}}"#;
    let result = ran("qubit[2] q; bit[2] c; c[0] = measure q[0]; if (c[0]) x q[1]; c[1] = measure q[1];", json);
    for (outcome, p) in [(0b00, 0.9 * 0.9), (0b10, 0.9 * 0.1), (0b11, 0.1 * 0.9), (0b01, 0.1 * 0.1)] {
        assert_binomial(counts(&result).iter().find(|row| row.0 == outcome).unwrap().1, 20000, p);
    }
}

#[test]
fn noisy_expectation_averages_over_shots() {
    let json = r#"{"shots": 20000, "seed": 4, "observable": "Z", "noise": {"depolarizing1": 0.3}}"#;
    let value = ran("qubit q; id q;", json).expectation.unwrap();
    assert!((value - 0.6).abs() < 5.0 * (1.0f64 - 0.36).sqrt() / 20000f64.sqrt(), "{value}");
}
