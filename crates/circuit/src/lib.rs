//! The circuit IR of Ketflow, with readers of OpenQASM 2, OpenQASM 3 and IonQ's JSON, and printers of OpenQASM 3 and IonQ's JSON.
//!
//! Qubit 0 is the lowest bit of a basis index. All angles are radians. Arithmetic on parameters uses the pinned `libm`, so
//! that the same source gives the same bits on every machine.

mod ast;
mod dense;
pub mod dual;
pub mod expr;
mod fault;
mod finals;
mod format;
pub mod gates;
mod inputs;
mod ionq;
pub mod ir;
mod keywords3;
mod lexer;
pub mod limits;
pub mod linalg;
mod lower;
mod modifiers;
mod names;
mod parse_control;
mod parse_expression;
mod parse_pragma;
mod parse_qasm2;
mod parse_qasm3;
mod parser;
mod physical;
mod place;
mod prelude;
mod print;
mod reader;
pub mod shape;
pub mod view;

pub use finals::{final_measurements, writes_bits};
pub use format::Format;
pub use inputs::bind;
pub use ionq::to_ionq_json;
pub use ir::Circuit;
pub use ketflow_error::{Error, ErrorCode};
pub use place::{Lines, Place};
pub use print::print_openqasm3;
pub use reader::{Note, Parsed, parse, parse_bytes};
