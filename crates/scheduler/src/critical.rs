//! Why a schedule is not shorter: a chain of tasks without gaps.

use crate::check::{Placed, SetupTimes};
use crate::problem::Problem;

/// Tasks from the first to the last one of the schedule, each of which ends where the next one starts and keeps it from starting
/// earlier: as its predecessor, on its machine, or by a resource that both hold. The chain begins at time 0 or at a release. Where
/// there are several, precedence goes before machines and those before resources, and the task of the lowest index before others.
///
/// Where set-ups, calendars or waits keep a task, the chain begins behind them.
pub(crate) fn critical_path(problem: &Problem, placed: &[Placed]) -> Vec<u32> {
    let start: Vec<u32> = placed.iter().map(|place| place.start).collect();
    let end: Vec<u32> = placed.iter().map(|place| place.end).collect();
    let setups = SetupTimes::new(problem);
    let last = (0..start.len()).max_by_key(|task| (end[*task], std::cmp::Reverse(*task)));
    let mut path: Vec<u32> = last.map(|task| task as u32).into_iter().collect();
    let mode_of = |task: usize| &problem.tasks[task].modes[placed[task].mode as usize];
    while let Some(task) = path.last().map(|task| *task as usize) {
        if start[task] == 0 {
            break;
        }
        let is_tight = |other: &usize| end[*other] == start[task];
        let pred = problem.tasks[task].after.iter().map(|pred| *pred as usize).find(is_tight);
        // A task of duration 0 occupies nothing; without it, times fall with each of the following steps.
        let occupies = |other: &usize| start[*other] < end[*other] && is_tight(other);
        let is_long = start[task] < end[task];
        let on_machine = || {
            let machine = mode_of(task).machine.filter(|_| is_long)?;
            let is_same = |other: &usize| mode_of(*other).machine == Some(machine) && start[*other] < end[*other];
            let waits = |other: &usize| end[*other] + setups.between(machine as usize, *other, task) == start[task];
            (0..start.len()).filter(is_same).find(waits)
        };
        let by_resource = || {
            let holds = |other: usize| {
                let mine = &mode_of(task).demands;
                let theirs = &mode_of(other).demands;
                mine.iter().any(|a| a.amount > 0 && theirs.iter().any(|b| b.amount > 0 && a.resource == b.resource))
            };
            (0..start.len()).filter(occupies).find(|other| is_long && holds(*other))
        };
        match pred.or_else(on_machine).or_else(by_resource) {
            Some(before) => path.push(before as u32),
            None => break,
        }
    }
    path.reverse();
    path
}
