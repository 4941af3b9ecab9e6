//! What a circuit is made of: the counts and the depth that devices, prices and predictions depend on.

use crate::ir::{Circuit, Condition, GateOp, Op};
use serde::Serialize;

/// Counts over a whole circuit. Of an `if`, each is that of the branch where it is larger: an upper bound for every run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Shape {
    /// Gates on one qubit.
    pub one_qubit_gates: u64,
    /// Gates on two qubits; a gate on more counts as [`two_qubit_equivalent`] of them.
    pub two_qubit_gates: u64,
    /// Measurements that the circuit asks for.
    pub measurements: u64,
    /// Layers of gates, measurements and resets when each starts as early as its qubits and bits allow.
    pub depth: u64,
    /// Some operation depends on an outcome.
    pub feed_forward: bool,
}

impl Shape {
    /// The shape of a circuit, in one walk over its operations.
    pub fn of(circuit: &Circuit) -> Self {
        let mut frontier =
            Frontier { qubits: vec![0; circuit.qubit_count() as usize], bits: vec![0; circuit.bit_count() as usize] };
        frontier.advance(&circuit.ops);
        let depth = frontier.qubits.iter().chain(&frontier.bits).copied().max().unwrap_or(0);
        let feed_forward = circuit.ops.iter().any(|op| matches!(op, Op::If { .. }));
        Self { depth, feed_forward, ..counts(&circuit.ops) }
    }
}

/// Two-qubit gates that a gate on `qubits` ≥ 2 qubits costs on a device: 6 for a Toffoli, and 2c − 3 Toffolis for c controls
/// with clean ancillas.
///
/// Source: Nielsen & Chuang (2010), figures 4.9 and 4.10.
pub fn two_qubit_equivalent(qubits: u64) -> u64 {
    if qubits == 2 { 1 } else { 6 * (2 * (qubits - 1) - 3) }
}

/// All but the depth.
fn counts(ops: &[Op]) -> Shape {
    let mut sum = Shape::default();
    for op in ops {
        match op {
            Op::Measure { .. } => sum.measurements += 1,
            Op::Gate(gate) => match (gate.controls.len() + gate.targets.len()) as u64 {
                0 => {}
                1 => sum.one_qubit_gates += 1,
                width => sum.two_qubit_gates = sum.two_qubit_gates.saturating_add(two_qubit_equivalent(width)),
            },
            Op::If { then, otherwise, .. } => {
                let (a, b) = (counts(then), counts(otherwise));
                sum.one_qubit_gates += a.one_qubit_gates.max(b.one_qubit_gates);
                sum.two_qubit_gates = sum.two_qubit_gates.saturating_add(a.two_qubit_gates.max(b.two_qubit_gates));
                sum.measurements += a.measurements.max(b.measurements);
            }
            Op::Reset { .. } | Op::Barrier { .. } | Op::Assign { .. } => {}
        }
    }
    sum
}

/// When each qubit and each bit is free again, counted in layers.
struct Frontier {
    qubits: Vec<u64>,
    bits: Vec<u64>,
}

/// Places of a [`Frontier`] that an operation touches.
#[derive(Default)]
struct Touched {
    qubits: Vec<usize>,
    bits: Vec<usize>,
}

impl Frontier {
    fn advance(&mut self, ops: &[Op]) {
        for op in ops {
            match op {
                Op::If { condition, then, otherwise } => self.advance_if(condition, then, otherwise),
                Op::Barrier { .. } | Op::Assign { .. } => self.place(&touched_by(op), 0),
                Op::Gate(_) | Op::Measure { .. } | Op::Reset { .. } => self.place(&touched_by(op), 1),
            }
        }
    }

    fn place(&mut self, touched: &Touched, layers: u64) {
        let end = self.ready(touched) + layers;
        self.raise(touched, end);
    }

    fn ready(&self, touched: &Touched) -> u64 {
        let qubits = touched.qubits.iter().map(|&qubit| self.qubits[qubit]);
        qubits.chain(touched.bits.iter().map(|&bit| self.bits[bit])).max().unwrap_or(0)
    }

    /// Nothing that is touched is free before `layer`.
    fn raise(&mut self, touched: &Touched, layer: u64) {
        for &qubit in &touched.qubits {
            self.qubits[qubit] = self.qubits[qubit].max(layer);
        }
        for &bit in &touched.bits {
            self.bits[bit] = self.bits[bit].max(layer);
        }
    }

    /// Both branches start when the bits of the condition are known; afterwards the longer one counts.
    fn advance_if(&mut self, condition: &Condition, then: &[Op], otherwise: &[Op]) {
        let mut read = Touched::default();
        condition.each_bit(&mut |bit| read.bits.push(bit as usize));
        let known = self.ready(&read);
        // The branches work on what they touch alone: a copy of the whole frontier for every `if` would make a circuit of many
        // qubits and many conditions quadratic.
        let mut all = Touched::default();
        for op in then.iter().chain(otherwise) {
            touch(op, &mut all);
        }
        for places in [&mut all.qubits, &mut all.bits] {
            places.sort_unstable();
            places.dedup();
        }
        let before = self.saved(&all);
        let ends = [then, otherwise].map(|ops| {
            self.restore(&all, &before);
            let mut touched = Touched::default();
            for op in ops {
                touch(op, &mut touched);
            }
            self.raise(&touched, known);
            self.advance(ops);
            self.saved(&all)
        });
        let longer: Vec<u64> = ends[0].iter().zip(&ends[1]).map(|(a, b)| *a.max(b)).collect();
        self.restore(&all, &longer);
    }

    fn saved(&self, touched: &Touched) -> Vec<u64> {
        let qubits = touched.qubits.iter().map(|&qubit| self.qubits[qubit]);
        qubits.chain(touched.bits.iter().map(|&bit| self.bits[bit])).collect()
    }

    fn restore(&mut self, touched: &Touched, saved: &[u64]) {
        let (qubits, bits) = saved.split_at(touched.qubits.len());
        for (&qubit, &layer) in touched.qubits.iter().zip(qubits) {
            self.qubits[qubit] = layer;
        }
        for (&bit, &layer) in touched.bits.iter().zip(bits) {
            self.bits[bit] = layer;
        }
    }
}

fn touched_by(op: &Op) -> Touched {
    let mut touched = Touched::default();
    touch(op, &mut touched);
    touched
}

fn touch(op: &Op, touched: &mut Touched) {
    match op {
        Op::Gate(GateOp { controls, targets, .. }) => {
            touched.qubits.extend(controls.iter().map(|control| control.qubit as usize));
            touched.qubits.extend(targets.iter().map(|&target| target as usize));
        }
        Op::Measure { qubit, bit } => {
            touched.qubits.push(*qubit as usize);
            touched.bits.extend(bit.map(|bit| bit as usize));
        }
        Op::Reset { qubit } => touched.qubits.push(*qubit as usize),
        Op::Barrier { qubits } => touched.qubits.extend(qubits.iter().map(|&qubit| qubit as usize)),
        Op::Assign { bit, .. } => touched.bits.push(*bit as usize),
        Op::If { condition, then, otherwise } => {
            condition.each_bit(&mut |bit| touched.bits.push(bit as usize));
            for op in then.iter().chain(otherwise) {
                touch(op, touched);
            }
        }
    }
}
