//! Writes ONNX models for tests, valid or not; it shares nothing with the reader.

/// A varint.
fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

/// A field with a number.
pub fn number(field: u64, value: u64) -> Vec<u8> {
    [varint(field << 3), varint(value)].concat()
}

/// A field with bytes: a text or a message.
pub fn bytes(field: u64, content: &[u8]) -> Vec<u8> {
    [varint(field << 3 | 2), varint(content.len() as u64), content.to_vec()].concat()
}

/// A constant of the graph in raw data.
pub fn tensor(name: &str, shape: &[u64], data_type: u64, raw: &[u8]) -> Vec<u8> {
    let shape: Vec<u8> = shape.iter().flat_map(|size| number(1, *size)).collect();
    [shape, number(2, data_type), bytes(8, name.as_bytes()), bytes(9, raw)].concat()
}

/// A constant of the graph.
pub fn floats(name: &str, shape: &[u64], values: &[f32]) -> Vec<u8> {
    tensor(name, shape, 1, &values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<_>>())
}

/// A list of i64 as a constant of the graph.
pub fn integers(name: &str, values: &[i64]) -> Vec<u8> {
    tensor(name, &[values.len() as u64], 7, &values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<_>>())
}

/// An integer attribute.
pub fn attribute(name: &str, value: i64) -> Vec<u8> {
    [bytes(1, name.as_bytes()), number(3, value as u64), number(20, 2)].concat()
}

/// A node; `name` is "NAME OPERATOR" or "OPERATOR".
pub fn node(name: &str, inputs: &[&str], output: &str, attributes: &[Vec<u8>]) -> Vec<u8> {
    let (name, operator) = name.split_once(' ').unwrap_or(("", name));
    let inputs: Vec<u8> = inputs.iter().flat_map(|input| bytes(1, input.as_bytes())).collect();
    let attributes: Vec<u8> = attributes.iter().flat_map(|attribute| bytes(5, attribute)).collect();
    [inputs, bytes(2, output.as_bytes()), bytes(3, name.as_bytes()), bytes(4, operator.as_bytes()), attributes].concat()
}

/// An input or output; a dimension of 0 is left open.
pub fn value(name: &str, shape: &[u64]) -> Vec<u8> {
    let dimension = |size: &u64| if *size == 0 { bytes(2, b"batch") } else { number(1, *size) };
    let shape: Vec<u8> = shape.iter().flat_map(|size| bytes(1, &dimension(size))).collect();
    let tensor = [number(1, 1), bytes(2, &shape)].concat();
    [bytes(1, name.as_bytes()), bytes(2, &bytes(1, &tensor))].concat()
}

/// A model with an input `x` of two numbers and an output `y`, unless other ones are given.
pub struct Model {
    pub opset: u64,
    pub nodes: Vec<Vec<u8>>,
    pub constants: Vec<Vec<u8>>,
    pub inputs: Vec<Vec<u8>>,
    pub outputs: Vec<Vec<u8>>,
}

impl Model {
    pub fn new(nodes: &[Vec<u8>], constants: &[Vec<u8>]) -> Self {
        let (nodes, constants) = (nodes.to_vec(), constants.to_vec());
        Self { opset: 17, nodes, constants, inputs: vec![value("x", &[0, 2])], outputs: vec![value("y", &[0, 2])] }
    }

    pub fn bytes(&self) -> Vec<u8> {
        let parts = [(1, &self.nodes), (5, &self.constants), (11, &self.inputs), (12, &self.outputs)];
        let graph: Vec<u8> =
            parts.iter().flat_map(|(field, all)| all.iter().flat_map(|one| bytes(*field, one))).collect();
        [number(1, 8), bytes(7, &graph), bytes(8, &number(2, self.opset))].concat()
    }
}
