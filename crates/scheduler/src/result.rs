//! The result of a run, and its canonical bytes.

use crate::bounds::{Bound, Pool, Proof};
use crate::check::Placed;
use crate::critical::critical_path;
use crate::problem::{Objective, Problem};
use ketflow_container::{Container, Data};
use serde_json::{Value, json};

/// Schema id in the container.
pub const SCHEMA: &str = "schedule-result/1";

/// In the container: the task is on no machine.
pub const NO_MACHINE: u32 = u32::MAX;

/// What a run did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Work {
    /// Schedules that were made. The same options with this number of iterations give the same bytes.
    pub iterations: u64,
    /// Restarts that were begun.
    pub restarts: u32,
}

/// The best schedule of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct ScheduleResult {
    /// When and how each task is done, in the order of the problem.
    pub tasks: Vec<Placed>,
    /// The machine of each task.
    pub machines: Vec<Option<u32>>,
    /// The end of the last task.
    pub makespan: u32,
    /// What was to be small.
    pub objective: Objective,
    /// Its value, below 2⁵³.
    pub value: u64,
    /// No schedule has a smaller value.
    pub lower_bound: u64,
    /// Why that is so.
    pub proof: Proof,
    /// Tasks by index, from the start of the schedule to its end, each keeping the next one from starting earlier.
    pub critical_path: Vec<u32>,
    /// What it took.
    pub work: Work,
    /// JSON `{machines, tasks}`: the names by index.
    pub names: String,
}

impl ScheduleResult {
    pub(crate) fn new(
        problem: &Problem,
        (objective, value): (Objective, u64),
        start: Vec<u32>,
        mode: Vec<u32>,
        bound: Bound,
        work: Work,
    ) -> Self {
        let mode_of = |task: usize| &problem.tasks[task].modes[mode[task] as usize];
        let end: Vec<u32> = start.iter().enumerate().map(|(task, start)| start + mode_of(task).duration).collect();
        let place = |task: usize| Placed { start: start[task], end: end[task], mode: mode[task] };
        Self {
            tasks: (0..start.len()).map(place).collect(),
            machines: (0..start.len()).map(|task| mode_of(task).machine).collect(),
            makespan: end.iter().copied().max().unwrap_or(0),
            objective,
            value,
            lower_bound: bound.value,
            proof: bound.proof,
            critical_path: critical_path(problem, &start, &end, &mode),
            work,
            names: json!({
                "machines": problem.machines,
                "tasks": problem.tasks.iter().map(|task| task.id.as_str()).collect::<Vec<_>>(),
            })
            .to_string(),
        }
    }

    /// (value − lower bound) / value, 0 to 1; 0 is proved optimal.
    pub fn gap(&self) -> f64 {
        if self.value == 0 { 0.0 } else { (self.value - self.lower_bound) as f64 / self.value as f64 }
    }

    /// The bytes that are hashed; `docs/schedules.md` specifies them.
    pub fn to_container(&self) -> Vec<u8> {
        let column = |value: fn(&Placed) -> u32| self.tasks.iter().map(value).collect::<Vec<u32>>();
        let (start, end, mode) = (column(|it| it.start), column(|it| it.end), column(|it| it.mode));
        let machine: Vec<u32> = self.machines.iter().map(|machine| machine.unwrap_or(NO_MACHINE)).collect();
        let [iterations, restarts] = [[self.work.iterations], [u64::from(self.work.restarts)]];
        let (makespan, value, bound) = ([self.makespan], [self.value as f64], [self.lower_bound as f64]);
        let gap = [self.gap()];
        let mut container = Container::default();
        for (name, values) in [("start", &start), ("end", &end), ("mode", &mode), ("machine", &machine)] {
            container.add(name, &[values.len()], Data::U32(values));
        }
        container.add("critical-path", &[self.critical_path.len()], Data::U32(&self.critical_path));
        container.add("names", &[self.names.len()], Data::U8(self.names.as_bytes()));
        let proof = json!(self.proof).to_string();
        container.add("proof", &[proof.len()], Data::U8(proof.as_bytes()));
        container.add("makespan", &[1], Data::U32(&makespan));
        container.add("objective", &[1], Data::F64(&value));
        container.add("lower-bound", &[1], Data::F64(&bound));
        container.add("gap", &[1], Data::F64(&gap));
        container.add("work.iterations", &[1], Data::U64(&iterations));
        container.add("work.restarts", &[1], Data::U64(&restarts));
        container.to_bytes(SCHEMA)
    }

    /// The result as a job shows it: tasks and machines by their names.
    pub fn to_json(&self, problem: &Problem) -> Value {
        let id = |task: &u32| problem.tasks[*task as usize].id.as_str();
        let task = |(k, place): (usize, &Placed)| {
            let mut row = json!({ "id": id(&(k as u32)), "start": place.start, "end": place.end });
            if let Some(machine) = self.machines[k] {
                row["machine"] = json!(problem.machines[machine as usize]);
            }
            row
        };
        json!({
            "tasks": self.tasks.iter().enumerate().map(task).collect::<Vec<_>>(),
            "makespan": self.makespan,
            "objective": self.value,
            "lowerBound": self.lower_bound,
            "gap": self.gap(),
            "proof": named_proof(problem, &self.proof),
            "criticalPath": self.critical_path.iter().map(id).collect::<Vec<_>>(),
            "work": { "iterations": self.work.iterations, "restarts": self.work.restarts },
        })
    }
}

/// A proof with the names of tasks and machines in the place of their indices.
fn named_proof(problem: &Problem, proof: &Proof) -> Value {
    let id = |task: &u32| problem.tasks[*task as usize].id.as_str();
    match proof {
        Proof::EarliestEnds => json!({ "kind": "earliest-ends" }),
        Proof::Path { tasks } => json!({ "kind": "path", "tasks": tasks.iter().map(id).collect::<Vec<_>>() }),
        Proof::Energy { pool, from, until } => {
            let pool = match pool {
                Pool::Machine(machine) => json!({ "machine": problem.machines[*machine as usize] }),
                pool => json!(pool),
            };
            json!({ "kind": "energy", "pool": pool, "from": from, "until": until })
        }
    }
}
