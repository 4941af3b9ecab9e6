//! The engines behind one door: a source that was read, and what a run of it gives.

use crate::limit::Deadline;
use ketflow_annealer::Model;
use ketflow_circuit::{Circuit, parse};
use ketflow_qnet::Document;
use ketflow_scheduler::Problem;
use serde_json::value::RawValue;

/// A source as its engine has read it.
pub enum Program {
    /// For the statevector engine.
    Circuit(Circuit),
    /// For the annealer.
    Model(Model),
    /// For the scheduler.
    Problem(Problem),
    /// For the network engine.
    Network(Document),
}

impl Program {
    /// Reads the source of a job of this type.
    ///
    /// # Errors
    /// A sentence: the type or format is not known, or the engine refuses the source.
    pub fn read(job_type: &str, format: &str, source: &str) -> Result<Self, String> {
        let bytes = source.as_bytes();
        match job_type {
            "circuit" => {
                let known = ketflow_circuit::Format::from_name(format);
                let format = known.ok_or_else(|| format!("format {format:?} is not known"))?;
                parse(format, source).map(|parsed| Self::Circuit(parsed.circuit)).map_err(text)
            }
            "anneal" => {
                let format = ketflow_annealer::Format::named(format, bytes).map_err(text)?;
                ketflow_annealer::read(format, bytes).map(Self::Model).map_err(text)
            }
            "schedule" => {
                let format = ketflow_scheduler::read::Format::named(format).map_err(text)?;
                ketflow_scheduler::read::read(format, bytes).map(Self::Problem).map_err(text)
            }
            "infer" if format == "net-json" => ketflow_qnet::read(bytes).map(Self::Network).map_err(text),
            _ => Err(format!("jobs of type {job_type:?} and format {format:?} are not known")),
        }
    }

    /// Runs it with the options of its engine; gives the result container.
    ///
    /// # Errors
    /// A sentence: the options are wrong, or the engine refuses the job.
    pub fn run(&self, raw: &RawValue) -> Result<Vec<u8>, String> {
        let options = raw.get();
        match self {
            Self::Circuit(circuit) => {
                let options = ketflow_statevector::Options::from_json(options).map_err(text)?;
                let result = ketflow_statevector::run(circuit, &options, &mut ketflow_statevector::Unmonitored);
                result.map(|result| result.to_container()).map_err(text)
            }
            Self::Model(model) => {
                let options = ketflow_annealer::Options::from_json(options).map_err(text)?;
                let result = ketflow_annealer::run(model, &options, &mut ketflow_annealer::Unmonitored);
                result.map(|result| result.to_container()).map_err(text)
            }
            Self::Problem(problem) => {
                let (options, mut deadline) = Deadline::of_schedule(raw)?;
                let options = ketflow_scheduler::Options::from_json(&options).map_err(text)?;
                let result = ketflow_scheduler::solve(problem, &options, &mut deadline);
                result.map(|result| result.to_container()).map_err(text)
            }
            Self::Network(document) => {
                let options = ketflow_qnet::Options::from_json(options).map_err(text)?;
                let result = ketflow_qnet::infer(document, &options, &mut ketflow_qnet::Unmonitored);
                result.map(|result| result.to_container()).map_err(text)
            }
        }
    }
}

/// What an engine says, as the protocol has it.
pub fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
