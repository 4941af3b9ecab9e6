//! Random networks against the naive twin in f64, and against themselves in other batches.
// Clippy lets tests unwrap, but not the helpers they share.
#![allow(clippy::unwrap_used)]

mod naive;
mod nets;
mod tensors;

use ketflow_qnet::{Document, InferResult, States, Unmonitored, read, read_states, run};
use proptest::prelude::*;
use serde_json::Value;

fn infer(document: &Value) -> InferResult {
    let Document { network, states } = read(document.to_string().as_bytes()).unwrap_or_else(|error| panic!("{error}"));
    run(&network, &states.unwrap(), &mut Unmonitored).unwrap()
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn outputs_agree_with_f64(document in nets::document()) {
        let result = infer(&document);
        let expected = naive::outputs(&document);
        prop_assert_eq!(result.argmax.len(), expected.len());
        for (state, (ours, theirs)) in result.outputs.chunks(result.actions).zip(&expected).enumerate() {
            prop_assert_eq!(ours.len(), theirs.len());
            let scale = theirs.iter().fold(1.0f64, |scale, x| scale.max(x.abs()));
            for (action, (a, b)) in ours.iter().zip(theirs).enumerate() {
                prop_assert!((f64::from(*a) - b).abs() <= 1e-5 * scale, "state {}, output {}: {}, f64 {}", state, action, a, b);
            }
            let best = theirs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let chosen = theirs[result.argmax[state] as usize];
            prop_assert!(best - chosen <= 2e-5 * scale, "state {}: argmax has {}, the best is {}", state, chosen, best);
        }
    }

    #[test]
    fn a_state_has_the_same_bytes_in_every_batch(document in nets::document(), cut in 0.0f64..1.0) {
        let Document { network, states } = read(document.to_string().as_bytes()).unwrap();
        let states = states.unwrap();
        let whole = run(&network, &states, &mut Unmonitored).unwrap();
        let rows: Vec<&[f32]> = (0..states.count()).map(|k| states.row(k)).collect();
        let infer = |rows: &[&[f32]]| {
            let states = States::new(states.width(), rows.concat()).unwrap();
            run(&network, &states, &mut Unmonitored).unwrap()
        };
        let rotation = (cut * rows.len() as f64) as usize;
        let mut rotated = rows.clone();
        rotated.rotate_left(rotation);
        rotated.reverse();
        let mut other = infer(&rotated).outputs.chunks(whole.actions).map(bits).collect::<Vec<_>>();
        other.reverse();
        other.rotate_right(rotation);
        prop_assert_eq!(other.concat(), bits(&whole.outputs));
        for (k, row) in rows.iter().enumerate() {
            let alone = infer(&[row]);
            prop_assert_eq!(bits(&alone.outputs), bits(&whole.outputs[k * whole.actions..][..whole.actions]));
            prop_assert_eq!(alone.argmax[0], whole.argmax[k]);
        }
    }

    #[test]
    fn states_given_apart_are_those_of_the_file(document in nets::document()) {
        let inside = infer(&document);
        let mut network = document.clone();
        let states = network.as_object_mut().unwrap().remove("states").unwrap();
        let read_apart = read(network.to_string().as_bytes()).unwrap();
        prop_assert!(read_apart.states.is_none());
        let states = read_states(states.to_string().as_bytes()).unwrap();
        let apart = run(&read_apart.network, &states, &mut Unmonitored).unwrap();
        prop_assert_eq!(apart.to_container(), inside.to_container());
    }
}

#[test]
fn the_first_of_equal_outputs_wins() {
    let document = serde_json::json!({
        "format": "ketflow-net/1", "dtype": "f32",
        "layers": [{ "kind": "dense", "weights": [[1], [2], [2], [-0.0]], "bias": [0, 0, 0, 0], "activation": "linear" }],
        "states": [[1], [0], [-1]],
    });
    let result = infer(&document);
    assert_eq!(result.argmax, [1, 0, 3]);
    assert_eq!(result.outputs, [1.0, 2.0, 2.0, 0.0, 0.0, 0.0, 0.0, 0.0, -1.0, -2.0, -2.0, 0.0]);
}

/// Differences beyond the range of f32 are no overflow: their exponential is 0.
#[test]
fn softmax_takes_the_largest_sums() {
    let document = serde_json::json!({
        "format": "ketflow-net/1", "dtype": "f32",
        "layers": [{ "kind": "dense", "weights": [[3e38], [-3e38], [3e38]], "bias": [0, 0, 0], "activation": "softmax" }],
        "states": [[1], [1e-38]],
    });
    let result = infer(&document);
    assert_eq!(result.outputs[..3], [0.5, 0.0, 0.5]);
    let tail = (1.0 + 1.0 + (-6.0f64).exp()).recip();
    assert!((f64::from(result.outputs[3]) - tail).abs() < 1e-6);
}
