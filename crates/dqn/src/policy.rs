//! The network that a training has got to.

use crate::explore::best;
use crate::network::{Segment, Shape, Workspace, forward};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::ops::Range;

/// A network with its parameters; its actions are those of the largest value, the first of equals.
#[derive(Debug, Clone)]
pub struct Policy {
    shape: Shape,
    parameters: Vec<f32>,
    work: Workspace,
}

impl Policy {
    pub(crate) fn new(shape: Shape, parameters: Vec<f32>) -> Self {
        Self { shape, parameters, work: Workspace::default() }
    }

    /// Numbers of a state.
    pub fn inputs(&self) -> usize {
        self.shape.inputs()
    }

    /// Values of all actions in one state.
    ///
    /// The sums have another order than those of the inference engine, so the last bits may differ from its outputs.
    pub fn values(&mut self, state: &[f32]) -> &[f32] {
        forward(&self.shape, &self.parameters, state, 1, &mut self.work)
    }

    /// The action of the largest value in one state.
    pub fn act(&mut self, state: &[f32]) -> usize {
        best(self.values(state))
    }

    /// The network as a `.net.json` document (docs/networks.md): weights in base64, so that they are read back bit by bit.
    pub fn to_net_json(&self) -> String {
        let segments = self.shape.segments();
        let last = segments.len() - 1;
        let layers: Vec<Value> = segments
            .iter()
            .enumerate()
            .map(|(k, segment)| {
                if k == last && self.shape.is_dueling() {
                    let (value, advantage) = (self.dense(segment, 0..1), self.dense(segment, 1..segment.outputs));
                    return json!({ "kind": "dueling", "value": value, "advantage": advantage });
                }
                let mut layer = self.dense(segment, 0..segment.outputs);
                layer["activation"] = json!(if k == last { "linear" } else { "relu" });
                layer
            })
            .collect();
        json!({ "format": "ketflow-net/1", "dtype": "f32", "layers": layers }).to_string()
    }

    /// The part of a layer that gives some of its outputs.
    fn dense(&self, segment: &Segment, outputs: Range<usize>) -> Value {
        let number = |i, o| self.parameters[segment.at(i, o)];
        let rows = outputs.len();
        let weights = outputs.clone().flat_map(|o| (0..segment.inputs).map(move |i| number(i, o)));
        let bias = outputs.clone().map(|o| number(segment.inputs, o));
        let (weights, bias) = (tensor(weights, &[rows, segment.inputs]), tensor(bias, &[rows]));
        json!({ "kind": "dense", "weights": weights, "bias": bias })
    }
}

fn tensor(values: impl Iterator<Item = f32>, shape: &[usize]) -> Value {
    let bytes: Vec<u8> = values.flat_map(f32::to_le_bytes).collect();
    json!({ "base64": STANDARD.encode(bytes), "shape": shape })
}
