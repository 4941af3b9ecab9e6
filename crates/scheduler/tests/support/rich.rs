//! Random problems that have everything.
#![allow(dead_code, clippy::unwrap_used)]

use ketflow_scheduler::features::{Affinity, Begun, Features, Row, Running, Setup, Step};
use ketflow_scheduler::{Description, Problem, Weights};
use proptest::prelude::*;

/// What is added to a plain problem: bits for each task, steps of calendars, times of set-ups, whether a plan runs.
type Seeds = (Vec<u32>, Vec<(u32, u32)>, [u32; 4], u32, bool);

pub fn seeds() -> impl Strategy<Value = Seeds> {
    let steps = prop::collection::vec((1u32..8, 0u32..6), 3);
    (prop::collection::vec(any::<u32>(), 40), steps, prop::array::uniform4(0u32..4), 0u32..6, any::<bool>())
}

/// A plain problem with calendars, prices, set-ups, deadlines, tasks that may be split, affinities, and perhaps a plan that runs; none
/// where that is infeasible, which is refused.
pub fn enriched(plain: &Problem, (bits, steps, times, now, is_running): &Seeds) -> Option<Problem> {
    let mut description: Description = (**plain).clone();
    for (task, bits) in description.tasks.iter_mut().zip(bits) {
        task.preemptive = bits & 3 == 0;
        task.family = [None, Some("red".to_owned()), Some("blue".to_owned())][(bits >> 2) as usize % 3].clone();
        task.deadline = (bits >> 4 & 3 == 0).then_some(10 + (bits >> 8 & 15));
        task.modes.iter_mut().enumerate().for_each(|(k, mode)| mode.cost = bits >> (12 + 2 * k) & 3);
    }
    let has = |family: &str| description.tasks.iter().any(|task| task.family.as_deref() == Some(family));
    let mut features = Features::default();
    let rows = [(Row::Resource(0), 3), (Row::Resource(1), 4), (Row::Machine(0), 1)];
    for ((row, whole), (from, capacity)) in rows.into_iter().zip(steps) {
        let low = Step { from: *from, capacity: (*capacity).min(whole) };
        features.calendars.insert(row, vec![low, Step { from: from + 3, capacity: whole }]);
        features.prices.insert(row, *capacity);
    }
    if has("red") && has("blue") {
        let setup = |machine, from: &str, to: &str, time| Setup { machine, from: from.into(), to: to.into(), time };
        features.setups = vec![
            setup(None, "red", "blue", times[0]),
            setup(None, "blue", "red", times[1]),
            setup(Some(1), "red", "blue", times[2]),
            setup(Some(1), "red", "red", times[3]),
        ];
    }
    let count = description.tasks.len() as u32;
    if count > 2 {
        features.affinities.push(Affinity { tasks: vec![0, count - 1], within: times[0], benefit: 1 + times[1] });
        features.affinities.push(Affinity { tasks: vec![1, 0, count - 1], within: 0, benefit: 7 });
    }
    if *is_running {
        // The first task has started; the last one was planned.
        let begun = |task, start, end| Begun { task, start, mode: 0, end };
        let mut tasks = Vec::new();
        if *now > 0 {
            tasks.push(begun(
                0,
                now / 2,
                (steps[0].1 > 2 && description.tasks[0].modes[0].duration > 0).then_some(now + steps[1].1),
            ));
        }
        if count > 1 {
            tasks.push(begun(count - 1, now + steps[2].0, None));
        }
        features.running = Some(Running { now: *now, machine_change: times[2], tasks });
    }
    description.features = features;
    Problem::new(description).ok()
}

/// Weights of all components that a problem can have.
pub fn weights(problem: &Problem, of: [u32; 6]) -> Weights {
    let has_groups = !problem.features.affinities.is_empty();
    let [makespan, tardiness, cost, levelling, affinity, disruption] = of;
    Weights {
        makespan: makespan + 1,
        tardiness,
        cost,
        levelling,
        affinity: if has_groups { affinity } else { 0 },
        disruption: if problem.features.running.is_some() { disruption } else { 0 },
    }
}
