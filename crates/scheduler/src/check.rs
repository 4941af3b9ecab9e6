//! Whether a schedule is one: shares nothing with the search but the problem.

use crate::features::{Row, Setup};
use crate::problem::{Problem, Task};
use std::collections::BTreeMap;
use std::fmt;

/// When and how a task is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    /// Its start.
    pub start: u32,
    /// Its end: start + duration of the mode, but for tasks that are split.
    pub end: u32,
    /// Index among the modes of the task.
    pub mode: u32,
}

/// A piece of a task that is split: such a task has at least two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Index of the task.
    pub task: u32,
    /// Its start.
    pub start: u32,
    /// Its end.
    pub end: u32,
}

/// What is wrong with a schedule; tasks, machines and resources by their names.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Violation {
    /// Not one place for each task.
    Count {
        /// Tasks of the problem.
        tasks: usize,
        /// Places that were given.
        placed: usize,
    },
    /// The task has no such mode.
    Mode {
        /// The task.
        task: String,
        /// The mode that was given.
        mode: u32,
    },
    /// The end is not start + duration.
    Duration {
        /// The task.
        task: String,
        /// What the mode takes.
        duration: u32,
        /// When it starts and ends.
        placed: (u32, u32),
    },
    /// The task starts before its release.
    Release {
        /// The task.
        task: String,
        /// Its release.
        release: u32,
        /// Its start.
        start: u32,
    },
    /// The task starts before one ends that it comes after.
    Precedence {
        /// The task.
        task: String,
        /// The one before it.
        pred: String,
        /// Start of the task.
        start: u32,
        /// End of the one before it.
        end: u32,
    },
    /// The parts of a task are not in order, do not add up to its duration, or it may not be split.
    Parts {
        /// The task.
        task: String,
    },
    /// The task has started, but not as it is placed.
    Frozen {
        /// The task.
        task: String,
        /// When it starts and ends.
        started: (u32, u32),
    },
    /// The machine is not there while the task is on it.
    Closed {
        /// The machine.
        machine: String,
        /// The task.
        task: String,
        /// Since when there is none.
        time: u32,
    },
    /// Two tasks follow each other on a machine without the set-up between them.
    Setup {
        /// The machine.
        machine: String,
        /// The earlier task.
        first: String,
        /// The later one.
        second: String,
        /// What the set-up takes, and what is between them.
        times: (u32, u32),
    },
    /// The task ends behind its deadline.
    Deadline {
        /// The task.
        task: String,
        /// Its deadline.
        deadline: u32,
        /// Its end.
        end: u32,
    },
    /// Two tasks are on a machine at once.
    Machine {
        /// The machine.
        machine: String,
        /// The task that is there first.
        first: String,
        /// The one that comes too early.
        second: String,
        /// Where both are there.
        time: u32,
    },
    /// More of a resource is in use than there is.
    Resource {
        /// The resource.
        resource: String,
        /// The first time at which it is so.
        time: u32,
        /// Units in use.
        used: u64,
        /// Units that there are.
        capacity: u32,
    },
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count { tasks, placed } => write!(f, "there are {tasks} tasks, but places for {placed}"),
            Self::Mode { task, mode } => write!(f, "task '{task}' has no mode {mode}"),
            Self::Duration { task, duration, placed: (start, end) } => {
                write!(f, "task '{task}' takes {duration}, but is placed from {start} to {end}")
            }
            Self::Release { task, release, start } => {
                write!(f, "task '{task}' starts at {start}, before its release at {release}")
            }
            Self::Precedence { task, pred, start, end } => {
                write!(f, "task '{task}' starts at {start}, before '{pred}' ends at {end}")
            }
            Self::Parts { task } => write!(f, "task '{task}' cannot be split into these parts"),
            Self::Frozen { task, started: (start, end) } => {
                write!(f, "task '{task}' has started, from {start} to {end}, and is placed elsewhere")
            }
            Self::Closed { machine, task, time } => {
                write!(f, "task '{task}' is on machine '{machine}', which is not there at {time}")
            }
            Self::Setup { machine, first, second, times: (needed, between) } => write!(
                f,
                "'{second}' follows '{first}' on machine '{machine}' after {between}; the set-up takes {needed}"
            ),
            Self::Deadline { task, deadline, end } => {
                write!(f, "task '{task}' ends at {end}, behind its deadline at {deadline}")
            }
            Self::Machine { machine, first, second, time } => {
                write!(f, "tasks '{first}' and '{second}' are both on machine '{machine}' at {time}")
            }
            Self::Resource { resource, time, used, capacity } => {
                write!(f, "{used} units of resource '{resource}' are in use at {time}; its capacity is {capacity}")
            }
        }
    }
}

impl std::error::Error for Violation {}

/// Checks a schedule without split tasks against the problem: a place for each task, in the order of the tasks.
///
/// # Errors
/// As [`check_split`].
pub fn check(problem: &Problem, placed: &[Placed]) -> Result<(), Violation> {
    check_split(problem, placed, &[])
}

/// Checks a schedule against the problem: a place for each task, in the order of the tasks, and the parts of those that are split,
/// sorted by task and start.
///
/// # Errors
/// The first violation: by task, then by machine, then by resource, each in the order of the problem, and by time; a deadline that is
/// missed only where everything else is right.
pub fn check_split(problem: &Problem, placed: &[Placed], parts: &[Part]) -> Result<(), Violation> {
    if placed.len() != problem.tasks.len() {
        return Err(Violation::Count { tasks: problem.tasks.len(), placed: placed.len() });
    }
    if let Some(part) = parts.iter().find(|part| part.task as usize >= placed.len()) {
        return Err(Violation::Parts { task: part.task.to_string() });
    }
    for (k, (task, place)) in problem.tasks.iter().zip(placed).enumerate() {
        check_place(problem, k, placed, parts)?;
        if problem.frozen[k].is_some() {
            continue;
        }
        let name = || task.id.clone();
        let release = task.release.max(problem.features.now());
        if place.start < release {
            return Err(Violation::Release { task: name(), release, start: place.start });
        }
        for pred in task.after.iter().map(|pred| *pred as usize) {
            let end = placed[pred].end;
            if place.start < end {
                let pred = problem.tasks[pred].id.clone();
                return Err(Violation::Precedence { task: name(), pred, start: place.start, end });
            }
        }
    }
    check_machines(problem, placed, parts)?;
    check_resources(problem, placed, parts)?;
    let late = |(task, place): &(&Task, &Placed)| task.deadline.is_some_and(|deadline| place.end > deadline);
    match problem.tasks.iter().zip(placed).find(late) {
        Some((task, place)) => {
            let (deadline, end) = (task.deadline.unwrap_or(0), place.end);
            Err(Violation::Deadline { task: task.id.clone(), deadline, end })
        }
        None => Ok(()),
    }
}

/// When a task is worked on: its parts, or all of it.
pub(crate) fn stretches(task: usize, place: &Placed, parts: &[Part]) -> impl Iterator<Item = (u32, u32)> {
    let from = parts.partition_point(|part| (part.task as usize) < task);
    let own =
        parts[from..].iter().take_while(move |part| part.task as usize == task).map(|part| (part.start, part.end));
    let whole = (place.start, place.end);
    let is_whole = parts.get(from).is_none_or(|part| part.task as usize != task);
    own.chain(is_whole.then_some(whole))
}

/// The task takes as long as it should, in one piece or in those that it may have.
fn check_place(problem: &Problem, k: usize, placed: &[Placed], parts: &[Part]) -> Result<(), Violation> {
    let (task, place) = (&problem.tasks[k], &placed[k]);
    let name = || task.id.clone();
    let Some(mode) = task.modes.get(place.mode as usize) else {
        return Err(Violation::Mode { task: name(), mode: place.mode });
    };
    let pieces: Vec<(u32, u32)> = stretches(k, place, parts).collect();
    if let Some(frozen) = problem.frozen[k] {
        let is_there = pieces == [(frozen.start, frozen.end)] && place.mode == frozen.mode;
        let started = (frozen.start, frozen.end);
        return if is_there { Ok(()) } else { Err(Violation::Frozen { task: name(), started }) };
    }
    if parts.iter().any(|part| part.task as usize == k) {
        let are_ordered = pieces.windows(2).all(|pair| pair[0].1 < pair[1].0) && pieces.iter().all(|it| it.0 < it.1);
        let are_ends =
            pieces.first().map(|it| it.0) == Some(place.start) && pieces.last().map(|it| it.1) == Some(place.end);
        let is_whole =
            pieces.iter().map(|it| i64::from(it.1) - i64::from(it.0)).sum::<i64>() == i64::from(mode.duration);
        if !(task.preemptive && pieces.len() > 1 && are_ordered && are_ends && is_whole) {
            return Err(Violation::Parts { task: name() });
        }
    } else if place.start.checked_add(mode.duration) != Some(place.end) {
        let (duration, placed) = (mode.duration, (place.start, place.end));
        return Err(Violation::Duration { task: name(), duration, placed });
    }
    Ok(())
}

fn check_machines(problem: &Problem, placed: &[Placed], parts: &[Part]) -> Result<(), Violation> {
    let mut rows: Vec<Vec<(u32, u32, usize)>> = vec![Vec::new(); problem.machines.len()];
    for (k, place) in placed.iter().enumerate() {
        if let Some(machine) = problem.tasks[k].modes[place.mode as usize].machine {
            let stays = stretches(k, place, parts).filter(|(start, end)| start < end);
            rows[machine as usize].extend(stays.map(|(start, end)| (start, end, k)));
        }
    }
    let id = |task: usize| problem.tasks[task].id.clone();
    let setups = SetupTimes::new(problem);
    for (machine, mut row) in rows.into_iter().enumerate() {
        row.sort_unstable();
        let name = || problem.machines[machine].clone();
        let steps = problem.features.steps(Row::Machine(machine as u32), 1);
        // What has started is where it is; only what is new has to fit.
        let is_new = |task: usize| problem.frozen[task].is_none();
        let mut last: Option<(u32, usize)> = None;
        for (k, (start, end, task)) in row.iter().copied().enumerate() {
            if let Some((_, first)) = last.filter(|(until, first)| *until > start && (is_new(task) || is_new(*first))) {
                return Err(Violation::Machine { machine: name(), first: id(first), second: id(task), time: start });
            }
            if last.is_none_or(|(until, _)| until < end) {
                last = Some((end, task));
            }
            if k > 0 {
                let (_, ended, first) = row[k - 1];
                let needed = setups.between(machine, first, task);
                if (is_new(task) || is_new(first)) && u64::from(ended) + u64::from(needed) > u64::from(start) {
                    let times = (needed, start - ended);
                    return Err(Violation::Setup { machine: name(), first: id(first), second: id(task), times });
                }
            }
            let closed = steps.iter().enumerate().find(|(at, step)| {
                let until = steps.get(at + 1).map_or(u32::MAX, |next| next.from);
                step.capacity == 0 && step.from < end && start < until
            });
            if let Some((_, step)) = closed.filter(|_| is_new(task)) {
                return Err(Violation::Closed { machine: name(), task: id(task), time: step.from.max(start) });
            }
        }
    }
    Ok(())
}

/// The times between families: what is said of a machine, or else of all.
pub(crate) struct SetupTimes<'a> {
    problem: &'a Problem,
    times: BTreeMap<(Option<u32>, &'a str, &'a str), u32>,
}

impl<'a> SetupTimes<'a> {
    pub(crate) fn new(problem: &'a Problem) -> Self {
        let time = |it: &'a Setup| ((it.machine, it.from.as_str(), it.to.as_str()), it.time);
        Self { problem, times: problem.features.setups.iter().map(time).collect() }
    }

    /// The time between two tasks that follow each other on a machine.
    pub(crate) fn between(&self, machine: usize, first: usize, second: usize) -> u32 {
        let family = |task: usize| self.problem.tasks[task].family.as_deref();
        let (Some(from), Some(to)) = (family(first), family(second)) else { return 0 };
        let of = |machine: Option<u32>| self.times.get(&(machine, from, to)).copied();
        of(Some(machine as u32)).or_else(|| of(None)).unwrap_or(0)
    }
}

fn check_resources(problem: &Problem, placed: &[Placed], parts: &[Part]) -> Result<(), Violation> {
    // By resource: (time, change of what is in use, change of what new tasks hold).
    let mut changes: Vec<Vec<(u32, i64, i64)>> = vec![Vec::new(); problem.resources.len()];
    for (k, place) in placed.iter().enumerate() {
        for (start, end) in stretches(k, place, parts).filter(|(start, end)| start < end) {
            for demand in &problem.tasks[k].modes[place.mode as usize].demands {
                let amount = i64::from(demand.amount);
                let new = if problem.frozen[k].is_none() { amount } else { 0 };
                changes[demand.resource as usize].extend([(start, amount, new), (end, -amount, -new)]);
            }
        }
    }
    for (k, mut changes) in changes.into_iter().enumerate() {
        let resource = &problem.resources[k];
        let steps = problem.features.steps(Row::Resource(k as u32), resource.capacity);
        changes.extend(steps.iter().map(|step| (step.from, 0, 0)));
        changes.sort_unstable();
        let (mut used, mut new, mut capacity, mut step) = (0, 0, resource.capacity, 0);
        for group in changes.chunk_by(|a, b| a.0 == b.0) {
            let time = group[0].0;
            used += group.iter().map(|change| change.1).sum::<i64>();
            new += group.iter().map(|change| change.2).sum::<i64>();
            while steps.get(step).is_some_and(|it| it.from <= time) {
                capacity = steps[step].capacity;
                step += 1;
            }
            if new > 0 && used > i64::from(capacity) {
                let (resource, used) = (resource.name.clone(), used as u64);
                return Err(Violation::Resource { resource, time, used, capacity });
            }
        }
    }
    Ok(())
}
