//! The result of a run, and its canonical bytes.

use crate::bounds::{Bound, Pool, Proof, Summand};
use crate::check::{Part, Placed};
use crate::critical::critical_path;
use crate::measure::{lateness, measure};
use crate::objective::{Components, Objective};
use crate::problem::Problem;
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
    /// The pieces of tasks that are split, by task and start.
    pub parts: Vec<Part>,
    /// What the value is made of, and what else the schedule is worth; none where the problem knows nothing but ends.
    pub components: Option<Components>,
    /// Units of time by which tasks end behind their deadlines, none where there are no deadlines. Above 0 nothing better was found.
    pub lateness: Option<u64>,
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

/// What a search found.
pub(crate) struct Found {
    pub tasks: Vec<Placed>,
    /// By task and start.
    pub parts: Vec<Part>,
    pub objective: Objective,
    pub value: u64,
}

impl ScheduleResult {
    pub(crate) fn new(problem: &Problem, found: Found, bound: Bound, work: Work) -> Self {
        let Found { tasks, parts, objective, value } = found;
        let mode_of = |(task, place): (usize, &Placed)| problem.tasks[task].modes[place.mode as usize].machine;
        let has_deadlines = problem.tasks.iter().any(|task| task.deadline.is_some());
        Self {
            machines: tasks.iter().enumerate().map(mode_of).collect(),
            makespan: tasks.iter().map(|place| place.end).max().unwrap_or(0),
            components: (!objective.is_classic() || problem.has_features()).then(|| measure(problem, &tasks, &parts)),
            lateness: has_deadlines.then(|| lateness(problem, &tasks)),
            objective,
            value,
            lower_bound: bound.value,
            proof: bound.proof,
            critical_path: critical_path(problem, &tasks),
            work,
            names: json!({
                "machines": problem.machines,
                "tasks": problem.tasks.iter().map(|task| task.id.as_str()).collect::<Vec<_>>(),
            })
            .to_string(),
            tasks,
            parts,
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
        // What problems without them had no section for, they have none for still.
        let components = self.components.map(|it| it.all().map(|value| value as f64));
        if let Some(components) = &components {
            container.add("components", &[components.len()], Data::F64(components));
        }
        let lateness = self.lateness.map(|late| [late]);
        if let Some(lateness) = &lateness {
            container.add("lateness", &[1], Data::U64(lateness));
        }
        let parts: Vec<u32> = self.parts.iter().flat_map(|part| [part.task, part.start, part.end]).collect();
        if !parts.is_empty() {
            container.add("parts", &[self.parts.len(), 3], Data::U32(&parts));
        }
        container.to_bytes(SCHEMA)
    }

    /// The result as a job shows it: tasks and machines by their names.
    pub fn to_json(&self, problem: &Problem) -> Value {
        let id = |task: &u32| problem.tasks[*task as usize].id.as_str();
        let task = |(k, place): (usize, &Placed)| {
            let mut row = json!({ "id": id(&(k as u32)), "start": place.start, "end": place.end });
            if place.mode > 0 {
                row["mode"] = json!(place.mode);
            }
            let own = self.parts.iter().filter(|part| part.task as usize == k).map(|part| [part.start, part.end]);
            let own: Vec<_> = own.collect();
            if !own.is_empty() {
                row["segments"] = json!(own);
            }
            if let Some(machine) = self.machines[k] {
                row["machine"] = json!(problem.machines[machine as usize]);
            }
            row
        };
        let mut view = json!({
            "tasks": self.tasks.iter().enumerate().map(task).collect::<Vec<_>>(),
            "makespan": self.makespan,
            "objective": self.value,
            "lowerBound": self.lower_bound,
            "gap": self.gap(),
            "proof": named_proof(problem, &self.proof),
            "criticalPath": self.critical_path.iter().map(id).collect::<Vec<_>>(),
            "work": { "iterations": self.work.iterations, "restarts": self.work.restarts },
        });
        if let Some(components) = self.components {
            view["components"] = json!(components);
        }
        if let Some(lateness) = self.lateness {
            view["lateness"] = json!(lateness);
        }
        view
    }
}

/// A proof with the names of tasks and machines in the place of their indices.
fn named_proof(problem: &Problem, proof: &Proof) -> Value {
    let id = |task: &u32| problem.tasks[*task as usize].id.as_str();
    match proof {
        Proof::Sum { parts } => {
            let part = |part: &Summand| json!({ "component": part.component, "value": part.value, "proof": named_proof(problem, &part.proof) });
            json!({ "kind": "sum", "parts": parts.iter().map(part).collect::<Vec<_>>() })
        }
        Proof::Path { tasks } => json!({ "kind": "path", "tasks": tasks.iter().map(id).collect::<Vec<_>>() }),
        Proof::Energy { pool, from, until } => {
            let pool = match pool {
                Pool::Machine(machine) => json!({ "machine": problem.machines[*machine as usize] }),
                pool => json!(pool),
            };
            json!({ "kind": "energy", "pool": pool, "from": from, "until": until })
        }
        plain => json!(plain),
    }
}
