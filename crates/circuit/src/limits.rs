//! The limits of the readers, all in one place; `docs/openqasm.md` shows them to users.

/// Bytes of one source text.
pub const MAX_SOURCE_BYTES: usize = 8 * 1024 * 1024;
/// Qubits of one circuit.
pub const MAX_QUBITS: u32 = 4096;
/// Classical bits of one circuit.
pub const MAX_BITS: u32 = 4096;
/// Input parameters of one circuit.
pub const MAX_INPUTS: usize = 4096;
/// Operations after loops, gate definitions and broadcasts are expanded.
pub const MAX_OPS: usize = 1_000_000;
/// Steps of expansion: statements executed, gates called, operands and expression nodes copied. Bounds time and memory of
/// programs that expand to few operations, such as empty loops, or to very large ones.
pub const MAX_STEPS: u64 = 16_000_000;
/// Blocks inside each other. The stack of a WASM module is 1 MiB.
pub const MAX_BLOCK_DEPTH: u32 = 128;
/// Brackets, operators and calls inside each other, and operators in a row.
pub const MAX_EXPRESSION_DEPTH: u32 = 256;
/// Gate definitions that call each other.
pub const MAX_GATE_DEPTH: u32 = 128;
/// Height of an expression over input parameters, after substitution: less than half of what can be written, so that the
/// printed form can be read again.
pub const MAX_INPUT_EXPRESSION_DEPTH: u32 = 100;
/// Brackets inside each other in a condition over bits, as the printer writes it; a quarter of what can be read, because a
/// comparison of truth values takes up to four.
pub const MAX_CONDITION_DEPTH: u32 = 60;
/// Nodes of one expression over input parameters, after substitution.
pub const MAX_EXPRESSION_NODES: usize = 1024;
/// Qubits of a composite gate that is raised to a power that is not whole.
pub const MAX_POWER_QUBITS: usize = 6;
/// Qubits of a matrix given by `pragma ketflow unitary`.
pub const MAX_UNITARY_QUBITS: u32 = 6;
/// Notes of one reading; further ones are left out.
pub const MAX_NOTES: usize = 100;
