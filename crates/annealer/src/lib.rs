//! Binary quadratic models: their text formats, simulated annealing over many reads, and exact search for small ones.
//!
//! Every read is a pure function of (model, options, seed, number of the read): it gives the same sample whether it runs alone, in
//! a batch or on another thread. Arithmetic is strict and the exponential comes from the pinned `libm`, so that every build gives
//! the same bits.

pub mod anneal;
pub mod bqm;
mod error;
pub mod exact;
mod ising;
pub mod read;
mod read_dimod;
pub mod samples;

pub use bqm::{Bqm, BqmBuilder, Vartype};
pub use error::{Error, ErrorCode};
