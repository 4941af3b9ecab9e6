//! Networks for tests, as documents.

use crate::tensors::{list, tensor};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Numbers that are 0 or −0 now and then, since those are what sums can treat differently.
fn number(scale: f32) -> impl Strategy<Value = f32> {
    prop_oneof![8 => (-1.0f32..1.0).prop_map(move |x| x * scale), 1 => Just(0.0), 1 => Just(-0.0)]
}

fn rows(count: usize, width: usize, scale: f32) -> impl Strategy<Value = Vec<Vec<f32>>> {
    prop::collection::vec(prop::collection::vec(number(scale), width), count)
}

/// A dense layer whose sums are around 1.
pub fn dense(inputs: usize, outputs: usize) -> impl Strategy<Value = Value> {
    let scale = 2.0 / (inputs as f32).sqrt();
    let activation = prop::sample::select(vec!["relu", "tanh", "linear", "softmax"]);
    (rows(outputs, inputs, scale), prop::collection::vec(number(1.0), outputs), activation, any::<[bool; 2]>()).prop_map(
        |(weights, bias, activation, [first, second])| {
            json!({
                "kind": "dense", "weights": tensor(&weights, first), "bias": list(&bias, second), "activation": activation,
            })
        },
    )
}

fn dueling(inputs: usize, actions: usize) -> impl Strategy<Value = Value> {
    (dense(inputs, 1), dense(inputs, actions))
        .prop_map(|(value, advantage)| json!({ "kind": "dueling", "value": value, "advantage": advantage }))
}

/// A whole document: up to four layers whose widths lie on both sides of the sixteen lanes, and a batch that crosses
/// blocks.
pub fn document() -> impl Strategy<Value = Value> {
    let widths = prop::collection::vec(prop_oneof![1usize..=8, 14usize..=35], 2..=5);
    (widths, any::<bool>(), 1usize..=70, any::<bool>()).prop_flat_map(|(widths, is_dueling, batch, is_base64)| {
        let last = widths.len() - 2;
        let layers: Vec<BoxedStrategy<Value>> = widths
            .windows(2)
            .enumerate()
            .map(|(k, pair)| match is_dueling && k == last {
                true => dueling(pair[0], pair[1]).boxed(),
                false => dense(pair[0], pair[1]).boxed(),
            })
            .collect();
        (layers, rows(batch, widths[0], 2.0)).prop_map(move |(layers, states)| {
            json!({ "format": "ketflow-net/1", "dtype": "f32", "layers": layers, "states": tensor(&states, is_base64) })
        })
    })
}
