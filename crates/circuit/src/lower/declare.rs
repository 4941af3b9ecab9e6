//! Declarations: registers, inputs, constants, variables and aliases.

use super::operands::Selection;
use super::value::is_known;
use super::{Lowerer, Symbol};
use crate::ast::*;
use crate::fault::{Fault, quote};
use crate::ir::{Condition, Input, InputKind, Op, Register};
use crate::limits::{MAX_BITS, MAX_INPUTS, MAX_QUBITS};
use std::rc::Rc;

impl Lowerer {
    pub(super) fn declare_qubits(&mut self, name: &Name, size: Option<&Expression>) -> Result<(), Fault> {
        if !self.is_global() {
            let message =
                format!("{} must be declared outside of blocks; move the declaration to the top", quote(&name.text));
            return Err(Fault::unsupported(name.offset, message));
        }
        if let Some(first) = self.physical.first() {
            let message =
                format!("the program uses the physical qubit ${first} too; use either declared or physical qubits");
            return Err(Fault::invalid(name.offset, message));
        }
        let (register, ids) = self.register(name, size, self.qubit_count, MAX_QUBITS, "qubits")?;
        let is_scalar = register.is_scalar;
        self.declare(name, Symbol::Qubits { ids, is_scalar })?;
        self.qubit_count += register.size;
        self.circuit.qubits.push(register);
        Ok(())
    }

    pub(super) fn declare_bits(
        &mut self,
        name: &Name,
        size: Option<&Expression>,
        value: Option<&BitValue>,
        ops: &mut Vec<Op>,
    ) -> Result<(), Fault> {
        let selection = if self.is_global() { self.global_bits(name, size)? } else { self.local_bits(name, size)? };
        let (ids, is_scalar) = match &selection {
            Selection::One(id) => ([*id].into(), true),
            Selection::Many(ids) => (ids.clone(), false),
        };
        self.declare(name, Symbol::Bits { ids, is_scalar })?;
        match value {
            None => self.clear(&selection, name.offset, ops),
            Some(BitValue::Measure(qubits)) => self.measure_into(qubits, Some((&selection, name.offset)), ops),
            Some(BitValue::Expression(value)) => self.set_bits(&selection, name.offset, value, ops),
        }
    }

    fn global_bits(&mut self, name: &Name, size: Option<&Expression>) -> Result<Selection, Fault> {
        let (register, ids) = self.register(name, size, self.bit_count, MAX_BITS, "classical bits")?;
        Ok(self.add_bits(register, ids))
    }

    /// Bits of a block or a subroutine: a register of the circuit like any other, the same one whenever the declaration is read.
    pub(super) fn local_bits(&mut self, name: &Name, size: Option<&Expression>) -> Result<Selection, Fault> {
        let count = match size {
            Some(size) => Some(self.constant_integer(size, "the size of a register")?),
            None => None,
        };
        if let Some(selection) = self.returned_bits(name, count) {
            return Ok(selection);
        }
        let key = (name.offset, count.and_then(|count| u32::try_from(count).ok()));
        if let Some((_, ids)) = self.locals.get(&key) {
            let ids = ids.clone();
            return Ok(if count.is_none() { Selection::One(ids[0]) } else { Selection::Many(ids) });
        }
        let (register, ids) = self.register(name, size, self.bit_count, MAX_BITS, "classical bits")?;
        self.locals.insert(key, (self.circuit.bits.len(), ids.clone()));
        let message = format!("{} is part of the outcomes, as every classical bit", quote(&name.text));
        self.note(name.offset, &message);
        Ok(self.add_bits(register, ids))
    }

    fn add_bits(&mut self, register: Register, ids: Rc<[u32]>) -> Selection {
        let is_scalar = register.is_scalar;
        self.bit_count += register.size;
        self.bit_times.resize(self.bit_count as usize, 0);
        self.circuit.bits.push(register);
        if is_scalar { Selection::One(ids[0]) } else { Selection::Many(ids) }
    }

    /// Puts bits that were set before back to 0, with which every declaration begins.
    fn clear(&mut self, bits: &Selection, offset: Offset, ops: &mut Vec<Op>) -> Result<(), Fault> {
        for bit in bits.ids() {
            if self.bit_times[*bit as usize] > 0 {
                self.emit(Op::Assign { bit: *bit, value: Condition::Const(false) }, ops, offset)?;
            }
        }
        Ok(())
    }

    fn register(
        &mut self,
        name: &Name,
        size: Option<&Expression>,
        first: u32,
        limit: u32,
        what: &str,
    ) -> Result<(Register, Rc<[u32]>), Fault> {
        let wanted = match size {
            None => 1,
            Some(size) => self.constant_integer(size, "the size of a register")?,
        };
        let offset = size.map_or(name.offset, |size| size.offset);
        if wanted < 1 {
            return Err(Fault::invalid(
                offset,
                format!("a register has at least 1 element, {} has {wanted}", quote(&name.text)),
            ));
        }
        let room = limit - first;
        match u32::try_from(wanted).ok().filter(|size| *size <= room) {
            Some(count) => {
                let register = Register { name: name.text.to_string(), size: count, is_scalar: size.is_none() };
                Ok((register, (first..first + count).collect()))
            }
            None => {
                let message = format!("{wanted} more {what} make more than {limit}, the limit for one circuit");
                Err(Fault::too_large(offset, message))
            }
        }
    }

    pub(super) fn declare_input(&mut self, kind: &Type, name: &Name) -> Result<(), Fault> {
        if !self.is_global() {
            return Err(Fault::invalid(
                name.offset,
                "inputs must be declared outside of blocks; move the declaration to the top",
            ));
        }
        if self.circuit.inputs.len() >= MAX_INPUTS {
            return Err(Fault::too_large(
                name.offset,
                format!("there are more than {MAX_INPUTS} inputs, the limit for one circuit"),
            ));
        }
        self.whole_width(kind)?;
        let kind = match kind.scalar {
            Scalar::Int => InputKind::Int,
            Scalar::Uint => InputKind::Uint,
            Scalar::Angle => InputKind::Angle,
            _ => InputKind::Float,
        };
        self.declare(name, Symbol::Input(self.circuit.inputs.len() as u32))?;
        self.circuit.inputs.push(Input { name: name.text.to_string(), kind });
        Ok(())
    }

    pub(super) fn declare_variable(
        &mut self,
        kind: &Type,
        name: &Name,
        value: Option<&Expression>,
        is_const: bool,
        ops: &mut Vec<Op>,
    ) -> Result<(), Fault> {
        let width = self.whole_width(kind)?;
        let value = match value {
            None if is_const => {
                return Err(Fault::invalid(
                    name.offset,
                    format!("the constant {} needs a value: '= …'", quote(&name.text)),
                ));
            }
            None => None,
            Some(expression) => {
                let value = self.right_side(kind.scalar, expression, ops)?;
                let value = self.typed(kind, width, value, expression.offset)?;
                if is_const && !is_known(&value) {
                    let message = "a constant must be known while reading, but bits are known only at run time; leave out 'const', or test the bits directly";
                    return Err(Fault::unsupported(expression.offset, message));
                }
                Some(value)
            }
        };
        let (depth, since) = (self.feed_forward_depth, self.clock);
        self.declare(name, Symbol::Variable { value, scalar: kind.scalar, width, is_const, depth, since })
    }

    pub(super) fn declare_alias(&mut self, name: &Name, parts: &[Operand], is_set: bool) -> Result<(), Fault> {
        let mut ids: Vec<u32> = Vec::new();
        let mut of_qubits = None;
        let mut is_single = parts.len() == 1 && !is_set;
        for part in parts {
            let (selection, is_qubits) = self.select(part)?;
            if *of_qubits.get_or_insert(is_qubits) != is_qubits {
                return Err(Fault::invalid(part.offset, "an alias joins qubits or bits, not both"));
            }
            is_single &= matches!(selection, Selection::One(_));
            ids.extend_from_slice(selection.ids());
            self.charge(selection.ids().len(), part.offset)?;
            if ids.len() > MAX_QUBITS as usize {
                return Err(Fault::too_large(part.offset, format!("an alias of more than {MAX_QUBITS} elements")));
            }
        }
        let ids: Rc<[u32]> = ids.into();
        let symbol = if of_qubits == Some(true) {
            Symbol::Qubits { ids, is_scalar: is_single }
        } else {
            Symbol::Bits { ids, is_scalar: is_single }
        };
        self.declare(name, symbol)
    }
}
