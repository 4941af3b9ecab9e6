//! The writer: a circuit as the `input` of a job at IonQ.

use super::write_gates::{lower, name};
use crate::gates::Gate;
use crate::ir::{Circuit, GateOp, Op};
use crate::names::Names;
use ketflow_error::Error;
use std::fmt::Write;

/// The circuit as JSON of IonQ's abstract gates (`"gateset": "qis"`, angles in radians), one gate a line; [`crate::parse`] of it
/// gives a circuit that is the same up to a global phase. It can stand as `input` in jobs of the API v0.3 and v0.4.
///
/// IonQ measures every qubit once, at the end, and knows no classical bits: final measurements are left out, whatever bits they
/// write, and so are barriers. Gates that IonQ lacks become several.
///
/// # Errors
/// `unsupported` with the number of the operation (from 1) and its name: a measurement before other operations on its qubit, a
/// reset of a used qubit, conditions and classical bits, angles over inputs, matrices on several qubits, more than seven
/// controls. `invalid-input` for a circuit without qubits.
pub fn to_ionq_json(circuit: &Circuit) -> Result<String, Error> {
    let count = circuit.qubit_count();
    if count == 0 {
        return Err(Error::invalid("the circuit has no qubits, IonQ takes at least one; declare a qubit"));
    }
    let names = Names::new(circuit, |_| false);
    let mut qubits = vec![Use::Fresh; count as usize];
    let mut gates = Vec::new();
    for (k, operation) in circuit.ops.iter().enumerate() {
        let refused = |what: &str, on: &[u32], why: &str| {
            let qubits: Vec<String> = on.iter().map(|qubit| names.qubit(*qubit)).collect();
            let place = if qubits.is_empty() { String::new() } else { format!(" on {}", qubits.join(", ")) };
            Error::unsupported(format!("operation {}, {what}{place}: {why}", k + 1))
        };
        match operation {
            Op::Gate(gate) => {
                let on: Vec<u32> =
                    gate.controls.iter().map(|control| control.qubit).chain(gate.targets.iter().copied()).collect();
                let what = gate.gate.row().map_or("matrix".to_owned(), |row| format!("gate '{}'", row.name));
                for qubit in &on {
                    if std::mem::replace(&mut qubits[*qubit as usize], Use::Used) == Use::Measured {
                        let why = format!("{} is measured before it; {}", names.qubit(*qubit), MEASURED);
                        return Err(refused(&what, &on, &why));
                    }
                }
                lower(gate, &mut gates).map_err(|why| refused(&what, &on, &why))?;
            }
            Op::Measure { qubit, .. } => qubits[*qubit as usize] = Use::Measured,
            Op::Reset { qubit } if qubits[*qubit as usize] == Use::Fresh => {}
            Op::Reset { qubit } => {
                return Err(refused("reset", &[*qubit], "IonQ has no reset; use a qubit that was not used before"));
            }
            Op::Barrier { .. } => {}
            Op::Assign { bit, .. } => {
                let why = "IonQ knows no classical bits; remove the assignment";
                return Err(refused(&format!("assignment to {}", names.bit(*bit)), &[], why));
            }
            Op::If { condition, .. } => {
                let what = format!("if ({})", names.condition(condition));
                return Err(refused(&what, &[], "IonQ knows no conditions; use a gate with a control instead"));
            }
        }
    }
    Ok(document(count, &gates))
}

const MEASURED: &str = "IonQ measures every qubit once, at the end";

/// What has happened to a qubit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    Fresh,
    Used,
    Measured,
}

fn document(qubits: u32, gates: &[GateOp]) -> String {
    let mut out = format!("{{\n  \"qubits\": {qubits},\n  \"gateset\": \"qis\",\n  \"circuit\": [");
    for (k, gate) in gates.iter().enumerate() {
        out.push_str(if k == 0 { "\n    " } else { ",\n    " });
        let name = match (&gate.gate, gate.controls.len()) {
            (Gate::X, 1) => "cnot",
            (gate, _) => name(gate).unwrap_or_default(),
        };
        // Writing into a String does not fail.
        let _ = write!(out, "{{\"gate\": \"{name}\"");
        if !gate.controls.is_empty() {
            let controls: Vec<u32> = gate.controls.iter().map(|control| control.qubit).collect();
            let _ = write!(out, ", \"controls\": {controls:?}");
        }
        let _ = write!(out, ", \"targets\": {:?}", gate.targets);
        if let Some(angle) = gate.params.first().and_then(|param| param.as_const()) {
            let _ = write!(out, ", \"rotation\": {angle:?}");
        }
        out.push('}');
    }
    out.push_str(if gates.is_empty() { "]\n}\n" } else { "\n  ]\n}\n" });
    out
}
