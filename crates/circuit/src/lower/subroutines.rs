//! Subroutines: bound to their arguments and read again at every call. Nothing of them is left in the circuit.

use super::functions::plural;
use super::operands::Selection;
use super::value::is_known;
use super::{Frame, Lowerer, Symbol, Value};
use crate::ast::*;
use crate::fault::{Fault, quote};
use crate::ir::Op;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// A subroutine and how many were defined before it: it may call only those, so that none calls itself.
pub(super) type SubroutineEntry = (Rc<Subroutine>, usize);

/// What the caller does with the result.
#[derive(Clone, Copy)]
pub(super) enum Wanted<'a> {
    /// `f(q);`
    Nothing,
    /// `c = f(q);`, with the bits and the place of their name
    Bits(&'a Selection, Offset),
    /// The value of a variable, or of another `return`.
    Value,
}

/// The local bit that a subroutine returns, which stands for the bits of the caller from its declaration on.
#[derive(Debug)]
pub(super) struct ReturnSlot {
    name: Rc<str>,
    bits: Rc<[u32]>,
    is_scalar: bool,
    /// Number of the scope in which the declaration must stand.
    scope: usize,
    /// The declaration was found, and its size is that of the bits.
    is_used: bool,
}

impl Lowerer {
    pub(super) fn define_subroutine(&mut self, definition: &Rc<Subroutine>) -> Result<(), Fault> {
        let name = &definition.name;
        if !self.is_global() {
            return Err(Fault::invalid(
                name.offset,
                "subroutines must be defined outside of blocks; move the definition to the top",
            ));
        }
        self.check_new(name)?;
        let mut seen = BTreeSet::new();
        for parameter in &definition.parameters {
            if !seen.insert(&*parameter.name.text) {
                let name = quote(&parameter.name.text);
                let message = format!("{name} is used twice in this definition; choose another name");
                return Err(Fault::invalid(parameter.name.offset, message));
            }
        }
        self.charge(definition.parameters.len(), name.offset)?;
        let entry = (definition.clone(), self.subroutines.len());
        self.subroutines.insert(name.text.clone(), entry);
        Ok(())
    }

    /// The subroutine that an expression calls.
    pub(super) fn called<'e>(
        &self,
        expression: &'e Expression,
    ) -> Option<(SubroutineEntry, &'e Name, &'e [Expression])> {
        match &expression.kind {
            ExpressionKind::Call(name, arguments) => {
                self.subroutines.get(&name.text).map(|entry| (entry.clone(), name, arguments.as_slice()))
            }
            _ => None,
        }
    }

    /// `f(arguments);`
    pub(super) fn call_statement(
        &mut self,
        entry: &SubroutineEntry,
        call: &GateCall,
        ops: &mut Vec<Op>,
    ) -> Result<(), Fault> {
        let name = &call.name;
        if !call.modifiers.is_empty() || !call.operands.is_empty() {
            let shown = quote(&name.text);
            let message = format!("{shown} is a subroutine: it has no modifiers, and its qubits stand in its brackets");
            return Err(Fault::invalid(name.offset, message));
        }
        self.call_subroutine(entry, name, &call.parameters, Wanted::Nothing, ops).map(|_| ())
    }

    /// The right side of an assignment to a variable.
    pub(super) fn right_side(
        &mut self,
        scalar: Scalar,
        expression: &Expression,
        ops: &mut Vec<Op>,
    ) -> Result<Value, Fault> {
        let Some((entry, name, arguments)) = self.called(expression) else {
            return self.in_context(scalar, expression);
        };
        match self.call_subroutine(&entry, name, arguments, Wanted::Value, ops)? {
            Some(value) => Ok(value),
            None => Err(no_result(name)),
        }
    }

    /// `c = expression;`
    pub(super) fn set_bits(
        &mut self,
        target: &Selection,
        place: Offset,
        expression: &Expression,
        ops: &mut Vec<Op>,
    ) -> Result<(), Fault> {
        let value = match self.called(expression) {
            None => self.whole(expression)?,
            Some((entry, name, arguments)) => {
                let has_result = entry.0.result.is_some();
                match self.call_subroutine(&entry, name, arguments, Wanted::Bits(target, place), ops)? {
                    Some(value) => value,
                    None if has_result => return Ok(()),
                    None => return Err(no_result(name)),
                }
            }
        };
        self.assign_bits(target, value, expression.offset, ops)
    }

    /// Reads the body with the arguments. The result is `None` when there is none, or when the bits that are wanted have it already.
    fn call_subroutine(
        &mut self,
        (definition, index): &SubroutineEntry,
        name: &Name,
        arguments: &[Expression],
        wanted: Wanted<'_>,
        ops: &mut Vec<Op>,
    ) -> Result<Option<Value>, Fault> {
        let offset = name.offset;
        if *index >= self.callable {
            let message = format!(
                "subroutine {} cannot be called here; a subroutine calls only those that are defined before it",
                quote(&name.text)
            );
            return Err(Fault::unsupported(offset, message));
        }
        let count = definition.parameters.len();
        if arguments.len() != count {
            let (noun, got) = (plural(count, "argument"), arguments.len());
            return Err(Fault::invalid(offset, format!("subroutine '{}' takes {count} {noun}, got {got}", name.text)));
        }
        // A scope with a name for each parameter takes as long as a few statements.
        self.charge(4 + count, offset)?;
        let mut scope = BTreeMap::new();
        let mut is_known_call = true;
        for (parameter, argument) in definition.parameters.iter().zip(arguments) {
            let symbol = self.bound(parameter, argument)?;
            is_known_call &= !matches!(&symbol, Symbol::Variable { value: Some(value), .. } if !is_known(value));
            scope.insert(parameter.name.text.clone(), symbol);
        }
        self.enter(offset)?;
        self.scopes.push(scope);
        let scope = self.scopes.len() - 1;
        // Where no argument can hold the bits of the caller, the body cannot see that they change before it returns.
        let slot = match wanted {
            Wanted::Bits(bits, _) if is_known_call => return_slot(definition, bits, scope),
            _ => None,
        };
        let frame = std::mem::replace(&mut self.frame, scope);
        let kind = std::mem::replace(&mut self.frame_kind, Frame::Subroutine);
        let callable = std::mem::replace(&mut self.callable, *index);
        let outer_slot = std::mem::replace(&mut self.return_slot, slot);
        let result = self.body(definition, wanted, ops);
        self.return_slot = outer_slot;
        self.callable = callable;
        self.frame_kind = kind;
        self.frame = frame;
        self.scopes.pop();
        self.leave();
        result
    }

    /// The error for a `return` that is not the last statement of a body.
    pub(super) fn misplaced_return(&self, offset: Offset) -> Fault {
        if self.frame == 0 {
            return Fault::invalid(offset, "'return' stands only in a subroutine; remove it");
        }
        let message =
            "'return' must be the last statement of its subroutine; set a bit or a variable before, and return that";
        Fault::unsupported(offset, message)
    }

    /// What a parameter stands for in this call. Its type is read in the definition, its value where the call stands.
    fn bound(&mut self, parameter: &Parameter, argument: &Expression) -> Result<Symbol, Fault> {
        let offset = argument.offset;
        match &parameter.kind {
            ParameterKind::Qubits(size) => {
                let Some(operand) = operand(argument) else {
                    let message = format!("the argument for {} must be a qubit", quote(&parameter.name.text));
                    return Err(Fault::invalid(offset, message));
                };
                let ids: Rc<[u32]> = self.select_qubits(&operand)?.ids().into();
                let wanted = match size {
                    Some(size) => self.in_definition(|this| this.constant_integer(size, "the size of a parameter"))?,
                    None => 1,
                };
                if ids.len() as i128 != wanted {
                    let message = format!(
                        "parameter {} has {wanted} {}, got {}",
                        quote(&parameter.name.text),
                        plural(wanted as usize, "qubit"),
                        ids.len()
                    );
                    return Err(Fault::invalid(offset, message));
                }
                Ok(Symbol::Qubits { ids, is_scalar: size.is_none() })
            }
            ParameterKind::Classical(kind) => {
                let width = self.in_definition(|this| this.whole_width(kind))?;
                let value = self.in_context(kind.scalar, argument)?;
                let value = Some(self.in_definition(|this| this.typed(kind, width, value, offset))?);
                let (depth, since) = (self.feed_forward_depth, self.clock);
                Ok(Symbol::Variable { value, scalar: kind.scalar, width, is_const: false, depth, since })
            }
        }
    }

    fn body(&mut self, definition: &Subroutine, wanted: Wanted<'_>, ops: &mut Vec<Op>) -> Result<Option<Value>, Fault> {
        let (last, before) = match definition.body.split_last() {
            Some((Statement { kind: StatementKind::Return(value), offset }, before)) => {
                (Some((value, *offset)), before)
            }
            _ => (None, definition.body.as_slice()),
        };
        for statement in before {
            self.statement(statement, ops)?;
        }
        let (value, offset) = match (last, &definition.result) {
            (Some((Some(value), offset)), Some(_)) => (value, offset),
            (None | Some((None, _)), None) => return Ok(None),
            (Some((Some(_), offset)), None) => {
                let message =
                    format!("{} has no result; write '-> bit' behind its parameters", quote(&definition.name.text));
                return Err(Fault::invalid(offset, message));
            }
            (_, Some(_)) => {
                let message = format!(
                    "{} must end with 'return' and its result; no other place of 'return' is supported",
                    quote(&definition.name.text)
                );
                return Err(Fault::unsupported(definition.name.offset, message));
            }
        };
        self.charge(1, offset)?;
        self.result(definition, value, offset, wanted, ops)
    }

    fn result(
        &mut self,
        definition: &Subroutine,
        value: &BitValue,
        offset: Offset,
        wanted: Wanted<'_>,
        ops: &mut Vec<Op>,
    ) -> Result<Option<Value>, Fault> {
        let Some(kind) = &definition.result else { return Ok(None) };
        match value {
            BitValue::Expression(expression) => {
                let width = self.whole_width(kind)?;
                let value = self.right_side(kind.scalar, expression, ops)?;
                let value = self.typed(kind, width, value, expression.offset)?;
                // What was returned through the slot is where it is wanted.
                let is_returned = match (&self.return_slot, &expression.kind) {
                    (Some(slot), ExpressionKind::Name(name)) => slot.is_used && slot.name == *name,
                    _ => false,
                };
                Ok((!is_returned).then_some(value))
            }
            BitValue::Measure(qubits) => {
                if kind.scalar != Scalar::Bit {
                    return Err(Fault::invalid(
                        offset,
                        "a measurement gives bits; declare the result as bit or bit[n]",
                    ));
                }
                let size = match &kind.width {
                    Some(width) => self.constant_integer(width, "the width of a type")?,
                    None => 1,
                };
                let count = self.select_qubits(qubits)?.ids().len();
                if count as i128 != size {
                    let message =
                        format!("{count} {} cannot be measured into a result of {size}", plural(count, "qubit"));
                    return Err(Fault::invalid(qubits.offset, message));
                }
                match wanted {
                    Wanted::Nothing => self.measure_into(qubits, None, ops)?,
                    Wanted::Bits(bits, place) => self.measure_into(qubits, Some((bits, place)), ops)?,
                    Wanted::Value => {
                        let name = Name { text: definition.name.text.clone(), offset };
                        let bits = self.local_bits(&name, kind.width.as_deref())?;
                        self.measure_into(qubits, Some((&bits, offset)), ops)?;
                        return Ok(Some(super::value::of_bits(&bits)));
                    }
                }
                Ok(None)
            }
        }
    }

    /// The bits of the caller where this declaration is that of the result.
    pub(super) fn returned_bits(&mut self, name: &Name, size: Option<i128>) -> Option<Selection> {
        let slot = self.return_slot.as_mut()?;
        let fits = slot.is_scalar == size.is_none() && size.unwrap_or(1) == slot.bits.len() as i128;
        if !fits || slot.name != name.text || slot.scope + 1 != self.scopes.len() {
            return None;
        }
        slot.is_used = true;
        Some(if slot.is_scalar { Selection::One(slot.bits[0]) } else { Selection::Many(slot.bits.clone()) })
    }

    /// Evaluates where only global names can be seen: a type in the first line of a definition.
    fn in_definition<T>(&mut self, evaluate: impl FnOnce(&mut Self) -> Result<T, Fault>) -> Result<T, Fault> {
        let frame = std::mem::replace(&mut self.frame, self.scopes.len());
        let kind = std::mem::replace(&mut self.frame_kind, Frame::Subroutine);
        let result = evaluate(self);
        self.frame_kind = kind;
        self.frame = frame;
        result
    }
}

/// The slot for a body that declares a bit, and returns it at its end.
fn return_slot(definition: &Subroutine, bits: &Selection, scope: usize) -> Option<ReturnSlot> {
    let StatementKind::Return(Some(BitValue::Expression(value))) = &definition.body.last()?.kind else { return None };
    let ExpressionKind::Name(name) = &value.kind else { return None };
    let is_declared = definition.body.iter().any(|statement| {
        matches!(&statement.kind, StatementKind::Bits { name: declared, size, .. }
            if declared.text == *name && size.is_none() == matches!(bits, Selection::One(_)))
    });
    is_declared.then(|| ReturnSlot {
        name: name.clone(),
        bits: bits.ids().into(),
        is_scalar: matches!(bits, Selection::One(_)),
        scope,
        is_used: false,
    })
}

/// An argument as the qubits that it names.
fn operand(expression: &Expression) -> Option<Operand> {
    let offset = expression.offset;
    match &expression.kind {
        ExpressionKind::Name(name) => {
            Some(Operand { base: OperandBase::Name(name.clone()), indices: Vec::new(), offset })
        }
        ExpressionKind::Physical(number) => {
            Some(Operand { base: OperandBase::Physical(*number), indices: Vec::new(), offset })
        }
        ExpressionKind::Index(base, indices) => {
            let mut operand = operand(base)?;
            operand.indices.extend_from_slice(indices);
            Some(operand)
        }
        _ => None,
    }
}

fn no_result(name: &Name) -> Fault {
    Fault::invalid(name.offset, format!("subroutine {} has no result to assign", quote(&name.text)))
}
