//! Programs and the operations they become.

use ketflow_circuit::ir::{Condition, Control, GateOp, Op};
use ketflow_circuit::{Format, Parsed, gates::Gate, parse};

fn read3(body: &str) -> Parsed {
    let source = format!("OPENQASM 3.0;\ninclude \"stdgates.inc\";\n{body}");
    parse(Format::OpenQasm3, &source).unwrap_or_else(|error| panic!("{error}\n{source}"))
}

fn read2(body: &str) -> Parsed {
    let source = format!("OPENQASM 2.0;\ninclude \"qelib1.inc\";\n{body}");
    parse(Format::OpenQasm2, &source).unwrap_or_else(|error| panic!("{error}\n{source}"))
}

#[test]
fn teleportation() {
    let parsed = read3("qubit[3] q; bit[2] c; h q[1]; cx q[1], q[2]; cx q[0], q[1]; h q[0]; c = measure q[0:1]; if (c[1]) x q[2]; if (c[0] == 1) { z q[2]; }");
    assert_eq!(parsed.circuit.ops.len(), 8);
    println!("{:?}", parsed.circuit.ops);
}

#[test]
fn qasm2_program() {
    let parsed = read2("qreg q[3]; creg c[3]; gate foo(a,b) x,y { u(a/2,-b^2,sin(pi*a)) x; cx x,y; barrier x; } foo(1,2) q[0],q; if(c==3) u2(0,pi) q[1]; measure q -> c; ".replace("q[0],q;", "q[0],q[1];").as_str());
    println!("{:#?}", parsed.circuit.ops);
    assert_eq!(parsed.circuit.ops.len(), 7);
}
