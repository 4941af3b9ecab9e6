//! What samples of models with slacks end in, held to the definition: no turn of one variable or of two unlike ones has less energy,
//! whatever the slack then is.
// Clippy lets tests unwrap, but not the helpers they share.
#![allow(clippy::unwrap_used)]

use ketflow_annealer::read::Labels;
use ketflow_annealer::{AnnealResult, Format, Model, Options, Unmonitored, read, run};
use proptest::prelude::*;
use serde_json::{Value, json};

fn bits_of_slacks(model: &Model) -> Vec<bool> {
    let Labels::Listed(labels) = &model.labels else { panic!("no labels") };
    labels.iter().map(|label| label.contains("slack") || label.contains("idle") || label.contains("more")).collect()
}

/// The least energy with these values, over all values of the slacks' bits.
fn least(model: &Model, values: &[bool], is_slack: &[bool]) -> f64 {
    let bits: Vec<usize> = (0..values.len()).filter(|k| is_slack[*k]).collect();
    let energy = |code: u32| {
        let mut all = values.to_vec();
        bits.iter().enumerate().for_each(|(at, k)| all[*k] = code >> at & 1 == 1);
        model.bqm.energy(&all)
    };
    (0..1 << bits.len()).map(energy).fold(f64::INFINITY, f64::min)
}

fn hot(model: &Model, seed: u64) -> AnnealResult {
    let options = json!({ "reads": 4, "sweeps": 1, "betaRange": [1e-6, 1e-6], "seed": seed }).to_string();
    run(model, &Options::from_json(&options).unwrap(), &mut Unmonitored).unwrap()
}

fn check_ends(model: &Model, seed: u64) {
    let is_slack = bits_of_slacks(model);
    // Without a slack there is nothing that single turns cannot do.
    if !is_slack.contains(&true) {
        return;
    }
    let result = hot(model, seed);
    assert_eq!(result.samples.samples.iter().map(|sample| sample.occurrences).sum::<u32>(), 4);
    for sample in &result.samples.samples {
        let values = &sample.values;
        assert_eq!(sample.energy, model.bqm.energy(values));
        assert!((sample.energy - least(model, values, &is_slack)).abs() < 1e-9, "a better slack is to be had");
        let free: Vec<usize> = (0..values.len()).filter(|k| !is_slack[*k]).collect();
        for i in &free {
            for j in free.iter().filter(|j| *j >= i && (*j == i || values[**j] != values[*i])) {
                let mut turned = values.clone();
                turned[*i] = !turned[*i];
                if i != j {
                    turned[*j] = !turned[*j];
                }
                let other = least(model, &turned, &is_slack);
                assert!(other >= sample.energy - 1e-9, "turning {i} and {j} leads from {} to {other}", sample.energy);
            }
        }
    }
}

fn document(value: &Value) -> Model {
    read(Format::ProblemJson, value.to_string().as_bytes()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn loads_cannot_be_mended_by_a_turn(
        items in prop::collection::vec((1u32..9, 0u32..20), 1..7),
        capacity in 1u32..30,
        seed in 0u64..1000,
    ) {
        let list: Vec<Value> =
            items.iter().enumerate().map(|(k, it)| json!({ "id": k, "weight": it.0, "value": it.1 })).collect();
        check_ends(&document(&json!({ "problem": "knapsack", "capacity": capacity, "items": list })), seed);
    }

    #[test]
    fn schedules_and_covers_cannot_either(
        durations in prop::collection::vec(1u32..6, 2..5),
        holds in prop::collection::vec(1u32..16, 1..4),
        seed in 0u64..1000,
    ) {
        let jobs: Vec<Value> = durations.iter().enumerate().map(|(k, it)| json!({ "id": k, "duration": it })).collect();
        check_ends(&document(&json!({ "problem": "scheduling", "machines": 2, "jobs": jobs })), seed);
        let covers = |k: usize| (0..holds.len()).filter(|e| holds[*e] >> k & 1 == 1).collect::<Vec<_>>();
        let sets: Vec<Value> = (0..4).map(|k| json!({ "id": k, "covers": covers(k), "cost": k + 1 })).collect();
        let elements: Vec<usize> = (0..holds.len()).collect();
        check_ends(&document(&json!({ "problem": "set-cover", "elements": elements, "sets": sets })), seed);
    }

    #[test]
    fn programs_cannot_either(
        rows in prop::collection::vec((prop::collection::vec(-3i64..4, 3), any::<bool>(), -4i64..8), 1..3),
        costs in prop::collection::vec(-5i64..6, 3),
        seed in 0u64..1000,
    ) {
        let sum = |list: &[i64]| list.iter().zip(["x", "y", "z"]).map(|(a, name)| format!(" {a:+} {name}")).collect::<String>();
        let mut text = format!("min\n{} + [ x * y - z ^2 ] / 2\nst\n", sum(&costs));
        rows.iter().for_each(|(a, is_less, b)| text += &format!("{} {} {b}\n", sum(a), if *is_less { "<=" } else { ">=" }));
        text += "bounds\n -1 <= x <= 3\n y <= 2\n z <= 1\ngeneral\n x y z\nend\n";
        // What can never hold is refused.
        if let Ok(model) = read(Format::Lp, text.as_bytes()) {
            check_ends(&model, seed);
        }
    }
}

#[test]
fn a_knapsack_of_thirty_items_is_filled_to_its_optimum_by_most_seeds() {
    let items: Vec<(usize, usize)> = (0..30).map(|k| (7 + k * 37 % 41, 10 + k * 53 % 59)).collect();
    let list: Vec<Value> =
        items.iter().enumerate().map(|(k, it)| json!({ "id": k, "weight": it.0, "value": it.1 })).collect();
    // By capacity, the most value: dynamic programming.
    let mut most = vec![0usize; 301];
    for (weight, value) in &items {
        (*weight..=300).rev().for_each(|load| most[load] = most[load].max(most[load - weight] + value));
    }
    let model = document(&json!({ "problem": "knapsack", "capacity": 300, "items": list }));
    let found = (0..10).filter(|seed| {
        let options = Options::from_json(&json!({ "seed": seed }).to_string()).unwrap();
        let solved = run(&model, &options, &mut Unmonitored).unwrap().solved.unwrap();
        assert!(solved.feasible[solved.chosen]);
        assert!(solved.objectives[solved.chosen] >= 0.98 * most[300] as f64, "{}", solved.objectives[solved.chosen]);
        solved.objectives[solved.chosen] == most[300] as f64
    });
    assert!(found.count() >= 5);
}

#[test]
fn the_examples_with_slacks_end_in_their_optimum_for_most_seeds() {
    for (file, optimum) in [
        ("rucksack.problem.json", 25.0),
        ("stations.problem.json", 8.0),
        ("printers.problem.json", 12.0),
        ("bakery.lp", 56.0),
    ] {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(file);
        let source = std::fs::read(path).unwrap();
        let model = read(Format::named("auto", &source).unwrap(), &source).unwrap();
        let found: Vec<f64> = (0..10)
            .map(|seed| {
                let options = Options::from_json(&json!({ "seed": seed }).to_string()).unwrap();
                let solved = run(&model, &options, &mut Unmonitored).unwrap().solved.unwrap();
                assert!(solved.feasible[solved.chosen], "{file}");
                solved.objectives[solved.chosen]
            })
            .collect();
        assert!(found.iter().filter(|objective| **objective == optimum).count() >= 8, "{file}: {found:?}");
    }
}
