//! From a circuit to the gates of a run.

use crate::fuse::{Fuser, Step};
use ketflow_circuit::gates::Gate;
use ketflow_circuit::ir::{Circuit, GateOp, Op};
use ketflow_circuit::{final_measurements, writes_bits};

/// Most qubits of one gate, controls included: its tensors are joined to one of 2^qubits · bond² numbers.
const MAX_GATE_QUBITS: usize = 4;

/// What a matrix product state does not run, and where.
#[derive(Debug, Clone, PartialEq)]
pub struct Unsuitable {
    /// What stands in the way.
    pub reason: String,
    /// Line and column in the source.
    pub position: Option<(u32, u32)>,
}

/// A circuit of gates, and measurements at its end.
#[derive(Debug, Clone, PartialEq)]
pub struct Program {
    pub(crate) qubits: u32,
    pub(crate) outcome_bits: u32,
    pub(crate) steps: Vec<Step>,
    /// Qubit and bit of the outcome.
    pub(crate) finals: Vec<(u32, u32)>,
    /// The qubit of each wire at the end: SWAP exchanges names, and nothing moves.
    pub(crate) names: Vec<u32>,
}

impl Program {
    /// `inputs` has a value for each of the circuit's inputs.
    ///
    /// # Errors
    /// The first operation that is not a gate on at most four qubits or a measurement at the end.
    pub fn new(circuit: &Circuit, inputs: &[f64]) -> Result<Self, Unsuitable> {
        let qubits = circuit.qubit_count();
        let records_bits = writes_bits(&circuit.ops);
        let is_final = final_measurements(circuit);
        let mut program = Self {
            qubits,
            outcome_bits: if records_bits { circuit.bit_count() } else { qubits },
            steps: Vec::new(),
            finals: Vec::new(),
            names: (0..qubits).collect(),
        };
        let mut wires: Vec<u32> = (0..qubits).collect();
        let mut fuser = Fuser::new(qubits);
        let mut is_touched = vec![false; qubits as usize];
        for (op, is_final) in circuit.ops.iter().zip(is_final) {
            let refused = |reason: &str| Unsuitable { reason: reason.to_owned(), position: None };
            match op {
                Op::Gate(gate) => {
                    gate.targets.iter().for_each(|qubit| is_touched[*qubit as usize] = true);
                    gate.controls.iter().for_each(|control| is_touched[control.qubit as usize] = true);
                    add(circuit, gate, inputs, &mut wires, &mut fuser)?;
                }
                Op::Measure { qubit, bit } if is_final => program.finals.extend(bit.map(|bit| (*qubit, bit))),
                Op::Barrier { .. } => {}
                // Exporters reset every qubit first.
                Op::Reset { qubit } if !is_touched[*qubit as usize] => {}
                Op::Measure { .. } => return Err(refused("a measurement before the end")),
                Op::Reset { .. } => return Err(refused("a reset after a gate")),
                Op::If { .. } | Op::Assign { .. } => return Err(refused("an 'if' or an assignment")),
            }
        }
        program.steps = fuser.finish();
        wires.iter().enumerate().for_each(|(qubit, wire)| program.names[*wire as usize] = qubit as u32);
        if !records_bits {
            program.finals = (0..qubits).map(|qubit| (qubit, qubit)).collect();
        }
        Ok(program)
    }

    /// Number of qubits.
    pub fn qubits(&self) -> u32 {
        self.qubits
    }

    /// Width of an outcome in bits.
    pub fn outcome_bits(&self) -> u32 {
        self.outcome_bits
    }
}

fn add(circuit: &Circuit, op: &GateOp, inputs: &[f64], wires: &mut [u32], fuser: &mut Fuser) -> Result<(), Unsuitable> {
    let qubits: Vec<u32> = op.targets.iter().copied().chain(op.controls.iter().map(|c| c.qubit)).collect();
    if qubits.is_empty() {
        return Ok(());
    }
    if let (Gate::Swap, &[a, b], []) = (&op.gate, &op.targets[..], &op.controls[..]) {
        wires.swap(a as usize, b as usize);
        return Ok(());
    }
    if qubits.len() > MAX_GATE_QUBITS {
        return Err(Unsuitable {
            reason: format!("a gate on {} qubits (the most are {MAX_GATE_QUBITS})", qubits.len()),
            position: circuit.lines.locate(op.place),
        });
    }
    let params: Vec<f64> = op.params.iter().map(|param| param.evaluate(inputs)).collect();
    if let Some(bad) = params.iter().find(|value| !value.is_finite()) {
        return Err(Unsuitable {
            reason: format!("a gate parameter that is {bad}"),
            position: circuit.lines.locate(op.place),
        });
    }
    fuser.add(op.controlled_matrix(&params), qubits.iter().map(|qubit| wires[*qubit as usize]).collect());
    Ok(())
}
