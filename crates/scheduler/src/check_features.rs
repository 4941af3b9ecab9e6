//! What can be wrong with calendars, prices, set-ups, affinities and a plan that runs.

use crate::description::Description;
use crate::features::Row;
use crate::limits::*;
use ketflow_error::Error;
use std::collections::BTreeSet;

/// Checks everything but what the tasks themselves say.
pub(crate) fn check_features(description: &Description) -> Result<(), Error> {
    let features = &description.features;
    for (row, steps) in &features.calendars {
        let (what, most) = named(description, *row)?;
        for (k, step) in steps.iter().enumerate() {
            if step.from > MAX_TIME {
                return Err(Error::too_large(format!("calendar of {what}: from {}; at most {MAX_TIME}", step.from)));
            }
            if k > 0 && step.from <= steps[k - 1].from {
                let (before, from) = (steps[k - 1].from, step.from);
                return Err(Error::invalid(format!(
                    "calendar of {what}: a step from {from} behind one from {before}; sort them, one for each time"
                )));
            }
            if step.capacity > most {
                let capacity = step.capacity;
                return Err(Error::too_large(format!(
                    "calendar of {what}: capacity {capacity}; at most {most} is taken"
                )));
            }
        }
    }
    let steps = features.calendars.values().map(Vec::len).sum::<usize>();
    let members = features.affinities.iter().map(|it| it.tasks.len()).sum::<usize>();
    let begun = features.running.as_ref().map_or(0, |running| running.tasks.len());
    for (what, found, most) in [
        ("steps of calendars", steps, MAX_STEPS),
        ("set-ups", features.setups.len(), MAX_SETUPS),
        ("tasks in affinities", members, MAX_PRECEDENCES),
        ("tasks that run or were planned", begun, description.tasks.len()),
    ] {
        if found > most {
            return Err(Error::too_large(format!("there are {found} {what}; at most {most} are taken")));
        }
    }
    for (row, price) in &features.prices {
        let (what, _) = named(description, *row)?;
        limit(&format!("the price of {what}"), *price)?;
    }
    check_setups(description)?;
    for (k, it) in features.affinities.iter().enumerate() {
        limit(&format!("affinity[{k}].within"), it.within)?;
        limit(&format!("affinity[{k}].benefit"), it.benefit)?;
        let members: BTreeSet<u32> = it.tasks.iter().copied().collect();
        if members.len() < 2 || members.len() < it.tasks.len() {
            return Err(Error::invalid(format!("affinity[{k}].tasks: give at least two tasks, each once")));
        }
        if members.last().is_some_and(|task| *task as usize >= description.tasks.len()) {
            return Err(Error::invalid(format!("affinity[{k}].tasks: there is no such task")));
        }
    }
    check_running(description)
}

fn limit(what: &str, value: u32) -> Result<(), Error> {
    if value > MAX_TIME {
        Err(Error::too_large(format!("{what} is {value}; at most {MAX_TIME} is taken")))
    } else {
        Ok(())
    }
}

/// What to call a row, and the largest capacity that it may have.
fn named(description: &Description, row: Row) -> Result<(String, u32), Error> {
    let found = match row {
        Row::Resource(k) => {
            description.resources.get(k as usize).map(|it| (format!("resource '{}'", it.name), MAX_CAPACITY))
        }
        Row::Machine(k) => description.machines.get(k as usize).map(|name| (format!("machine '{name}'"), 1)),
    };
    found.ok_or_else(|| Error::invalid(format!("there is no {row:?}")))
}

fn check_setups(description: &Description) -> Result<(), Error> {
    let setups = &description.features.setups;
    let families: BTreeSet<&str> = description.tasks.iter().filter_map(|task| task.family.as_deref()).collect();
    let mut met = BTreeSet::new();
    for (k, it) in setups.iter().enumerate() {
        limit(&format!("setups[{k}].time"), it.time)?;
        if let Some(family) = [&it.from, &it.to].into_iter().find(|family| !families.contains(family.as_str())) {
            return Err(Error::invalid(format!("setups[{k}]: no task is of family '{family}'")));
        }
        if it.machine.is_some_and(|machine| machine as usize >= description.machines.len()) {
            return Err(Error::invalid(format!("setups[{k}]: there is no such machine")));
        }
        if !met.insert((it.machine, &it.from, &it.to)) {
            let (from, to) = (&it.from, &it.to);
            return Err(Error::invalid(format!("setups[{k}]: from '{from}' to '{to}' is there twice; leave one out")));
        }
    }
    let tables = 1 + setups.iter().filter_map(|it| it.machine).collect::<BTreeSet<_>>().len();
    let cells = tables * families.len() * families.len();
    if !setups.is_empty() && cells > MAX_SETUP_CELLS {
        return Err(Error::too_large(format!(
            "{} families with set-ups of their own on {} machines make a table of {cells}; at most {MAX_SETUP_CELLS} is taken",
            families.len(),
            tables - 1
        )));
    }
    Ok(())
}

fn check_running(description: &Description) -> Result<(), Error> {
    let Some(running) = &description.features.running else { return Ok(()) };
    limit("running.now", running.now)?;
    limit("running.machineChange", running.machine_change)?;
    let mut is_met = vec![false; description.tasks.len()];
    for (k, it) in running.tasks.iter().enumerate() {
        let Some(task) = description.tasks.get(it.task as usize) else {
            return Err(Error::invalid(format!("running.tasks[{k}]: there is no such task")));
        };
        let id = &task.id;
        limit(&format!("the start of running task '{id}'"), it.start)?;
        limit(&format!("the end of running task '{id}'"), it.end.unwrap_or(0))?;
        if std::mem::replace(&mut is_met[it.task as usize], true) {
            return Err(Error::invalid(format!("running.tasks[{k}]: task '{id}' is there twice; leave one out")));
        }
        if it.mode as usize >= task.modes.len() {
            return Err(Error::invalid(format!("running.tasks[{k}]: task '{id}' has no mode {}", it.mode)));
        }
        if it.end.is_some_and(|end| end > it.start) && task.modes[it.mode as usize].duration == 0 {
            return Err(Error::invalid(format!(
                "running.tasks[{k}]: task '{id}' takes no time in this mode, and yet ended after its start; give the mode a duration"
            )));
        }
        if let Some(end) = it.end.filter(|end| it.start >= running.now || *end < it.start) {
            let (start, now) = (it.start, running.now);
            return Err(Error::invalid(format!(
                "running.tasks[{k}]: task '{id}' starts at {start} and ends at {end}, and it is {now}; an end is for what has \
                 started, and not before its start"
            )));
        }
    }
    let frozen = description.frozen();
    for (k, task) in description.tasks.iter().enumerate().filter(|(k, _)| frozen[*k].is_some()) {
        let open = task.after.iter().find(|pred| frozen.get(**pred as usize).is_some_and(Option::is_none));
        if let Some(pred) = open.and_then(|pred| description.tasks.get(*pred as usize)) {
            return Err(Error::invalid(format!(
                "running: task '{}' has started, but '{}', after which it comes, has not; remove that precedence, or say when it did",
                description.tasks[k].id, pred.id
            )));
        }
    }
    Ok(())
}
