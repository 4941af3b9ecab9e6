//! Proved optima beyond what can be looked at one by one, against other ways to them.
// Clippy lets tests unwrap, but not the helpers they share.
#![allow(clippy::unwrap_used)]

use ketflow_annealer::options::Method;
use ketflow_annealer::read::Labels;
use ketflow_annealer::{
    AnnealResult, BqmBuilder, Format, Interrupted, Model, Monitor, Next, Options, Progress, RunError, Unmonitored,
    Vartype, Work, estimate, run,
};

/// Numbers that are the same for ever.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }

    fn sign(&mut self) -> f64 {
        if self.below(2) == 0 { 1.0 } else { -1.0 }
    }
}

fn spins(fields: &[f64], couplings: &[(usize, usize, f64)]) -> Model {
    let mut builder = BqmBuilder::new(Vartype::Spin);
    builder.reserve(fields.len()).unwrap();
    fields.iter().enumerate().for_each(|(k, field)| builder.add_linear(k, *field).unwrap());
    couplings.iter().for_each(|(i, j, weight)| builder.add_coupling(*i, *j, *weight).unwrap());
    Model::new(builder.build().unwrap(), Labels::From(0), Format::Coo)
}

/// Couplings ±1 between all.
fn dense(size: usize) -> Model {
    let mut numbers = Numbers(7);
    let pairs = (0..size).flat_map(|j| (0..j).map(move |i| (i, j)));
    let couplings: Vec<_> = pairs.map(|(i, j)| (i, j, numbers.sign())).collect();
    spins(&vec![0.0; size], &couplings)
}

fn exact() -> Options {
    Options { method: Method::Exact, ..Options::default() }
}

fn solved(model: &Model, options: &Options) -> AnnealResult {
    run(model, options, &mut Unmonitored).unwrap()
}

fn best(result: &AnnealResult) -> f64 {
    result.samples.best().unwrap().energy
}

#[test]
fn a_ring_has_one_broken_coupling_where_it_is_frustrated() {
    for broken in [0, 1] {
        let sign = |k: usize| if k < broken { 1.0 } else { -1.0 };
        let couplings: Vec<_> = (0..1000).map(|k| (k, (k + 1) % 1000, sign(k))).collect();
        let found = solved(&spins(&[0.0; 1000], &couplings), &exact());
        assert_eq!((best(&found), found.is_proved), (-1000.0 + 2.0 * broken as f64, Some(true)));
        assert_eq!(found.work, Work { sweeps: 0, reads: 0 });
        // Two ground states, or two for each coupling that may break.
        assert_eq!(found.samples.samples.len(), [2, 100][broken]);
    }
}

#[test]
fn a_tree_breaks_nothing() {
    let mut numbers = Numbers(3);
    let couplings: Vec<_> = (1..3000).map(|k| (numbers.below(k), k, numbers.below(1000) as f64 / 7.0 - 70.0)).collect();
    let found = solved(&spins(&[0.0; 3000], &couplings), &exact());
    let least: f64 = couplings.iter().map(|(_, _, weight)| -weight.abs()).sum();
    assert!((best(&found) - least).abs() < 1e-7 && found.is_proved == Some(true));
}

/// The least energy of a grid by a table over its rows, filled row by row.
fn least_of_rows(rows: usize, columns: usize, fields: &[f64], weight: impl Fn(usize, usize) -> f64) -> f64 {
    let spin = |state: usize, k: usize| if state >> k & 1 == 1 { 1.0 } else { -1.0 };
    let mut table = vec![0.0; 1 << columns];
    for row in 0..rows {
        let at = |k: usize| row * columns + k;
        let next = (0..1usize << columns).map(|state| {
            let own: f64 = (0..columns).map(|k| fields[at(k)] * spin(state, k)).sum();
            let beside: f64 =
                (1..columns).map(|k| weight(at(k - 1), at(k)) * spin(state, k - 1) * spin(state, k)).sum();
            let above = (0..if row == 0 { 1 } else { 1usize << columns }).map(|before| {
                let sum: f64 = if row == 0 {
                    0.0
                } else {
                    (0..columns).map(|k| weight(at(k) - columns, at(k)) * spin(before, k) * spin(state, k)).sum()
                };
                table[before] + sum
            });
            own + beside + above.fold(f64::INFINITY, f64::min)
        });
        table = next.collect();
    }
    table.into_iter().fold(f64::INFINITY, f64::min)
}

#[test]
fn a_grid_ends_where_a_table_over_its_rows_does() {
    let (rows, columns) = (40, 6);
    let mut numbers = Numbers(5);
    let weights: Vec<f64> = (0..2 * rows * columns).map(|_| numbers.below(9) as f64 - 4.0).collect();
    let fields: Vec<f64> = (0..rows * columns).map(|_| numbers.below(5) as f64 - 2.0).collect();
    let weight = |i: usize, j: usize| weights[2 * i + usize::from(j == i + 1)];
    let across = (0..rows * columns).filter(|k| k % columns + 1 < columns).map(|k| (k, k + 1, weight(k, k + 1)));
    let down = (0..(rows - 1) * columns).map(|k| (k, k + columns, weight(k, k + columns)));
    let model = spins(&fields, &across.chain(down).collect::<Vec<_>>());
    assert_eq!(best(&solved(&model, &exact())), least_of_rows(rows, columns, &fields, weight));
}

/// Too wide for elimination: branch and bound, and what elimination says of a smaller one.
#[test]
fn dense_models_are_proved_or_said_not_to_be() {
    let model = dense(36);
    let found = solved(&model, &exact());
    assert!(found.is_proved == Some(true) && found.work.sweeps > 0 && found.work.reads == 0, "{:?}", found.work);
    for seed in 0..20 {
        let searched =
            solved(&model, &Options { method: Method::Tabu, sweeps: 5000, reads: 4, seed, ..Options::default() });
        assert!(best(&searched) >= best(&found));
    }
    let limited = |limit| solved(&model, &Options { sweep_limit: Some(limit), ..exact() });
    let nodes = found.work.sweeps;
    assert_eq!(limited(nodes).to_container(), found.to_container());
    assert_eq!((limited(nodes - 1).is_proved, limited(nodes - 1).work.sweeps), (Some(false), nodes - 1));
    assert_eq!(limited(nodes - 1).samples.samples.len(), 1);
    let error = estimate(&dense(300), &exact()).unwrap_err().to_string();
    assert!(
        error
            .starts_with("method exact eliminates variables in tables over at most 24 others, which this model of 300"),
        "{error}"
    );
}

/// Ends at a poll.
struct Ending(u32);

impl Monitor for Ending {
    fn poll(&mut self, progress: Progress) -> Result<Next, Interrupted> {
        assert!(progress.best.is_none_or(|best| best < 0.0));
        self.0 = self.0.saturating_sub(1);
        Ok(if self.0 == 0 { Next::Finish } else { Next::Continue })
    }
}

#[test]
fn a_proof_that_its_time_ended_is_repeated_by_its_nodes() {
    let model = dense(200);
    // Some in the tabu search that it begins with, of twenty polls.
    for at in [1, 5, 30, 40] {
        let ended = run(&model, &exact(), &mut Ending(at)).unwrap();
        assert!(ended.is_proved == Some(false) && ended.work.sweeps > 0);
        let again = solved(&model, &Options { sweep_limit: Some(ended.work.sweeps), ..exact() });
        assert_eq!(again.to_container(), ended.to_container());
    }
}

#[test]
fn elimination_asks_for_its_memory() {
    let small = Options { memory_limit_mib: 16, ..exact() };
    let Err(RunError::Refused(error)) = run(&dense(24), &small, &mut Unmonitored) else { panic!("it ran") };
    assert_eq!(error.code.as_str(), "too-large");
    assert!(estimate(&dense(24), &exact()).unwrap().bytes > 64 << 20);
}
