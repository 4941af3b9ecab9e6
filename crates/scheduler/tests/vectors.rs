//! Recorded cases: hashes of whole results, and one container byte by byte.
//!
//! `KETFLOW_WRITE_VECTORS=1 cargo test -p ketflow-scheduler --test vectors` rewrites them.
// Clippy lets tests unwrap, but not the helpers they share.
#![allow(clippy::unwrap_used)]

use ketflow_scheduler::read::{Format, read};
use ketflow_scheduler::{Options, Unmonitored, solve};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::path::PathBuf;

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../test/vectors/schedule").join(name)
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
    let problem = read(Format::of(format, source.as_bytes()).unwrap(), source.as_bytes()).unwrap();
    let options = Options::from_json(&options.to_string()).unwrap();
    solve(&problem, &options, &mut Unmonitored).unwrap().to_container()
}

/// Whole numbers that must stay the same for ever.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) % limit
    }

    fn job_shop(&mut self, jobs: u64, machines: u64) -> String {
        let mut text = format!("{jobs} {machines}\n");
        for _ in 0..jobs {
            let mut order: Vec<u64> = (0..machines).collect();
            for k in (1..machines).rev() {
                order.swap(k as usize, self.below(k + 1) as usize);
            }
            let row: Vec<String> = order.iter().map(|machine| format!("{machine} {}", 1 + self.below(99))).collect();
            writeln!(text, "{}", row.join(" ")).unwrap();
        }
        text
    }

    /// Tasks whose predecessors come before them, with two resources.
    fn project(&mut self, size: u64) -> String {
        let task = |k: u64, numbers: &mut Self| {
            let after: Vec<String> = (0..k).filter(|_| numbers.below(k + 1) < 2).map(|j| format!("t{j}")).collect();
            let mode = |numbers: &mut Self| json!({ "duration": 1 + numbers.below(9), "demands": { "crew": numbers.below(4), "crane": numbers.below(3) } });
            let modes = [mode(numbers), mode(numbers)];
            json!({ "id": format!("t{k}"), "modes": modes, "after": after, "due": 5 + 2 * k, "weight": 1 + numbers.below(5) })
        };
        let tasks: Vec<Value> = (0..size).map(|k| task(k, self)).collect();
        let resources = json!([{ "name": "crew", "capacity": 5 }, { "name": "crane", "capacity": 3 }]);
        json!({ "format": "ketflow-schedule/1", "resources": resources, "tasks": tasks }).to_string()
    }
}

#[test]
fn results_have_their_recorded_hashes() {
    let mut numbers = Numbers(3);
    let mut cases = Vec::new();
    let mut record = |name: String, format: &str, source: String, options: Value| {
        let sha256 = hex(&Sha256::digest(container(format, &source, &options)));
        cases.push(json!({ "name": name, "format": format, "source": source, "options": options, "sha256": sha256 }));
    };
    for (jobs, machines) in [(1, 1), (2, 3), (6, 6), (10, 5), (20, 15)] {
        let options = json!({ "seed": jobs * 1009, "iterations": 3000 });
        record(format!("shop-{jobs}-{machines}"), "jsp", numbers.job_shop(jobs, machines), options);
    }
    for size in [1, 2, 17, 60] {
        let source = numbers.project(size);
        for (k, options) in [
            json!({ "seed": 9_007_199_254_740_991u64, "iterations": 2000 }),
            json!({ "objective": "total-weighted-tardiness", "iterations": 2000, "seed": size }),
            json!({ "method": "priority-rule", "restarts": 9 }),
            json!({ "method": "genetic", "iterations": 2000, "seed": size + 1 }),
            json!({ "method": "anneal", "iterations": 4000, "seed": size + 2 }),
        ]
        .into_iter()
        .enumerate()
        {
            record(format!("project-{size}-{k}"), "schedule-json", source.clone(), options);
        }
    }
    check_recorded("hashes.json", &json!({ "cases": cases }));
}

#[test]
fn the_container_has_its_recorded_bytes() {
    // Two jobs on two machines in opposite order: each machine works without a break, 3 + 2 = 5 and 2 + 4 = 6, and 6 is what the second
    // job takes alone.
    let source = "2 2\n0 3 1 2\n1 4 0 2\n";
    let options = json!({ "seed": 1, "iterations": 100 });
    let bytes = container("jsp", source, &options);
    let case = json!({
        "format": "jsp", "source": source, "options": options, "hex": hex(&bytes), "sha256": hex(&Sha256::digest(&bytes)),
        "makespan": 6,
    });
    check_recorded("container.json", &case);
}
