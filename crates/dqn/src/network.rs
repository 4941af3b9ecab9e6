//! The network that learns: dense layers with ReLU and a linear or dueling head, with its gradient.
//!
//! All parameters lie in one vector, which is what the optimiser, the target network and a checkpoint see. A layer's weights
//! are kept as W[in][out], rows filled up with zeros, the bias as one more row: forward and both gradients are then the one
//! product of [`crate::matmul`].

use crate::draws::{Draws, Purpose};
use crate::matmul::{Left, accumulate, stride};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Widths of the layers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Shape {
    inputs: usize,
    hidden: Vec<usize>,
    actions: usize,
    is_dueling: bool,
}

/// One layer in the vector of parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Segment {
    pub offset: usize,
    pub inputs: usize,
    pub outputs: usize,
}

impl Segment {
    /// Numbers of a row of weights, and of a row of outputs.
    pub fn stride(&self) -> usize {
        stride(self.outputs)
    }

    fn weights(&self) -> Range<usize> {
        self.offset..self.offset + self.inputs * self.stride()
    }

    fn bias(&self) -> Range<usize> {
        let start = self.weights().end;
        start..start + self.stride()
    }

    /// Weights and bias.
    pub fn range(&self) -> Range<usize> {
        self.offset..self.bias().end
    }

    /// Weight from input `i` to output `o`; i = inputs is the bias.
    pub fn at(&self, i: usize, o: usize) -> usize {
        self.offset + i * self.stride() + o
    }
}

impl Shape {
    pub fn new(inputs: usize, hidden: &[usize], actions: usize, is_dueling: bool) -> Self {
        Self { inputs, hidden: hidden.to_vec(), actions, is_dueling }
    }

    pub fn inputs(&self) -> usize {
        self.inputs
    }

    pub fn actions(&self) -> usize {
        self.actions
    }

    pub fn is_dueling(&self) -> bool {
        self.is_dueling
    }

    /// Layers from the first to the head. A dueling head is one layer of 1 + actions outputs, the value first.
    pub fn segments(&self) -> Vec<Segment> {
        let head = self.actions + usize::from(self.is_dueling);
        let mut offset = 0;
        let mut inputs = self.inputs;
        let widths = self.hidden.iter().copied().chain([head]);
        widths
            .map(|outputs| {
                let segment = Segment { offset, inputs, outputs };
                (offset, inputs) = (segment.range().end, outputs);
                segment
            })
            .collect()
    }

    /// Numbers in the vector of parameters.
    pub fn parameters(&self) -> usize {
        self.segments().last().map_or(0, |segment| segment.range().end)
    }

    /// First parameters: weights and biases uniform in ±1/√inputs, the rest 0.
    ///
    /// Source: LeCun et al., "Efficient BackProp" (1998), in the form that PyTorch gives its linear layers.
    pub fn first_parameters(&self, seed: u64) -> Vec<f32> {
        let mut parameters = vec![0.0; self.parameters()];
        let mut draws = Draws::new(seed, Purpose::Weights, 0);
        for segment in self.segments() {
            let bound = 1.0 / (segment.inputs as f64).sqrt();
            for i in 0..=segment.inputs {
                for o in 0..segment.outputs {
                    parameters[segment.at(i, o)] = (bound * (2.0 * draws.unit() - 1.0)) as f32;
                }
            }
        }
        parameters
    }
}

/// Memory of a forward and a backward pass, kept from batch to batch.
#[derive(Debug, Clone, Default)]
pub(crate) struct Workspace {
    /// Outputs of each layer, after its activation.
    outputs: Vec<Vec<f32>>,
    /// Values of the actions, state after state.
    values: Vec<f32>,
    /// Gradient of the loss by the outputs of a layer, and of the layer before it.
    delta: Vec<f32>,
    before: Vec<f32>,
    transposed: Vec<f32>,
}

/// Values of all actions for `count` states, `inputs` numbers each.
pub(crate) fn forward<'a>(
    shape: &Shape,
    parameters: &[f32],
    states: &[f32],
    count: usize,
    work: &'a mut Workspace,
) -> &'a [f32] {
    let segments = shape.segments();
    work.outputs.resize(segments.len(), Vec::new());
    for (k, segment) in segments.iter().enumerate() {
        let (done, rest) = work.outputs.split_at_mut(k);
        let Some(out) = rest.first_mut() else { continue };
        let input = done.last().map_or(states, |input| input.as_slice());
        let (row, width) = (if k == 0 { segment.inputs } else { stride(segment.inputs) }, segment.stride());
        out.clear();
        for _ in 0..count {
            out.extend_from_slice(&parameters[segment.bias()]);
        }
        let left = Left { values: input, rows: count, columns: segment.inputs, row, column: 1 };
        accumulate(out, left, &parameters[segment.weights()], width);
        if k + 1 < segments.len() {
            out.iter_mut().for_each(|z| *z = if *z > 0.0 { *z } else { 0.0 });
        }
    }
    read_head(shape, count, work);
    &work.values
}

/// Q = V + A − mean(A), or the outputs as they are.
fn read_head(shape: &Shape, count: usize, work: &mut Workspace) {
    let actions = shape.actions;
    work.values.clear();
    let Some(head) = work.outputs.last() else { return };
    for row in head.chunks_exact(head.len() / count.max(1)).take(count) {
        if shape.is_dueling {
            let mean = row[1..=actions].iter().sum::<f32>() / actions as f32;
            work.values.extend(row[1..=actions].iter().map(|advantage| row[0] + (advantage - mean)));
        } else {
            work.values.extend_from_slice(&row[..actions]);
        }
    }
}

/// Gradient by the parameters after a forward pass of the same states: `slopes[k]` is the derivative of the loss by the value of
/// action `actions[k]` in state k; other actions have no part in it. Writes all of `gradient`.
pub(crate) fn backward(
    shape: &Shape,
    parameters: &[f32],
    states: &[f32],
    actions: &[u32],
    slopes: &[f32],
    work: &mut Workspace,
    gradient: &mut [f32],
) {
    let (segments, count) = (shape.segments(), actions.len());
    gradient.fill(0.0);
    write_head_slopes(shape, actions, slopes, &mut work.delta);
    for (k, segment) in segments.iter().enumerate().rev() {
        let width = segment.stride();
        let (input, row) = match k {
            0 => (states, segment.inputs),
            _ => (work.outputs[k - 1].as_slice(), stride(segment.inputs)),
        };
        // dW[i][o] = Σ over states of x[i] δ[o]
        let left = Left { values: input, rows: segment.inputs, columns: count, row: 1, column: row };
        accumulate(&mut gradient[segment.weights()], left, &work.delta, width);
        for delta in work.delta.chunks_exact(width) {
            for (sum, slope) in gradient[segment.bias()].iter_mut().zip(delta) {
                *sum += slope;
            }
        }
        if k == 0 {
            break;
        }
        // δ of the layer before: Σ over outputs of δ[o] W[i][o], where its ReLU was open.
        transpose(&parameters[segment.weights()], segment, &mut work.transposed);
        work.before.clear();
        work.before.resize(count * row, 0.0);
        let left = Left { values: &work.delta, rows: count, columns: segment.outputs, row: width, column: 1 };
        accumulate(&mut work.before, left, &work.transposed, row);
        for (slope, output) in work.before.iter_mut().zip(&work.outputs[k - 1]) {
            *slope = if *output > 0.0 { *slope } else { 0.0 };
        }
        std::mem::swap(&mut work.delta, &mut work.before);
    }
}

fn write_head_slopes(shape: &Shape, actions: &[u32], slopes: &[f32], delta: &mut Vec<f32>) {
    let outputs = shape.actions + usize::from(shape.is_dueling);
    let width = stride(outputs);
    delta.clear();
    delta.resize(actions.len() * width, 0.0);
    for ((row, action), slope) in delta.chunks_exact_mut(width).zip(actions).zip(slopes) {
        let action = *action as usize;
        if shape.is_dueling {
            row[0] = *slope;
            let share = slope / shape.actions as f32;
            row[1..outputs].fill(-share);
            row[1 + action] += slope;
        } else {
            row[action] = *slope;
        }
    }
}

/// W[o][i], rows filled up with zeros.
fn transpose(weights: &[f32], segment: &Segment, transposed: &mut Vec<f32>) {
    let (width, height) = (segment.stride(), stride(segment.inputs));
    transposed.clear();
    transposed.resize(segment.outputs * height, 0.0);
    for (i, row) in weights.chunks_exact(width).enumerate() {
        for (o, weight) in row[..segment.outputs].iter().enumerate() {
            transposed[o * height + i] = *weight;
        }
    }
}

#[cfg(test)]
mod tests;
