//! Bounds: never better than the optimum, proved by their witness as a second program checks it, and near where they can be.
// Clippy lets tests unwrap, but not the helpers they share.
#![allow(clippy::unwrap_used)]

use ketflow_annealer::{AnnealResult, Format, Model, Options, Unmonitored, Vartype, read, run};
use proptest::prelude::*;
use serde_json::json;
use std::fmt::Write;

fn solved(model: &Model, sense: &str) -> AnnealResult {
    let options = json!({ "method": "exact", "bound": true, "sense": sense, "maxSamples": 1 }).to_string();
    run(model, &Options::from_json(&options).unwrap(), &mut Unmonitored).unwrap()
}

fn coo(vartype: &str, terms: &[(usize, usize, f64)]) -> Model {
    let mut text = format!("# vartype={vartype}\n");
    terms.iter().for_each(|(i, j, value)| writeln!(text, "{i} {j} {value}").unwrap());
    read(Format::Coo, text.as_bytes()).unwrap()
}

/// Least eigenvalue of M + diag(u) by Jacobi's rotations: nothing in common with the proof of the crate.
fn least_eigenvalue(model: &Model, sense: &str, u: &[f64]) -> f64 {
    let sign = if sense == "max" { -1.0 } else { 1.0 };
    let spins = model.bqm.to_vartype(Vartype::Spin);
    let size = u.len();
    let mut a = vec![vec![0.0; size]; size];
    (0..size).for_each(|k| a[k][k] = u[k]);
    let mut add = |i: usize, j: usize, value: f64| {
        a[i][j] += sign * value;
        a[j][i] += sign * value;
    };
    spins.couplings().iter().for_each(|b| add(b.i as usize, b.j as usize, b.value));
    if size > spins.size() {
        spins.linear().iter().enumerate().for_each(|(k, field)| add(k, size - 1, *field));
    }
    for _ in 0..30 {
        for p in 0..size {
            for q in p + 1..size {
                if a[p][q].abs() < 1e-14 {
                    continue;
                }
                let angle = 0.5 * (2.0 * a[p][q]).atan2(a[q][q] - a[p][p]);
                let (sin, cos) = angle.sin_cos();
                (0..size).for_each(|k| {
                    let (x, y) = (a[k][p], a[k][q]);
                    (a[k][p], a[k][q]) = (cos * x - sin * y, sin * x + cos * y);
                });
                (0..size).for_each(|k| {
                    let (x, y) = (a[p][k], a[q][k]);
                    (a[p][k], a[q][k]) = (cos * x - sin * y, sin * x + cos * y);
                });
            }
        }
    }
    (0..size).map(|k| a[k][k]).fold(f64::INFINITY, f64::min)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_energy_passes_a_bound(
        size in 1usize..9,
        values in prop::collection::vec(-4i32..=4, 36),
        (is_binary, is_max) in (any::<bool>(), any::<bool>()),
        unit in prop_oneof![Just(1.0f64), Just(0.3)],
    ) {
        let pairs = (0..size).flat_map(|i| (i..size).map(move |j| (i, j)));
        let terms: Vec<(usize, usize, f64)> = pairs.zip(&values).map(|((i, j), v)| (i, j, f64::from(*v) * unit)).collect();
        let (vartype, sense) = (if is_binary { "BINARY" } else { "SPIN" }, if is_max { "max" } else { "min" });
        let model = coo(vartype, &terms);
        let result = solved(&model, sense);
        let (best, bound) = (result.samples.best().unwrap().energy, result.bound.unwrap());
        let sign = if is_max { -1.0 } else { 1.0 };
        prop_assert!(sign * bound.energy <= sign * best + 1e-9, "bound {} passes {best}", bound.energy);
        // The relaxation of these sizes is never that far off.
        let reach: f64 = values.iter().map(|value| f64::from(value.abs()) * unit).sum();
        prop_assert!(sign * (best - bound.energy) <= 0.4 * reach + 1e-9, "bound {} is far from {best}", bound.energy);
        prop_assert!(least_eigenvalue(&model, sense, &bound.witness) > -1e-9);
        let offset = model.bqm.to_vartype(Vartype::Spin).offset();
        let proved = sign * offset - bound.witness.iter().sum::<f64>() / 2.0;
        // Rounded up to an energy that there can be.
        prop_assert!(sign * bound.energy >= proved - 1e-9 && sign * bound.energy < proved + 2.0);
    }
}

fn graph(edges: &[(u32, u32)]) -> Model {
    let size = edges.iter().map(|(i, j)| *i.max(j)).max().unwrap();
    let mut text = format!("{size} {}\n", edges.len());
    edges.iter().for_each(|(i, j)| writeln!(text, "{i} {j}").unwrap());
    read(Format::Rudy, text.as_bytes()).unwrap()
}

#[test]
fn cuts_of_known_graphs_are_bounded_as_the_literature_says() {
    // A bipartite graph is cut wholly; a pentagon's relaxation is 4.52 of 5, so that 4 is proved.
    for (edges, cut) in [
        (vec![(1, 2), (2, 3), (3, 4), (4, 1), (1, 6), (5, 6)], 6.0),
        (vec![(1, 2), (2, 3), (3, 4), (4, 5), (5, 1)], 4.0),
    ] {
        let result = solved(&graph(&edges), "min");
        assert_eq!(result.cut, Some(cut));
        let bound = (edges.len() as f64 - result.bound.unwrap().energy) / 2.0;
        assert_eq!(bound, cut, "{edges:?}");
    }
    // Petersen's graph: the least eigenvalue -2 of the adjacency proves 12.5.
    let ring = (0..5).flat_map(|k| [(k, (k + 1) % 5), (k, k + 5), (k + 5, (k + 2) % 5 + 5)]);
    let result = solved(&graph(&ring.map(|(i, j)| (i + 1, j + 1)).collect::<Vec<_>>()), "min");
    assert_eq!((result.cut, result.bound.map(|bound| (15.0 - bound.energy) / 2.0)), (Some(12.0), Some(12.0)));
}

#[test]
fn a_model_without_terms_is_bounded_by_its_offset() {
    let model = coo("SPIN", &[(0, 1, 0.0)]);
    assert_eq!(solved(&model, "min").bound.unwrap().energy, 0.0);
}

/// The cut is (W − E) / 2 = 1e308, and W − E is infinite; so is the sum of the witness.
#[test]
fn a_weight_of_1e308_is_cut_and_bounded() {
    let model = read(Format::Rudy, b"2 1\n1 2 1e308\n").unwrap();
    let result = solved(&model, "min");
    assert_eq!(result.cut, Some(1e308));
    let energy = result.bound.unwrap().energy;
    assert!(energy <= -1e308 && energy > -1.001e308, "{energy}");
}

/// A frustrated model with fields, in units of `unit`.
fn in_units_of(unit: f64) -> Model {
    let terms = [(0, 0, 1.25), (1, 1, -0.5), (0, 1, 1.5), (1, 2, 0.75), (0, 2, 2.25), (2, 3, -1.125)];
    coo("SPIN", &terms.map(|(i, j, value)| (i, j, value * unit)))
}

/// Squares of such coefficients are infinite, or 0: the search for a proof did not end, or took 0 for one.
#[test]
fn huge_and_tiny_coefficients_are_bounded_as_others_are() {
    let bound_of = |unit: f64, sense: &str| {
        let options = json!({ "method": "anneal", "reads": 1, "sweeps": 1, "bound": true, "sense": sense }).to_string();
        run(&in_units_of(unit), &Options::from_json(&options).unwrap(), &mut Unmonitored).unwrap().bound.unwrap()
    };
    for sense in ["min", "max"] {
        let plain = bound_of(1.0, sense);
        for unit in [2.0f64.powi(-900), 2.0f64.powi(-600), 2.0f64.powi(-60), 2.0f64.powi(600), 2.0f64.powi(1010)] {
            let bound = bound_of(unit, sense);
            assert_eq!(bound.energy, plain.energy * unit, "{unit:e}");
            assert_eq!(bound.witness, plain.witness.iter().map(|value| value * unit).collect::<Vec<_>>());
        }
        // So small that half of one is nothing.
        let unit = 2.0f64.powi(-1071);
        let bqm = in_units_of(unit).bqm;
        let energies = (0..16u32).map(|word| bqm.energy(&(0..4).map(|k| word >> k & 1 == 1).collect::<Vec<_>>()));
        let sign = if sense == "max" { -1.0 } else { 1.0 };
        let best = energies.map(|energy| sign * energy).fold(f64::INFINITY, f64::min);
        assert!(sign * bound_of(unit, sense).energy <= best);
    }
}

#[test]
fn what_is_too_large_to_prove_is_refused() {
    let model = coo("SPIN", &[(0, 3000, 1.0)]);
    let options = Options::from_json(r#"{"bound":true,"reads":1,"sweeps":1}"#).unwrap();
    let error = run(&model, &options, &mut Unmonitored).unwrap_err().to_string();
    assert_eq!(error, "bound is for models up to 3000 variables, not 3001; leave it out");
}
