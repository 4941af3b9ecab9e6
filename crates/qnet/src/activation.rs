//! What happens to the sums of a layer. `exp` and `tanh` are those of the pinned `libm`, so they have the same bits everywhere.

use crate::tree::sum_f64;

/// Activation of a dense layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activation {
    /// max(0, z)
    Relu,
    /// tanh z
    Tanh,
    /// z
    Linear,
    /// exp(z − max z) over its sum, across the layer.
    Softmax,
}

impl Activation {
    /// Names in the file.
    pub(crate) const NAMES: [(&'static str, Self); 4] =
        [("relu", Self::Relu), ("tanh", Self::Tanh), ("linear", Self::Linear), ("softmax", Self::Softmax)];

    /// Its name in the file.
    pub(crate) fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, activation)| *activation == self).map_or("", |(name, _)| name)
    }

    /// Applies it to the finite outputs of one state, in place.
    pub(crate) fn apply(self, outputs: &mut [f32]) {
        match self {
            Self::Relu => outputs.iter_mut().for_each(|z| *z = if *z > 0.0 { *z } else { 0.0 }),
            Self::Tanh => outputs.iter_mut().for_each(|z| *z = libm::tanhf(*z)),
            Self::Linear => {}
            Self::Softmax => softmax(outputs),
        }
    }
}

fn softmax(outputs: &mut [f32]) {
    let max = outputs.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    // A difference below −3.4e38 is −∞, whose exponential is 0.
    outputs.iter_mut().for_each(|z| *z = libm::expf(*z - max));
    let sum = sum_f64(outputs);
    outputs.iter_mut().for_each(|z| *z = (f64::from(*z) / sum) as f32);
}
