//! Any number of threads gives the same bytes, and threads that are asked for do their share.
// Clippy lets tests unwrap, but not the helpers they share.
#![allow(clippy::unwrap_used)]

use ketflow_statevector::{
    Interrupted, Monitor, Options, RunError, ThreadUse, Unmonitored, read, run, run_on, with_helpers,
};
use std::fmt::Write;

/// Gates of every kernel on qubits of all heights, controls below and above qubit 4, measurements and resets in between.
fn circuit(qubits: usize, has_branches: bool) -> String {
    let mut text = format!("OPENQASM 3.0; include \"stdgates.inc\"; qubit[{qubits}] q; bit[2] c;");
    let top = qubits - 1;
    for q in 0..qubits {
        write!(text, "u3({}, 0.3, 0.{q}1) q[{q}];", 0.4 + 0.17 * q as f64).unwrap();
    }
    for q in 0..qubits {
        let (next, far) = ((q + 1) % qubits, (q + 5) % qubits);
        write!(text, "cx q[{q}], q[{next}]; rz(0.{q}3) q[{far}]; cp(0.{q}7) q[{q}], q[{far}];").unwrap();
    }
    write!(text, "swap q[0], q[{top}]; swap q[5], q[{top}]; swap q[1], q[2]; ccx q[1], q[{top}], q[6];").unwrap();
    write!(
        text,
        "ctrl @ swap q[3], q[4], q[{top}]; h q[0]; h q[2]; h q[{top}]; y q[5]; cu(0.3, 0.2, 0.1, 0.4) q[6], q[1];"
    )
    .unwrap();
    if has_branches {
        write!(text, "c[0] = measure q[{top}]; if (c[0]) x q[3]; reset q[4]; h q[4]; c[1] = measure q[0];").unwrap();
    }
    text
}

/// The bytes of a run, and what each of its threads did.
fn ran(source: &str, options: &str, threads: u32) -> (Vec<u8>, Vec<ThreadUse>) {
    let circuit = read("openqasm3", source.as_bytes()).unwrap().circuit;
    let options = Options { threads, ..Options::from_json(options).unwrap() };
    with_helpers(threads, |team| {
        let result = run_on(team, &circuit, &options, &mut Unmonitored).unwrap();
        (result.to_container(), team.usage())
    })
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let observable =
        |n: usize| format!("{}Z + 0.5*X{} - {}YY", "I".repeat(n - 1), "Z".repeat(n - 1), "X".repeat(n - 2));
    // Sweeps are shared from 15 qubits, where a state is 2 tiles, other passes from 16, where sums have 16 chunks; at 18 qubits a pass
    // has many pieces.
    for (qubits, precision) in
        [(8, "f64"), (14, "f64"), (15, "f64"), (16, "f32"), (16, "f64"), (18, "f32"), (18, "f64")]
    {
        for (has_branches, options) in [
            (false, r#""amplitudes": true, "shots": 5000"#),
            (false, r#""probabilities": true, "marginals": [[3, 7]], "entropy": [[0, 5]], "shots": 1"#),
            (true, r#""probabilities": true, "shots": 50"#),
            (true, r#""noise": {"depolarizing1": 0.01, "readout": 0.02}, "shots": 3"#),
        ] {
            let source = circuit(qubits, has_branches);
            let observable = observable(qubits);
            let options =
                format!(r#"{{"precision": "{precision}", "seed": 5, "observable": "{observable}", {options}}}"#);
            let (alone, _) = ran(&source, &options, 1);
            for threads in [2, 3, 4] {
                let (bytes, threads_used) = ran(&source, &options, threads);
                assert!(bytes == alone, "{qubits} qubits, {threads} threads: {options}");
                let pieces: u64 = threads_used.iter().map(|thread| thread.pieces).sum();
                let least = if options.contains("noise") { 16 } else { 15 };
                assert_eq!(pieces > 0, qubits >= least, "{qubits} qubits, {threads} threads shared {pieces} pieces");
            }
        }
    }
}

#[test]
fn the_fidelity_with_another_circuit_is_shared_too() {
    let source = circuit(16, false);
    let other = source.replace("0.3", "0.4").replace('"', "\\\"");
    let options = format!(r#"{{"shots": 1, "fidelity": {{"format": "openqasm3", "source": "{other}"}}}}"#);
    let (alone, _) = ran(&source, &options, 1);
    assert!(ran(&source, &options, 3).0 == alone);
}

#[test]
fn every_thread_that_is_asked_for_does_its_share() {
    let source = circuit(20, false);
    let (_, threads) = ran(&source, r#"{"shots": 1}"#, 2);
    let [leader, helper] = threads[..] else { panic!("{threads:?}") };
    assert!(helper.ms > 0.0, "{threads:?}");
    // Half is fair; a busy machine may hold a thread up, but hardly for nine tenths of every pass.
    assert!(helper.pieces * 10 > leader.pieces && leader.pieces * 10 > helper.pieces, "{threads:?}");
}

#[test]
fn run_starts_the_threads_of_the_options() {
    struct Threads(usize);
    impl Monitor for Threads {
        fn poll(&mut self, _: u64, _: u64) -> Result<(), Interrupted> {
            let tasks = std::fs::read_dir("/proc/self/task").map_or(0, |entries| entries.count());
            self.0 = self.0.max(tasks);
            Ok(())
        }
    }
    if !std::path::Path::new("/proc/self/task").exists() {
        return;
    }
    let circuit = read("openqasm3", circuit(20, false).as_bytes()).unwrap().circuit;
    let mut seen = Threads(0);
    // More than all tests of this file together can have otherwise.
    let options = Options { threads: 40, ..Options::default() };
    run(&circuit, &options, &mut seen).unwrap();
    assert!(seen.0 >= 40, "{} threads", seen.0);
}

#[test]
fn a_cancel_stops_all_threads() {
    struct Stop(u32);
    impl Monitor for Stop {
        fn poll(&mut self, _: u64, _: u64) -> Result<(), Interrupted> {
            self.0 += 1;
            if self.0 == 20 { Err(Interrupted) } else { Ok(()) }
        }
    }
    let circuit = read("openqasm3", circuit(20, false).as_bytes()).unwrap().circuit;
    let options = Options { threads: 3, ..Options::default() };
    let mut stop = Stop(0);
    assert_eq!(run(&circuit, &options, &mut stop), Err(RunError::Cancelled));
    assert_eq!(stop.0, 20, "nobody asks again");
}
