//! Binding input values, and the JSON that a drawing is made of.

mod support;

use ketflow_circuit::{bind, view};
use std::collections::BTreeMap;
use support::read3;

#[test]
fn inputs_are_bound_by_name_in_the_order_of_the_program() {
    let circuit = read3("input float t; input angle φ; input int n; input uint m; qubit q; rx(t * n - φ) q;");
    let given = |pairs: &[(&str, f64)]| {
        let values: BTreeMap<String, f64> = pairs.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
        bind(&circuit, &values).map_err(|error| error.to_string())
    };
    assert_eq!(given(&[("m", 4.0), ("n", -3.0), ("t", 0.5), ("φ", 2.0)]), Ok(vec![0.5, 2.0, -3.0, 4.0]));
    let complete = [("t", 0.5), ("φ", 2.0), ("n", 1.0), ("m", 4.0)];
    let with = |name: &str, value: f64| {
        let mut pairs = complete.to_vec();
        pairs.iter_mut().filter(|(known, _)| *known == name).for_each(|pair| pair.1 = value);
        given(&pairs).unwrap_err()
    };
    assert_eq!(
        given(&complete[1..]).unwrap_err(),
        "input 't' has no value; give it with --input t=VALUE or in options.inputs"
    );
    assert_eq!(with("t", f64::NAN), "input 't' is NaN; give a finite number");
    assert_eq!(with("φ", f64::INFINITY), "input 'φ' is inf; give a finite number");
    assert_eq!(with("n", 1.5), "input 'n' is an int, not 1.5; give a whole number");
    assert_eq!(with("m", -1.0), "input 'm' is a uint, not -1; give a whole number that is not negative");
    assert_eq!(
        given(&[("theta", 1.0)]).unwrap_err(),
        "inputs: the circuit has no input 'theta'; it has 't', 'φ', 'n', 'm'"
    );
    let long = read3("input float theta;");
    let error = bind(&long, &BTreeMap::from([("thta".to_owned(), 1.0)])).unwrap_err();
    assert_eq!(error.to_string(), "inputs: the circuit has no input 'thta'; did you mean 'theta'?");
    let none = read3("qubit q;");
    let error = bind(&none, &BTreeMap::from([("x".to_owned(), 1.0)])).unwrap_err();
    assert_eq!(error.to_string(), "inputs: the circuit has no input 'x'; it has none; leave the value out");
}

#[test]
fn the_view_names_everything_that_a_drawing_shows() {
    let circuit = read3(
        "input float theta; bit[2] c; bit b; qubit[2] q; qubit a; h q[0]; negctrl @ rx(theta / 2) q[0], a; p(3*pi/4) a; \
         rx(-pi) a; ry(0.1) a; rz(1e-9) a; pow(0.5) @ h a; c[0] = measure q[0]; measure a; reset q[1]; barrier q; b = c[0] ^ c[1]; \
         if (c == 3) { x a; } else { z a; }",
    );
    let wanted = concat!(
        r#"{"qubits":[{"name":"q","size":2,"scalar":false},{"name":"a","size":1,"scalar":true}],"#,
        r#""bits":[{"name":"c","size":2,"scalar":false},{"name":"b","size":1,"scalar":true}],"#,
        r#""inputs":[{"name":"theta","kind":"float"}],"ops":["#,
        r#"{"op":"gate","name":"h","params":[],"controls":[],"targets":[0]},"#,
        r#"{"op":"gate","name":"rx","params":["theta / 2"],"controls":[{"qubit":0,"value":false}],"targets":[2]},"#,
        r#"{"op":"gate","name":"p","params":["3π/4"],"controls":[],"targets":[2]},"#,
        r#"{"op":"gate","name":"rx","params":["-π"],"controls":[],"targets":[2]},"#,
        r#"{"op":"gate","name":"ry","params":["0.1"],"controls":[],"targets":[2]},"#,
        r#"{"op":"gate","name":"rz","params":["1.00000e-9"],"controls":[],"targets":[2]},"#,
        r#"{"op":"gate","name":"unitary","params":[],"controls":[],"targets":[2]},"#,
        r#"{"op":"measure","qubit":0,"bit":0},{"op":"measure","qubit":2,"bit":null},{"op":"reset","qubit":1},"#,
        r#"{"op":"barrier","qubits":[0,1]},{"op":"assign","bit":2,"text":"c[0] ^ c[1]","bits":[0,1]},"#,
        r#"{"op":"if","text":"c == 3","bits":[0,1],"#,
        r#""then":[{"op":"gate","name":"x","params":[],"controls":[],"targets":[2]}],"#,
        r#""otherwise":[{"op":"gate","name":"z","params":[],"controls":[],"targets":[2]}]}]}"#,
    );
    assert_eq!(view::to_json(&circuit), wanted);
}
