//! Declarations: registers, inputs, constants, variables and aliases.

use super::operands::Selection;
use super::{Lowerer, Symbol, Value};
use crate::ast::*;
use crate::fault::{Fault, quote};
use crate::ir::{Input, InputKind, Op, Register};
use crate::limits::{MAX_BITS, MAX_INPUTS, MAX_QUBITS};
use std::rc::Rc;

impl Lowerer {
    pub(super) fn declare_qubits(&mut self, name: &Name, size: Option<&Expression>) -> Result<(), Fault> {
        self.require_global(name, "qubits")?;
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
        self.require_global(name, "bits")?;
        let (register, ids) = self.register(name, size, self.bit_count, MAX_BITS, "classical bits")?;
        let is_scalar = register.is_scalar;
        self.declare(name, Symbol::Bits { ids: ids.clone(), is_scalar })?;
        self.bit_count += register.size;
        self.circuit.bits.push(register);
        let selection = if is_scalar { Selection::One(ids[0]) } else { Selection::Many(ids) };
        match value {
            None => Ok(()),
            Some(BitValue::Measure(qubits)) => self.measure_into(qubits, Some((&selection, name.offset)), ops),
            Some(BitValue::Expression(value)) => {
                let offset = value.offset;
                let value = self.whole(value)?;
                self.assign_bits(&selection, value, offset, ops)
            }
        }
    }

    fn require_global(&self, name: &Name, what: &str) -> Result<(), Fault> {
        if self.is_global() {
            return Ok(());
        }
        let message = format!(
            "{} must be declared outside of blocks; move the declaration of {what} to the top",
            quote(&name.text)
        );
        Err(Fault::unsupported(name.offset, message))
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
            Some(value) => Some(self.typed_value(kind, width, value)?),
        };
        let depth = self.feed_forward_depth;
        self.declare(name, Symbol::Variable { value, scalar: kind.scalar, width, is_const, depth })
    }

    /// The value of an expression as a variable of this type holds it.
    fn typed_value(&mut self, kind: &Type, width: Option<u32>, expression: &Expression) -> Result<Value, Fault> {
        let value = self.in_context(kind.scalar, expression)?;
        if let (Scalar::Bit, Some(width)) = (kind.scalar, &kind.width) {
            let width = self.constant_integer(width, "the width of a type")?;
            if let Value::Bits(bits) = &value
                && bits.len() as i128 != width
            {
                let message = format!("a value of {} bits does not fit into bit[{width}]", bits.len());
                return Err(Fault::invalid(expression.offset, message));
            }
        }
        self.stored(kind.scalar, width, value, expression.offset)
    }

    pub(super) fn declare_alias(&mut self, name: &Name, parts: &[Operand]) -> Result<(), Fault> {
        let mut ids: Vec<u32> = Vec::new();
        let mut of_qubits = None;
        let mut is_single = parts.len() == 1;
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
