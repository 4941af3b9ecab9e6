//! The parts of an ONNX file that a network needs. Field numbers are those of onnx.proto.

use super::node::{Attribute, Node};
use super::tensor::{Tensor, read_tensor};
use super::wire::{Bytes, MAX_PARTS, Value, push};
use crate::fault::quote;
use ketflow_error::Error;
use std::collections::BTreeMap;

/// Nodes, and constants, of a graph.
const MAX_NODES: usize = 4096;
/// Versions of the operators whose meaning this reader knows.
const OPSETS: std::ops::RangeInclusive<u64> = 7..=28;

/// The graph of a model.
pub(crate) struct Graph<'a> {
    pub nodes: Vec<Node<'a>>,
    pub constants: BTreeMap<&'a str, Tensor<'a>>,
    pub input: Input<'a>,
    /// Name of the only output.
    pub output: &'a str,
}

/// What states look like.
pub(crate) struct Input<'a> {
    pub name: &'a str,
    /// Dimensions without a fixed size are `None`; the first one is the batch.
    pub shape: Vec<Option<u64>>,
}

/// Reads the graph of a whole file.
pub(crate) fn read_model(source: &[u8]) -> Result<Graph<'_>, Error> {
    let (mut graph, mut opset) = (None, None);
    for field in Bytes::file(source).fields() {
        match field? {
            (7, Value::Bytes(bytes)) => graph = Some(bytes),
            (8, Value::Bytes(bytes)) => opset = read_opset(bytes)?.or(opset),
            _ => {}
        }
    }
    let Some(graph) = graph else {
        return Err(Error::invalid("the file has no graph; give an ONNX model as its exporter wrote it"));
    };
    match opset {
        Some(version) if OPSETS.contains(&version) => read_graph(graph),
        Some(version) => {
            let (first, last) = OPSETS.into_inner();
            Err(Error::unsupported(format!("the model uses opset {version}; export it with one of {first} to {last}")))
        }
        None => Err(Error::invalid("the file names no opset; give an ONNX model as its exporter wrote it")),
    }
}

/// The version of ONNX's own operators.
fn read_opset(bytes: Bytes) -> Result<Option<u64>, Error> {
    let (mut domain, mut version) = ("", None);
    for field in bytes.fields() {
        match field? {
            (1, Value::Bytes(bytes)) => domain = bytes.text()?,
            (2, Value::Varint(value)) => version = Some(value),
            _ => {}
        }
    }
    Ok(version.filter(|_| matches!(domain, "" | "ai.onnx")))
}

fn read_graph(bytes: Bytes) -> Result<Graph, Error> {
    let (mut nodes, mut tensors, mut inputs, mut outputs) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for field in bytes.fields() {
        match field? {
            (1, Value::Bytes(bytes)) => push(&mut nodes, read_node(bytes)?, MAX_NODES, "nodes")?,
            (5, Value::Bytes(bytes)) => push(&mut tensors, read_tensor(bytes)?, MAX_NODES, "constants")?,
            (11, Value::Bytes(bytes)) => push(&mut inputs, read_input(bytes)?, MAX_NODES, "inputs")?,
            (12, Value::Bytes(bytes)) => push(&mut outputs, read_input(bytes)?.name, MAX_NODES, "outputs")?,
            (15, Value::Bytes(_)) => {
                return Err(Error::unsupported("the model has sparse constants; export dense ones"));
            }
            _ => {}
        }
    }
    for (k, node) in nodes.iter_mut().enumerate() {
        node.index = k;
    }
    let constants: BTreeMap<&str, Tensor> = tensors.into_iter().map(|tensor| (tensor.name, tensor)).collect();
    // Before IR version 4 constants are inputs, too.
    inputs.retain(|input| !constants.contains_key(input.name));
    let names = |names: Vec<&str>| names.iter().take(4).map(|name| quote(name)).collect::<Vec<_>>().join(", ");
    let [output] = outputs[..] else {
        let list = names(outputs);
        return Err(Error::unsupported(format!("the model has the outputs [{list}]; export it with one output")));
    };
    let mut inputs = inputs.into_iter();
    match (inputs.next(), inputs.next()) {
        (Some(input), None) => Ok(Graph { nodes, constants, input, output }),
        (first, second) => {
            let list = names(first.iter().chain(&second).chain(inputs.as_slice()).map(|input| input.name).collect());
            Err(Error::unsupported(format!("the model has the inputs [{list}]; export it with one, the states")))
        }
    }
}

fn read_node(bytes: Bytes) -> Result<Node, Error> {
    let mut node = Node::default();
    for field in bytes.fields() {
        match field? {
            (1, Value::Bytes(bytes)) => push(&mut node.inputs, bytes.text()?, MAX_PARTS, "inputs of a node")?,
            (2, Value::Bytes(bytes)) => push(&mut node.outputs, bytes.text()?, MAX_PARTS, "outputs of a node")?,
            (3, Value::Bytes(bytes)) => node.name = bytes.text()?,
            (4, Value::Bytes(bytes)) => node.operator = bytes.text()?,
            (5, Value::Bytes(bytes)) => {
                push(&mut node.attributes, read_attribute(bytes)?, MAX_PARTS, "attributes of a node")?;
            }
            (7, Value::Bytes(bytes)) => node.domain = bytes.text()?,
            _ => {}
        }
    }
    Ok(node)
}

fn read_attribute(bytes: Bytes) -> Result<Attribute, Error> {
    let mut attribute = Attribute::default();
    for field in bytes.fields() {
        match field? {
            (1, Value::Bytes(bytes)) => attribute.name = bytes.text()?,
            (2, Value::Fixed32(bytes)) => attribute.float = Some(f32::from_le_bytes(bytes)),
            (3, Value::Varint(value)) => attribute.integer = Some(value as i64),
            (5, Value::Bytes(bytes)) => attribute.tensor = Some(read_tensor(bytes)?),
            (8, value) => {
                for value in value.varints() {
                    push(&mut attribute.integers, value? as i64, MAX_PARTS, "numbers of an attribute")?;
                }
            }
            _ => {}
        }
    }
    Ok(attribute)
}

/// ValueInfoProto: a name, and the shape of a tensor.
fn read_input(bytes: Bytes) -> Result<Input, Error> {
    let mut input = Input { name: "", shape: Vec::new() };
    for field in bytes.fields() {
        match field? {
            (1, Value::Bytes(bytes)) => input.name = bytes.text()?,
            // type, tensor_type, shape
            (2, Value::Bytes(bytes)) => {
                for dimensions in descend(bytes, 1)?.into_iter().map(|tensor| descend(tensor, 2)) {
                    for dimension in dimensions?.into_iter().flat_map(Bytes::fields) {
                        if let (1, Value::Bytes(bytes)) = dimension? {
                            push(&mut input.shape, read_dimension(bytes)?, MAX_PARTS, "dimensions of an input")?;
                        }
                    }
                }
            }
            _ => {}
        }
    }
    Ok(input)
}

/// The message in a field of a message.
fn descend(bytes: Bytes<'_>, number: u64) -> Result<Option<Bytes<'_>>, Error> {
    let mut found = None;
    for field in bytes.fields() {
        match field? {
            (field, Value::Bytes(bytes)) if field == number => found = Some(bytes),
            _ => {}
        }
    }
    Ok(found)
}

fn read_dimension(bytes: Bytes) -> Result<Option<u64>, Error> {
    let mut size = None;
    for field in bytes.fields() {
        if let (1, Value::Varint(value)) = field? {
            size = Some(value);
        }
    }
    Ok(size)
}
