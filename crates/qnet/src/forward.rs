//! The forward pass. Every output is a function of the network and its one state; batches and blocks only decide how often a
//! row of weights is fetched from memory.

use crate::limits::MAX_BATCH_VALUES;
use crate::monitor::{Interrupted, Monitor, Progress};
use crate::network::{Dense, Layer, Network, stride};
use crate::result::InferResult;
use crate::states::States;
use crate::tree::{dot, sum_f64};
use ketflow_error::{Error, RunError};

/// States that go through a layer together: their activations stay in the cache while each row of weights is read once.
const BLOCK_STATES: usize = 32;

/// Evaluates the network for every state. The outputs for a state have the same bytes whatever else is in the batch.
///
/// # Errors
/// `invalid-input` when the states have another width than the network's inputs, or when a sum leaves the range of f32;
/// `too-large` when there are more outputs than [`MAX_BATCH_VALUES`]; [`RunError::Cancelled`] by the monitor.
pub fn run(network: &Network, states: &States, monitor: &mut dyn Monitor) -> Result<InferResult, RunError> {
    check(network, states)?;
    let (inputs, actions, count) = (network.inputs(), network.actions(), states.count());
    let mut progress = Progress::new(monitor, network.operations() * count as u64);
    let mut outputs = Vec::with_capacity(count * actions);
    let (mut current, mut next) = (Rows::default(), Rows::default());
    for first in (0..count).step_by(BLOCK_STATES) {
        current.reset(BLOCK_STATES.min(count - first), inputs);
        for (k, row) in current.iter_mut().enumerate() {
            row.copy_from_slice(states.row(first + k));
        }
        for (index, layer) in network.layers.iter().enumerate() {
            apply(layer, &current, &mut next, &mut progress)?;
            if let Some(row) = next.iter_mut().position(|row| row.iter().any(|value| !value.is_finite())) {
                let message = format!(
                    "the sums of layers[{index}] leave the range of f32 (3.4e38) for states[{}]; scale weights or states down",
                    first + row
                );
                return Err(Error::invalid(message).into());
            }
            std::mem::swap(&mut current, &mut next);
        }
        current.iter_mut().for_each(|row| outputs.extend_from_slice(row));
    }
    Ok(InferResult::new(actions, outputs))
}

/// Whether the network takes these states.
///
/// # Errors
/// As [`run`], but for the sums and the cancellation.
pub(crate) fn check(network: &Network, states: &States) -> Result<(), Error> {
    let (inputs, actions, count) = (network.inputs(), network.actions(), states.count());
    if states.width() != inputs {
        let message = format!(
            "states has rows of {} numbers; give {inputs}, the inputs of the network (columns of layers[0])",
            states.width()
        );
        return Err(Error::invalid(message));
    }
    if actions as u64 * count as u64 > MAX_BATCH_VALUES as u64 {
        let message = format!(
            "states has {count} rows, each with {actions} outputs; at most {MAX_BATCH_VALUES} outputs are made at once: \
             give at most {} states",
            MAX_BATCH_VALUES / actions
        );
        return Err(Error::too_large(message));
    }
    Ok(())
}

/// Activations of a block of states, each row filled up with zeros to a multiple of the lanes.
#[derive(Default)]
struct Rows {
    width: usize,
    stride: usize,
    values: Vec<f32>,
}

impl Rows {
    /// `count` rows of zeros.
    fn reset(&mut self, count: usize, width: usize) {
        (self.width, self.stride) = (width, stride(width));
        self.values.clear();
        self.values.resize(count * self.stride, 0.0);
    }

    fn count(&self) -> usize {
        self.values.len() / self.stride
    }

    fn filled(&self, row: usize) -> &[f32] {
        &self.values[row * self.stride..][..self.stride]
    }

    /// The rows without what fills them up.
    fn iter_mut(&mut self) -> impl Iterator<Item = &mut [f32]> {
        self.values.chunks_exact_mut(self.stride).map(|row| &mut row[..self.width])
    }
}

fn apply(layer: &Layer, input: &Rows, output: &mut Rows, progress: &mut Progress) -> Result<(), Interrupted> {
    match layer {
        Layer::Dense(dense) => apply_dense(dense, input, output, progress),
        Layer::Dueling { value, advantage } => {
            let mut values = Rows::default();
            apply_dense(value, input, &mut values, progress)?;
            apply_dense(advantage, input, output, progress)?;
            for (value, row) in values.iter_mut().zip(output.iter_mut()) {
                let mean = sum_f64(row) / row.len() as f64;
                row.iter_mut().for_each(|q| *q = (f64::from(value[0]) + f64::from(*q) - mean) as f32);
            }
            Ok(())
        }
    }
}

/// A sum that overflows stays in `output` as an infinity or NaN, whatever the activation.
fn apply_dense(dense: &Dense, input: &Rows, output: &mut Rows, progress: &mut Progress) -> Result<(), Interrupted> {
    let count = input.count();
    output.reset(count, dense.outputs());
    let width = output.stride;
    for (j, (weights, bias)) in dense.weights.chunks_exact(input.stride).zip(&dense.bias).enumerate() {
        for row in 0..count {
            output.values[row * width + j] = dot(weights, input.filled(row)) + bias;
        }
        progress.advance(count as u64 * dense.row_operations())?;
    }
    for row in output.iter_mut().filter(|row| row.iter().all(|sum| sum.is_finite())) {
        dense.activation.apply(row);
    }
    Ok(())
}
