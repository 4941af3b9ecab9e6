//! Gate definitions: checked when they are read, expanded when they are called.

use super::functions::plural;
use super::names::reads;
use super::{GateEntry, Lowerer};
use crate::ast::*;
use crate::fault::{Fault, nearest, quote};
use crate::format::Version;
use crate::gates::{GATES, Gate};
use crate::ir::{GateOp, Op};
use crate::limits::{MAX_GATE_DEPTH, MAX_UNITARY_QUBITS};
use crate::parser::Parser;
use crate::place::Place;
use crate::prelude;
use num_complex::Complex64;
use std::collections::BTreeSet;
use std::rc::Rc;

impl Lowerer {
    pub(super) fn define_gate(&mut self, definition: &Rc<GateDefinition>) -> Result<(), Fault> {
        let name = &definition.name;
        if !self.is_global() {
            return Err(Fault::invalid(
                name.offset,
                "gates must be defined outside of blocks; move the definition to the top",
            ));
        }
        self.check_new(name)?;
        let depth = self.check_body(definition)? + 1;
        if depth > MAX_GATE_DEPTH {
            let message = format!(
                "gate {} builds on more than {MAX_GATE_DEPTH} layers of other gates; flatten some of them",
                quote(&name.text)
            );
            return Err(Fault::too_large(name.offset, message));
        }
        let reads = reads(definition);
        let entry = GateEntry::Defined { definition: definition.clone(), depth, is_library: false, reads };
        self.gates.insert(name.text.clone(), entry);
        Ok(())
    }

    /// `@ketflow.native gate …`: our printer writes it so that other tools have a definition; ours is the built-in gate.
    pub(super) fn define_native(&mut self, definition: &Rc<GateDefinition>) -> Result<(), Fault> {
        let name = &definition.name;
        let shape = (definition.parameters.len(), definition.qubits.len());
        match GATES.iter().find(|row| row.name == &*name.text && (row.params, row.targets) == shape) {
            Some(_) => Ok(()),
            None => {
                let message = format!(
                    "@ketflow.native: there is no built-in gate {} of this shape; remove the annotation",
                    quote(&name.text)
                );
                Err(Fault::invalid(name.offset, message))
            }
        }
    }

    /// `name [[re, im], …]`, the matrix row by row.
    pub(super) fn define_unitary(&mut self, text: &str, offset: Offset) -> Result<(), Fault> {
        let bad = |what: &str| {
            Fault::invalid(offset, format!("pragma ketflow unitary: {what}; expected: NAME [[re, im], …], row by row"))
        };
        let (name, entries) = text.trim().split_once(' ').ok_or_else(|| bad("the name or the matrix is missing"))?;
        let matrix = matrix_entries(entries).ok_or_else(|| bad("the matrix is not a list of pairs of numbers"))?;
        let qubits = matrix.len().trailing_zeros() / 2;
        if matrix.len() != 1usize << (2 * qubits) || !(1..=MAX_UNITARY_QUBITS).contains(&qubits) {
            return Err(bad(&format!(
                "{} entries are not the matrix of 1 to {MAX_UNITARY_QUBITS} qubits",
                matrix.len()
            )));
        }
        self.charge(matrix.len() << qubits, offset)?;
        if !crate::linalg::is_unitary(&matrix, 1 << qubits, 1e-9) {
            return Err(bad("the matrix is not unitary to 1e-9"));
        }
        let name = Name { text: Rc::from(name), offset };
        self.check_new(&name)?;
        self.gates.insert(name.text.clone(), GateEntry::Matrix(Gate::Unitary(matrix.into())));
        Ok(())
    }

    /// `pragma braket unitary(matrix) targets`: applied where it stands.
    pub(super) fn braket_unitary(
        &mut self,
        matrix: &[Complex64],
        targets: &[Operand],
        offset: Offset,
        ops: &mut Vec<Op>,
    ) -> Result<(), Fault> {
        let mut qubits = Vec::new();
        for target in targets {
            qubits.extend_from_slice(self.select_qubits(target)?.ids());
            if qubits.len() > MAX_UNITARY_QUBITS as usize {
                let message =
                    format!("a matrix on more than {MAX_UNITARY_QUBITS} qubits is not supported; write gates");
                return Err(Fault::too_large(target.offset, message));
            }
        }
        self.new_stamp();
        if !qubits.iter().all(|qubit| self.stamp_qubit(*qubit)) {
            return Err(Fault::invalid(
                offset,
                "pragma braket unitary gets a qubit twice; its qubits must be different",
            ));
        }
        let size = 1usize << qubits.len();
        if matrix.len() != size * size {
            let (entries, count) = (matrix.len(), qubits.len());
            let message = format!(
                "a matrix of {entries} entries does not act on {count} {}; give {} entries",
                plural(count, "qubit"),
                size * size
            );
            return Err(Fault::invalid(offset, message));
        }
        self.charge(matrix.len() << qubits.len(), offset)?;
        if !crate::linalg::is_unitary(matrix, size, 1e-9) {
            return Err(Fault::invalid(
                offset,
                "the matrix of pragma braket unitary is not unitary to 1e-9; give all its digits",
            ));
        }
        qubits.reverse();
        let gate = Gate::Unitary(matrix.into());
        let (params, controls, place) = (Vec::new(), Vec::new(), Place::at(offset));
        self.emit(Op::Gate(GateOp { gate, params, controls, targets: qubits, place }), ops, offset)
    }

    pub(super) fn check_new(&self, name: &Name) -> Result<(), Fault> {
        if self.subroutines.contains_key(&name.text) {
            let message = format!("subroutine {} is already defined; choose another name", quote(&name.text));
            return Err(Fault::invalid(name.offset, message));
        }
        if self.gates.contains_key(&name.text) {
            return Err(Fault::invalid(
                name.offset,
                format!("gate {} is already defined; choose another name", quote(&name.text)),
            ));
        }
        match prelude::find(&name.text) {
            Some(gate) if !gate.may_be_redefined(self.version, self.has_qelib1, self.has_stdgates) => {
                let message = if gate.is_builtin(self.version) {
                    format!("gate '{}' is part of the language; choose another name", gate.name)
                } else {
                    format!(
                        "gate '{}' is already defined by the included file; choose another name, or remove this definition",
                        gate.name
                    )
                };
                Err(Fault::invalid(name.offset, message))
            }
            _ => Ok(()),
        }
    }

    /// Checks names and counts in a body; the number of definitions below it.
    fn check_body(&mut self, definition: &GateDefinition) -> Result<u32, Fault> {
        let mut seen = BTreeSet::new();
        for name in definition.parameters.iter().chain(&definition.qubits) {
            if !seen.insert(&*name.text) {
                return Err(Fault::invalid(
                    name.offset,
                    format!("{} is used twice in this definition; choose another name", quote(&name.text)),
                ));
            }
        }
        if definition.qubits.is_empty() && self.version == Version::OpenQasm2 {
            return Err(Fault::invalid(definition.name.offset, "a gate needs at least one qubit"));
        }
        let mut depth = 0;
        for statement in &definition.body {
            depth = depth.max(self.check_statement(definition, statement)?);
        }
        Ok(depth)
    }

    fn check_statement(&mut self, definition: &GateDefinition, statement: &Statement) -> Result<u32, Fault> {
        self.charge(1, statement.offset)?;
        match &statement.kind {
            StatementKind::Call(call) => self.check_call(definition, call),
            StatementKind::Barrier(operands) => {
                operands.iter().try_for_each(|operand| check_operand(definition, operand))?;
                Ok(0)
            }
            StatementKind::Block(body) => {
                let mut depth = 0;
                for statement in body {
                    depth = depth.max(self.check_statement(definition, statement)?);
                }
                Ok(depth)
            }
            StatementKind::Ignored(_) => Ok(0),
            _ => Err(not_in_a_gate(statement)),
        }
    }

    fn check_call(&mut self, definition: &GateDefinition, call: &GateCall) -> Result<u32, Fault> {
        let name = &call.name;
        if name.text == definition.name.text && !self.gates.contains_key(&name.text) {
            let message = format!(
                "gate {} calls itself; a gate can only use gates that are defined before it",
                quote(&name.text)
            );
            return Err(Fault::invalid(name.offset, message));
        }
        let entry = self.gate(&name.text, name.offset)?;
        let (params, qubits, depth) = match &entry {
            GateEntry::Library(gate) => (gate.params, gate.qubits, 1),
            GateEntry::Defined { definition, depth, .. } => {
                (definition.parameters.len(), definition.qubits.len(), *depth)
            }
            GateEntry::Matrix(gate) => (0, gate.targets(), 0),
        };
        if call.parameters.len() != params {
            let message = format!(
                "gate '{}' takes {params} {}, got {}",
                name.text,
                plural(params, "parameter"),
                call.parameters.len()
            );
            return Err(Fault::invalid(name.offset, message));
        }
        if call.modifiers.is_empty() && call.operands.len() != qubits {
            let message =
                format!("gate '{}' needs {qubits} {}, got {}", name.text, plural(qubits, "qubit"), call.operands.len());
            return Err(Fault::invalid(name.offset, message));
        }
        let mut used: Vec<&str> = Vec::new();
        for operand in &call.operands {
            check_operand(definition, operand)?;
            if let OperandBase::Name(qubit) = &operand.base {
                if used.contains(&&**qubit) {
                    let message = format!(
                        "gate '{}' gets the qubit {} twice; its qubits must be different",
                        name.text,
                        quote(qubit)
                    );
                    return Err(Fault::invalid(operand.offset, message));
                }
                used.push(qubit);
            }
        }
        for (_, parameter) in call.parameters.iter().enumerate().filter(|(k, _)| !entry.ignores(*k)) {
            self.check_names(definition, parameter)?;
        }
        Ok(depth)
    }

    /// Every name in an expression of a gate body is a parameter or a constant.
    fn check_names(&self, definition: &GateDefinition, expression: &Expression) -> Result<(), Fault> {
        match &expression.kind {
            ExpressionKind::Name(name) => {
                let is_parameter = definition.parameters.iter().any(|parameter| parameter.text == *name);
                let is_constant = matches!(&**name, "pi" | "π" | "tau" | "τ" | "euler" | "ℇ" | "ε");
                let is_global =
                    matches!(self.scopes[0].get(name), Some(super::Symbol::Variable { is_const: true, .. }));
                if is_parameter || is_constant || is_global {
                    return Ok(());
                }
                let known = definition.parameters.iter().map(|parameter| &*parameter.text);
                let hint = match nearest(name, known) {
                    Some(near) => format!("did you mean '{near}'?"),
                    None => "a gate body sees only its parameters and constants".to_owned(),
                };
                Err(Fault::invalid(
                    expression.offset,
                    format!("{} is not a parameter of this gate; {hint}", quote(name)),
                ))
            }
            ExpressionKind::Negate(x)
            | ExpressionKind::Not(x)
            | ExpressionKind::Complement(x)
            | ExpressionKind::Cast(_, x) => self.check_names(definition, x),
            ExpressionKind::Binary(_, x, y) => {
                self.check_names(definition, x)?;
                self.check_names(definition, y)
            }
            ExpressionKind::Physical(_) => Err(super::value::no_value(expression.offset)),
            ExpressionKind::Call(_, arguments) => arguments.iter().try_for_each(|x| self.check_names(definition, x)),
            _ => Ok(()),
        }
    }

    /// The parsed definition of a library gate that is given as text.
    pub(super) fn library_definition(
        &mut self,
        name: &str,
        text: &'static str,
        offset: Offset,
    ) -> Result<GateEntry, Fault> {
        let key: Rc<str> = Rc::from(format!("library {name}"));
        if let Some(entry) = self.gates.get(&key) {
            return Ok(entry.clone());
        }
        let statement = Parser::new(text, Version::OpenQasm2).and_then(|mut parser| parser.statement());
        match statement.map(|statement| statement.kind) {
            Ok(StatementKind::Gate(definition)) => {
                let reads = reads(&definition);
                let entry = GateEntry::Defined { definition, depth: 1, is_library: true, reads };
                self.gates.insert(key, entry.clone());
                Ok(entry)
            }
            _ => Err(Fault::invalid(offset, format!("the library definition of gate '{name}' cannot be read"))),
        }
    }
}

/// `[[re, im], …]`, every number read to the last bit (which a JSON reader does not promise).
fn matrix_entries(text: &str) -> Option<Vec<Complex64>> {
    let rows = text.trim().strip_prefix("[[")?.strip_suffix("]]")?;
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    rows.split("],")
        .map(|pair| {
            let (re, im) = pair.trim_start_matches([' ', '[']).split_once(',')?;
            Some(Complex64::new(number(re)?, number(im)?))
        })
        .collect()
}

/// The error for a statement that a gate body cannot hold.
pub(super) fn not_in_a_gate(statement: &Statement) -> Fault {
    let message = "a gate body holds only gates and barriers; put this statement outside of the definition";
    Fault::unsupported(statement.offset, message)
}

fn check_operand(definition: &GateDefinition, operand: &Operand) -> Result<(), Fault> {
    let name = match &operand.base {
        OperandBase::Physical(number) => {
            return Err(Fault::invalid(
                operand.offset,
                format!("physical qubit ${number} cannot be used in a gate body; add a qubit to the gate"),
            ));
        }
        OperandBase::Name(name) => name,
    };
    if !definition.qubits.iter().any(|qubit| qubit.text == *name) {
        let known = definition.qubits.iter().map(|qubit| &*qubit.text);
        let hint = match nearest(name, known) {
            Some(near) => format!("did you mean '{near}'?"),
            None => "a gate body sees only the qubits that it is given".to_owned(),
        };
        return Err(Fault::invalid(operand.offset, format!("{} is not a qubit of this gate; {hint}", quote(name))));
    }
    if !operand.indices.is_empty() {
        let message = format!(
            "{} is a single qubit and has no index; write {}, and name every further qubit of the gate in its first line",
            quote(name),
            quote(name)
        );
        return Err(Fault::invalid(operand.offset, message));
    }
    Ok(())
}
