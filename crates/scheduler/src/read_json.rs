//! `ketflow-schedule/1`: everything that a problem can have, as JSON. `docs/schedules.md` has the fields.

use crate::features::{Features, Row};
use crate::problem::{Demand, Description, Mode, Objective, Problem, Resource, Task};
use crate::read_features::{AffinityFields, Known, MachineFields, RunningFields, SetupFields, StepFields, steps};
use crate::words::shortened;
use ketflow_error::Error;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::collections::BTreeMap;

const FORMAT: &str = "ketflow-schedule/1";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document<'a> {
    format: String,
    #[serde(default)]
    resources: Vec<ResourceFields>,
    machines: Option<Vec<MachineFields>>,
    /// Read one by one, so that each has its place.
    #[serde(borrow)]
    tasks: Vec<&'a RawValue>,
    objective: Option<Objective>,
    #[serde(default)]
    setups: Vec<SetupFields>,
    #[serde(default)]
    affinity: Vec<AffinityFields>,
    running: Option<RunningFields>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ResourceFields {
    name: String,
    capacity: u32,
    calendar: Option<Vec<StepFields>>,
    price: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TaskFields {
    id: String,
    duration: Option<u32>,
    machine: Option<String>,
    demands: Option<Amounts>,
    cost: Option<u32>,
    modes: Option<Vec<ModeFields>>,
    #[serde(default)]
    after: Vec<String>,
    #[serde(default)]
    release: u32,
    due: Option<u32>,
    weight: Option<u32>,
    deadline: Option<u32>,
    family: Option<String>,
    #[serde(default)]
    preemptive: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ModeFields {
    duration: u32,
    machine: Option<String>,
    demands: Option<Amounts>,
    #[serde(default)]
    cost: u32,
}

/// An object of numbers in its order: a name that is there twice is still there twice.
#[derive(Default)]
struct Amounts(Vec<(String, u32)>);

impl<'de> Deserialize<'de> for Amounts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Amounts;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object such as {\"crew\": 2}")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Amounts, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Amounts(pairs))
            }
        }
        deserializer.deserialize_map(Pairs)
    }
}

pub(crate) fn read(text: &str) -> Result<Problem, Error> {
    let document: Document<'_> = serde_json::from_str(text).map_err(|error| json_error("the document", &error))?;
    if document.format != FORMAT {
        let found = shortened(&document.format);
        return Err(Error::invalid(format!("format is '{found}'; this version reads '{FORMAT}'")).at(1, 1));
    }
    let mut features = Features::default();
    let mut resources = Vec::with_capacity(document.resources.len());
    for (it, k) in document.resources.into_iter().zip(0..) {
        features.calendars.extend(it.calendar.map(|fields| (Row::Resource(k), steps(fields))));
        features.prices.extend(it.price.map(|price| (Row::Resource(k), price)));
        resources.push(Resource { name: it.name, capacity: it.capacity });
    }
    let mut machines = document.machines;
    for (it, k) in machines.iter_mut().flatten().zip(0..) {
        features.calendars.extend(it.calendar.take().map(|fields| (Row::Machine(k), steps(fields))));
        features.prices.extend(it.price.map(|price| (Row::Machine(k), price)));
    }
    let mut names = Names::new(&resources, machines.map(|list| list.into_iter().map(|it| it.name).collect()));
    let places = places(text, &document.tasks);
    // A place inside a task counts from the task.
    let at = |k: usize, error: Error| {
        let (line, column) = places[k];
        match error.position {
            Some((1, inner)) => Error { position: Some((line, column + inner - 1)), ..error },
            Some((below, inner)) => Error { position: Some((line + below - 1, inner)), ..error },
            None => error.at(line, column),
        }
    };
    let mut fields = Vec::with_capacity(document.tasks.len());
    let mut ids = BTreeMap::new();
    for (k, raw) in document.tasks.iter().enumerate() {
        let task: TaskFields =
            serde_json::from_str(raw.get()).map_err(|error| at(k, json_error(&format!("tasks[{k}]"), &error)))?;
        ids.entry(task.id.clone()).or_insert(k as u32);
        fields.push(task);
    }
    let mut tasks = Vec::with_capacity(fields.len());
    for (k, task) in fields.into_iter().enumerate() {
        tasks.push(task_of(task, k, &ids, &mut names).map_err(|error| at(k, error))?);
    }
    let known = Known { ids: &ids, machines: &names.by_machine };
    features.setups = known.setups(document.setups)?;
    features.affinities = known.affinities(document.affinity)?;
    features.running = document.running.map(|running| known.running(running, &tasks)).transpose()?;
    let description =
        Description { resources, machines: names.machines, tasks, objective: document.objective, features };
    Problem::placed(description, |task| places.get(task).copied())
}

/// The error of serde with its place taken out of the message; a document without an end has none of its own.
fn json_error(path: &str, error: &serde_json::Error) -> Error {
    let message = error.to_string();
    let reason = message.split(" at line ").next().unwrap_or(&message);
    Error::invalid(format!("{path}: {reason}")).at(error.line().max(1) as u32, error.column().max(1) as u32)
}

/// Line and column of each piece of the text; columns count bytes, as those of serde_json do.
fn places(text: &str, pieces: &[&RawValue]) -> Vec<(u32, u32)> {
    let (mut line, mut line_start, mut seen) = (1u32, 0usize, 0usize);
    let base = text.as_ptr() as usize;
    let place = |piece: &&RawValue| {
        let offset = piece.get().as_ptr() as usize - base;
        for (at, _) in text.as_bytes()[seen..offset].iter().enumerate().filter(|(_, byte)| **byte == b'\n') {
            line += 1;
            line_start = seen + at + 1;
        }
        seen = offset;
        (line, (offset - line_start) as u32 + 1)
    };
    pieces.iter().map(place).collect()
}

/// Indices of the names of resources and machines.
struct Names {
    resources: BTreeMap<String, u32>,
    machines: Vec<String>,
    by_machine: BTreeMap<String, u32>,
    /// The document lists its machines; otherwise they are those that the modes name, in the order in which they come up.
    are_machines_listed: bool,
}

impl Names {
    fn new(resources: &[Resource], machines: Option<Vec<String>>) -> Self {
        let are_machines_listed = machines.is_some();
        let machines = machines.unwrap_or_default();
        Self {
            resources: resources.iter().map(|resource| resource.name.clone()).zip(0..).collect(),
            by_machine: machines.iter().cloned().zip(0..).collect(),
            machines,
            are_machines_listed,
        }
    }

    fn machine(&mut self, name: String, path: &str) -> Result<u32, Error> {
        if let Some(index) = self.by_machine.get(&name) {
            return Ok(*index);
        }
        if self.are_machines_listed {
            return Err(Error::invalid(format!("{path}.machine: '{}' is not one of machines", shortened(&name))));
        }
        let index = self.machines.len() as u32;
        self.machines.push(name.clone());
        self.by_machine.insert(name, index);
        Ok(index)
    }

    fn demands(&self, amounts: Option<Amounts>, path: &str) -> Result<Vec<Demand>, Error> {
        let known = |(name, amount): (String, u32)| match self.resources.get(&name) {
            Some(resource) => Ok(Demand { resource: *resource, amount }),
            None => Err(Error::invalid(format!(
                "{path}.demands: '{}' is not the name of one of resources",
                shortened(&name)
            ))),
        };
        amounts.unwrap_or_default().0.into_iter().map(known).collect()
    }
}

fn task_of(task: TaskFields, k: usize, ids: &BTreeMap<String, u32>, names: &mut Names) -> Result<Task, Error> {
    let path = format!("tasks[{k}]");
    let modes = match (task.modes, task.duration) {
        (None, None) => return Err(Error::invalid(format!("{path}: give duration or modes"))),
        (Some(_), Some(_)) => {
            return Err(Error::invalid(format!("{path}.duration: leave it out, each of modes has its own")));
        }
        (Some(_), None) if task.machine.is_some() || task.demands.is_some() || task.cost.is_some() => {
            return Err(Error::invalid(format!("{path}: give machine, demands and cost inside each of modes")));
        }
        (Some(modes), None) => modes,
        (None, Some(duration)) => {
            vec![ModeFields { duration, machine: task.machine, demands: task.demands, cost: task.cost.unwrap_or(0) }]
        }
    };
    let mut list = Vec::with_capacity(modes.len());
    for mode in modes {
        let machine = mode.machine.map(|name| names.machine(name, &path)).transpose()?;
        let demands = names.demands(mode.demands, &path)?;
        list.push(Mode { duration: mode.duration, machine, demands, cost: mode.cost });
    }
    let mut after = Vec::with_capacity(task.after.len());
    for (j, id) in task.after.iter().enumerate() {
        let other = ids
            .get(id)
            .copied()
            .ok_or_else(|| Error::invalid(format!("{path}.after[{j}]: there is no task '{}'", shortened(id))))?;
        after.push(other);
    }
    Ok(Task {
        id: task.id,
        modes: list,
        after,
        release: task.release,
        due: task.due,
        weight: task.weight.unwrap_or(1),
        deadline: task.deadline,
        family: task.family,
        preemptive: task.preemptive,
    })
}
