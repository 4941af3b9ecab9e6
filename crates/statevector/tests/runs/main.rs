//! Whole runs from text: laws, statistics with stated bounds, refusals, cancellation, and independence of memory.
// Clippy lets tests unwrap, but not the helpers they share.
#![allow(clippy::unwrap_used)]

mod measures;
mod noise;
mod refusals;
mod shots;
mod work;

use ketflow_circuit::Circuit;
use ketflow_statevector::{CircuitResult, Options, Unmonitored, read, run};

const HEAD: &str = "OPENQASM 3.0; include \"stdgates.inc\";";

fn circuit(body: &str) -> Circuit {
    read("openqasm3", format!("{HEAD} {body}").as_bytes()).unwrap().circuit
}

fn options(json: &str) -> Options {
    Options::from_json(json).unwrap()
}

fn ran(body: &str, json: &str) -> CircuitResult {
    run(&circuit(body), &options(json), &mut Unmonitored).unwrap()
}

fn counts(result: &CircuitResult) -> Vec<(u64, u64)> {
    result.counts.words().iter().copied().zip(result.counts.values().iter().copied()).collect()
}

/// |hits − N·p| < 5σ with σ = √(N·p·(1 − p)).
fn assert_binomial(hits: u64, shots: u64, p: f64) {
    let sigma = (shots as f64 * p * (1.0 - p)).sqrt();
    assert!((hits as f64 - shots as f64 * p).abs() < 5.0 * sigma, "{hits} of {shots}, expected {}", shots as f64 * p);
}

const TELEPORT: &str = "qubit[3] q; bit[2] m; bit out; ry(1.1) q[0]; rz(0.4) q[0]; h q[1]; cx q[1], q[2]; cx q[0], q[1]; \
    h q[0]; m[0] = measure q[0]; m[1] = measure q[1]; if (m[1]) x q[2]; if (m[0]) z q[2]; out = measure q[2];";
