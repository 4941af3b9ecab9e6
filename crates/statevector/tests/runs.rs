//! Whole runs from text: laws, statistics with stated bounds, refusals, cancellation, and independence of memory.
// Clippy lets tests unwrap, but not the helpers they share.
#![allow(clippy::unwrap_used)]

use ketflow_circuit::Circuit;
use ketflow_statevector::noise::Readout;
use ketflow_statevector::options::{Noise, Options, Precision, SubsetPair};
use ketflow_statevector::{CircuitResult, Interrupted, Monitor, RunError, Unmonitored, estimate, read, run};

const HEAD: &str = "OPENQASM 3.0; include \"stdgates.inc\";";

fn circuit(body: &str) -> Circuit {
    read("openqasm3", format!("{HEAD} {body}").as_bytes()).unwrap().circuit
}

fn options(json: &str) -> Options {
    Options::from_json(json).unwrap()
}

fn ran(body: &str, json: &str) -> CircuitResult {
    run(&circuit(body), &options(json), &mut Unmonitored).unwrap()
}

fn refusal(body: &str, json: &str) -> (String, String) {
    let circuit = circuit(body);
    let error = match Options::from_json(json) {
        Ok(options) => run(&circuit, &options, &mut Unmonitored).unwrap_err(),
        Err(error) => RunError::Refused(error),
    };
    if let RunError::Refused(error) = &error {
        assert_eq!(error.position, None, "an option is no place in the circuit: {error}");
    }
    (error.code().to_owned(), error.to_string())
}

fn counts(result: &CircuitResult) -> Vec<(u64, u64)> {
    result.counts.words().iter().copied().zip(result.counts.values().iter().copied()).collect()
}

/// |hits − N·p| < 5σ with σ = √(N·p·(1 − p)).
fn assert_binomial(hits: u64, shots: u64, p: f64) {
    let sigma = (shots as f64 * p * (1.0 - p)).sqrt();
    assert!((hits as f64 - shots as f64 * p).abs() < 5.0 * sigma, "{hits} of {shots}, expected {}", shots as f64 * p);
}

const TELEPORT: &str = "qubit[3] q; bit[2] m; bit out; ry(1.1) q[0]; rz(0.4) q[0]; h q[1]; cx q[1], q[2]; cx q[0], q[1]; \
    h q[0]; m[0] = measure q[0]; m[1] = measure q[1]; if (m[1]) x q[2]; if (m[0]) z q[2]; out = measure q[2];";

#[test]
fn bell_pairs_agree() {
    let rows =
        counts(&ran("qubit[2] q; bit[2] c; h q[0]; cx q[0], q[1]; c = measure q;", r#"{"shots": 1000, "seed": 7}"#));
    assert_eq!(rows.iter().map(|row| row.0).collect::<Vec<_>>(), [0b00, 0b11]);
    assert_eq!(rows.iter().map(|row| row.1).sum::<u64>(), 1000);
    assert_binomial(rows[0].1, 1000, 0.5);
}

#[test]
fn teleportation_moves_the_state() {
    let result = ran(TELEPORT, r#"{"shots": 20000, "seed": 3, "probabilities": true, "marginals": [[2], [2, 1]]}"#);
    let p_one = (1.1f64 / 2.0).sin().powi(2);
    let ones = counts(&result).iter().filter(|row| row.0 >> 2 == 1).map(|row| row.1).sum();
    assert_binomial(ones, 20000, p_one);
    let table = result.probabilities.as_ref().unwrap();
    assert_eq!(table.words(), (0..8).collect::<Vec<u64>>());
    for (outcome, p) in table.words().iter().zip(table.values()) {
        let expected = 0.25 * if outcome >> 2 == 1 { p_one } else { 1.0 - p_one };
        assert!((p - expected).abs() < 1e-14);
    }
    assert!((result.marginals[0][1] - p_one).abs() < 1e-14);
    assert!((result.marginals[1][0b10] - 0.5 * (1.0 - p_one)).abs() < 1e-14, "first listed qubit is the lowest bit");
}

#[test]
fn a_reset_forgets_and_a_first_reset_costs_nothing() {
    let result =
        ran("qubit[2] q; bit c; reset q; h q[0]; cx q[0], q[1]; reset q[0]; c = measure q[0];", r#"{"shots": 500}"#);
    assert_eq!(counts(&result), [(0, 500)]);
    let kept = ran("qubit[2] q; reset q; h q;", r#"{"amplitudes": true}"#);
    assert!(kept.amplitudes.is_some(), "resets of |0⟩ leave the state pure");
}

#[test]
fn measures_of_information_have_their_textbook_values() {
    let json = r#"{"entropy": [[0], [0, 1, 2, 3], [5, 4]], "mutualInformation": [{"a": [0], "b": [1]}, {"a": [0, 1], "b": [2, 3, 4, 5]}],
        "reducedDensity": [[5, 0]]}"#;
    let ghz = ran("qubit[6] q; h q[0]; for int i in [0:4] { cx q[i], q[i + 1]; }", json);
    for (value, expected) in ghz.entropy.iter().zip([1.0, 1.0, 1.0]) {
        assert!((value - expected).abs() < 1e-14, "{value}");
    }
    for value in &ghz.purity {
        assert!((value - 0.5).abs() < 1e-14);
    }
    assert!((ghz.mutual_information[0] - 1.0).abs() < 1e-14);
    assert!((ghz.mutual_information[1] - 2.0).abs() < 1e-14);
    let rho = &ghz.reduced_density[0].matrix;
    for (k, x) in rho.iter().enumerate() {
        let expected = if k == 0 || k == 15 { 0.5 } else { 0.0 };
        assert!((x.re - expected).abs() < 1e-15 && x.im.abs() < 1e-15);
    }
    let product = ran(
        "qubit[5] q; ry(0.3) q; rz(1.0) q;",
        r#"{"entropy": [[0], [1, 3]], "mutualInformation": [{"a": [0], "b": [4]}]}"#,
    );
    assert!(product.entropy.iter().all(|value| *value < 1e-13));
    assert!(product.purity.iter().all(|value| (value - 1.0).abs() < 1e-13));
    assert!(product.mutual_information[0] < 1e-13);
}

#[test]
fn a_mixed_state_has_entropy() {
    // A measured qubit is a fair coin; nothing else is left of the Bell pair.
    let body = "qubit[2] q; bit c; h q[0]; cx q[0], q[1]; c = measure q[0]; h q[0]; h q[0];";
    let result = ran(body, r#"{"entropy": [[0], [0, 1]], "mutualInformation": [{"a": [0], "b": [1]}]}"#);
    assert!((result.entropy[0] - 1.0).abs() < 1e-13);
    assert!((result.entropy[1] - 1.0).abs() < 1e-13);
    assert!((result.mutual_information[0] - 1.0).abs() < 1e-13);
}

#[test]
fn expectation_agrees_with_probabilities_and_words_with_qubits() {
    let body = "qubit[3] q; ry(0.7) q[0]; ry(1.3) q[1]; cx q[0], q[2]; rx(0.4) q[1];";
    let result = ran(body, r#"{"probabilities": true, "observable": "0.5*ZII - 2 * IZZ + IIZ + 0.5*IIZ"}"#);
    let table = result.probabilities.unwrap();
    let z = |outcome: u64, qubit: u32| if outcome >> qubit & 1 == 1 { -1.0 } else { 1.0 };
    let expected: f64 = table
        .words()
        .iter()
        .zip(table.values())
        .map(|(&k, p)| p * (0.5 * z(k, 2) - 2.0 * z(k, 1) * z(k, 0) + 1.5 * z(k, 0)))
        .sum();
    assert!((result.expectation.unwrap() - expected).abs() < 1e-14);
}

#[test]
fn fidelity_compares_final_states() {
    let json = r#"{"inputs": {"t": 0.5}, "fidelity": {"format": "auto", "source": "OPENQASM 3.0; include \"stdgates.inc\"; input float t; qubit[2] q; ry(2 * t) q[1];"}}"#;
    let result = ran("input float t; qubit[2] q; ry(t) q[1];", json);
    assert!((result.fidelity.unwrap() - (0.25f64).cos().powi(2)).abs() < 1e-15);
}

#[test]
fn gate_noise_has_its_rate() {
    // X errors and Y errors flip: 2/3 of 0.3 on each of 4 identity gates; an odd number of flips reads 1.
    let json = r#"{"shots": 40000, "seed": 11, "noise": {"depolarizing1": 0.3}}"#;
    let result = ran("qubit q; bit c; id q; id q; id q; id q; c = measure q;", json);
    let flip: f64 = 0.2;
    let p_one = (1.0 - (1.0 - 2.0 * flip).powi(4)) / 2.0;
    assert_binomial(counts(&result)[1].1, 40000, p_one);
    // Certain errors: each kind a third.
    let json = r#"{"shots": 30000, "seed": 5, "noise": {"depolarizing1": 1}}"#;
    let result = ran("qubit q; bit c; id q; c = measure q;", json);
    assert_binomial(counts(&result)[0].1, 30000, 1.0 / 3.0);
    // Two-qubit gates hurt both of their qubits, here each with Z untouched by the readout.
    let json = r#"{"shots": 30000, "seed": 6, "noise": {"depolarizing2": 0.15}}"#;
    let result = ran("qubit[2] q; bit[2] c; cx q[0], q[1]; c = measure q;", json);
    let p: f64 = 0.1;
    for (outcome, expected) in [(0, (1.0 - p) * (1.0 - p)), (1, p * (1.0 - p)), (2, p * (1.0 - p)), (3, p * p)] {
        let hits = counts(&result).iter().find(|row| row.0 == outcome).unwrap().1;
        assert_binomial(hits, 30000, expected);
    }
}

#[test]
fn readout_noise_flips_records_and_feed_forward_sees_them() {
    let json = r#"{"shots": 20000, "seed": 2, "noise": {"readout": 0.1}}"#;
    let result = ran("qubit[2] q; bit[2] c; c[0] = measure q[0]; if (c[0]) x q[1]; c[1] = measure q[1];", json);
    for (outcome, p) in [(0b00, 0.9 * 0.9), (0b10, 0.9 * 0.1), (0b11, 0.1 * 0.9), (0b01, 0.1 * 0.1)] {
        assert_binomial(counts(&result).iter().find(|row| row.0 == outcome).unwrap().1, 20000, p);
    }
}

#[test]
fn noisy_expectation_averages_over_shots() {
    let json = r#"{"shots": 20000, "seed": 4, "observable": "Z", "noise": {"depolarizing1": 0.3}}"#;
    let value = ran("qubit q; id q;", json).expectation.unwrap();
    assert!((value - 0.6).abs() < 5.0 * (1.0f64 - 0.36).sqrt() / 20000f64.sqrt(), "{value}");
}

#[test]
fn wide_classical_registers_sort_as_numbers() {
    let body = "qubit[2] q; bit[70] low; bit[3] high; h q[0]; x q[1]; low[69] = measure q[0]; high[2] = measure q[1];";
    let result = ran(body, r#"{"shots": 64, "probabilities": true}"#);
    assert_eq!(result.bits, 73);
    assert_eq!(result.counts.words(), [0, 1 << 8, 0, 1 << 8 | 1 << 5]);
    assert_eq!(result.probabilities.unwrap().words(), [0, 1 << 8, 0, 1 << 8 | 1 << 5]);
}

#[test]
fn a_shot_is_a_stream_of_its_own() {
    // The first 100 of 1000 shots are the 100 shots of the shorter run: counts can only grow.
    for body in [TELEPORT, "qubit[5] q; h q;"] {
        let short = counts(&ran(body, r#"{"shots": 100, "seed": 9}"#));
        let long = counts(&ran(body, r#"{"shots": 1000, "seed": 9}"#));
        for (outcome, hits) in short {
            assert!(long.iter().any(|row| row.0 == outcome && row.1 >= hits));
        }
    }
}

#[test]
fn memory_never_changes_a_byte() {
    // 15 qubits in f64 take 512 KiB, so 1 MiB leaves room for no copy: every waiting group is replayed.
    let mut body = "qubit[15] q; bit[4] c; bit[15] out;".to_owned();
    for k in 0..4 {
        body.push_str(&format!("ry(0.{}) q; cx q[{k}], q[9]; c[{k}] = measure q[9]; if (c[{k}]) rx(0.7) q[3];", k + 4));
    }
    body.push_str("out = measure q;");
    let circuit = circuit(&body);
    for extra in [
        r#""noise": {"depolarizing1": 0.005, "depolarizing2": 0.02, "readout": 0.03}"#,
        r#""observable": "XIIIIZIIIIIYIIZ""#,
    ] {
        let of = |memory: u32| {
            let options = options(&format!(r#"{{"shots": 60, "seed": 1, "memoryLimitMiB": {memory}, {extra}}}"#));
            run(&circuit, &options, &mut Unmonitored).unwrap().to_container()
        };
        assert_eq!(of(1), of(2));
        assert_eq!(of(1), of(3840));
    }
}

#[test]
fn method_never_changes_a_byte() {
    let of = |method: &str| ran(TELEPORT, &format!(r#"{{"shots": 300, "method": "{method}"}}"#)).to_container();
    assert_eq!(of("auto"), of("statevector"));
    assert_eq!(of("auto"), of("trajectory"));
}

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
fn too_much_memory_is_refused_with_numbers_and_remedy() {
    let (code, message) = refusal("qubit[28] q; ry(1) q;", r#"{"method": "statevector"}"#);
    assert_eq!(code, "too-large");
    assert!(
        message.contains("28 qubits need 4295") && message.contains("4026531840 bytes") && message.contains("f32"),
        "{message}"
    );
    let (code, message) = refusal("qubit[40] q; ry(1) q;", r#"{"precision": "f32", "method": "statevector"}"#);
    assert_eq!(code, "too-large");
    assert!(message.contains("fewer qubits"), "{message}");
    assert_eq!(refusal("qubit[900] q; ry(1) q;", r#"{"method": "statevector"}"#).0, "too-large");
    let (code, message) =
        refusal("qubit[20] q; ry(1) q;", r#"{"probabilities": true, "memoryLimitMiB": 20, "method": "statevector"}"#);
    assert_eq!(code, "too-large");
    assert!(message.contains("raise memoryLimitMiB"), "{message}");
    // The estimate still answers.
    let estimate = estimate(&circuit("qubit[40] q; ry(1) q;"), &options(r#"{"method": "statevector"}"#)).unwrap();
    assert!(estimate.bytes > 1 << 44 && estimate.qubits == 40);
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

#[test]
fn an_exact_result_with_too_many_branches_is_refused() {
    let body = "qubit q; bit[20] c; for int i in [0:19] { h q; c[i] = measure q; } h q;";
    let (code, message) = refusal(body, r#"{"probabilities": true}"#);
    assert_eq!(code, "too-large");
    assert!(message.contains("branches") && message.contains("counts"), "{message}");
    assert_eq!(ran(body, r#"{"shots": 200}"#).counts.values().iter().sum::<u64>(), 200);
}

#[test]
fn wrong_options_are_refused() {
    let bell = "qubit[2] q; bit c; h q[0]; c = measure q[0]; h q[0];";
    for (json, code, part) in [
        (r#"{"shots": 0}"#, "invalid-input", "shots is 0"),
        (r#"{"shots": 10000001}"#, "invalid-input", "10000000"),
        (r#"{"shot": 1}"#, "invalid-input", "shot"),
        (r#"{"seed": 9007199254740992}"#, "invalid-input", "2^53"),
        (r#"{"seed": -1}"#, "invalid-input", "-1"),
        (r#"{"noise": {"readout": 1.5}}"#, "invalid-input", "noise.readout is 1.5"),
        (r#"{"method": "mps"}"#, "unsupported", "does not run a measurement before the end"),
        (r#"{"method": "statevector", "noise": {"depolarizing1": 0.1}}"#, "unsupported", "trajectory"),
        (r#"{"probabilities": true, "noise": {"readout": 0.1}}"#, "unsupported", "counts"),
        (r#"{"amplitudes": true}"#, "unsupported", "probabilities"),
        (r#"{"inputs": {"t": 1}}"#, "invalid-input", "'t'"),
        (r#"{"observable": "ZZZ"}"#, "invalid-input", "observable 'ZZZ', character 1: this product has 3 letters"),
        (r#"{"observable": "ZZ + 0.5*ZQ"}"#, "invalid-input", "observable 'ZZ + 0.5*ZQ', character 11: 'Q' is not"),
        (r#"{"observable": "ZZ ZZ"}"#, "invalid-input", "observable 'ZZ ZZ', character 4: write + or -"),
        (r#"{"observable": "1e999*ZZ"}"#, "invalid-input", "observable '1e999*ZZ', character 1: '1e999'"),
        (r#"{"observable": ""}"#, "invalid-input", "observable '', character 1: "),
        (r#"{"observable": "-"}"#, "invalid-input", "observable '-', character 2: "),
        (
            r#"{"fidelity": {"format": "openqasm3", "source": "OPENQASM 3.0;\nqubit q; y2 q;"}}"#,
            "invalid-input",
            "fidelity.source, line 2, column 10: there is no gate 'y2'",
        ),
        (r#"{"marginals": [[0, 0]]}"#, "invalid-input", "twice"),
        (r#"{"marginals": [[2]]}"#, "invalid-input", "qubit 2"),
        (r#"{"entropy": [[]]}"#, "invalid-input", "empty"),
        (r#"{"mutualInformation": [{"a": [0], "b": [0]}]}"#, "invalid-input", "both sides"),
        (r#"{"fidelity": {"format": "openqasm3", "source": "OPENQASM 3.0; qubit q;"}}"#, "invalid-input", "1 qubits"),
    ] {
        let (found, message) = refusal(bell, json);
        assert_eq!(found, code, "{json}: {message}");
        assert!(message.contains(part), "{json}: {message}");
    }
    let (code, message) = refusal("input float t; qubit q; rx(1 / t) q;", r#"{"inputs": {"t": 0}}"#);
    assert_eq!(code, "invalid-input");
    assert!(message.contains("rx"), "{message}");
    assert_eq!(refusal("qubit[12] q; h q;", r#"{"reducedDensity": [[0,1,2,3,4,5,6,7,8,9,10]]}"#).0, "too-large");
}

#[test]
fn structs_and_json_say_the_same() {
    let json = r#"{"precision": "f32", "shots": 5, "noise": {"readout": 0.5}, "mutualInformation": [{"a": [0], "b": [1]}], "memoryLimitMiB": 7}"#;
    let built = Options {
        precision: Precision::F32,
        shots: 5,
        noise: Noise { readout: Readout { zero_to_one: 0.5, one_to_zero: 0.5 }, ..Noise::default() },
        mutual_information: vec![SubsetPair { a: vec![0], b: vec![1] }],
        memory_limit_mib: 7,
        ..Options::default()
    };
    assert_eq!(options(json), built);
}
