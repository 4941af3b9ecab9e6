//! The statevector engine of Ketflow: exact simulation of circuits, the same bytes in every build.
//!
//! [`run`] takes a circuit and [`Options`] to a [`CircuitResult`]; [`CircuitResult::to_container`] gives the canonical bytes.
//! Arithmetic is strict: IEEE operations in a fixed order, no contraction, `libm` for transcendental functions, f64 sums in one
//! fixed tree, random numbers as a function of (seed, purpose, shot, event). The plan of a run depends on circuit and options
//! alone; memory, segments, vectors, threads and progress never change a byte.

mod chosen;
mod clifford_job;
mod density;
mod elementary;
mod gates;
mod gradient;
mod idle;
mod information;
#[cfg(test)]
mod inner_tests;
mod job;
mod kernels;
mod lanes;
pub mod monitor;
mod mps_job;
pub mod naive;
pub mod noise;
mod observable;
pub mod options;
mod outcomes;
mod parity;
mod parts;
mod phases;
mod plan;
mod product;
mod real;
mod reduce;
mod result;
mod run;
mod sample;
mod schedule;
mod slopes;
mod source;
mod state;
mod subsets;
mod sweep;
mod tile;
mod totals;
mod walk;
#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
mod wasm;

pub use density::MAX_MIXED_QUBITS;
pub use job::{Estimate, MAX_DENSITY_QUBITS};
pub use ketflow_error::RunError;
pub use ketflow_team::{MAX_THREADS, Team, ThreadUse, with_helpers};
pub use monitor::{Interrupted, Monitor, Unmonitored};
pub use observable::PauliSum;
pub use options::Options;
pub use outcomes::OutcomeTable;
pub use result::{Amplitudes, CircuitResult, Gradient, MpsFacts, Reduced, SCHEMA};
pub use run::{estimate, run, run_on};
pub use source::{format_of, read};
