//! The components of a schedule by their definitions: shares nothing with the search but the problem.

use crate::check::{Part, Placed};
use crate::features::Row;
use crate::objective::Components;
use crate::problem::{Mode, Problem};

/// What a schedule is worth: a place for each task, and the parts of those that are split.
pub fn measure(problem: &Problem, placed: &[Placed], parts: &[Part]) -> Components {
    let mode = |task: usize| &problem.tasks[task].modes[placed[task].mode as usize];
    let all = 0..placed.len();
    let tardiness = |task: usize| {
        let it = &problem.tasks[task];
        it.due.map_or(0, |due| u64::from(it.weight) * u64::from(placed[task].end.saturating_sub(due)))
    };
    let cost = |task: usize| {
        let length = problem.frozen[task].map_or(mode(task).duration, |it| it.end - it.start);
        mode_cost(problem, mode(task), length)
    };
    let starts = |tasks: &[u32]| {
        let starts = tasks.iter().map(|task| placed[*task as usize].start);
        starts.clone().max().unwrap_or(0) - starts.min().unwrap_or(0)
    };
    let missed = problem.features.affinities.iter().filter(|it| starts(&it.tasks) > it.within);
    let change = problem.features.running.as_ref().map_or(0, |running| u64::from(running.machine_change));
    let planned = problem.features.planned().map(|it| {
        let (task, was) = (it.task as usize, problem.tasks[it.task as usize].modes[it.mode as usize].machine);
        let is_elsewhere = mode(task).machine != was;
        u64::from(placed[task].start.abs_diff(it.start)) + if is_elsewhere { change } else { 0 }
    });
    Components {
        makespan: placed.iter().map(|place| u64::from(place.end)).max().unwrap_or(0),
        tardiness: all.clone().map(tardiness).sum(),
        cost: all.map(cost).sum(),
        levelling: levelling(problem, placed, parts),
        affinity: missed.map(|it| u64::from(it.benefit)).sum(),
        disruption: planned.sum(),
    }
}

/// Units of time by which tasks end behind their deadlines, added up.
pub fn lateness(problem: &Problem, placed: &[Placed]) -> u64 {
    let late = problem
        .tasks
        .iter()
        .zip(placed)
        .filter_map(|(task, place)| task.deadline.map(|deadline| u64::from(place.end.saturating_sub(deadline))));
    late.sum()
}

/// What a mode costs that is done for a time; what it would cost beyond 2⁶⁴ is refused before.
pub(crate) fn mode_cost(problem: &Problem, mode: &Mode, length: u32) -> u64 {
    if length == 0 {
        return u64::from(mode.cost);
    }
    let price = |row: Row| problem.features.prices.get(&row).map_or(0, |price| u64::from(*price));
    let held = mode.demands.iter().map(|it| u64::from(it.amount).saturating_mul(price(Row::Resource(it.resource))));
    let rate = held.chain(mode.machine.map(|machine| price(Row::Machine(machine)))).fold(0, u64::saturating_add);
    u64::from(mode.cost).saturating_add(u64::from(length).saturating_mul(rate))
}

fn levelling(problem: &Problem, placed: &[Placed], parts: &[Part]) -> u64 {
    let mut changes: Vec<Vec<(u32, i64)>> = vec![Vec::new(); problem.resources.len()];
    for (k, place) in placed.iter().enumerate() {
        for (start, end) in crate::check::stretches(k, place, parts).filter(|(start, end)| start < end) {
            for demand in &problem.tasks[k].modes[place.mode as usize].demands {
                let amount = i64::from(demand.amount);
                changes[demand.resource as usize].extend([(start, amount), (end, -amount)]);
            }
        }
    }
    let mut sum = 0u128;
    for mut changes in changes {
        changes.sort_unstable();
        let (mut used, mut since) = (0i64, 0u32);
        for (time, change) in changes {
            sum += (used as i128 * used as i128) as u128 * u128::from(time - since);
            (used, since) = (used + change, time);
        }
    }
    u64::try_from(sum).unwrap_or(u64::MAX)
}

/// What no schedule's components are above, in the order of [`crate::objective::Component::ALL`].
pub(crate) fn most(problem: &Problem) -> [u128; 6] {
    // Tasks may wait until the horizon.
    let end = 2 * u128::from(problem.horizon);
    let weights = problem.tasks.iter().filter(|task| task.due.is_some()).map(|task| u128::from(task.weight));
    let costs = problem.tasks.iter().zip(&problem.frozen).map(|(task, frozen)| {
        let cost = |mode: &Mode| mode_cost(problem, mode, frozen.map_or(mode.duration, |it| it.end - it.start));
        task.modes.iter().map(cost).max().unwrap_or(0)
    });
    let units = |k: usize| {
        let demands = problem.tasks.iter().flat_map(|task| &task.modes).flat_map(|mode| &mode.demands);
        let all: u128 = demands.filter(|it| it.resource as usize == k).map(|it| u128::from(it.amount)).sum();
        let steps = problem.features.steps(Row::Resource(k as u32), problem.resources[k].capacity);
        let capacity = steps.iter().map(|step| u128::from(step.capacity)).max().unwrap_or(0);
        // What has started may hold more than there is.
        if problem.features.running.is_some() { all } else { all.min(capacity) }
    };
    let squares = (0..problem.resources.len()).map(|k| units(k) * units(k));
    let benefits = problem.features.affinities.iter().map(|it| u128::from(it.benefit));
    let change = problem.features.running.as_ref().map_or(0, |running| u128::from(running.machine_change));
    let planned = problem.features.planned().count() as u128;
    [
        end,
        weights.sum::<u128>() * end,
        costs.map(u128::from).sum(),
        squares.sum::<u128>() * end,
        benefits.sum(),
        planned * (end + u128::from(MAX_START) + change),
    ]
}

/// No planned start is later.
const MAX_START: u32 = crate::limits::MAX_TIME;
