//! What is to be scheduled: tasks with modes, precedence, machines that do one thing at a time, and resources that are shared.
//!
//! A project (RCPSP) has tasks of one mode with demands on resources; a job shop has tasks of one mode on a machine, each after the
//! one before it in its job; in a flexible job shop the modes are the machines that can do the task. All may be mixed.

use crate::check_features::check_features;
use crate::features::{Features, Frozen, Row};
use crate::graph::{Lists, topological_order};
use crate::limits::*;
use ketflow_error::Error;
use std::collections::BTreeMap;

pub use crate::description::{Demand, Description, Mode, Resource, Task};
pub use crate::objective::Objective;

/// A description that was checked: it has a schedule, and every number of every schedule fits its type.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    description: Description,
    pub(crate) preds: Lists<u32>,
    pub(crate) succs: Lists<u32>,
    /// Every task after its predecessors.
    pub(crate) order: Vec<u32>,
    /// The tasks that have started.
    pub(crate) frozen: Vec<Option<Frozen>>,
    /// No task that has not started ends later when each starts as early as those before it allow.
    pub(crate) horizon: u64,
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
        for (k, task) in description.tasks.iter().enumerate() {
            check_task(&description, task).map_err(|error| at(k, error))?;
            if let Some(other) = ids.insert(task.id.as_str(), k) {
                let message = format!("tasks {} and {} are both called '{}'", other + 1, k + 1, task.id);
                return Err(at(k, Error::invalid(message)));
            }
        }
        check_features(&description)?;
        let frozen = description.frozen();
        for (k, task) in description.tasks.iter().enumerate().filter(|(k, _)| frozen[*k].is_none()) {
            check_lasting(&description, task).map_err(|error| at(k, error))?;
        }
        let horizon = horizon(&description, &frozen);
        // A search that may let tasks wait lets them wait until then.
        if horizon > MAX_HORIZON || (!is_plain(&description) && 2 * horizon > MAX_HORIZON) {
            return Err(Error::too_large(format!(
                "the durations and the latest release add up to {horizon}; at most {MAX_HORIZON} is taken{}: use a coarser unit of time",
                if horizon > MAX_HORIZON { "" } else { ", and half of it with calendars, set-ups and the like" }
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
        let problem = Self { description, preds, succs, order, frozen, horizon };
        problem.check_deadlines().map_err(|(task, error)| at(task, error))?;
        Ok(problem)
    }

    /// A schedule is nothing but starts and modes, under capacities that never change: no calendars, set-ups, splits, deadlines, and
    /// no plan that runs.
    pub fn is_plain(&self) -> bool {
        is_plain(&self.description)
    }

    /// Anything of what a schedule can be worth beyond its ends.
    pub(crate) fn has_features(&self) -> bool {
        let Features { prices, affinities, .. } = &self.features;
        let costs = self.tasks.iter().flat_map(|task| &task.modes).any(|mode| mode.cost > 0);
        !self.is_plain() || !prices.is_empty() || !affinities.is_empty() || costs
    }

    /// A deadline that precedence and the shortest durations alone make impossible is refused. Not so under way: what is late then is
    /// late, and a new schedule is needed all the same.
    fn check_deadlines(&self) -> Result<(), (usize, Error)> {
        if self.features.running.is_some() || self.tasks.iter().all(|task| task.deadline.is_none()) {
            return Ok(());
        }
        let mut ends = vec![0u64; self.tasks.len()];
        for k in self.order.iter().map(|task| *task as usize) {
            let task = &self.tasks[k];
            let start =
                self.preds.of(k).iter().map(|pred| ends[*pred as usize]).fold(u64::from(task.release), u64::max);
            ends[k] = start + task.modes.iter().map(|mode| u64::from(mode.duration)).min().unwrap_or(0);
            if let Some(deadline) = task.deadline.filter(|deadline| ends[k] > u64::from(*deadline)) {
                let (id, end) = (&task.id, ends[k]);
                let message = format!(
                    "infeasible: task '{id}' cannot end before {end}, by releases and the durations before it; its deadline is {deadline}"
                );
                return Err((k, Error::invalid(message)));
            }
        }
        Ok(())
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

fn is_plain(description: &Description) -> bool {
    let Features { calendars, setups, running, .. } = &description.features;
    let is_special = |task: &Task| task.preemptive || task.deadline.is_some();
    calendars.is_empty() && setups.is_empty() && running.is_none() && !description.tasks.iter().any(is_special)
}

/// The latest time at which anything begins to be possible, and the longest durations behind it, one after the other, each between the
/// longest set-ups.
fn horizon(description: &Description, frozen: &[Option<Frozen>]) -> u64 {
    let Features { calendars, setups, .. } = &description.features;
    let releases = description.tasks.iter().map(|task| task.release);
    let changes = calendars.values().flatten().map(|step| step.from);
    let ends = frozen.iter().flatten().map(|it| it.end);
    let first = releases.chain(changes).chain(ends).chain([description.features.now()]).max().unwrap_or(0);
    let setup = setups.iter().map(|it| u64::from(it.time)).max().unwrap_or(0);
    let longest = |task: &Task| task.modes.iter().map(|mode| u64::from(mode.duration)).max().unwrap_or(0);
    u64::from(first) + description.tasks.iter().map(|task| longest(task) + 2 * setup).sum::<u64>()
}

/// Some mode of a task fits what there is for ever: whatever else is done before, its time comes.
fn check_lasting(description: &Description, task: &Task) -> Result<(), Error> {
    let calendars = &description.features.calendars;
    let last =
        |row: Row, capacity: u32| calendars.get(&row).and_then(|it| it.last()).map_or(capacity, |it| it.capacity);
    let lasts = |mode: &Mode| {
        let has = |it: &Demand| {
            last(Row::Resource(it.resource), description.resources[it.resource as usize].capacity) >= it.amount
        };
        let is_on = mode.machine.is_none_or(|machine| last(Row::Machine(machine), 1) > 0);
        mode.duration == 0 || (is_on && mode.demands.iter().all(has))
    };
    if task.modes.iter().any(lasts) {
        return Ok(());
    }
    let id = &task.id;
    Err(Error::invalid(format!(
        "infeasible: no mode of task '{id}' fits what the last steps of the calendars leave for ever; raise one of them, or give the \
         task another mode"
    )))
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
    let times = [
        ("release", task.release),
        ("due", task.due.unwrap_or(0)),
        ("weight", task.weight),
        ("deadline", task.deadline.unwrap_or(0)),
    ];
    let modes = task.modes.iter().flat_map(|mode| [("duration", mode.duration), ("cost", mode.cost)]);
    for (what, value) in times.into_iter().chain(modes) {
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
            let steps = description.features.calendars.get(&Row::Resource(*resource)).into_iter().flatten();
            let most = steps.map(|step| step.capacity).fold(*capacity, u32::max);
            if *amount > most {
                return Err(Error::invalid(format!(
                    "task '{id}' demands {amount} of resource '{name}', whose capacity is {most}; raise it or leave the mode out"
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
