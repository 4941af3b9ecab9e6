//! Gradients by adjoint differentiation: one pass backward, whatever the number of inputs.
//!
//! ψ and λ = O|ψ⟩ are the two halves of one state with one more qubit, which no gate touches: so the inverse of the circuit takes both
//! back in the same sweeps as any other circuit, and probes between its gates read how the energy depends on each (see [`crate::slopes`]).

mod reverse;

use crate::elementary::Context;
use crate::kernels;
use crate::monitor::Progress;
use crate::observable::PauliSum;
use crate::options::Options;
use crate::plan::{Plan, Step};
use crate::real::Real;
use crate::schedule::Space;
use crate::slopes::Slopes;
use crate::state::{LANE_QUBITS, State};
use crate::tile;
use ketflow_circuit::ir::InputKind;
use ketflow_circuit::{Circuit, Error};
use ketflow_error::RunError;

/// The way back through a circuit.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Backward {
    steps: Vec<Step>,
    slopes: Slopes,
    /// Indices in the circuit's inputs of those that have a derivative.
    real: Vec<usize>,
    /// Their names.
    pub(crate) names: Vec<String>,
    inputs: usize,
}

impl Backward {
    /// From the final state of `plan`, the plan of the same circuit and inputs, back to its beginning.
    ///
    /// # Errors
    /// `unsupported` with noise and where operations are no gates; `invalid-input` without an observable, without an input of real type and
    /// where a derivative does not exist.
    pub(crate) fn new(circuit: &Circuit, inputs: &[f64], plan: &Plan, options: &Options) -> Result<Self, Error> {
        if options.observable.is_none() {
            return Err(Error::invalid("gradient needs an observable, whose expectation it derives; give one"));
        }
        if options.noise.is_some() {
            return Err(Error::unsupported(
                "gradient is of pure states and not available under noise; remove the noise, or use parameter shifts",
            ));
        }
        if plan.branch_points() > 0 {
            return Err(Error::unsupported(format!(
                "gradient needs a circuit of gates, but {} measurements or resets lie before its end; move them to the end",
                plan.branch_points()
            )));
        }
        let is_real = |kind: InputKind| matches!(kind, InputKind::Float | InputKind::Angle);
        let real: Vec<usize> = (0..circuit.inputs.len()).filter(|k| is_real(circuit.inputs[*k].kind)).collect();
        if real.is_empty() {
            return Err(Error::invalid(
                "gradient needs inputs to derive by, but the circuit has none of type float or angle; declare them, as in \
                 'input float theta;'",
            ));
        }
        let context = Context { precision: options.precision, keeps_phase: false, keeps_places: plan.keeps_places };
        let space = Space { qubits: flag(plan.qubits) + 1, held: 1 << flag(plan.qubits), precision: options.precision };
        let (steps, slopes) = reverse::steps(circuit, inputs, plan.places.clone(), space, context)?;
        let names = real.iter().map(|k| circuit.inputs[*k].name.clone()).collect();
        Ok(Self { steps, slopes, real, names, inputs: circuit.inputs.len() })
    }

    /// Amplitudes that it reads and writes, those of λ's making not counted.
    pub(crate) fn amplitude_updates(&self, qubits: u32) -> u128 {
        let both = 2u128 << qubits.max(LANE_QUBITS);
        let passes = self.steps.iter().map(|step| match step {
            Step::Sweep(sweep) => sweep.weight as u128,
            _ => 1,
        });
        both * passes.sum::<u128>()
    }

    /// d⟨observable⟩/d(input) at `state`, for the inputs of `names`.
    pub(crate) fn gradient<T: Real>(
        &self,
        state: &State<T>,
        observable: &PauliSum,
        progress: &mut Progress,
    ) -> Result<Vec<f64>, RunError> {
        let mut both = State::twice(state, progress)?;
        observable.image(state, both.second_half(), progress)?;
        let mut sums = vec![0.0; self.slopes.sums()];
        for step in &self.steps {
            match step {
                Step::Sweep(sweep) => tile::apply_and_read(&mut both, sweep, &mut sums, progress)?,
                Step::Apply(kernel) => kernels::apply(&mut both, kernel, progress)?,
                _ => {}
            }
        }
        let gradient = self.slopes.gradient(&sums, self.inputs);
        Ok(self.real.iter().map(|k| gradient[*k]).collect())
    }
}

/// The qubit that tells ψ from λ: above the lanes, so that they are different blocks.
fn flag(qubits: u32) -> u32 {
    qubits.max(LANE_QUBITS)
}
