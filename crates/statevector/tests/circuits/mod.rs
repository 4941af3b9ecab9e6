//! Random circuits, with shrinking.
#![allow(dead_code)]

use ketflow_circuit::Place;
use ketflow_circuit::expr::Expr;
use ketflow_circuit::gates::{GATES, Gate};
use ketflow_circuit::ir::{Circuit, Comparison, Condition, Control, GateOp, Op, Operand, Register};
use num_complex::Complex64;
use proptest::prelude::*;

/// A circuit in the making.
#[derive(Debug, Clone)]
pub struct Recipe {
    pub qubits: u32,
    pub bits: u32,
    pub ops: Vec<Op>,
}

impl Recipe {
    pub fn circuit(self) -> Circuit {
        let register = |name: &str, size: u32| Register { name: name.into(), size, is_scalar: false };
        Circuit {
            qubits: vec![register("q", self.qubits)],
            bits: if self.bits == 0 { Vec::new() } else { vec![register("c", self.bits)] },
            inputs: Vec::new(),
            ops: self.ops,
            ..Circuit::default()
        }
    }
}

/// A random unitary of dimension 2^targets: a product of rotations between pairs of basis states.
fn unitary_strategy(targets: usize) -> impl Strategy<Value = Gate> {
    let n = 1usize << targets;
    prop::collection::vec((0..n, 0..n, -3.0f64..3.0, -3.0f64..3.0), 1..2 * n).prop_map(move |rotations| {
        let mut m = vec![Complex64::new(0.0, 0.0); n * n];
        (0..n).for_each(|k| m[k * n + k] = Complex64::new(1.0, 0.0));
        for (a, b, angle, phase) in rotations.into_iter().filter(|r| r.0 != r.1) {
            let (cos, sin) = (angle.cos(), Complex64::new(phase.cos(), phase.sin()) * angle.sin());
            for k in 0..n {
                let (x, y) = (m[a * n + k], m[b * n + k]);
                m[a * n + k] = x * cos - y * sin;
                m[b * n + k] = x * sin.conj() + y * cos;
            }
        }
        Gate::Unitary(m.into())
    })
}

fn gate_strategy(qubits: u32) -> impl Strategy<Value = Op> {
    let named = (0..GATES.len()).prop_map(|k| GATES[k].gate.clone());
    let gate = prop_oneof![8 => named, 1 => (1usize..=3).prop_flat_map(unitary_strategy)];
    let order = Just((0..qubits).collect::<Vec<u32>>()).prop_shuffle();
    let angles = prop::collection::vec(-7.0f64..7.0, 3);
    let controls = prop::collection::vec(any::<bool>(), 0..4);
    let many = prop::bool::weighted(0.5);
    (gate, order, angles, controls, many).prop_map(|(gate, order, angles, controls, many)| {
        let targets = gate.targets();
        if targets > order.len() {
            let op = GateOp {
                gate: Gate::H,
                params: Vec::new(),
                controls: Vec::new(),
                targets: vec![order[0]],
                place: Place::default(),
            };
            return Op::Gate(op);
        }
        let params = angles[..gate.params()].iter().map(|angle| Expr::Const(*angle)).collect();
        let controls = if many { &controls[..] } else { &[] };
        Op::Gate(GateOp {
            gate,
            params,
            controls: order[targets..]
                .iter()
                .zip(controls)
                .map(|(qubit, value)| Control { qubit: *qubit, value: *value })
                .collect(),
            targets: order[..targets].to_vec(),
            place: Place::default(),
        })
    })
}

fn condition_strategy() -> impl Strategy<Value = Condition> {
    let leaf = prop_oneof![
        (0u32..5).prop_map(Condition::Bit),
        (0u64..8, prop::collection::vec(0u32..5, 1..4), any::<bool>()).prop_map(|(number, bits, less)| {
            Condition::Compare {
                comparison: if less { Comparison::Less } else { Comparison::Equal },
                left: Operand::Bits(bits),
                right: Operand::Const(number),
            }
        }),
    ];
    leaf.prop_recursive(2, 6, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|x| Condition::Not(Box::new(x))),
            (inner.clone(), inner).prop_map(|(x, y)| Condition::Xor(Box::new(x), Box::new(y))),
        ]
    })
}

/// Any operation; with `measures`, also measurement, reset, assignment and `if` over five classical bits.
pub fn op_strategy(qubits: u32, measures: bool) -> BoxedStrategy<Op> {
    if !measures {
        return gate_strategy(qubits).boxed();
    }
    let simple = prop_oneof![
        8 => gate_strategy(qubits),
        3 => (0..qubits, prop::option::weighted(0.9, 0u32..5)).prop_map(|(qubit, bit)| Op::Measure { qubit, bit }),
        1 => (0..qubits).prop_map(|qubit| Op::Reset { qubit }),
        1 => (0u32..5, condition_strategy()).prop_map(|(bit, value)| Op::Assign { bit, value }),
        1 => (0..qubits).prop_map(|qubit| Op::Barrier { qubits: vec![qubit] }),
    ];
    let body = prop::collection::vec(simple.boxed(), 0..3);
    prop_oneof![
        6 => body.clone().prop_filter("one", |ops| !ops.is_empty()).prop_map(|ops| ops[0].clone()),
        1 => (condition_strategy(), body.clone(), body)
            .prop_map(|(condition, then, otherwise)| Op::If { condition, then, otherwise }),
    ]
    .boxed()
}

/// A Pauli gate, none for I.
pub fn pauli(letter: char, qubit: u32) -> Option<GateOp> {
    let gate = match letter {
        'X' => Gate::X,
        'Y' => Gate::Y,
        'Z' => Gate::Z,
        _ => return None,
    };
    Some(GateOp { gate, params: Vec::new(), controls: Vec::new(), targets: vec![qubit], place: Place::default() })
}

/// The circuit with a gate on every qubit at its end, so that no measurement of it is final.
pub fn without_final_measurements(mut circuit: Circuit) -> Circuit {
    for qubit in 0..circuit.qubit_count() {
        let op = GateOp {
            gate: Gate::H,
            params: Vec::new(),
            controls: Vec::new(),
            targets: vec![qubit],
            place: Place::default(),
        };
        circuit.ops.push(Op::Gate(op));
    }
    circuit
}
