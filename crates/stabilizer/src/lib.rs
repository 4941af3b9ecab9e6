//! Circuits of Clifford gates, without amplitudes: time and memory grow with the square of the qubits, not with their power of two.
//!
//! [`Program::new`] takes a circuit to steps of seven generating gates, or says which gate is not Clifford. [`run`] then samples it:
//! - without noise and without `if`, every outcome is a fixed one plus a random combination of the rows of a matrix over GF(2)
//!   ([`affine`](mod@affine)), so 10⁵ shots of 1,000 entangled qubits cost 10⁵ random words;
//! - with Pauli noise, or `if` around Pauli gates alone, Pauli frames of 4,096 shots at a time follow one reference run;
//! - with any other `if`, tableaus are followed shot by shot, together as long as their shots agree.
//!
//! Random numbers are functions of (seed, purpose, shot or block of shots, event): results never depend on vectors or threads.
//!
//! Sources: Aaronson & Gottesman, Phys. Rev. A 70, 052328 (2004); Gidney, Quantum 5, 497 (2021) for inverse tableaus and frames.

mod affine;
mod blocks;
mod clifford;
mod conditions;
mod draws;
mod expectation;
mod frames;
mod outcomes;
mod pauli;
mod program;
mod recognise;
mod reference;
mod run;
mod strikes;
mod synthesis;
mod tableau;
mod walk;
mod work;

pub use clifford::NotClifford;
pub use outcomes::Outcomes;
pub use pauli::Pauli;
pub use program::{Noise, Program};
pub use run::{Estimate, MAX_EXACT_BITS, Request, Sampled, estimate, run};
pub use work::Poll;
