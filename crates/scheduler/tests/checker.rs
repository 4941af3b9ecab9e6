//! Broken schedules, each with what is wrong with it.
// Clippy lets tests unwrap, but not the helpers they share.
#![allow(clippy::unwrap_used)]

mod support;

use ketflow_scheduler::read::{Format, read};
use ketflow_scheduler::{Options, Placed, Problem, Unmonitored, check, solve};
use proptest::prelude::*;
use support::problems;

const SOURCE: &str = r#"{"format": "ketflow-schedule/1", "resources": [{"name": "crew", "capacity": 3}], "tasks": [
  {"id": "a", "duration": 2, "machine": "saw", "demands": {"crew": 2}},
  {"id": "b", "duration": 3, "machine": "saw", "after": ["a"]},
  {"id": "c", "modes": [{"duration": 4, "demands": {"crew": 2}}, {"duration": 1, "machine": "saw"}], "release": 1}]}"#;

fn place(start: u32, end: u32, mode: u32) -> Placed {
    Placed { start, end, mode }
}

fn problem() -> Problem {
    read(Format::ScheduleJson, SOURCE.as_bytes()).unwrap()
}

#[test]
fn a_schedule_is_accepted() {
    assert_eq!(check(&problem(), &[place(0, 2, 0), place(2, 5, 0), place(2, 6, 0)]), Ok(()));
    assert_eq!(check(&problem(), &[place(0, 2, 0), place(3, 6, 0), place(2, 3, 1)]), Ok(()));
}

#[test]
fn violations_are_named() {
    for (placed, message) in [
        (vec![place(0, 2, 0)], "there are 3 tasks, but places for 1"),
        (vec![place(0, 2, 1), place(2, 5, 0), place(2, 6, 0)], "task 'a' has no mode 1"),
        (vec![place(0, 2, 0), place(2, 6, 0), place(2, 6, 0)], "task 'b' takes 3, but is placed from 2 to 6"),
        (
            vec![place(u32::MAX, 1, 0), place(2, 5, 0), place(2, 6, 0)],
            "task 'a' takes 2, but is placed from 4294967295 to 1",
        ),
        (vec![place(5, 7, 0), place(7, 10, 0), place(0, 4, 0)], "task 'c' starts at 0, before its release at 1"),
        (vec![place(0, 2, 0), place(1, 4, 0), place(2, 6, 0)], "task 'b' starts at 1, before 'a' ends at 2"),
        (vec![place(0, 2, 0), place(2, 5, 0), place(4, 5, 1)], "tasks 'b' and 'c' are both on machine 'saw' at 4"),
        (
            vec![place(0, 2, 0), place(2, 5, 0), place(1, 5, 0)],
            "4 units of resource 'crew' are in use at 1; its capacity is 3",
        ),
    ] {
        assert_eq!(check(&problem(), &placed).map_err(|violation| violation.to_string()), Err(message.to_owned()));
    }
}

#[test]
fn what_takes_no_time_occupies_nothing() {
    let source = r#"{"format": "ketflow-schedule/1", "resources": [{"name": "r", "capacity": 1}], "tasks": [
      {"id": "a", "duration": 4, "machine": "m", "demands": {"r": 1}},
      {"id": "b", "duration": 0, "machine": "m", "demands": {"r": 1}}]}"#;
    let problem = read(Format::ScheduleJson, source.as_bytes()).unwrap();
    assert_eq!(check(&problem, &[place(0, 4, 0), place(2, 2, 0)]), Ok(()));
    assert_eq!(solve(&problem, &Options::default(), &mut Unmonitored).unwrap().makespan, 4);
}

proptest! {
    /// The definition at each moment: who is active, what they hold, and what their predecessors do.
    #[test]
    fn agrees_with_the_definition_on_moved_tasks(
        problem in problems(8, 2), moves in prop::collection::vec((0usize..8, -3i32..4), 0..3),
    ) {
        let options = Options { iterations: Some(20), ..Options::default() };
        let mut placed = solve(&problem, &options, &mut Unmonitored).unwrap().tasks;
        for (task, by) in moves {
            let place = &mut placed[task % problem.tasks.len()];
            let start = place.start.saturating_add_signed(by);
            *place = Placed { start, end: start + (place.end - place.start), ..*place };
        }
        prop_assert_eq!(check(&problem, &placed).is_ok(), is_schedule(&problem, &placed));
    }
}

fn is_schedule(problem: &Problem, placed: &[Placed]) -> bool {
    let end = placed.iter().map(|place| place.end).max().unwrap_or(0);
    let mode = |task: usize| &problem.tasks[task].modes[placed[task].mode as usize];
    let in_order = (0..placed.len()).all(|task| {
        let it = &problem.tasks[task];
        placed[task].start >= it.release && it.after.iter().all(|pred| placed[*pred as usize].end <= placed[task].start)
    });
    in_order
        && (0..end).all(|time| {
            let active: Vec<usize> =
                (0..placed.len()).filter(|task| (placed[*task].start..placed[*task].end).contains(&time)).collect();
            let on = |machine: u32| active.iter().filter(|task| mode(**task).machine == Some(machine)).count();
            let held = |resource: u32| -> u32 {
                let demands = active.iter().flat_map(|task| &mode(*task).demands);
                demands.filter(|demand| demand.resource == resource).map(|demand| demand.amount).sum()
            };
            (0..problem.machines.len()).all(|machine| on(machine as u32) <= 1)
                && problem.resources.iter().zip(0..).all(|(resource, k)| held(k) <= resource.capacity)
        })
}
