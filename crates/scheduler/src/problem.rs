//! What is to be scheduled: tasks with modes, precedence, machines that do one thing at a time, and resources that are shared.
//!
//! A project (RCPSP) has tasks of one mode with demands on resources; a job shop has tasks of one mode on a machine, each after the
//! one before it in its job; in a flexible job shop the modes are the machines that can do the task. All may be mixed.

use crate::graph::{Lists, topological_order};
use crate::limits::*;
use ketflow_error::Error;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Something of which `capacity` units may be in use at any time; it is there again when a task ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// Its name, not that of another resource.
    pub name: String,
    /// 0 to [`MAX_CAPACITY`].
    pub capacity: u32,
}

/// Units of a resource that a task holds from its start until its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Demand {
    /// Index of the resource.
    pub resource: u32,
    /// At most the capacity.
    pub amount: u32,
}

/// One way to do a task.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mode {
    /// 0 to [`MAX_TIME`]. A mode of duration 0 occupies nothing.
    pub duration: u32,
    /// Index of the machine that it occupies.
    pub machine: Option<u32>,
    /// What it holds, each resource once.
    pub demands: Vec<Demand>,
}

/// Something to do once, without a break.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Its name, not that of another task.
    pub id: String,
    /// At least one.
    pub modes: Vec<Mode>,
    /// Indices of the tasks that end before it starts; one that is there twice counts once.
    pub after: Vec<u32>,
    /// Its earliest start, 0 to [`MAX_TIME`].
    pub release: u32,
    /// When it should have ended, 0 to [`MAX_TIME`]; for objectives that count tardiness.
    pub due: Option<u32>,
    /// What a unit of its tardiness costs, 0 to [`MAX_TIME`]; 1 by default.
    pub weight: u32,
}

impl Task {
    /// A task with these modes and nothing else.
    pub fn new(id: impl Into<String>, modes: Vec<Mode>) -> Self {
        Self { id: id.into(), modes, after: Vec::new(), release: 0, due: None, weight: 1 }
    }
}

/// What is to be small.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Objective {
    /// The end of the last task.
    Makespan,
    /// The sum of weight · max(0, end − due) over the tasks that have a due time.
    TotalWeightedTardiness,
}

impl Objective {
    /// Every objective, by the name under which a job gives it.
    pub const ALL: [(&'static str, Self); 2] =
        [("makespan", Self::Makespan), ("total-weighted-tardiness", Self::TotalWeightedTardiness)];
}

/// The parts of a problem.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Description {
    /// What is shared.
    pub resources: Vec<Resource>,
    /// Names of the machines, all different.
    pub machines: Vec<String>,
    /// What is to be done.
    pub tasks: Vec<Task>,
    /// What the source wants to be small; makespan when it does not say.
    pub objective: Option<Objective>,
}

/// A description that was checked: it has a schedule, and every number of every schedule fits its type.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    description: Description,
    pub(crate) preds: Lists<u32>,
    pub(crate) succs: Lists<u32>,
    /// Every task after its predecessors.
    pub(crate) order: Vec<u32>,
}

impl std::ops::Deref for Problem {
    type Target = Description;

    fn deref(&self) -> &Description {
        &self.description
    }
}

impl Problem {
    /// Checks a description.
    ///
    /// # Errors
    /// `invalid-input` for what no schedule can fulfil (a cycle of precedences is named), `too-large` beyond [`crate::limits`].
    pub fn new(description: Description) -> Result<Self, Error> {
        Self::placed(description, |_| None)
    }

    /// The same; what is wrong with a task is said with the line and column that `place` knows for it.
    pub(crate) fn placed(
        mut description: Description,
        place: impl Fn(usize) -> Option<(u32, u32)>,
    ) -> Result<Self, Error> {
        check_sizes(&description)?;
        check_things(&description)?;
        let at = |task: usize, error: Error| match place(task) {
            Some((line, column)) => error.at(line, column),
            None => error,
        };
        let mut ids = BTreeMap::new();
        let mut horizon = description.tasks.iter().map(|task| u64::from(task.release)).max().unwrap_or(0);
        for (k, task) in description.tasks.iter().enumerate() {
            check_task(&description, task).map_err(|error| at(k, error))?;
            if let Some(other) = ids.insert(task.id.as_str(), k) {
                let message = format!("tasks {} and {} are both called '{}'", other + 1, k + 1, task.id);
                return Err(at(k, Error::invalid(message)));
            }
            horizon += task.modes.iter().map(|mode| u64::from(mode.duration)).max().unwrap_or(0);
        }
        if horizon > MAX_HORIZON {
            return Err(Error::too_large(format!(
                "the durations and the latest release add up to {horizon}; at most {MAX_HORIZON} is taken: use a coarser unit of time"
            )));
        }
        let cost: u128 =
            description.tasks.iter().filter(|task| task.due.is_some()).map(|task| u128::from(task.weight)).sum();
        if cost * u128::from(horizon) > u128::from(MAX_OBJECTIVE) {
            return Err(Error::too_large(format!(
                "weights that add up to {cost} over {horizon} units of time exceed {MAX_OBJECTIVE}: use smaller weights"
            )));
        }
        for task in &mut description.tasks {
            task.after.sort_unstable();
            task.after.dedup();
        }
        let preds = Lists::collect(description.tasks.iter().map(|task| task.after.iter().copied()));
        let succs = preds.transposed();
        let order = topological_order(&preds, &succs).map_err(|cycle| {
            let first = cycle.iter().copied().min().unwrap_or(0) as usize;
            at(first, Error::invalid(cycle_message(&description, &cycle)))
        })?;
        Ok(Self { description, preds, succs, order })
    }

    /// No mode holds anything of a resource: a schedule is an order for each machine.
    pub fn is_shop(&self) -> bool {
        self.tasks.iter().flat_map(|task| &task.modes).flat_map(|mode| &mode.demands).all(|demand| demand.amount == 0)
    }

    /// Index of the task with this id.
    pub fn task(&self, id: &str) -> Option<usize> {
        self.tasks.iter().position(|task| task.id == id)
    }
}

fn check_sizes(description: &Description) -> Result<(), Error> {
    let tasks = &description.tasks;
    for (what, found, most) in [
        ("tasks", tasks.len(), MAX_TASKS),
        ("modes", tasks.iter().map(|task| task.modes.len()).sum(), MAX_MODES),
        ("precedences", tasks.iter().map(|task| task.after.len()).sum(), MAX_PRECEDENCES),
        ("resources", description.resources.len(), MAX_RESOURCES),
        ("machines", description.machines.len(), MAX_MACHINES),
    ] {
        if found > most {
            return Err(Error::too_large(format!("there are {found} {what}; at most {most} are taken")));
        }
    }
    if tasks.is_empty() {
        return Err(Error::invalid("there are no tasks; give at least one"));
    }
    Ok(())
}

fn check_things(description: &Description) -> Result<(), Error> {
    for resource in &description.resources {
        if resource.capacity > MAX_CAPACITY {
            let (name, capacity) = (&resource.name, resource.capacity);
            return Err(Error::too_large(format!(
                "capacity {capacity} of resource '{name}'; at most {MAX_CAPACITY} is taken"
            )));
        }
    }
    let resources: Vec<&str> = description.resources.iter().map(|resource| resource.name.as_str()).collect();
    let machines: Vec<&str> = description.machines.iter().map(String::as_str).collect();
    for (what, mut names) in [("resources", resources), ("machines", machines)] {
        names.sort_unstable();
        if let Some(pair) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(Error::invalid(format!("two {what} are called '{}'", pair[0])));
        }
    }
    Ok(())
}

fn check_task(description: &Description, task: &Task) -> Result<(), Error> {
    let id = &task.id;
    if task.modes.is_empty() {
        return Err(Error::invalid(format!("task '{id}' has no mode; give at least one")));
    }
    let times = [("release", task.release), ("due", task.due.unwrap_or(0)), ("weight", task.weight)];
    let durations = task.modes.iter().map(|mode| ("duration", mode.duration));
    for (what, value) in times.into_iter().chain(durations) {
        if value > MAX_TIME {
            return Err(Error::too_large(format!("{what} {value} of task '{id}'; at most {MAX_TIME} is taken")));
        }
    }
    if let Some(other) = task.after.iter().find(|other| **other as usize >= description.tasks.len()) {
        let count = description.tasks.len();
        return Err(Error::invalid(format!("task '{id}' comes after task {other}; give indices below {count}")));
    }
    for mode in &task.modes {
        if let Some(machine) = mode.machine.filter(|machine| *machine as usize >= description.machines.len()) {
            let count = description.machines.len();
            return Err(Error::invalid(format!("task '{id}' is on machine {machine}; give an index below {count}")));
        }
        for (k, Demand { resource, amount }) in mode.demands.iter().enumerate() {
            let Some(Resource { name, capacity }) = description.resources.get(*resource as usize) else {
                return Err(Error::invalid(format!("task '{id}' demands resource {resource}, which is not there")));
            };
            if mode.demands[..k].iter().any(|other| other.resource == *resource) {
                return Err(Error::invalid(format!("task '{id}' demands resource '{name}' twice in one mode")));
            }
            if amount > capacity {
                return Err(Error::invalid(format!(
                    "task '{id}' demands {amount} of resource '{name}', whose capacity is {capacity}; raise it or leave the mode out"
                )));
            }
        }
    }
    Ok(())
}

fn cycle_message(description: &Description, cycle: &[u32]) -> String {
    const SHOWN: usize = 10;
    let name = |task: &u32| format!("'{}'", description.tasks[*task as usize].id);
    let mut names: Vec<String> = cycle.iter().take(SHOWN).map(name).collect();
    if cycle.len() > SHOWN {
        names.push(format!("… ({} tasks)", cycle.len()));
    }
    names.extend(cycle.first().map(name));
    format!(
        "each of these tasks has to wait for the one before it, in a circle: {}; remove one precedence",
        names.join(" → ")
    )
}
