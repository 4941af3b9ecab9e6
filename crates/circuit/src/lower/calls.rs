//! Gate calls: parameters, broadcast over registers, modifiers, and the expansion of gate definitions.

use super::functions::plural;
use super::operands::Selection;
use super::{Frame, GateEntry, Lowerer, Symbol, Value};
use crate::ast::*;
use crate::expr::Expr;
use crate::fault::{Fault, quote};
use crate::format::Version;
use crate::gates::Gate;
use crate::ir::{Control, GateOp, Op};
use crate::limits::MAX_QUBITS;
use crate::modifiers;
use crate::place::Place;
use crate::prelude::{Body, LibraryGate};
use std::collections::BTreeMap;

/// A modifier with its expression evaluated.
enum Transform {
    /// So many controls of this value.
    Control(bool, usize),
    Inverse,
    Power(f64, Offset),
}

impl Lowerer {
    /// A call in the program: broadcast, then each instance on its own.
    pub(super) fn call(&mut self, call: &GateCall, ops: &mut Vec<Op>) -> Result<(), Fault> {
        if let Some(entry) = self.subroutines.get(&call.name.text) {
            let entry = entry.clone();
            return self.call_statement(&entry, call, ops);
        }
        let start = ops.len();
        self.call_anywhere(call, ops)?;
        self.settle_phases(ops, start, call.name.offset)
    }

    /// A call in the program or in a gate body, where phases may still carry controls.
    fn call_anywhere(&mut self, call: &GateCall, ops: &mut Vec<Op>) -> Result<(), Fault> {
        let offset = call.name.offset;
        let entry = self.gate(&call.name.text, offset)?;
        let mut operands = call.operands.as_slice();
        if self.version == Version::OpenQasm2
            && matches!(&entry, GateEntry::Library(gate) if gate.name == "gphase" && !self.in_library)
        {
            self.note(offset, "'gphase' belongs to OpenQASM 3; it is read as a global phase here, too");
            // PennyLane names the qubits of the whole circuit.
            operands.iter().try_for_each(|operand| self.select_qubits(operand).map(|_| ()))?;
            operands = &[];
        }
        let transforms = self.transforms(&call.modifiers)?;
        let mut params = Vec::with_capacity(call.parameters.len());
        for (k, parameter) in call.parameters.iter().enumerate() {
            params.push(match self.real(parameter) {
                Err(_) if entry.ignores(k) => {
                    self.note(
                        parameter.offset,
                        "this argument is no real number and has no effect: the gate does not read it",
                    );
                    Expr::Const(0.0)
                }
                param => param?,
            });
        }
        let (wanted_params, own_qubits) = self.shape(&entry);
        if params.len() != wanted_params {
            let message = format!(
                "gate '{}' takes {wanted_params} {}, got {}",
                call.name.text,
                plural(wanted_params, "parameter"),
                params.len()
            );
            return Err(Fault::invalid(offset, message));
        }
        let controls: usize =
            transforms.iter().map(|t| if let Transform::Control(_, count) = t { *count } else { 0 }).sum();
        let wanted_qubits = own_qubits + controls;
        if operands.len() != wanted_qubits {
            let with = if controls > 0 { format!(" ({controls} of them for its controls)") } else { String::new() };
            let message = format!(
                "gate '{}' needs {wanted_qubits} {}{with}, got {}",
                call.name.text,
                plural(wanted_qubits, "qubit"),
                operands.len()
            );
            return Err(Fault::invalid(offset, message));
        }
        let selections = operands.iter().map(|operand| self.select_qubits(operand)).collect::<Result<Vec<_>, _>>()?;
        let mut width = None;
        for (selection, operand) in selections.iter().zip(operands) {
            if let Selection::Many(ids) = selection {
                let first = *width.get_or_insert(ids.len());
                if first != ids.len() {
                    let message = format!(
                        "registers of {first} and {} qubits cannot be used in one call; make the sizes equal with a slice",
                        ids.len()
                    );
                    return Err(Fault::invalid(operand.offset, message));
                }
            }
        }
        let mut qubits = Vec::with_capacity(selections.len());
        for k in 0..width.unwrap_or(1) {
            qubits.clear();
            self.new_stamp();
            for (selection, operand) in selections.iter().zip(operands) {
                let qubit = match selection {
                    Selection::One(id) => *id,
                    Selection::Many(ids) => ids[k],
                };
                if !self.stamp_qubit(qubit) {
                    let name = self.qubit_name(qubit);
                    let message =
                        format!("gate '{}' gets the qubit {name} twice; its qubits must be different", call.name.text);
                    return Err(Fault::invalid(operand.offset, message));
                }
                qubits.push(qubit);
            }
            self.charge(1 + qubits.len(), offset)?;
            self.instance(&entry, &transforms, &params, &qubits, offset, ops)?;
        }
        Ok(())
    }

    fn transforms(&mut self, modifiers: &[Modifier]) -> Result<Vec<Transform>, Fault> {
        let mut transforms = Vec::with_capacity(modifiers.len());
        for modifier in modifiers {
            transforms.push(match modifier {
                Modifier::Inverse => Transform::Inverse,
                Modifier::Control { value, count: None, .. } => Transform::Control(*value, 1),
                Modifier::Control { value, count: Some(count), offset } => {
                    let number = self.constant_integer(count, "the number of controls")?;
                    match usize::try_from(number).ok().filter(|number| (1..MAX_QUBITS as usize).contains(number)) {
                        Some(number) => Transform::Control(*value, number),
                        None => return Err(Fault::invalid(*offset, format!("a gate cannot have {number} controls; write 1 or more"))),
                    }
                }
                Modifier::Power { exponent, offset } => match self.real(exponent)? {
                    Expr::Const(exponent) => Transform::Power(exponent, *offset),
                    _ => {
                        let message = "the exponent of 'pow' must be known while reading; scale the angle of the gate by the input instead";
                        return Err(Fault::unsupported(*offset, message));
                    }
                },
            });
        }
        Ok(transforms)
    }

    /// Number of parameters and of qubits.
    fn shape(&self, entry: &GateEntry) -> (usize, usize) {
        match entry {
            GateEntry::Library(gate) => (gate.params, gate.qubits),
            GateEntry::Defined { definition, .. } => (definition.parameters.len(), definition.qubits.len()),
            GateEntry::Matrix(gate) => (0, gate.targets()),
        }
    }

    /// One application to single qubits: the gate itself, then its modifiers from the innermost outwards.
    fn instance(
        &mut self,
        entry: &GateEntry,
        transforms: &[Transform],
        params: &[Expr],
        qubits: &[u32],
        offset: Offset,
        ops: &mut Vec<Op>,
    ) -> Result<(), Fault> {
        if transforms.is_empty() {
            return self.expand(entry, params, qubits, offset, ops);
        }
        let (mut controls, targets) = qubits.split_at(qubits.len() - self.shape(entry).1);
        let mut list = Vec::new();
        self.expand(entry, params, targets, offset, &mut list)?;
        for transform in transforms.iter().rev() {
            self.charge(1 + list.len(), offset)?;
            match transform {
                Transform::Control(value, count) => {
                    let (outer, own) = controls.split_at(controls.len() - count);
                    controls = outer;
                    let own: Vec<Control> = own.iter().map(|qubit| Control { qubit: *qubit, value: *value }).collect();
                    self.charge(list.len() * count, offset)?;
                    modifiers::control(&mut list, &own);
                }
                Transform::Inverse => modifiers::invert(&mut list),
                Transform::Power(exponent, place) => {
                    let before = list.len();
                    self.charge(modifiers::power_cost(&list, *exponent), *place)?;
                    list = modifiers::power(list, *exponent, *place)?;
                    // Powers may make operations fewer: only growth counts.
                    self.count_ops(list.len().saturating_sub(before), *place)?;
                }
            }
        }
        ops.append(&mut list);
        Ok(())
    }

    /// The operations of a gate without modifiers.
    fn expand(
        &mut self,
        entry: &GateEntry,
        params: &[Expr],
        qubits: &[u32],
        offset: Offset,
        ops: &mut Vec<Op>,
    ) -> Result<(), Fault> {
        match entry {
            GateEntry::Matrix(gate) => self.emit_gate(gate.clone(), Vec::new(), 0, qubits, offset, ops),
            GateEntry::Library(LibraryGate { body, name, .. }) => match body {
                Body::Native { gate, controls } => {
                    self.emit_gate(gate.clone(), params.to_vec(), *controls, qubits, offset, ops)
                }
                Body::U2 => {
                    let mut all = vec![Expr::Const(std::f64::consts::FRAC_PI_2)];
                    all.extend_from_slice(params);
                    self.emit_gate(Gate::U, all, 0, qubits, offset, ops)
                }
                Body::U0 => self.emit_gate(Gate::Id, Vec::new(), 0, qubits, offset, ops),
                Body::Text(text) => {
                    let entry = self.library_definition(name, text, offset)?;
                    self.expand(&entry, params, qubits, offset, ops)
                }
            },
            GateEntry::Defined { definition, is_library, .. } => {
                // A scope with a name for each parameter and qubit takes as long as a few statements.
                self.charge(4 + params.len() + qubits.len(), offset)?;
                let mut scope = BTreeMap::new();
                for (name, value) in definition.parameters.iter().zip(params) {
                    let value = Some(Value::Real(value.clone()));
                    let symbol = Symbol::Variable {
                        value,
                        scalar: Scalar::Float,
                        width: None,
                        is_const: true,
                        depth: self.feed_forward_depth,
                        since: self.clock,
                    };
                    scope.insert(name.text.clone(), symbol);
                }
                for (name, qubit) in definition.qubits.iter().zip(qubits) {
                    scope.insert(name.text.clone(), Symbol::Qubits { ids: [*qubit].into(), is_scalar: true });
                }
                self.scopes.push(scope);
                let frame = std::mem::replace(&mut self.frame, self.scopes.len() - 1);
                let kind = std::mem::replace(&mut self.frame_kind, Frame::Gate);
                let in_library = std::mem::replace(&mut self.in_library, *is_library);
                let library_call = self.library_call;
                if *is_library {
                    self.library_call.get_or_insert(offset);
                }
                let result = definition.body.iter().try_for_each(|statement| self.gate_statement(statement, ops));
                self.frame = frame;
                self.frame_kind = kind;
                self.in_library = in_library;
                self.library_call = library_call;
                self.scopes.pop();
                result.map_err(|fault| if *is_library { fault.moved_to(offset) } else { fault })
            }
        }
    }

    /// A statement of a gate body.
    fn gate_statement(&mut self, statement: &Statement, ops: &mut Vec<Op>) -> Result<(), Fault> {
        self.charge(1, statement.offset)?;
        match &statement.kind {
            StatementKind::Call(call) => self.call_anywhere(call, ops),
            StatementKind::Barrier(operands) if operands.is_empty() => Ok(()),
            StatementKind::Barrier(operands) => self.barrier(operands, statement.offset, ops),
            StatementKind::Block(body) => body.iter().try_for_each(|statement| self.gate_statement(statement, ops)),
            StatementKind::Ignored(reason) => {
                self.note(statement.offset, reason);
                Ok(())
            }
            _ => Err(super::definitions::not_in_a_gate(statement)),
        }
    }

    fn emit_gate(
        &mut self,
        gate: Gate,
        params: Vec<Expr>,
        controls: usize,
        qubits: &[u32],
        offset: Offset,
        ops: &mut Vec<Op>,
    ) -> Result<(), Fault> {
        let (controls, targets) = qubits.split_at(controls);
        let controls = controls.iter().map(|qubit| Control { qubit: *qubit, value: true }).collect();
        let place = Place::at(self.library_call.unwrap_or(offset));
        self.emit(Op::Gate(GateOp { gate, params, controls, targets: targets.to_vec(), place }), ops, offset)
    }

    /// Turns every controlled global phase from `start` on into a phase gate on one of its controls.
    fn settle_phases(&mut self, ops: &mut Vec<Op>, start: usize, offset: Offset) -> Result<(), Fault> {
        let is_open = |op: &Op| matches!(op, Op::Gate(g) if g.gate == Gate::GPhase && !g.controls.is_empty());
        if !ops[start..].iter().any(is_open) {
            return Ok(());
        }
        let tail: Vec<Op> = ops.drain(start..).collect();
        let before = tail.len();
        for op in tail {
            match op {
                Op::Gate(gate) if gate.gate == Gate::GPhase && !gate.controls.is_empty() => {
                    modifiers::phase_on_controls(gate, ops)
                }
                op => ops.push(op),
            }
        }
        self.count_ops((ops.len() - start).saturating_sub(before), offset)
    }

    /// The qubit as the source names it.
    fn qubit_name(&self, qubit: u32) -> String {
        if let Some(number) = self.physical.get(qubit as usize) {
            return format!("'${number}'");
        }
        let mut first = 0;
        for register in &self.circuit.qubits {
            if qubit < first + register.size {
                return if register.is_scalar {
                    quote(&register.name)
                } else {
                    format!("'{}[{}]'", register.name, qubit - first)
                };
            }
            first += register.size;
        }
        format!("number {qubit}")
    }

    pub(super) fn new_stamp(&mut self) {
        self.stamp += 1;
        if self.stamps.len() < self.qubit_count as usize {
            self.stamps.resize(self.qubit_count as usize, 0);
        }
    }

    /// Marks a qubit; false when it has been marked since [`Self::new_stamp`].
    pub(super) fn stamp_qubit(&mut self, qubit: u32) -> bool {
        match self.stamps.get_mut(qubit as usize) {
            Some(stamp) if *stamp == self.stamp => false,
            Some(stamp) => {
                *stamp = self.stamp;
                true
            }
            None => true,
        }
    }
}
