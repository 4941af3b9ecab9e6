//! The options of a schedule job, as they come in JSON: the same names as the flags of the command line.

use crate::limits::{MAX_ITERATIONS, MAX_OBJECTIVE, MAX_RESTARTS};
use crate::objective::{Component, Objective};
use crate::problem::Problem;
use ketflow_error::Error;
use serde::Deserialize;

/// What to compute and how.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Options {
    /// What is to be small; by default what the source says, or else the makespan.
    pub objective: Option<Objective>,
    /// How to search.
    pub method: Method,
    /// Most restarts, 1 to [`MAX_RESTARTS`]; by default as many as the budget has room for.
    pub restarts: Option<u32>,
    /// Schedules that a restart makes, its first one included, 1 to [`MAX_ITERATIONS`]; by default a number that doubles with every
    /// restart, so that any budget has one whose length suits it.
    pub restart_iterations: Option<u64>,
    /// Schedules that all restarts make together, 1 to [`MAX_ITERATIONS`]; by default a number that suits the problem, or that all
    /// of `restarts` take. Cuts the sequence of restarts off and changes nothing before.
    pub iterations: Option<u64>,
    /// Ends the run at the first schedule whose objective is not above this.
    pub target_value: Option<u64>,
    /// Of all random numbers, 0 to 2⁵³ − 1.
    pub seed: u64,
    /// Limit on the memory of the run.
    #[serde(rename = "memoryLimitMiB")]
    pub memory_limit_mib: u64,
}

/// The address space of wasm32 less room for code; natively the same, so that both refuse alike.
const DEFAULT_MEMORY_LIMIT_MIB: u64 = 4096 - 256;

impl Default for Options {
    fn default() -> Self {
        Self {
            objective: None,
            method: Method::Auto,
            restarts: None,
            restart_iterations: None,
            iterations: None,
            target_value: None,
            seed: 0,
            memory_limit_mib: DEFAULT_MEMORY_LIMIT_MIB,
        }
    }
}

/// How to search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// What is never worse than the others at the same number of schedules, or rarely: `tabu` for the makespan of a shop, `anneal` for that of a project
    /// with one mode for each task, for levelling and when a plan runs, `genetic` for everything else.
    Auto,
    /// Simulated annealing over activity lists.
    Anneal,
    /// Tabu search over the critical paths of a shop.
    Tabu,
    /// A genetic algorithm over activity lists.
    Genetic,
    /// One schedule for each priority rule, blurred by chance after the first five.
    PriorityRule,
}

impl Options {
    /// Reads and checks options.
    ///
    /// # Errors
    /// `invalid-input` for bad JSON, unknown fields and values out of range.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        let options: Self = serde_json::from_str(text).map_err(|error| Error::invalid(format!("options: {error}")))?;
        options.check()?;
        Ok(options)
    }

    /// The checks that need no problem.
    ///
    /// # Errors
    /// As [`Options::from_json`].
    pub fn check(&self) -> Result<(), Error> {
        for (name, value, most) in [
            ("restarts", self.restarts.map(u64::from), u64::from(MAX_RESTARTS)),
            ("restartIterations", self.restart_iterations, MAX_ITERATIONS),
            ("iterations", self.iterations, MAX_ITERATIONS),
        ] {
            if let Some(value) = value.filter(|value| *value == 0 || *value > most) {
                return Err(Error::invalid(format!("{name} is {value}; give 1 to {most}")));
            }
        }
        for (name, value) in [("seed", self.seed), ("targetValue", self.target_value.unwrap_or(0))] {
            if value > MAX_OBJECTIVE {
                return Err(Error::invalid(format!("{name} is {value}; give 0 to {MAX_OBJECTIVE} (2^53 - 1)")));
            }
        }
        if self.method == Method::PriorityRule && self.restart_iterations.is_some() {
            return Err(Error::invalid(
                "restartIterations is for the method anneal; each restart of priority-rule makes one schedule",
            ));
        }
        Ok(())
    }

    /// What [`Method::Auto`] is here.
    pub(crate) fn method_for(&self, problem: &Problem) -> Result<Method, Error> {
        let objective = self.objective_of(problem)?;
        let suits_tabu = problem.is_shop() && problem.is_plain() && objective == Objective::Makespan;
        match self.method {
            Method::Auto if suits_tabu => Ok(Method::Tabu),
            Method::Auto if suits_annealing(problem, objective) => Ok(Method::Anneal),
            Method::Auto => Ok(Method::Genetic),
            Method::Tabu if !suits_tabu => Err(Error::invalid(
                "method tabu is for the makespan of shops in which no task demands a resource, and without calendars, set-ups and the like; \
                 take anneal",
            )),
            method => Ok(method),
        }
    }

    /// The objective of a run.
    pub(crate) fn objective_of(&self, problem: &Problem) -> Result<Objective, Error> {
        let objective = self.objective.or(problem.objective).unwrap_or(Objective::Makespan);
        objective.check()?;
        let weights = objective.weights();
        let (tasks, features) = (&problem.tasks, &problem.features);
        if weights.tardiness > 0 && tasks.iter().all(|task| task.due.is_none()) {
            return Err(Error::invalid(
                "objective total-weighted-tardiness: no task has a due time; give due to one, or take makespan",
            ));
        }
        let is_free =
            features.prices.is_empty() && tasks.iter().flat_map(|task| &task.modes).all(|mode| mode.cost == 0);
        for (component, is_missing, what) in [
            (
                "cost",
                weights.cost > 0 && is_free,
                "nothing has a cost or a price; give one to a mode, a machine or a resource",
            ),
            ("levelling", weights.levelling > 0 && problem.resources.is_empty(), "there are no resources; give one"),
            ("affinity", weights.affinity > 0 && features.affinities.is_empty(), "the source has no affinity; add one"),
            (
                "disruption",
                weights.disruption > 0 && features.running.is_none(),
                "the source says of no plan that it is running",
            ),
        ] {
            if is_missing {
                return Err(Error::invalid(format!("objective {component}: {what}")));
            }
        }
        if !objective.is_classic() {
            check_range(problem, objective)?;
        }
        Ok(objective)
    }
}

/// Measured on the problems of `tests/methods.rs`: elsewhere the genetic algorithm is ahead, by 1 % with calendars and by 30 % for tardiness.
fn suits_annealing(problem: &Problem, objective: Objective) -> bool {
    let has_one_mode = problem.tasks.iter().all(|task| task.modes.len() == 1);
    (problem.is_plain() && objective == Objective::Makespan && has_one_mode)
        || objective.weights().levelling > 0
        || problem.features.running.is_some()
}

/// Whether every value of every schedule is below 2⁵³.
fn check_range(problem: &Problem, objective: Objective) -> Result<(), Error> {
    let most = crate::measure::most(problem);
    for (((component, _), weight), most) in Component::ALL.iter().zip(objective.weights().all()).zip(most) {
        // Six components together.
        if u128::from(weight) * most > u128::from(MAX_OBJECTIVE / 6) {
            return Err(Error::too_large(format!(
                "objective {component}: values up to {most} with weight {weight} may exceed {}: use smaller numbers",
                MAX_OBJECTIVE / 6
            )));
        }
    }
    Ok(())
}
