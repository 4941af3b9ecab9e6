//! From text to circuit.

use ketflow_circuit::{Circuit, Error};
use std::collections::BTreeMap;

pub(crate) fn read(_format: &str, _source: &str) -> Result<Circuit, Error> {
    Err(Error::unsupported("TEMP"))
}

pub(crate) fn bind(circuit: &Circuit, inputs: &BTreeMap<String, f64>) -> Result<Vec<f64>, Error> {
    Ok(circuit.inputs.iter().map(|input| inputs[&input.name]).collect())
}
