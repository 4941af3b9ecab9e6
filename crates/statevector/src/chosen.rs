//! Which method a job runs with: a function of circuit and options alone.

use crate::clifford_job::CliffordJob;
use crate::job::{Estimate, Job};
use crate::monitor::Monitor;
use crate::mps_job::MpsJob;
use crate::options::Options;
use crate::result::CircuitResult;
use ketflow_circuit::shape::Shape;
use ketflow_circuit::{Circuit, Error};
use ketflow_error::RunError;
use ketflow_team::Team;

/// A checked job of any method.
pub(crate) enum Chosen<'a> {
    Amplitudes(Box<Job<'a>>),
    Clifford(CliffordJob<'a>),
    Mps(MpsJob<'a>),
}

impl<'a> Chosen<'a> {
    pub(crate) fn of(circuit: &Circuit, options: &'a Options) -> Result<Self, Error> {
        options.check()?;
        if let Some(job) = CliffordJob::of(circuit, options)? {
            return Ok(Self::Clifford(job));
        }
        if let Some(job) = MpsJob::of(circuit, options)? {
            return Ok(Self::Mps(job));
        }
        Ok(Self::Amplitudes(Box::new(Job::new(circuit, options)?)))
    }

    pub(crate) fn estimate(&self, shape: Shape) -> Estimate {
        match self {
            Self::Amplitudes(job) => job.estimate(shape),
            Self::Clifford(job) => job.estimate(shape),
            Self::Mps(job) => job.estimate(shape),
        }
    }

    /// On the threads of `team`, where the method has work for more than one.
    pub(crate) fn run(&self, team: &Team, monitor: &mut dyn Monitor) -> Result<CircuitResult, RunError> {
        match self {
            Self::Amplitudes(job) => {
                job.check_memory()?;
                job.run_on(team, monitor)
            }
            Self::Clifford(job) => job.run(monitor),
            Self::Mps(job) => job.run(monitor),
        }
    }
}

/// The first option that asks for what amplitudes alone have.
pub(crate) fn needs_amplitudes(options: &Options) -> Option<&'static str> {
    [
        ("amplitudes", options.amplitudes),
        ("gradient", options.gradient),
        ("marginals", !options.marginals.is_empty()),
        ("entropy", !options.entropy.is_empty()),
        ("reducedDensity", !options.reduced_density.is_empty()),
        ("mutualInformation", !options.mutual_information.is_empty()),
        ("fidelity", options.fidelity.is_some()),
    ]
    .into_iter()
    .find_map(|(name, is_wanted)| is_wanted.then_some(name))
}

/// A sum of Pauli strings from its coefficients and their expectations.
pub(crate) fn weighted(coefficients: &[f64], expectations: &[f64]) -> f64 {
    coefficients.iter().zip(expectations).fold(0.0, |sum, (coefficient, value)| sum + coefficient * value)
}
