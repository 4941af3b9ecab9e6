//! Every mistake gets its code, its place, the path of the field, the value and the remedy.
// Clippy lets tests unwrap, but not the helpers they share.
#![allow(clippy::unwrap_used)]

use ketflow_qnet::read;

const VALID: &str = r#"{"format": "ketflow-net/1", "dtype": "f32",
"layers": [
 {"kind": "dense", "weights": [[1, 2], [3, 4], [5, 6]], "bias": [7, 8, 9], "activation": "relu"},
 {"kind": "dueling", "value": {"weights": [[1, 1, 1]], "bias": [0]}, "advantage": {"weights": [[1, 0, 0], [0, 1, 0]], "bias": [0, 1]}}
],
"states": [[1, 2], [3, 4]]}"#;

/// The error of the valid document after replacing one piece, as "code line:column: message".
fn refused(from: &str, to: &str) -> String {
    assert_eq!(VALID.matches(from).count(), 1, "{from}");
    describe(&VALID.replace(from, to))
}

fn describe(source: &str) -> String {
    match read(source.as_bytes()) {
        Ok(_) => "accepted".to_owned(),
        Err(error) => format!("{} {error}", error.code.as_str()),
    }
}

#[test]
fn the_document_is_valid_before_it_is_spoiled() {
    let document = read(VALID.as_bytes()).unwrap();
    assert_eq!((document.network.inputs(), document.network.actions()), (2, 2));
    assert_eq!(document.states.unwrap().count(), 2);
    assert!(read(format!("\u{feff}{VALID}\n").as_bytes()).is_ok());
}

#[test]
fn mistakes_are_named() {
    let cases = [
        // Names and constants.
        (
            r#""ketflow-net/1""#,
            r#""ketflow-net/2""#,
            "unsupported 1:12: format is 'ketflow-net/2'; this version takes 'ketflow-net/1'",
        ),
        (r#""ketflow-net/1""#, r#""onnx""#, "invalid-input 1:12: format is 'onnx'; this version takes 'ketflow-net/1'"),
        (r#""ketflow-net/1""#, "1", "invalid-input 1:12: format is 1; give \"ketflow-net/1\""),
        (r#""f32""#, r#""f64""#, "unsupported 1:38: dtype is 'f64'; this version takes 'f32'"),
        (
            r#""format": "ketflow-net/1", "#,
            "",
            "invalid-input 1:1: the document has no 'format'; write \"format\": \"ketflow-net/1\"",
        ),
        (r#", "dtype": "f32""#, "", "invalid-input 1:1: the document has no 'dtype'; write \"dtype\": \"f32\""),
        (
            r#""states""#,
            r#""state""#,
            "invalid-input 6:1: the document has an unknown field 'state'; it may have format, dtype, layers, states",
        ),
        (
            r#""activation""#,
            r#""activations""#,
            "invalid-input 3:76: layers[0] has an unknown field 'activations'; it may have kind, weights, bias, activation, value, advantage",
        ),
        (
            r#""value": {"weights""#,
            r#""value": {"weight""#,
            "invalid-input 4:32: layers[1].value has an unknown field 'weight'; it may have kind, weights, bias, activation",
        ),
        (
            r#""dtype": "f32""#,
            r#""dtype": "f32", "dtype": "f32""#,
            "invalid-input 1:45: the document has the field 'dtype' twice; leave one out",
        ),
        (
            r#""relu""#,
            r#""gelu""#,
            "invalid-input 3:90: layers[0].activation is 'gelu'; give one of relu, tanh, linear, softmax",
        ),
        (
            r#""relu""#,
            "null",
            "invalid-input 3:90: layers[0].activation is null; give one of relu, tanh, linear, softmax",
        ),
        (
            r#""kind": "dense""#,
            r#""kind": "conv2d""#,
            "invalid-input 3:11: layers[0].kind is 'conv2d'; give one of dense, dueling",
        ),
        // What is missing or out of place.
        (r#""kind": "dense", "#, "", "invalid-input 3:2: layers[0] has no 'kind'; give 'dense' or 'dueling'"),
        (
            r#""weights": [[1, 2], [3, 4], [5, 6]], "#,
            "",
            "invalid-input 3:2: layers[0] has no 'weights'; give an array of rows, one per output",
        ),
        (r#""bias": [7, 8, 9], "#, "", "invalid-input 3:2: layers[0] has no 'bias'; give an array of 3 numbers"),
        (
            r#", "activation": "relu""#,
            "",
            "invalid-input 3:2: layers[0] has no 'activation'; give one of relu, tanh, linear, softmax",
        ),
        (
            r#""dense", "#,
            r#""dense", "value": {"weights": [[1]], "bias": [0]}, "#,
            "invalid-input 3:2: layers[0] is dense and has 'value' or 'advantage', which only dueling layers have; leave it out",
        ),
        (
            r#""dueling", "#,
            r#""dueling", "bias": [0], "#,
            "invalid-input 4:2: layers[1] is dueling and has 'weights', 'bias' or 'activation'; put them into its 'value' and 'advantage'",
        ),
        (
            r#""value": {"weights": [[1, 1, 1]], "bias": [0]}, "#,
            "",
            "invalid-input 4:2: layers[1] is dueling without 'value' and 'advantage'; give both",
        ),
        (
            r#""value": {"#,
            r#""value": {"kind": "dueling", "#,
            "invalid-input 4:31: layers[1].value is of the kind 'dueling'; make it 'dense'",
        ),
        // Numbers.
        (
            "[3, 4], [5",
            "[3, NaN], [5",
            "invalid-input 3:44: layers[0].weights[1][1] is NaN; give a finite number such as -0.25 or 1e-3",
        ),
        (
            "[7, 8, 9]",
            "[7, -Infinity, 9]",
            "invalid-input 3:69: layers[0].bias[1] is -Infinity; give a finite number such as -0.25 or 1e-3",
        ),
        (
            "[7, 8, 9]",
            "[7, null, 9]",
            "invalid-input 3:69: layers[0].bias[1] is null (JavaScript writes NaN and Infinity so); give a finite number such as -0.25 or 1e-3",
        ),
        (
            "[7, 8, 9]",
            "[7, 1e39, 9]",
            "invalid-input 3:69: layers[0].bias[1] is 1e39, beyond the largest f32, 3.4028235e38; scale it down",
        ),
        (
            "[7, 8, 9]",
            "[7, -1e999, 9]",
            "invalid-input 3:69: layers[0].bias[1] is -1e999, beyond the largest f32, 3.4028235e38; scale it down",
        ),
        (
            "[7, 8, 9]",
            "[7, 08, 9]",
            "invalid-input 3:69: layers[0].bias[1] is 08; give a finite number such as -0.25 or 1e-3",
        ),
        (
            "[7, 8, 9]",
            r#"[7, "8", 9]"#,
            "invalid-input 3:69: layers[0].bias[1] is the string '8'; give a finite number such as -0.25 or 1e-3",
        ),
        (
            "[7, 8, 9]",
            "[7, [8], 9]",
            "invalid-input 3:69: layers[0].bias[1] is an array; give a finite number such as -0.25 or 1e-3",
        ),
        // Shapes.
        (
            "[3, 4], [5",
            "[3], [5",
            "invalid-input 3:40: layers[0].weights[1] has 1 numbers and row 0 has 2; give all rows the same length",
        ),
        (
            "[[1, 2], [3, 4], [5, 6]]",
            "[[]]",
            "invalid-input 3:32: layers[0].weights[0] is empty; give at least one number",
        ),
        ("[[1, 2], [3, 4], [5, 6]]", "[]", "invalid-input 3:31: layers[0].weights is empty; give at least one row"),
        (
            "[[1, 2], [3, 4], [5, 6]]",
            "[1, 2]",
            "invalid-input 3:32: layers[0].weights[0] is 1; give an array of numbers",
        ),
        (
            "[[1, 2], [3, 4], [5, 6]]",
            "7",
            "invalid-input 3:31: layers[0].weights is 7; give an array of rows, or {\"base64\", \"shape\"}",
        ),
        (
            "[7, 8, 9]",
            "[7, 8]",
            "invalid-input 3:2: layers[0] has a 'bias' of 2 numbers and 3 rows of weights; give one per row",
        ),
        ("[7, 8, 9]", "[]", "invalid-input 3:65: layers[0].bias is empty; give at least one number"),
        (
            "[[1, 1, 1]]",
            "[[1, 1]]",
            "invalid-input 4:2: layers[1] has a 'value' of 2 inputs and an 'advantage' of 3; give both as many columns",
        ),
        (
            r#"[[1, 1, 1]], "bias": [0]"#,
            r#"[[1, 1, 1], [1, 1, 1]], "bias": [0, 0]"#,
            "invalid-input 4:2: layers[1] has a 'value' of 2 outputs; give one row of weights and one bias",
        ),
        (
            "[[1, 2], [3, 4], [5, 6]], \"bias\": [7, 8, 9]",
            "[[1, 2], [3, 4]], \"bias\": [7, 8]",
            "invalid-input 4:2: layers[1] takes 3 inputs (columns of its weights) and layers[0] gives 2 outputs (rows); make them equal",
        ),
        (
            "[0, 1]}}\n]",
            "[0, 1]}},\n{\"kind\": \"dense\", \"weights\": [[1, 1]], \"bias\": [0], \"activation\": \"linear\"}]",
            "invalid-input 5:1: layers[2] follows a dueling layer; make that the last one",
        ),
        (
            "[[1, 2], [3, 4]]}",
            "[[1, 2], [3, 4, 5]]}",
            "invalid-input 6:20: states[1] has 3 numbers and row 0 has 2; give all rows the same length",
        ),
        ("[[1, 2], [3, 4]]}", "[]}", "invalid-input 6:11: states is empty; give at least one row"),
        // Syntax.
        (
            "[7, 8, 9]",
            "[7, 8, 9,]",
            "invalid-input 3:74: layers[0].bias[3] is ']'; give a finite number such as -0.25 or 1e-3",
        ),
        ("[7, 8, 9]", "[7 8, 9]", "invalid-input 3:68: layers[0].bias[0] is not followed by ',' or ']' but by 8"),
        ("[3, 4]]}", "[3, 4]]", "invalid-input 6:27: states is not followed by ',' or '}' but by the end of the file"),
        ("[3, 4]]}", "[3, 4]]} x", "invalid-input 6:29: the document is not followed by the end of the file but by x"),
        (
            r#""format": "#,
            r#"format: "#,
            "invalid-input 1:2: the document has format where a field name in double quotes belongs",
        ),
        (r#""f32""#, "\"f\\x32\"", "invalid-input 1:40: dtype has a string with a bad escape; see RFC 8259, section 7"),
    ];
    for (from, to, expected) in cases {
        assert_eq!(refused(from, to), expected, "{from} -> {to}");
    }
}

#[test]
fn base64_is_checked() {
    let cases = [
        (
            r#"{"base64": "AACAPwAAAEA=", "shape": [2]}"#,
            "invalid-input 3:2: layers[0] has a 'bias' of 2 numbers and 3 rows of weights; give one per row",
        ),
        (r#"{"base64": "AACAPwAAAEAAAEBA", "shape": [3]}"#, "accepted"),
        (
            r#"{"base64": "AACAPwAAAEAAAEBA", "shape": [4]}"#,
            "invalid-input 3:65: layers[0].bias has 12 bytes and the shape [4], which takes 16; give four bytes for each number",
        ),
        (
            r#"{"base64": "AACAPwAAAEAAAMB/", "shape": [3]}"#,
            "invalid-input 3:65: layers[0].bias has NaN as number 2, counted from 0; give finite numbers",
        ),
        (
            r#"{"base64": "AACAPwAAAEAAAIB/", "shape": [3]}"#,
            "invalid-input 3:65: layers[0].bias has inf as number 2, counted from 0; give finite numbers",
        ),
        (
            r#"{"base64": "AACAP*", "shape": [3]}"#,
            "invalid-input 3:76: layers[0].bias.base64 is not base64 (RFC 4648, section 4, with padding): Invalid symbol 42, offset 5.; encode it again",
        ),
        (
            r#"{"base64": "AACAPwAAAEAAAEBA", "shape": [1, 3]}"#,
            "invalid-input 3:105: layers[0].bias.shape has 2 dimensions; give 1",
        ),
        (
            r#"{"base64": "AACAPwAAAEAAAEBA", "shape": [0]}"#,
            "invalid-input 3:106: layers[0].bias.shape[0] is 0; give a whole number from 1 to 65536",
        ),
        (
            r#"{"base64": "AACAPwAAAEAAAEBA", "shape": [3.0]}"#,
            "invalid-input 3:106: layers[0].bias.shape[0] is 3.0; give a whole number from 1 to 65536",
        ),
        (
            r#"{"base64": "AACAPwAAAEAAAEBA"}"#,
            "invalid-input 3:65: layers[0].bias is an object without 'base64' and 'shape'; give both",
        ),
        (
            r#"{"data": "AACAPwAAAEAAAEBA"}"#,
            "invalid-input 3:66: layers[0].bias has an unknown field 'data'; it may have base64, shape",
        ),
    ];
    for (bias, expected) in cases {
        assert_eq!(refused("[7, 8, 9]", bias), expected, "{bias}");
    }
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    let error = read(b"{\"format\":\n \xff").unwrap_err();
    assert_eq!(error.position, Some((2, 2)));
    assert_eq!(error.message, "byte 12 (0xff) is not valid UTF-8; save the file as UTF-8");
}
