//! Random problems, and every schedule of a tiny one.
#![allow(dead_code, clippy::unwrap_used)]

pub mod kinds;
pub mod rich;

use ketflow_scheduler::problem::{Demand, Description, Mode, Resource, Task};
use ketflow_scheduler::{Placed, Problem, check};
use proptest::prelude::*;

/// What a task of a random problem is made of: precedence bits, modes of (duration, machine, demands), release, due, weight.
type Seeds = (u32, Vec<(u32, u32, [u32; 2])>, u32, u32, u32);

/// Problems of up to `most` tasks with two resources of capacity 3 and 4 and two machines; `shop` ones without demands.
pub fn problems(most: usize, modes: usize) -> impl Strategy<Value = Problem> {
    let mode = (0u32..5, 0u32..3, [0u32..4, 0u32..5]);
    let task = (any::<u32>(), prop::collection::vec(mode, 1..=modes), 0u32..4, 0u32..12, 0u32..4);
    (any::<bool>(), prop::collection::vec(task, 1..=most)).prop_map(|(is_shop, seeds)| problem(is_shop, &seeds))
}

fn problem(is_shop: bool, seeds: &[Seeds]) -> Problem {
    let resource = |name: &str, capacity| Resource { name: name.to_owned(), capacity };
    let mut description = Description {
        resources: vec![resource("crew", 3), resource("crane", 4)],
        machines: vec!["saw".to_owned(), "drill".to_owned()],
        ..Description::default()
    };
    for (k, (bits, modes, release, due, weight)) in seeds.iter().enumerate() {
        let mode = |(duration, machine, demands): &(u32, u32, [u32; 2])| Mode {
            duration: *duration,
            machine: (*machine < 2).then_some(*machine),
            demands: (0..2)
                .filter(|row| !is_shop && demands[*row as usize] > 0)
                .map(|row| Demand { resource: row, amount: demands[row as usize] })
                .collect(),
            cost: 0,
        };
        let mut task = Task::new(format!("t{k}"), modes.iter().map(mode).collect());
        // About every third earlier task is one to wait for.
        task.after = (0..k as u32).filter(|pred| bits.rotate_right(2 * pred % 32) & 3 == 0).collect();
        task.release = release.saturating_sub(2);
        task.due = Some(*due);
        task.weight = *weight;
        description.tasks.push(task);
    }
    Problem::new(description).unwrap()
}

/// The least makespan and the least weighted tardiness, by the definition alone: every order of the tasks and every choice of modes,
/// each task at the first time at which the checker accepts it. Some such order gives a best schedule of any measure that does not
/// fall when a task ends later.
pub fn optimum(problem: &Problem) -> (u64, u64) {
    let mut best = (u64::MAX, u64::MAX);
    let placed = vec![None; problem.tasks.len()];
    extend(problem, placed, &mut best);
    best
}

fn extend(problem: &Problem, placed: Vec<Option<Placed>>, best: &mut (u64, u64)) {
    if placed.iter().all(Option::is_some) {
        let ends: Vec<u32> = placed.iter().map(|place| place.unwrap().end).collect();
        best.0 = best.0.min(u64::from(ends.iter().copied().max().unwrap()));
        best.1 = best.1.min(tardiness(problem, &ends));
        return;
    }
    for k in 0..placed.len() {
        let is_open = problem.tasks[k].after.iter().all(|pred| placed[*pred as usize].is_some());
        if placed[k].is_some() || !is_open {
            continue;
        }
        for (mode, it) in problem.tasks[k].modes.iter().enumerate() {
            let try_at = |start: u32| {
                let mut next = placed.clone();
                next[k] = Some(Placed { start, end: start + it.duration, mode: mode as u32 });
                is_partial_schedule(problem, &next).then_some(next)
            };
            extend(problem, (0..).find_map(try_at).unwrap(), best);
        }
    }
}

pub fn tardiness(problem: &Problem, ends: &[u32]) -> u64 {
    let cost = |(task, end): (&Task, &u32)| {
        task.due.map_or(0, |due| u64::from(task.weight) * u64::from(end.saturating_sub(due)))
    };
    problem.tasks.iter().zip(ends).map(cost).sum()
}

/// Tasks that are not placed yet take no time, far behind.
fn is_partial_schedule(problem: &Problem, placed: &[Option<Placed>]) -> bool {
    let kept: Vec<usize> = (0..placed.len()).filter(|k| placed[*k].is_some()).collect();
    let mut description = Description {
        resources: problem.resources.clone(),
        machines: problem.machines.clone(),
        ..Description::default()
    };
    for k in &kept {
        let mut task = problem.tasks[*k].clone();
        task.after = task
            .after
            .iter()
            .filter_map(|pred| kept.iter().position(|k| k == &(*pred as usize)))
            .map(|at| at as u32)
            .collect();
        description.tasks.push(task);
    }
    let part = Problem::new(description).unwrap();
    let places: Vec<Placed> = kept.iter().map(|k| placed[*k].unwrap()).collect();
    check(&part, &places).is_ok()
}
