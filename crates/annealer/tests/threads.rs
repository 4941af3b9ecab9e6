//! Any number of threads gives the same bytes, whatever ends the run, and threads that are asked for do their share.
// Clippy lets tests unwrap, but not the helpers they share.
#![allow(clippy::unwrap_used)]

use ketflow_annealer::options::Method;
use ketflow_annealer::{
    AnnealResult, Format, Interrupted, Model, Monitor, Next, Options, Progress, RunError, ThreadUse, Unmonitored, read,
    run, run_on, with_helpers,
};
use std::fmt::Write;

/// A graph of whole weights of both signs, about `degree` edges at each vertex.
fn graph(size: usize, degree: usize) -> Model {
    let (mut text, mut state) = (format!("{size} {}\n", size * degree / 2), 9u64);
    for k in 0..size * degree / 2 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let (from, step, weight) = (k % size, 1 + (state >> 40) as usize % (size - 1), (state >> 33) as i32 % 5 - 2);
        writeln!(text, "{} {} {weight}", from + 1, (from + step) % size + 1).unwrap();
    }
    read(Format::Rudy, text.as_bytes()).unwrap()
}

fn ran(model: &Model, options: &Options, threads: u32) -> (AnnealResult, Vec<ThreadUse>) {
    let options = Options { threads, ..options.clone() };
    with_helpers(threads, |team| (run_on(team, model, &options, &mut Unmonitored).unwrap(), team.usage()))
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    for (size, degree, reads, sweeps) in [(3, 2, 5000, 3), (60, 6, 900, 40), (300, 4, 70, 300), (9000, 4, 40, 9)] {
        let model = graph(size, degree);
        let base = Options { reads, sweeps, seed: 11, max_samples: 50, method: Method::Anneal, ..Options::default() };
        let found = ran(&model, &base, 1).0;
        let energies: Vec<f64> = found.samples.samples.iter().map(|sample| sample.energy).collect();
        let all = base.total_sweeps();
        for options in [
            base.clone(),
            // A read in the middle, a whole number of reads, less than one read.
            Options { sweep_limit: Some(all * 2 / 3 + 1), ..base.clone() },
            Options { sweep_limit: Some(all / u64::from(reads) * 2), ..base.clone() },
            Options { sweep_limit: Some(2), ..base.clone() },
            // Reached late, soon, never.
            Options { target_energy: energies.first().copied(), ..base.clone() },
            Options { target_energy: energies.last().copied(), ..base.clone() },
            Options { target_energy: Some(-1e9), ..base.clone() },
            Options { initial: Some(vec![1; size]), ..base.clone() },
            Options { method: Method::Auto, ..base.clone() },
            Options { method: Method::Auto, sweep_limit: Some(all / 2), ..base.clone() },
            Options { method: Method::Auto, target_energy: energies.first().copied(), ..base.clone() },
            Options { method: Method::Temper, reads: reads.min(70), ..base.clone() },
            Options { method: Method::PathIntegral, reads: reads.min(20), ..base.clone() },
            Options { method: Method::Tabu, reads: reads.min(70), ..base.clone() },
        ] {
            let (alone, _) = ran(&model, &options, 1);
            for threads in [2, 3, 4, 9] {
                let (shared, _) = ran(&model, &options, threads);
                assert!(shared.to_container() == alone.to_container(), "{size}, {threads} threads: {options:?}");
            }
        }
    }
}

#[test]
fn every_thread_that_is_asked_for_does_its_share() {
    let options = Options { reads: 640, sweeps: 500, method: Method::Anneal, ..Options::default() };
    let (_, threads) = ran(&graph(500, 8), &options, 2);
    let [leader, helper] = threads[..] else { panic!("{threads:?}") };
    assert_eq!(leader.pieces + helper.pieces, 40, "a piece is sixteen reads here");
    assert!(helper.ms > 0.0, "{threads:?}");
    // Half is fair; a busy machine may hold a thread up, but hardly for nine tenths of the run.
    assert!(helper.pieces * 10 > leader.pieces && leader.pieces * 10 > helper.pieces, "{threads:?}");
}

#[test]
fn run_starts_the_threads_of_the_options() {
    struct Threads(usize);
    impl Monitor for Threads {
        fn poll(&mut self, _: Progress) -> Result<Next, Interrupted> {
            let tasks = std::fs::read_dir("/proc/self/task").map_or(0, |entries| entries.count());
            self.0 = self.0.max(tasks);
            Ok(Next::Continue)
        }
    }
    if !std::path::Path::new("/proc/self/task").exists() {
        return;
    }
    let mut seen = Threads(0);
    // More than all tests of this file together can have otherwise.
    let options = Options { threads: 60, reads: 3200, sweeps: 200, method: Method::Anneal, ..Options::default() };
    run(&graph(500, 8), &options, &mut seen).unwrap();
    assert!(seen.0 >= 60, "{} threads", seen.0);
}

/// Ends a run at its poll of this number, and keeps what it was told.
struct Ending {
    at: u32,
    with: Result<Next, Interrupted>,
    polls: u32,
    seen: Vec<Progress>,
}

impl Ending {
    fn new(at: u32, with: Result<Next, Interrupted>) -> Self {
        Self { at, with, polls: 0, seen: Vec::new() }
    }
}

impl Monitor for Ending {
    fn poll(&mut self, progress: Progress) -> Result<Next, Interrupted> {
        self.polls += 1;
        self.seen.push(progress);
        if self.polls >= self.at { self.with } else { Ok(Next::Continue) }
    }
}

#[test]
fn a_run_that_its_time_ends_is_what_one_thread_finds_in_its_sweeps() {
    let model = graph(400, 6);
    let options =
        Options { reads: 4000, sweeps: 100, seed: 3, max_samples: 1000, method: Method::Anneal, ..Options::default() };
    for threads in [1, 2, 4] {
        for at in [1, 2, 9, 40] {
            let mut ending = Ending::new(at, Ok(Next::Finish));
            let timed = Options { threads, ..options.clone() };
            let found = with_helpers(threads, |team| run_on(team, &model, &timed, &mut ending).unwrap());
            assert!(found.work.sweeps > 0 && found.work.sweeps < options.total_sweeps(), "{:?}", found.work);
            let again = Options { sweep_limit: Some(found.work.sweeps), ..options.clone() };
            assert!(ran(&model, &again, 1).0 == found, "{threads} threads, ended at poll {at}");
            // What was reported as found is in the result.
            let best = found.samples.best().unwrap().energy;
            assert!(ending.seen.iter().filter_map(|progress| progress.best).all(|reported| best <= reported));
            assert!(ending.seen.is_sorted_by(|a, b| a.done <= b.done && b.best <= a.best.or(b.best)));
        }
    }
}

#[test]
fn progress_counts_the_work_of_all_threads() {
    let (model, mut all) = (graph(500, 8), Ending::new(u32::MAX, Ok(Next::Continue)));
    let options = Options { threads: 3, reads: 960, sweeps: 400, method: Method::Anneal, ..Options::default() };
    run(&model, &options, &mut all).unwrap();
    let last = all.seen.last().unwrap();
    assert_eq!(last.total, 960 * 400 * 500);
    // A third is the most that the leader alone would count when its share is fair; here one poll of each thread may be missing.
    assert!(last.done > last.total * 4 / 5 && last.done <= last.total, "{last:?}");
}

#[test]
fn a_cancel_stops_all_threads() {
    /// Cancels once a helper is at work: a thread does 2.7 × 2^17 updates between two polls, four steps and eight for the neighbours
    /// of a spin at a time, of sixteen reads.
    struct Stop(u64);
    impl Monitor for Stop {
        fn poll(&mut self, progress: Progress) -> Result<Next, Interrupted> {
            self.0 += 1;
            if progress.done > (self.0 * 4) << 17 { Err(Interrupted) } else { Ok(Next::Continue) }
        }
    }
    let model = graph(500, 8);
    let base = Options { sweeps: 100_000_000, beta_range: Some((1e3, 1e3)), ..Options::default() };
    for reads in [32, 1600] {
        let options = Options { threads: 2, reads, ..base.clone() };
        // It would take hours if one of the two went on.
        assert_eq!(run(&model, &options, &mut Stop(0)), Err(RunError::Cancelled));
    }
    let mut ending = Ending::new(3, Err(Interrupted));
    assert_eq!(run(&model, &Options { threads: 2, ..base }, &mut ending), Err(RunError::Cancelled));
    assert_eq!(ending.polls, 3, "nobody asks again");
}

#[test]
fn threads_never_decide_about_memory() {
    let model = graph(20_000, 2);
    let (memory_limit_mib, method) = (16, Method::Anneal);
    let alone = Options { reads: 100, sweeps: 2, max_samples: 10, memory_limit_mib, method, ..Options::default() };
    let expected = run(&model, &alone, &mut Unmonitored).unwrap();
    let (shared, threads) = ran(&model, &alone, 9);
    assert!(shared == expected);
    assert!((2..7).contains(&threads.len()), "there is room for {} walkers", threads.len());
}
