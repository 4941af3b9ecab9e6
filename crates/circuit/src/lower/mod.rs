//! Syntax tree to IR: names are resolved, loops and gate definitions expanded, constants folded.

mod assign;
mod calls;
mod casts;
mod conditions;
mod control;
mod declare;
mod definitions;
mod fold;
mod functions;
mod operands;
mod scope;
mod values;

pub(crate) use functions::function_name;
pub(crate) use scope::{GateEntry, Symbol};
pub(crate) use values::{Value, negated};

use crate::ast::*;
use crate::fault::Fault;
use crate::format::Format;
use crate::ir::{Circuit, Op};
use crate::limits::{MAX_NOTES, MAX_OPS, MAX_STEPS};
use crate::physical::physical_register;
use std::collections::BTreeMap;
use std::rc::Rc;

/// The state of one reading.
pub(crate) struct Lowerer {
    pub format: Format,
    pub circuit: Circuit,
    /// What was accepted without effect, by byte offset.
    pub notes: Vec<(Offset, String)>,
    /// Innermost last; the first is global.
    scopes: Vec<BTreeMap<Rc<str>, Symbol>>,
    /// Inside a gate body only the scopes from here on, and global constants, are visible.
    frame: usize,
    /// Inside a library gate, which sees nothing of the program.
    in_library: bool,
    gates: BTreeMap<Rc<str>, GateEntry>,
    has_qelib1: bool,
    has_stdgates: bool,
    qubit_count: u32,
    bit_count: u32,
    /// Numbers of the physical qubits of the program, ascending; qubit k of the circuit is the k-th of them.
    physical: Vec<u32>,
    steps: u64,
    op_count: usize,
    /// How many `if`s whose condition is known only at run time surround the statement.
    feed_forward_depth: u32,
    /// For each qubit the last gate application that used it, to find duplicates without a set.
    stamps: Vec<u32>,
    stamp: u32,
}

impl Lowerer {
    pub fn new(format: Format, physical: Vec<u32>) -> Self {
        let qubit_count = physical.len() as u32;
        Self {
            format,
            circuit: Circuit::default(),
            notes: Vec::new(),
            scopes: vec![BTreeMap::new()],
            frame: 0,
            in_library: false,
            gates: BTreeMap::new(),
            has_qelib1: false,
            has_stdgates: false,
            qubit_count,
            bit_count: 0,
            physical,
            steps: 0,
            op_count: 0,
            feed_forward_depth: 0,
            stamps: Vec::new(),
            stamp: 0,
        }
    }

    /// The circuit without its operations, and a note on the numbers of physical qubits where they changed.
    pub fn finish(self) -> (Circuit, Option<(Offset, String)>) {
        let mut circuit = self.circuit;
        if self.physical.is_empty() {
            return (circuit, None);
        }
        circuit.qubits.push(physical_register(&circuit, self.physical.len() as u32));
        let is_renumbered = self.physical.iter().enumerate().any(|(k, number)| k as u32 != *number);
        let shown: Vec<String> =
            self.physical.iter().take(8).enumerate().map(|(k, number)| format!("${number} is qubit {k}")).collect();
        let more = if self.physical.len() > 8 { ", …" } else { "" };
        let note = format!("only the physical qubits that are used exist here: {}{more}", shown.join(", "));
        (circuit, is_renumbered.then_some((0, note)))
    }

    pub fn statement(&mut self, statement: &Statement, ops: &mut Vec<Op>) -> Result<(), Fault> {
        let offset = statement.offset;
        self.charge(1, offset)?;
        match &statement.kind {
            StatementKind::Include(file) => self.include(file, offset),
            StatementKind::Qubits { name, size } => self.declare_qubits(name, size.as_ref()),
            StatementKind::Bits { name, size, value } => self.declare_bits(name, size.as_ref(), value.as_ref(), ops),
            StatementKind::Input { kind, name } => self.declare_input(kind, name),
            StatementKind::Variable { kind, name, value, is_const } => {
                self.declare_variable(kind, name, value.as_ref(), *is_const)
            }
            StatementKind::Alias { name, parts } => self.declare_alias(name, parts),
            StatementKind::Gate(definition) => self.define_gate(definition),
            StatementKind::Native(definition) => self.define_native(definition),
            StatementKind::UnitaryPragma(text) => self.define_unitary(text, offset),
            StatementKind::Call(call) => self.call(call, ops),
            StatementKind::Measure { qubits, bits } => self.measure(qubits, bits.as_ref(), ops),
            StatementKind::Assign { target, operator, value } => self.assign(target, *operator, value, ops),
            StatementKind::Reset(operand) => self.reset(operand, ops),
            StatementKind::Barrier(operands) => self.barrier(operands, offset, ops),
            StatementKind::If { condition, then, otherwise } => self.if_statement(condition, then, otherwise, ops),
            StatementKind::For { kind, variable, domain, body } => {
                self.for_statement(kind.as_ref(), variable, domain, body, ops)
            }
            StatementKind::Block(body) => self.block(body, ops),
            StatementKind::Ignored(reason) => {
                self.note(offset, reason);
                Ok(())
            }
        }
    }

    /// Statements in a scope of their own.
    fn block(&mut self, body: &[Statement], ops: &mut Vec<Op>) -> Result<(), Fault> {
        self.scopes.push(BTreeMap::new());
        let result = body.iter().try_for_each(|statement| self.statement(statement, ops));
        self.scopes.pop();
        result
    }

    /// Counts work, so that every program ends soon.
    fn charge(&mut self, steps: usize, offset: Offset) -> Result<(), Fault> {
        self.steps += steps as u64;
        if self.steps > MAX_STEPS {
            let message = format!(
                "the program needs more than {MAX_STEPS} steps to expand; shorten its loops or gate definitions"
            );
            return Err(Fault::too_large(offset, message));
        }
        Ok(())
    }

    /// Counts operations that come into being.
    fn count_ops(&mut self, more: usize, offset: Offset) -> Result<(), Fault> {
        self.op_count = self.op_count.saturating_add(more);
        if self.op_count > MAX_OPS {
            let message =
                format!("the program expands to more than {MAX_OPS} operations; shorten its loops or gate definitions");
            return Err(Fault::too_large(offset, message));
        }
        Ok(())
    }

    fn emit(&mut self, op: Op, ops: &mut Vec<Op>, offset: Offset) -> Result<(), Fault> {
        self.count_ops(1, offset)?;
        ops.push(op);
        Ok(())
    }

    /// Notes what has no effect, once per place.
    fn note(&mut self, offset: Offset, reason: &str) {
        if self.notes.len() < MAX_NOTES && !self.notes.iter().any(|(place, _)| *place == offset) {
            self.notes.push((offset, reason.to_owned()));
        }
    }
}
