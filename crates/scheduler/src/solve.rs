//! A run: restart after restart until the budget is used, the target or the lower bound is reached, or the monitor wants to stop.

use crate::anneal::{Count, Search};
use crate::bounds::lower_bound;
use crate::decode::State;
use crate::layout::{Goal, Layout};
use crate::monitor::{Answer, Monitor, Progress};
use crate::options::{Method, Options};
use crate::problem::Problem;
use crate::result::{ScheduleResult, Work};
use crate::starts::RULES;
use ketflow_error::{Error, RunError};

/// Tasks in the schedules between two polls. With many resources a task takes half a microsecond.
const POLL_TASKS: u64 = 1 << 13;

/// The restarts of a run and their lengths: a pure function of problem and options.
pub(crate) struct Plan {
    restarts: u32,
    first_length: u64,
    is_fixed: bool,
    /// Schedules of the whole run.
    pub budget: u64,
}

impl Plan {
    pub fn new(problem: &Problem, options: &Options) -> Self {
        let tasks = problem.tasks.len() as u64;
        let restarts = options.restarts.unwrap_or(u32::MAX);
        if options.method == Method::PriorityRule {
            let budget = options.iterations.unwrap_or_else(|| u64::from(options.restarts.unwrap_or(RULES)));
            let budget = budget.min(u64::from(restarts));
            return Self { restarts, first_length: 1, is_fixed: true, budget };
        }
        let first_length = options.restart_iterations.unwrap_or((400 * tasks).clamp(2_000, 100_000));
        let mut plan = Self { restarts, first_length, is_fixed: options.restart_iterations.is_some(), budget: 0 };
        let all =
            options.restarts.map(|restarts| (0..restarts).fold(0u64, |sum, k| sum.saturating_add(plan.length(k))));
        // A second or some: a list of a shop is decoded in a tenth of the time that profiles take.
        let is_shop = problem.tasks.iter().flat_map(|task| &task.modes).all(|mode| mode.demands.is_empty());
        let usual = (if is_shop { 300_000_000 } else { 40_000_000 } / tasks).clamp(10_000, 2_000_000);
        plan.budget = options.iterations.or(all).unwrap_or(usual).min(all.unwrap_or(u64::MAX));
        plan
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
    let plan = Plan::new(problem, options);
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
        enough: bound.max(options.target_value.unwrap_or(0)),
        best: None,
        has_ended: false,
        answer: Answer::Continue,
    };
    let last = first.saturating_add(most).min(plan.restarts);
    let mut restarts = 0;
    for restart in first..last {
        search.restart(restart, plan.length(restart), &mut count);
        restarts += 1;
        if count.has_ended {
            break;
        }
    }
    let work = Work { iterations: count.done, restarts };
    match (count.answer, count.best) {
        (Answer::Cancel, _) | (_, None) => Err(RunError::Cancelled),
        (_, Some(mut best)) => {
            search.straighten(&mut best);
            let modes = best.mode.iter().enumerate().map(|(task, mode)| *mode - layout.modes.of(task)[0]).collect();
            Ok(ScheduleResult::new(problem, (objective, best.value), best.start, modes, bound, work))
        }
    }
}

struct Counter<'a> {
    monitor: &'a mut dyn Monitor,
    done: u64,
    total: u64,
    between_polls: u64,
    /// An objective that needs no better one.
    enough: u64,
    best: Option<State>,
    has_ended: bool,
    answer: Answer,
}

impl Count for Counter<'_> {
    fn made(&mut self, state: &State) -> bool {
        self.done += 1;
        let best = match &mut self.best {
            Some(best) if best.value <= state.value => best.value,
            Some(best) => {
                best.clone_from(state);
                state.value
            }
            none => {
                *none = Some(state.clone());
                state.value
            }
        };
        if best <= self.enough || self.done >= self.total {
            self.has_ended = true;
        } else if self.done.is_multiple_of(self.between_polls) {
            self.answer = self.monitor.poll(Progress { done: self.done, total: self.total, best });
            self.has_ended = self.answer != Answer::Continue;
        }
        !self.has_ended
    }
}
