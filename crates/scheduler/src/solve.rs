//! A run: restart after restart until the budget is used, the target or the lower bound is reached, or the monitor wants to stop.

use crate::bounds::watched_bound;
use crate::check::{Part, Placed};
use crate::decode::Decoder;
use crate::goal::Goal;
use crate::layout::Layout;
use crate::monitor::{Answer, Monitor, Progress};
use crate::options::Options;
use crate::plan::Plan;
use crate::problem::Problem;
use crate::restart;
use crate::result::{Found, ScheduleResult, Work};
use crate::search::{Count, Search};
use crate::state::{Score, State};
use ketflow_error::RunError;

/// Tasks in the schedules between two polls. With many resources a task takes half a microsecond.
const POLL_TASKS: u64 = 1 << 13;

/// Solves a problem as well as the budget allows.
///
/// # Errors
/// [`RunError::Refused`] before anything runs, [`RunError::Cancelled`] when the monitor wants no result.
pub fn solve(problem: &Problem, options: &Options, monitor: &mut dyn Monitor) -> Result<ScheduleResult, RunError> {
    crate::estimate(problem, options)?;
    options.check()?;
    let objective = options.objective_of(problem)?;
    let plan = Plan::new(problem, options)?;
    let layout = Layout::for_objective(problem, objective);
    let mut goal = Goal::new(problem, objective);
    if !goal.deadlines.is_empty() {
        goal.penalty = penalty(problem, &layout, &goal);
    }
    let mut search = Search::new(problem, &layout, &goal, options.seed);
    let total = plan.budget;
    // Whoever watches is told of the schedule of a rule meanwhile. An early end waits for the bound: it is part of the result.
    let best = search.begin(0).value;
    let mut is_cancelled = || monitor.poll(Progress { done: 0, total, best }) == Answer::Cancel;
    let bound = watched_bound(problem, objective, &mut is_cancelled).ok_or(RunError::Cancelled)?;
    let mut count = Counter {
        monitor,
        done: 0,
        total,
        between_polls: (POLL_TASKS / goal.size_of_schedule(&layout)).max(1),
        enough: bound.value.max(options.target_value.unwrap_or(0)),
        score: Score { late: u64::MAX, value: u64::MAX },
        best: State::new(&layout),
        has_ended: false,
        answer: Answer::Continue,
    };
    let mut restarts = 0;
    for restart in 0..plan.restarts {
        let method = if restart == 0 { plan.opening } else { plan.method };
        restart::run(&mut search, restart, plan.length(restart), method, &mut count);
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
    let mut parts: Vec<Part> =
        best.parts.iter().map(|(task, start, end)| Part { task: *task, start: *start, end: *end }).collect();
    parts.sort_unstable_by_key(|part| (part.task, part.start));
    let modes: Vec<u32> = best.mode.iter().enumerate().map(|(task, mode)| *mode - layout.modes.of(task)[0]).collect();
    let place = |task: usize| Placed { start: best.start[task], end: best.end[task], mode: modes[task] };
    let found = Found { tasks: (0..layout.tasks()).map(place).collect(), parts, objective, value: best.value };
    Ok(ScheduleResult::new(problem, found, bound, work))
}

/// What a unit of time behind a deadline counts: four times what a unit of time is worth in a plain schedule. More would hide from the
/// search what else makes schedules better; whatever it is, the best one is the least late.
fn penalty(problem: &Problem, layout: &Layout<'_>, goal: &Goal) -> u64 {
    let mut state = State::new(layout);
    Decoder::new(problem, layout, goal).decode(&mut state, goal);
    4 * (state.value / u64::from(state.makespan.max(1))) + 1
}

struct Counter<'a> {
    monitor: &'a mut dyn Monitor,
    done: u64,
    total: u64,
    between_polls: u64,
    /// An objective that needs no better one.
    enough: u64,
    /// How good the best schedule so far is, and it.
    score: Score,
    best: State,
    has_ended: bool,
    answer: Answer,
}

impl Count for Counter<'_> {
    fn made(&mut self, score: Score, write: &dyn Fn(&mut State)) -> bool {
        self.done += 1;
        if score < self.score {
            self.score = score;
            write(&mut self.best);
        }
        let Score { late, value: best } = self.score;
        if (late == 0 && best <= self.enough) || self.done >= self.total {
            self.has_ended = true;
        } else if self.done.is_multiple_of(self.between_polls) {
            self.answer = self.monitor.poll(Progress { done: self.done, total: self.total, best });
            self.has_ended = self.answer != Answer::Continue;
        }
        !self.has_ended
    }

    fn best(&self) -> &State {
        &self.best
    }
}
