//! A network that is asked again and again: no memory is taken after the first call.

use crate::forward::{Buffers, evaluate, is_finite};
use crate::limits::MAX_BATCH_VALUES;
use crate::monitor::{Progress, Unmonitored};
use crate::network::Network;
use ketflow_error::{Error, RunError};

/// A network with the memory of its batches, for callers that wait for the answer, such as a router: one state of a network of
/// 64-128-128-(1 + 8) takes some microseconds.
#[derive(Debug)]
pub struct Evaluator {
    network: Network,
    states: Vec<f32>,
    outputs: Vec<f32>,
    buffers: Buffers,
}

impl Evaluator {
    /// For batches of at most `max_states`.
    ///
    /// # Errors
    /// `invalid-input` when that is 0, `too-large` when such a batch has more than [`MAX_BATCH_VALUES`] states or outputs.
    pub fn new(network: Network, max_states: usize) -> Result<Self, Error> {
        let (inputs, actions) = (network.inputs(), network.actions());
        let most = MAX_BATCH_VALUES / inputs.max(actions).max(1);
        if max_states == 0 {
            return Err(Error::invalid("maxStates is 0; give at least 1"));
        }
        if max_states > most {
            return Err(Error::too_large(format!("maxStates is {max_states}; give at most {most} for this network")));
        }
        let (states, outputs) = (vec![0.0; max_states * inputs], vec![0.0; max_states * actions]);
        let mut evaluator = Self { network, states, outputs, buffers: Buffers::default() };
        // Zeros are answered by biases alone; what counts is that the buffers have their size.
        let _ = evaluator.evaluate(max_states);
        Ok(evaluator)
    }

    /// The network.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// Where the states of a batch are written, one after the other.
    pub fn states(&mut self) -> &mut [f32] {
        &mut self.states
    }

    /// The outputs for the first `count` states, one after the other: the bytes that [`crate::run()`] gives.
    ///
    /// # Errors
    /// `invalid-input` when `count` is 0 or above the limit that was given, when a state has NaN or an infinity, and when a
    /// sum leaves the range of f32.
    pub fn evaluate(&mut self, count: usize) -> Result<&[f32], Error> {
        let (inputs, actions) = (self.network.inputs(), self.network.actions());
        let most = self.states.len() / inputs;
        if count == 0 || count > most {
            return Err(Error::invalid(format!("count is {count}; give 1 to {most}, as the evaluator was made for")));
        }
        let (states, outputs) = (&self.states[..count * inputs], &mut self.outputs[..count * actions]);
        if !is_finite(states) {
            return Err(Error::invalid("a state has NaN or an infinity in it; give finite numbers"));
        }
        let monitor = &mut Unmonitored;
        match evaluate(&self.network, states, outputs, &mut self.buffers, &mut Progress::new(monitor, 0)) {
            Ok(()) => Ok(outputs),
            Err(RunError::Refused(error)) => Err(error),
            Err(error) => Err(Error::invalid(error.to_string())),
        }
    }
}
