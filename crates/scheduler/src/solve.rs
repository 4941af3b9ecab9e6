//! A run: restart after restart until the budget is used, the target or the lower bound is reached, or the monitor wants to stop.

use crate::bounds::lower_bound;
use crate::decode::State;
use crate::layout::{Goal, Layout};
use crate::limits::MAX_ITERATIONS;
use crate::monitor::{Answer, Monitor, Progress};
use crate::options::{Method, Options};
use crate::problem::Problem;
use crate::result::{ScheduleResult, Work};
use crate::search::{Count, Search};
use crate::starts::RULES;
use ketflow_error::{Error, RunError};

/// Tasks in the schedules between two polls. With many resources a task takes half a microsecond.
const POLL_TASKS: u64 = 1 << 13;

/// The restarts of a run and their lengths: a pure function of problem and options.
pub(crate) struct Plan {
    /// Never `Auto`.
    pub method: Method,
    restarts: u32,
    first_length: u64,
    is_fixed: bool,
    /// Schedules of the whole run.
    pub budget: u64,
}

impl Plan {
    pub fn new(problem: &Problem, options: &Options) -> Result<Self, Error> {
        let tasks = problem.tasks.len() as u64;
        let restarts = options.restarts.unwrap_or(u32::MAX);
        let method = options.method_for(problem)?;
        if method == Method::PriorityRule {
            let budget = options.iterations.unwrap_or_else(|| u64::from(options.restarts.unwrap_or(RULES)));
            let budget = budget.min(u64::from(restarts));
            return Ok(Self { method, restarts, first_length: 1, is_fixed: true, budget });
        }
        // Tabu search goes on from the best that it met: unless restarts are asked for, it needs none.
        let is_endless = method == Method::Tabu && options.restarts.is_none();
        let usual = if is_endless { MAX_ITERATIONS } else { (400 * tasks).clamp(2_000, 100_000) };
        let first_length = options.restart_iterations.unwrap_or(usual);
        let is_fixed = is_endless || options.restart_iterations.is_some();
        let mut plan = Self { method, restarts, first_length, is_fixed, budget: 0 };
        let all =
            options.restarts.map(|restarts| (0..restarts).fold(0u64, |sum, k| sum.saturating_add(plan.length(k))));
        // Half a second to one in WASM, for a service gives a job two: a list of a shop is decoded in a fraction of the time that
        // resources take.
        let usual = (if problem.is_shop() { 100_000_000 } else { 20_000_000 } / tasks).clamp(10_000, 500_000);
        plan.budget = options.iterations.or(all).unwrap_or(usual).min(all.unwrap_or(u64::MAX));
        Ok(plan)
    }

    /// Schedules of one restart when nothing cuts it off.
    pub fn length(&self, restart: u32) -> u64 {
        if self.is_fixed { self.first_length } else { self.first_length << (restart / 2).min(30) }
    }
}

/// Solves a problem as well as the budget allows.
///
/// # Errors
/// [`RunError::Refused`] before anything runs, [`RunError::Cancelled`] when the monitor wants no result.
pub fn solve(problem: &Problem, options: &Options, monitor: &mut dyn Monitor) -> Result<ScheduleResult, RunError> {
    crate::estimate(problem, options)?;
    run(problem, options, 0, u32::MAX, monitor)
}

/// One restart of a run, whole and alone: the run's result is the best of its restarts, the earliest of equals.
///
/// # Errors
/// As [`solve`].
pub fn solve_restart(
    problem: &Problem,
    options: &Options,
    restart: u32,
    monitor: &mut dyn Monitor,
) -> Result<ScheduleResult, RunError> {
    run(problem, options, restart, 1, monitor)
}

fn run(
    problem: &Problem,
    options: &Options,
    first: u32,
    most: u32,
    monitor: &mut dyn Monitor,
) -> Result<ScheduleResult, RunError> {
    options.check()?;
    let objective = options.objective_of(problem)?;
    let plan = Plan::new(problem, options)?;
    if first >= plan.restarts {
        return Err(Error::invalid(format!("restart {first} is none of 0 to {}", plan.restarts - 1)).into());
    }
    let layout = Layout::new(problem);
    let goal = Goal::new(problem, objective);
    let bound = lower_bound(problem, objective);
    let mut search = Search::new(&layout, &goal, options.seed);
    let mut count = Counter {
        monitor,
        done: 0,
        total: if most == 1 { plan.length(first).min(plan.budget) } else { plan.budget },
        between_polls: (POLL_TASKS / problem.tasks.len() as u64).max(1),
        enough: bound.value.max(options.target_value.unwrap_or(0)),
        value: u64::MAX,
        best: State::new(&layout),
        has_ended: false,
        answer: Answer::Continue,
    };
    let last = first.saturating_add(most).min(plan.restarts);
    let mut restarts = 0;
    for restart in first..last {
        search.restart(restart, plan.length(restart), plan.method, &mut count);
        restarts += 1;
        if count.has_ended {
            break;
        }
    }
    let work = Work { iterations: count.done, restarts };
    if count.answer == Answer::Cancel {
        return Err(RunError::Cancelled);
    }
    let mut best = count.best;
    search.straighten(&mut best);
    let modes = best.mode.iter().enumerate().map(|(task, mode)| *mode - layout.modes.of(task)[0]).collect();
    Ok(ScheduleResult::new(problem, (objective, best.value), best.start, modes, bound, work))
}

struct Counter<'a> {
    monitor: &'a mut dyn Monitor,
    done: u64,
    total: u64,
    between_polls: u64,
    /// An objective that needs no better one.
    enough: u64,
    /// The least objective so far, and its schedule.
    value: u64,
    best: State,
    has_ended: bool,
    answer: Answer,
}

impl Count for Counter<'_> {
    fn made(&mut self, value: u64, write: &dyn Fn(&mut State)) -> bool {
        self.done += 1;
        if value < self.value {
            self.value = value;
            write(&mut self.best);
        }
        let best = self.value;
        if best <= self.enough || self.done >= self.total {
            self.has_ended = true;
        } else if self.done.is_multiple_of(self.between_polls) {
            self.answer = self.monitor.poll(Progress { done: self.done, total: self.total, best });
            self.has_ended = self.answer != Answer::Continue;
        }
        !self.has_ended
    }
}
