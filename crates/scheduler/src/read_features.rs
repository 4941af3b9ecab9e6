//! The fields of `ketflow-schedule/1` that most problems do without.

use crate::features::{Affinity, Begun, Running, Setup, Step};
use crate::problem::Task;
use crate::words::shortened;
use ketflow_error::Error;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor, value::MapAccessDeserializer};
use std::collections::BTreeMap;

/// What a task on another machine counts by default, in units of time.
const MACHINE_CHANGE: u32 = 10;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StepFields {
    from: u32,
    capacity: u32,
}

pub(crate) fn steps(fields: Vec<StepFields>) -> Vec<Step> {
    fields.into_iter().map(|it| Step { from: it.from, capacity: it.capacity }).collect()
}

/// A machine: its name, or an object.
pub(crate) struct MachineFields {
    pub name: String,
    pub calendar: Option<Vec<StepFields>>,
    pub price: Option<u32>,
}

impl<'de> Deserialize<'de> for MachineFields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Fields {
            name: String,
            calendar: Option<Vec<StepFields>>,
            price: Option<u32>,
        }
        struct NameOrFields;
        impl<'de> Visitor<'de> for NameOrFields {
            type Value = MachineFields;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("the name of a machine, or an object with one")
            }

            fn visit_str<E>(self, name: &str) -> Result<MachineFields, E> {
                Ok(MachineFields { name: name.to_owned(), calendar: None, price: None })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<MachineFields, A::Error> {
                let Fields { name, calendar, price } = Fields::deserialize(MapAccessDeserializer::new(map))?;
                Ok(MachineFields { name, calendar, price })
            }
        }
        deserializer.deserialize_any(NameOrFields)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetupFields {
    machine: Option<String>,
    from: String,
    to: String,
    time: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AffinityFields {
    tasks: Vec<String>,
    #[serde(default)]
    within: u32,
    benefit: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RunningFields {
    now: u32,
    machine_change: Option<u32>,
    tasks: Vec<BegunFields>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BegunFields {
    id: String,
    start: u32,
    machine: Option<String>,
    mode: Option<u32>,
    finished: Option<u32>,
    remaining: Option<u32>,
}

/// Indices of names.
pub(crate) struct Known<'a> {
    pub ids: &'a BTreeMap<String, u32>,
    pub machines: &'a BTreeMap<String, u32>,
}

impl Known<'_> {
    fn task(&self, id: &str, path: &str) -> Result<u32, Error> {
        let found = self.ids.get(id).copied();
        found.ok_or_else(|| Error::invalid(format!("{path}: there is no task '{}'", shortened(id))))
    }

    fn machine(&self, name: &str, path: &str) -> Result<u32, Error> {
        let found = self.machines.get(name).copied();
        found.ok_or_else(|| Error::invalid(format!("{path}.machine: there is no machine '{}'", shortened(name))))
    }

    pub fn setups(&self, fields: Vec<SetupFields>) -> Result<Vec<Setup>, Error> {
        let setup = |(k, it): (usize, SetupFields)| {
            let machine = it.machine.map(|name| self.machine(&name, &format!("setups[{k}]"))).transpose()?;
            Ok(Setup { machine, from: it.from, to: it.to, time: it.time })
        };
        fields.into_iter().enumerate().map(setup).collect()
    }

    pub fn affinities(&self, fields: Vec<AffinityFields>) -> Result<Vec<Affinity>, Error> {
        let affinity = |(k, it): (usize, AffinityFields)| {
            let path = format!("affinity[{k}].tasks");
            let tasks = it.tasks.iter().map(|id| self.task(id, &path)).collect::<Result<_, _>>()?;
            Ok(Affinity { tasks, within: it.within, benefit: it.benefit })
        };
        fields.into_iter().enumerate().map(affinity).collect()
    }

    pub fn running(&self, fields: RunningFields, tasks: &[Task]) -> Result<Running, Error> {
        let RunningFields { now, machine_change, tasks: begun } = fields;
        let of = |(k, it): (usize, BegunFields)| {
            let path = format!("running.tasks[{k}]");
            let task = self.task(&it.id, &path)?;
            let end = match (it.finished, it.remaining) {
                (Some(_), Some(_)) => {
                    return Err(Error::invalid(format!("{path}: give finished or remaining, not both")));
                }
                (Some(end), None) if end > now => {
                    return Err(Error::invalid(format!(
                        "{path}.finished: {end} is later than now, {now}; give remaining"
                    )));
                }
                (None, Some(rest)) => Some(now.saturating_add(rest)),
                (end, None) => end,
            };
            let mode = self.mode(&it, &tasks[task as usize], &path)?;
            Ok(Begun { task, start: it.start, mode, end })
        };
        let tasks = begun.into_iter().enumerate().map(of).collect::<Result<_, _>>()?;
        Ok(Running { now, machine_change: machine_change.unwrap_or(MACHINE_CHANGE), tasks })
    }

    /// The mode that is named, or the first one on the machine that is named, or the only one.
    fn mode(&self, it: &BegunFields, task: &Task, path: &str) -> Result<u32, Error> {
        if let Some(mode) = it.mode {
            return Ok(mode);
        }
        let Some(name) = &it.machine else {
            return match task.modes.len() {
                1 => Ok(0),
                modes => {
                    Err(Error::invalid(format!("{path}: '{}' has {modes} modes; give its machine or mode", task.id)))
                }
            };
        };
        let machine = self.machine(name, path)?;
        let found = task.modes.iter().position(|mode| mode.machine == Some(machine));
        found.map(|mode| mode as u32).ok_or_else(|| {
            Error::invalid(format!("{path}.machine: '{}' has no mode on machine '{}'", task.id, shortened(name)))
        })
    }
}
