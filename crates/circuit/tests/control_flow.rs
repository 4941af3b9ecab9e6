//! `switch`, `while`, subroutines, and numbers that hold bits: what is left of them in the circuit.

#![allow(clippy::unwrap_used)]

mod support;

use ketflow_circuit::{Format, parse};
use support::{distance, read3, shown, unitary};

/// Programs behind the include, and the operations that the printer shows.
#[rustfmt::skip]
const CASES: &[(&str, &str)] = &[
    // switch
    ("qubit q; int n = 2; switch (n) { case 0 { x q; } case 1, 2 { y q; } default { z q; } }", "y q;"),
    ("qubit q; int n = 7; switch (n) { case 0 { x q; } default { z q; } }", "z q;"),
    ("qubit q; int n = 7; switch (n) { case 0 { x q; } }", ""),
    ("qubit q; bit[2] c; switch (c) { case 0 { x q; } case 1, 3 { y q; } }", "if (c == 0) { x q; } else { if ((c == 1) || (c == 3)) { y q; } }"),
    ("qubit q; bit c; switch (c) { case 0 { x q; } default { y q; } }", "if (c == 0) { x q; } else { y q; }"),
    // The subject is read before a case changes it.
    ("qubit q; bit c; switch (c) { case 0 { c = 1; } case 1 { x q; } }", "if (c == 0) { c = 1; } else { if (c == 1) { x q; } }"),
    ("qubit q; bit[2] c; int n; n = c; switch (n) { case 2 { x q; } default { } }", "if (c == 2) { x q; }"),
    ("qubit q; bit[2] c; switch (c & 1) { case 1 { x q; } case 2 { y q; } }", "if (c[0]) { x q; }"),
    // while
    ("qubit q; int i = 0; while (i < 3) { rx(i) q; i += 1; }", "rx(0.0) q; rx(1.0) q; rx(2.0) q;"),
    ("qubit q; bool go = true; while (go) { x q; go = false; }", "x q;"),
    ("qubit q; while (false) x q;", ""),
    // Numbers as bits
    ("qubit[4] q; uint[4] n = 10; for int k in [0:3] { if (n[k]) x q[k]; }", "x q[1]; x q[3];"),
    ("qubit q; int n = -1; if (n[63]) x q;", "x q;"),
    ("qubit q; int[4] n = 0; n[3] = 1; if (n == -8) x q; n[0:1] = 3; if (n == -5) y q; n[0] ^= 1; if (n == -6) z q;", "x q; y q; z q;"),
    ("qubit q; bit[2] c; uint[4] n = c; if (n[3]) x q; if (n[1]) y q; if (n == 2) z q;", "if (c[1]) { y q; } if (c == 2) { z q; }"),
    ("qubit q; bit[2] c; uint[4] n = c; n[0] = c[1]; n[1] = 0; if (n == 1) x q;", "if (c[1] == 1) { x q; }"),
    ("qubit q; bit[2] c; bool b = c[0] && !c[1]; if (!b) x q;", "if (!(c[0] && !c[1])) { x q; }"),
    ("qubit q; bit c; int n = 0; if (c) { n = 1; rx(n) q; } else { rx(n) q; } n = 2; rx(n) q;", "if (c) { rx(1.0) q; } else { rx(0.0) q; } rx(2.0) q;"),
    // Subroutines
    ("qubit[3] q; def f(qubit a, qubit[2] b, angle t) { rx(t) a; cx b[0], b[1]; } f(q[2], q[0:1], pi); f(q[0], q[{2, 1}], 1);",
        "rx(3.141592653589793) q[2]; cx q[0], q[1]; rx(1.0) q[0]; cx q[2], q[1];"),
    ("qubit q; bit c; def f(qubit a) -> bit { h a; return measure a; } c = f(q); f(q);", "h q; c = measure q; h q; measure q;"),
    ("qubit[2] q; def f(qubit[2] a) -> bit[2] { bit[2] r; r[1] = measure a[0]; r[0] = measure a[1]; return r; } bit[2] c = f(q);",
        "c[1] = measure q[0]; c[0] = measure q[1];"),
    ("qubit q; def twice(int n) -> int { n *= 2; return n; } int k = twice(3); k = twice(k); rx(k) q;", "rx(12.0) q;"),
    ("qubit q; bit[2] c; def odd(bit[2] b) -> bool { return b[0] ^ b[1]; } bool o = odd(c); if (o) x q;", "if (c[0] ^ c[1]) { x q; }"),
    ("qubit q; bit[2] c; def f(bit[2] b) -> bit[2] { b[0] = 0; return b; } c = f(c);", "c[0] = 0; c[1] = c[1];"),
    ("qubit[2] q; def f() { h q[1]; } f();", "h q[1];"),
    ("qubit[2] q; def f(qubit a) { x a; } def g(qubit[2] a) { f(a[1]); f(a[0]); } g(q);", "x q[1]; x q[0];"),
    ("qubit q; const int n = 1; def f(qubit[n] a, int k) { for int i in [1:k] x a; } f(q, 2);", "x q; x q;"),
    ("bit c; def f(qubit a) { U(0, 0, 0) a; } f($3);", "U(0.0, 0.0, 0.0) physical[0];"),
    // Bits that are declared in a block are one register, cleared before every further use.
    ("qubit q; for int i in [0:1] { bit d; d = measure q; if (d) x q; }",
        "d = measure q; if (d) { x q; } d = 0; d = measure q; if (d) { x q; }"),
    ("qubit q; def f(qubit a) -> int { bit r = measure a; int n = r; return n; } int k = f(q); if (k == 1) x q; bit r;",
        "r_2 = measure q; if (r_2 == 1) { x q; }"),
];

#[test]
fn control_flow_is_expanded() {
    let mut wrong = Vec::new();
    for (source, wanted) in CASES {
        let got = match parse(Format::OpenQasm3, &format!("OPENQASM 3.0;\ninclude \"stdgates.inc\";\n{source}")) {
            Ok(parsed) => shown(&parsed.circuit),
            Err(error) => error.to_string(),
        };
        if got != *wanted {
            wrong.push(format!("{source}\n  wanted {wanted}\n  got    {got}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_matrix_of_braket_has_its_first_qubit_highest() {
    let cnot = "[[1, 0, 0, 0], [0, 1.0, 0, 0], [0, 0, 0, 1.0im], [0, 0, 0.0 - 1.0im, 0]]";
    let source = format!("OPENQASM 3.0;\nqubit[3] q;\n#pragma braket unitary({cnot}) q[2], q[0]\n");
    let circuit = parse(Format::OpenQasm3, &source).unwrap().circuit;
    // [[0, i], [−i, 0]] is −Y.
    let plain = read3("qubit[3] q; cy q[2], q[0]; z q[2];");
    assert!(distance(&unitary(&circuit), &unitary(&plain)) < 1e-15);
}

#[test]
fn what_has_no_effect_is_noted() {
    let source = "OPENQASM 3.0;\nqubit q;\n#pragma braket verbatim\nbox {\nh q;\n}\n#pragma braket result expectation x(q)\nif (true) { bit d; }";
    let notes = parse(Format::OpenQasm3, source).unwrap().notes;
    let shown: Vec<String> =
        notes.iter().map(|note| format!("{}:{} {}", note.line, note.column, &note.message[..24])).collect();
    assert_eq!(
        shown,
        ["3:1 'pragma braket verbatim'", "7:1 'pragma braket result' h", "8:17 'd' is part of the outco"]
    );
}
