//! How long a new schedule takes when a plan runs: solves a random project, lets it run to a third, then adds an urgent task, makes one
//! late and takes a machine away:
//! `cargo run --release -p ketflow-scheduler --example measure_running -- TASKS SEED [FILE]`. FILE gets the source of the second problem.

use ketflow_scheduler::read::{Format, read};
use ketflow_scheduler::{Objective, Options, Unmonitored, Weights, check_split, solve};
use serde_json::{Value, json};
use std::time::Instant;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let tasks: u64 = arguments.next().map_or(Ok(200), |it| it.parse())?;
    let seed: u64 = arguments.next().map_or(Ok(1), |it| it.parse())?;
    let mut document = project(tasks, seed);
    let problem = read(Format::ScheduleJson, document.to_string().as_bytes())?;
    let plan = solve(&problem, &Options { seed, iterations: Some(20_000), ..Options::default() }, &mut Unmonitored)?;
    let now = plan.makespan / 3;
    let begun = |k: usize| {
        let place = plan.tasks[k];
        let mut it = json!({ "id": format!("t{k}"), "start": place.start, "mode": place.mode });
        if place.end <= now {
            it["finished"] = json!(place.end);
        } else if place.start < now {
            // What runs is late.
            it["remaining"] = json!(place.end - now + 3);
        }
        it
    };
    document["running"] = json!({ "now": now, "tasks": (0..plan.tasks.len()).map(begun).collect::<Vec<_>>() });
    document["machines"] = json!(["m0", "m1", "m2", { "name": "m3", "calendar": [{ "from": now, "capacity": 0 }] }]);
    let urgent = json!({ "id": "urgent", "duration": 5, "demands": { "crew": 3 }, "due": now, "weight": 50 });
    document["tasks"].as_array_mut().ok_or("tasks are a list")?.push(urgent);
    if let Some(file) = arguments.next() {
        std::fs::write(file, document.to_string())?;
    }
    let problem = read(Format::ScheduleJson, document.to_string().as_bytes())?;
    let weights = Weights { makespan: 10, tardiness: 1, disruption: 1, ..Weights::default() };
    for objective in [Objective::Makespan, Objective::Mix(weights)] {
        let options = Options { seed, objective: Some(objective), ..Options::default() };
        let mut least = f64::INFINITY;
        for _ in 0..5 {
            let start = Instant::now();
            let result = solve(&problem, &options, &mut Unmonitored)?;
            least = least.min(start.elapsed().as_secs_f64());
            check_split(&problem, &result.tasks, &result.parts)?;
        }
        let result = solve(&problem, &options, &mut Unmonitored)?;
        let rules = solve(&problem, &Options { iterations: Some(6), ..options }, &mut Unmonitored)?;
        println!(
            "{tasks} tasks, {objective:?}: {} (rules and plan {}, at least {}) in {:.1} ms, {} schedules, {:?}",
            result.value,
            rules.value,
            result.lower_bound,
            least * 1e3,
            result.work.iterations,
            result.components
        );
    }
    Ok(())
}

fn project(tasks: u64, seed: u64) -> Value {
    let mut state = seed;
    let mut below = |limit: u64| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) % limit
    };
    let task = |k: u64| {
        let after: Vec<String> =
            (0..k.min(3)).filter(|_| below(3) == 0).map(|j| format!("t{}", k - 1 - j * 2 % k)).collect();
        let (first, second, duration) = (below(4), below(3), 2 + below(9));
        let demands = json!({ "crew": 1 + below(3) });
        let mode = |machine: u64, more: u64| json!({ "duration": duration + more, "machine": format!("m{machine}"), "demands": demands });
        json!({ "id": format!("t{k}"), "modes": [mode(first, 0), mode((first + 1 + second) % 4, 1 + second)], "after": after })
    };
    let tasks: Vec<Value> = (0..tasks).map(task).collect();
    json!({ "format": "ketflow-schedule/1", "resources": [{ "name": "crew", "capacity": 6 }],
        "machines": ["m0", "m1", "m2", "m3"], "tasks": tasks })
}
