//! Reading `.onnx`: multilayer networks as exporters write them, turned into the layers of [`Network`].
//!
//! The reader of protobuf is our own, 100 lines: it walks over the bytes of the file and copies nothing but the weights that a layer needs,
//! so memory is bounded by the limits of [`crate::limits`]. What a generated reader builds first can be a hundred times as large
//! as the file. Source of the format: onnx.proto and Operators.md of ONNX 1.23 (IR version 3 and later, opsets 7 to 28).

mod apply;
mod builder;
mod constant;
mod model;
mod node;
mod tensor;
mod wire;

use crate::limits::MAX_SOURCE_BYTES;
use crate::network::Network;
use builder::Builder;
use ketflow_error::Error;
use model::{Graph, read_model};
use std::collections::BTreeMap;

/// Reads an `.onnx` file with one input (a batch of states) and one output.
///
/// Taken are Gemm, MatMul, Add, Sub, Mul and Div with constants, Relu, LeakyRelu, Tanh, Sigmoid, Softmax, Flatten, Reshape,
/// Identity, Dropout, Cast to f32, Transpose of constants, and ReduceMean, Add and Sub as they make a dueling head.
///
/// # Errors
/// `unsupported` for another operator, with the name of its node; `invalid-input` for what is no ONNX model or does not fit
/// together; `too-large` beyond a limit.
pub fn read_onnx(source: &[u8]) -> Result<Network, Error> {
    if source.len() > MAX_SOURCE_BYTES {
        let message = format!("the file has {} bytes; at most {MAX_SOURCE_BYTES} are read", source.len());
        return Err(Error::too_large(message));
    }
    let graph = read_model(source)?;
    let mut builder = Builder::new(&graph)?;
    for index in needed(&graph) {
        apply::apply(&mut builder, &graph.nodes[index])?;
    }
    builder.finish(graph.output)
}

/// The nodes that the output depends on, in the order of the file, which the format wants to be topological.
fn needed(graph: &Graph) -> Vec<usize> {
    let makers: BTreeMap<&str, usize> =
        graph.nodes.iter().enumerate().flat_map(|(k, node)| node.outputs.iter().map(move |name| (*name, k))).collect();
    let mut is_needed = vec![false; graph.nodes.len()];
    let mut open: Vec<usize> = makers.get(graph.output).copied().into_iter().collect();
    while let Some(index) = open.pop() {
        if !std::mem::replace(&mut is_needed[index], true) {
            open.extend(graph.nodes[index].inputs.iter().filter_map(|name| makers.get(name)));
        }
    }
    (0..is_needed.len()).filter(|index| is_needed[*index]).collect()
}
