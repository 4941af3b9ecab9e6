//! A circuit as JSON for what draws it, and the notes on its source for what lists them.

use crate::ir::{Circuit, Condition, InputKind, Op, Register};
use crate::names::Names;
use crate::reader::Note;
use serde::Serialize;
use std::collections::BTreeSet;
use std::f64::consts::PI;

#[derive(Serialize)]
struct View<'c> {
    qubits: Vec<RegisterView<'c>>,
    bits: Vec<RegisterView<'c>>,
    inputs: Vec<InputView<'c>>,
    ops: Vec<OpView>,
}

#[derive(Serialize)]
struct RegisterView<'c> {
    name: &'c str,
    size: u32,
    scalar: bool,
}

#[derive(Serialize)]
struct InputView<'c> {
    name: &'c str,
    kind: &'static str,
}

#[derive(Serialize)]
#[serde(tag = "op", rename_all = "lowercase")]
enum OpView {
    Gate { name: &'static str, params: Vec<String>, controls: Vec<ControlView>, targets: Vec<u32> },
    Measure { qubit: u32, bit: Option<u32> },
    Reset { qubit: u32 },
    Barrier { qubits: Vec<u32> },
    Assign { bit: u32, text: String, bits: Vec<u32> },
    If { text: String, bits: Vec<u32>, then: Vec<OpView>, otherwise: Vec<OpView> },
}

#[derive(Serialize)]
struct ControlView {
    qubit: u32,
    value: bool,
}

/// The circuit as one JSON document:
///
/// ```text
/// { "qubits": [{"name": "q", "size": 2, "scalar": false}],     registers, elements numbered through
///   "bits":   [{"name": "c", "size": 2, "scalar": false}],
///   "inputs": [{"name": "theta", "kind": "float" | "angle" | "int" | "uint"}],
///   "ops": [
///     {"op": "gate", "name": "x", "params": ["0.5", "theta / 2"],   names of the gate table, "unitary" for a matrix
///      "controls": [{"qubit": 0, "value": true}], "targets": [1]},
///     {"op": "measure", "qubit": 0, "bit": 0 | null},
///     {"op": "reset", "qubit": 0},
///     {"op": "barrier", "qubits": [0, 1]},
///     {"op": "assign", "bit": 0, "text": "c[0] && c[1]", "bits": [0, 1]},       bits: those that are read, ascending
///     {"op": "if", "text": "c == 3", "bits": [0, 1], "then": [ops], "otherwise": [ops]} ] }
/// ```
///
/// Parameters are for reading: simple fractions of π are written so (`"3π/4"`, to 1e-12), other constants with at most six
/// digits behind the point.
pub fn to_json(circuit: &Circuit) -> String {
    let names = Names::new(circuit, |_| false);
    let view = View {
        qubits: registers(&circuit.qubits),
        bits: registers(&circuit.bits),
        inputs: circuit.inputs.iter().map(|input| InputView { name: &input.name, kind: kind(input.kind) }).collect(),
        ops: ops(&circuit.ops, &names),
    };
    // Strings, numbers and lists always have a JSON form.
    serde_json::to_string(&view).unwrap_or_default()
}

/// `[{line, column, message}]`.
pub fn notes_to_json(notes: &[Note]) -> String {
    serde_json::to_string(notes).unwrap_or_default()
}

fn registers(registers: &[Register]) -> Vec<RegisterView<'_>> {
    registers.iter().map(|r| RegisterView { name: &r.name, size: r.size, scalar: r.is_scalar }).collect()
}

fn kind(kind: InputKind) -> &'static str {
    match kind {
        InputKind::Float => "float",
        InputKind::Angle => "angle",
        InputKind::Int => "int",
        InputKind::Uint => "uint",
    }
}

fn ops(list: &[Op], names: &Names) -> Vec<OpView> {
    list.iter().map(|op| view(op, names)).collect()
}

fn view(op: &Op, names: &Names) -> OpView {
    match op {
        Op::Gate(gate) => OpView::Gate {
            name: gate.gate.row().map_or("unitary", |row| row.name),
            params: gate.params.iter().map(|param| names.expr(param, &readable)).collect(),
            controls: gate.controls.iter().map(|c| ControlView { qubit: c.qubit, value: c.value }).collect(),
            targets: gate.targets.clone(),
        },
        Op::Measure { qubit, bit } => OpView::Measure { qubit: *qubit, bit: *bit },
        Op::Reset { qubit } => OpView::Reset { qubit: *qubit },
        Op::Barrier { qubits } => OpView::Barrier { qubits: qubits.clone() },
        Op::Assign { bit, value } => OpView::Assign { bit: *bit, text: text(value, names), bits: bits(value) },
        Op::If { condition, then, otherwise } => OpView::If {
            text: text(condition, names),
            bits: bits(condition),
            then: ops(then, names),
            otherwise: ops(otherwise, names),
        },
    }
}

fn text(condition: &Condition, names: &Names) -> String {
    match condition {
        Condition::Const(value) => u8::from(*value).to_string(),
        condition => names.condition(condition),
    }
}

/// The bits that a condition reads, ascending.
fn bits(condition: &Condition) -> Vec<u32> {
    let mut set = BTreeSet::new();
    condition.each_bit(&mut |bit| {
        set.insert(bit);
    });
    set.into_iter().collect()
}

/// A constant for reading.
fn readable(value: f64) -> String {
    for denominator in [1u32, 2, 3, 4, 5, 6, 8, 12, 16, 32, 64] {
        let numerator = value * f64::from(denominator) / PI;
        let nearest = libm::round(numerator);
        if nearest != 0.0 && libm::fabs(nearest) <= 64.0 && libm::fabs(numerator - nearest) < 1e-12 {
            let sign = if nearest < 0.0 { "-" } else { "" };
            let factor = libm::fabs(nearest);
            let factor = if factor == 1.0 { String::new() } else { factor.to_string() };
            let divisor = if denominator == 1 { String::new() } else { format!("/{denominator}") };
            return format!("{sign}{factor}π{divisor}");
        }
    }
    let size = libm::fabs(value);
    if size != 0.0 && !(1e-4..1e6).contains(&size) {
        return format!("{value:.5e}");
    }
    let fixed = format!("{value:.6}");
    let short = fixed.trim_end_matches('0').trim_end_matches('.');
    if short == "-0" { "0".to_owned() } else { short.to_owned() }
}
