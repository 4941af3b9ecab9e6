//! The engines behind one door.

use crate::poll::Poll;
use ketflow_circuit::{Circuit, Parsed};
use ketflow_error::{Error, RunError};
use ketflow_team::Team;
use serde_json::json;

/// A source as its engine has read it.
pub enum Engine {
    Circuit { format: ketflow_circuit::Format, parsed: Parsed },
    Model(ketflow_annealer::Model),
    Project { format: ketflow_scheduler::read::Format, problem: ketflow_scheduler::Problem },
    Network { format: &'static str, document: ketflow_qnet::Document },
}

impl Engine {
    pub fn read(engine: &str, format: &str, source: &[u8]) -> Result<Self, Error> {
        match engine {
            "statevector" => {
                let format = ketflow_statevector::format_of(format, source)?;
                ketflow_circuit::parse_bytes(format, source).map(|parsed| Self::Circuit { format, parsed })
            }
            "annealer" => {
                let format = ketflow_annealer::Format::named(format, source)?;
                ketflow_annealer::read(format, source).map(Self::Model)
            }
            "scheduler" => {
                let format = ketflow_scheduler::read::Format::of(format, source)?;
                ketflow_scheduler::read::read(format, source).map(|problem| Self::Project { format, problem })
            }
            "qnet" => {
                ketflow_qnet::read_as(format, source).map(|(format, document)| Self::Network { format, document })
            }
            other => Err(Error::invalid(format!("there is no engine '{other}'"))),
        }
    }

    pub fn format(&self) -> &str {
        match self {
            Self::Circuit { format, .. } => format.name(),
            Self::Model(model) => model.format.name(),
            Self::Project { format, .. } => format.name(),
            Self::Network { format, .. } => format,
        }
    }

    pub fn circuit(&self) -> Result<&Circuit, Error> {
        match self {
            Self::Circuit { parsed, .. } => Ok(&parsed.circuit),
            _ => Err(Error::invalid("only a circuit is converted")),
        }
    }

    /// As the WASM packages give it.
    pub fn view(&self) -> String {
        match self {
            Self::Circuit { parsed, .. } => ketflow_circuit::view::to_json(&parsed.circuit),
            Self::Model(model) => view_of_model(model),
            Self::Project { problem, .. } => ketflow_scheduler::view(problem),
            Self::Network { document, .. } => view_of_network(document),
        }
    }

    pub fn notes(&self) -> String {
        match self {
            Self::Circuit { parsed, .. } => ketflow_circuit::view::notes_to_json(&parsed.notes),
            _ => "[]".to_owned(),
        }
    }

    pub fn estimate(&self, options: &str) -> Result<String, Error> {
        let estimate = match self {
            Self::Circuit { parsed, .. } => {
                let options = ketflow_statevector::Options::from_json(options)?;
                json!(ketflow_statevector::estimate(&parsed.circuit, &options)?)
            }
            Self::Model(model) => {
                let options = ketflow_annealer::Options::from_json(options)?;
                json!(ketflow_annealer::estimate(model, &options)?)
            }
            Self::Project { problem, .. } => {
                let options = ketflow_scheduler::Options::from_json(options)?;
                json!(ketflow_scheduler::estimate(problem, &options)?)
            }
            Self::Network { document, .. } => {
                let options = ketflow_qnet::Options::from_json(options)?;
                json!(ketflow_qnet::estimate(document, &options)?)
            }
        };
        Ok(estimate.to_string())
    }

    pub fn run(&self, team: &Team, options: &str, poll: &mut Poll<'_, '_>) -> Result<Vec<u8>, RunError> {
        match self {
            Self::Circuit { parsed, .. } => {
                let options = ketflow_statevector::Options::from_json(options)?;
                Ok(ketflow_statevector::run_on(team, &parsed.circuit, &options, poll)?.to_container())
            }
            Self::Model(model) => {
                let options = ketflow_annealer::Options::from_json(options)?;
                Ok(ketflow_annealer::run_on(team, model, &options, poll)?.to_container())
            }
            Self::Project { problem, .. } => {
                let options = ketflow_scheduler::Options::from_json(options)?;
                Ok(ketflow_scheduler::solve(problem, &options, poll)?.to_container())
            }
            Self::Network { document, .. } => {
                let options = ketflow_qnet::Options::from_json(options)?;
                Ok(ketflow_qnet::infer(document, &options, poll)?.to_container())
            }
        }
    }
}

fn view_of_model(model: &ketflow_annealer::Model) -> String {
    let bqm = &model.bqm;
    let vartype = if bqm.vartype() == ketflow_annealer::Vartype::Spin { "spin" } else { "binary" };
    let (variables, couplings) = (bqm.size(), bqm.couplings().len());
    let mut view =
        json!({ "vartype": vartype, "variables": variables, "couplings": couplings, "offset": bqm.offset() });
    if let Some(problem) = &model.problem {
        view["problem"] = problem.kind().into();
    }
    view.to_string()
}

fn view_of_network(ketflow_qnet::Document { network, states }: &ketflow_qnet::Document) -> String {
    let (inputs, actions, parameters) = (network.inputs(), network.actions(), network.parameters());
    let states = states.as_ref().map_or(0, |states| states.count());
    json!({ "inputs": inputs, "actions": actions, "parameters": parameters, "states": states }).to_string()
}
