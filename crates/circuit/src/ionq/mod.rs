//! Circuits in the JSON of IonQ's API: `docs/ionq.md` says what is read and what is written.
//!
//! Sources: "Writing Quantum Programs" and "Using native gates" of IonQ's documentation (v0.3), the v0.4 schema in
//! `ionq-core` 0.2, and the serializers of cirq-ionq 1.7 and qiskit-ionq 1.1.

mod build;
mod gates;
mod json;
mod pauli;
mod read;
mod write;
mod write_gates;

pub(crate) use read::read;
pub use write::to_ionq_json;
