//! A network in memory: shapes fit and numbers are finite, because only the readers make one.

use crate::activation::Activation;
use crate::panel::{PART, Part, pack_weights};
use std::fmt;

/// Dense layers one after the other, optionally a dueling layer at the end.
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    pub(crate) layers: Vec<Layer>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Layer {
    Dense(Dense),
    /// Q = V + A − mean(A)
    Dueling(Dueling),
}

/// activation(W x + b)
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Dense {
    pub sums: Linear,
    pub activation: Activation,
}

/// Both streams over the same inputs.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Dueling {
    /// V first, then the advantages.
    pub sums: Linear,
    pub value: Activation,
    pub advantage: Activation,
}

/// W x + b
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Linear {
    pub inputs: usize,
    pub outputs: usize,
    /// As [`pack_weights`] orders them.
    pub weights: Vec<Part>,
    /// One per output, filled up with zeros to whole parts.
    pub bias: Vec<[f32; PART]>,
}

/// A dense layer as files have it: `weights` are row-major, as many rows as `bias` has numbers.
#[derive(Debug)]
pub(crate) struct Rows {
    pub inputs: usize,
    pub weights: Vec<f32>,
    pub bias: Vec<f32>,
    pub activation: Activation,
}

impl Rows {
    pub fn outputs(&self) -> usize {
        self.bias.len()
    }
}

impl Linear {
    fn new(inputs: usize, weights: &[f32], bias: &[f32]) -> Self {
        let outputs = bias.len();
        let mut parts = vec![[0.0; PART]; outputs.div_ceil(PART)];
        parts.as_flattened_mut()[..outputs].copy_from_slice(bias);
        Self { inputs, outputs, weights: pack_weights(weights, inputs, outputs), bias: parts }
    }

    /// Operations of the activations of one state.
    pub fn activation_operations(&self) -> u64 {
        (ACTIVATION_OPERATIONS * PART * self.bias.len()) as u64
    }

    /// Operations for one state.
    fn operations(&self) -> u64 {
        (self.inputs * PART * self.bias.len()) as u64 + self.activation_operations()
    }
}

/// What the activation of one output counts.
const ACTIVATION_OPERATIONS: usize = 16;

/// Weights and biases of a layer as the limit counts them.
pub(crate) fn parameters(inputs: usize, outputs: usize) -> u64 {
    outputs.next_multiple_of(PART) as u64 * (inputs.next_multiple_of(PART) as u64 + 1)
}

impl Layer {
    pub fn dense(rows: Rows) -> Self {
        let sums = Linear::new(rows.inputs, &rows.weights, &rows.bias);
        Self::Dense(Dense { sums, activation: rows.activation })
    }

    /// Of a value with one output and advantages with as many inputs.
    pub fn dueling(value: Rows, advantage: Rows) -> Self {
        let weights = [value.weights, advantage.weights].concat();
        let bias = [value.bias, advantage.bias].concat();
        let sums = Linear::new(advantage.inputs, &weights, &bias);
        Self::Dueling(Dueling { sums, value: value.activation, advantage: advantage.activation })
    }

    pub fn sums(&self) -> &Linear {
        match self {
            Self::Dense(dense) => &dense.sums,
            Self::Dueling(dueling) => &dueling.sums,
        }
    }

    pub fn inputs(&self) -> usize {
        self.sums().inputs
    }

    pub fn outputs(&self) -> usize {
        match self {
            Self::Dense(dense) => dense.sums.outputs,
            Self::Dueling(dueling) => dueling.sums.outputs - 1,
        }
    }

    /// Weights and biases as the limit counts them.
    pub fn parameters(&self) -> u64 {
        parameters(self.inputs(), self.sums().outputs)
    }

    fn operations(&self) -> u64 {
        self.sums().operations()
    }
}

/// Kind, activation, inputs and outputs of each layer, such as `dense relu 4 64, dueling 64 2`.
impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (k, layer) in self.layers.iter().enumerate() {
            let kind = match layer {
                Layer::Dense(dense) => format!("dense {}", dense.activation.name()),
                Layer::Dueling { .. } => "dueling".to_owned(),
            };
            let separator = if k == 0 { "" } else { ", " };
            write!(f, "{separator}{kind} {} {}", layer.inputs(), layer.outputs())?;
        }
        Ok(())
    }
}

impl Network {
    /// Numbers of one state.
    pub fn inputs(&self) -> usize {
        self.layers.first().map_or(0, Layer::inputs)
    }

    /// Outputs for one state; for a Q-network its actions.
    pub fn actions(&self) -> usize {
        self.layers.last().map_or(0, Layer::outputs)
    }

    /// Weights and biases as the limit counts them.
    pub fn parameters(&self) -> u64 {
        self.layers.iter().map(Layer::parameters).sum()
    }

    /// Work for one state, as [`crate::monitor::Monitor`] counts it.
    pub fn operations(&self) -> u64 {
        self.layers.iter().map(|layer| layer.operations()).sum()
    }
}
