//! What the tests of the readers share: reading without ceremony, and the matrix of a circuit from its definition.
#![allow(dead_code)]

use ketflow_circuit::ir::{GateOp, Op};
use ketflow_circuit::{Circuit, Format, parse, print_openqasm3};
use num_complex::Complex64;

pub fn read3(body: &str) -> Circuit {
    let source = format!("OPENQASM 3.0;\ninclude \"stdgates.inc\";\n{body}");
    parse(Format::OpenQasm3, &source).unwrap_or_else(|error| panic!("{error}\n{source}")).circuit
}

pub fn read2(body: &str) -> Circuit {
    let source = format!("OPENQASM 2.0;\ninclude \"qelib1.inc\";\n{body}");
    parse(Format::OpenQasm2, &source).unwrap_or_else(|error| panic!("{error}\n{source}")).circuit
}

/// The operations as the printer writes them, in one line.
pub fn shown(circuit: &Circuit) -> String {
    let text = print_openqasm3(circuit);
    let heads = ["OPENQASM", "include", "@", "gate ", "pragma", "input ", "bit ", "bit[", "qubit ", "qubit["];
    let is_op = |line: &&str| !heads.iter().any(|head| line.starts_with(head));
    text.lines().filter(is_op).map(str::trim).collect::<Vec<_>>().join(" ")
}

/// The product of all gates, row-major; entry (i, j) is ⟨i|U|j⟩ with qubit 0 the lowest bit. Every input is 0.37.
pub fn unitary(circuit: &Circuit) -> Vec<Complex64> {
    let n = 1usize << circuit.qubit_count();
    let mut columns: Vec<Vec<Complex64>> =
        (0..n).map(|j| (0..n).map(|i| Complex64::from(f64::from(i == j))).collect()).collect();
    for op in &circuit.ops {
        match op {
            Op::Gate(gate) => columns.iter_mut().for_each(|column| *column = applied(gate, column)),
            Op::Barrier { .. } => {}
            other => panic!("not a gate: {other:?}"),
        }
    }
    (0..n * n).map(|k| columns[k % n][k / n]).collect()
}

/// out[i] = Σ_k M[target bits of i][k] · in[i with its target bits replaced by k] where the controls hold.
fn applied(op: &GateOp, state: &[Complex64]) -> Vec<Complex64> {
    let params: Vec<f64> = op.params.iter().map(|param| param.evaluate(&[0.37; 8])).collect();
    let matrix = op.gate.matrix(&params);
    let size = 1usize << op.targets.len();
    let bits_of = |i: usize| op.targets.iter().enumerate().map(|(k, t)| ((i >> t) & 1) << k).sum::<usize>();
    let with = |i: usize, bits: usize| {
        op.targets.iter().enumerate().fold(i, |i, (k, t)| (i & !(1 << t)) | (((bits >> k) & 1) << t))
    };
    (0..state.len())
        .map(|i| {
            if op.controls.iter().any(|control| ((i >> control.qubit) & 1 == 1) != control.value) {
                return state[i];
            }
            (0..size).map(|k| matrix[bits_of(i) * size + k] * state[with(i, k)]).sum()
        })
        .collect()
}

/// Largest difference between two matrices, entry by entry: global phases count.
pub fn distance(left: &[Complex64], right: &[Complex64]) -> f64 {
    assert_eq!(left.len(), right.len());
    left.iter().zip(right).map(|(x, y)| (x - y).norm_sqr().sqrt()).fold(0.0, f64::max)
}

/// Row-major product of square matrices.
pub fn product(left: &[Complex64], right: &[Complex64]) -> Vec<Complex64> {
    let n = left.len().isqrt();
    (0..n * n).map(|k| (0..n).map(|l| left[(k / n) * n + l] * right[l * n + k % n]).sum()).collect()
}
