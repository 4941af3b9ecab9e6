//! What makes a run repeatable: budgets, early ends; and what options are refused.
// Clippy lets tests unwrap, but not the helpers they share.
#![allow(clippy::unwrap_used)]

mod support;

use ketflow_scheduler::read::{Format, read};
use ketflow_scheduler::{
    Answer, Estimate, Method, Monitor, Objective, Options, Problem, Progress, RunError, Unmonitored, estimate, solve,
};
use proptest::prelude::*;
use support::problems;

/// Fisher and Thompson (1963), 6 × 6: the shortest makespan is 55.
const FT06: &str = "6 6
2 1 0 3 1 6 3 7 5 3 4 6
1 8 2 5 4 10 5 10 0 10 3 4
2 5 3 4 5 8 0 9 1 1 4 7
1 5 0 5 2 5 3 3 4 8 5 9
2 9 1 3 4 5 5 4 0 3 3 1
1 3 3 3 5 9 0 10 4 4 2 1
";

fn ft06() -> Problem {
    read(Format::Jsp, FT06.as_bytes()).unwrap()
}

/// Answers Continue until the given number of schedules, then something else.
struct Until(u64, Answer);

impl Monitor for Until {
    fn poll(&mut self, progress: Progress) -> Answer {
        if progress.done >= self.0 { self.1 } else { Answer::Continue }
    }
}

/// A problem that is never proved optimal: nothing but the budget ends its runs.
fn open_problem() -> Problem {
    let tasks: Vec<String> = (0..40)
        .map(|k| {
            let (length, crew, saw) = (k * 7 % 11 + 1, k * 5 % 3 + 1, k % 4 == 0);
            let machine = if saw { r#","machine":"saw""# } else { "" };
            let after = if k >= 6 { format!(r#""t{}""#, k - 6 + k % 2) } else { String::new() };
            format!(r#"{{"id":"t{k}","duration":{length}{machine},"demands":{{"crew":{crew}}},"after":[{after}]}}"#)
        })
        .collect();
    let source = format!(
        r#"{{"format":"ketflow-schedule/1","resources":[{{"name":"crew","capacity":4}}],"tasks":[{}]}}"#,
        tasks.join(",")
    );
    read(Format::ScheduleJson, source.as_bytes()).unwrap()
}

#[test]
fn ft06_is_solved() {
    for seed in 0..5 {
        let options = Options { seed, target_value: Some(55), iterations: Some(200_000), ..Options::default() };
        let result = solve(&ft06(), &options, &mut Unmonitored).unwrap();
        assert_eq!(result.makespan, 55);
        assert_eq!(result.lower_bound, 52);
    }
}

#[test]
fn a_run_that_is_finished_early_is_the_run_of_its_iterations() {
    let cases =
        [Method::Auto, Method::Anneal, Method::Genetic].map(|method| [(method, ft06()), (method, open_problem())]);
    for (method, problem) in cases.into_iter().flatten() {
        for at in [1u64, 900, 7_300] {
            let options = Options { seed: 7, method, iterations: Some(1 << 30), ..Options::default() };
            let finished = solve(&problem, &options, &mut Until(at, Answer::Finish)).unwrap();
            let iterations = finished.work.iterations;
            assert!((at..at + 10_000).contains(&iterations));
            let again = Options { iterations: Some(iterations), ..options };
            let repeated = solve(&problem, &again, &mut Unmonitored).unwrap();
            assert_eq!(finished.to_container(), repeated.to_container());
        }
    }
}

#[test]
fn a_longer_run_begins_as_a_shorter_one() {
    let problem = open_problem();
    let value = |iterations| {
        let options = Options { seed: 3, iterations: Some(iterations), ..Options::default() };
        solve(&problem, &options, &mut Unmonitored).unwrap().value
    };
    let values = [1, 10, 100, 1_000, 5_000].map(value);
    assert!(values.is_sorted_by(|a, b| a >= b), "{values:?}");
    assert!(values[0] > values[4]);
}

#[test]
fn cancelled_runs_have_no_result() {
    let cancelled = solve(&ft06(), &Options::default(), &mut Until(1, Answer::Cancel));
    assert_eq!(cancelled, Err(RunError::Cancelled));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    /// A budget cuts the sequence of restarts off and changes nothing before, and what follows makes no result worse.
    #[test]
    fn a_budget_of_some_restarts_is_a_run_of_as_many(problem in problems(12, 2), seed in 0u64..1 << 53) {
        let options = Options { method: Method::Anneal, seed, restarts: Some(7), restart_iterations: Some(140), ..Options::default() };
        let run = |options: &Options| solve(&problem, options, &mut Unmonitored).unwrap();
        let mut known = u64::MAX;
        for restarts in 1..7 {
            let cut = run(&Options { iterations: Some(140 * u64::from(restarts)), ..options.clone() });
            let whole = run(&Options { restarts: Some(restarts), ..options.clone() });
            prop_assert_eq!(cut.to_container(), whole.to_container());
            prop_assert!(whole.value <= known);
            known = whole.value;
        }
    }
}

#[test]
fn seeds_make_a_difference_and_nothing_else_does() {
    let problem = open_problem();
    let run = |seed| {
        let options = Options { seed, iterations: Some(3_000), ..Options::default() };
        solve(&problem, &options, &mut Unmonitored).unwrap().to_container()
    };
    assert_eq!(run(1), run(1));
    assert!((2..20).any(|seed| run(seed) != run(1)));
}

#[test]
fn a_target_ends_the_run_when_it_is_reached() {
    let all = Options { seed: 1, iterations: Some(5_000), ..Options::default() };
    let best = solve(&open_problem(), &all, &mut Unmonitored).unwrap();
    assert_eq!((best.work.iterations, best.value > best.lower_bound), (5_000, true));
    let target = Options { target_value: Some(best.value), ..all };
    let reached = solve(&open_problem(), &target, &mut Unmonitored).unwrap();
    assert_eq!(reached.tasks, best.tasks);
    assert!(reached.work.iterations < 5_000);
}

#[test]
fn priority_rules_make_one_schedule_each() {
    let options = Options { method: Method::PriorityRule, ..Options::default() };
    let result = solve(&open_problem(), &options, &mut Unmonitored).unwrap();
    assert_eq!((result.work.iterations, result.work.restarts), (5, 5));
    let more = Options { restarts: Some(50), ..options };
    let better = solve(&open_problem(), &more, &mut Unmonitored).unwrap();
    assert_eq!(better.work.iterations, 50);
    assert!(better.value <= result.value);
}

#[test]
fn no_run_of_five_schedules_is_worse_than_the_best_rule() {
    let cases =
        [Method::Auto, Method::Anneal, Method::Genetic].map(|method| [(method, ft06()), (method, open_problem())]);
    for (method, problem) in cases.into_iter().flatten() {
        let rule = Options { method: Method::PriorityRule, ..Options::default() };
        let rule = solve(&problem, &rule, &mut Unmonitored).unwrap();
        for iterations in [5, 6, 50] {
            let options = Options { method, iterations: Some(iterations), seed: 11, ..Options::default() };
            assert!(solve(&problem, &options, &mut Unmonitored).unwrap().value <= rule.value);
        }
    }
}

#[test]
fn tabu_search_is_for_makespans_of_shops() {
    let options = Options { method: Method::Tabu, ..Options::default() };
    let error = solve(&open_problem(), &options, &mut Unmonitored).unwrap_err();
    assert!(error.to_string().starts_with("method tabu is for the makespan of shops"), "{error}");
    let tabu = Options { iterations: Some(3_000), ..options };
    let auto = Options { method: Method::Auto, ..tabu.clone() };
    let bytes = |options: &Options| solve(&ft06(), options, &mut Unmonitored).unwrap().to_container();
    assert_eq!(bytes(&tabu), bytes(&auto));
    assert_ne!(bytes(&tabu), bytes(&Options { method: Method::Anneal, ..tabu.clone() }));
}

#[test]
fn estimates_are_what_is_done() {
    let options = Options { iterations: Some(1_234), ..Options::default() };
    let Estimate { tasks, iterations, placements, .. } = estimate(&open_problem(), &options).unwrap();
    assert_eq!((tasks, iterations, placements), (40, 1_234, 49_360));
    assert_eq!(solve(&open_problem(), &options, &mut Unmonitored).unwrap().work.iterations, 1_234);
    let restarts = Options { restarts: Some(3), restart_iterations: Some(500), ..Options::default() };
    assert_eq!(estimate(&open_problem(), &restarts).unwrap().iterations, 1_500);
}

#[test]
fn options_are_refused_with_their_name() {
    for (json, message) in [
        ("{\"iterations\":0}", "iterations is 0; give 1 to 1000000000000"),
        ("{\"restarts\":2000000}", "restarts is 2000000; give 1 to 1000000"),
        ("{\"seed\":9007199254740992}", "seed is 9007199254740992; give 0 to 9007199254740991 (2^53 - 1)"),
        (
            "{\"method\":\"priority-rule\",\"restartIterations\":3}",
            "restartIterations is for the method anneal; each restart of priority-rule makes one schedule",
        ),
        (
            "{\"objective\":\"speed\"}",
            "options: unknown variant `speed`, expected one of `makespan`, `total-weighted-tardiness`",
        ),
        ("{\"sweeps\":1}", "options: unknown field `sweeps`, expected one of"),
    ] {
        let error = Options::from_json(json).unwrap_err();
        assert!(error.message.starts_with(message), "{error}");
        assert_eq!(error.code.as_str(), "invalid-input");
    }
    let options = Options { objective: Some(Objective::TotalWeightedTardiness), ..Options::default() };
    let error = solve(&ft06(), &options, &mut Unmonitored).unwrap_err();
    assert_eq!(
        error.to_string(),
        "objective total-weighted-tardiness: no task has a due time; give due to one, or take makespan"
    );
}

#[test]
fn names_are_in_the_json_of_a_result() {
    let source = r#"{"format":"ketflow-schedule/1","tasks":[
      {"id":"cut","duration":2,"machine":"saw"},{"id":"glue","duration":3,"after":["cut"]}]}"#;
    let problem = read(Format::ScheduleJson, source.as_bytes()).unwrap();
    let result = solve(&problem, &Options::default(), &mut Unmonitored).unwrap();
    assert_eq!(
        result.to_json(&problem).to_string(),
        concat!(
            r#"{"criticalPath":["cut","glue"],"gap":0.0,"lowerBound":5,"makespan":5,"objective":5,"#,
            r#""proof":{"kind":"path","tasks":["cut","glue"]},"tasks":[{"end":2,"id":"cut","machine":"saw","start":0},{"end":5,"id":"glue","start":2}],"#,
            r#""work":{"iterations":1,"restarts":1}}"#
        )
    );
}
