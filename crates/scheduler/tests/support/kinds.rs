//! Seeded problems of every kind that the search treats in its own way.

use ketflow_scheduler::Problem;
use ketflow_scheduler::read::{Format, read};
use serde_json::{Value, json};

/// Knuth's generator: problems that a seed names for ever.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) % limit
    }

    fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high - low + 1)
    }
}

/// What a kind of problems is called, and the options under which it is solved.
pub const KINDS: [(&str, &str); 14] = [
    ("project", r#"{"objective":"makespan"}"#),
    ("project with modes", r#"{"objective":"makespan"}"#),
    ("project, tardiness", r#"{"objective":"total-weighted-tardiness"}"#),
    ("job shop", r#"{"objective":"makespan"}"#),
    ("job shop, tardiness", r#"{"objective":"total-weighted-tardiness"}"#),
    ("flexible shop", r#"{"objective":"makespan"}"#),
    ("flexible shop, tardiness", r#"{"objective":"total-weighted-tardiness"}"#),
    ("shop with set-ups", r#"{"objective":"makespan"}"#),
    ("project with calendars", r#"{"objective":"makespan"}"#),
    ("project with deadlines", r#"{"objective":"makespan"}"#),
    ("project that may be split", r#"{"objective":"makespan"}"#),
    ("levelling", r#"{"objective":{"makespan":40,"levelling":1}}"#),
    ("cost", r#"{"objective":{"makespan":20,"cost":1}}"#),
    ("affinity", r#"{"objective":{"makespan":5,"affinity":1}}"#),
];

/// The problem of a kind and a seed with about this number of tasks.
pub fn problem_of(kind: &str, seed: u64, tasks: u64) -> Problem {
    let mut numbers = Numbers(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ tasks);
    numbers.below(2);
    let document =
        if kind.contains("shop") { shop(kind, &mut numbers, tasks) } else { project(kind, &mut numbers, tasks) };
    read(Format::ScheduleJson, document.to_string().as_bytes()).unwrap()
}

fn shop(kind: &str, numbers: &mut Numbers, tasks: u64) -> Value {
    let machines = numbers.between(4, 10);
    let is_flexible = kind.starts_with("flexible");
    let jobs = tasks.div_ceil(machines);
    let mut list = Vec::new();
    for job in 0..jobs {
        let mut order: Vec<u64> = (0..machines).collect();
        (1..order.len()).rev().for_each(|k| order.swap(k, numbers.below(k as u64 + 1) as usize));
        for (k, machine) in order.iter().enumerate() {
            let choices = if is_flexible { numbers.between(1, 3) } else { 1 };
            let modes: Vec<Value> = (0..choices)
                .map(|c| json!({ "duration": numbers.between(1, 60), "machine": format!("m{}", (machine + c * 3) % machines) }))
                .collect();
            let after: Vec<String> = (k > 0).then(|| format!("{job}.{}", k - 1)).into_iter().collect();
            let due = numbers.between(20, 40) * (k as u64 + 1) + numbers.below(100);
            list.push(json!({ "id": format!("{job}.{k}"), "modes": modes, "after": after, "due": due,
                "weight": numbers.between(1, 9), "family": format!("f{}", numbers.below(4)) }));
        }
    }
    let setups: Vec<Value> = if kind.ends_with("set-ups") {
        let pairs = (0..4).flat_map(|a| (0..4).map(move |b| (a, b))).filter(|(a, b)| a != b);
        pairs
            .map(|(a, b)| json!({ "from": format!("f{a}"), "to": format!("f{b}"), "time": numbers.between(2, 30) }))
            .collect()
    } else {
        Vec::new()
    };
    json!({ "format": "ketflow-schedule/1", "tasks": list, "setups": setups })
}

fn project(kind: &str, numbers: &mut Numbers, tasks: u64) -> Value {
    let capacities: Vec<u64> = (0..numbers.between(1, 4)).map(|_| numbers.between(8, 20)).collect();
    let reach = numbers.between(5, 25);
    let choices = if kind.ends_with("modes") || kind == "cost" { 3 } else { 1 };
    let mut list = Vec::new();
    for k in 0..tasks {
        let duration = numbers.between(1, 10);
        let modes: Vec<Value> = (0..choices)
            .map(|choice| {
                let mut demands = serde_json::Map::new();
                for row in 0..capacities.len() {
                    if numbers.below(3) > 0 {
                        demands.insert(format!("r{row}"), json!(numbers.between(1, 8 - 2 * choice)));
                    }
                }
                json!({ "duration": duration + 3 * choice, "demands": demands, "cost": numbers.between(5, 60) })
            })
            .collect();
        let mut after: Vec<u64> =
            (0..numbers.below(3)).map(|_| k.saturating_sub(numbers.between(1, reach))).filter(|it| *it < k).collect();
        after.sort_unstable();
        after.dedup();
        let due = k * 2 + numbers.below(60);
        let mut task = json!({ "id": format!("t{k}"), "modes": modes, "due": due, "weight": numbers.between(1, 9),
            "after": after.iter().map(|it| format!("t{it}")).collect::<Vec<_>>() });
        if kind.ends_with("split") && numbers.below(2) == 0 {
            task["preemptive"] = json!(true);
        }
        if kind.ends_with("deadlines") && numbers.below(4) == 0 {
            task["deadline"] = json!(k * 3 + 120);
        }
        list.push(task);
    }
    let has_calendar = kind.ends_with("calendars") || kind.ends_with("split");
    let resources: Vec<Value> = capacities
        .iter()
        .enumerate()
        .map(|(row, capacity)| {
            let steps = (1..20).flat_map(|day| {
                [
                    json!({ "from": 24 * day - 8, "capacity": capacity / 3 }),
                    json!({ "from": 24 * day, "capacity": capacity }),
                ]
            });
            let calendar: Vec<Value> = if has_calendar { steps.collect() } else { Vec::new() };
            json!({ "name": format!("r{row}"), "capacity": capacity, "calendar": calendar })
        })
        .collect();
    let groups: Vec<Value> = if kind == "affinity" {
        let pair = |numbers: &mut Numbers| {
            let first = numbers.below(tasks - 1);
            json!({ "tasks": [format!("t{first}"), format!("t{}", first + 1)], "within": 2, "benefit": numbers.between(5, 40) })
        };
        (0..tasks / 4).map(|_| pair(numbers)).collect()
    } else {
        Vec::new()
    };
    json!({ "format": "ketflow-schedule/1", "resources": resources, "tasks": list, "affinity": groups })
}
