//! The stabilizer method against amplitudes, on random Clifford circuits with measurements, resets, feed-forward and noise.
// Clippy lets tests unwrap, but not the helpers they share.
#![allow(clippy::unwrap_used)]

use ketflow_circuit::{Format, parse};
use ketflow_rng::philox4x32;
use ketflow_statevector::{CircuitResult, Options, OutcomeTable, Unmonitored, run};
use std::collections::BTreeMap;

fn ran(source: &str, options: &str) -> CircuitResult {
    let circuit = parse(Format::OpenQasm3, source).unwrap_or_else(|error| panic!("{error}\n{source}")).circuit;
    run(&circuit, &Options::from_json(options).unwrap(), &mut Unmonitored)
        .unwrap_or_else(|error| panic!("{error}\n{source}"))
}

fn refused(source: &str, options: &str) -> String {
    let circuit = parse(Format::OpenQasm3, source).unwrap().circuit;
    run(&circuit, &Options::from_json(options).unwrap(), &mut Unmonitored).unwrap_err().to_string()
}

fn map<V: Copy + std::ops::AddAssign>(table: &OutcomeTable<V>) -> BTreeMap<Vec<u64>, V> {
    if table.words_per_row() == 0 {
        return table.values().iter().map(|value| (Vec::new(), *value)).collect();
    }
    table.words().chunks(table.words_per_row()).map(<[u64]>::to_vec).zip(table.values().iter().copied()).collect()
}

/// Numbers below a bound, one after the other.
struct Dice(u32, u32);

impl Dice {
    fn below(&mut self, bound: u32) -> u32 {
        self.1 += 1;
        philox4x32([self.1, 0, 0, 0], [self.0, 7])[0] % bound
    }
}

const HEADER: &str = "OPENQASM 3.0; include \"stdgates.inc\"; ";

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// Gates and measurements at the end.
    Pure,
    /// Measurements and resets anywhere.
    Measured,
    /// Besides, `if` around Pauli gates.
    Pauli,
    /// Besides, `if` around anything.
    Any,
}

/// A random program on `n` qubits and as many bits.
fn program(seed: u32, n: u32, kind: Kind) -> String {
    let mut dice = Dice(seed, 0);
    let mut text = format!("{HEADER}qubit[{n}] q; bit[{n}] c;\n");
    for _ in 0..12 * n {
        let (a, step) = (dice.below(n), 1 + dice.below(n - 1));
        let b = (a + step) % n;
        let gate = |dice: &mut Dice| match dice.below(19) {
            0 => format!("h q[{a}];"),
            1 => format!("s q[{a}];"),
            2 => format!("sdg q[{a}];"),
            3 => format!("sx q[{a}];"),
            4 => format!("y q[{a}];"),
            5 => format!("cx q[{a}], q[{b}];"),
            6 => format!("cz q[{a}], q[{b}];"),
            7 => format!("cy q[{a}], q[{b}];"),
            8 => format!("swap q[{a}], q[{b}];"),
            9 => format!("rx(pi / 2) q[{a}];"),
            10 => format!("ry(-3 * pi / 2) q[{a}];"),
            11 => format!("rz(5 * pi / 2) q[{a}];"),
            12 => format!("U(pi / 2, pi, -pi / 2) q[{a}];"),
            13 => format!("p(-pi / 2) q[{a}];"),
            14 => format!("negctrl @ x q[{a}], q[{b}];"),
            15 => format!("t q[{a}]; t q[{a}];"),
            16 => format!("ecr q[{a}], q[{b}];"),
            17 => format!("iswap q[{a}], q[{b}];"),
            _ => format!("rzz(pi / 2) q[{a}], q[{b}];"),
        };
        let part = match dice.below(12) {
            0 if kind != Kind::Pure => format!("c[{a}] = measure q[{b}];"),
            1 if kind != Kind::Pure && dice.below(2) == 0 => format!("reset q[{a}];"),
            2 if matches!(kind, Kind::Pauli | Kind::Any) => {
                format!("if (c[{a}] ^ c[{b}]) {{ x q[{a}]; if (c[{b}]) {{ y q[{b}]; }} }} else {{ z q[{b}]; }}")
            }
            3 if matches!(kind, Kind::Pauli | Kind::Any) => format!("if (c >= {}) {{ z q[{a}]; }}", dice.below(1 << n)),
            4 if kind == Kind::Any => {
                format!("if (c[{a}]) {{ {} c[{b}] = measure q[{a}]; }} else {{ h q[{b}]; }}", gate(&mut dice))
            }
            _ => gate(&mut dice),
        };
        text += &part;
        text += "\n";
    }
    if dice.below(3) > 0 { text + "c = measure q;" } else { text }
}

/// Noise strikes between the parts of what is Clifford only as a whole.
fn one_by_one(source: &str) -> String {
    source.replace("ecr", "cx").replace("\nt q", "\ns q").replace("; t q", "; s q")
}

const KINDS: [Kind; 4] = [Kind::Pure, Kind::Measured, Kind::Pauli, Kind::Any];

#[test]
fn distributions_and_expectations_are_those_of_amplitudes() {
    for seed in 0..160 {
        let kind = KINDS[seed as usize % 4];
        let n = if kind == Kind::Pure { 2 + seed % 7 } else { 2 + seed % 3 };
        let source = program(seed, n, kind);
        let mut dice = Dice(seed, 1 << 20);
        let term = |dice: &mut Dice| (0..n).map(|_| ['I', 'X', 'Y', 'Z'][dice.below(4) as usize]).collect::<String>();
        let sum = format!("0.5*{} - {} + 2*{}", term(&mut dice), term(&mut dice), "Z".repeat(n as usize));
        let options = |method: &str| {
            format!(
                r#"{{"method": "{method}", "probabilities": true, "observable": "{sum}", "shots": 4000, "seed": {seed}}}"#
            )
        };
        let (ours, exact) = (ran(&source, &options("stabilizer")), ran(&source, &options("statevector")));
        assert_eq!(ours.method, Some("stabilizer"));
        let expected = map(exact.probabilities.as_ref().unwrap());
        let found = map(ours.probabilities.as_ref().unwrap());
        assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>(), "seed {seed}\n{source}");
        for (key, p) in &found {
            assert!((p - expected[key]).abs() < 1e-12, "seed {seed}, {key:?}: {p}, {}\n{source}", expected[key]);
        }
        let (a, b) = (ours.expectation.unwrap(), exact.expectation.unwrap());
        assert!((a - b).abs() < 1e-12, "seed {seed}: ⟨{sum}⟩ = {a}, from amplitudes {b}\n{source}");
        // Counts: nothing impossible, and 5σ.
        let counts = map(&ours.counts);
        assert_eq!(counts.values().sum::<u64>(), 4000);
        for (key, p) in &found {
            let share = *counts.get(key).unwrap_or(&0) as f64 / 4000.0;
            let bound = 5.0 * (p * (1.0 - p) / 4000.0).sqrt() + 1e-12;
            assert!(
                (share - p).abs() <= bound,
                "seed {seed}, {key:?}: {share} of the shots, probability {p}\n{source}"
            );
        }
        assert!(counts.keys().all(|key| found.contains_key(key)), "seed {seed}\n{source}");
    }
}

/// 20,000 shots each; two means of ±1 differ by less than 5·√(2/20,000) = 0.05, and each from the exact value by 0.036.
#[test]
fn noise_is_that_of_trajectories() {
    for seed in 0..12 {
        let kind = KINDS[seed as usize % 4];
        let n = 3;
        let source = one_by_one(&program(100 + seed, n, kind)) + "c = measure q;";
        let noise =
            r#""noise": {"depolarizing1": 0.03, "depolarizing2": 0.05, "readout": 0.02}, "shots": 20000, "seed": 5"#;
        let counts = |method: &str| map(&ran(&source, &format!(r#"{{"method": "{method}", {noise}}}"#)).counts);
        let (ours, theirs) = (counts("stabilizer"), counts("trajectory"));
        for mask in 1..1u64 << n {
            let mean = |counts: &BTreeMap<Vec<u64>, u64>| {
                let sign = |word: u64| if (word & mask).count_ones() % 2 == 1 { -1.0 } else { 1.0 };
                counts.iter().map(|(key, count)| sign(key[0]) * *count as f64).sum::<f64>() / 20000.0
            };
            let (a, b) = (mean(&ours), mean(&theirs));
            assert!((a - b).abs() < 0.05, "seed {seed}, parity of {mask:b}: {a}, from trajectories {b}\n{source}");
        }
    }
}

#[test]
fn noisy_observables_are_exact() {
    let source = one_by_one(&program(7, 4, Kind::Measured));
    let observable = |method: &str, shots: u32| {
        let options = format!(
            r#"{{"method": "{method}", "observable": "XZIY + ZZZZ + IIZI + ZIII + IZII", "shots": {shots}, "seed": 1,
                 "noise": {{"depolarizing1": 0.01, "depolarizing2": 0.02}}}}"#
        );
        ran(&source, &options).expectation.unwrap()
    };
    let (exact, mean) = (observable("stabilizer", 1), observable("trajectory", 20000));
    // Five terms of at most 1, so σ ≤ 5/√20,000.
    assert!((exact - mean).abs() < 5.0 * 5.0 / 20000f64.sqrt(), "{exact}, {mean}");
    assert_eq!(exact, observable("stabilizer", 7), "no shot decides");
}

#[test]
fn certain_noise_strikes_everywhere() {
    let source = format!("{HEADER}qubit[2] q; bit[2] c; x q[0]; c = measure q;");
    let noisy = |noise: &str| {
        map(&ran(&source, &format!(r#"{{"method": "stabilizer", "shots": 9000, "noise": {noise}}}"#)).counts)
    };
    assert_eq!(noisy(r#"{"readout": 1.0}"#), BTreeMap::from([(vec![2], 9000)]));
    // X and Y, two thirds of the errors, flip the qubit: 5σ = 5·√(2/9·9000) = 224.
    let counts = noisy(r#"{"depolarizing1": 1.0}"#);
    assert!(counts[&vec![0]].abs_diff(6000) < 224, "{counts:?}");
}

#[test]
fn wide_circuits_take_no_amplitudes() {
    let ghz = format!("{HEADER}qubit[1000] q; h q[0]; for int i in [0:998] {{ cx q[i], q[i + 1]; }}");
    let observable = format!("{} + {} + Z{}", "X".repeat(1000), "Z".repeat(1000), "I".repeat(999));
    let options = format!(r#"{{"shots": 10000, "seed": 3, "probabilities": true, "observable": "{observable}"}}"#);
    let result = ran(&ghz, &options);
    assert_eq!((result.method, result.bits, result.expectation), (Some("stabilizer"), 1000, Some(2.0)));
    let ones: Vec<u64> = (0..16).map(|k| if k < 15 { u64::MAX } else { (1 << 40) - 1 }).collect();
    assert_eq!(map(result.probabilities.as_ref().unwrap()), BTreeMap::from([(vec![0; 16], 0.5), (ones.clone(), 0.5)]));
    let counts = map(&result.counts);
    // 5σ = 250
    assert!(counts.len() == 2 && counts[&ones].abs_diff(5000) < 250, "{:?}", counts.values());
}

#[test]
fn wide_outcomes_ascend_and_are_possible() {
    // 150 random bits, each next to its own copy and its complement.
    let source = format!(
        "{HEADER}qubit[450] q; for int i in [0:149] {{ h q[3 * i]; cx q[3 * i], q[3 * i + 1]; cx q[3 * i], q[3 * i + 2]; x q[3 * i + 2]; }}"
    );
    let result = ran(&source, r#"{"shots": 3000}"#);
    let table = &result.counts;
    assert_eq!((table.words_per_row(), table.values().len()), (8, 3000));
    let rows: Vec<&[u64]> = table.words().chunks(8).collect();
    assert!(rows.windows(2).all(|pair| pair[0].iter().rev().lt(pair[1].iter().rev())));
    let mut ones = 0;
    for row in rows {
        let bit = |k: usize| row[k / 64] >> (k % 64) & 1;
        for k in 0..150 {
            assert!(bit(3 * k) == bit(3 * k + 1) && bit(3 * k) != bit(3 * k + 2));
            ones += bit(3 * k);
        }
    }
    // 5σ of 450,000 fair bits
    assert!(ones.abs_diff(225_000) < 1677, "{ones}");
}

#[test]
fn auto_leaves_small_and_other_circuits_alone() {
    let small = format!("{HEADER}qubit[15] q; h q; ");
    assert_eq!(ran(&small, "{}").method, None);
    let wide = format!("{HEADER}qubit[16] q; h q; ");
    assert_eq!(ran(&wide, "{}").method, Some("stabilizer"));
    assert_eq!(ran(&wide, r#"{"marginals": [[1]]}"#).method, None);
    assert_eq!(ran(&wide, r#"{"probabilities": true}"#).method, None);
    assert_eq!(ran(&wide, r#"{"method": "statevector"}"#).method, None);
    assert_eq!(ran(&format!("{wide} t q[3];"), "{}").method, None);
}

#[test]
fn refusals_name_the_gate_and_its_place() {
    let with = |body: &str| format!("{HEADER}\nqubit[3] q;\n{body}");
    let stabilizer = r#"{"method": "stabilizer"}"#;
    let message = refused(&with("h q[0];\n  t q[1]; h q[1];"), stabilizer);
    assert!(message.starts_with("4:3: gate t is not Clifford") && message.contains("statevector"), "{message}");
    let message = refused(&with("ccx q[0], q[1], q[2];"), stabilizer);
    assert!(message.starts_with("3:1: gate x with 2 controls is not Clifford"), "{message}");
    // A gate of the library is named at its call.
    let message = refused(&with("h q[0]; crx(0.5) q[0], q[1];"), stabilizer);
    assert!(message.starts_with("3:9: gate "), "{message}");
    // Noise strikes between the two gates, so they are no longer one.
    let message = refused(&with("t q[1]; t q[1];"), r#"{"method": "stabilizer", "noise": {"depolarizing1": 0.1}}"#);
    assert!(message.starts_with("3:1: gate t") && message.contains("trajectory"), "{message}");
    let message = refused(&with("h q;"), r#"{"method": "stabilizer", "amplitudes": true}"#);
    assert!(message.contains("amplitudes"), "{message}");
    let many = format!("{HEADER} qubit[30] q; h q;");
    let message = refused(&many, r#"{"method": "stabilizer", "probabilities": true}"#);
    assert!(message.contains("2^30 outcomes"), "{message}");
    let message = refused(&format!("{HEADER} qubit[4000] q; h q;"), r#"{"memoryLimitMiB": 1}"#);
    assert!(message.contains("the limit is 1 MiB"), "{message}");
}
