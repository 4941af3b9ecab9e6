//! The result of a run, and its canonical bytes.

use ketflow_container::{Container, Data};

/// Schema id in the container.
pub const SCHEMA: &str = "infer-result/1";

/// Outputs for every state.
#[derive(Debug, Clone, PartialEq)]
pub struct InferResult {
    /// Outputs for one state.
    pub actions: usize,
    /// State after state, `actions` numbers each.
    pub outputs: Vec<f32>,
    /// For each state the index of its largest output; the first one of equals.
    pub argmax: Vec<u32>,
}

impl InferResult {
    pub(crate) fn new(actions: usize, outputs: Vec<f32>) -> Self {
        let argmax = outputs.chunks_exact(actions).map(first_of_largest).collect();
        Self { actions, outputs, argmax }
    }

    /// The bytes that are hashed; `docs/result-container.md` specifies them.
    pub fn to_container(&self) -> Vec<u8> {
        let batch = self.argmax.len();
        let mut container = Container::default();
        container.add("argmax", &[batch], Data::U32(&self.argmax));
        container.add("outputs", &[batch, self.actions], Data::F32(&self.outputs));
        container.to_bytes(SCHEMA)
    }
}

fn first_of_largest(row: &[f32]) -> u32 {
    let mut best = 0;
    for (index, value) in row.iter().enumerate() {
        if *value > row[best] {
            best = index;
        }
    }
    best as u32
}
