//! Samples decoded and checked by hand, and which sample of a result is its solution.
// Clippy lets tests unwrap, but not the helpers they share.
#![allow(clippy::unwrap_used)]

use ketflow_annealer::{AnnealResult, Format, Model, Options, Unmonitored, read, run};
use serde_json::{Value, json};

fn model(document: &Value) -> Model {
    read(Format::ProblemJson, document.to_string().as_bytes()).unwrap()
}

/// The sample in which the variables of these labels are 1.
fn sample(model: &Model, ones: &[&str]) -> Vec<bool> {
    let ketflow_annealer::read::Labels::Listed(labels) = &model.labels else { panic!("no labels") };
    let named: Vec<String> = labels
        .iter()
        .map(|label| serde_json::from_str::<Value>(label).unwrap())
        .map(|label| label.as_str().map_or(label.to_string(), str::to_owned))
        .collect();
    let missing: Vec<_> = ones.iter().filter(|one| !named.iter().any(|label| label == *one)).collect();
    assert!(missing.is_empty(), "{missing:?} are not among {named:?}");
    named.iter().map(|label| ones.contains(&label.as_str())).collect()
}

/// The solution without what every one has the same name for.
fn solution(model: &Model, ones: &[&str]) -> Value {
    model.problem.as_ref().unwrap().solution(&sample(model, ones))
}

fn violation(constraint: &str, by: f64, message: &str) -> Value {
    json!({ "constraint": constraint, "by": by, "message": message })
}

#[test]
fn a_cut_has_two_sides() {
    let model = model(&json!({
        "problem": "max-cut", "vertices": ["a", 1, "c"], "edges": [["a", 1, 2.5], ["c", 1], ["a", "c", -4]],
    }));
    assert_eq!(
        solution(&model, &["1"]),
        json!({
            "problem": "max-cut", "objective": 3.5, "feasible": true, "violations": [], "sides": [["a", "c"], [1]],
            "totalWeight": -0.5,
        })
    );
}

#[test]
fn a_partition_has_two_sums() {
    let model = model(&json!({ "problem": "number-partitioning", "numbers": [5, 3, 3] }));
    assert_eq!(
        solution(&model, &["numbers[0]"]),
        json!({
            "problem": "number-partitioning", "objective": 1.0, "feasible": true, "violations": [], "sets": [[3, 3], [5]],
            "sums": [6, 5],
        })
    );
}

#[test]
fn a_colouring_says_which_vertices_and_edges_are_wrong() {
    let model = model(&json!({
        "problem": "graph-coloring", "vertices": ["a", "b", "c"], "edges": [["a", "b"], ["b", "a"], ["b", "c"]], "colors": 2,
    }));
    let right = solution(&model, &["a:0", "b:1", "c:0"]);
    assert_eq!((&right["feasible"], &right["objective"], &right["colorsUsed"]), (&json!(true), &json!(0.0), &json!(2)));
    let wrong = solution(&model, &["a:1", "b:1", "c:0", "c:1"]);
    assert_eq!(
        wrong["violations"],
        json!([
            violation("vertex c", 1.0, "vertex c has 2 colors; it needs exactly one"),
            violation("edge a – b", 1.0, "both ends of the edge a – b have color 1"),
            violation("edge b – c", 1.0, "both ends of the edge b – c have color 1"),
        ])
    );
    assert_eq!(wrong["coloring"][2], json!({ "vertex": "c", "color": 0 }));
    assert_eq!(solution(&model, &["a:1", "c:0"])["coloring"][1], json!({ "vertex": "b", "color": null }));
}

#[test]
fn a_load_is_within_its_capacity_or_not() {
    let model = model(&json!({
        "problem": "knapsack", "capacity": 5,
        "items": [{ "id": "a", "weight": 3, "value": 4 }, { "id": "b", "weight": 2, "value": 1.5 }, { "id": "c", "weight": 4, "value": 9 }],
    }));
    // The slack is none of the checker's business.
    let right = solution(&model, &["a", "b", "slack+1"]);
    let rest = (&right["objective"], &right["weight"], &right["capacity"], &right["feasible"]);
    assert_eq!(rest, (&json!(5.5), &json!(5.0), &json!(5.0), &json!(true)));
    let wrong = solution(&model, &["a", "c"]);
    assert_eq!(wrong["violations"], json!([violation("capacity", 2.0, "the items weigh 7; the capacity is 5")]));
    assert_eq!(wrong["items"], json!(["a", "c"]));
}

#[test]
fn a_cover_names_what_it_leaves_bare() {
    let model = model(&json!({
        "problem": "set-cover", "elements": ["x", "y"],
        "sets": [{ "id": "s", "covers": ["x"], "cost": 2 }, { "id": "t", "covers": ["x", "y"] }],
    }));
    let wrong = solution(&model, &["s"]);
    assert_eq!(wrong["violations"], json!([violation("element y", 1.0, "no chosen set covers element y")]));
    let right = solution(&model, &["t", "s"]);
    assert_eq!((&right["objective"], &right["feasible"]), (&json!(3.0), &json!(true)));
}

#[test]
fn a_tour_goes_through_every_city_once() {
    let model = model(&json!({
        "problem": "travelling-salesman", "cities": ["a", "b", "c"], "distances": [[0, 1, 10], [2, 0, 100], [1000, 3, 0]],
    }));
    let right = solution(&model, &["c@1", "b@2"]);
    assert_eq!((&right["tour"], &right["objective"]), (&json!(["a", "c", "b"]), &json!(15.0)));
    let wrong = solution(&model, &["c@1", "b@1"]);
    assert_eq!(wrong["tour"], json!(["a", "b", null]));
    assert_eq!(
        wrong["violations"],
        json!([
            violation("position 1", 1.0, "position 1: exactly one city is needed, there are 2"),
            violation("position 2", 1.0, "position 2: exactly one city is needed, there are 0"),
        ])
    );
}

#[test]
fn an_assignment_pays_for_what_flows() {
    let model = model(&json!({
        "problem": "assignment", "facilities": ["f", "g"], "locations": ["k", "l"], "flows": [[1, 2], [0, 0]],
        "distances": [[7, 10], [100, 0]], "costs": [[0, 3], [50, 0]],
    }));
    let here = solution(&model, &["f@k", "g@l"]);
    assert_eq!(here["objective"], json!(7.0 + 20.0));
    let there = solution(&model, &["f@l", "g@k"]);
    assert_eq!(there["objective"], json!(3.0 + 50.0 + 200.0));
    assert_eq!(there["assignment"][1], json!({ "facility": "g", "location": "k" }));
    assert_eq!(solution(&model, &["f@k", "g@k"])["violations"].as_array().unwrap().len(), 2);
}

#[test]
fn a_portfolio_has_a_return_and_a_variance() {
    let model = model(&json!({
        "problem": "portfolio", "assets": ["a", "b"], "returns": [0.5, 0.25], "covariance": [[2, -1], [-1, 4]],
        "riskAversion": 0.5, "choose": 2,
    }));
    let right = solution(&model, &["a", "b"]);
    let rest = (&right["return"], &right["variance"], &right["objective"], &right["feasible"]);
    assert_eq!(rest, (&json!(0.75), &json!(4.0), &json!(1.25), &json!(true)));
    let wrong = solution(&model, &["b"]);
    assert_eq!(wrong["violations"], json!([violation("choose", 1.0, "1 assets are chosen; choose is 2")]));
}

#[test]
fn a_schedule_ends_with_its_fullest_machine() {
    let model = model(&json!({
        "problem": "scheduling", "machines": 2,
        "jobs": [{ "id": "a", "duration": 3 }, { "id": "b", "duration": 2 }, { "id": "c", "duration": 2 }],
    }));
    // The model wants the longest machine first; the checker does not.
    let right = solution(&model, &["a@0", "b@1", "c@1"]);
    assert_eq!((&right["objective"], &right["feasible"]), (&json!(4.0), &json!(true)));
    assert_eq!(right["machines"][1], json!({ "jobs": ["b", "c"], "load": 4 }));
    let wrong = solution(&model, &["a@0", "b@0", "b@1"]);
    assert_eq!(wrong["violations"][1], violation("job c", 1.0, "job c is on 0 machines; it needs exactly one"));
}

#[test]
fn a_program_has_values_by_name() {
    let text = "Maximize\n obj: 2 x + y - 1\nSubject To\n c: x + 0.5 y <= 2.5\n d: y >= 1\nBounds\n x <= 3\n y <= 3\nGeneral\n x y\nEnd\n";
    let model = read(Format::Lp, text.as_bytes()).unwrap();
    let right = solution(&model, &["x+2", "y+1"]);
    assert_eq!((&right["values"], &right["objective"]), (&json!({ "x": 2.0, "y": 1.0 }), &json!(4.0)));
    assert_eq!((&right["feasible"], &right["sense"]), (&json!(true), &json!("max")));
    let wrong = solution(&model, &["x+1", "x+2"]);
    assert_eq!(
        wrong["violations"],
        json!([
            violation("c", 0.5, "the left side of c is 0.5 above its right side"),
            violation("d", 1.0, "the left side of d is 1 below its right side"),
        ])
    );
}

fn solved(model: &Model, options: Value) -> AnnealResult {
    run(model, &Options::from_json(&options.to_string()).unwrap(), &mut Unmonitored).unwrap()
}

#[test]
fn the_best_feasible_sample_is_the_solution_although_others_have_less_energy() {
    let model = model(&json!({
        "problem": "portfolio", "assets": (0..6).collect::<Vec<_>>(), "returns": [1, 2, 3, 4, 5, 6],
        "covariance": vec![vec![0; 6]; 6], "riskAversion": 0, "choose": 3,
    }));
    // With one hot sweep reads end anywhere: a seed with an infeasible sample before feasible ones is soon found.
    let solved = (0..1000)
        .filter_map(|seed| {
            solved(&model, json!({ "reads": 5, "sweeps": 1, "betaRange": [0.001, 0.001], "seed": seed })).solved
        })
        .find(|solved| !solved.feasible[0] && solved.feasible.iter().filter(|is_feasible| **is_feasible).count() > 1)
        .unwrap();
    assert!(solved.feasible[solved.chosen]);
    let best = (0..solved.feasible.len())
        .filter(|k| solved.feasible[*k])
        .map(|k| solved.objectives[k])
        .fold(f64::INFINITY, f64::min);
    assert_eq!(solved.objectives[solved.chosen], best);
    let value: Value = serde_json::from_str(&solved.solution).unwrap();
    assert_eq!((&value["objective"], &value["feasible"]), (&json!(best), &json!(true)));
}

#[test]
fn without_a_feasible_sample_the_best_energy_is_shown_with_what_it_breaks() {
    let model = model(&json!({
        "problem": "graph-coloring", "vertices": [1, 2, 3], "edges": [[1, 2], [2, 3], [1, 3]], "colors": 2,
    }));
    let solved = solved(&model, json!({ "method": "exact" })).solved.unwrap();
    assert_eq!((solved.chosen, solved.feasible.contains(&true)), (0, false));
    let value: Value = serde_json::from_str(&solved.solution).unwrap();
    assert_eq!((&value["objective"], value["violations"].as_array().unwrap().len()), (&json!(1.0), 1));
}

#[test]
fn a_problem_has_its_own_sense() {
    let model = model(&json!({ "problem": "number-partitioning", "numbers": [1, 2] }));
    let options = Options::from_json(r#"{"sense":"max"}"#).unwrap();
    let error = run(&model, &options, &mut Unmonitored).unwrap_err().to_string();
    assert_eq!(error, "sense is given, but the problem says itself what is wanted; leave it out");
}
