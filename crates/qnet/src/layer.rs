//! Reading the layers of a network, each checked against the one before it.

use crate::activation::Activation;
use crate::fault::{Fault, quote};
use crate::json::Reader;
use crate::limits::{MAX_LAYERS, MAX_PARAMETERS, MAX_WIDTH};
use crate::network::{Layer, Rows};
use crate::tensor::{Matrix, read_matrix, read_vector};

const DENSE_FIELDS: &[&str] = &["kind", "weights", "bias", "activation"];
const LAYER_FIELDS: &[&str] = &["kind", "weights", "bias", "activation", "value", "advantage"];

/// Kind of a layer, in the order of [`KINDS`].
#[derive(Clone, Copy, PartialEq, Eq)]
enum LayerKind {
    Dense,
    Dueling,
}

const KINDS: [(&str, LayerKind); 2] = [("dense", LayerKind::Dense), ("dueling", LayerKind::Dueling)];

/// The fields of a layer as they come; which of them belong together is seen at its end.
#[derive(Default)]
struct Parts {
    kind: Option<LayerKind>,
    weights: Option<Matrix>,
    bias: Option<Vec<f32>>,
    activation: Option<Activation>,
    value: Option<Rows>,
    advantage: Option<Rows>,
}

/// The array of layers, at least one.
pub(crate) fn read_layers(reader: &mut Reader) -> Result<Vec<Layer>, Fault> {
    let offset = reader.offset();
    let mut layers: Vec<Layer> = Vec::new();
    let mut parameters = 0;
    reader.array("an array of layers", |reader, index| {
        let offset = reader.offset();
        if index == MAX_LAYERS {
            return Err(reader.too_large(offset, format!("is one layer too many; give at most {MAX_LAYERS}")));
        }
        let layer = read_layer(reader)?;
        if let Some(before) = layers.last() {
            if matches!(before, Layer::Dueling(_)) {
                return Err(reader.invalid(offset, "follows a dueling layer; make that the last one"));
            }
            if before.outputs() != layer.inputs() {
                let text = format!(
                    "takes {} inputs (columns of its weights) and layers[{}] gives {} outputs (rows); make them equal",
                    layer.inputs(),
                    index - 1,
                    before.outputs()
                );
                return Err(reader.invalid(offset, text));
            }
        }
        parameters += layer.parameters();
        if parameters > MAX_PARAMETERS as u64 {
            let text = format!(
                "brings the network to {parameters} weights and biases, rows and columns filled up to multiples of 16; \
                 at most {MAX_PARAMETERS} are taken"
            );
            return Err(reader.too_large(offset, text));
        }
        layers.push(layer);
        Ok(())
    })?;
    if layers.is_empty() {
        return Err(reader.invalid(offset, "is empty; give at least one layer"));
    }
    Ok(layers)
}

fn read_layer(reader: &mut Reader) -> Result<Layer, Fault> {
    let offset = reader.offset();
    let mut parts = read_parts(reader, "a layer: an object with a kind", LAYER_FIELDS)?;
    let Some(kind) = parts.kind else {
        return Err(reader.invalid(offset, "has no 'kind'; give 'dense' or 'dueling'"));
    };
    if kind == LayerKind::Dense {
        if parts.value.is_some() || parts.advantage.is_some() {
            let text = "is dense and has 'value' or 'advantage', which only dueling layers have; leave it out";
            return Err(reader.invalid(offset, text));
        }
        if parts.activation.is_none() {
            return Err(
                reader.invalid(offset, format!("has no 'activation'; give one of {}", names(&Activation::NAMES)))
            );
        }
        return dense(reader, offset, parts).map(Layer::dense);
    }
    if parts.weights.is_some() || parts.bias.is_some() || parts.activation.is_some() {
        let text = "is dueling and has 'weights', 'bias' or 'activation'; put them into its 'value' and 'advantage'";
        return Err(reader.invalid(offset, text));
    }
    let (Some(value), Some(advantage)) = (parts.value.take(), parts.advantage.take()) else {
        return Err(reader.invalid(offset, "is dueling without 'value' and 'advantage'; give both"));
    };
    if value.outputs() != 1 {
        let text = format!("has a 'value' of {} outputs; give one row of weights and one bias", value.outputs());
        return Err(reader.invalid(offset, text));
    }
    if value.inputs != advantage.inputs {
        let text = format!(
            "has a 'value' of {} inputs and an 'advantage' of {}; give both as many columns",
            value.inputs, advantage.inputs
        );
        return Err(reader.invalid(offset, text));
    }
    Ok(Layer::dueling(value, advantage))
}

fn read_parts(reader: &mut Reader, wanted: &str, fields: &[&'static str]) -> Result<Parts, Fault> {
    let mut parts = Parts::default();
    reader.object(wanted, fields, |reader, field| {
        match field {
            "kind" => parts.kind = Some(read_name(reader, &KINDS)?),
            "weights" => parts.weights = Some(read_weights(reader)?),
            "bias" => parts.bias = Some(read_vector(reader, MAX_WIDTH)?),
            "activation" => parts.activation = Some(read_name(reader, &Activation::NAMES)?),
            "value" => parts.value = Some(read_stream(reader)?),
            _ => parts.advantage = Some(read_stream(reader)?),
        }
        Ok(())
    })?;
    Ok(parts)
}

fn read_weights(reader: &mut Reader) -> Result<Matrix, Fault> {
    let offset = reader.offset();
    let weights = read_matrix(reader, MAX_PARAMETERS)?;
    let width = weights.rows.max(weights.columns);
    if width > MAX_WIDTH {
        let text = format!("has {} rows of {}; at most {MAX_WIDTH} of both are taken", weights.rows, weights.columns);
        return Err(reader.too_large(offset, text));
    }
    Ok(weights)
}

/// One half of a dueling layer: dense, where `kind` may be left out and the activation is linear unless given.
fn read_stream(reader: &mut Reader) -> Result<Rows, Fault> {
    let offset = reader.offset();
    let parts = read_parts(reader, "an object with weights and bias", DENSE_FIELDS)?;
    if parts.kind == Some(LayerKind::Dueling) {
        return Err(reader.invalid(offset, "is of the kind 'dueling'; make it 'dense'"));
    }
    dense(reader, offset, parts)
}

fn dense(reader: &Reader, offset: usize, parts: Parts) -> Result<Rows, Fault> {
    let Some(weights) = parts.weights else {
        return Err(reader.invalid(offset, "has no 'weights'; give an array of rows, one per output"));
    };
    let Some(bias) = parts.bias else {
        return Err(reader.invalid(offset, format!("has no 'bias'; give an array of {} numbers", weights.rows)));
    };
    if bias.len() != weights.rows {
        let text =
            format!("has a 'bias' of {} numbers and {} rows of weights; give one per row", bias.len(), weights.rows);
        return Err(reader.invalid(offset, text));
    }
    let activation = parts.activation.unwrap_or(Activation::Linear);
    Ok(Rows { inputs: weights.columns, weights: weights.values, bias, activation })
}

/// One of the names of a table.
fn read_name<T: Copy>(reader: &mut Reader, table: &[(&'static str, T)]) -> Result<T, Fault> {
    let offset = reader.offset();
    let name = reader.text(&format!("one of {}", names(table)))?;
    match table.iter().find(|(known, _)| *known == name) {
        Some((_, value)) => Ok(*value),
        None => Err(reader.invalid(offset, format!("is '{}'; give one of {}", quote(&name), names(table)))),
    }
}

fn names<T>(table: &[(&'static str, T)]) -> String {
    table.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}
