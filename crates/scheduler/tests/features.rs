//! Calendars, set-ups, deadlines, splits, affinities, costs, levelling, mixes, and plans that run.
// Clippy lets tests unwrap, but not the helpers they share.
#![allow(clippy::unwrap_used)]

mod support;

use ketflow_scheduler::bounds::{Bound, lower_bound};
use ketflow_scheduler::read::{Format, read};
use ketflow_scheduler::{
    Method, Objective, Options, Placed, Problem, ScheduleResult, Unmonitored, Violation, check, check_bound,
    check_split, measure, solve,
};
use proptest::prelude::*;
use support::{problems, rich};

fn problem(fields: &str) -> Problem {
    read(Format::ScheduleJson, format!(r#"{{"format":"ketflow-schedule/1",{fields}}}"#).as_bytes()).unwrap()
}

fn solved(problem: &Problem, options: &str) -> ScheduleResult {
    let result = solve(problem, &Options::from_json(options).unwrap(), &mut Unmonitored).unwrap();
    if result.lateness.unwrap_or(0) == 0 {
        assert_eq!(check_split(problem, &result.tasks, &result.parts), Ok(()));
    }
    let bound = Bound { value: result.lower_bound, proof: result.proof.clone() };
    assert!(check_bound(problem, result.objective, &bound), "{bound:?}");
    result
}

fn starts(result: &ScheduleResult) -> Vec<u32> {
    result.tasks.iter().map(|place| place.start).collect()
}

#[test]
fn calendars_are_kept() {
    // Two at once until 4, none until 10, one from then on: only one of the three fits before the pause.
    let problem = problem(
        r#""resources":[{"name":"crew","capacity":2,"calendar":[{"from":4,"capacity":0},{"from":10,"capacity":2}]}],
        "tasks":[{"id":"a","duration":3,"demands":{"crew":2}},{"id":"b","duration":3,"demands":{"crew":1}},
        {"id":"c","duration":5,"demands":{"crew":1}}]"#,
    );
    let result = solved(&problem, "{}");
    assert_eq!((result.makespan, result.lower_bound), (15, 15));
    assert_eq!(starts(&result)[0], 0);
    let early = [(0, 3), (3, 6), (10, 15)].map(|(start, end)| Placed { start, end, mode: 0 });
    assert!(matches!(check(&problem, &early), Err(Violation::Resource { time: 4, used: 1, capacity: 0, .. })));
}

#[test]
fn a_machine_that_is_gone_leaves_its_work_to_another() {
    let problem = problem(
        r#""machines":["slow",{"name":"fast","calendar":[{"from":4,"capacity":0}]}],"tasks":[
        {"id":"a","modes":[{"duration":5,"machine":"slow"},{"duration":2,"machine":"fast"}]},
        {"id":"b","modes":[{"duration":5,"machine":"slow"},{"duration":2,"machine":"fast"}]},
        {"id":"c","modes":[{"duration":5,"machine":"slow"},{"duration":2,"machine":"fast"}]}]"#,
    );
    assert_eq!(solved(&problem, "{}").makespan, 5);
    let late = [(0, 2), (3, 5), (2, 7)].map(|(start, end)| Placed { start, end, mode: u32::from(end < 6) });
    assert!(matches!(check(&problem, &late), Err(Violation::Closed { time: 4, .. })));
}

#[test]
fn set_ups_are_kept_apart_and_saved() {
    let fields = |family: &str| format!(r#""duration":1,"machine":"m","family":"{family}""#);
    let (red, blue) = (fields("red"), fields("blue"));
    let problem = problem(&format!(
        r#""setups":[{{"from":"red","to":"blue","time":5}},{{"from":"blue","to":"red","time":2}}],"tasks":[
        {{"id":"a",{red}}},{{"id":"b",{blue}}},{{"id":"c",{red}}},{{"id":"d",{blue}}}]"#
    ));
    // Blue, blue, two units of set-up, red, red.
    let result = solved(&problem, "{}");
    assert_eq!(result.makespan, 6);
    let close = [(0, 1), (3, 4), (1, 2), (7, 8)].map(|(start, end)| Placed { start, end, mode: 0 });
    assert!(matches!(check(&problem, &close), Err(Violation::Setup { times: (5, 1), .. })));
}

#[test]
fn deadlines_go_before_the_objective_and_are_refused_where_nothing_can_keep_them() {
    let fields = |deadline: u32| {
        format!(
            r#""objective":"total-weighted-tardiness","tasks":[{{"id":"a","duration":4,"machine":"m","due":0,"weight":9}},
            {{"id":"b","duration":3,"machine":"m","due":9,"deadline":{deadline}}}]"#
        )
    };
    let result = solved(&problem(&fields(3)), "{}");
    assert_eq!((starts(&result), result.lateness, result.value), (vec![3, 0], Some(0), 63));
    let error = read(Format::ScheduleJson, format!(r#"{{"format":"ketflow-schedule/1",{}}}"#, fields(2)).as_bytes());
    let message = error.unwrap_err().message;
    assert!(message.starts_with("infeasible: task 'b' cannot end before 3"), "{message}");
    // Two that cannot both be kept: the best that can be done is said to be late.
    let both = problem(
        r#""tasks":[{"id":"a","duration":4,"machine":"m","deadline":4},{"id":"b","duration":3,"machine":"m","deadline":4}]"#,
    );
    let result = solved(&both, "{}");
    assert_eq!((result.lateness, result.makespan), (Some(3), 7));
    assert!(matches!(check(&both, &result.tasks), Err(Violation::Deadline { deadline: 4, end: 7, .. })));
}

#[test]
fn tasks_that_may_be_split_go_around_others() {
    let problem = problem(
        r#""tasks":[{"id":"long","duration":6,"machine":"m","preemptive":true},
        {"id":"fixed","duration":2,"machine":"m","release":3,"deadline":5}]"#,
    );
    let result = solved(&problem, "{}");
    assert_eq!((result.makespan, result.lower_bound, result.lateness), (8, 8, Some(0)));
    let pieces: Vec<_> = result.parts.iter().map(|part| (part.task, part.start, part.end)).collect();
    assert_eq!(pieces, [(0, 0, 3), (0, 5, 8)]);
    let mut short = result.parts.clone();
    short[0].end = 2;
    assert!(matches!(check_split(&problem, &result.tasks, &short), Err(Violation::Parts { .. })));
}

#[test]
fn entangled_tasks_start_together_when_that_pays() {
    let fields = r#""resources":[{"name":"r","capacity":2}],"affinity":[{"tasks":["b","c"],"within":1,"benefit":5}],"tasks":[
        {"id":"a","duration":4},{"id":"b","duration":2,"after":["a"]},{"id":"c","duration":3}]"#;
    let problem = problem(fields);
    let apart = solved(&problem, r#"{"objective":"makespan"}"#);
    assert_eq!(apart.components.unwrap().affinity, 5);
    let together = solved(&problem, r#"{"objective":{"makespan":1,"affinity":1}}"#);
    assert_eq!((together.components.unwrap().affinity, starts(&together)[2]), (0, 3));
    // The benefit is less than what it takes.
    let worthless = solved(&problem, r#"{"objective":{"makespan":6,"affinity":1}}"#);
    assert_eq!((worthless.value, worthless.makespan), (36, 6));
}

#[test]
fn costs_and_levelling_are_searched() {
    let fields = r#""resources":[{"name":"crew","capacity":4,"price":2}],"machines":[{"name":"fast","price":10},"slow"],"tasks":[
        {"id":"a","modes":[{"duration":2,"machine":"fast","demands":{"crew":2}},{"duration":6,"machine":"slow","cost":3}]},
        {"id":"b","duration":2,"demands":{"crew":2}}]"#;
    let problem = problem(fields);
    let cheap = solved(&problem, r#"{"objective":"cost"}"#);
    assert_eq!((cheap.value, cheap.lower_bound, cheap.makespan), (3 + 8, 11, 6));
    let quick = solved(&problem, r#"{"objective":"makespan"}"#);
    assert_eq!((quick.makespan, quick.components.unwrap().cost), (2, 20 + 8 + 8));
    // Both with the crew: one after the other, 2 · 4 + 2 · 4, and not at once, 2 · 16.
    let flat = solved(&problem, r#"{"objective":{"levelling":10,"makespan":1}}"#);
    assert_eq!(flat.components.unwrap().levelling, 8);
    let mixed = solved(&problem, r#"{"objective":{"levelling":1,"makespan":8}}"#);
    assert_eq!(mixed.value, 16 + 8 * 4);
}

const RUNNING: &str = r#""machines":["m","n"],"tasks":[{"id":"done","duration":4,"machine":"m"},
    {"id":"runs","duration":5,"machine":"m","after":["done"]},
    {"id":"next","modes":[{"duration":3,"machine":"m"},{"duration":3,"machine":"n"}],"after":["done"]},
    {"id":"urgent","duration":2,"machine":"n","due":0,"weight":100}],
    "running":{"now":6,"machineChange":4,"tasks":[{"id":"done","start":0,"finished":3},{"id":"runs","start":3,"remaining":5},
    {"id":"next","start":8,"machine":"m"}]}"#;

#[test]
fn what_has_started_stays_and_the_rest_moves_as_little_as_it_should() {
    let problem = problem(RUNNING);
    let result = solved(&problem, r#"{"objective":{"makespan":1,"disruption":1}}"#);
    // `next` waits for its machine until 11: three units later, and not on the other machine, which counts four and ends at 11.
    assert_eq!(result.tasks[0], Placed { start: 0, end: 3, mode: 0 });
    assert_eq!(result.tasks[1], Placed { start: 3, end: 11, mode: 0 });
    assert_eq!(result.components.unwrap().disruption.min(4), result.components.unwrap().disruption);
    assert_eq!(result.value, 11 + 4);
    let calm = solved(&problem, r#"{"objective":{"disruption":1}}"#);
    assert_eq!((calm.value, calm.lower_bound, calm.tasks[2].start), (3, 0, 11));
    let quick = solved(&problem, r#"{"objective":"makespan"}"#);
    assert_eq!((quick.makespan, quick.lower_bound), (11, 11));
    let mut moved = quick.tasks.clone();
    moved[1] = Placed { start: 4, end: 12, mode: 0 };
    assert!(matches!(check(&problem, &moved), Err(Violation::Frozen { started: (3, 11), .. })));
}

#[test]
fn contradictions_are_refused() {
    let read = |from: &str, to: &str| {
        let fields = RUNNING.replacen(from, to, 1);
        assert_ne!(fields, RUNNING);
        read(Format::ScheduleJson, format!(r#"{{"format":"ketflow-schedule/1",{fields}}}"#).as_bytes())
            .unwrap_err()
            .message
    };
    for (from, to, message) in [
        ("\"finished\":3", "\"finished\":7", "running.tasks[0].finished: 7 is later than now, 6"),
        ("\"start\":0,\"finished\":3", "\"start\":7", "running: task 'runs' has started, but 'done'"),
        ("\"start\":8,\"machine\":\"m\"", "\"start\":8", "running.tasks[2]: 'next' has 2 modes"),
        (
            "[\"m\",\"n\"]",
            "[\"m\",{\"name\":\"n\",\"calendar\":[{\"from\":9,\"capacity\":0}]}]",
            "infeasible: no mode of task 'urgent'",
        ),
        (
            "[\"m\",\"n\"]",
            "[\"m\",{\"name\":\"n\",\"calendar\":[{\"from\":9,\"capacity\":2}]}]",
            "calendar of machine 'n': capacity 2",
        ),
    ] {
        let found = read(from, to);
        assert!(found.starts_with(message), "{found}");
    }
    for (options, message) in [
        (r#"{"objective":{}}"#, "objective: every weight is 0"),
        (r#"{"objective":"levelling"}"#, "objective levelling: there are no resources"),
        (r#"{"objective":"cost"}"#, "objective cost: nothing has a cost"),
        (r#"{"objective":{"affinity":1}}"#, "objective affinity: the source has no affinity"),
        (r#"{"method":"tabu"}"#, "method tabu is for the makespan of shops"),
    ] {
        let options = Options::from_json(options).unwrap();
        let error = solve(&problem(RUNNING), &options, &mut Unmonitored).unwrap_err();
        assert!(error.to_string().contains(message), "{error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// Everything at once: schedules that hold, components that are what they are by definition, bounds that are proved.
    #[test]
    fn results_hold_whatever_a_problem_has(
        plain in problems(25, 3), seeds in rich::seeds(), of in prop::array::uniform6(0u32..4), seed in 0u64..1 << 53,
    ) {
        let Some(problem) = rich::enriched(&plain, &seeds) else { return Ok(()) };
        let mix = Objective::Mix(rich::weights(&problem, of));
        for objective in [Objective::Makespan, Objective::TotalWeightedTardiness, Objective::Levelling, mix] {
            for method in [Method::Auto, Method::Genetic, Method::PriorityRule] {
                let options = Options { method, objective: Some(objective), iterations: Some(60), seed, ..Options::default() };
                let Ok(result) = solve(&problem, &options, &mut Unmonitored) else { continue };
                match check_split(&problem, &result.tasks, &result.parts) {
                    Ok(()) => prop_assert_eq!(result.lateness.unwrap_or(0), 0),
                    Err(Violation::Deadline { .. }) => prop_assert!(result.lateness > Some(0)),
                    Err(violation) => prop_assert!(false, "{}", violation),
                }
                let components = measure(&problem, &result.tasks, &result.parts);
                prop_assert_eq!(components.value(objective), result.value);
                prop_assert_eq!(result.components, Some(components));
                prop_assert!(result.lower_bound <= result.value);
                let bound = Bound { value: result.lower_bound, proof: result.proof.clone() };
                prop_assert!(check_bound(&problem, objective, &bound), "{:?}", bound);
                prop_assert_eq!(&bound, &lower_bound(&problem, objective));
                let above = Bound { value: result.value + 1, ..bound };
                prop_assert!(!check_bound(&problem, objective, &above));
                let best_rule = Options { method: Method::PriorityRule, iterations: Some(5), ..options };
                let rule = solve(&problem, &best_rule, &mut Unmonitored).unwrap();
                if method == Method::Auto {
                    prop_assert!((result.lateness, result.value) <= (rule.lateness, rule.value));
                }
            }
        }
    }
}
