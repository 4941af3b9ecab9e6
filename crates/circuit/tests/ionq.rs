//! IonQ's JSON: what is written is the same unitary, what is wrong is refused at its place.

mod support;

use ketflow_circuit::gates::{GATES, Gate};
use ketflow_circuit::ir::{Circuit, Control, GateOp, Op, Register};
use ketflow_circuit::{Format, Place, parse, to_ionq_json};
use num_complex::Complex64;
use support::{distance, read3, unitary};

fn read(source: &str) -> Circuit {
    parse(Format::IonqJson, source).unwrap_or_else(|error| panic!("{error}\n{source}")).circuit
}

/// Largest difference of two unitaries up to a global phase, that of the largest entry of the first column.
fn apart(left: &[Complex64], right: &[Complex64]) -> f64 {
    let n = left.len().isqrt();
    let k = (0..n).map(|row| row * n).max_by(|x, y| left[*x].norm_sqr().total_cmp(&left[*y].norm_sqr())).unwrap_or(0);
    let phase = left[k] / right[k];
    distance(left, &right.iter().map(|x| x * phase).collect::<Vec<_>>())
}

#[test]
fn every_gate_is_written_with_every_kind_of_control() {
    let root = 0.5f64.sqrt();
    let c = Complex64::new;
    let odd = [c(0.6, 0.0), c(0.0, -0.8), c(0.0, -0.8), c(0.6, 0.0)].map(|x| x * c(root, root));
    let zero = c(0.0, 0.0);
    let anti = [zero, c(0.28, 0.96), c(0.0, 1.0), zero];
    let diagonal = [c(0.28, 0.96), zero, zero, c(-0.6, 0.8)];
    let matrices = [odd, anti, diagonal].map(|matrix| Gate::Unitary(matrix.into()));
    for gate in GATES.iter().map(|row| row.gate.clone()).chain(matrices) {
        for values in [&[][..], &[true], &[false], &[true, false], &[true, true, true]] {
            let targets = gate.targets();
            if targets == 0 && !values.is_empty() {
                continue; // A phase with controls is a phase gate after reading.
            }
            let size = (targets + values.len()).max(1) as u32;
            let params = [0.7, -1.1, 2.3][..gate.params()].iter().map(|angle| (*angle).into()).collect();
            let controls =
                values.iter().enumerate().map(|(k, value)| Control { qubit: k as u32, value: *value }).collect();
            // In falling order, so that an exchange of the targets shows.
            let targets = (values.len() as u32..size).rev().take(targets).collect();
            let op = Op::Gate(GateOp { gate: gate.clone(), params, controls, targets, place: Place::default() });
            let qubits = vec![Register { name: "q".into(), size, is_scalar: false }];
            let circuit = Circuit { qubits, ops: vec![op], ..Circuit::default() };
            let text = to_ionq_json(&circuit).unwrap();
            assert!(apart(&unitary(&circuit), &unitary(&read(&text))) < 1e-12, "{gate:?} {values:?}\n{text}");
        }
    }
}

#[test]
fn the_text_is_the_documented_one() {
    let circuit = read3(
        "qubit[3] q; bit[3] c; reset q; h q[0]; cx q[0], q[1]; rx(0.5) q[2]; barrier q; ccx q[0], q[1], q[2]; c = measure q;",
    );
    let wanted = r#"{
  "qubits": 3,
  "gateset": "qis",
  "circuit": [
    {"gate": "h", "targets": [0]},
    {"gate": "cnot", "controls": [0], "targets": [1]},
    {"gate": "rx", "targets": [2], "rotation": 0.5},
    {"gate": "x", "controls": [0, 1], "targets": [2]}
  ]
}
"#;
    assert_eq!(to_ionq_json(&circuit).unwrap(), wanted);
}

#[test]
fn what_ionq_cannot_do_is_not_written() {
    for (body, wanted) in [
        ("qubit q; x q; reset q;", "operation 2, reset on q: IonQ has no reset; use a qubit that was not used before"),
        (
            "qubit[2] q; bit c; c = measure q[0]; h q[1]; h q[0];",
            "operation 3, gate 'h' on q[0]: q[0] is measured before it; IonQ measures every qubit once, at the end",
        ),
        (
            "qubit q; bit c; c = measure q; if (c) { x q; }",
            "operation 2, if (c): IonQ knows no conditions; use a gate with a control instead",
        ),
        ("qubit q; bit c; c = 1;", "operation 1, assignment to c: IonQ knows no classical bits; remove the assignment"),
        (
            "input angle t; qubit q; rx(t) q;",
            "operation 1, gate 'rx' on q: its angle depends on an input, and IonQ's circuits have none; write the number itself",
        ),
        (
            "qubit[9] q; ctrl(8) @ h q[0], q[1], q[2], q[3], q[4], q[5], q[6], q[7], q[8];",
            "operation 1, gate 'h' on q[0], q[1], q[2], q[3], q[4], q[5], q[6], q[7], q[8]: it has 8 controls, IonQ's gates at \
             most 7; build it from smaller ones",
        ),
        ("", "the circuit has no qubits, IonQ takes at least one; declare a qubit"),
    ] {
        assert_eq!(to_ionq_json(&read3(body)).unwrap_err().message, wanted);
    }
}

#[test]
fn documents_of_every_version_are_read() {
    let bell = r#"[{"gate":"h","target":0},{"gate":"cnot","control":0,"target":1}]"#;
    let wanted = read(&format!(r#"{{"qubits":2,"circuit":{bell}}}"#));
    for source in [
        format!(r#"{{"circuit":{bell}}}"#),
        format!(r#"{{"format":"ionq.circuit.v0","gateset":"qis","qubits":2,"circuit":{bell}}}"#),
        format!(
            r#"{{"target":"simulator","shots":10,"input":{{"format":"ionq.circuit.v0","qubits":2,"circuit":{bell}}}}}"#
        ),
        format!(r#"{{"lang":"json","body":{{"qubits":2,"circuit":{bell}}}}}"#),
        format!(r#"{{"type":"ionq.circuit.v1","noise":{{"model":"ideal"}},"input":{{"circuit":{bell},"qubits":2}}}}"#),
        format!("\u{feff} {{\"format\":\"ionq.circuit.v0\",\"input\":{{\"qubits\":2,\"circuit\":{bell}}}}}"),
    ] {
        assert_eq!(Format::sniff(&source), Some(Format::IonqJson), "{source}");
        assert_eq!(read(&source), wanted, "{source}");
    }
    let noted = parse(Format::IonqJson, &format!("{{\"shots\": 10,\n \"input\": {{\"circuit\": {bell}}}}}")).unwrap();
    assert_eq!((noted.notes[0].line, noted.notes[0].column), (1, 11));
    assert_eq!(noted.notes[0].message, "'shots' has no effect: it belongs to jobs at IonQ");
    // A gate on one qubit may name several.
    let each = read(r#"{"circuit":[{"gate":"y","targets":[0,2],"controls":[1]}]}"#);
    assert_eq!(
        each,
        read(r#"{"circuit":[{"gate":"y","targets":[0],"control":1},{"gate":"y","target":2,"control":1}]}"#)
    );
}

/// A circuit of one gate, and the error without its code.
const REFUSED: &[(&str, &str)] = &[
    (
        r#"{"gate":"hh","target":0}"#,
        "1:32: gate 'hh' is not one of the gate set 'qis'; the gates are x, y, z, h, s, si, t, ti, v, vi, rx, ry, rz, not, cnot, swap, xx, yy, zz, pauliexp",
    ),
    (
        r#"{"gate":"gpi","target":0,"phase":0.1}"#,
        "1:32: gate 'gpi' is of the gate set 'native', the circuit of 'qis'; set 'gateset', and use the gates of one set",
    ),
    (r#"{"target":0}"#, "1:24: an item of 'circuit' has no 'gate'; add it"),
    (r#"{"gate":"h"}"#, "1:24: gate 'h' has no target; add 'target' or 'targets'"),
    (r#"{"gate":"h","target":3}"#, "1:45: gate 'h' uses qubit 3, but 'qubits' is 3: the qubits are 0 to 2"),
    (r#"{"gate":"h","target":-1}"#, "1:45: a qubit in 'target' or 'targets' is '-1'; give a whole number, 0 or more"),
    (r#"{"gate":"h","target":0,"targets":[1]}"#, "1:57: gate 'h' has 'target' and 'targets'; give one of them"),
    (r#"{"gate":"cnot","target":0,"control":0}"#, "1:60: gate 'cnot' gets qubit 0 twice; its qubits must be different"),
    (r#"{"gate":"cnot","target":0}"#, "1:24: gate 'cnot' has no control; add it"),
    (r#"{"gate":"swap","targets":[0]}"#, "1:49: gate 'swap' needs 2 targets, got 1; correct 'targets'"),
    (r#"{"gate":"rx","target":0}"#, "1:24: gate 'rx' has no 'rotation'; add it"),
    (r#"{"gate":"rx","target":0,"rotation":"pi"}"#, "1:59: 'rotation' is 'pi'; give a finite number such as -0.25"),
    (r#"{"gate":"rx","target":0,"rotation":1e999}"#, "1:59: 'rotation' is '1e999'; give a finite number such as -0.25"),
    (
        r#"{"gate":"h","target":0,"rotation":1}"#,
        "1:58: gate 'h' has no field 'rotation'; remove it: it has only qubits",
    ),
    (r#"{"gate":"h","gate":"x","target":0}"#, "1:43: an item of 'circuit' has the field 'gate' twice; leave one out"),
    (
        r#"{"gate":"pauliexp","targets":[0,1],"terms":["XY"],"coefficients":[1],"time":1}"#,
        "1:68: the term XY is read from the left by IonQ's schema and from the right by the tools that write it; write terms that are the same both ways, or rotations between basis changes",
    ),
    (
        r#"{"gate":"pauliexp","targets":[0],"terms":["X","Y"],"coefficients":[1,1],"time":1}"#,
        "1:70: the terms X and Y do not commute, so that the gate depends on how a compiler splits it; write one 'pauliexp' for each",
    ),
    (
        r#"{"gate":"pauliexp","targets":[0],"terms":["X"],"coefficients":[1],"time":-1}"#,
        "1:97: 'time' is -1; give a positive number, with the sign in 'coefficients'",
    ),
    (
        r#"{"gate":"pauliexp","targets":[0],"terms":["X"],"coefficients":[],"time":1}"#,
        "1:86: there are 0 coefficients for 1 terms; give one for each",
    ),
];

#[test]
fn wrong_gates_are_refused_at_their_place() {
    for (gate, wanted) in REFUSED {
        let source = format!(r#"{{"qubits":3,"circuit":[{gate}]}}"#);
        assert_eq!(parse(Format::IonqJson, &source).unwrap_err().to_string(), *wanted, "{source}");
    }
}

#[test]
fn wrong_documents_are_refused_at_their_place() {
    for (source, wanted) in [
        (
            "{\"circuit\": [\n  {\"gate\": \"h\" \"target\": 0}]}",
            "2:16: not JSON: expected `,` or `}`; correct it here",
        ),
        ("[]", "1:1: the document is an array; give an object, {…}"),
        (r#"{"qubits": 2}"#, "1:1: the document has no 'circuit'; add it"),
        (r#"{"circuit": []}"#, "1:13: the circuit has no gates and no 'qubits'; give the number of qubits"),
        (r#"{"qubits": 0, "circuit": []}"#, "1:12: 'qubits' is 0; give at least 1"),
        (r#"{"qubits": 5000, "circuit": []}"#, "1:12: 5000 qubits are more than 4096, the limit for one circuit"),
        (r#"{"gateset": "cliffords", "circuit": []}"#, "1:13: 'gateset' is 'cliffords'; it is qis or native"),
        (r#"{"qubit": 2, "circuit": []}"#, "1:11: a circuit has no field 'qubit'; remove it"),
        (r#"{"circuits": []}"#, "1:14: a job of several circuits is not read; give each its own file"),
        (
            r#"{"type": "ionq.qasm3.v1", "input": {"data": ""}}"#,
            "1:10: the circuit is OpenQASM inside JSON; save its text as a .qasm file and give that",
        ),
        (
            r#"{"noise": {"model": "aria-1"}, "input": {"circuit": []}}"#,
            "1:21: the noise model 'aria-1' is not simulated; remove it, and give the noise as the noise option of the job",
        ),
        (
            r#"{"input": {"circuit": []}, "circuit": []}"#,
            "1:39: 'circuit' stands beside 'input'; give one circuit, in 'input'",
        ),
        (
            r#"{"gateset": "native", "circuit": [{"gate":"ms","targets":[0,1],"phases":[0]}]}"#,
            "1:73: 'phases' has 1 numbers; give two",
        ),
        (
            r#"{"gateset": "native", "circuit": [{"gate":"gpi","target":0,"phase":0,"control":1}]}"#,
            "1:80: gate 'gpi' takes no controls; remove them",
        ),
        (
            r#"{"gateset": "native", "circuit": [{"gate":"zz","targets":[0,1]}]}"#,
            "1:35: gate 'zz' has no 'angle'; add it",
        ),
    ] {
        assert_eq!(parse(Format::IonqJson, source).unwrap_err().to_string(), wanted, "{source}");
    }
}
