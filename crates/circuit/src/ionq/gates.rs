//! The gates of a circuit: names, operands and angles of IonQ's two gate sets.

use super::build::op;
use super::json::{Fields, Node};
use super::pauli::pauliexp;
use crate::fault::{Fault, nearest_gate, quote};
use crate::gates::Gate;
use crate::ir::GateOp;
use crate::limits::MAX_QUBITS;
use crate::lower::plural;
use std::collections::BTreeSet;
use std::f64::consts::{FRAC_PI_2, TAU};

/// What the names of gates mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum GateSet {
    /// Gates of textbooks, angles in radians, with any number of controls.
    Qis,
    /// Gates of the trapped-ion machines, phases and angles in turns.
    Native,
}

impl GateSet {
    fn name(self) -> &'static str {
        match self {
            Self::Qis => "qis",
            Self::Native => "native",
        }
    }

    fn gates(self) -> &'static [&'static str] {
        match self {
            Self::Qis => &[
                "x", "y", "z", "h", "s", "si", "t", "ti", "v", "vi", "rx", "ry", "rz", "not", "cnot", "swap", "xx",
                "yy", "zz", "pauliexp",
            ],
            Self::Native => &["gpi", "gpi2", "ms", "zz", "nop"],
        }
    }
}

/// The qubits of one gate.
struct Operands {
    controls: Vec<u32>,
    targets: Vec<u32>,
}

/// The gates that one item of `circuit` stands for.
pub(super) fn gates_of(node: &Node<'_>, set: GateSet, qubits: Option<u32>) -> Result<Vec<GateOp>, Fault> {
    let fields = node.fields("an item of 'circuit'")?;
    let name_node = fields.need("gate", "an item of 'circuit'")?;
    let name = name_node.text("'gate'")?;
    if !set.gates().contains(&name.as_str()) {
        return Err(unknown(&name_node, &name, set));
    }
    let operands = operands(&fields, &name, qubits)?;
    match set {
        GateSet::Qis => qis(&fields, &name, &operands),
        GateSet::Native => native(&fields, &name, &operands),
    }
}

fn unknown(node: &Node<'_>, name: &str, set: GateSet) -> Fault {
    let other = match set {
        GateSet::Qis => GateSet::Native,
        GateSet::Native => GateSet::Qis,
    };
    if other.gates().contains(&name) {
        return node.invalid(format!(
            "gate {} is of the gate set '{}', the circuit of '{}'; set 'gateset', and use the gates of one set",
            quote(name),
            other.name(),
            set.name()
        ));
    }
    let hint = match nearest_gate(name, set.gates().iter().copied()) {
        Some(near) => format!("did you mean '{near}'?"),
        None => format!("the gates are {}", set.gates().join(", ")),
    };
    node.invalid(format!("gate {} is not one of the gate set '{}'; {hint}", quote(name), set.name()))
}

fn qis(fields: &Fields<'_>, name: &str, operands: &Operands) -> Result<Vec<GateOp>, Fault> {
    let (gate, takes): (Gate, &[&str]) = match name {
        "x" | "not" | "cnot" => (Gate::X, &[]),
        "y" => (Gate::Y, &[]),
        // qiskit-ionq writes its phase gates so: p(λ) is 'z' with a rotation, cp(λ) the same with a control.
        "z" if fields.get("rotation").is_some() => (Gate::P, &["rotation"]),
        "z" => (Gate::Z, &[]),
        "h" => (Gate::H, &[]),
        "s" => (Gate::S, &[]),
        "si" => (Gate::Sdg, &[]),
        "t" => (Gate::T, &[]),
        "ti" => (Gate::Tdg, &[]),
        "v" => (Gate::Sx, &[]),
        "vi" => (Gate::Sxdg, &[]),
        "rx" => (Gate::Rx, &["rotation"]),
        "ry" => (Gate::Ry, &["rotation"]),
        "rz" => (Gate::Rz, &["rotation"]),
        "swap" => (Gate::Swap, &[]),
        "xx" => (Gate::Rxx, &["rotation"]),
        "yy" => (Gate::Ryy, &["rotation"]),
        "zz" => (Gate::Rzz, &["rotation"]),
        _ => {
            only(fields, name, &["terms", "coefficients", "time"])?;
            operands.without_controls(fields, name)?;
            return pauliexp(fields, &operands.targets);
        }
    };
    only(fields, name, takes)?;
    let what = format!("gate '{name}'");
    if name == "cnot" && operands.controls.is_empty() {
        return Err(fields.first_of(&["control", "controls"]).invalid("gate 'cnot' has no control; add it"));
    }
    let angles = match takes {
        [] => Vec::new(),
        _ => vec![fields.need("rotation", &what)?.number("'rotation'")?],
    };
    let width = gate.targets();
    if width > 1 {
        operands.exactly(width, fields, name)?;
    }
    // A gate on one qubit may name several: it is then applied to each.
    Ok(operands.targets.chunks(width).map(|targets| op(gate.clone(), &angles, &operands.controls, targets)).collect())
}

/// Source of the matrices: IonQ, "Getting started with native gates".
fn native(fields: &Fields<'_>, name: &str, operands: &Operands) -> Result<Vec<GateOp>, Fault> {
    operands.without_controls(fields, name)?;
    let what = format!("gate '{name}'");
    match name {
        "gpi" | "gpi2" => {
            only(fields, name, &["phase"])?;
            operands.exactly(1, fields, name)?;
            let phase = TAU * fields.need("phase", &what)?.number("'phase'")?;
            let targets = &operands.targets;
            Ok(if name == "gpi" {
                // [[0, e^{−iφ}], [e^{iφ}, 0]]
                vec![op(Gate::X, &[], &[], targets), op(Gate::Rz, &[2.0 * phase], &[], targets)]
            } else {
                vec![op(Gate::U, &[FRAC_PI_2, phase - FRAC_PI_2, FRAC_PI_2 - phase], &[], targets)]
            })
        }
        "ms" => {
            only(fields, name, &["phases", "angle"])?;
            operands.exactly(2, fields, name)?;
            let phases_node = fields.need("phases", &what)?;
            let phases = phases_node.items("'phases'")?;
            let [first, second] = phases.as_slice() else {
                return Err(phases_node.invalid(format!("'phases' has {} numbers; give two", phases.len())));
            };
            let angle = fields.get("angle").map_or(Ok(0.25), |node| node.number("'angle'"))?;
            let turn = |sign: f64| {
                let each = [first, second].into_iter().zip(&operands.targets);
                each.map(move |(phase, qubit)| {
                    Ok(op(Gate::Rz, &[sign * TAU * phase.number("a phase")?], &[], &[*qubit]))
                })
            };
            let mut gates = turn(-1.0).collect::<Result<Vec<GateOp>, Fault>>()?;
            gates.push(op(Gate::Rxx, &[TAU * angle], &[], &operands.targets));
            gates.extend(turn(1.0).collect::<Result<Vec<GateOp>, Fault>>()?);
            Ok(gates)
        }
        "zz" => {
            // IonQ's documentation and qiskit-ionq say 'angle', cirq-ionq writes 'phase' for the same number.
            only(fields, name, &["angle", "phase"])?;
            operands.exactly(2, fields, name)?;
            let angle = match (fields.get("angle"), fields.get("phase")) {
                (Some(_), Some(phase)) => {
                    return Err(phase.invalid("gate 'zz' has 'angle' and 'phase'; give one of them"));
                }
                (None, Some(phase)) => phase.number("'phase'")?,
                _ => fields.need("angle", &what)?.number("'angle'")?,
            };
            Ok(vec![op(Gate::Rzz, &[TAU * angle], &[], &operands.targets)])
        }
        _ => {
            only(fields, name, &[])?;
            Ok(Vec::new())
        }
    }
}

/// Refuses fields that the gate has no use for: they would change what it means, or are a typing mistake.
fn only(fields: &Fields<'_>, name: &str, takes: &[&str]) -> Result<(), Fault> {
    const OPERANDS: &[&str] = &["gate", "target", "targets", "control", "controls"];
    match fields.iter().find(|(field, _)| !OPERANDS.contains(field) && !takes.contains(field)) {
        None => Ok(()),
        Some((field, node)) => {
            let hint = match takes {
                [] => "it has only qubits".to_owned(),
                _ => format!("besides its qubits it has {}", takes.join(", ")),
            };
            Err(node.invalid(format!("gate '{name}' has no field {}; remove it: {hint}", quote(field))))
        }
    }
}

fn operands(fields: &Fields<'_>, name: &str, qubits: Option<u32>) -> Result<Operands, Fault> {
    let mut seen = BTreeSet::new();
    let mut row = |one: &str, many: &str| -> Result<Vec<u32>, Fault> {
        let nodes = match (fields.get(one), fields.get(many)) {
            (Some(_), Some(node)) => {
                return Err(node.invalid(format!("gate '{name}' has '{one}' and '{many}'; give one of them")));
            }
            (Some(node), None) => vec![node],
            (None, Some(node)) => node.items(&format!("'{many}'"))?,
            (None, None) => Vec::new(),
        };
        let mut row = Vec::with_capacity(nodes.len());
        for node in nodes {
            let qubit = node.whole(&format!("a qubit in '{one}' or '{many}'"))?;
            if let Some(qubits) = qubits.filter(|qubits| qubit >= *qubits) {
                return Err(node.invalid(format!(
                    "gate '{name}' uses qubit {qubit}, but 'qubits' is {qubits}: the qubits are 0 to {}",
                    qubits - 1
                )));
            }
            if qubit >= MAX_QUBITS {
                let message =
                    format!("qubit {qubit} is beyond {}, the last of a circuit; use lower numbers", MAX_QUBITS - 1);
                return Err(Fault::too_large(node.offset(), message));
            }
            if !seen.insert(qubit) {
                return Err(
                    node.invalid(format!("gate '{name}' gets qubit {qubit} twice; its qubits must be different"))
                );
            }
            row.push(qubit);
        }
        Ok(row)
    };
    let targets = row("target", "targets")?;
    let controls = row("control", "controls")?;
    if targets.is_empty() {
        return Err(fields
            .first_of(&["targets"])
            .invalid(format!("gate '{name}' has no target; add 'target' or 'targets'")));
    }
    Ok(Operands { controls, targets })
}

impl Operands {
    fn exactly(&self, width: usize, fields: &Fields<'_>, name: &str) -> Result<(), Fault> {
        if self.targets.len() == width {
            return Ok(());
        }
        let (wanted, found) = (plural(width, "target"), self.targets.len());
        let node = fields.first_of(&["targets", "target"]);
        Err(node.invalid(format!("gate '{name}' needs {width} {wanted}, got {found}; correct 'targets'")))
    }

    fn without_controls(&self, fields: &Fields<'_>, name: &str) -> Result<(), Fault> {
        if self.controls.is_empty() {
            return Ok(());
        }
        let node = fields.first_of(&["control", "controls"]);
        Err(node.invalid(format!("gate '{name}' takes no controls; remove them")))
    }
}
