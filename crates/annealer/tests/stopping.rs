//! How runs are watched, ended early and repeated.
// Clippy lets tests unwrap, but not the helpers they share.
#![allow(clippy::unwrap_used)]

mod support;

use ketflow_annealer::options::Method;
use ketflow_annealer::read::Labels;
use ketflow_annealer::{
    AnnealResult, Bqm, Format, Interrupted, Model, Monitor, Next, Options, Progress, RunError, Unmonitored, Vartype,
    Work, run,
};
use support::model;

fn run_on(bqm: &Bqm, options: &Options, monitor: &mut dyn Monitor) -> Result<AnnealResult, RunError> {
    run(&Model::new(bqm.clone(), Labels::From(0), Format::Coo), options, monitor)
}

/// A ring of spins with couplings of both signs.
fn ring(size: usize) -> Bqm {
    let couplings: Vec<_> = (0..size).map(|k| (k, (k + 1) % size, if k % 3 == 0 { 1 } else { -1 })).collect();
    model(Vartype::Spin, &vec![0; size], &couplings, 0)
}

/// Couplings ±1 between all.
fn dense(size: usize) -> Bqm {
    let mut state = 7u64;
    let mut sign = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        if state >> 40 & 1 == 1 { 1 } else { -1 }
    };
    let couplings: Vec<_> = (0..size).flat_map(|j| (0..j).map(move |i| (i, j))).map(|(i, j)| (i, j, sign())).collect();
    model(Vartype::Spin, &vec![0; size], &couplings, 0)
}

/// Answers the `at`-th poll with something else than `Continue`.
struct Scripted {
    seen: Vec<Progress>,
    at: usize,
    answer: Result<Next, Interrupted>,
}

impl Monitor for Scripted {
    fn poll(&mut self, progress: Progress) -> Result<Next, Interrupted> {
        self.seen.push(progress);
        if self.seen.len() == self.at { self.answer } else { Ok(Next::Continue) }
    }
}

#[test]
fn a_monitor_sees_the_best_energy_and_can_cancel_a_run() {
    let options = Options { reads: 40, sweeps: 400, method: Method::Anneal, ..Options::default() };
    let bqm = ring(1000);
    let mut watching = Scripted { seen: Vec::new(), at: 0, answer: Ok(Next::Continue) };
    let found = run_on(&bqm, &options, &mut watching).unwrap();
    let (first, last) = (watching.seen[0], watching.seen[watching.seen.len() - 1]);
    assert_eq!((first.best, first.total), (None, 40 * 400 * 1000));
    assert!(watching.seen.is_sorted_by_key(|progress| progress.done) && last.done <= last.total);
    assert!(last.best.unwrap() >= found.samples.best().unwrap().energy);
    // At most 2¹⁸ steps, four or more for an update of sixteen reads, and one sweep lie between two polls.
    assert!(watching.seen.windows(2).all(|pair| pair[1].done - pair[0].done <= (1 << 20) + 16_000));
    let mut stopping = Scripted { seen: Vec::new(), at: 3, answer: Err(Interrupted) };
    assert_eq!(run_on(&bqm, &options, &mut stopping), Err(RunError::Cancelled));
    assert_eq!(stopping.seen.len(), 3);
    // By elimination, and by branch and bound.
    let exact = Options { method: Method::Exact, ..Options::default() };
    for bqm in [dense(20), dense(40)] {
        let mut stopping = Scripted { seen: Vec::new(), at: 2, answer: Err(Interrupted) };
        assert_eq!(run_on(&bqm, &exact, &mut stopping), Err(RunError::Cancelled));
    }
}

/// As for annealing, where reads are done one by one.
#[test]
fn other_methods_are_repeated_by_their_sweeps_too() {
    let bqm = ring(700);
    for method in [Method::Temper, Method::PathIntegral, Method::Tabu] {
        // A sweep of tabu search is one flip.
        let sweeps: u64 = if method == Method::Tabu { 9000 } else { 1500 };
        let options = Options { reads: 9, sweeps: sweeps as u32, seed: 4, method, ..Options::default() };
        let whole = run_on(&bqm, &options, &mut Unmonitored).unwrap();
        assert_eq!(whole.work, Work { sweeps: 9 * sweeps, reads: 9 });
        for at in [1, 3, 8] {
            let mut finishing = Scripted { seen: Vec::new(), at, answer: Ok(Next::Finish) };
            let ended = run_on(&bqm, &options, &mut finishing).unwrap();
            assert!(
                ended.work.sweeps < 9 * sweeps && ended.work.reads == ended.work.sweeps.div_ceil(sweeps),
                "{method:?}"
            );
            let again = Options { sweep_limit: Some(ended.work.sweeps), ..options.clone() };
            assert_eq!(
                run_on(&bqm, &again, &mut Unmonitored).unwrap().to_container(),
                ended.to_container(),
                "{method:?}"
            );
        }
        let mut stopping = Scripted { seen: Vec::new(), at: 2, answer: Err(Interrupted) };
        assert_eq!(run_on(&bqm, &options, &mut stopping), Err(RunError::Cancelled));
        let other = Options { seed: 5, ..options };
        assert_ne!(run_on(&bqm, &other, &mut Unmonitored).unwrap().samples, whole.samples, "{method:?}");
    }
}

/// A read that tempers or searches by tabus says no more than it needs: it ends where it meets the target.
#[test]
fn a_long_read_ends_with_the_target() {
    let sign = |k: usize| if k.is_multiple_of(3) { 1 } else { -1 };
    let couplings: Vec<_> =
        (0..300).flat_map(|k| [(k, (k + 1) % 300, sign(k)), (k, (k + 17) % 300, sign(k / 5))]).collect();
    let bqm = model(Vartype::Spin, &[0; 300], &couplings, 0);
    for method in [Method::Temper, Method::Tabu] {
        let options = Options { reads: 1, sweeps: 5000, seed: 4, method, ..Options::default() };
        let ground = run_on(&bqm, &options, &mut Unmonitored).unwrap().samples.best().unwrap().energy;
        // Warm replicas come near to it, and the descent at the end would do the rest.
        let target = Options { reads: 2, target_energy: Some(0.95 * ground), ..options };
        let ended = run_on(&bqm, &target, &mut Unmonitored).unwrap();
        assert!(ended.work.reads == 1 && ended.samples.best().unwrap().energy <= 0.95 * ground, "{method:?}");
        assert!(ended.work.sweeps < 5000, "{method:?}: {:?}", ended.work);
        let never = Options { target_energy: Some(-601.0), ..target };
        assert_eq!(run_on(&bqm, &never, &mut Unmonitored).unwrap().work, Work { sweeps: 10_000, reads: 2 });
    }
}

/// A graph of 2,000 spins, so that a sweep is worth a poll every ten or so.
fn large() -> Bqm {
    let sign = |k: usize| if k.is_multiple_of(3) { 1 } else { -1 };
    let couplings: Vec<_> =
        (0..2000).flat_map(|k| [(k, (k + 1) % 2000, sign(k)), (k, (k + 170) % 2000, sign(k / 5))]).collect();
    model(Vartype::Spin, &[0; 2000], &couplings, 0)
}

/// Reads that anneal are looked at while they freeze, and that changes nothing but where they end.
#[test]
fn annealed_reads_end_together_where_one_of_them_would_meet_the_target() {
    let bqm = large();
    let options = Options { reads: 16, sweeps: 400, seed: 4, method: Method::Anneal, ..Options::default() };
    let whole = run_on(&bqm, &options, &mut Unmonitored).unwrap();
    let never = Options { target_energy: Some(-1e6), ..options.clone() };
    assert_eq!(run_on(&bqm, &never, &mut Unmonitored).unwrap().to_container(), whole.to_container());
    // Some read of each look comes so near.
    let near = 0.9 * whole.samples.best().unwrap().energy;
    let ended = run_on(&bqm, &Options { target_energy: Some(near), ..options.clone() }, &mut Unmonitored).unwrap();
    // The first multiple of 400 / 16 sweeps in the second half.
    assert_eq!(ended.work.sweeps, ended.work.reads * 225, "{:?}", ended.work);
    assert!(ended.samples.best().unwrap().energy <= near);
    let unable = Options { target_energy: Some(near), beta_range: Some((0.5, 3.0)), ..options };
    assert_eq!(run_on(&bqm, &unable, &mut Unmonitored).unwrap().work.sweeps % 400, 0);
}

/// Looks take time, too, in which a limit may end the run: then the reads are what they were before.
#[test]
fn a_run_that_was_told_to_finish_while_it_looked_is_repeated_by_its_sweeps() {
    let bqm = large();
    let options = Options { reads: 32, sweeps: 400, seed: 4, method: Method::Anneal, ..Options::default() };
    let near = 0.99 * run_on(&bqm, &options, &mut Unmonitored).unwrap().samples.best().unwrap().energy;
    let mut ends = 0;
    for (target, at) in [-1e6, near].into_iter().flat_map(|target| (1..80).step_by(4).map(move |at| (target, at))) {
        let options = Options { target_energy: Some(target), ..options.clone() };
        let mut finishing = Scripted { seen: Vec::new(), at, answer: Ok(Next::Finish) };
        let ended = run_on(&bqm, &options, &mut finishing).unwrap();
        if finishing.seen.len() < at {
            continue;
        }
        ends += 1;
        let again = Options { sweep_limit: Some(ended.work.sweeps), ..options };
        let again = run_on(&bqm, &again, &mut Unmonitored).unwrap();
        assert_eq!(again.to_container(), ended.to_container(), "{target}, poll {at}");
    }
    assert!(ends > 15, "{ends}");
}

/// What a time limit ends can be run again: the sweeps that were done, told as `sweepLimit`, give the same bytes.
#[test]
fn a_run_that_was_told_to_finish_is_repeated_by_its_sweeps() {
    let bqm = ring(1000);
    let options = Options { reads: 40, sweeps: 400, seed: 11, method: Method::Anneal, ..Options::default() };
    for at in [1, 4, 12, 22] {
        let mut finishing = Scripted { seen: Vec::new(), at, answer: Ok(Next::Finish) };
        let ended = run_on(&bqm, &options, &mut finishing).unwrap();
        assert_eq!(finishing.seen.len(), at);
        // Sixteen reads walk side by side, then sixteen, then eight.
        assert!(ended.work.sweeps < 40 * 400 && [16, 32, 40].contains(&ended.work.reads), "{:?}", ended.work);
        assert!(ended.work.sweeps.is_multiple_of(8) && ended.work.sweeps > (ended.work.reads - 1) / 16 * 16 * 400);
        let again = Options { sweep_limit: Some(ended.work.sweeps), ..options.clone() };
        assert_eq!(run_on(&bqm, &again, &mut Unmonitored).unwrap().to_container(), ended.to_container());
    }
}
