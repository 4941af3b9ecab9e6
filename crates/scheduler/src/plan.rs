//! How many schedules a run makes, and how they are parted into restarts.

use crate::limits::MAX_ITERATIONS;
use crate::options::{Method, Options};
use crate::problem::Problem;
use crate::starts::RULES;
use ketflow_error::Error;

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
    pub opening: Method,
    pub restarts: u32,
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
