//! Whether a bound is proved: shares nothing with the search, nor with what found the bound, but the problem.

use crate::bounds::{Bound, Pool, Proof, Summand};
use crate::features::{Frozen, Row, Step};
use crate::measure::mode_cost;
use crate::objective::{Component, Objective};
use crate::problem::{Mode, Problem, Task};

/// Whether the proof of a bound holds for an objective.
///
/// Earliest starts and the least time behind each task are computed anew, by precedence and the shortest durations. With
/// [`Proof::Energy`] everything is then supposed to end at value − 1: between its earliest start and its latest end, each task does at
/// least as much inside the interval as when it is moved to either side.
///
/// What has started stays where it is: it is no task of the interval, and what it holds is not there for others.
pub fn check_bound(problem: &Problem, objective: Objective, bound: &Bound) -> bool {
    let weights: Vec<(Component, u64)> = objective.weights().counting().collect();
    match (&bound.proof, &weights[..]) {
        (Proof::Sum { parts }, _) => {
            let weight =
                |part: &Summand| weights.iter().find(|(it, _)| *it == part.component).map_or(0, |(_, weight)| *weight);
            let sum: i128 = parts.iter().map(|part| i128::from(weight(part)) * i128::from(part.value)).sum();
            let are_apart = (1..parts.len()).all(|k| parts[..k].iter().all(|it| it.component != parts[k].component));
            are_apart
                && sum >= i128::from(bound.value)
                && parts.iter().all(|part| check_part(problem, part.component, part.value, &part.proof))
        }
        (proof, [(component, 1)]) => check_part(problem, *component, bound.value, proof),
        _ => false,
    }
}

/// Whether no schedule's component is below a value.
fn check_part(problem: &Problem, component: Component, value: u64, proof: &Proof) -> bool {
    let value = i128::from(value);
    let (heads, tails) = windows(problem);
    let tasks = || problem.tasks.iter().enumerate();
    match (proof, component) {
        (Proof::Nothing, _) => value == 0,
        (Proof::EarliestEnds, Component::Tardiness) => {
            let cost = |(k, task): (usize, &Task)| {
                let late = task.due.map_or(0, |due| (heads[k] + shortest(problem, k) - i128::from(due)).max(0));
                i128::from(task.weight) * late
            };
            tasks().map(cost).sum::<i128>() >= value
        }
        (Proof::EarliestEnds, Component::Disruption) => {
            let late = problem.features.planned().map(|it| (heads[it.task as usize] - i128::from(it.start)).max(0));
            late.sum::<i128>() >= value
        }
        (Proof::CheapestModes, Component::Cost) => {
            least_modes(problem, |mode, length| i128::from(mode_cost(problem, mode, length))) >= value
        }
        (Proof::Alone, Component::Levelling) => {
            let square = |mode: &Mode, length: u32| -> i128 {
                let amounts = mode.demands.iter().map(|demand| i128::from(demand.amount));
                amounts.map(|amount| i128::from(length) * amount * amount).sum()
            };
            least_modes(problem, square) >= value
        }
        (Proof::Path { tasks }, Component::Makespan) => path_length(problem, &heads, tasks) >= Some(value),
        (Proof::Energy { pool, from, until }, Component::Makespan) => {
            let (end, from, until) = (value - 1, i128::from(*from), i128::from(*until));
            let Some(room) = room(problem, *pool, from, until) else { return false };
            let needed = |(k, task): (usize, &Task)| {
                let least = |mode: &Mode| {
                    let length = i128::from(mode.duration);
                    let inside = |start: i128| ((start + length).min(until) - start.max(from)).max(0);
                    let fits = heads[k] + length + tails[k] <= end;
                    let whole = inside(heads[k]).min(inside(end - tails[k] - length));
                    // What is split does as much as it can before the interval and behind it.
                    let split = (length - (from - heads[k]).max(0) - (end - tails[k] - until).max(0)).max(0);
                    fits.then(|| taken(problem, *pool, mode) * if task.preemptive { split } else { whole })
                };
                // A task none of whose modes fits is more than there is.
                task.modes.iter().filter_map(least).min().unwrap_or(room + 1)
            };
            let new = tasks().filter(|(k, _)| problem.frozen[*k].is_none());
            from < until && new.map(needed).sum::<i128>() > room
        }
        _ => false,
    }
}

/// The sum over all tasks of the least that a mode can have of something; of one that has started, of its mode for the time it takes.
fn least_modes(problem: &Problem, of: impl Fn(&Mode, u32) -> i128) -> i128 {
    let least = |(task, frozen): (&Task, &Option<Frozen>)| match frozen {
        Some(it) => of(&task.modes[it.mode as usize], it.end - it.start),
        None => task.modes.iter().map(|mode| of(mode, mode.duration)).min().unwrap_or(0),
    };
    problem.tasks.iter().zip(&problem.frozen).map(least).sum()
}

fn shortest(problem: &Problem, k: usize) -> i128 {
    if let Some(frozen) = problem.frozen[k] {
        return i128::from(frozen.end) - i128::from(frozen.start);
    }
    problem.tasks[k].modes.iter().map(|mode| i128::from(mode.duration)).min().unwrap_or(0)
}

/// The earliest start of each task and the least time behind its end: rounds over all tasks until nothing changes, which takes as many
/// as the longest chain has tasks.
fn windows(problem: &Problem) -> (Vec<i128>, Vec<i128>) {
    let now = problem.features.now();
    let gates: Vec<Gate> = if problem.is_plain() { Vec::new() } else { gates(problem) };
    let first = |(k, task): (usize, &Task)| match problem.frozen[k] {
        Some(it) => i128::from(it.start),
        None => opens(problem, &gates, k, i128::from(task.release.max(now))),
    };
    let mut heads: Vec<i128> = problem.tasks.iter().enumerate().map(first).collect();
    let mut tails = vec![0i128; heads.len()];
    loop {
        let mut has_changed = false;
        for (k, task) in problem.tasks.iter().enumerate() {
            for pred in task.after.iter().map(|pred| *pred as usize) {
                let end = heads[pred] + shortest(problem, pred);
                if problem.frozen[k].is_none() && end > heads[k] {
                    heads[k] = opens(problem, &gates, k, end);
                    has_changed = true;
                }
                let tail = tails[k] + shortest(problem, k);
                has_changed |= tail > tails[pred];
                tails[pred] = tails[pred].max(tail);
            }
        }
        if !has_changed {
            return (heads, tails);
        }
    }
}

/// What is free of a row from each of some times on.
struct Gate {
    row: Row,
    free: Vec<(i128, i128)>,
}

fn gates(problem: &Problem) -> Vec<Gate> {
    let resources = (0..problem.resources.len() as u32).map(Pool::Resource);
    let machines = (0..problem.machines.len() as u32).map(Pool::Machine);
    let gate = |pool: Pool| {
        let (row, steps) = steps(problem, pool)?;
        let begun = begun(problem, pool);
        let free = |time: i128| (time, free(&steps, &begun, time));
        Some(Gate { row, free: changes(&steps, &begun).into_iter().map(free).collect() })
    };
    resources.chain(machines).filter_map(gate).collect()
}

/// The first time from `from` on at which a task can begin in some mode, by calendars and by what has started: that time, or one at which
/// something changes.
fn opens(problem: &Problem, gates: &[Gate], k: usize, from: i128) -> i128 {
    let task = &problem.tasks[k];
    let fits = |mode: &Mode, start: i128| {
        let length = i128::from(if task.preemptive { mode.duration.min(1) } else { mode.duration });
        // What takes no time holds nothing.
        mode.duration == 0
            || gates.iter().all(|gate| {
                let needed = match gate.row {
                    Row::Resource(k) => taken(problem, Pool::Resource(k), mode),
                    Row::Machine(k) => taken(problem, Pool::Machine(k), mode),
                };
                let lacks = |(at, (time, free)): (usize, &(i128, i128))| {
                    let until = gate.free.get(at + 1).map_or(i128::MAX, |next| next.0);
                    *time < start + length && start < until && *free < needed
                };
                !gate.free.iter().enumerate().any(lacks)
            })
    };
    let changes = gates.iter().flat_map(|gate| &gate.free).map(|(time, _)| *time).filter(|time| *time > from);
    let can_begin = |start: &i128| task.modes.iter().any(|mode| fits(mode, *start));
    if can_begin(&from) { from } else { changes.filter(can_begin).min().unwrap_or(from) }
}

/// From the earliest start of the first task to the end of the last one; none where one does not follow the other.
fn path_length(problem: &Problem, heads: &[i128], tasks: &[u32]) -> Option<i128> {
    let mut length = *heads.get(*tasks.first()? as usize)?;
    for (at, task) in tasks.iter().enumerate() {
        let it = problem.tasks.get(*task as usize)?;
        if at > 0 && (!it.after.contains(&tasks[at - 1]) || problem.frozen[*task as usize].is_some()) {
            return None;
        }
        length += shortest(problem, *task as usize);
    }
    Some(length)
}

/// Units times time that a pool has in an interval for what has not started.
fn room(problem: &Problem, pool: Pool, from: i128, until: i128) -> Option<i128> {
    match pool {
        Pool::Exclusive(k) => return problem.resources.get(k as usize).map(|_| until - from),
        Pool::Machines => return Some(problem.machines.len() as i128 * (until - from)),
        Pool::Resource(_) | Pool::Machine(_) => {}
    }
    let (_, steps) = steps(problem, pool)?;
    let begun = begun(problem, pool);
    // Between two of these times nothing changes.
    let inside = changes(&steps, &begun).into_iter().filter(|time| (from..until).contains(time));
    let mut times: Vec<i128> = inside.chain([from, until]).collect();
    times.sort_unstable();
    Some(times.windows(2).map(|pair| free(&steps, &begun, pair[0]) * (pair[1] - pair[0])).sum())
}

/// The capacity of a resource or a machine over time.
fn steps(problem: &Problem, pool: Pool) -> Option<(Row, Vec<Step>)> {
    let (row, capacity) = match pool {
        Pool::Resource(k) => (Row::Resource(k), problem.resources.get(k as usize)?.capacity),
        Pool::Machine(k) => (Row::Machine(k), problem.machines.get(k as usize).map(|_| 1)?),
        Pool::Exclusive(_) | Pool::Machines => return None,
    };
    Some((row, problem.features.steps(row, capacity)))
}

/// What has started, and how much of the pool it holds.
fn begun(problem: &Problem, pool: Pool) -> Vec<(Frozen, i128)> {
    let of = |(k, frozen): (usize, &Option<Frozen>)| {
        frozen.map(|it| (it, taken(problem, pool, &problem.tasks[k].modes[it.mode as usize])))
    };
    problem.frozen.iter().enumerate().filter_map(of).collect()
}

/// The times at which there may be more or less free than before.
fn changes(steps: &[Step], begun: &[(Frozen, i128)]) -> Vec<i128> {
    let ends = begun.iter().filter(|(_, amount)| *amount > 0).flat_map(|(it, _)| [it.start, it.end]);
    let mut times: Vec<i128> = ends.chain(steps.iter().map(|step| step.from)).map(i128::from).collect();
    times.sort_unstable();
    times.dedup();
    times
}

/// What is free of what has started, never less than nothing.
fn free(steps: &[Step], begun: &[(Frozen, i128)], time: i128) -> i128 {
    let capacity =
        steps.iter().rev().find(|step| i128::from(step.from) <= time).map_or(0, |step| i128::from(step.capacity));
    let held = begun.iter().filter(|(it, _)| (i128::from(it.start)..i128::from(it.end)).contains(&time));
    (capacity - held.map(|(_, amount)| amount).sum::<i128>()).max(0)
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
            let steps = problem.features.steps(Row::Resource(resource), problem.resources[resource as usize].capacity);
            let capacity = steps.iter().map(|step| step.capacity).max().unwrap_or(0);
            i128::from(2 * held(resource) > i128::from(capacity))
        }
        Pool::Machine(machine) => i128::from(mode.machine == Some(machine)),
        Pool::Machines => i128::from(mode.machine.is_some()),
    }
}
