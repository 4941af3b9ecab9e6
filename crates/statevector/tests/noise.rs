//! Channels against their closed forms, random paths against the density matrix, and what is refused.
// Clippy lets tests unwrap, but not the helpers they share.
#![allow(clippy::unwrap_used)]

use ketflow_circuit::Circuit;
use ketflow_statevector::{CircuitResult, Options, Unmonitored, read, run, run_on, with_helpers};

fn circuit(body: &str) -> Circuit {
    let source = format!("OPENQASM 3.0;\ninclude \"stdgates.inc\";\n{body}");
    read("openqasm3", source.as_bytes()).unwrap().circuit
}

fn ran(body: &str, options: &str) -> CircuitResult {
    run(&circuit(body), &Options::from_json(options).unwrap(), &mut Unmonitored).unwrap()
}

/// The expectation by the density matrix.
fn exact(body: &str, observable: &str, noise: &str) -> f64 {
    let options = format!(r#"{{"method": "density", "observable": "{observable}", "noise": {noise}}}"#);
    ran(body, &options).expectation.unwrap()
}

fn channel(text: &str) -> String {
    format!(r#"{{"channels": [{{"channel": {text}}}]}}"#)
}

#[test]
fn each_channel_does_what_its_formula_says() {
    let waits = |gate: &str, times: usize| format!("qubit q; {gate} q; {}", "id q; ".repeat(times));
    let (x, h) = (waits("x", 3), waits("h", 3));
    // The channel acts after each of four gates.
    for (body, observable, noise, wanted) in [
        // |1⟩ decays: P(1) = (1 − γ)⁴.
        (&x, "Z", r#"{"kind": "amplitude-damping", "gamma": 0.2}"#.to_owned(), 1.0 - 2.0 * 0.8f64.powi(4)),
        (&x, "Z", r#"{"kind": "amplitude-damping", "gamma": 0.2, "excited": 0.3}"#.into(), {
            1.0 - 2.0 * (0.3 + 0.7 * 0.8f64.powi(4))
        }),
        (&h, "X", r#"{"kind": "amplitude-damping", "gamma": 0.2, "excited": 0.3}"#.into(), 0.8f64.powi(2)),
        (&h, "X", r#"{"kind": "phase-damping", "lambda": 0.3}"#.into(), 0.7f64.powi(2)),
        (&x, "Z", r#"{"kind": "phase-damping", "lambda": 0.3}"#.into(), -1.0),
        (&x, "Z", r#"{"kind": "bit-flip", "probability": 0.1}"#.into(), -(0.8f64.powi(4))),
        (&h, "X", r#"{"kind": "bit-flip", "probability": 0.1}"#.into(), 1.0),
        (&h, "X", r#"{"kind": "phase-flip", "probability": 0.1}"#.into(), 0.8f64.powi(4)),
        (&x, "Z", r#"{"kind": "depolarizing", "probability": 0.1}"#.into(), -(1.0f64 - 0.4 / 3.0).powi(4)),
        // Relaxation over 4 · 5 of the same unit.
        (&x, "Z", r#"{"kind": "thermal-relaxation", "t1": 50, "t2": 70, "time": 5}"#.into(), {
            1.0 - 2.0 * (-20.0f64 / 50.0).exp()
        }),
        (&h, "X", r#"{"kind": "thermal-relaxation", "t1": 50, "t2": 70, "time": 5}"#.into(), (-20.0f64 / 70.0).exp()),
        (&h, "X", r#"{"kind": "thermal-relaxation", "t1": 50, "t2": 100, "time": 5, "excited": 0.1}"#.into(), {
            (-20.0f64 / 100.0).exp()
        }),
        // The same as amplitude damping, by its operators.
        (
            &x,
            "Z",
            format!(
                r#"{{"kind": "kraus", "operators": [[[1,0],[0,0],[0,0],[{},0]], [[0,0],[{},0],[0,0],[0,0]]]}}"#,
                0.8f64.sqrt(),
                0.2f64.sqrt()
            ),
            1.0 - 2.0 * 0.8f64.powi(4),
        ),
    ] {
        let found = exact(body, observable, &channel(&noise));
        assert!((found - wanted).abs() < 1e-12, "{noise}: {found} instead of {wanted}");
    }
}

#[test]
fn rules_choose_gates_by_name_and_by_size() {
    let body = "qubit[2] q; x q[0]; y q[0]; cx q[0], q[1];";
    let flip =
        |rule: &str| format!(r#"{{"channels": [{{{rule} "channel": {{"kind": "bit-flip", "probability": 0.25}}}}]}}"#);
    // Each flip halves ⟨Z⟩ of its qubit. x y leaves q[0] at |0⟩.
    for (rule, low, high) in [
        (r#""after": ["x"],"#, 0.5, 1.0),
        (r#""after": ["x", "y"],"#, 0.25, 1.0),
        (r#""after": ["cx"],"#, 0.5, 0.5),
        (r#""arity": 1,"#, 0.25, 1.0),
        (r#""arity": 2,"#, 0.5, 0.5),
        (r#""after": ["y"], "arity": 2,"#, 1.0, 1.0),
    ] {
        let found = exact(body, "IZ", &flip(rule));
        assert!((found - low).abs() < 1e-12, "{rule} {found}");
        // What has flipped q[0] before the cx flips q[1] with it.
        let copied = if rule.contains("cx") || rule.contains(r#""arity": 2,"#) { high } else { low };
        let found = exact(body, "ZI", &flip(rule));
        assert!((found - copied).abs() < 1e-12, "{rule} {found}");
    }
}

#[test]
fn readout_may_differ_by_outcome() {
    let noise = r#"{"readout": {"zeroToOne": 0.02, "oneToZero": 0.2}}"#;
    let options =
        format!(r#"{{"method": "density", "probabilities": true, "noise": {noise}, "shots": 40000, "seed": 3}}"#);
    let result = ran("qubit[2] q; bit[2] c; x q[0]; c = measure q;", &options);
    let table = result.probabilities.unwrap();
    for (word, p) in [(0u64, 0.2 * 0.98), (1, 0.8 * 0.98), (2, 0.2 * 0.02), (3, 0.8 * 0.02)] {
        let k = table.words().iter().position(|found| *found == word).unwrap();
        assert!((table.values()[k] - p).abs() < 1e-12, "{word}");
    }
    let random = ran(
        "qubit[2] q; bit[2] c; x q[0]; c = measure q;",
        &options.replace("density", "trajectory").replace(r#""probabilities": true, "#, ""),
    );
    for counts in [&result.counts, &random.counts] {
        for (word, p) in [(0u64, 0.2 * 0.98), (1, 0.8 * 0.98), (3, 0.8 * 0.02)] {
            let k = counts.words().iter().position(|found| *found == word).unwrap();
            let off = counts.values()[k] as f64 / 40000.0 - p;
            assert!(off.abs() < 5.0 * (p * (1.0 - p) / 40000.0f64).sqrt(), "{word}: {off}");
        }
    }
}

const BODY: &str = "qubit[4] q; h q[0]; cx q[0], q[1]; ry(0.7) q[2]; crx(1.1) q[1], q[2]; t q[0]; cx q[2], q[3]; u(0.3, 0.4, 0.5) q[1]; \
                    rzz(0.6) q[0], q[3]; sx q[3];";

/// Every kind at once, and operators on two qubits: the exchange of both with probability 0.1.
fn everything() -> String {
    let square = |diagonal: f64, entries: [(usize, f64); 4]| {
        let mut matrix = [0.0; 16];
        (0..4).for_each(|k| matrix[5 * k] = diagonal);
        entries.iter().for_each(|(at, x)| matrix[*at] = *x);
        format!("[{}]", matrix.map(|x| format!("[{x},0]")).join(","))
    };
    let (kept, swapped) = (0.9f64.sqrt(), 0.1f64.sqrt());
    let identity = square(kept, [(0, kept), (5, kept), (10, kept), (15, kept)]);
    let swap = square(0.0, [(0, swapped), (6, swapped), (9, swapped), (15, swapped)]);
    format!(
        r#"{{"depolarizing1": 0.02, "depolarizing2": 0.03, "readout": 0.04, "channels": [
            {{"after": ["h", "t"], "channel": {{"kind": "bit-flip", "probability": 0.05}}}},
            {{"arity": 1, "channel": {{"kind": "thermal-relaxation", "t1": 10, "t2": 12, "time": 1, "excited": 0.2}}}},
            {{"after": ["crx"], "channel": {{"kind": "phase-damping", "lambda": 0.2}}}},
            {{"after": ["cx"], "channel": {{"kind": "kraus", "operators": [{identity}, {swap}]}}}},
            {{"after": ["rzz"], "channel": {{"kind": "amplitude-damping", "gamma": 0.15}}}}]}}"#
    )
}

#[test]
fn random_paths_have_the_mean_of_the_density_matrix() {
    let noise = everything();
    let shots = 20_000;
    for precision in ["f64", "f32"] {
        let options = |method: &str, more: &str| {
            format!(
                r#"{{"method": "{method}", "precision": "{precision}", "shots": {shots}, "seed": 11, "noise": {noise}{more}}}"#
            )
        };
        let wanted = ran(BODY, &options("density", r#", "probabilities": true"#)).probabilities.unwrap();
        assert!((wanted.values().iter().sum::<f64>() - 1.0).abs() < 1e-12);
        let counts = ran(BODY, &options("trajectory", "")).counts;
        for (k, p) in wanted.values().iter().enumerate() {
            let at = counts.words().iter().position(|word| word == &wanted.words()[k]);
            let found = at.map_or(0.0, |at| counts.values()[at] as f64 / f64::from(shots));
            let sigma = (p * (1.0 - p) / f64::from(shots)).sqrt();
            assert!((found - p).abs() < 5.0 * sigma, "{precision} outcome {k}: {found} instead of {p}, σ {sigma}");
        }
        // |⟨P⟩| ≤ 1 on each path, so the mean of the paths is off by 1/√shots at most five times.
        for observable in ["IIXY", "ZZII", "XIIX", "YZXI"] {
            let more = format!(r#", "observable": "{observable}""#);
            let wanted = ran(BODY, &options("density", &more)).expectation.unwrap();
            let found = ran(BODY, &options("trajectory", &more)).expectation.unwrap();
            assert!(
                (found - wanted).abs() < 5.0 / f64::from(shots).sqrt(),
                "{precision} {observable}: {found} {wanted}"
            );
        }
    }
}

#[test]
fn without_noise_the_density_matrix_is_the_state() {
    for (observable, options) in [("XIZY", "{}"), ("IZZI", "{}"), ("YYXX", "{}")] {
        let pure = ran(BODY, &format!(r#"{{"observable": "{observable}", "probabilities": true}}"#));
        let mixed = exact(BODY, observable, options);
        assert!((pure.expectation.unwrap() - mixed).abs() < 1e-12, "{observable}");
        let density = ran(BODY, r#"{"method": "density", "probabilities": true}"#).probabilities.unwrap();
        let table = pure.probabilities.unwrap();
        assert_eq!(density.words(), table.words());
        density.values().iter().zip(table.values()).for_each(|(a, b)| assert!((a - b).abs() < 1e-12));
    }
    // A reset is a channel, wherever it stands; swaps are no names here.
    let body = "qubit[2] q; h q[0]; cx q[0], q[1]; reset q[0]; swap q[0], q[1]; ry(0.4) q[1];";
    assert!((exact(body, "IZ", "{}")).abs() < 1e-12);
    assert!((exact(body, "ZI", "{}") - 0.4f64.cos()).abs() < 1e-12);
}

#[test]
fn threads_and_memory_change_no_byte() {
    let noise = everything();
    for (method, shots) in [("trajectory", 300), ("density", 100)] {
        let wide = BODY.replace("qubit[4]", "qubit[9]");
        let text = format!(r#"{{"method": "{method}", "shots": {shots}, "seed": 4, "noise": {noise}}}"#);
        let bytes = |threads: u32, limit: u64| {
            let options = Options { threads, memory_limit_mib: limit, ..Options::from_json(&text).unwrap() };
            let circuit = circuit(&wide);
            with_helpers(threads, |team| run_on(team, &circuit, &options, &mut Unmonitored).unwrap().to_container())
        };
        let first = bytes(1, 4000);
        assert!(bytes(2, 4000) == first && bytes(3, 4000) == first, "{method}");
        // One MiB has no room for waiting copies of 9 qubits, so that parts are replayed; ρ of 9 qubits takes 4.
        if method == "trajectory" {
            assert!(bytes(1, 1) == first);
        }
    }
}

#[test]
fn what_is_no_channel_is_refused() {
    for (options, reason) in [
        (
            r#"{"noise": {"channels": [{"channel": {"kind": "bit-flip", "probability": 1.2}}]}}"#,
            "noise.channels[0].channel.probability is 1.2",
        ),
        (
            r#"{"noise": {"channels": [{"after": ["foo"], "channel": {"kind": "bit-flip", "probability": 0.1}}]}}"#,
            "names 'foo'",
        ),
        (
            r#"{"noise": {"channels": [{"channel": {"kind": "thermal-relaxation", "t1": 1, "t2": 2.5, "time": 1}}]}}"#,
            "t2 is 2.5, above 2·t1 = 2",
        ),
        (
            r#"{"noise": {"channels": [{"channel": {"kind": "kraus", "operators": [[[1,0],[0,0],[0,0],[0.9,0]]]}}]}}"#,
            "off the identity by 1.8999999999999995e-1",
        ),
        (
            r#"{"noise": {"channels": [{"channel": {"kind": "kraus", "operators": [[[1,0]]]}}]}}"#,
            "1 matrices, the first of 1 entries",
        ),
        (r#"{"noise": {"readout": {"zeroToOne": -0.1}}}"#, "noise.readout is -0.1"),
        (
            r#"{"noise": {"channels": [{"arity": 0, "channel": {"kind": "bit-flip", "probability": 0.1}}]}}"#,
            "arity is 0",
        ),
    ] {
        let refusal = Options::from_json(options).unwrap_err();
        assert!(refusal.message.contains(reason), "{options}: {}", refusal.message);
    }
    for (body, options, reason) in [
        ("qubit[14] q; h q;", r#"{"method": "density"}"#, "the limit is 13"),
        ("qubit q; h q;", r#"{"method": "density", "amplitudes": true}"#, "has no amplitudes"),
        ("qubit q; h q;", r#"{"method": "density", "entropy": [[0]]}"#, "leave the other results out"),
        ("qubit q; bit c; c = measure q; h q;", r#"{"method": "density"}"#, "measure at the end"),
        ("qubit q; h q;", r#"{"probabilities": true, "noise": {"readout": 0.1}}"#, "need the method density"),
    ] {
        let options = Options::from_json(options).unwrap();
        let refusal = run(&circuit(body), &options, &mut Unmonitored).unwrap_err().to_string();
        assert!(refusal.contains(reason), "{body}: {refusal}");
    }
}
