//! Measurement, reset, barriers, and assignments to bits and variables.

use super::conditions::bounded;
use super::evaluate::Division;
use super::functions::plural;
use super::operands::{Positions, Selection};
use super::value::{bits_of, of_bits};
use super::{Lowerer, Symbol, Value};
use crate::ast::*;
use crate::fault::{Fault, quote};
use crate::ir::{Condition, Op};

impl Lowerer {
    pub(super) fn measure(&mut self, qubits: &Operand, bits: Option<&Operand>, ops: &mut Vec<Op>) -> Result<(), Fault> {
        match bits {
            None => self.measure_into(qubits, None, ops),
            Some(bits) => {
                let selection = self.select_bits(bits)?;
                self.measure_into(qubits, Some((&selection, bits.offset)), ops)
            }
        }
    }

    pub(super) fn measure_into(
        &mut self,
        qubits: &Operand,
        bits: Option<(&Selection, Offset)>,
        ops: &mut Vec<Op>,
    ) -> Result<(), Fault> {
        let selection = self.select_qubits(qubits)?;
        let sources = selection.ids();
        if let Some((bits, offset)) = bits
            && bits.ids().len() != sources.len()
        {
            let (qubits, bits) = (sources.len(), bits.ids().len());
            let message = format!(
                "{qubits} {} cannot be measured into {bits} {}; make the sizes equal with a slice",
                plural(qubits, "qubit"),
                plural(bits, "bit")
            );
            return Err(Fault::invalid(offset, message));
        }
        for (k, qubit) in sources.iter().enumerate() {
            let bit = bits.map(|(bits, _)| bits.ids()[k]);
            self.emit(Op::Measure { qubit: *qubit, bit }, ops, qubits.offset)?;
        }
        Ok(())
    }

    pub(super) fn reset(&mut self, operand: &Operand, ops: &mut Vec<Op>) -> Result<(), Fault> {
        let selection = self.select_qubits(operand)?;
        for qubit in selection.ids() {
            self.emit(Op::Reset { qubit: *qubit }, ops, operand.offset)?;
        }
        Ok(())
    }

    pub(super) fn barrier(&mut self, operands: &[Operand], offset: Offset, ops: &mut Vec<Op>) -> Result<(), Fault> {
        let mut qubits = Vec::new();
        if operands.is_empty() {
            qubits.extend(0..self.qubit_count);
        }
        self.new_stamp();
        for operand in operands {
            let selection = self.select_qubits(operand)?;
            for qubit in selection.ids() {
                if self.stamp_qubit(*qubit) {
                    qubits.push(*qubit);
                }
            }
        }
        if qubits.is_empty() {
            return Ok(());
        }
        self.charge(qubits.len(), offset)?;
        self.emit(Op::Barrier { qubits }, ops, offset)
    }

    pub(super) fn assign(
        &mut self,
        target: &Operand,
        operator: Option<Operator>,
        value: &Expression,
        ops: &mut Vec<Op>,
    ) -> Result<(), Fault> {
        let OperandBase::Name(name) = &target.base else {
            return Err(Fault::invalid(target.offset, "a qubit cannot be assigned; apply gates to it, or 'reset' it"));
        };
        match self.lookup(name).cloned() {
            Some(Symbol::Variable { value: old, scalar, width, is_const, .. }) => {
                if is_const {
                    return Err(Fault::invalid(
                        target.offset,
                        format!("{} is constant and cannot be assigned", quote(name)),
                    ));
                }
                if !target.indices.is_empty() {
                    return self.assign_part(target, name, operator, value, (scalar, width));
                }
                let mut new = self.right_side(scalar, value, ops)?;
                if let Some(operator) = operator {
                    if old.is_none() {
                        return Err(Fault::invalid(
                            target.offset,
                            format!("{} has no value yet; assign one first", quote(name)),
                        ));
                    }
                    let old = self.named_value(name, target.offset)?;
                    let division =
                        if matches!(scalar, Scalar::Float | Scalar::Angle) { Division::Real } else { Division::Whole };
                    new = self.binary(operator, old, new, division, value.offset)?;
                }
                if let (Scalar::Bit, Some(Value::Bits(old)), Value::Bits(new)) = (scalar, &old, &new)
                    && old.len() != new.len()
                {
                    let message = format!(
                        "{} bits cannot be assigned to {}; make the sizes equal with a slice",
                        new.len(),
                        old.len()
                    );
                    return Err(Fault::invalid(value.offset, message));
                }
                self.set_variable(name, (scalar, width), new, value.offset)
            }
            Some(Symbol::Input(_)) => {
                Err(Fault::invalid(target.offset, format!("the input {} cannot be assigned", quote(name))))
            }
            _ => {
                let selection = self.select_bits(target)?;
                let Some(operator) = operator else {
                    return self.set_bits(&selection, target.offset, value, ops);
                };
                let new = self.whole(value)?;
                let new = self.binary(operator, of_bits(&selection), new, Division::Whole, value.offset)?;
                self.assign_bits(&selection, new, value.offset, ops)
            }
        }
    }

    fn set_variable(
        &mut self,
        name: &str,
        (scalar, width): (Scalar, Option<u32>),
        new: Value,
        offset: Offset,
    ) -> Result<(), Fault> {
        let new = self.stored(scalar, width, new, offset)?;
        if let Some(scope) = (self.frame..self.scopes.len()).rev().find(|k| self.scopes[*k].contains_key(name)) {
            self.replace_value(scope, name, Some(new), self.clock);
        }
        Ok(())
    }

    /// `n[0] = …;`, `n[2:3] = …;` of a whole number or of bits that are a value.
    fn assign_part(
        &mut self,
        target: &Operand,
        name: &str,
        operator: Option<Operator>,
        value: &Expression,
        (scalar, width): (Scalar, Option<u32>),
    ) -> Result<(), Fault> {
        let [index] = target.indices.as_slice() else {
            return Err(Fault::invalid(target.offset, format!("a bit of {} has no further index", quote(name))));
        };
        let old = self.named_value(name, target.offset)?;
        let mut bits = match (scalar, old) {
            (Scalar::Int | Scalar::Uint, old) => bits_of(old, width.unwrap_or(64)),
            (Scalar::Bit, Value::Bits(bits)) => bits,
            _ => {
                return Err(Fault::invalid(
                    target.offset,
                    format!("{} is a single value and has no index", quote(name)),
                ));
            }
        };
        self.charge(bits.len(), target.offset)?;
        let positions = match self.positions(index, bits.len(), name)? {
            Positions::One(at) => vec![at],
            Positions::Many(list) => list,
        };
        let mut new = self.whole(value)?;
        if let Some(operator) = operator {
            let old = match positions.as_slice() {
                [at] => Value::Truth(bits[*at].clone()),
                list => Value::Bits(list.iter().map(|at| bits[*at].clone()).collect()),
            };
            new = self.binary(operator, old, new, Division::Whole, value.offset)?;
        }
        let new = match new {
            Value::Truth(bit) => vec![bit],
            Value::Bits(bits) => bits,
            Value::Integer(number) if super::conditions::fits(number, positions.len()) => {
                bits_of(Value::Integer(number), positions.len() as u32)
            }
            _ => Vec::new(),
        };
        if new.len() != positions.len() {
            let (count, noun) = (positions.len(), plural(positions.len(), "bit"));
            return Err(Fault::invalid(value.offset, format!("this does not fit into {count} {noun}; give {count}")));
        }
        for (at, bit) in positions.into_iter().zip(new) {
            bits[at] = bit;
        }
        // Without a declared width there are 64 bits, of which the highest may be set here.
        self.set_variable(name, (scalar, width.or(Some(64))), Value::Bits(bits), value.offset)
    }

    /// Sets bits one after the other, in an order in which none is read after it was set.
    pub(super) fn assign_bits(
        &mut self,
        target: &Selection,
        value: Value,
        offset: Offset,
        ops: &mut Vec<Op>,
    ) -> Result<(), Fault> {
        let size = target.ids().len();
        let values = match (target, value) {
            (Selection::One(_), Value::Bits(bits)) if bits.len() != 1 => {
                return Err(Fault::invalid(
                    offset,
                    format!("{} bits cannot be assigned to a single one; name one of them", bits.len()),
                ));
            }
            (_, Value::Bits(bits)) => bits,
            (Selection::One(_), Value::Truth(truth)) => vec![truth],
            (_, Value::Integer(number)) if super::conditions::fits(number, size) => {
                (0..size).map(|k| Condition::Const(k < 64 && (number >> k) & 1 == 1)).collect()
            }
            (_, Value::Integer(number)) => {
                return Err(Fault::invalid(offset, format!("{number} does not fit into {size} bits")));
            }
            (Selection::Many(_), Value::Truth(_)) if size != 1 => {
                return Err(Fault::invalid(
                    offset,
                    format!("a single bit cannot be assigned to {size}; write each of them"),
                ));
            }
            (_, Value::Truth(truth)) => vec![truth],
            (_, Value::Real(_)) => {
                return Err(Fault::invalid(offset, "a bit takes 0, 1, a truth value or other bits, not a real number"));
            }
        };
        if values.len() != size {
            let message =
                format!("{} bits cannot be assigned to {size}; make the sizes equal with a slice", values.len());
            return Err(Fault::invalid(offset, message));
        }
        let mut pairs: Vec<(u32, Condition)> = target.ids().iter().copied().zip(values).collect();
        if pairs.len() > 1 {
            self.charge(pairs.len(), offset)?;
            if reads_what_it_set(&pairs) {
                pairs.reverse();
                if reads_what_it_set(&pairs) {
                    let message = "the new bits depend on each other; copy the old ones to another register first";
                    return Err(Fault::unsupported(offset, message));
                }
            }
        }
        for (bit, value) in pairs {
            let value = bounded(value, offset)?;
            self.emit(Op::Assign { bit, value }, ops, offset)?;
        }
        Ok(())
    }
}

/// Whether a later assignment reads a bit that an earlier one has set.
fn reads_what_it_set(pairs: &[(u32, Condition)]) -> bool {
    let mut set = std::collections::BTreeSet::new();
    pairs.iter().any(|(bit, value)| {
        let reads = value_reads(value, &set);
        set.insert(*bit);
        reads
    })
}

fn value_reads(value: &Condition, set: &std::collections::BTreeSet<u32>) -> bool {
    match value {
        Condition::Const(_) => false,
        Condition::Bit(bit) => set.contains(bit),
        Condition::Not(x) => value_reads(x, set),
        Condition::And(x, y) | Condition::Or(x, y) | Condition::Xor(x, y) => value_reads(x, set) || value_reads(y, set),
        Condition::Compare { left, right, .. } => [left, right].into_iter().any(|operand| match operand {
            crate::ir::Operand::Const(_) => false,
            crate::ir::Operand::Bits(bits) => bits.iter().any(|bit| set.contains(bit)),
        }),
    }
}
