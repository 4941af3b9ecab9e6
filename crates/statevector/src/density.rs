//! The whole density matrix instead of random paths: exact results under noise, for few qubits.
//!
//! ρ is kept as the 4ⁿ amplitudes of 2n qubits: entry (i, j) is amplitude i + 2ⁿ·j. A gate U is U on the first n qubits and conj(U) on the
//! last n, so all gates run in the same sweeps as those of a pure state; a channel is one matrix on a qubit of each.

use crate::elementary::Context;

use crate::gates::Gates;
use crate::job::Job;
use crate::kernels;
use crate::monitor::{Interrupted, Progress};
use crate::noise::Effect;
use crate::options::{Method, Options};
use crate::plan::Step;
use crate::real::Real;
use crate::result::CircuitResult;
use crate::state::State;
use crate::tile;
use crate::totals::Totals;
use crate::walk::Leaf;
use ketflow_circuit::Error;
use ketflow_circuit::final_measurements;
use ketflow_circuit::gates::Gate;
use ketflow_circuit::ir::{Circuit, Control, GateOp, Op};
use ketflow_error::RunError;
use num_complex::Complex64;
use std::sync::Arc;

/// Most qubits: 4¹³ amplitudes are 1 GiB in f64.
pub const MAX_MIXED_QUBITS: u32 = 13;

/// The evolution of a density matrix.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Density {
    qubits: u32,
    steps: Vec<Step>,
}

impl Density {
    /// The evolution that the options ask for, if they ask for one.
    ///
    /// # Errors
    /// `too-large` beyond [`MAX_MIXED_QUBITS`]; `unsupported` for what a density matrix does not tell, and for outcomes in the middle of a
    /// circuit.
    pub(crate) fn new(circuit: &Circuit, inputs: &[f64], options: &Options) -> Result<Option<Self>, Error> {
        if options.method != Method::Density {
            return Ok(None);
        }
        let qubits = circuit.qubit_count();
        if qubits > MAX_MIXED_QUBITS {
            return Err(Error::too_large(format!(
                "method density of {qubits} qubits needs 4^{qubits} amplitudes; the limit is {MAX_MIXED_QUBITS} qubits, use trajectory"
            )));
        }
        if options.amplitudes || options.gradient {
            return Err(Error::unsupported(
                "method density has no amplitudes and no gradient: its state is mixed; ask for probabilities, counts or an observable",
            ));
        }
        let context = Context { precision: options.precision, keeps_phase: false, keeps_places: true };
        let mut builder = Builder { qubits, gates: Gates::new(2 * qubits, context, false) };
        for (op, is_final) in circuit.ops.iter().zip(final_measurements(circuit)) {
            match op {
                Op::Gate(gate) => {
                    builder.gate(gate, inputs);
                    let touched: Vec<u32> =
                        gate.controls.iter().map(|control| control.qubit).chain(gate.targets.iter().copied()).collect();
                    for (effect, qubits) in options.noise.after(gate, &touched) {
                        builder.channel(&operators(effect), &qubits);
                    }
                }
                Op::Reset { qubit } => builder.channel(&reset(), &[*qubit]),
                Op::Barrier { .. } => {}
                Op::Measure { .. } if is_final => {}
                Op::Measure { .. } | Op::Assign { .. } | Op::If { .. } => {
                    return Err(Error::unsupported(
                        "method density keeps no outcomes in the middle of a circuit; measure at the end, or use trajectory",
                    ));
                }
            }
        }
        let mut steps = Vec::new();
        builder.gates.flush_all();
        builder.gates.emit(&mut steps);
        Ok(Some(Self { qubits, steps }))
    }

    /// Qubits of the state that ρ is kept as.
    pub(crate) fn qubits_of_state(&self) -> u32 {
        2 * self.qubits
    }

    /// Amplitudes that the evolution reads and writes.
    pub(crate) fn amplitude_updates(&self) -> u128 {
        let passes = self.steps.iter().map(|step| match step {
            Step::Sweep(sweep) => sweep.weight as u128,
            _ => 1,
        });
        passes.sum::<u128>() << (2 * self.qubits)
    }

    /// Runs it and takes from ρ what the job asks for.
    pub(crate) fn run<T: Real>(&self, job: &Job, progress: &mut Progress) -> Result<CircuitResult, RunError> {
        let rho = self.evolved::<T>(progress)?;
        let entry = |row: usize, column: usize| rho.amplitude(row | column << self.qubits);
        let size = 1usize << self.qubits;
        // Rounding leaves negative weights of about 1e-17.
        let mut weights: Vec<f64> = (0..size).map(|index| entry(index, index).re.max(0.0)).collect();
        let trace: f64 = weights.iter().sum();
        weights.iter_mut().for_each(|weight| *weight /= trace);
        let expectation = job.observable.as_ref().map(|observable| observable.expectation_of(size, entry) / trace);
        for qubit in job.measured_qubits() {
            flip(&mut weights, 1 << qubit, job);
        }
        // A pure state with the same weights in the basis that is measured.
        let mut state = State::<f64>::zero(self.qubits, progress)?;
        state.fill_real(|index| weights[index].sqrt());
        let shots: Vec<u32> = (0..job.options.shots as u32).collect();
        let bits = vec![0; (job.plan.bits as usize).div_ceil(64)];
        let mut totals = Totals::<f64>::new(job, None);
        totals.add(&state, &Leaf { bits: &bits, shots: &shots, probability: 1.0 }, progress)?;
        let result = totals.finish(progress)?;
        Ok(CircuitResult { expectation, ..result })
    }

    fn evolved<T: Real>(&self, progress: &mut Progress) -> Result<State<T>, RunError> {
        let mut rho = State::<T>::zero(2 * self.qubits, progress)?;
        for step in &self.steps {
            let done: Result<(), Interrupted> = match step {
                Step::Sweep(sweep) => tile::apply(&mut rho, sweep, progress),
                Step::Apply(kernel) => kernels::apply(&mut rho, kernel, progress),
                _ => Ok(()),
            };
            done?;
        }
        Ok(rho)
    }
}

/// What readout makes of the weights of one qubit.
fn flip(weights: &mut [f64], bit: usize, job: &Job) {
    let readout = job.options.noise.readout;
    for index in (0..weights.len()).filter(|index| index & bit == 0) {
        let (zero, one) = (weights[index], weights[index | bit]);
        weights[index] = (1.0 - readout.zero_to_one) * zero + readout.one_to_zero * one;
        weights[index | bit] = readout.zero_to_one * zero + (1.0 - readout.one_to_zero) * one;
    }
}

struct Builder {
    qubits: u32,
    gates: Gates,
}

impl Builder {
    fn gate(&mut self, op: &GateOp, inputs: &[f64]) {
        let params: Vec<f64> = op.params.iter().map(|param| param.evaluate(inputs)).collect();
        let matrix = op.gate.matrix(&params);
        let conjugate = matrix.iter().map(|entry| entry.conj()).collect();
        for (matrix, shift) in [(matrix, 0), (conjugate, self.qubits)] {
            let matrix: Vec<Complex64> = matrix;
            let targets: Vec<u32> = op.targets.iter().map(|target| target + shift).collect();
            let controls: Vec<Control> = op
                .controls
                .iter()
                .map(|control| Control { qubit: control.qubit + shift, value: control.value })
                .collect();
            match (&targets[..], &controls[..]) {
                ([], []) => {}
                (&[target], []) => self.gates.one_qubit(target, [matrix[0], matrix[1], matrix[2], matrix[3]]),
                (targets, controls) => self.gates.kernel(matrix, targets, controls),
            }
        }
    }

    /// ρ → Σ KρK†: the matrix Σ K ⊗ conj(K) on the qubits and their twins.
    fn channel(&mut self, operators: &[Vec<Complex64>], qubits: &[u32]) {
        let n = 1usize << qubits.len();
        let mut matrix = vec![Complex64::new(0.0, 0.0); n * n * n * n];
        for (index, entry) in matrix.iter_mut().enumerate() {
            let (row, column) = (index / (n * n), index % (n * n));
            for operator in operators {
                *entry += operator[row % n * n + column % n] * operator[row / n * n + column / n].conj();
            }
        }
        let both: Vec<u32> = qubits.iter().copied().chain(qubits.iter().map(|qubit| qubit + self.qubits)).collect();
        self.gates.kernel(matrix, &both, &[]);
    }
}

/// The Kraus operators of an effect.
fn operators(effect: Effect) -> Arc<Vec<Vec<Complex64>>> {
    match effect {
        Effect::Kraus(operators) => operators,
        Effect::Pauli { probability, shares } => {
            let scaled = |gate: Gate, weight: f64| -> Vec<Complex64> {
                gate.matrix(&[]).iter().map(|entry| entry * weight.sqrt()).collect()
            };
            let total: f64 = shares.iter().sum();
            let mut all = vec![scaled(Gate::Id, 1.0 - probability)];
            for (gate, share) in [Gate::X, Gate::Y, Gate::Z].into_iter().zip(shares) {
                all.push(scaled(gate, probability * share / total));
            }
            Arc::new(all)
        }
    }
}

/// |0⟩⟨0| and |0⟩⟨1|.
fn reset() -> Vec<Vec<Complex64>> {
    let real = |entries: [f64; 4]| entries.iter().map(|x| Complex64::new(*x, 0.0)).collect();
    vec![real([1.0, 0.0, 0.0, 0.0]), real([0.0, 1.0, 0.0, 0.0])]
}
