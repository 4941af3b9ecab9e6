//! ONNX models: what their exporters meant, by onnxruntime; what is refused, and how it is said.
// Clippy lets tests unwrap, but not the helpers they share.
#![allow(clippy::unwrap_used)]

mod onnx_bytes;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ketflow_qnet::{Network, States, Unmonitored, read_as, read_onnx, run};
use onnx_bytes::{Model, attribute, bytes, floats, integers, node, number, tensor, value};
use serde_json::Value;

fn cases() -> Vec<Value> {
    let text = include_str!("../../../test/vectors/qnet/onnx/cases.json");
    let mut document: Value = serde_json::from_str(text).unwrap();
    serde_json::from_value(document["cases"].take()).unwrap()
}

fn model(case: &Value) -> Vec<u8> {
    STANDARD.decode(case["model"].as_str().unwrap()).unwrap()
}

fn numbers(row: &Value) -> Vec<f32> {
    row.as_array().unwrap().iter().map(|x| x.as_f64().unwrap() as f32).collect()
}

fn outputs(network: &Network, rows: &[Vec<f32>]) -> Vec<f32> {
    let states = States::new(rows[0].len(), rows.concat()).unwrap();
    run(network, &states, &mut Unmonitored).unwrap().outputs
}

#[test]
fn models_give_what_onnxruntime_gives() {
    let cases = cases();
    assert_eq!(cases.len(), 36);
    for case in &cases {
        let name = case["name"].as_str().unwrap();
        let network = read_onnx(&model(case)).unwrap_or_else(|error| panic!("{name}: {error}"));
        if !case["layers"].is_null() {
            let expected: Vec<String> = serde_json::from_value(case["layers"].clone()).unwrap();
            assert_eq!(network.to_string(), expected.join(", "), "{name}");
        }
        let rows: Vec<Vec<f32>> = case["states"].as_array().unwrap().iter().map(numbers).collect();
        let expected: Vec<f32> = case["outputs"].as_array().unwrap().iter().flat_map(numbers).collect();
        let found = outputs(&network, &rows);
        assert_eq!(found.len(), expected.len(), "{name}");
        for (a, b) in found.iter().zip(&expected) {
            assert!((a - b).abs() <= 1e-5 * b.abs().max(1.0), "{name}: {a}, onnxruntime {b}");
        }
    }
}

#[test]
fn the_format_is_named_or_seen() {
    let onnx = model(&cases()[0]);
    let json = br#"{"format":"ketflow-net/1","dtype":"f32","layers":[{"kind":"dense","weights":[[1]],"bias":[0],"activation":"relu"}]}"#;
    for (format, source, expected) in [
        ("onnx", &onnx[..], "onnx"),
        ("auto", &onnx, "onnx"),
        ("net-json", json, "net-json"),
        ("auto", json, "net-json"),
    ] {
        assert_eq!(read_as(format, source).unwrap().0, expected);
    }
    assert_eq!(read_as("keras", json).unwrap_err().to_string(), "unknown format 'keras'; give net-json, onnx or auto");
    assert!(read_as("onnx", json).unwrap_err().message.starts_with("byte 0: "));
    assert!(read_as("net-json", &onnx).is_err());
}

/// A node of its own operator between a matrix and the output.
fn with_node(name: &str, inputs: &[&str], attributes: &[Vec<u8>]) -> Model {
    let weights = floats("w", &[2, 2], &[1.0, 2.0, 3.0, 4.0]);
    let first = node("first MatMul", &["x", "w"], "m", &[]);
    let constants =
        [weights, floats("c", &[2], &[1.0, -1.0]), floats("tall", &[3, 1], &[1.0, 2.0, 3.0]), integers("i", &[5, 5])];
    Model::new(&[first, node(name, inputs, "y", attributes)], &constants)
}

fn one_matrix(constant: Vec<u8>) -> Model {
    Model::new(&[node("fc MatMul", &["x", "w"], "y", &[])], &[constant])
}

fn refusal(model: &[u8]) -> String {
    let error = read_onnx(model).err().unwrap();
    format!("{}: {error}", error.code.as_str())
}

#[test]
fn operators_are_refused_by_name() {
    let no_operator = "is no operator that this engine has; export dense layers with Relu, Tanh, Sigmoid or Softmax";
    let head = "combines values that depend on the states in another way than a dueling head, V + A - mean(A)";
    for (model, expected) in [
        (with_node("conv1 Conv", &["m", "w"], &[]), format!("unsupported: node 'conv1' (Conv) {no_operator}")),
        (with_node("Erf", &["m"], &[]), format!("unsupported: node 1 (Erf) {no_operator}")),
        (with_node("c Cast", &["m"], &[attribute("to", 11)]), format!("unsupported: node 'c' (Cast) {no_operator}")),
        (with_node("skip Add", &["m", "x"], &[]), "unsupported: the output 'y' is no layer's; export dense layers, or a dueling head at the end".to_owned()),
        (with_node("gate Mul", &["m", "x"], &[]), "unsupported: node 'gate' (Mul) has an input 1 that depends on the states; give a constant".to_owned()),
        (with_node("bi MatMul", &["w", "m"], &[]), "unsupported: node 'bi' (MatMul) has an input 1 that depends on the states; give a constant".to_owned()),
        (with_node("inv Div", &["c", "m"], &[]), "unsupported: node 'inv' (Div) has a constant as input 0; give what depends on the states".to_owned()),
        (with_node("s Softmax", &["m"], &[attribute("axis", 0)]), "unsupported: node 's' (Softmax) has axis 0; give 1, across the outputs of a state".to_owned()),
        (with_node("g Gemm", &["m", "w"], &[attribute("transA", 1)]), "unsupported: node 'g' (Gemm) has transA; give one state per row".to_owned()),
        (with_node("f Flatten", &["m"], &[attribute("axis", 0)]), "unsupported: node 'f' (Flatten) has axis 0; give 1, so that each state is one row".to_owned()),
        (with_node("r Reshape", &["m", "i"], &[]), "unsupported: node 'r' (Reshape) makes the shape [5, 5]; give [-1, 2], so that each state is one row".to_owned()),
        (with_node("t Transpose", &["m"], &[]), "unsupported: node 't' (Transpose) has an input 0 that depends on the states; give a constant".to_owned()),
        (with_node("a Add", &["m", "tall"], &[]), "unsupported: node 'a' (Add) combines rows of 2 numbers with a constant of the shape [3, 1]; give one number, or one row of them".to_owned()),
        (with_node("r ReduceMean", &["m"], &[]), "unsupported: node 'r' (ReduceMean) has axes []; give 1 with keepdims, across the outputs of a state".to_owned()),
        (with_node("c Add", &["c", "w"], &[]), "unsupported: node 'c' (Add) has only constants; fold them before the export".to_owned()),
        (with_node("g Gemm", &["m", "tall"], &[]), "invalid-input: node 'g' (Gemm) takes rows of 3 numbers and gets 2; make them equal".to_owned()),
        (with_node("g Gemm", &["m"], &[]), "invalid-input: node 'g' (Gemm) has no input 1; give it".to_owned()),
        (with_node("d Div", &["m", "c0"], &[]), "invalid-input: node 'd' (Div) takes 'c0', which no earlier node gives; sort the nodes by their use".to_owned()),
    ] {
        assert_eq!(refusal(&model.bytes()), expected);
    }
    let mut other = with_node("gelu Gelu", &["m"], &[]);
    other.nodes[1].extend(bytes(7, b"com.microsoft"));
    assert_eq!(refusal(&other.bytes()), format!("unsupported: node 'gelu' (com.microsoft.Gelu) {no_operator}"));
    let mut skip = with_node("skip Add", &["m", "x"], &[]);
    skip.nodes.push(node("after Relu", &["y"], "z", &[]));
    skip.outputs = vec![value("z", &[0, 2])];
    assert_eq!(refusal(&skip.bytes()), format!("unsupported: node 'after' (Relu) {head}"));
    let mut zero = with_node("d Div", &["m", "zero"], &[]);
    zero.constants.push(floats("zero", &[2], &[1.0, 0.0]));
    assert_eq!(
        refusal(&zero.bytes()),
        "invalid-input: node 'd' (Div) divides by a number that is too small; give one of at least 3e-39"
    );
}

/// Q = V + A − mean(A), and what stands after it.
#[test]
fn only_whole_dueling_heads_at_the_end_are_taken() {
    let head = |value: &str, mean_of: &str, last: &str| {
        let nodes = [
            node("a MatMul", &["x", "w"], "A", &[]),
            node("v MatMul", &[value, "one"], "V", &[]),
            node("mean ReduceMean", &[mean_of, "axes"], "M", &[]),
            node("s Sub", &["A", "M"], "C", &[]),
            node("q Add", &["V", "C"], last, &[]),
            node("after Relu", &["Q"], "y", &[]),
        ];
        let constants =
            [floats("w", &[2, 2], &[1.0, 2.0, 3.0, 4.0]), floats("one", &[2, 1], &[0.5, -0.5]), integers("axes", &[1])];
        Model { opset: 18, ..Model::new(&nodes[..if last == "y" { 5 } else { 6 }], &constants) }.bytes()
    };
    let network = read_onnx(&head("x", "A", "y")).unwrap();
    assert_eq!(network.to_string(), "dueling 2 2");
    // V = −1/2, A = (7, 10), so Q = V ∓ 3/2.
    assert_eq!(outputs(&network, &[vec![1.0, 2.0]]), [-2.0, 1.0]);
    let end = "unsupported: the output 'y' is no layer's; export dense layers, or a dueling head at the end";
    assert_eq!(refusal(&head("A", "A", "y")), end, "V of another layer than A");
    assert_eq!(refusal(&head("x", "x", "y")), end, "the mean of something else");
    assert_eq!(refusal(&head("x", "A", "Q")), "unsupported: a layer follows the dueling head; make that the last one");
}

#[test]
fn models_that_do_not_fit_are_refused() {
    let good = || one_matrix(floats("w", &[2, 2], &[1.0, 2.0, 3.0, 4.0]));
    assert_eq!(outputs(&read_onnx(&good().bytes()).unwrap(), &[vec![1.0, 10.0]]), [31.0, 42.0]);
    let wide = vec![0.0; 2 * 70_000];
    for (model, expected) in [
        (Model { opset: 6, ..good() }, "unsupported: the model uses opset 6; export it with one of 7 to 28"),
        (Model { opset: 29, ..good() }, "unsupported: the model uses opset 29; export it with one of 7 to 28"),
        (
            Model { inputs: vec![], ..good() },
            "unsupported: the model has the inputs []; export it with one, the states",
        ),
        (
            Model { inputs: ["x", "h", "c"].map(|name| value(name, &[0, 2])).to_vec(), ..good() },
            "unsupported: the model has the inputs [x, h, c]; export it with one, the states",
        ),
        (
            Model { outputs: ["y", "z"].map(|name| value(name, &[0, 2])).to_vec(), ..good() },
            "unsupported: the model has the outputs [y, z]; export it with one output",
        ),
        (
            Model { outputs: vec![value("z", &[0, 2])], ..good() },
            "invalid-input: the output 'z' does not depend on the input; connect them",
        ),
        (
            Model { outputs: vec![value("x", &[0, 2])], ..good() },
            "unsupported: the model has 0 layers; at least 1 and at most 64 are taken",
        ),
        (
            Model { inputs: vec![value("x", &[0, 0])], ..good() },
            "unsupported: the input 'x' has no fixed size of a state; export it with the shape (batch, numbers of a state)",
        ),
        (
            Model { inputs: vec![value("x", &[2])], ..good() },
            "unsupported: the input 'x' has no fixed size of a state; export it with the shape (batch, numbers of a state)",
        ),
        (
            Model { inputs: vec![value("x", &[0, 1 << 40, 1 << 40])], ..good() },
            "unsupported: the input 'x' has no fixed size of a state; export it with the shape (batch, numbers of a state)",
        ),
        (
            Model { inputs: vec![value("x", &[0, 256, 257])], ..good() },
            "too-large: the input 'x' has states of 65792 numbers; at most 65536 are taken",
        ),
        (
            Model { inputs: vec![value("x", &[0, 1, 2])], ..good() },
            "unsupported: node 'fc' (MatMul) takes states of 3 dimensions; put a Flatten before it",
        ),
        (
            one_matrix(tensor("w", &[2, 2], 11, &[0; 32])),
            "unsupported: node 'fc' (MatMul) takes numbers of ONNX's type 11; export the model in float32",
        ),
        (
            one_matrix(floats("w", &[2, 2], &[1.0; 3])),
            "invalid-input: node 'fc' (MatMul) takes a constant of 12 bytes and the shape [2, 2]; four for each number",
        ),
        (
            one_matrix(floats("w", &[2, 0], &[])),
            "invalid-input: node 'fc' (MatMul) takes a constant of 0 bytes and the shape [2, 0]; four for each number",
        ),
        (
            one_matrix(floats("w", &[2, 1, 1], &[1.0; 2])),
            "unsupported: node 'fc' (MatMul) takes weights of 3 dimensions; give a matrix",
        ),
        (
            one_matrix(floats("w", &[2, 2], &[1.0, f32::NAN, 0.0, 0.0])),
            "invalid-input: node 'fc' (MatMul) takes a constant with NaN in it; give finite numbers",
        ),
        (
            one_matrix(floats("w", &[1 << 40, 1 << 40], &[])),
            "too-large: node 'fc' (MatMul) takes a constant of the shape [1099511627776, 1099511627776]; at most 16777216 numbers are taken",
        ),
        (
            one_matrix(floats("w", &[2, 70_000], &wide)),
            "too-large: node 'fc' (MatMul) has 70000 outputs; at most 65536 are taken",
        ),
        (
            one_matrix([floats("w", &[2, 2], &[]), number(14, 1)].concat()),
            "unsupported: node 'fc' (MatMul) takes weights from another file; export the model as one file",
        ),
    ] {
        assert_eq!(refusal(&model.bytes()), expected);
    }
}

#[test]
fn limits_hold_before_memory_is_taken() {
    // 65,536² numbers on a diagonal: refused before they are made.
    let mut wide = Model::new(&[node("scale Mul", &["x", "c"], "y", &[])], &[floats("c", &[1], &[2.0])]);
    wide.inputs = vec![value("x", &[0, 65_536])];
    assert_eq!(
        refusal(&wide.bytes()),
        "too-large: node 'scale' (Mul) brings the network to 4295032832 weights and biases, rows filled up to a multiple of \
         16; at most 16777216 are taken"
    );
    let many = vec![node("Identity", &["x"], "x", &[]); 4097];
    assert_eq!(
        refusal(&Model::new(&many, &[]).bytes()),
        "too-large: the model has more than 4096 nodes; give a smaller one"
    );
    // One matrix, used again and again.
    let deep: Vec<Vec<u8>> = (0..65)
        .map(|k| {
            let (from, to) = (
                if k == 0 { "x".to_owned() } else { format!("m{k}") },
                if k == 64 { "y".to_owned() } else { format!("m{}", k + 1) },
            );
            node("MatMul", &[&from, "w"], &to, &[])
        })
        .collect();
    let weights = floats("w", &[2, 2], &[0.5; 4]);
    assert_eq!(
        refusal(&Model::new(&deep, &[weights]).bytes()),
        "too-large: the model has 65 layers; at least 1 and at most 64 are taken"
    );
    assert!(refusal(&vec![8; 64 * 1024 * 1024 + 1]).starts_with("too-large: the file has 67108865 bytes"));
}

/// Every cut and every changed byte of the small models, and some of the large ones: an answer, never a panic.
#[test]
fn damaged_files_are_answered() {
    let (mut refused, mut taken) = (0, 0);
    for case in cases() {
        let bytes = model(&case);
        let step = bytes.len().div_ceil(400);
        for index in (0..bytes.len()).step_by(step) {
            let mut answers = vec![read_onnx(&bytes[..index])];
            for flip in [0x01, 0x80, 0xff] {
                let mut changed = bytes.clone();
                changed[index] ^= flip;
                answers.push(read_onnx(&changed));
            }
            for answer in answers {
                match answer {
                    Ok(network) => {
                        taken += 1;
                        let states = States::new(network.inputs(), vec![0.5; network.inputs()]).unwrap();
                        // Sums may leave the range of f32.
                        let _ = run(&network, &states, &mut Unmonitored);
                    }
                    Err(error) => {
                        refused += 1;
                        assert!(!error.message.is_empty());
                    }
                }
            }
        }
    }
    assert!(refused > 1000 && taken > 1000, "{refused} refused, {taken} taken");
}
