//! Measurements after which nothing happens to their qubit and bit: they are sampled once, at the end of a run.

use crate::ir::{Circuit, Op};

/// Which top-level operations are measurements whose qubit nothing touches and whose bit nothing reads or writes afterwards.
pub fn final_measurements(circuit: &Circuit) -> Vec<bool> {
    let mut used =
        Used { qubits: vec![false; circuit.qubit_count() as usize], bits: vec![false; circuit.bit_count() as usize] };
    let mut result = vec![false; circuit.ops.len()];
    for (k, op) in circuit.ops.iter().enumerate().rev() {
        if let Op::Measure { qubit, bit } = op {
            let is_free = |marks: &[bool], index: u32| marks.get(index as usize).is_some_and(|mark| !mark);
            if is_free(&used.qubits, *qubit) && bit.is_none_or(|bit| is_free(&used.bits, bit)) {
                result[k] = true;
                // A second reading of the same qubit finds the same value, so only the bit is taken.
                bit.iter().for_each(|bit| used.bit(*bit));
                continue;
            }
        }
        used.op(op);
    }
    result
}

/// Qubits and bits that the operations seen so far use.
struct Used {
    qubits: Vec<bool>,
    bits: Vec<bool>,
}

impl Used {
    fn qubit(&mut self, qubit: u32) {
        if let Some(mark) = self.qubits.get_mut(qubit as usize) {
            *mark = true;
        }
    }

    fn bit(&mut self, bit: u32) {
        if let Some(mark) = self.bits.get_mut(bit as usize) {
            *mark = true;
        }
    }

    fn op(&mut self, op: &Op) {
        match op {
            Op::Gate(gate) => {
                gate.targets.iter().for_each(|qubit| self.qubit(*qubit));
                gate.controls.iter().for_each(|control| self.qubit(control.qubit));
            }
            Op::Measure { qubit, bit } => {
                self.qubit(*qubit);
                bit.iter().for_each(|bit| self.bit(*bit));
            }
            Op::Reset { qubit } => self.qubit(*qubit),
            Op::Barrier { .. } => {}
            Op::Assign { bit, value } => {
                self.bit(*bit);
                value.each_bit(&mut |bit| self.bit(bit));
            }
            Op::If { condition, then, otherwise } => {
                condition.each_bit(&mut |bit| self.bit(bit));
                then.iter().chain(otherwise).for_each(|op| self.op(op));
            }
        }
    }
}

/// Whether the program ever sets a classical bit; where it does not, outcomes are those of all qubits.
pub fn writes_bits(ops: &[Op]) -> bool {
    ops.iter().any(|op| match op {
        Op::Measure { bit, .. } => bit.is_some(),
        Op::Assign { .. } => true,
        Op::If { then, otherwise, .. } => writes_bits(then) || writes_bits(otherwise),
        _ => false,
    })
}
