//! A run: restart after restart until the budget is used, the target or the lower bound is reached, or the monitor wants to stop.

use crate::bounds::watched_bound;
use crate::check::{Part, Placed};
use crate::decode::{Decoder, Score, State};
use crate::layout::{Goal, Layout};
use crate::limits::MAX_ITERATIONS;
use crate::monitor::{Answer, Monitor, Progress};
use crate::options::{Method, Options};
use crate::problem::Problem;
use crate::result::{Found, ScheduleResult, Work};
use crate::search::{Count, Search};
use crate::starts::RULES;
use ketflow_error::{Error, RunError};

/// Tasks in the schedules between two polls. With many resources a task takes half a microsecond.
const POLL_TASKS: u64 = 1 << 13;

/// Schedules of the first restart where the budget decides how many there are. Annealing that a budget ends half-way is still hot: a first
/// restart of 400 schedules a task was at 10,000 schedules worse than blurred rules.
const FIRST_LENGTH: u64 = 1_000;

/// Tasks that a run places by default when a plan runs: some 30 ms, and 50 ms with the bound and in WASM.
const QUICK_PLACEMENTS: u64 = 100_000;

/// The restarts of a run and their lengths: a pure function of problem and options.
pub(crate) struct Plan {
    /// Never `Auto`.
    pub method: Method,
    /// Of the first restart.
    opening: Method,
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
            return Ok(Self { method, opening: method, restarts, first_length: 1, is_fixed: true, budget });
        }
        // Tabu search goes on from the best that it met: unless restarts are asked for, it needs none.
        let is_endless = method == Method::Tabu && options.restarts.is_none();
        let usual = match options.restarts {
            _ if is_endless => MAX_ITERATIONS,
            None => FIRST_LENGTH,
            Some(_) => (400 * tasks).clamp(2_000, 100_000),
        };
        let first_length = options.restart_iterations.unwrap_or(usual);
        let is_fixed = is_endless || options.restart_iterations.is_some();
        // A thousand schedules are few for annealing, and the restarts that follow need no good start. A plan that runs is one.
        let is_opened = options.method == Method::Auto
            && method == Method::Anneal
            && options.restarts.is_none()
            && problem.features.running.is_none();
        let opening = if is_opened { Method::Genetic } else { method };
        let mut plan = Self { method, opening, restarts, first_length, is_fixed, budget: 0 };
        let all =
            options.restarts.map(|restarts| (0..restarts).fold(0u64, |sum, k| sum.saturating_add(plan.length(k))));
        // Half a second to one in WASM, for a service gives a job two: a list of a shop is decoded in a fraction of the time that
        // resources take.
        let usual = (if problem.is_shop() { 100_000_000 } else { 20_000_000 } / tasks).clamp(10_000, 500_000);
        // Who waits for a plan that runs waits 50 ms.
        let usual =
            if problem.features.running.is_some() { (QUICK_PLACEMENTS / tasks).clamp(100, 5_000) } else { usual };
        plan.budget = options.iterations.or(all).unwrap_or(usual).min(all.unwrap_or(u64::MAX));
        Ok(plan)
    }

    /// Schedules of one restart when nothing cuts it off.
    pub fn length(&self, restart: u32) -> u64 {
        match self.restarts {
            _ if self.is_fixed => self.first_length,
            // Annealing goes on from the best schedule: it needs no restart as long as all before it together.
            u32::MAX if self.method == Method::Anneal => {
                (0..restart.min(50)).fold(self.first_length, |length, _| length + length / 2)
            }
            u32::MAX => self.first_length << restart.min(30),
            // So many as are asked for end in a time that can be waited for.
            _ => self.first_length << (restart / 2).min(30),
        }
    }
}

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
        between_polls: (POLL_TASKS / layout.size_of_schedule(&goal)).max(1),
        enough: bound.value.max(options.target_value.unwrap_or(0)),
        score: Score { late: u64::MAX, value: u64::MAX },
        best: State::new(&layout),
        has_ended: false,
        answer: Answer::Continue,
    };
    let mut restarts = 0;
    for restart in 0..plan.restarts {
        let method = if restart == 0 { plan.opening } else { plan.method };
        search.restart(restart, plan.length(restart), method, &mut count);
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
