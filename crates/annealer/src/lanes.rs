//! Sixteen lanes as the registers of an instruction set: the kernels are written once over [`Lanes`].
//!
//! Every operation is lane by lane, so the instruction set never shows in a result. Loops over arrays of lanes, left to the
//! compiler, took six times as long: it does not keep sums of lanes in vectors.

#[cfg(target_arch = "x86_64")]
mod avx2;
mod choice;
mod kinds;
mod lane;
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod plain;
#[cfg(any(target_arch = "x86_64", target_arch = "wasm32"))]
mod registers;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod simd128;

pub(crate) use choice::Choice;
pub(crate) use lane::{LANES, Lane, Lanes, Work};
