//! A job from its options to its result.

use crate::forward;
use crate::monitor::Monitor;
use crate::read::Document;
use crate::result::InferResult;
use crate::states::States;
use ketflow_error::{Error, RunError};
use serde::{Deserialize, Serialize};

/// The address space of wasm32 less room for code; natively the same, so that both refuse alike.
const DEFAULT_MEMORY_LIMIT_MIB: u64 = 4096 - 256;

/// The options of an infer job, as they come in JSON: the same names as the flags of the command line.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Options {
    /// The states that the network is asked about, in place of those of the file: one row of numbers for each.
    pub states: Option<Vec<Vec<f64>>>,
    /// Limit on the memory of the run.
    #[serde(rename = "memoryLimitMiB")]
    pub memory_limit_mib: u64,
    /// Nothing is drawn at random; accepted, because every job has one.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { states: None, memory_limit_mib: DEFAULT_MEMORY_LIMIT_MIB, seed: 0 }
    }
}

impl Options {
    /// Reads options.
    ///
    /// # Errors
    /// `invalid-input` for bad JSON and unknown fields.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        serde_json::from_str(text).map_err(|error| Error::invalid(format!("options: {error}")))
    }

    /// The states of the options, else those of the file.
    fn states(&self, document: &Document) -> Result<States, Error> {
        let Some(rows) = &self.states else {
            let none = || Error::invalid("there are no states; give them in the file, or as the option states");
            return document.states.clone().ok_or_else(none);
        };
        let width = document.network.inputs();
        if let Some(k) = rows.iter().position(|row| row.len() != width) {
            return Err(Error::invalid(format!(
                "states[{k}] has {} numbers; give {width}, the inputs of the network",
                rows[k].len()
            )));
        }
        // Decimal numbers are rounded to f32 as those of a file are.
        States::new(width, rows.iter().flatten().map(|value| *value as f32).collect())
    }
}

/// What a run will take, known without running anything.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Estimate {
    /// Rows of the batch.
    pub states: u64,
    /// Numbers of one state.
    pub inputs: u64,
    /// Outputs for one state.
    pub actions: u64,
    /// Bytes at the peak, the network included.
    pub bytes: u64,
    /// As [`Monitor`] counts them: what a calibration turns into milliseconds.
    pub operations: u64,
}

/// Says what a run with these options would take.
///
/// # Errors
/// As [`infer`], but for the cancellation and for sums that leave the range of f32.
pub fn estimate(document: &Document, options: &Options) -> Result<Estimate, Error> {
    let states = options.states(document)?;
    let network = &document.network;
    forward::check(network, &states)?;
    let (count, inputs, actions) = (states.count() as u64, network.inputs() as u64, network.actions() as u64);
    // Weights; states as they are kept and as they came; outputs and their container.
    let bytes = 4 * network.parameters() + count * (16 * inputs + 12 * actions + 8);
    let limit = options.memory_limit_mib << 20;
    if bytes > limit {
        return Err(Error::too_large(format!(
            "{count} states need {bytes} bytes ({} MiB); the limit is {limit} bytes ({} MiB): give fewer states, or raise \
             memoryLimitMiB",
            bytes.div_ceil(1 << 20),
            limit >> 20
        )));
    }
    Ok(Estimate { states: count, inputs, actions, bytes, operations: count * network.operations() })
}

/// Evaluates the network of a document for the states of the options, or for its own.
///
/// # Errors
/// As [`forward::run`].
pub fn infer(document: &Document, options: &Options, monitor: &mut dyn Monitor) -> Result<InferResult, RunError> {
    estimate(document, options)?;
    forward::run(&document.network, &options.states(document)?, monitor)
}
