//! What a run takes: how often it asks to go on, and what an estimate counts.

use crate::{circuit, options};
use ketflow_statevector::{Interrupted, Monitor, RunError, estimate, run};

struct StopAt {
    polls: u32,
    stop_at: u32,
    last: u64,
}

impl Monitor for StopAt {
    fn poll(&mut self, done: u64, total: u64) -> Result<(), Interrupted> {
        assert!(done <= total && done > self.last && done - self.last <= 1 << 19, "{} → {done} of {total}", self.last);
        self.last = done;
        self.polls += 1;
        if self.polls == self.stop_at { Err(Interrupted) } else { Ok(()) }
    }
}

#[test]
fn a_cancel_is_seen_at_the_next_poll() {
    let body = "qubit[20] q; bit c; for int i in [0:19] { U(0.3, 0.2, 0.1) q[i]; } c = measure q[3]; \
        if (c) cp(0.3) q[3], q[18]; swap q[0], q[19]; cz q[1], q[2];";
    let circuit = circuit(body);
    let options = options(
        r#"{"shots": 1000, "observable": "XYZIIIIIIIIIIIIIIIII", "marginals": [[0, 7]], "reducedDensity": [[3, 5]]}"#,
    );
    let mut watch = StopAt { polls: 0, stop_at: u32::MAX, last: 0 };
    run(&circuit, &options, &mut watch).unwrap();
    let polls = watch.polls;
    assert!(polls > 100, "{polls}");
    for stop_at in [1, 2, 17, polls / 2, polls - 1, polls] {
        let mut watch = StopAt { polls: 0, stop_at, last: 0 };
        assert_eq!(run(&circuit, &options, &mut watch), Err(RunError::Cancelled));
        assert_eq!(watch.polls, stop_at);
    }
}

#[test]
fn an_estimate_counts_the_amplitudes_that_a_gate_touches() {
    let updates = |gates: &str| {
        // With id no qubit is idle.
        let program = format!("qubit[10] q; id q; {gates}");
        estimate(&circuit(&program), &options(r#"{"shots": 1}"#)).unwrap().amplitude_updates
    };
    let (none, state) = (updates(""), 1 << 10);
    for (gates, touched) in [
        // A rotation and its scale.
        ("ry(1) q[9];", 2 * state),
        ("ry(1) q[0];", 2 * state),
        // Several gates that meet |0⟩ make a product state.
        ("ry(1) q[8]; ry(1) q[9];", state),
        ("ry(1) q[0]; ry(1) q[9]; rz(1) q[9]; x q[1];", state),
        ("cz q[0], q[8]; ry(1) q[0]; ry(1) q[9]; ry(1) q[8];", 5 * state),
        // H is a rotation and a phase, which takes the scale.
        ("h q[9];", 3 * state),
        ("h q[8]; h q[9];", state),
        // X moves amplitudes; phases take two passes' worth of arithmetic, however many they are.
        ("x q[0];", state),
        ("p(1) q[9];", 2 * state),
        ("p(1) q[0]; rz(1) q[9]; cp(1) q[8], q[9]; cz q[0], q[1];", 2 * state),
        ("cx q[8], q[9];", state),
        ("ccx q[7], q[8], q[9];", state),
        ("cx q[8], q[9]; rz(1) q[9]; cx q[8], q[9];", 2 * state),
        // A controlled X between gates is a phase between H that merge with them; where none follows, it exchanges amplitudes.
        ("ry(1) q[9]; cx q[8], q[9]; ry(1) q[9];", 6 * state),
        ("ry(1) q[9]; cx q[8], q[9];", 3 * state),
        ("cswap q[9], q[0], q[8];", state),
        // Qubits change names.
        ("swap q[8], q[9];", 0),
        ("ry(1) q[0]; barrier q; ry(1) q[0];", state),
        ("bit c; c = measure q[9]; ry(1) q[9];", 4 * state),
    ] {
        assert_eq!(updates(gates) - none, touched, "{gates}");
    }
}
