//! From circuit and options to the list of steps that a run executes: a pure function of both.
//!
//! Runs of one-qubit gates on a qubit become one 2×2 matrix, measurements after which nothing happens to their qubit and bit
//! move to the end, `if` becomes jumps. The list has no backward jump, so a shot meets every step at most once.

use crate::elementary::Context;
use crate::finals::final_measurements;
use crate::gates::Gates;
use crate::kernels::Kernel;
use crate::options::{Noise, Options};
use crate::parity::{ParityGate, parity_gate};
use crate::sweep::Sweep;
use ketflow_circuit::Error;
use ketflow_circuit::gates::Gate;
use ketflow_circuit::ir::{Circuit, Condition, GateOp, Op};
use num_complex::Complex64;

/// One step; jumps go forward only.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Step {
    Apply(Kernel),
    /// Many gates during one walk over the state.
    Sweep(Box<Sweep>),
    /// A place where a gate error may strike; `hazard` = −ln(1 − probability).
    GateError {
        qubit: u32,
        hazard: f64,
    },
    /// `event` numbers measurements and resets in the order of the program.
    Measure {
        qubit: u32,
        bit: Option<u32>,
        event: u32,
    },
    Reset {
        qubit: u32,
        event: u32,
    },
    Assign {
        bit: u32,
        value: Condition,
    },
    JumpUnless {
        condition: Condition,
        target: usize,
    },
    Jump {
        target: usize,
    },
}

/// A measurement that is sampled from the final state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FinalMeasurement {
    pub(crate) qubit: u32,
    /// Bit of the outcome.
    pub(crate) bit: u32,
    pub(crate) event: u32,
}

/// What a run executes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Plan {
    pub(crate) qubits: u32,
    pub(crate) steps: Vec<Step>,
    /// Which qubit of the final state each qubit of the circuit is.
    pub(crate) places: Vec<u32>,
    pub(crate) finals: Vec<FinalMeasurement>,
    /// Classical bits of the program.
    pub(crate) bits: u32,
    /// Width of an outcome: the classical bits, or the qubits where the program records nothing.
    pub(crate) outcome_bits: u32,
    /// Whether outcomes begin as the classical bits.
    pub(crate) records_bits: bool,
    pub(crate) noise: Noise,
}

impl Plan {
    /// `inputs` has a value for each of the circuit's inputs.
    pub(crate) fn new(circuit: &Circuit, inputs: &[f64], options: &Options) -> Result<Self, Error> {
        let records_bits = writes_bits(&circuit.ops);
        let qubits = circuit.qubit_count();
        let context = Context {
            precision: options.precision,
            keeps_phase: options.amplitudes,
            // Amplitudes are given, and compared with those of another circuit, in the order of the qubits.
            keeps_places: options.amplitudes || options.fidelity.is_some(),
        };
        let mut builder = Builder {
            inputs,
            noise: options.noise,
            qubits,
            bits: circuit.bit_count(),
            keeps_phase: options.amplitudes,
            gates: Gates::new(qubits, context, options.noise.has_gate_errors()),
            steps: Vec::new(),
            is_touched: vec![false; qubits as usize],
            finals: Vec::new(),
            events: 0,
        };
        let is_final = final_measurements(circuit);
        builder.program(&circuit.ops, Some(&is_final))?;
        builder.gates.emit(&mut builder.steps);
        let places = builder.gates.into_places();
        let mut finals = builder.finals;
        if !records_bits {
            let measured = |q: u32| FinalMeasurement { qubit: places[q as usize], bit: q, event: builder.events + q };
            finals = (0..qubits).map(measured).collect();
        }
        Ok(Self {
            qubits,
            steps: builder.steps,
            places,
            finals,
            bits: circuit.bit_count(),
            outcome_bits: if records_bits { circuit.bit_count() } else { qubits },
            records_bits,
            noise: options.noise,
        })
    }

    /// Where qubits of the circuit are in the final state, in the same order.
    pub(crate) fn placed(&self, qubits: &[u32]) -> Vec<u32> {
        qubits.iter().map(|qubit| self.places[*qubit as usize]).collect()
    }

    /// Number of measurements and resets that split the shots.
    pub(crate) fn branch_points(&self) -> usize {
        self.steps.iter().filter(|step| matches!(step, Step::Measure { .. } | Step::Reset { .. })).count()
    }

    /// Whether every shot ends in the same pure state.
    pub(crate) fn is_pure(&self) -> bool {
        self.branch_points() == 0 && !self.noise.has_gate_errors()
    }

    /// Passes over the state of one walk from start to end: a sweep is one, a measurement or reset two.
    pub(crate) fn passes(&self) -> u64 {
        self.steps
            .iter()
            .map(|step| match step {
                Step::Apply(_) | Step::Sweep(_) => 1,
                Step::Measure { .. } | Step::Reset { .. } => 2,
                _ => 0,
            })
            .sum()
    }

    /// Amplitudes that these passes read and write; a gate with controls leaves most of the state alone.
    pub(crate) fn amplitude_updates(&self) -> u128 {
        let amplitudes = (1u128 << self.qubits) as f64;
        self.steps
            .iter()
            .map(|step| match step {
                // A power of two times a small fraction: exact up to 53 bits, an estimate beyond.
                Step::Apply(kernel) => (amplitudes * kernel.touched_share()) as u128,
                Step::Sweep(sweep) => (sweep.weight as u128) << self.qubits,
                Step::Measure { .. } | Step::Reset { .. } => 2 << self.qubits,
                _ => 0,
            })
            .sum()
    }
}

fn writes_bits(ops: &[Op]) -> bool {
    ops.iter().any(|op| match op {
        Op::Measure { bit, .. } => bit.is_some(),
        Op::Assign { .. } => true,
        Op::If { then, otherwise, .. } => writes_bits(then) || writes_bits(otherwise),
        _ => false,
    })
}

struct Builder<'a> {
    inputs: &'a [f64],
    noise: Noise,
    qubits: u32,
    bits: u32,
    /// Global phases show in amplitudes only; elsewhere they are dropped.
    keeps_phase: bool,
    gates: Gates,
    steps: Vec<Step>,
    /// Qubits that may have left |0⟩.
    is_touched: Vec<bool>,
    finals: Vec<FinalMeasurement>,
    events: u32,
}

impl Builder<'_> {
    /// `is_final` belongs to the top level; the bodies of `if` have none.
    fn program(&mut self, ops: &[Op], is_final: Option<&[bool]>) -> Result<(), Error> {
        let mut is_done = vec![false; ops.len()];
        for (k, op) in ops.iter().enumerate() {
            match op {
                Op::Gate(_) if is_done[k] => {}
                Op::Gate(gate) => match self.parity_gate(ops, k, &is_done) {
                    Some(found) => {
                        self.check_qubits(gate)?;
                        self.apply_parity(gate, &found);
                        found.parts.into_iter().for_each(|part| is_done[part] = true);
                    }
                    None => self.gate(gate, is_final.is_some())?,
                },
                Op::Measure { qubit, bit } => {
                    let event = self.event();
                    self.check_qubit(*qubit)?;
                    bit.map_or(Ok(()), |bit| self.check_bit(bit))?;
                    if is_final.is_some_and(|marks| marks[k]) {
                        if let &Some(bit) = bit {
                            self.finals.push(FinalMeasurement { qubit: self.gates.place(*qubit), bit, event });
                        }
                        continue;
                    }
                    let place = self.ready(*qubit);
                    self.is_touched[*qubit as usize] = true;
                    self.steps.push(Step::Measure { qubit: place, bit: *bit, event });
                }
                Op::Reset { qubit } => {
                    let event = self.event();
                    self.check_qubit(*qubit)?;
                    // Exporters reset every qubit first; a qubit that is still |0⟩ stays as it is.
                    if self.is_touched[*qubit as usize] {
                        let qubit = self.ready(*qubit);
                        self.steps.push(Step::Reset { qubit, event });
                    }
                }
                Op::Barrier { qubits } => {
                    for &qubit in qubits {
                        self.check_qubit(qubit)?;
                        self.gates.flush(qubit);
                    }
                }
                Op::Assign { bit, value } => {
                    self.check_bit(*bit)?;
                    self.gates.emit(&mut self.steps);
                    self.steps.push(Step::Assign { bit: *bit, value: value.clone() });
                }
                Op::If { condition, then, otherwise } => {
                    self.flush_all();
                    let jump = self.steps.len();
                    self.steps.push(Step::Jump { target: 0 });
                    self.program(then, None)?;
                    self.flush_all();
                    let skip = self.steps.len();
                    if !otherwise.is_empty() {
                        self.steps.push(Step::Jump { target: 0 });
                    }
                    let target = self.steps.len();
                    self.steps[jump] = Step::JumpUnless { condition: condition.clone(), target };
                    if !otherwise.is_empty() {
                        self.program(otherwise, None)?;
                        self.flush_all();
                        self.steps[skip] = Step::Jump { target: self.steps.len() };
                    }
                }
            }
        }
        if is_final.is_some() {
            self.flush_all();
        }
        Ok(())
    }

    fn gate(&mut self, op: &GateOp, is_top_level: bool) -> Result<(), Error> {
        let qubits = self.check_qubits(op)?;
        let params: Vec<f64> = op.params.iter().map(|param| param.evaluate(self.inputs)).collect();
        if let Some(bad) = params.iter().find(|value| !value.is_finite()) {
            return Err(Error::invalid(format!("a parameter of a {} gate is {bad}; give a finite number", name(op))));
        }
        let matrix = op.gate.matrix(&params);
        if matrix.len() != 1 << (2 * op.targets.len()) || matrix.iter().any(|m| !m.re.is_finite() || !m.im.is_finite())
        {
            return Err(Error::invalid(format!(
                "a {} gate on {} targets has {} matrix entries; a finite matrix of 4^targets entries is needed",
                name(op),
                op.targets.len(),
                matrix.len()
            )));
        }
        match (&op.targets[..], &op.controls[..]) {
            ([], []) if is_top_level && self.keeps_phase => self.gates.global(matrix[0]),
            ([], []) => {}
            ([], [control]) => {
                let (one, zero) = (Complex64::new(1.0, 0.0), Complex64::new(0.0, 0.0));
                let diagonal = if control.value { [one, matrix[0]] } else { [matrix[0], one] };
                self.one_qubit(control.qubit, [diagonal[0], zero, zero, diagonal[1]]);
            }
            (&[target], []) => self.one_qubit(target, [matrix[0], matrix[1], matrix[2], matrix[3]]),
            (&[a, b], []) if op.gate == Gate::Swap && is_top_level && self.gates.can_rename() => {
                self.gates.rename(a, b)
            }
            (targets, controls) => {
                match targets {
                    &[target] if op.gate == Gate::X => self.gates.controlled_x(target, controls),
                    _ => self.gates.kernel(matrix, targets, controls),
                }
                qubits.iter().for_each(|qubit| self.gate_error(*qubit, self.noise.depolarizing2));
            }
        }
        Ok(())
    }

    /// The qubits of a gate, from now on touched.
    fn check_qubits(&mut self, op: &GateOp) -> Result<Vec<u32>, Error> {
        let qubits: Vec<u32> = op.controls.iter().map(|c| c.qubit).chain(op.targets.iter().copied()).collect();
        for (k, &qubit) in qubits.iter().enumerate() {
            self.check_qubit(qubit)?;
            if qubits[..k].contains(&qubit) {
                return Err(Error::invalid(format!(
                    "a {} gate uses qubit {qubit} twice; give distinct qubits",
                    name(op)
                )));
            }
            self.is_touched[qubit as usize] = true;
        }
        Ok(qubits)
    }

    fn one_qubit(&mut self, qubit: u32, gate: [Complex64; 4]) {
        self.gates.one_qubit(qubit, gate);
        if self.noise.depolarizing1 > 0.0 {
            self.gates.flush(qubit);
            self.gate_error(qubit, self.noise.depolarizing1);
        }
    }

    /// Not under noise, which strikes after each gate.
    fn parity_gate(&self, ops: &[Op], first: usize, is_done: &[bool]) -> Option<ParityGate> {
        if self.noise.has_gate_errors() { None } else { parity_gate(ops, first, is_done, self.inputs) }
    }

    /// `start` is the first controlled X.
    fn apply_parity(&mut self, start: &GateOp, gate: &ParityGate) {
        let (control, target) = (start.controls[0].qubit, start.targets[0]);
        let mut matrix = vec![Complex64::new(0.0, 0.0); 16];
        for (index, factor) in [gate.equal, gate.differ, gate.differ, gate.equal].into_iter().enumerate() {
            matrix[5 * index] = factor;
        }
        self.gates.kernel(matrix, &[control, target], &[]);
    }

    fn flush_all(&mut self) {
        self.gates.flush_all();
        self.gates.emit(&mut self.steps);
    }

    /// Makes steps of all gates that come before a measurement or reset of `qubit`; where it is in the state.
    fn ready(&mut self, qubit: u32) -> u32 {
        self.gates.flush(qubit);
        self.gates.emit(&mut self.steps);
        self.gates.place(qubit)
    }

    fn gate_error(&mut self, qubit: u32, probability: f64) {
        if probability > 0.0 {
            // Waiting times never exceed 53·ln 2 < 37, so a hazard of 40 strikes with certainty.
            let hazard = (-libm::log1p(-probability)).min(40.0);
            let qubit = self.ready(qubit);
            self.steps.push(Step::GateError { qubit, hazard });
        }
    }

    fn event(&mut self) -> u32 {
        self.events += 1;
        self.events - 1
    }

    fn check_qubit(&self, qubit: u32) -> Result<(), Error> {
        if qubit < self.qubits {
            return Ok(());
        }
        Err(Error::invalid(format!("qubit {qubit} does not exist; the circuit has {}", self.qubits)))
    }

    fn check_bit(&self, bit: u32) -> Result<(), Error> {
        if bit < self.bits {
            return Ok(());
        }
        Err(Error::invalid(format!("classical bit {bit} does not exist; the circuit has {}", self.bits)))
    }
}

fn name(op: &GateOp) -> &'static str {
    match &op.gate {
        Gate::Unitary(_) => "unitary",
        gate => gate.row().map_or("unknown", |row| row.name),
    }
}
