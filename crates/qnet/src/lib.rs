//! The Q-network engine of Ketflow: dense and dueling networks in f32, the same bytes in every build.
//!
//! [`read()`] takes a `.net.json` file and [`read_onnx`] an `.onnx` file to a network, [`infer`] that and [`Options`], or
//! [`run`] a [`Network`] and [`States`], to an [`InferResult`]; [`InferResult::to_container`] gives the canonical bytes.
//! Arithmetic is strict: IEEE operations in a fixed order, no contraction, `exp` and `tanh` from the pinned `libm`, every sum
//! in one fixed order of its terms. So the outputs for a state do not depend on the size of the batch, its order, vectors or
//! threads.

mod activation;
mod evaluator;
mod fault;
mod forward;
mod job;
mod json;
mod layer;
pub mod limits;
pub mod monitor;
mod network;
mod onnx;
mod panel;
mod read;
mod result;
mod states;
mod tensor;
mod terms;
mod tree;
#[cfg(target_arch = "wasm32")]
mod wasm;

pub use evaluator::Evaluator;
pub use forward::run;
pub use job::{Estimate, Options, estimate, infer};
pub use ketflow_error::{Error, ErrorCode, RunError};
pub use monitor::{Interrupted, Monitor, Unmonitored};
pub use network::Network;
pub use onnx::read_onnx;
pub use read::{Document, read, read_as, read_states};
pub use result::{InferResult, SCHEMA};
pub use states::States;
