//! Tests of what the public doors do not show: segments, the reduction tree, the sampler.

use crate::information::marginal;
use crate::job::Job;
use crate::kernels::{Kernel, apply, collapse};
use crate::lanes::Choice;
use crate::monitor::{Progress, Unmonitored};
use crate::options::{Noise, Options, Precision};
use crate::plan::{Plan, Step};
use crate::reduce::{chunk_weights, outcome_weights};
use crate::result::Amplitudes;
use crate::sample::sample;
use crate::state::State;
use ketflow_circuit::gates::GATES;
use ketflow_circuit::ir::Control;
use ketflow_rng::{Purpose, uniform};
use ketflow_team::Team;
use num_complex::Complex64;

fn number(index: u32) -> f64 {
    uniform(99, Purpose::FinalSample, u64::from(index), 1)
}

/// Applies gates of every kind to qubits of all heights, in the same order for every state.
fn scramble(state: &mut State<f64>, qubits: u32, progress: &mut Progress) {
    for k in 0..120u32 {
        let row = &GATES[k as usize % GATES.len()];
        let mut order: Vec<u32> = (0..qubits).collect();
        order.sort_by(|a, b| number(k * 100 + a).total_cmp(&number(k * 100 + b)));
        let params: Vec<f64> = (0..row.params as u32).map(|p| 6.0 * number(7000 + k * 3 + p)).collect();
        let targets = order[..row.targets].to_vec();
        let controls = order[row.targets..]
            .iter()
            .take(k as usize % 3)
            .map(|qubit| Control { qubit: *qubit, value: k % 2 == 0 })
            .collect();
        apply(state, &Kernel::new(row.gate.matrix(&params), targets, controls), progress).unwrap();
    }
}

#[test]
fn segments_never_change_a_bit() {
    let mut monitor = Unmonitored;
    let team = Team::alone();
    let mut progress = Progress::new(&mut monitor, &team, 0);
    let qubits = 9;
    let mut whole = State::<f64>::zero(qubits, &mut progress).unwrap();
    scramble(&mut whole, qubits, &mut progress);
    for shift in 0..5 {
        let mut cut = State::<f64>::zero_in_segments(qubits, shift, &mut progress).unwrap();
        scramble(&mut cut, qubits, &mut progress);
        let mut whole = whole.try_copy(&mut progress).unwrap().unwrap();
        for qubit in 0..qubits {
            assert_eq!(
                outcome_weights(&whole, qubit, &mut progress).unwrap(),
                outcome_weights(&cut, qubit, &mut progress).unwrap()
            );
        }
        assert_eq!(marginal(&whole, &[8, 0], &mut progress), marginal(&cut, &[8, 0], &mut progress));
        collapse(&mut whole, 7, true, 1.5, &mut progress).unwrap();
        collapse(&mut cut, 7, true, 1.5, &mut progress).unwrap();
        for index in 0..whole.amplitudes() {
            assert_eq!(whole.amplitude(index), cut.amplitude(index), "shift {shift}, amplitude {index}");
        }
    }
}

#[test]
fn norm_stays_one_and_the_inverse_returns() {
    let mut monitor = Unmonitored;
    let team = Team::alone();
    let mut progress = Progress::new(&mut monitor, &team, 0);
    let qubits = 11;
    let mut state = State::<f64>::zero(qubits, &mut progress).unwrap();
    scramble(&mut state, qubits, &mut progress);
    let before = state.try_copy(&mut progress).unwrap().unwrap();
    let [zero, one] = outcome_weights(&state, 5, &mut progress).unwrap();
    assert!((zero + one - 1.0).abs() < 1e-13);
    for (k, row) in GATES.iter().enumerate() {
        let params: Vec<f64> = (0..row.params as u32).map(|p| 6.0 * number(9000 + p)).collect();
        let matrix = row.gate.matrix(&params);
        let n = 1usize << row.targets;
        let adjoint = (0..n * n).map(|e| matrix[(e % n) * n + e / n].conj()).collect();
        let targets: Vec<u32> = (0..row.targets as u32).map(|t| (3 + k as u32 + 5 * t) % qubits).collect();
        for matrix in [matrix.clone(), adjoint] {
            apply(&mut state, &Kernel::new(matrix, targets.clone(), Vec::new()), &mut progress).unwrap();
        }
    }
    for index in 0..state.amplitudes() {
        assert!((state.amplitude(index) - before.amplitude(index)).norm_sqr().sqrt() < 1e-13);
    }
}

/// The tree as documented, by recursion.
fn documented_sum(values: &[f64]) -> f64 {
    if values.len() > 4096 {
        let (left, right) = values.split_at(values.len() / 2);
        return documented_sum(left) + documented_sum(right);
    }
    let mut lanes = [0.0; 16];
    for block in values.chunks(16) {
        for (lane, value) in block.iter().enumerate() {
            lanes[lane] += value;
        }
    }
    let mut width = 8;
    while width > 0 {
        for lane in 0..width {
            lanes[lane] += lanes[lane + width];
        }
        width /= 2;
    }
    lanes[0]
}

#[test]
fn sums_follow_the_documented_tree() {
    let mut monitor = Unmonitored;
    let team = Team::alone();
    let mut progress = Progress::new(&mut monitor, &team, 0);
    for qubits in [2, 4, 9, 12, 13, 15] {
        let mut state = State::<f64>::zero(qubits, &mut progress).unwrap();
        if qubits > 2 {
            scramble(&mut state, qubits, &mut progress);
        }
        let weight = |index: usize| {
            let a = state.amplitude(index);
            a.re * a.re + a.im * a.im
        };
        for qubit in 0..qubits {
            let found = outcome_weights(&state, qubit, &mut progress).unwrap();
            for (outcome, found) in found.into_iter().enumerate() {
                let terms: Vec<f64> = (0..state.amplitudes())
                    .map(|index| if index >> qubit & 1 == outcome { weight(index) } else { 0.0 })
                    .collect();
                assert_eq!(found, documented_sum(&terms), "{qubits} qubits, qubit {qubit}");
            }
        }
    }
}

#[test]
fn samples_fall_where_the_cumulative_sum_says() {
    let mut monitor = Unmonitored;
    let team = Team::alone();
    let mut progress = Progress::new(&mut monitor, &team, 0);
    let qubits = 14;
    let mut state = State::<f64>::zero(qubits, &mut progress).unwrap();
    scramble(&mut state, qubits, &mut progress);
    assert_eq!(chunk_weights(&state, &mut progress).unwrap().len(), 4);
    let mut cumulative = vec![0.0];
    for index in 0..state.amplitudes() {
        cumulative.push(cumulative[index] + state.amplitude(index).norm_sqr());
    }
    let shots: Vec<u32> = (0..5000).collect();
    let (mut seen, mut last) = (vec![false; shots.len()], 0);
    sample(&state, 42, &shots, &mut progress, |index, shot| {
        let u = uniform(42, Purpose::FinalSample, u64::from(shot), 0);
        assert!(cumulative[index] - 1e-12 <= u && u < cumulative[index + 1] + 1e-12, "shot {shot}: {u} → {index}");
        assert!(index >= last && state.amplitude(index).norm_sqr() > 0.0);
        assert!(!std::mem::replace(&mut seen[shot as usize], true));
        last = index;
    })
    .unwrap();
    assert!(seen.into_iter().all(|was| was));
}

/// Gates of every kind on qubits of all heights, as a program.
fn program(qubits: usize) -> String {
    let mut text = format!("OPENQASM 3.0; include \"stdgates.inc\"; qubit[{qubits}] q; bit c;");
    for k in 0..40 * qubits as u32 {
        let mut order: Vec<usize> = (0..qubits).collect();
        order.sort_by(|a, b| number(k * 64 + *a as u32).total_cmp(&number(k * 64 + *b as u32)));
        let [a, b, c] = [order[0], order[1], order[2]];
        let angle = 6.0 * number(90_000 + k);
        text += &match k % 12 {
            0..4 => format!("u3({angle}, 0.3, 1.1) q[{a}];"),
            4 => format!("cx q[{a}], q[{b}];"),
            5 => format!("cp({angle}) q[{a}], q[{b}];"),
            6 => format!("crx({angle}) q[{a}], q[{b}];"),
            7 => format!("ccx q[{a}], q[{b}], q[{c}];"),
            8 => format!("swap q[{a}], q[{b}];"),
            9 => format!("negctrl @ ry({angle}) q[{a}], q[{b}];"),
            10 => format!("cx q[{a}], q[{b}]; rz({angle}) q[{b}]; cx q[{a}], q[{b}];"),
            _ => format!("cswap q[{a}], q[{b}], q[{c}];"),
        };
    }
    text + "c = measure q[1]; h q[1]; if (c) x q[0];"
}

/// Sweeps against kernels one after the other, on a state of 2 groups of 16 tiles.
#[test]
fn sweeps_do_what_single_gates_do() {
    let qubits = 19;
    let source = program(qubits).replace("c = measure q[1]; h q[1]; if (c) x q[0];", "");
    let circuit = crate::read("auto", source.as_bytes()).unwrap().circuit;
    let swept = Options { shots: 1, amplitudes: true, ..Options::default() };
    let team = Team::alone();
    let job = Job::new(&circuit, &swept).unwrap();
    let Some(Amplitudes::F64(found)) = job.run_with(Choice::of_process(), &team, &mut Unmonitored).unwrap().amplitudes
    else {
        panic!("no amplitudes")
    };
    // Under noise, however little, each gate is a step of its own.
    let single = Options { noise: Noise { depolarizing1: 1e-300, ..Noise::default() }, ..Options::default() };
    let mut monitor = Unmonitored;
    let mut progress = Progress::new(&mut monitor, &team, 0);
    let mut state = State::<f64>::zero(qubits as u32, &mut progress).unwrap();
    for step in &Plan::new(&circuit, &[], &single).unwrap().steps {
        match step {
            Step::Apply(kernel) => apply(&mut state, kernel, &mut progress).unwrap(),
            step => assert!(matches!(step, Step::GateError { .. }), "{step:?}"),
        }
    }
    // Up to a global phase, that of the largest amplitude.
    let amplitude = |index: usize| Complex64::new(found[2 * index], found[2 * index + 1]);
    let largest =
        (0..1 << qubits).max_by(|a, b| amplitude(*a).norm_sqr().total_cmp(&amplitude(*b).norm_sqr())).unwrap();
    let phase = state.amplitude(largest) / amplitude(largest);
    assert!((phase.norm_sqr() - 1.0).abs() < 1e-11);
    for index in 0..1 << qubits {
        let difference = (amplitude(index) * phase - state.amplitude(index)).norm_sqr().sqrt();
        assert!(difference < 1e-13, "amplitude {index}: {difference}");
    }
}

#[test]
fn all_vectors_of_this_processor_give_the_same_bytes() {
    let team = Team::alone();
    for qubits in [3, 6, 11, 16] {
        let circuit = crate::read("auto", program(qubits).as_bytes()).unwrap().circuit;
        for precision in [Precision::F32, Precision::F64] {
            let marginals = vec![(0..qubits as u32).collect()];
            let options = Options { precision, marginals, probabilities: true, ..Options::default() };
            let job = Job::new(&circuit, &options).unwrap();
            let bytes = |lanes| job.run_with(lanes, &team, &mut Unmonitored).unwrap().to_container();
            let baseline = bytes(Choice::Baseline);
            for lanes in Choice::available() {
                assert!(bytes(lanes) == baseline, "{qubits} qubits, {precision:?}, {lanes:?}");
            }
        }
    }
}
