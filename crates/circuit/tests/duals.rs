//! Slopes of expressions against differences of their values.
#![allow(clippy::unwrap_used)]

use ketflow_circuit::expr::Expr;
use ketflow_circuit::ir::Op;
use ketflow_circuit::parse;

/// The angle of the one gate of a circuit of the inputs x and y.
fn angle(text: &str) -> Expr {
    let source = format!("OPENQASM 3.0;\ninput float x;\ninput float y;\nqubit q;\nrx({text}) q;\n");
    let circuit = parse(ketflow_circuit::Format::OpenQasm3, &source).unwrap().circuit;
    match &circuit.ops[..] {
        [Op::Gate(gate)] => gate.params[0].clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_operation_has_the_slope_of_its_values() {
    let texts = [
        "x",
        "2*x+0.1",
        "-x",
        "x-y",
        "x*y",
        "x/y",
        "x**3",
        "x**y",
        "2**y",
        "mod(x, y)",
        "mod(y, x)",
        "sin(x)",
        "cos(x*y)",
        "tan(y)",
        "arcsin(x)",
        "arccos(x)",
        "arctan(x+y)",
        "exp(-x)",
        "log(y)",
        "sqrt(x)",
        "floor(10*x)",
        "ceiling(y)",
        "sin(x)*cos(x) - x*sqrt(y)/exp(x)",
    ];
    for text in texts {
        let expr = angle(text);
        for inputs in [[0.31, 1.7], [0.83, 0.55]] {
            let dual = expr.dual(&inputs);
            assert_eq!(dual.value.to_bits(), expr.evaluate(&inputs).to_bits(), "{text}");
            for k in 0..2u32 {
                let slope = dual.slopes.iter().find(|(index, _)| *index == k).map_or(0.0, |(_, slope)| *slope);
                let at = |shift: f64| {
                    let mut moved = inputs;
                    moved[k as usize] += shift;
                    expr.evaluate(&moved)
                };
                let difference = (at(1e-5) - at(-1e-5)) / 2e-5;
                assert!(
                    (slope - difference).abs() < 1e-7 * (1.0 + slope.abs()),
                    "{text} by input {k}: {slope}, not {difference}"
                );
            }
            assert!(dual.slopes.is_sorted_by(|a, b| a.0 < b.0), "{text}: {:?}", dual.slopes);
        }
    }
}

#[test]
fn constants_have_no_slopes() {
    assert_eq!(angle("pi/2").dual(&[1.0, 2.0]).slopes, []);
}

#[test]
fn a_slope_that_does_not_exist_is_not_finite() {
    assert!(!angle("sqrt(x)").dual(&[0.0, 0.0]).slopes[0].1.is_finite());
}
