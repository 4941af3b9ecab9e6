//! The forward pass. Every output is a function of the network and its one state; batches and blocks only decide how often a
//! weight is fetched from memory.

use crate::activation::Activation;
use crate::limits::MAX_BATCH_VALUES;
use crate::monitor::{Interrupted, Monitor, Progress};
use crate::network::{Layer, Linear, Network};
use crate::panel::{PANEL, multiply, pack_states};
use crate::result::InferResult;
use crate::states::States;
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
    packed: Vec<f32>,
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
            let before = if index == 0 { states } else { &buffers.before };
            pack_states(before, layer.inputs(), stride, &mut buffers.packed);
            stride = apply(layer, &buffers.packed, count, &mut buffers.out, progress)?;
            if let Some(row) = buffers.out.chunks_exact(stride).position(|row| !is_finite(row)) {
                let message = format!(
                    "the sums of layers[{index}] leave the range of f32 (3.4e38) for states[{}]; scale weights or states down",
                    block * BLOCK_STATES + row
                );
                return Err(Error::invalid(message).into());
            }
            std::mem::swap(&mut buffers.out, &mut buffers.before);
        }
        for (target, row) in outputs.chunks_exact_mut(actions).zip(buffers.before.chunks_exact(stride)) {
            target.copy_from_slice(&row[..actions]);
        }
    }
    Ok(())
}

/// Whether all numbers are finite, sixteen at a time.
pub(crate) fn is_finite(values: &[f32]) -> bool {
    const INFINITY: u32 = f32::INFINITY.to_bits();
    let largest = |bits: u32, value: &f32| bits.max(value.to_bits() & 0x7fff_ffff);
    let (chunks, rest) = values.as_chunks::<LANES>();
    let mut lanes = [0u32; LANES];
    for chunk in chunks {
        for (lane, value) in lanes.iter_mut().zip(chunk) {
            *lane = largest(*lane, value);
        }
    }
    lanes.iter().all(|bits| *bits < INFINITY) && rest.iter().fold(0, largest) < INFINITY
}

/// The outputs of a layer for `count` packed states; gives the numbers of a row. A sum that overflows stays there as an
/// infinity or NaN, whatever the activation.
fn apply(
    layer: &Layer,
    packed: &[f32],
    count: usize,
    out: &mut Vec<f32>,
    progress: &mut Progress,
) -> Result<usize, Interrupted> {
    match layer {
        Layer::Dense(dense) => {
            let width = sum_up(&dense.sums, packed, count, out, progress)?;
            activate(out, width, 0..dense.sums.outputs, dense.activation);
            Ok(width)
        }
        Layer::Dueling(dueling) => {
            let outputs = dueling.sums.outputs;
            let width = sum_up(&dueling.sums, packed, count, out, progress)?;
            activate(out, width, 0..1, dueling.value);
            activate(out, width, 1..outputs, dueling.advantage);
            for row in out.chunks_exact_mut(width) {
                let value = f64::from(row[0]);
                let mean = sum_f64(&row[1..outputs]) / (outputs - 1) as f64;
                for action in 1..outputs {
                    row[action - 1] = (value + f64::from(row[action]) - mean) as f32;
                }
                row[outputs - 1] = 0.0;
            }
            Ok(width)
        }
    }
}

/// W x + b for all states; gives the numbers of a row, a multiple of [`PANEL`], of which those behind the outputs are 0.
fn sum_up(
    sums: &Linear,
    packed: &[f32],
    count: usize,
    out: &mut Vec<f32>,
    progress: &mut Progress,
) -> Result<usize, Interrupted> {
    let width = PANEL * sums.bias.len();
    // Everything is written: what stood there before does not matter.
    out.resize(count * width, 0.0);
    let size = sums.weights.len() / sums.bias.len();
    for (k, (panel, bias)) in sums.weights.chunks_exact(size).zip(&sums.bias).enumerate() {
        multiply(panel, bias, packed, count, &mut out[k * PANEL..], width);
        progress.advance(count as u64 * sums.panel_operations())?;
    }
    Ok(width)
}

fn activate(out: &mut [f32], width: usize, outputs: std::ops::Range<usize>, activation: Activation) {
    if activation == Activation::Linear {
        return;
    }
    for row in out.chunks_exact_mut(width) {
        let row = &mut row[outputs.clone()];
        if is_finite(row) {
            activation.apply(row);
        }
    }
}
