//! `ctrl`, `negctrl`, `inv`, `pow` and `gphase` against matrices written out by hand or built another way.

mod support;

use num_complex::Complex64;
use support::{distance, product, read3, shown, unitary};

fn c(re: f64, im: f64) -> Complex64 {
    Complex64::new(re, im)
}

fn of(body: &str) -> Vec<Complex64> {
    unitary(&read3(body))
}

/// Rows of real entries.
fn real(entries: &[f64]) -> Vec<Complex64> {
    entries.iter().map(|x| c(*x, 0.0)).collect()
}

#[test]
fn a_half_power_of_x_is_sx() {
    let half = [c(0.5, 0.5), c(0.5, -0.5), c(0.5, -0.5), c(0.5, 0.5)];
    assert!(distance(&of("qubit q; pow(1/2) @ x q;"), &half) < 1e-15);
    assert!(distance(&of("qubit q; pow(0.5) @ x q;"), &half) < 1e-15);
    assert_eq!(shown(&read3("qubit q; pow(0.5) @ x q;")), "sx q;");
}

#[test]
fn controls_take_the_leading_qubits() {
    // |q1 q0⟩ with q0 the control, then with q0 a negative one
    let cx = real(&[1., 0., 0., 0., 0., 0., 0., 1., 0., 0., 1., 0., 0., 1., 0., 0.]);
    let nx = real(&[0., 0., 1., 0., 0., 1., 0., 0., 1., 0., 0., 0., 0., 0., 0., 1.]);
    assert!(distance(&of("qubit[2] q; ctrl @ x q[0], q[1];"), &cx) < 1e-15);
    assert!(distance(&of("qubit[2] q; negctrl @ x q[0], q[1];"), &nx) < 1e-15);
    assert_eq!(
        shown(&read3("qubit[4] q; ctrl @ negctrl @ cx q[3], q[2], q[1], q[0];")),
        "ctrl @ negctrl @ ctrl @ x q[3], q[2], q[1], q[0];"
    );
}

#[test]
fn the_phase_of_a_gate_is_visible_under_control() {
    // U(θ, φ, λ) is i·Rz(−π)… up to a phase; under control that phase counts.
    let text = "qubit[2] q; gate g a { gphase(0.4); rz(0.6) a; } ctrl @ g q[0], q[1];";
    let (even, odd) = (c(0.1f64.cos(), 0.1f64.sin()), c(0.7f64.cos(), 0.7f64.sin()));
    let mut wanted = vec![c(0., 0.); 16];
    for (k, value) in [(0, c(1., 0.)), (5, even), (10, c(1., 0.)), (15, odd)] {
        wanted[k] = value;
    }
    assert!(distance(&of(text), &wanted) < 1e-15);
    assert_eq!(shown(&read3("qubit[2] q; ctrl(2) @ gphase(0.5) q[0], q[1];")), "cp(0.5) q[0], q[1];");
    assert_eq!(shown(&read3("qubit[1] q; gphase(0.5); inv @ gphase(0.25);")), "gphase(0.5); gphase(-0.25);");
}

#[test]
fn a_phase_on_negative_controls_only() {
    let phase = c(0.5f64.cos(), 0.5f64.sin());
    let got = of("qubit[2] q; negctrl(2) @ gphase(0.5) q[0], q[1];");
    let mut wanted = real(&[1., 0., 0., 0., 0., 1., 0., 0., 0., 0., 1., 0., 0., 0., 0., 1.]);
    wanted[0] = phase;
    assert!(distance(&got, &wanted) < 1e-15);
}

/// Two halves make a whole, four quarters too, for every kind of gate that a power treats in its own way.
#[test]
fn fractional_powers_multiply_up() {
    let gates = [
        "x q[0]",
        "y q[0]",
        "z q[0]",
        "h q[0]",
        "s q[0]",
        "sdg q[0]",
        "t q[0]",
        "tdg q[0]",
        "sx q[0]",
        "sxdg q[0]",
        "id q[0]",
        "p(2.9) q[0]",
        "p(4.1) q[0]",
        "rx(1.3) q[0]",
        "ry(-2) q[0]",
        "rz(7.5) q[0]",
        "rz(2*pi) q[0]",
        "U(0.3,1.2,-2.2) q[0]",
        "swap q[0],q[1]",
        "iswap q[0],q[1]",
        "rxx(0.9) q[0],q[1]",
        "ryy(0.9) q[0],q[1]",
        "rzz(0.9) q[0],q[1]",
        "rzx(0.9) q[0],q[1]",
        "cx q[1],q[0]",
        "ecr q[0],q[1]",
        "ccx q[2],q[1],q[0]",
        "cu(0.3,0.4,0.5,0.6) q[0],q[2]",
        "mine(0.7) q[0],q[1],q[2]",
    ];
    let head = "qubit[3] q; gate mine(t) a,b,c { h a; cx a,b; rz(t) b; gphase(0.3); cry(t) b,c; } ";
    for gate in gates {
        for (fraction, times) in [("0.5", 2), ("0.25", 4), ("-0.5", -2), ("1.5", 0)] {
            let part = of(&format!("{head} pow({fraction}) @ {gate};"));
            let (whole, count) = match times {
                0 => (of(&format!("{head} {gate}; {gate}; {gate};")), 2),
                times if times < 0 => (of(&format!("{head} inv @ {gate};")), -times),
                times => (of(&format!("{head} {gate};")), times),
            };
            let product = (1..count).fold(part.clone(), |sum, _| product(&sum, &part));
            assert!(distance(&product, &whole) < 1e-12, "pow({fraction}) @ {gate}: {}", distance(&product, &whole));
        }
    }
}

/// The principal branch: the eigenphases of the root lie in (−π/2, π/2], so Re⟨v|√A|v⟩ ≥ 0 for every vector.
#[test]
fn square_roots_are_principal() {
    for gate in [
        "x q[0]",
        "z q[0]",
        "h q[0]",
        "p(4.1) q[0]",
        "rz(7.5) q[0]",
        "rx(2*pi) q[0]",
        "U(2.8,1,1) q[0]",
        "swap q[0],q[1]",
        "ecr q[0],q[1]",
        "g q[0],q[1]",
    ] {
        let root = of(&format!("qubit[2] q; gate g a, b {{ z a; x b; cx a, b; s b; }} pow(0.5) @ {gate};"));
        let n = root.len().isqrt();
        // The Hermitian part of the root has no negative eigenvalue.
        let hermitian: Vec<Complex64> =
            (0..n * n).map(|k| (root[k] + root[(k % n) * n + k / n].conj()) / 2.0).collect();
        let (values, _) = ketflow_circuit::linalg::hermitian_eigen(&hermitian, n);
        assert!(values[0] > -1e-9, "{gate}: {values:?}");
    }
}

#[test]
fn a_root_of_minus_one_is_a_phase() {
    // Rz(2π) = −1 and its principal root is i, not Rz(π).
    let wanted = [c(0., 1.), c(0., 0.), c(0., 0.), c(0., 1.)];
    assert!(distance(&of("qubit q; pow(0.5) @ rz(2*pi) q;"), &wanted) < 1e-15);
}

#[test]
fn whole_powers_repeat_and_invert() {
    assert_eq!(
        shown(&read3("qubit q; pow(3) @ s q; pow(-1) @ t q; pow(2) @ x q; pow(0) @ h q; pow(4) @ rx(0.5) q;")),
        "sdg q; tdg q; rx(2.0) q;"
    );
    assert_eq!(
        shown(&read3("qubit q; pow(2) @ sx q; pow(3) @ sx q; pow(-3) @ sxdg q; pow(5) @ sxdg q; pow(2) @ sxdg q;")),
        "x q; sxdg q; sxdg q; sxdg q; x q;"
    );
    assert_eq!(
        shown(&read3("qubit[2] q; gate g a, b { h a; cx a, b; } pow(-2) @ g q[0], q[1];")),
        "cx q[0], q[1]; h q[0]; cx q[0], q[1]; h q[0];"
    );
    assert_eq!(
        shown(&read3("qubit q; pow(2) @ inv @ U(0.5, 0.25, 0.125) q;")),
        "U(-0.5, -0.125, -0.25) q; U(-0.5, -0.125, -0.25) q;"
    );
}

#[test]
fn modifiers_nest_in_any_order() {
    let head = "qubit[3] q; gate mine(t) a, b { gphase(t); h a; cx a, b; rz(t) b; } ";
    let explicit = of(&format!("{head} ctrl @ pow(1/2) @ mine(0.7) q[2], q[0], q[1];"));
    let other = of(&format!("{head} pow(1/2) @ ctrl @ mine(0.7) q[2], q[0], q[1];"));
    assert!(distance(&explicit, &other) < 1e-12);
    let twice = product(&explicit, &explicit);
    assert!(distance(&twice, &of(&format!("{head} ctrl @ mine(0.7) q[2], q[0], q[1];"))) < 1e-12);
    let left = of(&format!("{head} inv @ negctrl @ mine(0.7) q[2], q[0], q[1];"));
    let right = of(&format!("{head} x q[2]; ctrl @ inv @ mine(0.7) q[2], q[0], q[1]; x q[2];"));
    assert!(distance(&left, &right) < 1e-14);
}

#[test]
fn powers_of_symbolic_angles_stay_in_their_family() {
    let text =
        |gate: &str| format!("input float t; qubit q; pow(0.5) @ {gate} q; pow(0.5) @ {gate} q; inv @ {gate} q;");
    let identity = of("qubit q;");
    for gate in ["p(t)", "rx(3*t)", "rz(t + 20)", "p(t - 9)"] {
        assert!(distance(&of(&text(gate)), &identity) < 1e-14, "{gate}");
    }
}
