//! Annealing and exact search against definitions, and against each other.
// Clippy lets tests unwrap, but not the helpers they share.
#![allow(clippy::unwrap_used)]

mod support;

use ketflow_annealer::options::{Method, Sense};
use ketflow_annealer::read::Labels;
use ketflow_annealer::samples::SampleSet;
use ketflow_annealer::{
    AnnealResult, Bqm, Error, Format, Model, Monitor, Options, RunError, Unmonitored, Vartype, Work, estimate, run,
};
use proptest::prelude::*;
use support::model;

fn run_on(bqm: &Bqm, options: &Options, monitor: &mut dyn Monitor) -> Result<AnnealResult, RunError> {
    run(&as_read(bqm, Format::Coo), options, monitor)
}

fn as_read(bqm: &Bqm, format: Format) -> Model {
    Model::new(bqm.clone(), Labels::From(0), format)
}

fn anneal(bqm: &Bqm, options: &Options) -> SampleSet {
    run_on(bqm, options, &mut Unmonitored).unwrap().samples
}

fn solve_exactly(bqm: &Bqm, most: u32) -> SampleSet {
    let options = Options { method: Method::Exact, max_samples: most, ..Options::default() };
    run_on(bqm, &options, &mut Unmonitored).unwrap().samples
}

fn models() -> impl Strategy<Value = Bqm> {
    let vartype = prop_oneof![Just(Vartype::Spin), Just(Vartype::Binary)];
    (1usize..10).prop_flat_map(move |size| {
        let couplings = prop::collection::vec((0..size, 0..size, -4i32..5), 0..20);
        (vartype.clone(), prop::collection::vec(-4i32..5, size), couplings, -3i32..4)
            .prop_map(|(vartype, linear, couplings, offset)| model(vartype, &linear, &couplings, offset))
    })
}

/// All samples of a model with their energies, by the definition alone.
fn enumerate(bqm: &Bqm) -> Vec<(Vec<bool>, f64)> {
    let size = bqm.size();
    (0..1u32 << size)
        .map(|word| {
            let sample: Vec<bool> = (0..size).map(|k| word >> k & 1 == 1).collect();
            let energy = bqm.energy(&sample);
            (sample, energy)
        })
        .collect()
}

proptest! {
    #[test]
    fn both_kinds_of_variables_give_the_same_energies(bqm in models()) {
        for vartype in [Vartype::Spin, Vartype::Binary] {
            let other = bqm.to_vartype(vartype);
            prop_assert_eq!(other.vartype(), vartype);
            for (sample, energy) in enumerate(&bqm) {
                prop_assert_eq!(other.energy(&sample), energy);
            }
        }
    }

    #[test]
    fn exact_search_finds_all_ground_states(bqm in models()) {
        let all = enumerate(&bqm);
        let lowest = all.iter().map(|(_, energy)| *energy).fold(f64::INFINITY, f64::min);
        let mut ground: Vec<Vec<bool>> =
            all.into_iter().filter(|(_, energy)| *energy == lowest).map(|(sample, _)| sample).collect();
        ground.sort();
        let found = solve_exactly(&bqm, 1024).samples;
        prop_assert!(found.iter().all(|sample| sample.energy == lowest && sample.occurrences == 1));
        prop_assert_eq!(found.into_iter().map(|sample| sample.values).collect::<Vec<_>>(), ground);
    }

    #[test]
    fn annealing_reaches_the_ground_and_says_its_energy(bqm in models(), seed: u64) {
        let options =
            Options { reads: 20, sweeps: 100, method: Method::Anneal, seed: seed >> 11, ..Options::default() };
        let found = anneal(&bqm, &options);
        let lowest = solve_exactly(&bqm, 1).samples[0].energy;
        prop_assert_eq!(found.best().unwrap().energy, lowest);
        prop_assert_eq!(found.samples.iter().map(|sample| sample.occurrences).sum::<u32>(), 20);
        for sample in &found.samples {
            prop_assert_eq!(bqm.energy(&sample.values), sample.energy);
        }
        prop_assert!(found.samples.is_sorted_by(|a, b| (a.energy, &a.values) < (b.energy, &b.values)));
    }

    #[test]
    fn every_method_reaches_the_ground_and_never_below(bqm in models(), seed: u64, by: usize) {
        let method = SEARCHES[by % SEARCHES.len()];
        let options = Options { reads: 12, sweeps: 60, method, seed: seed >> 11, ..Options::default() };
        let found = anneal(&bqm, &options);
        let lowest = solve_exactly(&bqm, 1).samples[0].energy;
        prop_assert_eq!(found.best().unwrap().energy, lowest, "{:?}", method);
        prop_assert_eq!(found.samples.iter().map(|sample| sample.occurrences).sum::<u32>(), 12);
        prop_assert!(found.samples.iter().all(|sample| bqm.energy(&sample.values) == sample.energy));
    }

    #[test]
    fn a_negated_model_turns_the_order_round(bqm in models()) {
        for (sample, energy) in enumerate(&bqm) {
            prop_assert_eq!(bqm.negated().energy(&sample), -energy);
        }
    }
}

/// The methods that search by chance.
const SEARCHES: [Method; 4] = [Method::Anneal, Method::Temper, Method::PathIntegral, Method::Tabu];

/// A ring of spins with couplings of both signs.
fn ring(size: usize) -> Bqm {
    let couplings: Vec<_> = (0..size).map(|k| (k, (k + 1) % size, if k % 3 == 0 { 1 } else { -1 })).collect();
    model(Vartype::Spin, &vec![0; size], &couplings, 0)
}

#[test]
fn reads_do_not_depend_on_how_many_run_with_them() {
    let bqm = ring(50);
    let run = |reads| {
        let options =
            Options { reads, sweeps: 30, seed: 5, max_samples: 1000, method: Method::Anneal, ..Options::default() };
        let found = anneal(&bqm, &options);
        found
            .samples
            .into_iter()
            .flat_map(|sample| vec![sample.values; sample.occurrences as usize])
            .collect::<Vec<_>>()
    };
    let (few, many) = (run(8), run(40));
    assert!(few.iter().all(|sample| many.contains(sample)));
    assert_eq!(few, run(8));
    let other = Options { reads: 8, sweeps: 30, seed: 6, method: Method::Anneal, ..Options::default() };
    assert_ne!(anneal(&bqm, &other).samples[0].values, few[0]);
}

/// A torus of couplings ±1 that are all satisfied by one planted sample: its energy is minus the number of couplings.
#[test]
fn a_planted_ground_state_is_found_in_a_thousand_spins() {
    let (width, size) = (32usize, 1024usize);
    let planted: Vec<i32> = (0..size).map(|k| if ((k * 2_654_435_761) >> 7) & 1 == 1 { 1 } else { -1 }).collect();
    let couplings: Vec<_> = (0..size)
        .flat_map(|k| [(k, (k + 1) % width + k / width * width), (k, (k + width) % size)])
        .map(|(i, j)| (i, j, -planted[i] * planted[j]))
        .collect();
    let bqm = model(Vartype::Spin, &vec![0; size], &couplings, 0);
    let options = Options { reads: 10, sweeps: 2000, seed: 1, ..Options::default() };
    let best = anneal(&bqm, &options).samples.remove(0);
    assert_eq!(best.energy, -(couplings.len() as f64));
    let values: Vec<i32> = best.values.iter().map(|up| if *up { 1 } else { -1 }).collect();
    assert!(values == planted || values.iter().zip(&planted).all(|(a, b)| *a == -b));
}

#[test]
fn temperature_decides_how_often_energy_rises() {
    // One spin in a field: at β the Boltzmann weights are e^β : e^−β, so it is up with probability e^β / (e^β + e^−β).
    let bqm = model(Vartype::Spin, &[-1], &[], 0);
    let beta = 0.5f64;
    let options = Options {
        reads: 40_000,
        sweeps: 9,
        beta_range: Some((beta, beta)),
        max_samples: 2,
        seed: 3,
        ..Options::default()
    };
    let found = anneal(&bqm, &options);
    // A single spin that always takes a free fall alternates: after a rise it falls at once. Its stationary distribution under
    // sequential Metropolis is that of the chain up → down with p = e^(−2β), down → up with 1.
    let p = (-2.0 * beta).exp();
    let expected = 1.0 / (1.0 + p);
    let seen = f64::from(found.best().unwrap().occurrences) / 40_000.0;
    // The chain forgets its start as (−p)⁹, less than 0.0002.
    assert!(
        (seen - expected).abs() < 5.0 * (expected * (1.0 - expected) / 40_000.0f64).sqrt() + 2e-4,
        "{seen} {expected}"
    );
}

fn refusal(bqm: &Bqm, options: &Options) -> Error {
    let error = estimate(&as_read(bqm, Format::Coo), options).unwrap_err();
    assert_eq!(run_on(bqm, options, &mut Unmonitored), Err(RunError::Refused(error.clone())));
    error
}

#[test]
fn options_out_of_range_are_refused_by_name() {
    let bqm = ring(4);
    let base = Options::default();
    let refused = |options: Options| refusal(&bqm, &options).to_string();
    assert_eq!(refused(Options { reads: 0, ..base.clone() }), "reads is 0; give 1 to 1000000");
    assert_eq!(refused(Options { sweeps: 0, ..base.clone() }), "sweeps is 0; give 1 to 100000000");
    assert_eq!(refused(Options { max_samples: 0, ..base.clone() }), "maxSamples is 0; give 1 to 1000000");
    for range in [(0.0, 1.0), (2.0, 1.0), (f64::NAN, 1.0), (1.0, f64::INFINITY)] {
        assert!(refused(Options { beta_range: Some(range), ..base.clone() }).starts_with("betaRange is ["));
    }
    assert_eq!(
        refused(Options { initial: Some(vec![1, 0, 1, 1]), ..base.clone() }),
        "initial[1] is 0; this model's values are -1 and 1"
    );
    assert!(refused(Options { initial: Some(vec![1]), ..base.clone() }).starts_with("initial has 1 values"));
    let small = Options { memory_limit_mib: 1, ..base.clone() };
    assert!(estimate(&as_read(&ring(100), Format::Coo), &small).is_ok());
    assert_eq!(refusal(&ring(20_000), &small).code.as_str(), "too-large");
    let unknown = Options::from_json("{\"reeds\": 3}").unwrap_err().to_string();
    assert!(unknown.starts_with("options: unknown field `reeds`"), "{unknown}");
}

#[test]
fn a_model_without_terms_has_all_samples_for_ground_states() {
    let exact = Options { method: Method::Exact, max_samples: 3, ..Options::default() };
    let found = run_on(&model(Vartype::Binary, &[0; 20], &[], 7), &exact, &mut Unmonitored).unwrap();
    assert_eq!(found.work, Work { sweeps: 0, reads: 0 });
    assert_eq!(found.samples.samples.len(), 3);
    assert!(found.samples.samples.iter().all(|sample| sample.energy == 7.0));
    let four = run_on(&model(Vartype::Binary, &[0; 2], &[], 7), &exact, &mut Unmonitored).unwrap();
    assert_eq!(four.samples.samples.len(), 3);
}

#[test]
fn high_energies_are_wanted_where_the_sense_is_max() {
    let bqm = model(Vartype::Binary, &[2, -3, 1], &[(0, 1, 5), (1, 2, -7)], 4);
    let highest = enumerate(&bqm).into_iter().map(|(_, energy)| energy).fold(f64::NEG_INFINITY, f64::max);
    for method in [Method::Exact].into_iter().chain(SEARCHES) {
        let options = Options { sense: Some(Sense::Max), method, seed: 2, ..Options::default() };
        let found = anneal(&bqm, &options);
        assert_eq!(found.best().unwrap().energy, highest);
        assert!(found.samples.is_sorted_by(|a, b| a.energy >= b.energy));
        assert!(found.samples.iter().all(|sample| bqm.energy(&sample.values) == sample.energy));
    }
    let beasley = as_read(&bqm, Format::Bqp);
    let error = estimate(&beasley, &Options::default()).unwrap_err().to_string();
    assert!(error.starts_with("sense is missing"), "{error}");
    assert!(estimate(&beasley, &Options { sense: Some(Sense::Min), ..Options::default() }).is_ok());
}

#[test]
fn a_graph_tells_the_weight_of_its_best_cut() {
    // A square with one diagonal: the four sides can be cut, the diagonal then not.
    let edges = [(0, 1, 1), (1, 2, 1), (2, 3, 1), (0, 3, 1), (0, 2, 5)];
    let graph = as_read(&model(Vartype::Spin, &[0; 4], &edges, 0), Format::Rudy);
    let found = run(&graph, &Options::default(), &mut Unmonitored).unwrap();
    let best = found.samples.best().unwrap();
    let weight = |sample: &[bool]| -> f64 {
        edges.iter().map(|(i, j, w)| if sample[*i] != sample[*j] { f64::from(*w) } else { 0.0 }).sum()
    };
    assert_eq!(found.cut, Some(weight(&best.values)));
    assert_eq!(found.cut, enumerate(&graph.bqm).iter().map(|(sample, _)| weight(sample)).reduce(f64::max));
    assert_eq!(run_on(&graph.bqm, &Options::default(), &mut Unmonitored).unwrap().cut, None);
}

#[test]
fn a_read_that_is_good_enough_is_the_last_one() {
    let bqm = ring(50);
    let base = Options { seed: 3, method: Method::Anneal, ..Options::default() };
    let all = run_on(&bqm, &base, &mut Unmonitored).unwrap();
    let best = all.samples.best().unwrap().energy;
    let options = Options { target_energy: Some(best), ..base };
    let found = run_on(&bqm, &options, &mut Unmonitored).unwrap();
    assert_eq!(found.samples.best().unwrap().energy, best);
    assert!(found.work.reads < 64 && found.work.sweeps <= found.work.reads * 1000, "{:?}", found.work);
    let reached = found.samples.samples.iter().filter(|sample| sample.energy <= best);
    assert_eq!(reached.map(|sample| sample.occurrences).sum::<u32>(), 1);
}

#[test]
fn reads_begin_where_they_are_told_to() {
    // So cold that nothing rises: a start in a local minimum stays there.
    let bqm = model(Vartype::Spin, &[1, 1], &[(0, 1, -3)], 0);
    let cold = Options { beta_range: Some((50.0, 50.0)), reads: 3, sweeps: 5, ..Options::default() };
    let found = anneal(&bqm, &Options { initial: Some(vec![1, 1]), ..cold.clone() });
    assert_eq!((found.samples.len(), &found.samples[0].values), (1, &vec![true, true]));
    assert_eq!(anneal(&bqm, &Options { initial: Some(vec![-1, -1]), ..cold }).samples[0].energy, -5.0);
}
