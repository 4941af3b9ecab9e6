//! Whether a schedule is one: shares nothing with the search but the problem.

use crate::problem::Problem;
use std::fmt;

/// When and how a task is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    /// Its start.
    pub start: u32,
    /// Its end: start + duration of the mode.
    pub end: u32,
    /// Index among the modes of the task.
    pub mode: u32,
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

/// Checks a schedule against the problem: a place for each task, in the order of the tasks.
///
/// # Errors
/// The first violation: by task, then by machine, then by resource, each in the order of the problem, and by time.
pub fn check(problem: &Problem, placed: &[Placed]) -> Result<(), Violation> {
    if placed.len() != problem.tasks.len() {
        return Err(Violation::Count { tasks: problem.tasks.len(), placed: placed.len() });
    }
    for (task, place) in problem.tasks.iter().zip(placed) {
        let name = || task.id.clone();
        let Some(mode) = task.modes.get(place.mode as usize) else {
            return Err(Violation::Mode { task: name(), mode: place.mode });
        };
        if place.start.checked_add(mode.duration) != Some(place.end) {
            let (duration, placed) = (mode.duration, (place.start, place.end));
            return Err(Violation::Duration { task: name(), duration, placed });
        }
        if place.start < task.release {
            return Err(Violation::Release { task: name(), release: task.release, start: place.start });
        }
        for pred in task.after.iter().map(|pred| *pred as usize) {
            let end = placed[pred].end;
            if place.start < end {
                let pred = problem.tasks[pred].id.clone();
                return Err(Violation::Precedence { task: name(), pred, start: place.start, end });
            }
        }
    }
    check_machines(problem, placed)?;
    check_resources(problem, placed)
}

fn check_machines(problem: &Problem, placed: &[Placed]) -> Result<(), Violation> {
    let mut rows: Vec<Vec<(Placed, &str)>> = vec![Vec::new(); problem.machines.len()];
    for (task, place) in problem.tasks.iter().zip(placed).filter(|(_, place)| place.start < place.end) {
        if let Some(machine) = task.modes[place.mode as usize].machine {
            rows[machine as usize].push((*place, &task.id));
        }
    }
    for (name, mut row) in problem.machines.iter().zip(rows) {
        row.sort_by_key(|(place, _)| place.start);
        if let Some(pair) = row.windows(2).find(|pair| pair[1].0.start < pair[0].0.end) {
            let (first, second) = (pair[0].1.to_owned(), pair[1].1.to_owned());
            return Err(Violation::Machine { machine: name.clone(), first, second, time: pair[1].0.start });
        }
    }
    Ok(())
}

fn check_resources(problem: &Problem, placed: &[Placed]) -> Result<(), Violation> {
    let mut changes: Vec<Vec<(u32, i64)>> = vec![Vec::new(); problem.resources.len()];
    for (task, place) in problem.tasks.iter().zip(placed).filter(|(_, place)| place.start < place.end) {
        for demand in &task.modes[place.mode as usize].demands {
            let amount = i64::from(demand.amount);
            changes[demand.resource as usize].extend([(place.start, amount), (place.end, -amount)]);
        }
    }
    for (resource, mut changes) in problem.resources.iter().zip(changes) {
        changes.sort_unstable();
        let mut used = 0;
        // At equal times the negative changes come first, so what is counted is in use from then on.
        for (time, change) in changes {
            used += change;
            if used > i64::from(resource.capacity) {
                let (resource, capacity, used) = (resource.name.clone(), resource.capacity, used as u64);
                return Err(Violation::Resource { resource, time, used, capacity });
            }
        }
    }
    Ok(())
}
