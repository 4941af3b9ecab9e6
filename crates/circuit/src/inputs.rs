//! Values for the input parameters of a circuit.

use crate::fault::nearest;
use crate::ir::{Circuit, InputKind};
use ketflow_error::Error;
use std::collections::BTreeMap;

/// The value of every input in the order of [`Circuit::inputs`], as [`crate::expr::Expr::evaluate`] takes them.
///
/// # Errors
/// `invalid-input` for a value that is missing, unknown, not finite, or not whole where the input is an int or uint.
pub fn bind(circuit: &Circuit, values: &BTreeMap<String, f64>) -> Result<Vec<f64>, Error> {
    let known = || circuit.inputs.iter().map(|input| input.name.as_str());
    if let Some(name) = values.keys().find(|name| !known().any(|known| known == *name)) {
        let hint = match (nearest(name, known()), circuit.inputs.is_empty()) {
            (Some(near), _) => format!("did you mean '{near}'?"),
            (None, true) => "it has none; leave the value out".to_owned(),
            (None, false) => {
                format!("it has {}", known().map(|name| format!("'{name}'")).collect::<Vec<_>>().join(", "))
            }
        };
        return Err(Error::invalid(format!("inputs: the circuit has no input '{name}'; {hint}")));
    }
    circuit.inputs.iter().map(|input| one(&input.name, input.kind, values.get(&input.name).copied())).collect()
}

fn one(name: &str, kind: InputKind, value: Option<f64>) -> Result<f64, Error> {
    let Some(value) = value else {
        let message = format!("input '{name}' has no value; give it with --input {name}=VALUE or in options.inputs");
        return Err(Error::invalid(message));
    };
    if !value.is_finite() {
        return Err(Error::invalid(format!("input '{name}' is {value}; give a finite number")));
    }
    let is_whole = libm::trunc(value) == value;
    match kind {
        InputKind::Int if !is_whole => {
            Err(Error::invalid(format!("input '{name}' is an int, not {value}; give a whole number")))
        }
        InputKind::Uint if !is_whole || value < 0.0 => Err(Error::invalid(format!(
            "input '{name}' is a uint, not {value}; give a whole number that is not negative"
        ))),
        _ => Ok(value),
    }
}
