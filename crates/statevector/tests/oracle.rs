//! Random circuits against the naive twin: exact probabilities (with mid-circuit measurement, reset and feed-forward),
//! amplitudes and expectations.
// Clippy lets tests unwrap, but not the helpers they share.
#![allow(clippy::unwrap_used)]

mod circuits;

use circuits::{Recipe, op_strategy};
use ketflow_circuit::ir::Circuit;
use ketflow_statevector::options::Precision;
use ketflow_statevector::{Amplitudes, Options, Unmonitored, naive, run};
use num_complex::Complex64;
use proptest::prelude::*;
use std::collections::BTreeMap;

fn engine_probabilities(circuit: &Circuit, precision: Precision) -> BTreeMap<u64, f64> {
    let options = Options { probabilities: true, shots: 3, precision, ..Options::default() };
    let result = run(circuit, &options, &mut Unmonitored).unwrap();
    let table = result.probabilities.unwrap();
    let words = table.words_per_row();
    (0..table.values().len())
        .map(|k| (if words == 0 { 0 } else { table.words()[k * words] }, table.values()[k]))
        .collect()
}

fn engine_amplitudes(circuit: &Circuit, precision: Precision) -> Vec<Complex64> {
    let options = Options { amplitudes: true, precision, ..Options::default() };
    let pairs: Vec<f64> = match run(circuit, &options, &mut Unmonitored).unwrap().amplitudes.unwrap() {
        Amplitudes::F32(values) => values.into_iter().map(f64::from).collect(),
        Amplitudes::F64(values) => values,
    };
    pairs.chunks(2).map(|pair| Complex64::new(pair[0], pair[1])).collect()
}

fn assert_close(ours: &BTreeMap<u64, f64>, theirs: &BTreeMap<u64, f64>, tolerance: f64) {
    for key in ours.keys().chain(theirs.keys()) {
        let (a, b) = (ours.get(key).copied().unwrap_or(0.0), theirs.get(key).copied().unwrap_or(0.0));
        assert!((a - b).abs() <= tolerance, "outcome {key:b}: engine {a}, naive {b}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn amplitudes_agree((qubits, ops) in (1u32..=9).prop_flat_map(|n| (Just(n), prop::collection::vec(op_strategy(n, false), 0..25)))) {
        let circuit = Recipe { qubits, bits: 0, ops }.circuit();
        let theirs = &naive::histories(&circuit, &[])[0].state;
        for (precision, tolerance) in [(Precision::F64, 1e-12), (Precision::F32, 1e-5)] {
            let ours = engine_amplitudes(&circuit, precision);
            prop_assert_eq!(ours.len(), theirs.len());
            for (k, (a, b)) in ours.iter().zip(theirs).enumerate() {
                prop_assert!((a - b).norm_sqr().sqrt() <= tolerance, "amplitude {k}: engine {a}, naive {b}");
            }
        }
    }

    #[test]
    fn probabilities_agree((qubits, ops) in (1u32..=7).prop_flat_map(|n| (Just(n), prop::collection::vec(op_strategy(n, true), 0..18)))) {
        let circuit = Recipe { qubits, bits: 5, ops }.circuit();
        let theirs = naive::probabilities(&circuit, &[]);
        assert_close(&engine_probabilities(&circuit, Precision::F64), &theirs, 1e-12);
        assert_close(&engine_probabilities(&circuit, Precision::F32), &theirs, 1e-5);
    }

    #[test]
    fn expectations_agree(
        (qubits, ops, terms) in (1u32..=7).prop_flat_map(|n| (
            Just(n),
            prop::collection::vec(op_strategy(n, true), 0..14),
            prop::collection::vec((-2.0f64..2.0, prop::collection::vec(0usize..4, n as usize)), 1..4),
        ))
    ) {
        let circuit = Recipe { qubits, bits: 5, ops }.circuit();
        let mut text = String::new();
        let mut expected = 0.0;
        // The value before the final measurements, averaged over histories, is the one after them for any observable that
        // commutes with what was measured; so measure nothing at the end: rotate the observable through an idle gate.
        let circuit = circuits::without_final_measurements(circuit);
        let histories = naive::histories(&circuit, &[]);
        for (coefficient, letters) in &terms {
            let letters: String = letters.iter().map(|k| ['I', 'X', 'Y', 'Z'][*k]).collect();
            text.push_str(&format!("{}{}*{letters} ", if *coefficient < 0.0 { "- " } else { "+ " }, coefficient.abs()));
            for history in &histories {
                let mut state = history.state.clone();
                for (k, letter) in letters.chars().rev().enumerate() {
                    if let Some(op) = circuits::pauli(letter, k as u32) {
                        state = naive::apply(&state, &op, &[]);
                    }
                }
                let value: Complex64 = history.state.iter().zip(&state).map(|(a, b)| a.conj() * b).sum();
                expected += coefficient * history.probability * value.re;
            }
        }
        let options = Options { observable: Some(text), shots: 1, ..Options::default() };
        let value = run(&circuit, &options, &mut Unmonitored).unwrap().expectation.unwrap();
        prop_assert!((value - expected).abs() < 1e-11, "engine {value}, naive {expected}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    /// States of several tiles.
    #[test]
    fn wide_amplitudes_agree((qubits, ops) in (15u32..=16).prop_flat_map(|n| (Just(n), prop::collection::vec(op_strategy(n, false), 30..60)))) {
        let circuit = Recipe { qubits, bits: 0, ops }.circuit();
        let theirs = &naive::histories(&circuit, &[])[0].state;
        for (precision, tolerance) in [(Precision::F64, 1e-12), (Precision::F32, 1e-5)] {
            let ours = engine_amplitudes(&circuit, precision);
            for (k, (a, b)) in ours.iter().zip(theirs).enumerate() {
                prop_assert!((a - b).norm_sqr().sqrt() <= tolerance, "amplitude {k}: engine {a}, naive {b}");
            }
            // Without amplitudes SWAPs rename qubits, and global phases are dropped.
            let probabilities = engine_probabilities(&circuit, precision);
            for (k, b) in theirs.iter().enumerate() {
                let a = probabilities.get(&(k as u64)).copied().unwrap_or(0.0);
                prop_assert!((a - b.norm_sqr()).abs() <= tolerance, "outcome {k}: engine {a}, naive {}", b.norm_sqr());
            }
        }
    }
}
