//! Recorded cases: hashes of whole results, and one container byte by byte.
//!
//! `KETFLOW_WRITE_VECTORS=1 cargo test -p ketflow-annealer --test vectors` rewrites them.
// Clippy lets tests unwrap, but not the helpers they share.
#![allow(clippy::unwrap_used)]

use ketflow_annealer::{Format, Options, Unmonitored, read, run};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::path::PathBuf;

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../test/vectors/anneal").join(name)
}

/// Compares with the recorded file, or records.
fn check_recorded(name: &str, made: &Value) {
    if std::env::var_os("KETFLOW_WRITE_VECTORS").is_some() {
        std::fs::create_dir_all(path("")).unwrap();
        std::fs::write(path(name), serde_json::to_string_pretty(made).unwrap() + "\n").unwrap();
    }
    let recorded: Value = serde_json::from_str(&std::fs::read_to_string(path(name)).unwrap()).unwrap();
    assert_eq!(&recorded, made, "{name}");
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn container(format: &str, source: &str, options: &Value) -> Vec<u8> {
    let model = read(Format::named(format, source.as_bytes()).unwrap(), source.as_bytes()).unwrap();
    let options = Options::from_json(&options.to_string()).unwrap();
    run(&model, &options, &mut Unmonitored).unwrap().to_container()
}

/// Whole numbers that must stay the same for ever.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) % limit
    }

    /// Of both signs, with a fraction of eighths.
    fn coefficient(&mut self) -> f64 {
        self.below(65) as f64 / 8.0 - 4.0
    }

    /// About `degree` couplings a variable, in the lines of a `coo` file.
    fn model(&mut self, vartype: &str, size: u64, degree: u64) -> String {
        let mut text = format!("# vartype={vartype}\n");
        for i in 0..size {
            writeln!(text, "{i} {i} {}", self.coefficient()).unwrap();
            for _ in 0..degree.div_ceil(2) {
                writeln!(text, "{i} {} {}", self.below(size), self.coefficient()).unwrap();
            }
        }
        text
    }

    fn graph(&mut self, size: u64, edges: u64) -> String {
        let mut text = format!("{size} {edges}\n");
        for _ in 0..edges {
            let from = self.below(size);
            writeln!(text, "{} {} {}", from + 1, (from + 1 + self.below(size - 1)) % size + 1, 1 + self.below(3))
                .unwrap();
        }
        text
    }
}

/// Models on both sides of every threshold: words of 64 values, blocks of four and of 128 random numbers, pieces of a sweep.
#[test]
fn results_have_their_recorded_hashes() {
    let mut numbers = Numbers(7);
    let mut cases = Vec::new();
    let mut record = |name: String, format: &str, source: String, options: Value| {
        let sha256 = hex(&Sha256::digest(container(format, &source, &options)));
        cases.push(json!({ "name": name, "format": format, "source": source, "options": options, "sha256": sha256 }));
    };
    for size in [1u64, 2, 3, 5, 63, 64, 65, 127, 129, 300] {
        for (vartype, sense) in [("SPIN", "min"), ("BINARY", "max")] {
            let options = json!({ "seed": size * 1_000_003, "reads": 9, "sweeps": 40, "sense": sense, "maxSamples": 5, "method": "anneal" });
            record(format!("{vartype}-{size}-{sense}"), "coo", numbers.model(vartype, size, 4), options);
        }
    }
    let dense = numbers.model("SPIN", 70, 60);
    for method in ["anneal", "temper", "path-integral", "tabu"] {
        let options = json!({ "seed": 3, "reads": 5, "sweeps": 100, "method": method });
        record(format!("dense-70-{method}"), "coo", dense.clone(), options);
    }
    let large = numbers.graph(5000, 7000);
    record(
        "graph-5000".into(),
        "rudy",
        large,
        json!({ "seed": 4, "reads": 2, "sweeps": 20, "maxSamples": 1, "method": "anneal" }),
    );
    let graph = numbers.graph(60, 200);
    let some = [
        json!({ "seed": 9_007_199_254_740_991u64, "reads": 20, "method": "anneal" }),
        json!({ "seed": 5, "reads": 20, "sweepLimit": 7321, "method": "anneal" }),
        json!({ "seed": 6, "reads": 7, "sweeps": 1, "betaRange": [0.125, 2.5] }),
        json!({ "seed": 7, "targetEnergy": -100, "method": "anneal" }),
        json!({ "seed": 8, "method": "temper", "reads": 3, "sweeps": 60 }),
        json!({ "seed": 9, "method": "path-integral", "reads": 3, "sweeps": 60 }),
        json!({ "seed": 10, "method": "tabu", "reads": 3, "sweeps": 600 }),
        json!({ "seed": 11 }),
        json!({ "seed": 12, "sweepLimit": 23_456 }),
        json!({ "seed": 13, "reads": 700, "targetEnergy": -1000 }),
    ];
    for (k, options) in some.into_iter().enumerate() {
        record(format!("graph-60-{k}"), "rudy", graph.clone(), options);
    }
    let small = numbers.model("BINARY", 14, 5);
    record("exact-14".into(), "coo", small, json!({ "method": "exact", "sense": "max" }));
    // Beside what is searched: what is proved, by elimination and by branch and bound.
    let tree = numbers.model("SPIN", 200, 1);
    record("auto-tree-200".into(), "coo", tree, json!({ "seed": 1, "maxSamples": 3 }));
    record("exact-dense-30".into(), "coo", numbers.model("BINARY", 30, 58), json!({ "method": "exact" }));
    let wide = numbers.model("SPIN", 60, 118);
    record("exact-dense-60".into(), "coo", wide, json!({ "method": "exact", "sweepLimit": 5000 }));
    check_recorded("hashes.json", &json!({ "cases": cases }));
}

#[test]
fn the_container_has_its_recorded_bytes() {
    // A triangle of weights 1, 2, 3: one vertex stands alone in the best cut, the one between the edges 2 and 3.
    let source = "3 3\n1 2 1\n2 3 2\n1 3 3\n";
    let options = json!({ "method": "exact" });
    let bytes = container("rudy", source, &options);
    let meaning = json!({
        "vartype": "spin", "variables": [1, 2, 3],
        "best": { "energy": -4, "sample": [-1, -1, 1], "cut": 5 },
        "samples": [
            { "energy": -4, "sample": [-1, -1, 1], "occurrences": 1 },
            { "energy": -4, "sample": [1, 1, -1], "occurrences": 1 },
        ],
        "proved": true,
        "work": { "sweeps": 0, "reads": 0 },
    });
    let case = json!({
        "format": "rudy", "source": source, "options": options, "hex": hex(&bytes), "sha256": hex(&Sha256::digest(&bytes)),
        "meaning": meaning,
    });
    check_recorded("container.json", &case);
}

/// One of each kind of solution that the container can hold: searched exactly, so that no change of the search changes them.
#[test]
fn solutions_have_their_recorded_bytes() {
    let knapsack = r#"{"format":"ketflow-problem/1","problem":"knapsack","capacity":4,"items":[{"id":"a","weight":3,"value":4},{"id":2,"weight":2,"value":2.5},{"id":"λ","weight":2,"value":2}]}"#;
    let coloring =
        r#"{"problem":"graph-coloring","vertices":["u","v","w"],"edges":[["u","v"],["v","w"],["w","u"]],"colors":2}"#;
    let program = "Maximize\n obj: 2 x + [ x * y - y ^2 ] / 2\nSubject To\n room: x + 0.5 y <= 2.5\nBounds\n x <= 3\n -1 <= y <= 2\nGeneral\n x y\nEnd\n";
    let cases = [("problem-json", knapsack), ("problem-json", coloring), ("lp", program)].map(|(format, source)| {
        let options = json!({ "method": "exact", "maxSamples": 3 });
        let bytes = container(format, source, &options);
        let model = read(Format::named(format, b"").unwrap(), source.as_bytes()).unwrap();
        let result = run(&model, &Options::from_json(&options.to_string()).unwrap(), &mut Unmonitored).unwrap();
        let solved = result.solved.unwrap();
        let solution: Value = serde_json::from_str(&solved.solution).unwrap();
        json!({
            "format": format, "source": source, "options": options, "hex": hex(&bytes), "sha256": hex(&Sha256::digest(&bytes)),
            "objectives": solved.objectives, "feasible": solved.feasible, "solution": solution,
        })
    });
    check_recorded("solutions.json", &json!({ "cases": cases }));
}

/// A graph with whole weights, and a model with fields and fractions whose high energies are wanted.
#[test]
fn bounds_have_their_recorded_bytes() {
    let graph = "8 12\n1 2 3\n2 3 1\n3 4 2\n4 5 1\n5 1 2\n1 6 1\n2 7 2\n3 8 1\n6 8 2\n6 7 1\n7 8 -1\n4 8 1\n";
    let model = "# vartype=BINARY\n0 0 -1.5\n1 1 0.25\n2 2 2\n0 1 3\n1 2 -0.5\n0 3 1\n2 3 -1.75\n";
    let cases = [("rudy", graph, "min"), ("coo", model, "max")].map(|(format, source, sense)| {
        let options = json!({ "method": "exact", "bound": true, "maxSamples": 1, "sense": sense });
        let bytes = container(format, source, &options);
        let model = read(Format::named(format, b"").unwrap(), source.as_bytes()).unwrap();
        let result = run(&model, &Options::from_json(&options.to_string()).unwrap(), &mut Unmonitored).unwrap();
        let bound = result.bound.unwrap();
        let best = &result.samples.samples[0];
        json!({
            "format": format, "source": source, "options": options, "hex": hex(&bytes), "sha256": hex(&Sha256::digest(&bytes)),
            "best": { "energy": best.energy, "cut": result.cut }, "bound": { "energy": bound.energy, "witness": bound.witness },
        })
    });
    check_recorded("bounds.json", &json!({ "cases": cases }));
}
