//! Controlled X, diagonal gates on the target, the same controlled X again: a diagonal gate on the parity of both qubits.
//!
//! So `rzz` is written in OpenQASM 2 and by compilers.

use ketflow_circuit::gates::Gate;
use ketflow_circuit::ir::{GateOp, Op};
use num_complex::Complex64;

/// Operations that are looked at for the second controlled X.
const WINDOW: usize = 32;

/// Half of it, squared, is far from underflow.
const SURELY_NOT_ZERO: f64 = 1e-100;

/// A gate found over several operations.
pub(crate) struct ParityGate {
    /// What the diagonal multiplies by where the bits differ, and where they are equal is `equal`.
    pub(crate) differ: Complex64,
    pub(crate) equal: Complex64,
    /// Indices of the operations that belong to it besides the first.
    pub(crate) parts: Vec<usize>,
}

/// The parity gate that begins with `ops[first]`, if there is one. `inputs` are the values of the circuit's inputs.
pub(crate) fn parity_gate(ops: &[Op], first: usize, is_used: &[bool], inputs: &[f64]) -> Option<ParityGate> {
    let Some(Op::Gate(start)) = ops.get(first) else { return None };
    let ([target], [control]) = (&start.targets[..], &start.controls[..]) else { return None };
    if start.gate != Gate::X || !control.value {
        return None;
    }
    let one = Complex64::new(1.0, 0.0);
    let mut found = ParityGate { differ: one, equal: one, parts: Vec::new() };
    for (index, op) in ops.iter().enumerate().skip(first + 1).take(WINDOW) {
        let Op::Gate(gate) = op else { return None };
        if is_used[index] {
            continue;
        }
        if gate == start {
            found.parts.push(index);
            return Some(found);
        }
        let reads = |qubit: u32| gate.controls.iter().any(|control| control.qubit == qubit);
        if gate.targets == [*target] && gate.controls.is_empty() {
            let [equal, differ] = diagonal(gate, inputs)?;
            found.equal *= equal;
            found.differ *= differ;
            found.parts.push(index);
        } else if gate.targets.contains(target) || reads(*target) {
            return None;
        } else if gate.targets.contains(&control.qubit) {
            diagonal(gate, inputs)?;
        }
    }
    None
}

/// The diagonal of a one-qubit gate, if that is all it has.
fn diagonal(gate: &GateOp, inputs: &[f64]) -> Option<[Complex64; 2]> {
    let zero = Complex64::new(0.0, 0.0);
    let params: Vec<f64> = gate.params.iter().map(|param| param.evaluate(inputs)).collect();
    // The entries beside the diagonal are this sine times numbers of magnitude 1: one sine tells what the matrix takes eight for.
    if matches!(gate.gate, Gate::U | Gate::Rx | Gate::Ry)
        && params.first().is_some_and(|angle| libm::sin(angle / 2.0).abs() > SURELY_NOT_ZERO)
    {
        return None;
    }
    match gate.gate.matrix(&params)[..] {
        [a, b, c, d] if b == zero && c == zero && [a.re, a.im, d.re, d.im].iter().all(|x| x.is_finite()) => {
            Some([a, d])
        }
        _ => None,
    }
}
