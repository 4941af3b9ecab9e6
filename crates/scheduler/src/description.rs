//! What a source says of a problem, as it was read.

use crate::features::{Features, Frozen};
use crate::objective::Objective;

/// Something of which `capacity` units may be in use at any time; it is there again when a task ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// Its name, not that of another resource.
    pub name: String,
    /// 0 to [`crate::limits::MAX_CAPACITY`].
    pub capacity: u32,
}

/// Units of a resource that a task holds from its start until its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Demand {
    /// Index of the resource.
    pub resource: u32,
    /// At most the capacity.
    pub amount: u32,
}

/// One way to do a task.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mode {
    /// 0 to [`crate::limits::MAX_TIME`]. A mode of duration 0 occupies nothing.
    pub duration: u32,
    /// Index of the machine that it occupies.
    pub machine: Option<u32>,
    /// What it holds, each resource once.
    pub demands: Vec<Demand>,
    /// What it costs beside what its machine and its resources do, 0 to [`crate::limits::MAX_TIME`].
    pub cost: u32,
}

/// Something to do once; without a break, unless it may be split.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Its name, not that of another task.
    pub id: String,
    /// At least one.
    pub modes: Vec<Mode>,
    /// Indices of the tasks that end before it starts; one that is there twice counts once.
    pub after: Vec<u32>,
    /// Its earliest start, 0 to [`crate::limits::MAX_TIME`].
    pub release: u32,
    /// When it should have ended, 0 to [`crate::limits::MAX_TIME`]; for objectives that count tardiness.
    pub due: Option<u32>,
    /// What a unit of its tardiness costs, 0 to [`crate::limits::MAX_TIME`]; 1 by default.
    pub weight: u32,
    /// When it has to have ended, 0 to [`crate::limits::MAX_TIME`].
    pub deadline: Option<u32>,
    /// What set-ups know it by.
    pub family: Option<String>,
    /// It may stop at any whole time and go on later; in between it holds nothing.
    pub preemptive: bool,
}

impl Task {
    /// A task with these modes and nothing else.
    pub fn new(id: impl Into<String>, modes: Vec<Mode>) -> Self {
        Self {
            id: id.into(),
            modes,
            after: Vec::new(),
            release: 0,
            due: None,
            weight: 1,
            deadline: None,
            family: None,
            preemptive: false,
        }
    }
}

/// The parts of a problem.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Description {
    /// What is shared.
    pub resources: Vec<Resource>,
    /// Names of the machines, all different.
    pub machines: Vec<String>,
    /// What is to be done.
    pub tasks: Vec<Task>,
    /// What the source wants to be small; makespan when it does not say.
    pub objective: Option<Objective>,
    /// What most problems do without.
    pub features: Features,
}

impl Description {
    /// The tasks that have started, where they are.
    pub(crate) fn frozen(&self) -> Vec<Option<Frozen>> {
        let mut frozen = vec![None; self.tasks.len()];
        let Some(running) = &self.features.running else { return frozen };
        for it in running.tasks.iter().filter(|it| it.start < running.now) {
            let duration = self.tasks[it.task as usize].modes[it.mode as usize].duration;
            let end = it.end.unwrap_or(it.start.saturating_add(duration));
            frozen[it.task as usize] = Some(Frozen { start: it.start, end, mode: it.mode });
        }
        frozen
    }
}
