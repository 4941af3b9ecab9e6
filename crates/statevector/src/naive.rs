//! The slow twin: the definition of a circuit's state, for tests and as a baseline of the benchmarks.
//!
//! It shares only the IR with the engine. Its gates are written from the textbook (products and exponentials of Pauli
//! matrices), not from the gate table; its evolution is the matrix element formula on a plain vector.

use ketflow_circuit::gates::Gate;
use ketflow_circuit::ir::{Circuit, GateOp, Op};
use num_complex::Complex64;
use std::collections::BTreeMap;
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_PI_2, FRAC_PI_4, PI};

type Matrix = Vec<Complex64>;

/// Outcomes below this probability are not followed.
const IMPOSSIBLE: f64 = 1e-13;

/// One history of measurement outcomes.
#[derive(Debug, Clone)]
pub struct History {
    /// Its probability.
    pub probability: f64,
    /// The classical bits.
    pub bits: Vec<bool>,
    /// The normalised state, 2ⁿ amplitudes.
    pub state: Vec<Complex64>,
}

/// All histories of a circuit; `inputs` has a value for each of its inputs.
pub fn histories(circuit: &Circuit, inputs: &[f64]) -> Vec<History> {
    let mut state = vec![Complex64::new(0.0, 0.0); 1 << circuit.qubit_count()];
    state[0] = Complex64::new(1.0, 0.0);
    let start = History { probability: 1.0, bits: vec![false; circuit.bit_count() as usize], state };
    follow(vec![start], &circuit.ops, inputs)
}

/// The exact distribution: classical bits (bit k of the outcome = classical bit k, at most 64), or qubits where the circuit
/// records nothing.
pub fn probabilities(circuit: &Circuit, inputs: &[f64]) -> BTreeMap<u64, f64> {
    let mut result = BTreeMap::new();
    for history in histories(circuit, inputs) {
        if records(&circuit.ops) {
            let outcome = history.bits.iter().enumerate().fold(0, |sum, (k, bit)| sum | u64::from(*bit) << k);
            *result.entry(outcome).or_insert(0.0) += history.probability;
        } else {
            for (index, amplitude) in history.state.iter().enumerate() {
                *result.entry(index as u64).or_insert(0.0) += history.probability * amplitude.norm_sqr();
            }
        }
    }
    result
}

fn records(ops: &[Op]) -> bool {
    ops.iter().any(|op| match op {
        Op::Measure { bit, .. } => bit.is_some(),
        Op::Assign { .. } => true,
        Op::If { then, otherwise, .. } => records(then) || records(otherwise),
        Op::Gate(_) | Op::Reset { .. } | Op::Barrier { .. } => false,
    })
}

fn follow(mut histories: Vec<History>, ops: &[Op], inputs: &[f64]) -> Vec<History> {
    for op in ops {
        histories = histories.into_iter().flat_map(|history| step(history, op, inputs)).collect();
    }
    histories
}

fn step(mut history: History, op: &Op, inputs: &[f64]) -> Vec<History> {
    match op {
        Op::Barrier { .. } => vec![history],
        Op::Gate(gate) => {
            history.state = apply(&history.state, gate, inputs);
            vec![history]
        }
        Op::Assign { bit, value } => {
            let bits = history.bits.clone();
            history.bits[*bit as usize] = value.holds(&|bit| bits[bit as usize]);
            vec![history]
        }
        Op::If { condition, then, otherwise } => {
            let holds = condition.holds(&|bit| history.bits[bit as usize]);
            follow(vec![history], if holds { then } else { otherwise }, inputs)
        }
        Op::Measure { qubit, bit } => {
            let mut parts = Vec::new();
            for outcome in [false, true] {
                if let Some(mut part) = project(&history, *qubit, outcome) {
                    if let Some(bit) = bit {
                        part.bits[*bit as usize] = outcome;
                    }
                    parts.push(part);
                }
            }
            parts
        }
        Op::Reset { qubit } => {
            let zero = project(&history, *qubit, false);
            let one = project(&history, *qubit, true).map(|mut part| {
                part.state = (0..part.state.len())
                    .map(|i| if i >> qubit & 1 == 0 { part.state[i | 1 << qubit] } else { Complex64::new(0.0, 0.0) })
                    .collect();
                part
            });
            zero.into_iter().chain(one).collect()
        }
    }
}

fn project(history: &History, qubit: u32, outcome: bool) -> Option<History> {
    let keeps = |i: usize| (i >> qubit & 1 == 1) == outcome;
    let p: f64 = history.state.iter().enumerate().filter(|(i, _)| keeps(*i)).map(|(_, x)| x.norm_sqr()).sum();
    if p < IMPOSSIBLE {
        return None;
    }
    let state = history
        .state
        .iter()
        .enumerate()
        .map(|(i, x)| if keeps(i) { x / p.sqrt() } else { Complex64::new(0.0, 0.0) })
        .collect();
    Some(History { probability: history.probability * p, bits: history.bits.clone(), state })
}

/// The definition: out[i] = Σ_b G[bits of i at the targets][b] · in[i with the targets set to b] where the controls hold.
pub fn apply(state: &[Complex64], op: &GateOp, inputs: &[f64]) -> Vec<Complex64> {
    let params: Vec<f64> = op.params.iter().map(|param| param.evaluate(inputs)).collect();
    let matrix = matrix(&op.gate, &params);
    let dimension = 1 << op.targets.len();
    let bits_of = |i: usize| op.targets.iter().enumerate().fold(0, |sum, (k, q)| sum | (i >> q & 1) << k);
    let with_bits = |i: usize, b: usize| {
        op.targets.iter().enumerate().fold(i, |i, (k, q)| if b >> k & 1 == 1 { i | 1 << q } else { i & !(1 << q) })
    };
    (0..state.len())
        .map(|i| {
            if op.controls.iter().any(|c| (i >> c.qubit & 1 == 1) != c.value) {
                return state[i];
            }
            (0..dimension).map(|b| matrix[bits_of(i) * dimension + b] * state[with_bits(i, b)]).sum()
        })
        .collect()
}

fn c(re: f64, im: f64) -> Complex64 {
    Complex64::new(re, im)
}

/// The Pauli matrix of a letter.
fn pauli(letter: char) -> Matrix {
    match letter {
        'X' => vec![c(0.0, 0.0), c(1.0, 0.0), c(1.0, 0.0), c(0.0, 0.0)],
        'Y' => vec![c(0.0, 0.0), c(0.0, -1.0), c(0.0, 1.0), c(0.0, 0.0)],
        'Z' => vec![c(1.0, 0.0), c(0.0, 0.0), c(0.0, 0.0), c(-1.0, 0.0)],
        _ => vec![c(1.0, 0.0), c(0.0, 0.0), c(0.0, 0.0), c(1.0, 0.0)],
    }
}

/// The tensor product of Pauli matrices, the leftmost letter on the last target.
fn string(letters: &str) -> Matrix {
    let mut product = vec![c(1.0, 0.0)];
    for letter in letters.chars() {
        let left = product;
        let right = pauli(letter);
        let rows = left.len().isqrt();
        product = (0..4 * rows * rows)
            .map(|k| {
                let (row, column) = (k / (2 * rows), k % (2 * rows));
                left[(row / 2) * rows + column / 2] * right[(row % 2) * 2 + column % 2]
            })
            .collect();
    }
    product
}

/// exp(−i·angle·P) = cos(angle)·1 − i·sin(angle)·P for a Pauli string P.
fn exponential(letters: &str, angle: f64) -> Matrix {
    let identity = string(&"I".repeat(letters.len()));
    let product = string(letters);
    (0..product.len()).map(|k| identity[k] * angle.cos() + product[k] * c(0.0, -angle.sin())).collect()
}

fn times(a: &Matrix, b: &Matrix) -> Matrix {
    let n = a.len().isqrt();
    (0..n * n).map(|k| (0..n).map(|j| a[k / n * n + j] * b[j * n + k % n]).sum()).collect()
}

fn scaled(a: Matrix, factor: Complex64) -> Matrix {
    a.into_iter().map(|x| x * factor).collect()
}

/// The matrix of a gate, from its definition.
pub fn matrix(gate: &Gate, params: &[f64]) -> Matrix {
    let phase = |angle: f64| c(angle.cos(), angle.sin());
    // diag(1, e^{iλ}) is the rotation about z without its global phase.
    let z_phase = |lambda: f64| scaled(exponential("Z", lambda / 2.0), phase(lambda / 2.0));
    match gate {
        Gate::GPhase => vec![phase(params[0])],
        Gate::Id => pauli('I'),
        Gate::X => pauli('X'),
        Gate::Y => pauli('Y'),
        Gate::Z => pauli('Z'),
        Gate::H => pauli('X').iter().zip(pauli('Z')).map(|(x, z)| (x + z) * FRAC_1_SQRT_2).collect(),
        Gate::S => z_phase(FRAC_PI_2),
        Gate::Sdg => z_phase(-FRAC_PI_2),
        Gate::T => z_phase(FRAC_PI_4),
        Gate::Tdg => z_phase(-FRAC_PI_4),
        Gate::Sx => scaled(exponential("X", FRAC_PI_4), phase(FRAC_PI_4)),
        Gate::Sxdg => scaled(exponential("X", -FRAC_PI_4), phase(-FRAC_PI_4)),
        Gate::P => z_phase(params[0]),
        Gate::Rx => exponential("X", params[0] / 2.0),
        Gate::Ry => exponential("Y", params[0] / 2.0),
        Gate::Rz => exponential("Z", params[0] / 2.0),
        // U(θ, φ, λ) = e^{i(φ+λ)/2} Rz(φ) Ry(θ) Rz(λ)
        Gate::U => {
            let (theta, phi, lambda) = (params[0], params[1], params[2]);
            let right = times(&exponential("Y", theta / 2.0), &exponential("Z", lambda / 2.0));
            scaled(times(&exponential("Z", phi / 2.0), &right), phase((phi + lambda) / 2.0))
        }
        // (1 + XX + YY + ZZ) / 2
        Gate::Swap => (0..16)
            .map(|k| ["II", "XX", "YY", "ZZ"].iter().map(|letters| string(letters)[k]).sum::<Complex64>() / 2.0)
            .collect(),
        // exp(iπ/4 (XX + YY)); the two commute.
        Gate::ISwap => times(&exponential("XX", -FRAC_PI_4), &exponential("YY", PI * -0.25)),
        Gate::Rxx => exponential("XX", params[0] / 2.0),
        Gate::Ryy => exponential("YY", params[0] / 2.0),
        Gate::Rzz => exponential("ZZ", params[0] / 2.0),
        Gate::Rzx => exponential("XZ", params[0] / 2.0),
        Gate::Unitary(matrix) => matrix.to_vec(),
    }
}
