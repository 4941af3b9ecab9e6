//! Syntax tree to IR: names are resolved, loops and gate definitions expanded, constants folded.

mod assign;
mod branches;
mod calls;
mod casts;
mod conditions;
mod control;
mod declare;
mod definitions;
mod evaluate;
mod fold;
mod functions;
mod names;
mod operands;
mod scope;
mod subroutines;
mod value;

pub(crate) use functions::{function_name, plural};
pub(crate) use scope::{Frame, GateEntry, Symbol};
pub(crate) use value::Value;

use crate::ast::*;
use crate::fault::Fault;
use crate::format::Version;
use crate::ir::{Circuit, Op};
use crate::limits::{MAX_BLOCK_DEPTH, MAX_NOTES, MAX_OPS, MAX_STEPS};
use crate::parser::too_deep;
use crate::physical::physical_register;
use branches::Replaced;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use subroutines::{ReturnSlot, SubroutineEntry};

/// Bits that are declared in a block: the number of their register, and theirs.
type LocalBits = (usize, Rc<[u32]>);

/// The state of one reading.
pub(crate) struct Lowerer {
    pub version: Version,
    pub circuit: Circuit,
    /// What was accepted without effect, by byte offset.
    pub notes: Vec<(Offset, String)>,
    /// Innermost last; the first is global.
    scopes: Vec<BTreeMap<Rc<str>, Symbol>>,
    /// Inside a gate or a subroutine only the scopes from here on, and some global names, are visible.
    frame: usize,
    frame_kind: Frame,
    /// Inside a library gate, which sees nothing of the program.
    in_library: bool,
    /// Where the program calls the library gate that is being expanded.
    library_call: Option<Offset>,
    gates: BTreeMap<Rc<str>, GateEntry>,
    subroutines: BTreeMap<Rc<str>, SubroutineEntry>,
    /// Only the subroutines before this one can be called.
    callable: usize,
    return_slot: Option<ReturnSlot>,
    has_qelib1: bool,
    has_stdgates: bool,
    qubit_count: u32,
    bit_count: u32,
    /// Numbers of the physical qubits of the program, ascending; qubit k of the circuit is the k-th of them.
    physical: Vec<u32>,
    steps: u64,
    op_count: usize,
    /// Counts what sets classical bits, so that variables know when the bits that they hold are no longer those.
    clock: u64,
    /// For each classical bit, the clock when it was last set.
    bit_times: Vec<u64>,
    /// Registers of bits that are declared in blocks, by the place of the declaration and their size.
    locals: BTreeMap<(Offset, Option<u32>), LocalBits>,
    /// Blocks and subroutines around the statement.
    depth: u32,
    /// How many `if`s whose condition is known only at run time surround the statement.
    feed_forward_depth: u32,
    /// For each of these `if`s what its branch has set, in order.
    branches: Vec<Vec<Replaced>>,
    /// For each qubit the last gate application that used it, to find duplicates without a set.
    stamps: Vec<u32>,
    stamp: u32,
}

impl Lowerer {
    pub fn new(version: Version, physical: Vec<u32>) -> Self {
        let qubit_count = physical.len() as u32;
        Self {
            version,
            circuit: Circuit::default(),
            notes: Vec::new(),
            scopes: vec![BTreeMap::new()],
            frame: 0,
            frame_kind: Frame::Gate,
            in_library: false,
            library_call: None,
            gates: BTreeMap::new(),
            subroutines: BTreeMap::new(),
            callable: usize::MAX,
            return_slot: None,
            has_qelib1: false,
            has_stdgates: false,
            qubit_count,
            bit_count: 0,
            physical,
            steps: 0,
            op_count: 0,
            clock: 0,
            bit_times: Vec::new(),
            locals: BTreeMap::new(),
            depth: 0,
            feed_forward_depth: 0,
            branches: Vec::new(),
            stamps: Vec::new(),
            stamp: 0,
        }
    }

    /// The circuit without its operations, and a note on the numbers of physical qubits where they changed.
    pub fn finish(self) -> (Circuit, Option<(Offset, String)>) {
        let mut circuit = self.circuit;
        name_locals(&mut circuit, self.locals.values().map(|(register, _)| *register).collect());
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
                self.declare_variable(kind, name, value.as_ref(), *is_const, ops)
            }
            StatementKind::Alias { name, parts, is_set } => self.declare_alias(name, parts, *is_set),
            StatementKind::Gate(definition) => self.define_gate(definition),
            StatementKind::Native(definition) => self.define_native(definition),
            StatementKind::UnitaryPragma(text) => self.define_unitary(text, offset),
            StatementKind::BraketUnitary { matrix, targets } => self.braket_unitary(matrix, targets, offset, ops),
            StatementKind::Call(call) => self.call(call, ops),
            StatementKind::Measure { qubits, bits } => self.measure(qubits, bits.as_ref(), ops),
            StatementKind::Assign { target, operator, value } => self.assign(target, *operator, value, ops),
            StatementKind::Reset(operand) => self.reset(operand, ops),
            StatementKind::Barrier(operands) => self.barrier(operands, offset, ops),
            StatementKind::If { condition, then, otherwise } => self.if_statement(condition, then, otherwise, ops),
            StatementKind::For { kind, variable, domain, body } => {
                self.for_statement(kind.as_ref(), variable, domain, body, ops)
            }
            StatementKind::While { condition, body } => self.while_statement(condition, body, ops),
            StatementKind::Switch { subject, cases, otherwise } => self.switch(subject, cases, otherwise, ops),
            StatementKind::Subroutine(definition) => self.define_subroutine(definition),
            StatementKind::Return(_) => Err(self.misplaced_return(offset)),
            StatementKind::Block(body) => self.block(body, offset, ops),
            StatementKind::Ignored(reason) => {
                self.note(offset, reason);
                Ok(())
            }
        }
    }

    /// Statements in a scope of their own.
    fn block(&mut self, body: &[Statement], offset: Offset, ops: &mut Vec<Op>) -> Result<(), Fault> {
        self.enter(offset)?;
        self.scopes.push(BTreeMap::new());
        let result = body.iter().try_for_each(|statement| self.statement(statement, ops));
        self.scopes.pop();
        self.leave();
        result
    }

    /// Counts a block or a call around the statements that follow: the stack, and what can be read again when it is printed.
    fn enter(&mut self, offset: Offset) -> Result<(), Fault> {
        if self.depth + 1 >= MAX_BLOCK_DEPTH {
            return Err(too_deep(offset, MAX_BLOCK_DEPTH));
        }
        self.depth += 1;
        Ok(())
    }

    fn leave(&mut self) {
        self.depth -= 1;
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
        if let Op::Measure { bit: Some(bit), .. } | Op::Assign { bit, .. } = &op {
            self.clock += 1;
            self.bit_times[*bit as usize] = self.clock;
        }
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

/// Gives these registers names that no other register and no input has, with a number where theirs is taken.
fn name_locals(circuit: &mut Circuit, locals: BTreeSet<usize>) {
    let bits = circuit.bits.iter().enumerate().filter(|(k, _)| !locals.contains(k)).map(|(_, register)| &register.name);
    let qubits = circuit.qubits.iter().map(|register| &register.name);
    let mut taken: BTreeSet<String> =
        bits.chain(qubits).chain(circuit.inputs.iter().map(|input| &input.name)).cloned().collect();
    let mut last: BTreeMap<String, u32> = BTreeMap::new();
    for register in locals {
        let wanted = &circuit.bits[register].name;
        let mut name = wanted.clone();
        while !taken.insert(name.clone()) {
            let number = last.entry(wanted.clone()).or_insert(1);
            *number += 1;
            name = format!("{wanted}_{number}");
        }
        circuit.bits[register].name = name;
    }
}
