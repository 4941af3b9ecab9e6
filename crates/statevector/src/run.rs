//! A run from circuit and options to the result.

use crate::chosen::Chosen;
use crate::job::{Estimate, Job};
use crate::lanes::Choice;
use crate::monitor::{Monitor, Progress, SHARE_FROM_AMPLITUDES};
use crate::options::{Options, Precision};
use crate::real::Real;
use crate::result::CircuitResult;
use crate::state::State;
use crate::totals::{Amplitude, Totals};
use crate::walk::{Settings, walk};
use ketflow_circuit::shape::Shape;
use ketflow_circuit::{Circuit, Error};
use ketflow_error::RunError;
use ketflow_team::{Team, with_helpers};

/// What a run will take.
///
/// # Errors
/// Whatever [`run`] refuses before it starts, except the memory limit: an estimate may say that the limit is too low.
pub fn estimate(circuit: &Circuit, options: &Options) -> Result<Estimate, Error> {
    Ok(Chosen::of(circuit, options)?.estimate(Shape::of(circuit)))
}

/// Runs the circuit on `options.threads` threads, which are started for it where its passes are large enough to be shared.
///
/// # Errors
/// `invalid-input`, `unsupported` and `too-large` before anything is allocated; `too-large` later only when the exact result
/// has too many branches or the allocator refuses; [`RunError::Cancelled`] when the monitor stops the run.
pub fn run(circuit: &Circuit, options: &Options, monitor: &mut dyn Monitor) -> Result<CircuitResult, RunError> {
    let job = Chosen::of(circuit, options)?;
    let threads = match &job {
        Chosen::Amplitudes(job) if job.amplitudes_at_most() >= SHARE_FROM_AMPLITUDES as u128 => {
            job.check_memory()?;
            options.threads
        }
        _ => 1,
    };
    with_helpers(threads, |team| job.run(team, monitor))
}

/// As [`run`], on a team that is there already; it uses no more than `options.threads` of its threads.
///
/// # Errors
/// As [`run`].
pub fn run_on(
    team: &Team,
    circuit: &Circuit,
    options: &Options,
    monitor: &mut dyn Monitor,
) -> Result<CircuitResult, RunError> {
    Chosen::of(circuit, options)?.run(team, monitor)
}

impl Job<'_> {
    pub(crate) fn run_on(&self, team: &Team, monitor: &mut dyn Monitor) -> Result<CircuitResult, RunError> {
        self.run_with(Choice::of_process(), team, monitor)
    }

    /// With the vectors of `lanes`, which never show in the result.
    pub(crate) fn run_with(
        &self,
        lanes: Choice,
        team: &Team,
        monitor: &mut dyn Monitor,
    ) -> Result<CircuitResult, RunError> {
        team.begin(self.options.threads);
        let mut progress = Progress::new(monitor, team, self.amplitude_updates());
        progress.lanes = lanes;
        let result = match self.options.precision {
            Precision::F32 => self.run::<f32>(&mut progress),
            Precision::F64 => self.run::<f64>(&mut progress),
        };
        result.map(|result| self.filled_in(result))
    }

    fn run<T: Real + Into<Amplitude>>(&self, progress: &mut Progress) -> Result<CircuitResult, RunError> {
        if let Some(density) = &self.density {
            return density.run::<T>(self, progress);
        }
        let (options, plan) = (&*self.options, &self.plan);
        let spare = options.memory_limit_bytes() - self.bytes();
        let settings = Settings {
            seed: options.seed,
            shots: options.shots as u32,
            is_exact: self.is_exact,
            max_copies: usize::try_from(spare / self.state_bytes()).unwrap_or(usize::MAX),
        };
        let other = match &self.other {
            Some(plan) => {
                let mut state = State::<T>::zero(plan.qubits, progress)?;
                let once = Settings { shots: 0, is_exact: false, max_copies: 0, ..settings };
                walk(plan, once, &mut state, progress, |_, _, _| Ok(()))?;
                Some(state)
            }
            None => None,
        };
        let mut state = State::<T>::zero(plan.qubits, progress)?;
        let mut totals = Totals::<T>::new(self, other);
        walk(plan, settings, &mut state, progress, |state, leaf, progress| totals.add(state, leaf, progress))?;
        totals.finish(progress)
    }
}
