//! What method `auto` picks, and that a race is a function of model, options and seed.
// Clippy lets tests unwrap, but not the helpers they share.
#![allow(clippy::unwrap_used)]

use ketflow_annealer::options::Method;
use ketflow_annealer::read::Labels;
use ketflow_annealer::{
    AnnealResult, BqmBuilder, Format, Interrupted, Model, Monitor, Next, Options, Picked, Progress, Reason, RunError,
    Unmonitored, Vartype, estimate, run,
};

struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }
}

fn spins(size: usize, couplings: impl Iterator<Item = (usize, usize, f64)>) -> Model {
    let mut builder = BqmBuilder::new(Vartype::Spin);
    builder.reserve(size).unwrap();
    couplings.for_each(|(i, j, weight)| builder.add_coupling(i, j, weight).unwrap());
    Model::new(builder.build().unwrap(), Labels::From(0), Format::Coo)
}

/// A torus of couplings ±1.
fn torus(width: usize) -> Model {
    let mut numbers = Numbers(3);
    let pairs = (0..width * width).flat_map(|k| {
        let (row, column) = (k / width, k % width);
        [(k, row * width + (column + 1) % width), (k, (row + 1) % width * width + column)]
    });
    spins(
        width * width,
        pairs.map(|(i, j)| (i, j, if numbers.below(2) == 0 { 1.0 } else { -1.0 })).collect::<Vec<_>>().into_iter(),
    )
}

/// Numbers that are to be parted into two equal sums: annealing ends far from what tabu search finds.
fn partition(size: usize) -> Model {
    let mut numbers = Numbers(5);
    let values: Vec<f64> = (0..size).map(|_| (1 + numbers.below(1_000_000)) as f64).collect();
    spins(size, (0..size).flat_map(|j| (0..j).map(move |i| (i, j))).map(|(i, j)| (i, j, values[i] * values[j])))
}

fn ran(model: &Model, options: &Options) -> AnnealResult {
    run(model, options, &mut Unmonitored).unwrap()
}

fn best(result: &AnnealResult) -> f64 {
    result.samples.best().unwrap().energy
}

fn picked(result: &AnnealResult) -> (&'static str, Reason) {
    let Picked { method, reason, .. } = result.picked.as_ref().unwrap();
    (method, *reason)
}

/// Where annealing keeps its energy through all sweeps.
#[test]
fn a_ring_in_consecutive_order_is_solved() {
    let ring = spins(1000, (0..1000usize).map(|k| (k, (k + 1) % 1000, if k.is_multiple_of(3) { 1.0 } else { -1.0 })));
    let found = ran(&ring, &Options::default());
    assert_eq!(picked(&found), ("exact", Reason::SmallWidth));
    assert_eq!((found.is_proved, best(&found)), (Some(true), -1000.0));
    assert!(best(&ran(&ring, &Options { method: Method::Anneal, ..Options::default() })) > -900.0);
}

#[test]
fn a_range_of_beta_and_short_searches_are_annealed() {
    let torus = torus(12);
    let anneal = |options: &Options| {
        let by_name = ran(&torus, &Options { method: Method::Anneal, ..options.clone() });
        let found = ran(&torus, options);
        assert_eq!((&found.samples, found.work), (&by_name.samples, by_name.work));
        assert_eq!(by_name.picked, None);
        picked(&found)
    };
    assert_eq!(anneal(&Options { beta_range: Some((0.1, 2.0)), ..Options::default() }), ("anneal", Reason::BetaRange));
    assert_eq!(anneal(&Options { reads: 16, sweeps: 400, ..Options::default() }), ("anneal", Reason::ShortSearch));
}

#[test]
fn the_race_takes_the_method_that_finds_more() {
    for (model, method) in [(torus(30), "anneal"), (partition(80), "tabu")] {
        let options = Options { reads: 640, seed: 4, max_samples: 10_000, ..Options::default() };
        let found = ran(&model, &options);
        assert_eq!(estimate(&model, &options).unwrap().method, "auto");
        assert_eq!(picked(&found), (method, Reason::Race));
        let searches = &found.picked.as_ref().unwrap().searches;
        assert_eq!(searches.iter().map(|search| search.sweeps).sum::<u64>(), found.work.sweeps);
        assert_eq!(searches.iter().map(|search| search.reads).sum::<u64>(), found.work.reads);
        assert_eq!(searches.iter().map(|search| search.energy).fold(f64::INFINITY, f64::min), best(&found));
        let reads = found.samples.samples.iter().map(|sample| u64::from(sample.occurrences)).sum::<u64>();
        assert_eq!(reads, found.work.reads);
        // Both others are tried, and do not get much.
        assert!(searches.iter().any(|search| search.method != method));
        assert_eq!(searches.last().unwrap().method, method);
        let same =
            Options { method: if method == "tabu" { Method::Tabu } else { Method::Anneal }, reads: 4, ..options };
        let sweeps = searches.last().unwrap().sweeps as u32 / 4;
        assert!(best(&found) <= 0.999 * best(&ran(&model, &Options { sweeps, ..same })));
    }
}

struct Ending {
    at: usize,
    with: Result<Next, Interrupted>,
    seen: Vec<Progress>,
}

impl Monitor for Ending {
    fn poll(&mut self, progress: Progress) -> Result<Next, Interrupted> {
        self.seen.push(progress);
        if self.seen.len() >= self.at { self.with } else { Ok(Next::Continue) }
    }
}

#[test]
fn a_race_that_its_time_ended_is_repeated_by_its_sweeps() {
    let model = torus(30);
    let options = Options { reads: 320, sweeps: 1000, seed: 6, ..Options::default() };
    let mut whole = Ending { at: usize::MAX, with: Ok(Next::Continue), seen: Vec::new() };
    let found = run(&model, &options, &mut whole).unwrap();
    assert!(whole.seen.is_sorted_by(|a, b| a.done <= b.done && b.best <= a.best.or(b.best)));
    assert!(whole.seen.iter().all(|progress| progress.total == 320 * 1000 * 900 && progress.done <= progress.total));
    assert!(whole.seen.last().unwrap().best.unwrap() >= best(&found));
    for at in (1..whole.seen.len()).step_by(1 + whole.seen.len() / 12) {
        let ended = run(&model, &options, &mut Ending { at, with: Ok(Next::Finish), seen: Vec::new() }).unwrap();
        assert!(ended.work.sweeps < found.work.sweeps);
        let again = ran(&model, &Options { sweep_limit: Some(ended.work.sweeps), ..options.clone() });
        assert_eq!(again.to_container(), ended.to_container(), "ended at poll {at}");
        let mut stopping = Ending { at, with: Err(Interrupted), seen: Vec::new() };
        assert_eq!(run(&model, &options, &mut stopping), Err(RunError::Cancelled));
    }
    // Between two searches, too.
    let mut sweeps = 0;
    for (k, search) in found.picked.as_ref().unwrap().searches.iter().enumerate() {
        sweeps += search.sweeps;
        let cut = ran(&model, &Options { sweep_limit: Some(sweeps), ..options.clone() });
        assert_eq!((cut.work.sweeps, cut.picked.unwrap().searches.len()), (sweeps, k + 1));
    }
}

#[test]
fn a_race_ends_with_its_target() {
    let model = torus(30);
    let options = Options { reads: 320, seed: 6, ..Options::default() };
    let found = ran(&model, &options);
    let first = &found.picked.as_ref().unwrap().searches[0];
    let target = ran(&model, &Options { target_energy: Some(first.energy), ..options });
    let searches = &target.picked.as_ref().unwrap().searches;
    assert!(searches.len() <= 3 && searches.iter().all(|search| search.method == first.method), "{searches:?}");
    assert!(searches.split_last().unwrap().1.iter().all(|search| search.energy > first.energy));
    assert!(best(&target) <= first.energy);
}

/// Rounds have the same work in another order: half a round, then two rounds of the favourite, then the same two of the other.
#[test]
fn with_a_target_the_favourite_goes_ahead() {
    let model = torus(30);
    let options = Options { reads: 320, seed: 6, target_energy: Some(-1e9), ..Options::default() };
    let found = ran(&model, &options);
    let searches = &found.picked.as_ref().unwrap().searches;
    let methods: Vec<&str> = searches.iter().take(6).map(|search| search.method).collect();
    assert_eq!(methods, ["anneal", "anneal", "anneal", "tabu", "tabu", "anneal"]);
    let sweeps: Vec<u64> = searches.iter().take(3).map(|search| search.sweeps).collect();
    assert_eq!(sweeps, [8_000, 16_000, 32_000]);
    assert!(searches[4].sweeps.abs_diff(2 * searches[3].sweeps) <= 1);
}

/// What an estimate says of reads is never less than what a race does.
#[test]
fn a_race_keeps_no_more_reads_than_it_asked_memory_for() {
    let model = torus(14);
    for (reads, sweeps) in [(64, 1000), (1000, 300), (16, 20_000), (5000, 100), (700, 999)] {
        let options = Options { reads, sweeps, max_samples: 1, ..Options::default() };
        let found = ran(&model, &options);
        let without = estimate(&model, &Options { method: Method::Temper, reads: 1, ..options.clone() }).unwrap().bytes;
        let most = 1 + (estimate(&model, &options).unwrap().bytes - without) / (196 + 24);
        assert!(found.work.reads <= most, "{} of {most}", found.work.reads);
    }
}
