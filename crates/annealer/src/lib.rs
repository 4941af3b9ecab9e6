//! Binary quadratic models: their text formats, annealing over many reads (simulated, tempered, of path integrals), tabu
//! search, and exact search for small ones.
//!
//! [`read()`] takes a source to a [`Model`], [`run`] that and [`Options`] to an [`AnnealResult`];
//! [`AnnealResult::to_container`] gives the canonical bytes.
//!
//! Every read is a pure function of (model, options, seed, number of the read): it gives the same sample whether it runs alone, in
//! a batch or on another thread. Arithmetic is strict and the exponential comes from the pinned `libm`, so that every build gives
//! the same bits.

mod anneal;
mod auto;
mod bound;
pub mod bqm;
mod branch;
mod candidates;
mod coupling_matrix;
mod elimination;
mod elite;
mod exact;
mod format;
mod ising;
mod labels;
mod lanczos;
mod lanes;
mod model;
pub mod monitor;
pub mod options;
mod path_integral;
mod positive;
pub mod problem;
pub mod read;
mod read_dimod;
mod read_lines;
mod reads;
mod replicas;
mod result;
mod rows;
pub mod samples;
mod schedule;
mod search;
mod solved;
mod sought;
mod tabu;
mod temper;
mod thresholds;
mod walk;
#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
mod wasm;
mod width;
mod words;

pub use auto::{Picked, Raced, Reason};
pub use bound::{Bound, MAX_BOUND_VARIABLES};
pub use bqm::{Bqm, BqmBuilder, Vartype};
pub use ketflow_error::{Error, ErrorCode, RunError};
pub use ketflow_team::{MAX_THREADS, Team, ThreadUse, with_helpers};
pub use monitor::{Interrupted, Monitor, Next, Progress, Unmonitored};
pub use options::Options;
pub use read::{Format, Model, read};
pub use result::{AnnealResult, SCHEMA, Work};
pub use search::{Estimate, estimate, run, run_on};
