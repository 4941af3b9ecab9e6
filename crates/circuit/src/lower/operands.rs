//! Operands: registers, slices, index sets and single elements become lists of qubit or bit numbers.

use super::{Lowerer, Symbol};
use crate::ast::*;
use crate::fault::{Fault, quote};
use std::rc::Rc;

/// The elements that an operand names. A register of one is `Many`: only it can be broadcast.
#[derive(Debug, Clone)]
pub(super) enum Selection {
    One(u32),
    Many(Rc<[u32]>),
}

impl Selection {
    pub fn ids(&self) -> &[u32] {
        match self {
            Self::One(id) => std::slice::from_ref(id),
            Self::Many(ids) => ids,
        }
    }
}

impl Lowerer {
    pub(super) fn select_qubits(&mut self, operand: &Operand) -> Result<Selection, Fault> {
        match self.select(operand)? {
            (selection, true) => Ok(selection),
            (_, false) => {
                Err(Fault::invalid(operand.offset, format!("{} is classical; a qubit is needed here", shown(operand))))
            }
        }
    }

    pub(super) fn select_bits(&mut self, operand: &Operand) -> Result<Selection, Fault> {
        match self.select(operand)? {
            (selection, false) => Ok(selection),
            (_, true) => Err(Fault::invalid(
                operand.offset,
                format!("{} is quantum; a classical bit is needed here", shown(operand)),
            )),
        }
    }

    /// The elements, and whether they are qubits.
    pub(super) fn select(&mut self, operand: &Operand) -> Result<(Selection, bool), Fault> {
        let name = match &operand.base {
            OperandBase::Physical(number) => {
                if !operand.indices.is_empty() {
                    return Err(Fault::invalid(operand.offset, format!("${number} is one qubit and has no index")));
                }
                let id = self.physical.binary_search(number).unwrap_or(0);
                return Ok((Selection::One(id as u32), true));
            }
            OperandBase::Name(name) => name,
        };
        let (ids, is_scalar, is_qubits) = match self.lookup(name) {
            Some(Symbol::Qubits { ids, is_scalar }) => (ids.clone(), *is_scalar, true),
            Some(Symbol::Bits { ids, is_scalar }) => (ids.clone(), *is_scalar, false),
            Some(Symbol::Variable { scalar: Scalar::Bit, .. }) => {
                let message =
                    format!("{} is a value; measure into a bit that is declared here, and return it", quote(name));
                return Err(Fault::unsupported(operand.offset, message));
            }
            Some(Symbol::Variable { .. } | Symbol::Input(_)) => {
                let message = format!("{} is a number; a qubit or a classical bit is needed here", quote(name));
                return Err(Fault::invalid(operand.offset, message));
            }
            None => return Err(self.unknown_name(name, operand.offset, "register")),
        };
        if is_scalar {
            if !operand.indices.is_empty() {
                return Err(Fault::invalid(
                    operand.offset,
                    format!("{} is a single element and has no index", quote(name)),
                ));
            }
            return Ok((Selection::One(ids[0]), is_qubits));
        }
        let mut selection = Selection::Many(ids);
        for index in &operand.indices {
            selection = self.indexed(&selection, index, name, operand.offset)?;
        }
        Ok((selection, is_qubits))
    }

    fn indexed(
        &mut self,
        selection: &Selection,
        index: &Index,
        name: &str,
        offset: Offset,
    ) -> Result<Selection, Fault> {
        let Selection::Many(ids) = selection else {
            return Err(Fault::invalid(
                offset,
                format!("an element of {} is a single one and has no further index", quote(name)),
            ));
        };
        Ok(match self.positions(index, ids.len(), name)? {
            Positions::One(at) => Selection::One(ids[at]),
            Positions::Many(list) => Selection::Many(list.into_iter().map(|at| ids[at]).collect()),
        })
    }

    /// The positions that an index names in a row of `size` elements.
    pub(super) fn positions(&mut self, index: &Index, size: usize, name: &str) -> Result<Positions, Fault> {
        match index {
            Index::At(at) => {
                let position = self.constant_integer(at, "an index")?;
                Ok(Positions::One(in_range(position, size, name, at.offset)?))
            }
            Index::Set(members, offset) => {
                let mut list = Vec::with_capacity(members.len());
                for member in members {
                    self.charge(1, member.offset)?;
                    let position = self.constant_integer(member, "an index")?;
                    list.push(in_range(position, size, name, member.offset)?);
                }
                if list.is_empty() {
                    return Err(Fault::invalid(*offset, "this index set is empty; name at least one element"));
                }
                Ok(Positions::Many(list))
            }
            Index::Range(range) => {
                let step = match &range.step {
                    Some(step) => self.constant_integer(step, "the step of a range")?,
                    None => 1,
                };
                if step == 0 {
                    return Err(Fault::invalid(range.offset, "the step of a range cannot be 0"));
                }
                let (first, last) = if step > 0 { (0, size as i128 - 1) } else { (size as i128 - 1, 0) };
                let start = match &range.start {
                    Some(start) => self.constant_integer(start, "the start of a range")?,
                    None => first,
                };
                let stop = match &range.stop {
                    Some(stop) => self.constant_integer(stop, "the end of a range")?,
                    None => last,
                };
                let start = in_range(start, size, name, range.offset)? as i128;
                let stop = in_range(stop, size, name, range.offset)? as i128;
                let count = if (stop - start) * step.signum() < 0 { 0 } else { (stop - start) / step + 1 };
                if count == 0 {
                    return Err(Fault::invalid(
                        range.offset,
                        format!("the range {start}:{step}:{stop} of {} is empty", quote(name)),
                    ));
                }
                self.charge(count as usize, range.offset)?;
                Ok(Positions::Many((0..count).map(|k| (start + k * step) as usize).collect()))
            }
        }
    }
}

/// Positions in a register.
pub(super) enum Positions {
    One(usize),
    Many(Vec<usize>),
}

/// The position that `index` means; negative ones count from the end.
fn in_range(index: i128, size: usize, name: &str, offset: Offset) -> Result<usize, Fault> {
    let position = if index < 0 { index + size as i128 } else { index };
    if (0..size as i128).contains(&position) {
        return Ok(position as usize);
    }
    let message = format!("index {index} is out of range: {} has {size} elements, 0 to {}", quote(name), size - 1);
    Err(Fault::invalid(offset, message))
}

fn shown(operand: &Operand) -> String {
    match &operand.base {
        OperandBase::Name(name) => quote(name),
        OperandBase::Physical(number) => format!("'${number}'"),
    }
}
