//! The circuit IR of Ketflow, with readers and a printer for OpenQASM 2 and 3.
//!
//! Qubit 0 is the lowest bit of a basis index. All angles are radians. Arithmetic on parameters uses the pinned `libm`, so
//! that the same source gives the same bits on every machine.

pub mod error;
pub mod expr;
pub mod gates;
pub mod ir;
pub mod linalg;

pub use error::{Error, ErrorCode};
pub use ir::Circuit;
