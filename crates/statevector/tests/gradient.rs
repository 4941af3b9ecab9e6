//! Gradients against differences of the naive twin's energies, and what is refused.
// Clippy lets tests unwrap, but not the helpers they share.
#![allow(clippy::unwrap_used)]

mod circuits;

use circuits::{Recipe, op_strategy};
use ketflow_circuit::Place;
use ketflow_circuit::expr::{BinaryOp, Expr, Function};
use ketflow_circuit::gates::{GATES, Gate};
use ketflow_circuit::ir::{Circuit, Control, GateOp, Input, InputKind, Op};
use ketflow_statevector::options::Precision;
use ketflow_statevector::{Options, Unmonitored, naive, read, run, run_on, with_helpers};
use num_complex::Complex64;
use proptest::prelude::*;

const NAMES: [&str; 3] = ["a", "b", "c"];

/// The circuit with inputs of these names.
fn with_inputs(mut circuit: Circuit) -> Circuit {
    circuit.inputs = NAMES.map(|name| Input { name: name.into(), kind: InputKind::Float }).to_vec();
    circuit
}

/// What an angle can be: every kind of dependence, and none.
fn angle(choice: usize, value: f64) -> Expr {
    let binary = |op, x: Expr, y: Expr| Expr::Binary(op, Box::new(x), Box::new(y));
    let (a, b, c) = (Expr::Input(0), Expr::Input(1), Expr::Input(2));
    match choice % 7 {
        0 => a,
        1 => Expr::Neg(Box::new(b)),
        2 => binary(BinaryOp::Add, binary(BinaryOp::Mul, Expr::Const(2.0), c), Expr::Const(0.1)),
        3 => binary(BinaryOp::Mul, a, b),
        4 => Expr::Call(Function::Sin, Box::new(c)),
        5 => binary(BinaryOp::Sub, binary(BinaryOp::Div, b, Expr::Const(3.0)), a),
        _ => Expr::Const(value),
    }
}

fn parametrised(mut ops: Vec<Op>, choices: &[usize]) -> Vec<Op> {
    let mut choices = choices.iter().cycle();
    for op in &mut ops {
        if let Op::Gate(gate) = op {
            gate.params
                .iter_mut()
                .for_each(|param| *param = angle(*choices.next().unwrap(), param.as_const().unwrap()));
        }
    }
    ops
}

fn naive_energy(circuit: &Circuit, inputs: &[f64], terms: &[(f64, String)]) -> f64 {
    let state = &naive::histories(circuit, inputs)[0].state;
    let mut energy = 0.0;
    for (coefficient, letters) in terms {
        let mut image = state.clone();
        for (k, letter) in letters.chars().rev().enumerate() {
            if let Some(op) = circuits::pauli(letter, k as u32) {
                image = naive::apply(&image, &op, &[]);
            }
        }
        let value: Complex64 = state.iter().zip(&image).map(|(a, b)| a.conj() * b).sum();
        energy += coefficient * value.re;
    }
    energy
}

/// The derivative of `energy` by input k, by differences of fourth order: exact to about 1e-10.
fn slope(energy: impl Fn(&[f64]) -> f64, inputs: &[f64], k: usize) -> f64 {
    let at = |shift: f64| {
        let mut moved = inputs.to_vec();
        moved[k] += shift;
        energy(&moved)
    };
    let h = 2e-3;
    (8.0 * (at(h) - at(-h)) - (at(2.0 * h) - at(-2.0 * h))) / (12.0 * h)
}

fn options(inputs: &[f64], terms: &[(f64, String)], precision: Precision) -> Options {
    let observable = terms
        .iter()
        .map(|(c, letters)| format!("{}{}*{letters}", if *c < 0.0 { "- " } else { "+ " }, c.abs()))
        .collect::<Vec<_>>()
        .join(" ");
    Options {
        observable: Some(observable),
        gradient: true,
        shots: 1,
        precision,
        inputs: NAMES.iter().zip(inputs).map(|(name, value)| ((*name).into(), *value)).collect(),
        ..Options::default()
    }
}

fn gradient(circuit: &Circuit, options: &Options) -> Vec<f64> {
    let gradient = run(circuit, options, &mut Unmonitored).unwrap().gradient.unwrap();
    assert_eq!(gradient.names, NAMES);
    gradient.values
}

fn terms_strategy(qubits: u32) -> impl Strategy<Value = Vec<(f64, String)>> {
    let letters = prop::collection::vec(0usize..4, qubits as usize)
        .prop_map(|letters| letters.into_iter().map(|k| ['I', 'X', 'Y', 'Z'][k]).collect::<String>());
    prop::collection::vec((-2.0f64..2.0, letters), 1..14)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn gradients_are_the_slopes_of_energies(
        (ops, qubits, terms, choices, inputs) in (1u32..=7).prop_flat_map(|n| (
            prop::collection::vec(op_strategy(n, false), 1..25),
            Just(n),
            terms_strategy(n),
            prop::collection::vec(0usize..7, 1..40),
            prop::collection::vec(-1.5f64..1.5, 3),
        ))
    ) {
        let circuit = with_inputs(Recipe { qubits, bits: 0, ops: parametrised(ops, &choices) }.circuit());
        let found = gradient(&circuit, &options(&inputs, &terms, Precision::F64));
        let rough = gradient(&circuit, &options(&inputs, &terms, Precision::F32));
        for k in 0..NAMES.len() {
            let wanted = slope(|inputs| naive_energy(&circuit, inputs, &terms), &inputs, k);
            prop_assert!((found[k] - wanted).abs() < 1e-7, "by {}: {} instead of {wanted}", NAMES[k], found[k]);
            prop_assert!((rough[k] - wanted).abs() < 2e-3, "f32, by {}: {} instead of {wanted}", NAMES[k], rough[k]);
        }
    }
}

#[test]
fn every_gate_under_any_controls_has_its_slope() {
    let terms = vec![(0.7, "XYZXY".to_owned()), (-1.1, "ZZIZX".to_owned()), (0.4, "YXXZI".to_owned())];
    for (k, row) in GATES.iter().enumerate().filter(|(_, row)| row.params > 0) {
        for controls in [vec![], vec![true], vec![false], vec![true, false], vec![false, false, true]] {
            for special in [None, Some(0.0), Some(std::f64::consts::PI)] {
                let inputs = special.map_or([0.4, -0.9, 1.2], |value| [value; 3]);
                let order: Vec<u32> = (0..5).map(|q| (q + k as u32) % 5).collect();
                let gate = |gate: Gate, params: Vec<Expr>, targets: Vec<u32>, controls: Vec<Control>| {
                    Op::Gate(GateOp { gate, params, controls, targets, place: Place::default() })
                };
                let fixed = |k: u32| vec![Expr::Const(0.3 + 0.2 * f64::from(k)); 3];
                let layer = |ops: &mut Vec<Op>| ops.extend((0..5).map(|q| gate(Gate::U, fixed(q), vec![q], vec![])));
                let mut ops = Vec::new();
                layer(&mut ops);
                ops.push(gate(
                    row.gate.clone(),
                    (0..row.params as u32).map(Expr::Input).collect(),
                    order[..row.targets].to_vec(),
                    order[row.targets..].iter().zip(&controls).map(|(q, v)| Control { qubit: *q, value: *v }).collect(),
                ));
                ops.push(gate(Gate::X, vec![], vec![order[0]], vec![Control { qubit: order[4], value: true }]));
                layer(&mut ops);
                let circuit = with_inputs(Recipe { qubits: 5, bits: 0, ops }.circuit());
                let found = gradient(&circuit, &options(&inputs, &terms, Precision::F64));
                for (by, found) in found.into_iter().enumerate() {
                    let wanted = slope(|inputs| naive_energy(&circuit, inputs, &terms), &inputs, by);
                    assert!((found - wanted).abs() < 1e-8, "{} {controls:?} {inputs:?}: {found} {wanted}", row.name);
                }
            }
        }
    }
}

/// A layered circuit in the words of OpenQASM 2, with phases on parities, swaps and one input in many gates.
fn layers(qubits: usize) -> String {
    let mut text = format!(
        "OPENQASM 3.0;\ninclude \"stdgates.inc\";\ninput float a;\ninput angle b;\ninput float c;\nqubit[{qubits}] q;\n"
    );
    for layer in 0..3 {
        for q in 0..qubits {
            text += &format!("ry(a + 0.{q}) q[{q}]; rz({}*b) q[{q}];\n", q % 3 + layer);
        }
        for q in 0..qubits {
            let next = (q + 1) % qubits;
            text += &match (q + layer) % 4 {
                0 => format!("cx q[{q}], q[{next}]; rz(c) q[{next}]; p(a) q[{next}]; cx q[{q}], q[{next}];\n"),
                1 => format!("cx q[{q}], q[{next}];\n"),
                2 => format!("crx(c/2) q[{next}], q[{q}];\n"),
                _ => format!("swap q[{q}], q[{next}]; cp(b) q[{q}], q[{next}];\n"),
            };
        }
    }
    text
}

#[test]
fn states_of_many_tiles_agree_with_their_own_energies() {
    for qubits in [12, 14, 16] {
        let circuit = read("openqasm3", layers(qubits).as_bytes()).unwrap().circuit;
        let inputs = [0.37, -0.8, 1.1];
        let terms: Vec<(f64, String)> = (0..qubits)
            .map(|k| (0.3 + k as f64 / 20.0, (0..qubits).map(|q| ['I', 'X', 'Z', 'Y'][(k * 7 + q * q) % 4]).collect()))
            .chain((1..qubits).map(|k| (1.0, (0..qubits).map(|q| if q == 0 || q == k { 'Z' } else { 'I' }).collect())))
            .collect();
        let found = gradient(&circuit, &options(&inputs, &terms, Precision::F64));
        let energy = |inputs: &[f64]| {
            let options = Options { gradient: false, ..options(inputs, &terms, Precision::F64) };
            run(&circuit, &options, &mut Unmonitored).unwrap().expectation.unwrap()
        };
        for k in 0..NAMES.len() {
            let wanted = slope(energy, &inputs, k);
            assert!((found[k] - wanted).abs() < 1e-5, "{qubits} qubits, by {}: {} {wanted}", NAMES[k], found[k]);
        }
    }
}

#[test]
fn terms_on_the_same_amplitudes_are_the_sum_of_each_alone() {
    // Products of one mask x, 16 of them with an even number of Y and 16 with an odd one; the letters of x reach lanes, blocks and chunks.
    for (qubits, moved) in [(4, vec![1, 3]), (7, vec![0, 6]), (9, vec![2, 5]), (10, vec![]), (13, vec![1, 4, 12])] {
        let circuit = read("openqasm3", layers(qubits).as_bytes()).unwrap().circuit;
        let inputs = [0.37, -0.8, 1.1];
        let letter = |k: usize, q: usize| match (moved.contains(&q), (k * (q + 3) + k * k / (q + 1)) % 2) {
            (false, 0) => 'I',
            (false, _) => 'Z',
            (true, 0) => 'X',
            (true, _) => 'Y',
        };
        let mut terms: Vec<(f64, String)> =
            (0..48).map(|k| (0.3 + k as f64 / 20.0, (0..qubits).rev().map(|q| letter(k, q)).collect())).collect();
        terms.push((-0.7, "X".repeat(qubits)));
        let result = |terms: &[(f64, String)]| {
            run(&circuit, &options(&inputs, terms, Precision::F64), &mut Unmonitored).unwrap()
        };
        let together = result(&terms);
        let alone: Vec<_> = terms.iter().map(|term| result(std::slice::from_ref(term))).collect();
        let energy: f64 = alone.iter().filter_map(|result| result.expectation).sum();
        assert!((together.expectation.unwrap() - energy).abs() < 1e-12, "{qubits} qubits");
        let gradient = |result: &ketflow_statevector::CircuitResult| result.gradient.clone().unwrap().values;
        for (k, found) in gradient(&together).into_iter().enumerate() {
            let wanted: f64 = alone.iter().map(|result| gradient(result)[k]).sum();
            assert!((found - wanted).abs() < 1e-11, "{qubits} qubits, by {}: {found} {wanted}", NAMES[k]);
        }
    }
}

#[test]
fn any_number_of_threads_gives_the_same_gradient() {
    for (qubits, precision) in [(9, Precision::F64), (15, Precision::F64), (16, Precision::F32), (17, Precision::F64)] {
        let circuit = read("openqasm3", layers(qubits).as_bytes()).unwrap().circuit;
        let terms = vec![(1.0, "Z".repeat(qubits)), (0.5, format!("X{}Y", "Z".repeat(qubits - 2)))];
        let bytes = |threads: u32| {
            let options = Options { threads, ..options(&[0.3, 0.2, -0.4], &terms, precision) };
            with_helpers(threads, |team| run_on(team, &circuit, &options, &mut Unmonitored).unwrap().to_container())
        };
        let alone = bytes(1);
        for threads in [2, 3] {
            assert!(bytes(threads) == alone, "{qubits} qubits, {threads} threads");
        }
    }
}

#[test]
fn whole_numbers_are_not_derived_by() {
    let source = "OPENQASM 3.0;\ninclude \"stdgates.inc\";\ninput int k;\ninput angle x;\nqubit q;\nry(k*x) q;\n";
    let circuit = read("openqasm3", source.as_bytes()).unwrap().circuit;
    let inputs = [("k".to_owned(), 3.0), ("x".to_owned(), 0.2)].into();
    let options = Options { observable: Some("Z".into()), gradient: true, inputs, ..Options::default() };
    let gradient = run(&circuit, &options, &mut Unmonitored).unwrap().gradient.unwrap();
    assert_eq!(gradient.names, ["x"]);
    assert!((gradient.values[0] + 3.0 * 0.6f64.sin()).abs() < 1e-14);
}

#[test]
fn what_has_no_gradient_is_refused_with_the_reason() {
    let head = "OPENQASM 3.0;\ninclude \"stdgates.inc\";\n";
    for (program, options, reason) in [
        ("input float x; qubit q; rx(x) q;", r#"{"inputs": {"x": 1}}"#, "needs an observable"),
        ("qubit q; rx(1) q;", r#"{"observable": "Z"}"#, "none of type float or angle"),
        (
            "input float x; qubit q; rx(x) q;",
            r#"{"inputs": {"x": 1}, "observable": "Z", "noise": {"readout": 0.1}}"#,
            "not available under noise",
        ),
        (
            "input float x; bit b; qubit q; rx(x) q; b = measure q; rx(x) q;",
            r#"{"inputs": {"x": 1}, "observable": "Z"}"#,
            "1 measurements or resets",
        ),
        ("input float x; qubit q; rx(sqrt(x)) q;", r#"{"inputs": {"x": 0}, "observable": "Z"}"#, "derivative inf"),
        (
            "input float x; bit b; qubit q; if (b) rx(x) q;",
            r#"{"inputs": {"x": 1}, "observable": "Z"}"#,
            "without 'if'",
        ),
    ] {
        let circuit = read("openqasm3", format!("{head}{program}").as_bytes()).unwrap().circuit;
        let options = Options { gradient: true, ..Options::from_json(options).unwrap() };
        let refusal = run(&circuit, &options, &mut Unmonitored).unwrap_err().to_string();
        assert!(refusal.contains(reason), "{program}: {refusal}");
    }
}
