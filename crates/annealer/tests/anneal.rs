//! Annealing and exact search against definitions, and against each other.
// Clippy lets tests unwrap, but not the helpers they share.
#![allow(clippy::unwrap_used)]

use ketflow_annealer::anneal::{AnnealError, AnnealOptions, Interrupted, Monitor, Progress, anneal};
use ketflow_annealer::exact::solve_exactly;
use ketflow_annealer::{Bqm, BqmBuilder, Vartype};
use proptest::prelude::*;

struct Quiet;

impl Monitor for Quiet {
    fn poll(&mut self, _: Progress) -> Result<(), Interrupted> {
        Ok(())
    }
}

/// A model of small whole coefficients.
fn model(vartype: Vartype, linear: &[i32], couplings: &[(usize, usize, i32)], offset: i32) -> Bqm {
    let mut builder = BqmBuilder::new(vartype);
    builder.add_offset(f64::from(offset)).unwrap();
    for (k, a) in linear.iter().enumerate() {
        builder.add_linear(k, f64::from(*a)).unwrap();
    }
    for (i, j, b) in couplings {
        builder.add_coupling(i % linear.len(), j % linear.len(), f64::from(*b)).unwrap();
    }
    builder.build().unwrap()
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
        let found = solve_exactly(&bqm, usize::MAX).unwrap().samples;
        prop_assert!(found.iter().all(|sample| sample.energy == lowest && sample.occurrences == 1));
        prop_assert_eq!(found.into_iter().map(|sample| sample.values).collect::<Vec<_>>(), ground);
    }

    #[test]
    fn annealing_reaches_the_ground_and_says_its_energy(bqm in models(), seed: u64) {
        let options = AnnealOptions { reads: 20, sweeps: 100, seed, ..AnnealOptions::default() };
        let found = anneal(&bqm, &options, &mut Quiet).unwrap();
        let lowest = solve_exactly(&bqm, 1).unwrap().samples[0].energy;
        prop_assert_eq!(found.best().unwrap().energy, lowest);
        prop_assert_eq!(found.samples.iter().map(|sample| sample.occurrences).sum::<u32>(), 20);
        for sample in &found.samples {
            prop_assert_eq!(bqm.energy(&sample.values), sample.energy);
        }
        prop_assert!(found.samples.is_sorted_by(|a, b| (a.energy, &a.values) < (b.energy, &b.values)));
    }

    #[test]
    fn a_negated_model_turns_the_order_round(bqm in models()) {
        for (sample, energy) in enumerate(&bqm) {
            prop_assert_eq!(bqm.negated().energy(&sample), -energy);
        }
    }
}

/// A ring of spins with couplings of both signs.
fn ring(size: usize) -> Bqm {
    let couplings: Vec<_> = (0..size).map(|k| (k, (k + 1) % size, if k % 3 == 0 { 1 } else { -1 })).collect();
    model(Vartype::Spin, &vec![0; size], &couplings, 0)
}

#[test]
fn reads_do_not_depend_on_how_many_run_with_them() {
    let bqm = ring(50);
    let run = |reads| {
        let options = AnnealOptions { reads, sweeps: 30, seed: 5, max_samples: 1000, ..AnnealOptions::default() };
        let found = anneal(&bqm, &options, &mut Quiet).unwrap();
        found
            .samples
            .into_iter()
            .flat_map(|sample| vec![sample.values; sample.occurrences as usize])
            .collect::<Vec<_>>()
    };
    let (few, many) = (run(8), run(40));
    assert!(few.iter().all(|sample| many.contains(sample)));
    assert_eq!(few, run(8));
    let other = AnnealOptions { reads: 8, sweeps: 30, seed: 6, ..AnnealOptions::default() };
    assert_ne!(anneal(&bqm, &other, &mut Quiet).unwrap().samples[0].values, few[0]);
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
    let options = AnnealOptions { reads: 10, sweeps: 2000, seed: 1, ..AnnealOptions::default() };
    let best = anneal(&bqm, &options, &mut Quiet).unwrap().samples.remove(0);
    assert_eq!(best.energy, -(couplings.len() as f64));
    let values: Vec<i32> = best.values.iter().map(|up| if *up { 1 } else { -1 }).collect();
    assert!(values == planted || values.iter().zip(&planted).all(|(a, b)| *a == -b));
}

#[test]
fn temperature_decides_how_often_energy_rises() {
    // One spin in a field: at β the Boltzmann weights are e^β : e^−β, so it is up with probability e^β / (e^β + e^−β).
    let bqm = model(Vartype::Spin, &[-1], &[], 0);
    let beta = 0.5f64;
    let options = AnnealOptions { reads: 40_000, sweeps: 9, beta_range: Some((beta, beta)), max_samples: 2, seed: 3 };
    let found = anneal(&bqm, &options, &mut Quiet).unwrap();
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

#[test]
fn options_out_of_range_are_refused_by_name() {
    let bqm = ring(4);
    let refused = |options: AnnealOptions| match anneal(&bqm, &options, &mut Quiet) {
        Err(AnnealError::Refused(error)) => error.to_string(),
        other => panic!("{other:?}"),
    };
    let base = AnnealOptions::default();
    assert_eq!(refused(AnnealOptions { reads: 0, ..base.clone() }), "reads: 0; give 1 to 1000000");
    assert_eq!(refused(AnnealOptions { sweeps: 0, ..base.clone() }), "sweeps: 0; give 1 to 100000000");
    for range in [(0.0, 1.0), (2.0, 1.0), (f64::NAN, 1.0), (1.0, f64::INFINITY)] {
        assert!(refused(AnnealOptions { beta_range: Some(range), ..base.clone() }).starts_with("betaRange: ["));
    }
}

#[test]
fn exact_search_ends_at_24_variables() {
    let error = solve_exactly(&ring(25), 1).unwrap_err();
    assert_eq!(error.code.as_str(), "too-large");
    assert!(solve_exactly(&ring(20), 1).is_ok());
}

#[test]
fn a_monitor_sees_the_best_energy_and_can_stop_a_run() {
    struct Watch(Vec<Progress>, u64);
    impl Monitor for Watch {
        fn poll(&mut self, progress: Progress) -> Result<(), Interrupted> {
            self.0.push(progress);
            if progress.done == self.1 { Err(Interrupted) } else { Ok(()) }
        }
    }
    let options = AnnealOptions { reads: 3, sweeps: 10, ..AnnealOptions::default() };
    let mut all = Watch(Vec::new(), 0);
    let found = anneal(&ring(9), &options, &mut all).unwrap();
    assert_eq!(all.0.iter().map(|progress| progress.done).collect::<Vec<_>>(), (1..=30).collect::<Vec<_>>());
    assert_eq!((all.0[9].best, all.0[0].total), (None, 30));
    let best = found.best().unwrap().energy;
    assert!(all.0[29].best.unwrap() >= best);
    let mut stopping = Watch(Vec::new(), 15);
    assert_eq!(anneal(&ring(9), &options, &mut stopping), Err(AnnealError::Cancelled));
    assert_eq!(stopping.0.len(), 15);
}
