//! Every gate of the included files has the matrix of Qiskit, in both versions; every gate of Amazon Braket has Braket's.

#![allow(clippy::unwrap_used)]

mod support;

use ketflow_circuit::gates::{GATES, GateRow};
use ketflow_circuit::{Format, parse};
use num_complex::Complex64;
use serde::Deserialize;
use support::{distance, read2, read3, unitary};

#[derive(Deserialize)]
struct Vectors {
    gates: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    name: String,
    params: Vec<f64>,
    qubits: usize,
    matrix: Vec<[f64; 2]>,
}

fn vectors() -> Vec<Row> {
    let text = include_str!("../../../test/vectors/gates.json");
    serde_json::from_str::<Vectors>(text).unwrap().gates
}

fn braket_vectors() -> Vec<Row> {
    let text = include_str!("../../../test/vectors/braket-gates.json");
    serde_json::from_str::<Vectors>(text).unwrap().gates
}

impl Row {
    fn entries(&self) -> Vec<Complex64> {
        self.matrix.iter().map(|[re, im]| Complex64::new(*re, *im)).collect()
    }
}

fn program(row: &Row, register: &str) -> String {
    let params: Vec<String> = row.params.iter().map(|x| format!("{x:?}")).collect();
    let params = if params.is_empty() { String::new() } else { format!("({})", params.join(",")) };
    let operands: Vec<String> = (0..row.qubits).map(|k| format!("q[{k}]")).collect();
    format!("{register}{}{params} {};", row.name, operands.join(","))
}

#[test]
fn gates_have_the_matrices_of_qiskit() {
    for row in vectors() {
        let wanted = row.entries();
        let two = read2(&program(&row, &format!("qreg q[{}]; ", row.qubits)));
        let three = read3(&program(&row, &format!("qubit[{}] q; ", row.qubits)));
        assert!(distance(&unitary(&two), &wanted) < 1e-14, "{} as OpenQASM 2", row.name);
        assert!(distance(&unitary(&three), &wanted) < 1e-14, "{} as OpenQASM 3", row.name);
    }
}

#[test]
fn the_inverse_of_every_gate_undoes_it() {
    for row in vectors() {
        let register = format!("qubit[{}] q; ", row.qubits);
        let there = program(&row, &register);
        let back = program(&row, "inv @ ");
        let circuit = read3(&format!("{there} {back}"));
        let identity = read3(&register);
        let residue = distance(&unitary(&circuit), &unitary(&identity));
        assert!(residue < 1e-14, "what gates.rs says is the inverse of {} does not undo it", row.name);
    }
}

#[test]
fn what_other_tools_are_given_is_the_gate() {
    for GateRow { name, params, targets: qubits, definition, .. } in GATES {
        let Some(definition) = definition else { continue };
        let row = |name: &str| Row {
            name: name.to_owned(),
            params: [0.3, -1.1, 2.45][..*params].to_vec(),
            qubits: *qubits,
            matrix: Vec::new(),
        };
        let register = format!("qubit[{qubits}] q; ");
        let defined = definition.replacen(name, "mine", 1);
        let ours = read3(&program(&row(name), &register));
        let theirs = read3(&program(&row("mine"), &format!("{defined} {register}")));
        assert!(distance(&unitary(&theirs), &unitary(&ours)) < 1e-14, "{definition}");
    }
}

#[test]
fn builtins_need_no_include() {
    let two = parse(Format::OpenQasm2, "OPENQASM 2.0; qreg q[2]; U(0.1,0.2,0.3) q[0]; CX q[0],q[1];").unwrap().circuit;
    let three = parse(
        Format::OpenQasm3,
        "OPENQASM 3; qubit[2] q; U(0.1,0.2,0.3) q[0]; ctrl @ U(pi,0,pi) q[0],q[1]; gphase(0);",
    )
    .unwrap();
    assert!(distance(&unitary(&two), &unitary(&three.circuit)) < 1e-15);
}

#[test]
fn gates_of_braket_need_no_include() {
    for row in braket_vectors() {
        let source = program(&row, &format!("OPENQASM 3.0;\nqubit[{}] q;\n", row.qubits));
        let circuit = parse(Format::OpenQasm3, &source).unwrap().circuit;
        assert!(distance(&unitary(&circuit), &row.entries()) < 1e-14, "{}", row.name);
    }
}

#[test]
fn the_definition_of_a_program_counts() {
    let include = "include \"stdgates.inc\"; ";
    for name in ["cnot", "cy", "xx", "v", "i", "h"] {
        // Defined as something that no library means: an X on every qubit.
        let (qubits, body) = match name {
            "cnot" | "cy" | "xx" => ("a, b", "U(pi, 0, pi) a; U(pi, 0, pi) b;"),
            _ => ("a", "U(pi, 0, pi) a;"),
        };
        let count = qubits.split(',').count();
        let operands = if count == 2 { "q[0], q[1]" } else { "q[0]" };
        // What an included file defines, no program may define again.
        let heads: &[&str] = if ["cy", "h"].contains(&name) { &[""] } else { &["", include] };
        for head in heads {
            let source =
                format!("OPENQASM 3.0; {head}gate {name} {qubits} {{ {body} }} qubit[{count}] q; {name} {operands};");
            let circuit = parse(Format::OpenQasm3, &source).unwrap_or_else(|error| panic!("{error}: {source}")).circuit;
            let plain = read3(&format!("qubit[{count}] q; x q;"));
            assert!(distance(&unitary(&circuit), &unitary(&plain)) < 1e-15, "{source}");
        }
    }
}
