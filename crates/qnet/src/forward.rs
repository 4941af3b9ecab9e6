//! The forward pass. Every output is a function of the network and its one state; batches and blocks only decide how often a
//! weight is fetched from memory.

use crate::activation::Activation;
use crate::limits::MAX_BATCH_VALUES;
use crate::monitor::{Interrupted, Monitor, Progress};
use crate::network::{Layer, Linear, Network};
use crate::panel::{PART, multiply, panels};
use crate::result::InferResult;
use crate::states::States;
use crate::terms::{CHUNK, Terms};
use crate::tree::{LANES, sum_f64};
use ketflow_error::{Error, RunError};

/// States that go through a layer together: their activations stay in the cache while each weight is read once.
const BLOCK_STATES: usize = 32;

/// Evaluates the network for every state. The outputs for a state have the same bytes whatever else is in the batch.
///
/// # Errors
/// `invalid-input` when the states have another width than the network's inputs, or when a sum leaves the range of f32;
/// `too-large` when there are more outputs than [`MAX_BATCH_VALUES`]; [`RunError::Cancelled`] by the monitor.
pub fn run(network: &Network, states: &States, monitor: &mut dyn Monitor) -> Result<InferResult, RunError> {
    check(network, states)?;
    let (actions, count) = (network.actions(), states.count());
    let mut progress = Progress::new(monitor, network.operations() * count as u64);
    let mut outputs = vec![0.0; count * actions];
    evaluate(network, states.values(), &mut outputs, &mut Buffers::default(), &mut progress)?;
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

/// Memory of a run, kept from one to the next.
#[derive(Debug, Default)]
pub(crate) struct Buffers {
    /// Outputs of a layer, and of the layer before it.
    out: Vec<f32>,
    before: Vec<f32>,
    terms: Terms,
}

/// Writes the outputs for finite states, block after block.
///
/// # Errors
/// As [`run`], but for the shapes.
pub(crate) fn evaluate(
    network: &Network,
    states: &[f32],
    outputs: &mut [f32],
    buffers: &mut Buffers,
    progress: &mut Progress,
) -> Result<(), RunError> {
    let (inputs, actions) = (network.inputs(), network.actions());
    let blocks = states.chunks(BLOCK_STATES * inputs).zip(outputs.chunks_mut(BLOCK_STATES * actions));
    for (block, (states, outputs)) in blocks.enumerate() {
        let count = states.len() / inputs;
        let mut stride = inputs;
        for (index, layer) in network.layers.iter().enumerate() {
            let Buffers { before, terms, out } = &mut *buffers;
            let before = Before { rows: if index == 0 { states } else { before }, stride, count };
            let first = block * BLOCK_STATES;
            stride = sum_up(layer.sums(), before, terms, out, progress)?;
            check_range(out, stride, index, first)?;
            match layer {
                Layer::Dense(dense) => activate(out, stride, 0..dense.sums.outputs, dense.activation),
                Layer::Dueling(dueling) => {
                    activate(out, stride, 0..1, dueling.value);
                    activate(out, stride, 1..dueling.sums.outputs, dueling.advantage);
                    combine(out, stride, dueling.sums.outputs);
                    check_range(out, stride, index, first)?;
                }
            }
            std::mem::swap(&mut buffers.out, &mut buffers.before);
        }
        for (target, row) in outputs.chunks_exact_mut(actions).zip(buffers.before.chunks_exact(stride)) {
            target.copy_from_slice(&row[..actions]);
        }
    }
    Ok(())
}

/// Whether the sums of a block of states, the first of them `first`, are numbers.
fn check_range(out: &[f32], stride: usize, layer: usize, first: usize) -> Result<(), Error> {
    if is_finite(out) {
        return Ok(());
    }
    let row = out.chunks_exact(stride).position(|row| !is_finite(row)).unwrap_or(0);
    Err(Error::invalid(format!(
        "the sums of layers[{layer}] leave the range of f32 (3.4e38) for states[{}]; scale weights or states down",
        first + row
    )))
}

/// Whether all numbers are finite, sixteen at a time: 0 times an infinity or NaN is NaN.
pub(crate) fn is_finite(values: &[f32]) -> bool {
    let (chunks, rest) = values.as_chunks::<LANES>();
    let mut lanes = [0.0f32; LANES];
    for chunk in chunks {
        for (lane, value) in lanes.iter_mut().zip(chunk) {
            *lane += value * 0.0;
        }
    }
    lanes.iter().all(|lane| *lane == 0.0) && rest.iter().all(|value| value.is_finite())
}

/// The states as the layer before left them: `count` rows of `stride` numbers.
#[derive(Clone, Copy)]
struct Before<'a> {
    rows: &'a [f32],
    stride: usize,
    count: usize,
}

/// Q = V + A − mean(A); of the `outputs` of a row V is the first.
fn combine(out: &mut [f32], stride: usize, outputs: usize) {
    for row in out.chunks_exact_mut(stride) {
        let value = f64::from(row[0]);
        let mean = sum_f64(&row[1..outputs]) / (outputs - 1) as f64;
        for action in 1..outputs {
            row[action - 1] = (value + f64::from(row[action]) - mean) as f32;
        }
        row[outputs - 1] = 0.0;
    }
}

/// W x + b for all states; gives the numbers of a row, a multiple of [`PART`], of which those behind the outputs are 0.
fn sum_up(
    sums: &Linear,
    before: Before,
    terms: &mut Terms,
    out: &mut Vec<f32>,
    progress: &mut Progress,
) -> Result<usize, Interrupted> {
    let Before { rows, stride, count } = before;
    let width = sums.bias.as_flattened().len();
    out.clear();
    (0..count).for_each(|_| out.extend_from_slice(sums.bias.as_flattened()));
    for first in (0..sums.inputs).step_by(CHUNK) {
        let chunk = first..sums.inputs.min(first + CHUNK);
        terms.fill(rows, stride, chunk.clone());
        for panel in panels(sums.bias.len()) {
            multiply(&sums.weights, panel, &chunk, terms, out.as_chunks_mut().0, sums.bias.len());
            progress.advance((count * chunk.len() * panel.width * PART) as u64)?;
        }
    }
    progress.advance(count as u64 * sums.activation_operations())?;
    Ok(width)
}

/// Applies an activation to those outputs of each row, all finite.
fn activate(out: &mut [f32], stride: usize, outputs: std::ops::Range<usize>, activation: Activation) {
    if activation == Activation::Linear {
        return;
    }
    for row in out.chunks_exact_mut(stride) {
        activation.apply(&mut row[outputs.clone()]);
    }
}
