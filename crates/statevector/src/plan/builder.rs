//! Operations of a circuit, one after the other, into the steps of a plan.

use super::{FinalMeasurement, Step};
use crate::elementary::Context;
use crate::gates::{Gates, is_followed};
use crate::noise::{Effect, Noise};
use crate::parity::{ParityGate, parity_gate};
use ketflow_circuit::Error;
use ketflow_circuit::gates::Gate;
use ketflow_circuit::ir::{GateOp, Op};
use num_complex::Complex64;

/// Gates of a section of a noisy program. Of 1,000 shots of noisy12 each has about one error: with longer sections more gates are done
/// one by one around it, with shorter ones sweeps do less at once.
const SECTION_GATES: usize = 24;

/// Gates under noise that become a [`Step::Section`].
pub(super) struct Section {
    /// The same gates, to be swept.
    quiet: Gates,
    hazards: Vec<f64>,
    gates: usize,
    /// Where its steps begin.
    start: usize,
}

impl Section {
    pub(super) fn new(qubits: u32, context: Context) -> Self {
        let context = Context { keeps_places: true, ..context };
        Self { quiet: Gates::new(qubits, context, false), hazards: Vec::new(), gates: 0, start: 0 }
    }
}

pub(super) struct Builder<'a> {
    pub(super) inputs: &'a [f64],
    pub(super) noise: &'a Noise,
    pub(super) qubits: u32,
    pub(super) bits: u32,
    /// Global phases show in amplitudes only; elsewhere they are dropped.
    pub(super) keeps_phase: bool,
    pub(super) gates: Gates,
    /// Under gate noise: the gates that are not yet in `steps` for good.
    pub(super) section: Option<Section>,
    pub(super) steps: Vec<Step>,
    /// Qubits that may have left |0⟩.
    pub(super) is_touched: Vec<bool>,
    pub(super) finals: Vec<FinalMeasurement>,
    pub(super) events: u32,
}

impl Builder<'_> {
    /// `is_final` belongs to the top level; the bodies of `if` have none.
    pub(super) fn program(&mut self, ops: &[Op], is_final: Option<&[bool]>) -> Result<(), Error> {
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
                    None => {
                        let is_followed = |target| is_followed(ops, k, target);
                        self.gate(gate, is_final.is_some(), &is_followed)?;
                        if self.section.as_ref().is_some_and(|section| section.gates >= SECTION_GATES) {
                            self.emit();
                        }
                    }
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
                    self.emit();
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

    fn gate(&mut self, op: &GateOp, is_top_level: bool, is_followed: &dyn Fn(u32) -> bool) -> Result<(), Error> {
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
                self.one_qubit(op, control.qubit, [diagonal[0], zero, zero, diagonal[1]]);
            }
            (&[target], []) => self.one_qubit(op, target, [matrix[0], matrix[1], matrix[2], matrix[3]]),
            (&[a, b], []) if op.gate == Gate::Swap && is_top_level && self.gates.can_rename() => {
                self.gates.rename(a, b)
            }
            (targets, controls) => {
                let apply = |gates: &mut Gates| match targets {
                    &[target] if op.gate == Gate::X => gates.controlled_x(target, controls, is_followed(target)),
                    _ => gates.kernel(matrix.clone(), targets, controls),
                };
                self.apply(apply);
                self.errors_after(op, &qubits);
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

    fn one_qubit(&mut self, op: &GateOp, qubit: u32, gate: [Complex64; 4]) {
        self.apply(|gates| gates.one_qubit(qubit, gate));
        self.errors_after(op, &[qubit]);
    }

    fn errors_after(&mut self, op: &GateOp, qubits: &[u32]) {
        if !self.noise.has_gate_errors() {
            return;
        }
        for (effect, qubits) in self.noise.after(op, qubits) {
            match effect {
                Effect::Pauli { probability, shares } => self.gate_error(qubits[0], probability, shares),
                Effect::Kraus(operators) => {
                    qubits.iter().for_each(|qubit| self.gates.flush(*qubit));
                    self.gates.emit(&mut self.steps);
                    let event = self.event();
                    let qubits = qubits.iter().map(|qubit| self.gates.place(*qubit)).collect();
                    self.steps.push(Step::Channel { qubits, operators, event });
                }
            }
        }
    }

    fn apply(&mut self, apply: impl Fn(&mut Gates)) {
        if let Some(section) = &mut self.section {
            if section.gates == 0 {
                section.start = self.steps.len();
            }
            section.gates += 1;
            apply(&mut section.quiet);
        }
        apply(&mut self.gates);
    }

    /// Makes steps of all gates so far.
    pub(super) fn emit(&mut self) {
        let Some(section) = self.section.as_mut().filter(|section| section.gates > 0) else {
            self.gates.emit(&mut self.steps);
            return;
        };
        self.gates.flush_all();
        self.gates.emit(&mut self.steps);
        let mut swept = Vec::new();
        section.quiet.flush_all();
        section.quiet.emit(&mut swept);
        let single = self.steps.split_off(section.start);
        let hazards = std::mem::take(&mut section.hazards);
        section.gates = 0;
        if hazards.is_empty() {
            self.steps.append(&mut swept);
            return;
        }
        let struck = self.steps.len() + swept.len() + 2;
        self.steps.push(Step::Section { hazards, struck });
        self.steps.append(&mut swept);
        self.steps.push(Step::Jump { target: struck + single.len() });
        self.steps.extend(single);
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
        self.emit();
    }

    /// Makes steps of all gates that come before a measurement or reset of `qubit`; where it is in the state.
    fn ready(&mut self, qubit: u32) -> u32 {
        self.gates.flush(qubit);
        self.emit();
        self.gates.place(qubit)
    }

    fn gate_error(&mut self, qubit: u32, probability: f64, shares: [f64; 3]) {
        if probability > 0.0 {
            // Waiting times never exceed 53·ln 2 < 37, so a hazard of 40 strikes with certainty.
            let hazard = (-libm::log1p(-probability)).min(40.0);
            self.gates.flush(qubit);
            self.gates.emit(&mut self.steps);
            self.steps.push(Step::GateError { qubit: self.gates.place(qubit), hazard, shares });
            if let Some(section) = &mut self.section {
                section.hazards.push(hazard);
            }
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
