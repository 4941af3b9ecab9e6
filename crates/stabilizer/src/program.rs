//! From a circuit to the steps of a stabilizer run.

use crate::blocks::Blocks;
use crate::clifford::{Clifford, NotClifford};
use crate::recognise::MAX_QUBITS;
use crate::strikes::Rate;
use ketflow_circuit::gates::Gate;
use ketflow_circuit::ir::{Circuit, Condition, GateOp, Op};
use ketflow_circuit::{final_measurements, writes_bits};

/// Probabilities of Pauli errors and of wrong readings; each from 0 to 1.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Noise {
    /// After a gate on one qubit, X, Y or Z on it, each with a third of this probability.
    pub one: f64,
    /// After a gate on several qubits, the same on each of them.
    pub several: f64,
    /// A recorded outcome is flipped.
    pub readout: f64,
}

/// One step. Events number measurements and resets, places the possible gate errors, both in the order of the program.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Step {
    Gate(Clifford),
    Measure(Measurement),
    Reset { qubit: u32, event: u32 },
    Error { qubit: u32, rate: Rate, place: u32 },
    Assign { bit: u32, value: Condition },
    If { condition: Condition, then: Vec<Step>, otherwise: Vec<Step> },
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Measurement {
    pub qubit: u32,
    pub bit: Option<u32>,
    pub event: u32,
}

/// A Clifford circuit, ready to run.
#[derive(Debug, Clone, PartialEq)]
pub struct Program {
    pub(crate) qubits: u32,
    /// Width of an outcome.
    pub(crate) outcome_bits: u32,
    /// Classical bits, or those of the outcome where there are more.
    pub(crate) bits: u32,
    pub(crate) steps: Vec<Step>,
    /// Measurements after which nothing happens to their qubit and bit.
    pub(crate) finals: Vec<Measurement>,
    pub(crate) events: u32,
    pub(crate) readout: f64,
    /// The same, unless it is 0.
    pub(crate) readout_rate: Option<Rate>,
    pub(crate) has_errors: bool,
    /// Whether classical bits decide anything.
    pub(crate) has_feed_forward: bool,
    /// Whether every `if` is around Pauli gates, assignments and other such `if`s alone.
    pub(crate) has_pauli_branches: bool,
    /// Gates, measurements and resets.
    pub(crate) size: u64,
}

impl Program {
    /// `inputs` has a value for each of the circuit's inputs.
    ///
    /// # Errors
    /// The first gate that is not Clifford.
    pub fn new(circuit: &Circuit, inputs: &[f64], noise: Noise) -> Result<Self, NotClifford> {
        let qubits = circuit.qubit_count();
        let records_bits = writes_bits(&circuit.ops);
        let outcome_bits = if records_bits { circuit.bit_count() } else { qubits };
        let program = Self {
            qubits,
            outcome_bits,
            bits: circuit.bit_count().max(outcome_bits),
            steps: Vec::new(),
            finals: Vec::new(),
            events: 0,
            readout: noise.readout,
            readout_rate: (noise.readout > 0.0).then(|| Rate::new(noise.readout)),
            has_errors: noise.one > 0.0 || noise.several > 0.0,
            has_feed_forward: false,
            has_pauli_branches: true,
            size: 0,
        };
        let mut builder = Builder { circuit, inputs, noise, program, places: 0 };
        let is_final = final_measurements(circuit);
        let mut steps = Vec::new();
        builder.steps(&circuit.ops, Some(&is_final), &mut steps)?;
        let mut program = builder.program;
        program.steps = steps;
        if !records_bits {
            let events = program.events;
            program.finals = (0..qubits).map(|q| Measurement { qubit: q, bit: Some(q), event: events + q }).collect();
            program.events += qubits;
        }
        program.size += program.finals.len() as u64;
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

    /// Whether shots differ by more than the outcomes of measurements.
    pub fn is_noisy(&self) -> bool {
        self.has_errors || self.readout > 0.0
    }

    /// Whether all outcomes together are an affine space.
    pub(crate) fn is_affine(&self) -> bool {
        !self.is_noisy() && !self.has_feed_forward
    }
}

struct Builder<'a> {
    circuit: &'a Circuit,
    inputs: &'a [f64],
    noise: Noise,
    program: Program,
    places: u32,
}

impl Builder<'_> {
    /// `is_final` belongs to the top level.
    fn steps(&mut self, ops: &[Op], is_final: Option<&[bool]>, steps: &mut Vec<Step>) -> Result<(), NotClifford> {
        let mut blocks = Blocks::default();
        for (k, op) in ops.iter().enumerate() {
            match op {
                Op::Gate(gate) => self.gate(gate, &mut blocks, steps)?,
                Op::Measure { qubit, bit } => {
                    blocks.settled(*qubit)?;
                    let measurement = Measurement { qubit: *qubit, bit: *bit, event: self.event() };
                    match is_final.is_some_and(|marks| marks[k]) {
                        true if bit.is_some() => self.program.finals.push(measurement),
                        true => {}
                        false => steps.push(Step::Measure(measurement)),
                    }
                }
                Op::Reset { qubit } => {
                    blocks.settled(*qubit)?;
                    steps.push(Step::Reset { qubit: *qubit, event: self.event() });
                }
                Op::Barrier { .. } => {}
                Op::Assign { bit, value } => {
                    self.program.has_feed_forward = true;
                    steps.push(Step::Assign { bit: *bit, value: value.clone() });
                }
                Op::If { condition, then, otherwise } => {
                    blocks.all_settled()?;
                    self.program.has_feed_forward = true;
                    let mut branches = [Vec::new(), Vec::new()];
                    self.steps(then, None, &mut branches[0])?;
                    self.steps(otherwise, None, &mut branches[1])?;
                    self.program.has_pauli_branches &= branches.iter().flatten().all(|step| match step {
                        Step::Gate(gate) => gate.is_pauli(),
                        Step::Error { .. } | Step::Assign { .. } | Step::If { .. } => true,
                        Step::Measure(_) | Step::Reset { .. } => false,
                    });
                    let [then, otherwise] = branches;
                    steps.push(Step::If { condition: condition.clone(), then, otherwise });
                }
            }
        }
        blocks.all_settled()
    }

    fn event(&mut self) -> u32 {
        self.program.events += 1;
        self.program.size += 1;
        self.program.events - 1
    }

    fn gate(&mut self, op: &GateOp, blocks: &mut Blocks, steps: &mut Vec<Step>) -> Result<(), NotClifford> {
        let qubits: Vec<u32> = op.targets.iter().copied().chain(op.controls.iter().map(|c| c.qubit)).collect();
        if qubits.is_empty() {
            return Ok(());
        }
        self.program.size += 1;
        let size = steps.len();
        match plain(op).filter(|_| blocks.is_empty() || !qubits.iter().any(|qubit| blocks.has(*qubit))) {
            Some(gates) => steps.extend(gates.into_iter().flatten().map(Step::Gate)),
            None => {
                let params: Vec<f64> = op.params.iter().map(|param| param.evaluate(self.inputs)).collect();
                let refusal =
                    || NotClifford { name: described(op, &params), position: self.circuit.lines.locate(op.place) };
                // A gate with more qubits is a matrix of the source or has many controls: those are Clifford in no case that matters.
                if qubits.len() > MAX_QUBITS {
                    return Err(refusal());
                }
                blocks.gate(op.controlled_matrix(&params), &qubits, refusal, self.program.has_errors, |gate| {
                    steps.push(Step::Gate(gate));
                })?;
            }
        }
        self.program.size += (steps.len() - size).saturating_sub(1) as u64;
        let probability = if qubits.len() == 1 { self.noise.one } else { self.noise.several };
        if probability > 0.0 {
            let rate = Rate::new(probability);
            for qubit in qubits {
                steps.push(Step::Error { qubit, rate, place: self.places });
                self.places += 1;
            }
        }
        Ok(())
    }
}

/// The gates that need no look at a matrix.
fn plain(op: &GateOp) -> Option<[Option<Clifford>; 2]> {
    use Clifford::{Cx, Cz, H, S, Swap, X, Z};
    let one = |gate| Some([Some(gate), None]);
    let two = |first, second| Some([Some(first), Some(second)]);
    match (&op.gate, &op.targets[..], &op.controls[..]) {
        (Gate::Id, [_], []) => Some([None, None]),
        (Gate::X, &[q], []) => one(X(q)),
        (Gate::Y, &[q], []) => two(Z(q), X(q)),
        (Gate::Z, &[q], []) => one(Z(q)),
        (Gate::H, &[q], []) => one(H(q)),
        (Gate::S, &[q], []) => one(S(q)),
        (Gate::Sdg, &[q], []) => two(S(q), Z(q)),
        (Gate::Swap, &[a, b], []) => one(Swap(a, b)),
        (Gate::X, &[q], [c]) if c.value => one(Cx(c.qubit, q)),
        (Gate::Z, &[q], [c]) if c.value => one(Cz(c.qubit, q)),
        _ => None,
    }
}

fn described(op: &GateOp, params: &[f64]) -> String {
    let mut text = op.gate.row().map_or("unitary", |row| row.name).to_owned();
    if !params.is_empty() {
        let params: Vec<String> = params.iter().map(|value| format!("{value:.6}")).collect();
        text = format!("{text}({})", params.join(", "));
    }
    match op.controls.len() {
        0 => text,
        1 => format!("{text} with 1 control"),
        count => format!("{text} with {count} controls"),
    }
}
