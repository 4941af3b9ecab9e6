//! A network in memory: shapes fit and numbers are finite, because only the readers make one.

use crate::activation::Activation;
use crate::tree::LANES;
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
    Dueling {
        /// One output.
        value: Dense,
        advantage: Dense,
    },
}

/// activation(W x + b)
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Dense {
    pub inputs: usize,
    /// Row after row, each of `stride(inputs)` numbers, filled up with zeros.
    pub weights: Vec<f32>,
    /// One per output.
    pub bias: Vec<f32>,
    pub activation: Activation,
}

/// Numbers that a row of `width` takes in memory.
pub(crate) fn stride(width: usize) -> usize {
    width.next_multiple_of(LANES)
}

impl Dense {
    /// `weights` are row-major, as many rows as `bias` has numbers.
    pub fn new(inputs: usize, weights: &[f32], bias: Vec<f32>, activation: Activation) -> Self {
        let stride = stride(inputs);
        let mut filled = vec![0.0; stride * bias.len()];
        for (target, source) in filled.chunks_exact_mut(stride).zip(weights.chunks_exact(inputs)) {
            target[..inputs].copy_from_slice(source);
        }
        Self { inputs, weights: filled, bias, activation }
    }

    pub fn outputs(&self) -> usize {
        self.bias.len()
    }

    /// Operations of one row of weights for one state: its multiplications, and [`LANES`] for the activation.
    pub fn row_operations(&self) -> u64 {
        (stride(self.inputs) + LANES) as u64
    }
}

impl Layer {
    pub fn inputs(&self) -> usize {
        match self {
            Self::Dense(dense) | Self::Dueling { advantage: dense, .. } => dense.inputs,
        }
    }

    pub fn outputs(&self) -> usize {
        match self {
            Self::Dense(dense) | Self::Dueling { advantage: dense, .. } => dense.outputs(),
        }
    }

    fn parts(&self) -> impl Iterator<Item = &Dense> {
        let (first, second) = match self {
            Self::Dense(dense) => (dense, None),
            Self::Dueling { value, advantage } => (value, Some(advantage)),
        };
        std::iter::once(first).chain(second)
    }

    /// Weights and biases as they lie in memory.
    pub fn parameters(&self) -> usize {
        self.parts().map(|dense| dense.weights.len() + dense.bias.len()).sum()
    }

    fn operations(&self) -> u64 {
        self.parts().map(|dense| dense.row_operations() * dense.outputs() as u64).sum()
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

    /// Weights and biases as they lie in memory.
    pub fn parameters(&self) -> usize {
        self.layers.iter().map(Layer::parameters).sum()
    }

    /// Work for one state, as [`crate::monitor::Monitor`] counts it.
    pub fn operations(&self) -> u64 {
        self.layers.iter().map(|layer| layer.operations()).sum()
    }
}
