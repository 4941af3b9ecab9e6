//! A run from circuit and options to the result.

use crate::error::RunError;
use crate::job::{Estimate, Job};
use crate::monitor::{Monitor, Progress};
use crate::options::{Options, Precision};
use crate::real::Real;
use crate::result::CircuitResult;
use crate::state::State;
use crate::totals::{Amplitude, Totals};
use crate::walk::{Settings, walk};
use ketflow_circuit::shape::Shape;
use ketflow_circuit::{Circuit, Error};

/// What a run will take.
///
/// # Errors
/// Whatever [`run`] refuses before it starts, except the memory limit: an estimate may say that the limit is too low.
pub fn estimate(circuit: &Circuit, options: &Options) -> Result<Estimate, Error> {
    Ok(Job::new(circuit, options)?.estimate(Shape::of(circuit)))
}

/// Runs the circuit.
///
/// # Errors
/// `invalid-input`, `unsupported` and `too-large` before anything is allocated; `too-large` later only when the exact result
/// has too many branches or the allocator refuses; [`RunError::Cancelled`] when the monitor stops the run.
pub fn run(circuit: &Circuit, options: &Options, monitor: &mut dyn Monitor) -> Result<CircuitResult, RunError> {
    let job = Job::new(circuit, options)?;
    job.check_memory()?;
    match options.precision {
        Precision::F32 => job.run::<f32>(monitor),
        Precision::F64 => job.run::<f64>(monitor),
    }
}

impl Job<'_> {
    fn run<T: Real + Into<Amplitude>>(&self, monitor: &mut dyn Monitor) -> Result<CircuitResult, RunError> {
        let (options, plan) = (self.options, &self.plan);
        let mut progress = Progress::new(monitor, self.amplitude_updates());
        let spare = options.memory_limit_bytes() - self.bytes();
        let settings = Settings {
            seed: options.seed,
            shots: options.shots as u32,
            is_exact: self.is_exact,
            max_copies: usize::try_from(spare / self.state_bytes()).unwrap_or(usize::MAX),
        };
        let other = match &self.other {
            Some(plan) => {
                let mut state = State::<T>::zero(plan.qubits, &mut progress)?;
                let once = Settings { shots: 0, is_exact: false, max_copies: 0, ..settings };
                walk(plan, once, &mut state, &mut progress, |_, _, _| Ok(()))?;
                Some(state)
            }
            None => None,
        };
        let mut state = State::<T>::zero(plan.qubits, &mut progress)?;
        let mut totals = Totals::<T>::new(self, other);
        walk(plan, settings, &mut state, &mut progress, |state, leaf, progress| totals.add(state, leaf, progress))?;
        totals.finish(&mut progress)
    }
}
