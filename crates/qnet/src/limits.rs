//! The limits of the engine, all in one place; `docs/networks.md` shows them to users.

/// Bytes of a `.net.json` or states file.
pub const MAX_SOURCE_BYTES: usize = 64 * 1024 * 1024;
/// Layers of a network; a dueling layer is one.
pub const MAX_LAYERS: usize = 64;
/// Inputs or outputs of one layer.
pub const MAX_WIDTH: usize = 65_536;
/// Weights and biases of a network as they lie in memory, with inputs and outputs filled up to multiples of 16: 64 MiB.
pub const MAX_PARAMETERS: usize = 1 << 24;
/// Numbers in all states of one run, and in all its outputs: 64 MiB each.
pub const MAX_BATCH_VALUES: usize = 1 << 24;
