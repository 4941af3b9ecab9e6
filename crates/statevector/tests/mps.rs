//! Matrix product states against amplitudes, and wide circuits against what is known of them.
// Clippy lets tests unwrap, but not the helpers they share.
#![allow(clippy::unwrap_used)]

mod circuits;

use circuits::Recipe;
use ketflow_circuit::ir::Op;
use ketflow_circuit::{Format, parse};
use ketflow_statevector::{CircuitResult, Interrupted, Monitor, Options, RunError, Unmonitored, estimate, run};
use proptest::prelude::*;
use std::collections::BTreeMap;

const HEADER: &str = "OPENQASM 3.0; include \"stdgates.inc\"; ";

fn ran(body: &str, options: &str) -> Result<CircuitResult, String> {
    let source = format!("{HEADER}{body}");
    let circuit = parse(Format::OpenQasm3, &source).unwrap_or_else(|error| panic!("{error}\n{source}")).circuit;
    run(&circuit, &Options::from_json(options).map_err(|error| error.to_string())?, &mut Unmonitored)
        .map_err(|error| error.to_string())
}

fn distribution(result: &CircuitResult) -> BTreeMap<u64, f64> {
    let table = result.probabilities.as_ref().unwrap();
    table.words().iter().copied().zip(table.values().iter().copied()).collect()
}

/// Gates alone, on at most four qubits.
fn recipe() -> impl Strategy<Value = Recipe> {
    (2u32..8).prop_flat_map(|qubits| {
        prop::collection::vec(circuits::op_strategy(qubits, false), 1..40).prop_map(move |mut ops| {
            ops.retain(|op| matches!(op, Op::Gate(gate) if gate.targets.len() + gate.controls.len() <= 4));
            Recipe { qubits, bits: 0, ops }
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn agrees_with_amplitudes(recipe in recipe(), letters in prop::collection::vec(0usize..4, 16)) {
        let circuit = recipe.circuit();
        let n = circuit.qubit_count() as usize;
        let sum: String = letters[..n].iter().map(|k| ['I', 'X', 'Y', 'Z'][*k]).collect();
        let result = |method: &str| {
            let options = format!(
                r#"{{"method": "{method}", "probabilities": true, "observable": "{sum} + 0.5*{}", "maxBond": 1024, "truncationThreshold": 0}}"#,
                "Z".repeat(n)
            );
            run(&circuit, &Options::from_json(&options).unwrap(), &mut Unmonitored).unwrap()
        };
        let (ours, exact) = (result("mps"), result("statevector"));
        prop_assert!((ours.expectation.unwrap() - exact.expectation.unwrap()).abs() < 1e-10);
        prop_assert!(ours.mps.unwrap().truncation_error < 1e-12);
        let (found, expected) = (distribution(&ours), distribution(&exact));
        for key in found.keys().chain(expected.keys()) {
            let (a, b) = (found.get(key).unwrap_or(&0.0), expected.get(key).unwrap_or(&0.0));
            prop_assert!((a - b).abs() < 1e-10, "outcome {key:b}: {a}, from amplitudes {b}");
        }
        // 5σ for every outcome, and five shots for those whose tails are not normal.
        for (word, count) in ours.counts.words().iter().zip(ours.counts.values()) {
            let p = expected.get(word).copied().unwrap_or(0.0);
            // A certain outcome may have a probability that is rounded to more than 1.
            let bound = 5.0 * (1024.0 * p * (1.0 - p).max(0.0)).sqrt() + 5.0;
            prop_assert!((*count as f64 - 1024.0 * p).abs() <= bound, "{count} shots of probability {p}");
        }
    }
}

/// Steps of Trotter's formula for the Ising chain in a transverse field, angles 2·J·dt and 2·h·dt.
fn ising(qubits: usize, steps: usize, zz: f64, x: f64) -> String {
    let chain = |first: usize| format!("for int i in [{first}:2:{}] {{ rzz({zz}) q[i], q[i + 1]; }}", qubits - 2);
    format!("qubit[{qubits}] q; for int s in [1:{steps}] {{ {} {} rx({x}) q; }}", chain(0), chain(1))
        .replace("rzz(", "rzz_gate(")
        .replace("qubit[", "gate rzz_gate(t) a, b { cx a, b; rz(t) b; cx a, b; } qubit[")
}

#[test]
fn an_ising_chain_of_a_hundred_spins_is_that_of_twenty() {
    // In eight steps nothing reaches the middle from the ends: the spins there are those of a chain of twenty.
    let middle = |qubits: usize, at: usize| {
        let letters = |k: usize| if k == at || k == at + 1 { 'Z' } else { 'I' };
        (0..qubits).rev().map(letters).collect::<String>()
    };
    let options = |method: &str, sum: &str| {
        format!(r#"{{"method": "{method}", "observable": "{sum}", "shots": 100, "seed": 1}}"#)
    };
    let wide = ran(&ising(100, 8, 0.2, 0.3), &options("mps", &middle(100, 50))).unwrap();
    let exact = ran(&ising(20, 8, 0.2, 0.3), &options("statevector", &middle(20, 10))).unwrap();
    let facts = wide.mps.unwrap();
    let error = (wide.expectation.unwrap() - exact.expectation.unwrap()).abs();
    // |⟨P⟩ − ⟨P⟩'| ≤ 2·√ε for states whose overlap is 1 − ε.
    assert!(
        facts.truncation_error < 1e-9 && error < 2.0 * facts.truncation_error.sqrt() + 1e-9,
        "{facts:?}, off by {error}"
    );
    assert!(facts.bond > 4 && facts.bond <= 64, "{facts:?}");
    assert_eq!((wide.bits, wide.counts.values().iter().sum::<u64>()), (100, 100));
}

#[test]
fn cutting_is_reported() {
    let source = ising(24, 10, 1.1, 0.9);
    let result = |bond: u32| {
        ran(&source, &format!(r#"{{"method": "mps", "maxBond": {bond}, "shots": 1}}"#)).unwrap().mps.unwrap()
    };
    let (narrow, wide) = (result(4), result(16));
    assert!(narrow.bond == 4 && narrow.truncation_error > 0.1 && narrow.truncation_error < 1.0, "{narrow:?}");
    assert!(wide.bond == 16 && wide.truncation_error < narrow.truncation_error, "{wide:?}");
}

#[test]
fn auto_takes_what_it_can_keep_whole() {
    // W-like: each qubit passes part of its excitation on, so every bond is 2.
    let chain = "qubit[80] q; x q[0]; for int i in [0:78] { cry(1.2) q[i], q[i + 1]; cx q[i + 1], q[i]; }";
    let result = ran(chain, r#"{"shots": 2000, "seed": 4}"#).unwrap();
    assert_eq!((result.method, result.mps.unwrap().bond), (Some("mps"), 2));
    // One excitation, wherever it is.
    assert!(result.counts.words().chunks(2).all(|row| row[0].count_ones() + row[1].count_ones() == 1));
    // Sixty-four layers of strong gates reach any bond: refused, with the way out.
    let deep = "qubit[80] q; for int s in [0:63] { ry(0.7) q; for int i in [0:78] { cx q[i], q[i + 1]; } }";
    let message = ran(deep, "{}").unwrap_err();
    assert!(message.contains("method mps"), "{message}");
}

#[test]
fn refusals_say_what_and_where() {
    let mps = r#"{"method": "mps"}"#;
    let message = ran("\nqubit[5] q; ctrl(4) @ x q[0], q[1], q[2], q[3], q[4];", mps).unwrap_err();
    assert!(message.starts_with("2:23: ") && message.contains("5 qubits"), "{message}");
    let message = ran("qubit[2] q; bit c; h q[0]; c = measure q[0]; h q[0];", mps).unwrap_err();
    assert!(message.contains("a measurement before the end"), "{message}");
    assert!(ran("qubit q; h q;", r#"{"method": "mps", "noise": {"readout": 0.1}}"#).unwrap_err().contains("noise"));
    assert!(ran("qubit q; h q;", r#"{"method": "mps", "entropy": [[0]]}"#).unwrap_err().contains("entropy"));
    assert!(ran("qubit q; h q;", r#"{"maxBond": 0}"#).unwrap_err().contains("maxBond is 0"));
    assert!(ran("qubit q; h q;", r#"{"truncationThreshold": 1}"#).unwrap_err().contains("truncationThreshold is 1"));
    let options = r#"{"method": "mps", "maxBond": 1024, "memoryLimitMiB": 16}"#;
    assert!(ran(&ising(100, 30, 1.0, 1.0), options).unwrap_err().contains("maxBond"));
    assert!(ran("qubit[30] q; h q;", r#"{"method": "mps", "probabilities": true}"#).unwrap_err().contains("outcomes"));
}

#[test]
fn an_estimate_bounds_the_run_and_a_cancel_ends_it() {
    struct Second(u32);
    impl Monitor for Second {
        fn poll(&mut self, _: u64, _: u64) -> Result<(), Interrupted> {
            self.0 += 1;
            if self.0 == 2 { Err(Interrupted) } else { Ok(()) }
        }
    }
    let circuit = parse(Format::OpenQasm3, &format!("{HEADER}{}", ising(60, 12, 0.9, 0.8))).unwrap().circuit;
    let options = Options::from_json(r#"{"method": "mps", "maxBond": 32}"#).unwrap();
    let bounds = estimate(&circuit, &options).unwrap();
    assert!(bounds.method == "mps" && bounds.bytes < 1 << 24, "{bounds:?}");
    assert_eq!(run(&circuit, &options, &mut Second(0)).unwrap_err(), RunError::Cancelled);
}

#[test]
fn an_estimate_is_near_the_work_whatever_the_angles() {
    struct Last(u64);
    impl Monitor for Last {
        fn poll(&mut self, done: u64, _: u64) -> Result<(), Interrupted> {
            self.0 = done;
            Ok(())
        }
    }
    // Small angles: bonds of 8 where ranks allow 1024; large ones: bonds of 32, which is what they may be.
    for (body, most) in [(ising(100, 10, 0.2, 0.3), 64), (ising(40, 12, 1.1, 0.9), 32)] {
        let circuit = parse(Format::OpenQasm3, &format!("{HEADER}{body}")).unwrap().circuit;
        let options = Options::from_json(&format!(r#"{{"method": "mps", "maxBond": {most}}}"#)).unwrap();
        let mut last = Last(0);
        run(&circuit, &options, &mut last).unwrap();
        let ratio = estimate(&circuit, &options).unwrap().amplitude_updates as f64 / last.0 as f64;
        assert!((0.5..3.0).contains(&ratio), "{ratio} times what it took");
    }
}

#[test]
fn gates_on_the_same_two_qubits_are_one() {
    // Eight gates on each pair and turns between them, yet what crosses a cut is one block: a bond of 4 at most.
    let block = "cx a, b; ry(0.3) a; rz(1.1) b; cx b, a; rx(0.7) a; cz a, b; swap a, b; h b; cp(0.4) a, b; ";
    let pairs: String = [(0, 1), (2, 3), (1, 2)].iter().map(|(a, b)| format!("block q[{a}], q[{b}]; ")).collect();
    let body = format!("gate block a, b {{ {block}{block} }} qubit[4] q; h q[1]; t q[2]; {pairs} x q[3];");
    let options = |method: &str| {
        format!(
            r#"{{"method": "{method}", "probabilities": true, "observable": "XYZI + ZZIX", "truncationThreshold": 0}}"#
        )
    };
    let (ours, exact) = (ran(&body, &options("mps")).unwrap(), ran(&body, &options("statevector")).unwrap());
    assert!(ours.mps.unwrap().bond <= 4, "{:?}", ours.mps);
    assert!((ours.expectation.unwrap() - exact.expectation.unwrap()).abs() < 1e-12);
    let expected = distribution(&exact);
    assert!(distribution(&ours).iter().all(|(word, p)| (p - expected[word]).abs() < 1e-12));
}
