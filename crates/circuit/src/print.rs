//! The printer: a circuit as OpenQASM 3. Reading the text again gives the same circuit.
//!
//! That holds for circuits in the normal form that the readers produce: constants folded, no global phase with controls, no
//! empty operand. Two things need words of ours. A built-in gate that `stdgates.inc` lacks is preceded by a definition for
//! other tools, annotated `@ketflow.native`, which our reader skips in favour of the built-in. A matrix has no exact form in
//! OpenQASM: it becomes `pragma ketflow unitary NAME [[re, im], …]` and a call of NAME, which other tools refuse.

use crate::expr::{BinaryOp, Expr};
use crate::gates::{GATES, Gate};
use crate::ir::{Circuit, Comparison, Condition, Control, GateOp, InputKind, Op, Operand, Register};
use crate::keywords3::is_reserved;
use crate::lower::function_name;
use crate::names::Names;
use std::fmt::Write;

/// Names of `stdgates.inc` for gates with positive controls.
const CONTROLLED: &[(Gate, usize, &str)] = &[
    (Gate::X, 1, "cx"),
    (Gate::X, 2, "ccx"),
    (Gate::Y, 1, "cy"),
    (Gate::Z, 1, "cz"),
    (Gate::H, 1, "ch"),
    (Gate::P, 1, "cp"),
    (Gate::Rx, 1, "crx"),
    (Gate::Ry, 1, "cry"),
    (Gate::Rz, 1, "crz"),
    (Gate::Swap, 1, "cswap"),
];

/// The circuit as an OpenQASM 3 program; [`crate::parse`] of it gives the same circuit.
///
/// Names that OpenQASM 3 reserves (an OpenQASM 2 register may be called `bit`) get an underscore behind them.
pub fn print_openqasm3(circuit: &Circuit) -> String {
    let mut printer = Printer {
        names: Names::new(circuit, is_reserved),
        matrices: Vec::new(),
        natives: Vec::new(),
        out: String::new(),
    };
    printer.find_gates(&circuit.ops);
    printer.header(circuit);
    printer.ops(&circuit.ops, 0);
    printer.out
}

struct Printer<'c> {
    names: Names,
    /// Every different matrix, in order of its first use, with its name.
    matrices: Vec<(&'c Gate, String)>,
    /// Built-in gates that need a definition for other tools.
    natives: Vec<Gate>,
    out: String,
}

impl<'c> Printer<'c> {
    fn find_gates(&mut self, ops: &'c [Op]) {
        for op in ops {
            match op {
                Op::Gate(GateOp { gate: gate @ Gate::Unitary(_), .. }) if !self.has_matrix(gate) => {
                    let name = self.names.free(&format!("unitary_{}", self.matrices.len()));
                    self.matrices.push((gate, name));
                }
                Op::Gate(GateOp { gate, .. }) if self.needs_definition(gate) => self.natives.push(gate.clone()),
                Op::If { then, otherwise, .. } => {
                    self.find_gates(then);
                    self.find_gates(otherwise);
                }
                _ => {}
            }
        }
    }

    /// Whether this is the first use of a built-in gate that other tools may not have.
    fn needs_definition(&self, gate: &Gate) -> bool {
        gate.row().is_some_and(|row| row.definition.is_some()) && !self.natives.contains(gate)
    }

    fn has_matrix(&self, gate: &Gate) -> bool {
        self.matrices.iter().any(|(known, _)| *known == gate)
    }

    fn header(&mut self, circuit: &Circuit) {
        let out = &mut self.out;
        out.push_str("OPENQASM 3.0;\ninclude \"stdgates.inc\";\n");
        for row in GATES.iter().filter(|row| self.natives.contains(&row.gate)) {
            let _ = writeln!(out, "@ketflow.native\n{}", row.definition.unwrap_or_default());
        }
        for (gate, name) in &self.matrices {
            if let Gate::Unitary(matrix) = gate {
                let entries: Vec<String> = matrix.iter().map(|x| format!("[{:?}, {:?}]", x.re, x.im)).collect();
                let _ = writeln!(out, "pragma ketflow unitary {name} [{}]", entries.join(", "));
            }
        }
        for (input, name) in circuit.inputs.iter().zip(&self.names.inputs) {
            let kind = match input.kind {
                InputKind::Float => "float[64]",
                InputKind::Angle => "angle",
                InputKind::Int => "int",
                InputKind::Uint => "uint",
            };
            let _ = writeln!(out, "input {kind} {name};");
        }
        let mut registers = |kind: &str, registers: &[Register], names: &[String]| {
            for (register, name) in registers.iter().zip(names) {
                let size = if register.is_scalar { String::new() } else { format!("[{}]", register.size) };
                let _ = writeln!(out, "{kind}{size} {name};");
            }
        };
        registers("bit", &circuit.bits, &self.names.bit_registers);
        registers("qubit", &circuit.qubits, &self.names.qubit_registers);
    }

    fn ops(&mut self, ops: &[Op], depth: usize) {
        for op in ops {
            self.indent(depth);
            match op {
                Op::Gate(gate) => {
                    let text = self.gate(gate);
                    self.out.push_str(&text);
                }
                Op::Measure { qubit, bit: Some(bit) } => {
                    let _ = write!(self.out, "{} = measure {};", self.names.bit(*bit), self.names.qubit(*qubit));
                }
                Op::Measure { qubit, bit: None } => {
                    let _ = write!(self.out, "measure {};", self.names.qubit(*qubit));
                }
                Op::Reset { qubit } => {
                    let _ = write!(self.out, "reset {};", self.names.qubit(*qubit));
                }
                Op::Barrier { qubits } => {
                    let operands: Vec<String> = qubits.iter().map(|qubit| self.names.qubit(*qubit)).collect();
                    let _ = write!(self.out, "barrier {};", operands.join(", "));
                }
                Op::Assign { bit, value } => {
                    let value = match value {
                        Condition::Const(value) => u8::from(*value).to_string(),
                        value => self.names.condition(value),
                    };
                    let _ = write!(self.out, "{} = {value};", self.names.bit(*bit));
                }
                Op::If { condition, then, otherwise } => {
                    let _ = writeln!(self.out, "if ({}) {{", self.names.condition(condition));
                    self.ops(then, depth + 1);
                    self.indent(depth);
                    self.out.push('}');
                    if !otherwise.is_empty() {
                        self.out.push_str(" else {\n");
                        self.ops(otherwise, depth + 1);
                        self.indent(depth);
                        self.out.push('}');
                    }
                }
            }
            self.out.push('\n');
        }
    }

    fn indent(&mut self, depth: usize) {
        for _ in 0..depth {
            self.out.push_str("  ");
        }
    }

    fn gate(&self, op: &GateOp) -> String {
        let positive = op.controls.iter().all(|control| control.value);
        let short =
            CONTROLLED.iter().find(|(gate, count, _)| positive && *gate == op.gate && *count == op.controls.len());
        let mut text = match short {
            Some((.., name)) => (*name).to_owned(),
            None => format!("{}{}", modifiers(&op.controls), self.gate_name(&op.gate)),
        };
        if !op.params.is_empty() {
            let params: Vec<String> = op.params.iter().map(|param| self.names.expr(param, &exact)).collect();
            let _ = write!(text, "({})", params.join(", "));
        }
        let qubits = op.controls.iter().map(|control| control.qubit).chain(op.targets.iter().copied());
        let operands: Vec<String> = qubits.map(|qubit| self.names.qubit(qubit)).collect();
        if !operands.is_empty() {
            let _ = write!(text, " {}", operands.join(", "));
        }
        text.push(';');
        text
    }

    fn gate_name(&self, gate: &Gate) -> &str {
        match gate.row() {
            Some(row) => row.name,
            None => self.matrices.iter().find(|(known, _)| *known == gate).map_or("", |(_, name)| name),
        }
    }
}

/// `ctrl(2) @ negctrl @ ` for a row of controls.
fn modifiers(controls: &[Control]) -> String {
    let mut text = String::new();
    for run in controls.chunk_by(|x, y| x.value == y.value) {
        let name = if run[0].value { "ctrl" } else { "negctrl" };
        match run.len() {
            1 => text.push_str(&format!("{name} @ ")),
            count => text.push_str(&format!("{name}({count}) @ ")),
        }
    }
    text
}

/// The shortest digits that read as the same number.
fn exact(value: f64) -> String {
    format!("{value:?}")
}

/// The operator as OpenQASM 3 spells it, and its precedence.
fn binary(operator: BinaryOp) -> (&'static str, u8) {
    match operator {
        BinaryOp::Add => ("+", 1),
        BinaryOp::Sub => ("-", 1),
        BinaryOp::Mul => ("*", 2),
        BinaryOp::Div => ("/", 2),
        BinaryOp::Mod => ("%", 2),
        BinaryOp::Pow => ("**", 4),
    }
}

/// The comparison as both languages spell it.
fn comparison(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal => "==",
        Comparison::NotEqual => "!=",
        Comparison::Less => "<",
        Comparison::LessOrEqual => "<=",
        Comparison::Greater => ">",
        Comparison::GreaterOrEqual => ">=",
    }
}

impl Names {
    /// A real expression with as few brackets as its reader needs; `constant` writes the numbers.
    pub(crate) fn expr(&self, expr: &Expr, constant: &dyn Fn(f64) -> String) -> String {
        self.expr_within(expr, constant, 0)
    }

    /// `least` is the precedence below which brackets are needed; a unary minus has 3.
    fn expr_within(&self, expr: &Expr, constant: &dyn Fn(f64) -> String, least: u8) -> String {
        let (text, precedence) = match expr {
            Expr::Const(value) => {
                let text = constant(*value);
                let precedence = if text.contains('/') {
                    2
                } else if text.starts_with('-') {
                    3
                } else {
                    9
                };
                (text, precedence)
            }
            Expr::Input(index) => (self.inputs.get(*index as usize).cloned().unwrap_or_default(), 9),
            Expr::Neg(x) => (format!("-{}", self.expr_within(x, constant, 3)), 3),
            Expr::Call(function, x) => (format!("{}({})", function_name(*function), self.expr(x, constant)), 9),
            Expr::Binary(operator, x, y) => {
                let (symbol, precedence) = binary(*operator);
                // `**` groups to the right, everything else to the left.
                let (left, right) = if *operator == BinaryOp::Pow {
                    (precedence + 1, precedence)
                } else {
                    (precedence, precedence + 1)
                };
                let (x, y) = (self.expr_within(x, constant, left), self.expr_within(y, constant, right));
                (format!("{x} {symbol} {y}"), precedence)
            }
        };
        if precedence < least { format!("({text})") } else { text }
    }

    /// A condition; compound parts stand in brackets.
    pub(crate) fn condition(&self, condition: &Condition) -> String {
        match condition {
            Condition::And(x, y) => format!("{} && {}", self.left(condition, x), self.inner(y)),
            Condition::Or(x, y) => format!("{} || {}", self.left(condition, x), self.inner(y)),
            Condition::Xor(x, y) => format!("{} ^ {}", self.left(condition, x), self.inner(y)),
            Condition::Compare { comparison: how, left, right } => {
                format!("{} {} {}", self.operand(left), comparison(*how), self.operand(right))
            }
            simple => self.inner(simple),
        }
    }

    /// The left side of a chain of one operator needs no brackets.
    fn left(&self, whole: &Condition, x: &Condition) -> String {
        if std::mem::discriminant(whole) == std::mem::discriminant(x) { self.condition(x) } else { self.inner(x) }
    }

    fn inner(&self, condition: &Condition) -> String {
        match condition {
            Condition::Const(value) => value.to_string(),
            Condition::Bit(bit) => self.bit(*bit),
            Condition::Not(x) => format!("!{}", self.inner(x)),
            compound => format!("({})", self.condition(compound)),
        }
    }

    fn operand(&self, operand: &Operand) -> String {
        match operand {
            Operand::Const(value) => value.to_string(),
            Operand::Bits(bits) => self.bit_row(bits),
        }
    }
}
