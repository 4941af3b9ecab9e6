//! What a problem can have beyond tasks, machines and resources that are always there: calendars, prices, set-ups, affinities, and a
//! plan that already runs.

use std::collections::BTreeMap;

/// Something that has a capacity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Row {
    /// A resource, by index.
    Resource(u32),
    /// A machine, by index.
    Machine(u32),
}

/// From a time on there is this much of something, until the next step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Since when, 0 to [`crate::limits::MAX_TIME`]; later than that of the step before.
    pub from: u32,
    /// 0 to [`crate::limits::MAX_CAPACITY`]; of a machine 0 or 1.
    pub capacity: u32,
}

/// The least time between two tasks that follow each other on a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setup {
    /// Index of the machine; none for all of them. One that names its machine goes before one that does not.
    pub machine: Option<u32>,
    /// Family of the earlier task.
    pub from: String,
    /// Family of the later one.
    pub to: String,
    /// 0 to [`crate::limits::MAX_TIME`].
    pub time: u32,
}

/// Tasks that are worth more when they run together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Affinity {
    /// Indices of at least two tasks.
    pub tasks: Vec<u32>,
    /// The benefit is had when the last of them starts at most this long after the first.
    pub within: u32,
    /// 0 to [`crate::limits::MAX_TIME`].
    pub benefit: u32,
}

/// What is known of a task of a plan that runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Begun {
    /// Index of the task.
    pub task: u32,
    /// Before `now`: it has started, and stays where it is. From `now` on: when the plan wanted it to start.
    pub start: u32,
    /// Index of the mode in which it is done.
    pub mode: u32,
    /// When it ended, or is thought to end; only of one that has started. By default as its duration says.
    pub end: Option<u32>,
}

/// A plan that already runs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Running {
    /// What has started before it is not touched; everything else starts at it or later.
    pub now: u32,
    /// What a task on another machine than planned counts, in units of time of a shift.
    pub machine_change: u32,
    /// Tasks that have started, and tasks that were planned.
    pub tasks: Vec<Begun>,
}

/// What most problems do without.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Features {
    /// How much there is over time; before the first step what the resource has, or one machine.
    pub calendars: BTreeMap<Row, Vec<Step>>,
    /// What a unit of a row costs per unit of time in use.
    pub prices: BTreeMap<Row, u32>,
    /// Times between families of tasks on machines; 0 where there is none.
    pub setups: Vec<Setup>,
    /// What is worth doing together.
    pub affinities: Vec<Affinity>,
    /// What has begun.
    pub running: Option<Running>,
}

/// Where a task that has started is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Frozen {
    pub start: u32,
    pub end: u32,
    pub mode: u32,
}

impl Features {
    /// The capacity of a row over time, from 0 on, given what it is without a calendar.
    pub(crate) fn steps(&self, row: Row, capacity: u32) -> Vec<Step> {
        let mut steps = vec![Step { from: 0, capacity }];
        for step in self.calendars.get(&row).into_iter().flatten() {
            if step.from == 0 {
                steps.clear();
            }
            steps.push(*step);
        }
        steps
    }

    /// The tasks that were planned and have not started.
    pub(crate) fn planned(&self) -> impl Iterator<Item = &Begun> {
        let now = self.running.as_ref().map_or(0, |running| running.now);
        self.running.iter().flat_map(|running| &running.tasks).filter(move |it| it.start >= now)
    }

    /// Before it nothing new starts.
    pub(crate) fn now(&self) -> u32 {
        self.running.as_ref().map_or(0, |running| running.now)
    }
}
