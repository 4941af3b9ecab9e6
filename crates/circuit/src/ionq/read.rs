//! The document: a circuit, alone or inside the body of a job.

use super::gates::{GateSet, gates_of};
use super::json::{Fields, Node};
use crate::ast::Offset;
use crate::fault::{Fault, quote};
use crate::ir::{Circuit, Op, Register};
use crate::limits::{MAX_NOTES, MAX_OPS, MAX_QUBITS, MAX_STEPS};

/// What is in the document and has no effect, by byte offset.
type Notes = Vec<(Offset, String)>;

/// Reads a circuit of `ionq.circuit.v0` or `v1`: the bare object, or the body of a job of the API v0.2 to v0.4.
pub(crate) fn read(source: &str) -> Result<(Circuit, Notes), Fault> {
    let root = Node::parse(source)?;
    let fields = root.fields("the document")?;
    let mut notes = Notes::new();
    // v0.3 and v0.4 call the circuit `input`, v0.2 called it `body`.
    let inner = ["input", "body"].into_iter().find_map(|name| fields.get(name).map(|node| (name, node)));
    let circuit = match inner {
        None => circuit(&fields, &mut notes)?,
        Some((name, node)) => {
            for (field, node) in fields.iter() {
                match field {
                    "input" | "body" if field == name => {}
                    "type" | "format" => check_format(&node)?,
                    "noise" => check_noise(&node)?,
                    "circuit" | "circuits" | "input" | "body" => {
                        return Err(
                            node.invalid(format!("'{field}' stands beside '{name}'; give one circuit, in '{name}'"))
                        );
                    }
                    _ => note(&mut notes, field, &node),
                }
            }
            circuit(&node.fields(&format!("'{name}'"))?, &mut notes)?
        }
    };
    Ok((circuit, notes))
}

fn circuit(fields: &Fields<'_>, notes: &mut Notes) -> Result<Circuit, Fault> {
    let mut set = GateSet::Qis;
    let mut qubits = None;
    for (field, node) in fields.iter() {
        match field {
            "circuit" => {}
            "format" | "type" => check_format(&node)?,
            "gateset" => {
                set = match node.text("'gateset'")?.as_str() {
                    "qis" => GateSet::Qis,
                    "native" => GateSet::Native,
                    _ => return Err(node.invalid(format!("'gateset' is {}; it is qis or native", node.shown()))),
                }
            }
            "qubits" => qubits = Some(count(&node)?),
            "circuits" => return Err(node.unsupported("a job of several circuits is not read; give each its own file")),
            "noise" => check_noise(&node)?,
            "name" | "metadata" | "registers" | "shots" | "target" | "backend" | "settings" => {
                note(notes, field, &node)
            }
            // An unknown field may change what the circuit does, which must not be lost without a word.
            _ => return Err(node.invalid(format!("a circuit has no field {}; remove it", quote(field)))),
        }
    }
    let list = fields.need("circuit", "the document")?;
    let mut ops = Vec::new();
    let (mut used, mut operands) = (0, 0);
    for node in list.items("'circuit'")? {
        for gate in gates_of(&node, set, qubits)? {
            let highest = gate.controls.iter().map(|control| control.qubit).chain(gate.targets.iter().copied()).max();
            used = used.max(highest.map_or(0, |qubit| qubit + 1));
            operands += (gate.controls.len() + gate.targets.len()) as u64;
            if ops.len() == MAX_OPS || operands > MAX_STEPS {
                let message =
                    format!("the circuit has more than {MAX_OPS} operations or {MAX_STEPS} operands; shorten it");
                return Err(Fault::too_large(node.offset(), message));
            }
            ops.push(Op::Gate(gate));
        }
    }
    let size = qubits.unwrap_or(used);
    if size == 0 {
        return Err(list.invalid("the circuit has no gates and no 'qubits'; give the number of qubits"));
    }
    let qubits = vec![Register { name: "q".to_owned(), size, is_scalar: false }];
    Ok(Circuit { qubits, ops, ..Circuit::default() })
}

fn count(node: &Node<'_>) -> Result<u32, Fault> {
    match node.whole("'qubits'")? {
        0 => Err(node.invalid("'qubits' is 0; give at least 1")),
        count if count > MAX_QUBITS => {
            let message = format!("{count} qubits are more than {MAX_QUBITS}, the limit for one circuit");
            Err(Fault::too_large(node.offset(), message))
        }
        count => Ok(count),
    }
}

fn check_format(node: &Node<'_>) -> Result<(), Fault> {
    let name = node.text("the format")?;
    match name.as_str() {
        "ionq.circuit.v0" | "ionq.circuit.v1" | "ionq.native.v1" => Ok(()),
        "ionq.multi-circuit.v1" => {
            Err(node.unsupported("a job of several circuits is not read; give each its own file"))
        }
        _ if name.starts_with("ionq.qasm") || name == "qasm" => {
            Err(node.unsupported("the circuit is OpenQASM inside JSON; save its text as a .qasm file and give that"))
        }
        _ => Err(node.unsupported(format!("the format {} is not read; give ionq.circuit.v0 or v1", quote(&name)))),
    }
}

/// A noise model would change the outcomes.
fn check_noise(node: &Node<'_>) -> Result<(), Fault> {
    if !node.is_object() {
        return Ok(()); // `null`
    }
    match node.fields("'noise'")?.get("model") {
        None => Ok(()),
        Some(model) if model.text("'model'")? == "ideal" => Ok(()),
        Some(model) => {
            let message = format!(
                "the noise model '{}' is not simulated; remove it, and give the noise as the noise option of the job",
                model.shown().trim_matches('\'')
            );
            Err(model.unsupported(message))
        }
    }
}

fn note(notes: &mut Notes, field: &str, node: &Node<'_>) {
    if notes.len() < MAX_NOTES {
        notes.push((node.offset(), format!("{} has no effect: it belongs to jobs at IonQ", quote(field))));
    }
}
