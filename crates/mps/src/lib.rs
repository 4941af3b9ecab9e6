//! Matrix product states: wide circuits whose qubits are little entangled, with an error that is reported.
//!
//! A state of n qubits is a row of n tensors; the bond between two of them is as wide as the Schmidt rank across it, at most `max_bond`.
//! A gate on neighbours joins their tensors and splits them again by a singular value decomposition, which drops the smallest values;
//! qubits that are apart are brought together by exchanges. Memory grows with n · bond², time with gates · bond³.
//!
//! Sources: Vidal, Phys. Rev. Lett. 91, 147902 (2003); Ferris & Vidal, Phys. Rev. B 85, 165146 (2012) for sampling.

mod bonds;
mod fuse;
mod matrix;
mod places;
mod program;
mod run;
mod sample;
mod state;
mod svd;

pub use program::{Program, Unsuitable};
pub use run::{Estimate, MAX_EXACT_OUTCOMES, Request, Sampled, Settings, bounds, estimate, run};

/// Told how many of how many multiplications are done; the total is a prediction and may grow.
pub type Poll<'a> = dyn FnMut(u64, u64) -> Result<(), ketflow_error::Interrupted> + 'a;
