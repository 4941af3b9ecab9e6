//! What a problem can have beyond tasks, machines and resources that are always there: calendars, prices, set-ups, affinities, and a
//! plan that already runs.

use crate::limits::*;
use crate::problem::{Description, Task};
use ketflow_error::Error;
use std::collections::{BTreeMap, BTreeSet};

/// Something that has a capacity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Row {
    /// A resource, by index.
    Resource(u32),
    /// A machine, by index.
    Machine(u32),
}

/// From a time on there is this much of something, until the next step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Since when, 0 to [`MAX_TIME`]; later than that of the step before.
    pub from: u32,
    /// 0 to [`MAX_CAPACITY`]; of a machine 0 or 1.
    pub capacity: u32,
}

/// The least time between two tasks that follow each other on a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setup {
    /// Index of the machine; none for all of them. One that names its machine goes before one that does not.
    pub machine: Option<u32>,
    /// Family of the earlier task.
    pub from: String,
    /// Family of the later one.
    pub to: String,
    /// 0 to [`MAX_TIME`].
    pub time: u32,
}

/// Tasks that are worth more when they run together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Affinity {
    /// Indices of at least two tasks.
    pub tasks: Vec<u32>,
    /// The benefit is had when the last of them starts at most this long after the first.
    pub within: u32,
    /// 0 to [`MAX_TIME`].
    pub benefit: u32,
}

/// What is known of a task of a plan that runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Begun {
    /// Index of the task.
    pub task: u32,
    /// Before `now`: it has started, and stays where it is. From `now` on: when the plan wanted it to start.
    pub start: u32,
    /// Index of the mode in which it is done.
    pub mode: u32,
    /// When it ended, or is thought to end; only of one that has started. By default as its duration says.
    pub end: Option<u32>,
}

/// A plan that already runs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Running {
    /// What has started before it is not touched; everything else starts at it or later.
    pub now: u32,
    /// What a task on another machine than planned counts, in units of time of a shift.
    pub machine_change: u32,
    /// Tasks that have started, and tasks that were planned.
    pub tasks: Vec<Begun>,
}

/// What most problems do without.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Features {
    /// How much there is over time; before the first step what the resource has, or one machine.
    pub calendars: BTreeMap<Row, Vec<Step>>,
    /// What a unit of a row costs per unit of time in use.
    pub prices: BTreeMap<Row, u32>,
    /// Times between families of tasks on machines; 0 where there is none.
    pub setups: Vec<Setup>,
    /// What is worth doing together.
    pub affinities: Vec<Affinity>,
    /// What has begun.
    pub running: Option<Running>,
}

/// Where a task that has started is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Frozen {
    pub start: u32,
    pub end: u32,
    pub mode: u32,
}

impl Features {
    /// The capacity of a row over time, from 0 on, given what it is without a calendar.
    pub(crate) fn steps(&self, row: Row, capacity: u32) -> Vec<Step> {
        let mut steps = vec![Step { from: 0, capacity }];
        for step in self.calendars.get(&row).into_iter().flatten() {
            if step.from == 0 {
                steps.clear();
            }
            steps.push(*step);
        }
        steps
    }

    /// The tasks that have started, where they are.
    pub(crate) fn frozen(&self, tasks: &[Task]) -> Vec<Option<Frozen>> {
        let mut frozen = vec![None; tasks.len()];
        let Some(running) = &self.running else { return frozen };
        for it in running.tasks.iter().filter(|it| it.start < running.now) {
            let duration = tasks[it.task as usize].modes[it.mode as usize].duration;
            let end = it.end.unwrap_or(it.start.saturating_add(duration));
            frozen[it.task as usize] = Some(Frozen { start: it.start, end, mode: it.mode });
        }
        frozen
    }

    /// The tasks that were planned and have not started.
    pub(crate) fn planned(&self) -> impl Iterator<Item = &Begun> {
        let now = self.running.as_ref().map_or(0, |running| running.now);
        self.running.iter().flat_map(|running| &running.tasks).filter(move |it| it.start >= now)
    }

    /// Before it nothing new starts.
    pub(crate) fn now(&self) -> u32 {
        self.running.as_ref().map_or(0, |running| running.now)
    }
}

/// Checks everything but what the tasks themselves say.
pub(crate) fn check_features(description: &Description) -> Result<(), Error> {
    let features = &description.features;
    for (row, steps) in &features.calendars {
        let (what, most) = named(description, *row)?;
        for (k, step) in steps.iter().enumerate() {
            if step.from > MAX_TIME {
                return Err(Error::too_large(format!("calendar of {what}: from {}; at most {MAX_TIME}", step.from)));
            }
            if k > 0 && step.from <= steps[k - 1].from {
                let (before, from) = (steps[k - 1].from, step.from);
                return Err(Error::invalid(format!(
                    "calendar of {what}: a step from {from} behind one from {before}; sort them, one for each time"
                )));
            }
            if step.capacity > most {
                let capacity = step.capacity;
                return Err(Error::too_large(format!(
                    "calendar of {what}: capacity {capacity}; at most {most} is taken"
                )));
            }
        }
    }
    let steps = features.calendars.values().map(Vec::len).sum::<usize>();
    let members = features.affinities.iter().map(|it| it.tasks.len()).sum::<usize>();
    let begun = features.running.as_ref().map_or(0, |running| running.tasks.len());
    for (what, found, most) in [
        ("steps of calendars", steps, MAX_STEPS),
        ("set-ups", features.setups.len(), MAX_SETUPS),
        ("tasks in affinities", members, MAX_PRECEDENCES),
        ("tasks that run or were planned", begun, description.tasks.len()),
    ] {
        if found > most {
            return Err(Error::too_large(format!("there are {found} {what}; at most {most} are taken")));
        }
    }
    for (row, price) in &features.prices {
        let (what, _) = named(description, *row)?;
        limit(&format!("the price of {what}"), *price)?;
    }
    check_setups(description)?;
    for (k, it) in features.affinities.iter().enumerate() {
        limit(&format!("affinity[{k}].within"), it.within)?;
        limit(&format!("affinity[{k}].benefit"), it.benefit)?;
        let members: BTreeSet<u32> = it.tasks.iter().copied().collect();
        if members.len() < 2 || members.len() < it.tasks.len() {
            return Err(Error::invalid(format!("affinity[{k}].tasks: give at least two tasks, each once")));
        }
        if members.last().is_some_and(|task| *task as usize >= description.tasks.len()) {
            return Err(Error::invalid(format!("affinity[{k}].tasks: there is no such task")));
        }
    }
    check_running(description)
}

fn limit(what: &str, value: u32) -> Result<(), Error> {
    if value > MAX_TIME {
        Err(Error::too_large(format!("{what} is {value}; at most {MAX_TIME} is taken")))
    } else {
        Ok(())
    }
}

/// What to call a row, and the largest capacity that it may have.
fn named(description: &Description, row: Row) -> Result<(String, u32), Error> {
    let found = match row {
        Row::Resource(k) => {
            description.resources.get(k as usize).map(|it| (format!("resource '{}'", it.name), MAX_CAPACITY))
        }
        Row::Machine(k) => description.machines.get(k as usize).map(|name| (format!("machine '{name}'"), 1)),
    };
    found.ok_or_else(|| Error::invalid(format!("there is no {row:?}")))
}

fn check_setups(description: &Description) -> Result<(), Error> {
    let setups = &description.features.setups;
    let families: BTreeSet<&str> = description.tasks.iter().filter_map(|task| task.family.as_deref()).collect();
    let mut met = BTreeSet::new();
    for (k, it) in setups.iter().enumerate() {
        limit(&format!("setups[{k}].time"), it.time)?;
        if let Some(family) = [&it.from, &it.to].into_iter().find(|family| !families.contains(family.as_str())) {
            return Err(Error::invalid(format!("setups[{k}]: no task is of family '{family}'")));
        }
        if it.machine.is_some_and(|machine| machine as usize >= description.machines.len()) {
            return Err(Error::invalid(format!("setups[{k}]: there is no such machine")));
        }
        if !met.insert((it.machine, &it.from, &it.to)) {
            let (from, to) = (&it.from, &it.to);
            return Err(Error::invalid(format!("setups[{k}]: from '{from}' to '{to}' is there twice; leave one out")));
        }
    }
    let tables = 1 + setups.iter().filter_map(|it| it.machine).collect::<BTreeSet<_>>().len();
    let cells = tables * families.len() * families.len();
    if !setups.is_empty() && cells > MAX_SETUP_CELLS {
        return Err(Error::too_large(format!(
            "{} families with set-ups of their own on {} machines make a table of {cells}; at most {MAX_SETUP_CELLS} is taken",
            families.len(),
            tables - 1
        )));
    }
    Ok(())
}

fn check_running(description: &Description) -> Result<(), Error> {
    let Some(running) = &description.features.running else { return Ok(()) };
    limit("running.now", running.now)?;
    limit("running.machineChange", running.machine_change)?;
    let mut is_met = vec![false; description.tasks.len()];
    for (k, it) in running.tasks.iter().enumerate() {
        let Some(task) = description.tasks.get(it.task as usize) else {
            return Err(Error::invalid(format!("running.tasks[{k}]: there is no such task")));
        };
        let id = &task.id;
        limit(&format!("the start of running task '{id}'"), it.start)?;
        limit(&format!("the end of running task '{id}'"), it.end.unwrap_or(0))?;
        if std::mem::replace(&mut is_met[it.task as usize], true) {
            return Err(Error::invalid(format!("running.tasks[{k}]: task '{id}' is there twice; leave one out")));
        }
        if it.mode as usize >= task.modes.len() {
            return Err(Error::invalid(format!("running.tasks[{k}]: task '{id}' has no mode {}", it.mode)));
        }
        if it.end.is_some_and(|end| end > it.start) && task.modes[it.mode as usize].duration == 0 {
            return Err(Error::invalid(format!(
                "running.tasks[{k}]: task '{id}' takes no time in this mode, and yet ended after its start; give the mode a duration"
            )));
        }
        if let Some(end) = it.end.filter(|end| it.start >= running.now || *end < it.start) {
            let (start, now) = (it.start, running.now);
            return Err(Error::invalid(format!(
                "running.tasks[{k}]: task '{id}' starts at {start} and ends at {end}, and it is {now}; an end is for what has \
                 started, and not before its start"
            )));
        }
    }
    let frozen = description.features.frozen(&description.tasks);
    for (k, task) in description.tasks.iter().enumerate().filter(|(k, _)| frozen[*k].is_some()) {
        let open = task.after.iter().find(|pred| frozen.get(**pred as usize).is_some_and(Option::is_none));
        if let Some(pred) = open.and_then(|pred| description.tasks.get(*pred as usize)) {
            return Err(Error::invalid(format!(
                "running: task '{}' has started, but '{}', after which it comes, has not; remove that precedence, or say when it did",
                description.tasks[k].id, pred.id
            )));
        }
    }
    Ok(())
}
