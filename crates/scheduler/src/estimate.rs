//! What a run takes, before it starts.

use crate::options::Options;
use crate::plan::Plan;
use crate::problem::Problem;
use ketflow_error::Error;
use serde::Serialize;

/// What a run takes at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Estimate {
    /// Tasks of the problem.
    pub tasks: u64,
    /// Schedules of the whole budget; fewer when the optimum is proved or the target reached.
    pub iterations: u64,
    /// Tasks that are placed: tasks · iterations.
    pub placements: u64,
    /// Memory of the run beside the problem itself, as an upper bound.
    pub bytes: u64,
}

/// What a run with these options takes.
///
/// # Errors
/// `invalid-input` for options that the run would refuse, `too-large` above the memory limit.
pub fn estimate(problem: &Problem, options: &Options) -> Result<Estimate, Error> {
    options.check()?;
    options.objective_of(problem)?;
    let tasks = problem.tasks.len() as u64;
    let iterations = Plan::new(problem, options)?.budget;
    let modes: u64 = problem.tasks.iter().map(|task| task.modes.len() as u64).sum();
    let demands: u64 =
        problem.tasks.iter().flat_map(|task| &task.modes).map(|mode| mode.demands.len() as u64 + 1).sum();
    // Three states of six columns and as much again for rules and keys; flat modes and demands; two steps of a profile per demand.
    let bytes = tasks * 200 + modes * 20 + demands * 40;
    let limit = options.memory_limit_mib << 20;
    if bytes > limit {
        return Err(Error::too_large(format!(
            "{tasks} tasks with {modes} modes need {bytes} bytes; the limit is {limit} ({} MiB): raise memoryLimitMiB, or split the \
             problem",
            options.memory_limit_mib
        )));
    }
    Ok(Estimate { tasks, iterations, placements: tasks.saturating_mul(iterations), bytes })
}
