//! Counts and depth of circuits, each computed by hand.

mod support;

use ketflow_circuit::shape::{Shape, two_qubit_equivalent};
use support::read3;

fn shape(body: &str) -> Shape {
    Shape::of(&read3(&format!("include \"stdgates.inc\"; qubit[3] q; bit[3] c; {body}")))
}

#[test]
fn gates_count_by_width_and_layers_by_qubit() {
    let expected = Shape { one_qubit_gates: 3, two_qubit_gates: 1 + 6, measurements: 0, depth: 3, feed_forward: false };
    assert_eq!(shape("h q[0]; h q[1]; cx q[0], q[1]; h q[2]; ccx q[0], q[1], q[2];"), expected);
}

#[test]
fn readouts_count_and_a_global_phase_does_not() {
    let expected = Shape { measurements: 1, depth: 1, ..Shape::default() };
    assert_eq!(shape("gphase(0.5); c[0] = measure q[1];"), expected);
    assert_eq!(shape(""), Shape::default());
    assert_eq!(shape("reset q[0]; reset q[0];").depth, 2);
}

#[test]
fn a_barrier_makes_its_qubits_wait_and_takes_no_layer() {
    assert_eq!(shape("h q[0]; barrier q[0], q[1]; h q[1];").depth, 2);
    assert_eq!(shape("h q[0]; barrier q[0], q[2]; h q[1];").depth, 1);
}

#[test]
fn an_if_waits_for_its_bits_and_counts_its_larger_branch() {
    // Only qubits 1 and 2, which are free from the start: the condition alone makes them wait.
    let branches = "{ cx q[1], q[2]; } else { h q[1]; h q[1]; h q[1]; }";
    let expected =
        Shape { one_qubit_gates: 1 + 3, two_qubit_gates: 1, measurements: 1, depth: 2 + 3, feed_forward: true };
    assert_eq!(shape(&format!("h q[0]; c[0] = measure q[0]; if (c[0]) {branches}")), expected);
    assert_eq!(shape(&format!("h q[0]; c[0] = measure q[0]; if (c[1]) {branches}")).depth, 3);
    assert_eq!(shape(&format!("h q[0]; c[0] = measure q[0]; if (c == 3) {branches}")).depth, 5);
}

#[test]
fn each_branch_begins_where_the_if_does() {
    // Were the second branch to begin where the first ended, this would be 6 layers deep.
    assert_eq!(shape("if (c[0]) { h q[0]; h q[0]; h q[0]; } else { h q[0]; h q[0]; h q[0]; }").depth, 3);
    assert_eq!(shape("if (c[0]) { h q[0]; h q[0]; } h q[0]; h q[1];").depth, 3);
    assert_eq!(shape("if (c[0]) { if (c[1]) { h q[0]; h q[0]; } else { h q[1]; } h q[1]; }").depth, 2);
}

#[test]
fn a_bit_that_an_if_writes_is_waited_for() {
    assert_eq!(shape("h q[0]; c[0] = measure q[0]; if (c[0]) { c[1] = true; } if (c[1]) { x q[2]; }").depth, 3);
}

#[test]
fn wide_gates_cost_what_devices_build_them_of() {
    assert_eq!([2, 3, 4, 5].map(two_qubit_equivalent), [1, 6, 18, 30]);
}
