//! What fits no network, no memory or no f32 is refused with the code and the remedy; a run can be stopped.
// Clippy lets tests unwrap, but not the helpers they share.
#![allow(clippy::unwrap_used)]

mod tensors;

use ketflow_qnet::limits::{MAX_BATCH_VALUES, MAX_LAYERS, MAX_SOURCE_BYTES};
use ketflow_qnet::{Evaluator, Interrupted, Monitor, Network, RunError, States, Unmonitored, read, read_states, run};
use serde_json::{Value, json};
use tensors::{list, tensor};

fn layer(rows: usize, columns: usize) -> Value {
    let (weights, bias) = (tensor(&vec![vec![0.5; columns]; rows], true), list(&vec![0.0; rows], true));
    json!({ "kind": "dense", "weights": weights, "bias": bias, "activation": "linear" })
}

fn document(layers: &[Value]) -> String {
    json!({ "format": "ketflow-net/1", "dtype": "f32", "layers": layers }).to_string()
}

fn network(layers: &[Value]) -> Network {
    read(document(layers).as_bytes()).unwrap().network
}

/// The message of a `too-large` error.
fn too_large(layers: &[Value]) -> String {
    let error = read(document(layers).as_bytes()).unwrap_err();
    assert_eq!(error.code.as_str(), "too-large", "{error}");
    error.message
}

#[test]
fn large_models_are_refused() {
    let many = vec![layer(1, 1); MAX_LAYERS + 1];
    assert_eq!(too_large(&many), "layers[64] is one layer too many; give at most 64");
    let wide = too_large(&[layer(1, 65_537)]);
    assert_eq!(wide, "layers[0].weights has 1 rows of 65537; at most 65536 of both are taken");
    let tall = too_large(&[layer(65_537, 1)]);
    assert_eq!(tall, "layers[0].bias.shape[0] is 65537; at most 65536 is taken");
    let listed = too_large(&[json!({ "bias": vec![0; 65_537] })]);
    assert_eq!(listed, "layers[0].bias[65536] is more than number 65536 of its array, the limit; give fewer");
    let shape = too_large(&[json!({ "weights": { "base64": "", "shape": [16_777_216, 16_777_216] } })]);
    assert_eq!(
        shape,
        "layers[0].weights has the shape [16777216, 16777216], 281474976710656 numbers; at most 16777216 are taken"
    );
    let pair = [layer(65_536, 1), layer(1, 65_536)];
    assert_eq!(
        too_large(&vec![pair; 15].concat()),
        "layers[15] brings the network to 17301632 weights and biases, rows and columns filled up to multiples of 16; \
         at most 16777216 are taken"
    );
    let long = read(&vec![b' '; MAX_SOURCE_BYTES + 1]).unwrap_err();
    assert_eq!(long.code.as_str(), "too-large");
    assert_eq!(long.message, "the file has 67108865 bytes; at most 67108864 are read");
}

#[test]
fn states_must_fit() {
    let network = network(&[layer(2, 2)]);
    let states = read_states(b"[[1, 2, 3]]").unwrap();
    let error = run(&network, &states, &mut Unmonitored).unwrap_err();
    assert_eq!(error.code(), "invalid-input");
    assert_eq!(
        error.to_string(),
        "states has rows of 3 numbers; give 2, the inputs of the network (columns of layers[0])"
    );
    assert_eq!(
        read_states(b"[[1, 2], [3, NaN]]").unwrap_err().to_string(),
        "1:14: states[1][1] is NaN; give a finite number such as -0.25 or 1e-3"
    );
    for (width, values, expected) in [
        (2, vec![], "states has 0 numbers; give one or more states of 2 numbers"),
        (2, vec![1.0; 3], "states has 3 numbers; give one or more states of 2 numbers"),
        (0, vec![1.0], "states has 1 numbers; give one or more states of 0 numbers"),
        (2, vec![0.0, 1.0, 2.0, f32::INFINITY], "states[1][1] is inf; give a finite number"),
        (1, vec![0.0; MAX_BATCH_VALUES + 1], "states has 16777217 numbers; give at most 16777216 at once"),
    ] {
        assert_eq!(States::new(width, values).unwrap_err().to_string(), expected);
    }
}

#[test]
fn too_many_outputs_are_refused() {
    let network = network(&[layer(65_536, 1)]);
    let states = States::new(1, vec![1.0; 257]).unwrap();
    let error = run(&network, &states, &mut Unmonitored).unwrap_err();
    assert_eq!(error.code(), "too-large");
    assert!(error.to_string().ends_with("give at most 256 states"), "{error}");
}

#[test]
fn sums_beyond_f32_are_named() {
    for (activation, weights) in
        [("linear", "[[3e38, 3e38]]"), ("tanh", "[[3e38, 3e38]]"), ("relu", "[[-3e38, -3e38]]")]
    {
        let source = format!(
            r#"{{"format": "ketflow-net/1", "dtype": "f32", "layers": [
            {{"kind": "dense", "weights": [[1, 0], [0, 1]], "bias": [0, 0], "activation": "linear"}},
            {{"kind": "dense", "weights": {weights}, "bias": [0], "activation": "{activation}"}}], "states": [[0, 1], [1, 1]]}}"#
        );
        let document = read(source.as_bytes()).unwrap();
        let error = run(&document.network, &document.states.unwrap(), &mut Unmonitored).unwrap_err();
        assert_eq!(error.code(), "invalid-input");
        assert_eq!(
            error.to_string(),
            "the sums of layers[1] leave the range of f32 (3.4e38) for states[1]; scale weights or states down"
        );
    }
}

/// Stops at the second question.
#[derive(Default)]
struct Impatient(Vec<(u64, u64)>);

impl Monitor for Impatient {
    fn poll(&mut self, done: u64, total: u64) -> Result<(), Interrupted> {
        self.0.push((done, total));
        if self.0.len() == 2 { Err(Interrupted) } else { Ok(()) }
    }
}

#[test]
fn a_run_can_be_stopped() {
    let network = network(&[layer(1024, 1024)]);
    let states = States::new(1024, vec![1.0; 1024 * 40]).unwrap();
    let mut monitor = Impatient::default();
    assert_eq!(run(&network, &states, &mut monitor), Err(RunError::Cancelled));
    let total = 40 * 1024 * (1024 + 16);
    assert_eq!(monitor.0.len(), 2);
    for (k, (done, all)) in monitor.0.into_iter().enumerate() {
        assert_eq!(all, total);
        // Panels of 64 outputs at most, 256 inputs and 32 states at a time.
        assert!(done.abs_diff((k as u64 + 1) << 21) < 1 << 20, "{done}");
    }
}

/// The batches of an evaluator are those of a run, whatever was in its memory before.
#[test]
fn an_evaluator_gives_the_bytes_of_a_run() {
    let network = network(&[layer(5, 3), layer(40, 5)]);
    let mut evaluator = Evaluator::new(network.clone(), 70).unwrap();
    assert_eq!(evaluator.network(), &network);
    for count in [70, 1, 33, 4, 70] {
        let values: Vec<f32> = (0..3 * count).map(|k| (k * count) as f32 / 7.0 - 11.0).collect();
        evaluator.states()[..values.len()].copy_from_slice(&values);
        let expected = run(&network, &States::new(3, values).unwrap(), &mut Unmonitored).unwrap();
        assert_eq!(evaluator.evaluate(count).unwrap(), expected.outputs);
    }
}

#[test]
fn an_evaluator_refuses_what_a_run_refuses() {
    let network = network(&[layer(2, 2)]);
    for (states, expected) in [
        (0, "maxStates is 0; give at least 1"),
        (MAX_BATCH_VALUES, "maxStates is 16777216; give at most 8388608 for this network"),
    ] {
        assert_eq!(Evaluator::new(network.clone(), states).unwrap_err().to_string(), expected);
    }
    let mut evaluator = Evaluator::new(network, 3).unwrap();
    for count in [0, 4] {
        let error = evaluator.evaluate(count).unwrap_err().to_string();
        assert_eq!(error, format!("count is {count}; give 1 to 3, as the evaluator was made for"));
    }
    evaluator.states()[..4].copy_from_slice(&[1.0, 2.0, 3e38, 3e38]);
    assert!(evaluator.evaluate(1).is_ok());
    let error = evaluator.evaluate(2).unwrap();
    assert_eq!(error[2], 3e38);
    evaluator.states()[3] = f32::NAN;
    assert!(evaluator.evaluate(1).is_ok(), "only the states that are asked about count");
    assert_eq!(
        evaluator.evaluate(2).unwrap_err().to_string(),
        "a state has NaN or an infinity in it; give finite numbers"
    );
}
