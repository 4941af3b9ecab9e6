//! Whether a bound is proved: shares nothing with the search, nor with what found the bound, but the problem.

use crate::bounds::{Bound, Pool, Proof};
use crate::problem::{Mode, Objective, Problem, Task};

/// Whether the proof of a bound holds for an objective.
///
/// Earliest starts and the least time behind each task are computed anew, by precedence and the shortest durations. With
/// [`Proof::Energy`] everything is then supposed to end at value − 1: between its earliest start and its latest end, each task does at
/// least as much inside the interval as when it is moved to either side.
pub fn check_bound(problem: &Problem, objective: Objective, bound: &Bound) -> bool {
    let (heads, tails) = windows(problem);
    match (&bound.proof, objective) {
        (Proof::EarliestEnds, Objective::TotalWeightedTardiness) => {
            let cost = |(task, head): (&Task, &i128)| {
                let late = task.due.map_or(0, |due| (head + shortest(task) - i128::from(due)).max(0));
                i128::from(task.weight) * late
            };
            problem.tasks.iter().zip(&heads).map(cost).sum::<i128>() >= i128::from(bound.value)
        }
        (Proof::Path { tasks }, Objective::Makespan) => path_length(problem, tasks) >= Some(i128::from(bound.value)),
        (Proof::Energy { pool, from, until }, Objective::Makespan) => {
            let (end, from, until) = (i128::from(bound.value) - 1, i128::from(*from), i128::from(*until));
            let Some(capacity) = capacity(problem, *pool) else { return false };
            let needed = |(k, task): (usize, &Task)| {
                let least = |mode: &Mode| {
                    let length = i128::from(mode.duration);
                    let inside = |start: i128| ((start + length).min(until) - start.max(from)).max(0);
                    let fits = heads[k] + length + tails[k] <= end;
                    fits.then(|| taken(problem, *pool, mode) * inside(heads[k]).min(inside(end - tails[k] - length)))
                };
                // A task none of whose modes fits is more than there is.
                task.modes.iter().filter_map(least).min().unwrap_or(capacity * (until - from) + 1)
            };
            from < until && problem.tasks.iter().enumerate().map(needed).sum::<i128>() > capacity * (until - from)
        }
        _ => false,
    }
}

fn shortest(task: &Task) -> i128 {
    task.modes.iter().map(|mode| i128::from(mode.duration)).min().unwrap_or(0)
}

/// The earliest start of each task and the least time behind its end: rounds over all tasks until nothing changes, which takes as many
/// as the longest chain has tasks.
fn windows(problem: &Problem) -> (Vec<i128>, Vec<i128>) {
    let mut heads: Vec<i128> = problem.tasks.iter().map(|task| i128::from(task.release)).collect();
    let mut tails = vec![0i128; heads.len()];
    loop {
        let mut has_changed = false;
        for (k, task) in problem.tasks.iter().enumerate() {
            for pred in task.after.iter().map(|pred| *pred as usize) {
                let head = heads[pred] + shortest(&problem.tasks[pred]);
                let tail = tails[k] + shortest(task);
                has_changed |= head > heads[k] || tail > tails[pred];
                heads[k] = heads[k].max(head);
                tails[pred] = tails[pred].max(tail);
            }
        }
        if !has_changed {
            return (heads, tails);
        }
    }
}

/// From the release of the first task to the end of the last one; none where one does not follow the other.
fn path_length(problem: &Problem, tasks: &[u32]) -> Option<i128> {
    let first = problem.tasks.get(*tasks.first()? as usize)?;
    let mut length = i128::from(first.release);
    for (at, task) in tasks.iter().enumerate() {
        let it = problem.tasks.get(*task as usize)?;
        if at > 0 && !it.after.contains(&tasks[at - 1]) {
            return None;
        }
        length += shortest(it);
    }
    Some(length)
}

fn capacity(problem: &Problem, pool: Pool) -> Option<i128> {
    match pool {
        Pool::Resource(resource) => problem.resources.get(resource as usize).map(|it| i128::from(it.capacity)),
        Pool::Exclusive(resource) => problem.resources.get(resource as usize).map(|_| 1),
        Pool::Machine(machine) => problem.machines.get(machine as usize).map(|_| 1),
        Pool::Machines => Some(problem.machines.len() as i128),
    }
}

/// Units of the pool that a mode holds while it is done.
fn taken(problem: &Problem, pool: Pool, mode: &Mode) -> i128 {
    let held = |resource: u32| {
        let demands = mode.demands.iter().filter(|demand| demand.resource == resource);
        demands.map(|demand| i128::from(demand.amount)).sum::<i128>()
    };
    match pool {
        Pool::Resource(resource) => held(resource),
        Pool::Exclusive(resource) => {
            i128::from(2 * held(resource) > i128::from(problem.resources[resource as usize].capacity))
        }
        Pool::Machine(machine) => i128::from(mode.machine == Some(machine)),
        Pool::Machines => i128::from(mode.machine.is_some()),
    }
}
