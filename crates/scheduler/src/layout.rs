//! The problem as the search reads it: one flat array per property, machines as resources of which there is one.

use crate::features::{Frozen, Row};
use crate::graph::Lists;
use crate::limits::NONE;
use crate::objective::Objective;
use crate::problem::Problem;
use crate::profile::Profile;

pub(crate) struct Layout<'a> {
    pub preds: &'a Lists<u32>,
    pub succs: &'a Lists<u32>,
    pub order: &'a [u32],
    pub release: Vec<u32>,
    /// Modes of the tasks, numbered through; `modes.range(task)` are those of one task.
    pub modes: Lists<u32>,
    /// By mode.
    pub duration: Vec<u32>,
    /// By mode.
    pub machine: Vec<u32>,
    /// By mode: the machine that the source names, also of modes that take no time.
    named_machine: Vec<u32>,
    /// By mode: (row, amount). Rows are the resources, then the machines. A mode of duration 0 has none.
    pub demands: Lists<(u32, u32)>,
    /// By row.
    pub capacity: Vec<u32>,
    pub machines: usize,
    /// No mode demands a resource: a schedule is an order for each machine.
    pub is_shop: bool,
    /// Tasks that have several modes.
    pub flexible: Vec<u32>,
    /// Tasks that have started.
    pub frozen: &'a [Option<Frozen>],
    /// By task.
    pub is_preemptive: Vec<bool>,
    /// What is taken of each row before anything is scheduled: what calendars lack and what has started holds. Empty where there is
    /// neither.
    pub base: Vec<Profile>,
    /// The schedule needs more than starts under constant capacities, or its value more than ends: the yard decodes.
    pub is_extended: bool,
    horizon: u64,
}

impl<'a> Layout<'a> {
    pub fn new(problem: &'a Problem) -> Self {
        let resources = problem.resources.len() as u32;
        let all = || problem.tasks.iter().flat_map(|task| &task.modes);
        let machine: Vec<u32> = all().map(|mode| mode.machine.filter(|_| mode.duration > 0).unwrap_or(NONE)).collect();
        let demands: Vec<Vec<(u32, u32)>> = all()
            .map(|mode| {
                let held = mode.demands.iter().filter(|demand| demand.amount > 0 && mode.duration > 0);
                let machine = mode.machine.filter(|_| mode.duration > 0).map(|machine| (resources + machine, 1));
                held.map(|demand| (demand.resource, demand.amount)).chain(machine).collect()
            })
            .collect();
        let mut next = 0u32;
        let modes = Lists::collect(problem.tasks.iter().map(|task| {
            let first = next;
            next += task.modes.len() as u32;
            first..next
        }));
        let resource_rows = problem.resources.iter().zip(0..).map(|(it, k)| (Row::Resource(k), it.capacity));
        let rows = resource_rows.chain((0..problem.machines.len() as u32).map(|k| (Row::Machine(k), 1)));
        let steps: Vec<_> = rows.map(|(row, capacity)| problem.features.steps(row, capacity)).collect();
        let capacity: Vec<u32> =
            steps.iter().map(|steps| steps.iter().map(|step| step.capacity).max().unwrap_or(0)).collect();
        let now = problem.features.now();
        let mut layout = Self {
            preds: &problem.preds,
            succs: &problem.succs,
            order: &problem.order,
            release: problem.tasks.iter().map(|task| task.release.max(now)).collect(),
            modes,
            duration: all().map(|mode| mode.duration).collect(),
            machine,
            named_machine: all().map(|mode| mode.machine.unwrap_or(NONE)).collect(),
            is_shop: problem.is_shop() && problem.is_plain(),
            demands: Lists::collect(demands),
            capacity,
            machines: problem.machines.len(),
            flexible: (0..problem.tasks.len() as u32)
                .filter(|task| {
                    problem.tasks[*task as usize].modes.len() > 1 && problem.frozen[*task as usize].is_none()
                })
                .collect(),
            frozen: &problem.frozen,
            is_preemptive: problem.tasks.iter().map(|task| task.preemptive).collect(),
            base: Vec::new(),
            is_extended: !problem.is_plain(),
            horizon: problem.horizon,
        };
        if layout.is_extended {
            layout.take_base(&steps, now);
        }
        layout
    }

    /// The problem for an objective.
    pub fn for_objective(problem: &'a Problem, objective: Objective) -> Self {
        let mut layout = Self::new(problem);
        if !objective.is_classic() {
            layout.is_extended = true;
            layout.is_shop = false;
        }
        layout
    }

    /// Nothing is placed before `now`: what was taken until then would only make profiles longer.
    fn take_base(&mut self, steps: &[Vec<crate::features::Step>], now: u32) {
        for (steps, capacity) in steps.iter().zip(&self.capacity) {
            let mut profile = Profile::new();
            for (k, step) in steps.iter().enumerate().filter(|(_, step)| step.capacity < *capacity) {
                let until = steps.get(k + 1).map_or(NONE, |next| next.from);
                if until > now {
                    profile.reserve(step.from.max(now), until, capacity - step.capacity);
                }
            }
            self.base.push(profile);
        }
        for (task, frozen) in self.frozen.iter().enumerate() {
            let Some(Frozen { start, end, mode }) = frozen.filter(|it| it.start.max(now) < it.end) else { continue };
            for (row, amount) in self.demands.of(self.modes.of(task)[mode as usize] as usize) {
                self.base[*row as usize].reserve(start.max(now), end, *amount);
            }
        }
    }

    /// Each step of a row: (start, end, units that are free of what is not scheduled).
    pub fn free(&self, row: usize) -> Vec<(u32, u32, u64)> {
        let capacity = self.capacity[row];
        match self.base.get(row) {
            Some(base) => base.steps().map(|(a, b, used)| (a, b, u64::from(capacity.saturating_sub(used)))).collect(),
            None => vec![(0, NONE, u64::from(capacity))],
        }
    }

    /// What the source says of a mode.
    pub fn machine_of(&self, mode: u32) -> u32 {
        self.named_machine[mode as usize]
    }

    pub fn tasks(&self) -> usize {
        self.release.len()
    }

    /// No serial schedule ends later: the latest release and the longest durations, one behind the other.
    pub fn horizon(&self) -> u64 {
        self.horizon
    }

    /// The shortest duration of a task.
    pub fn shortest(&self, task: usize) -> u32 {
        if let Some(frozen) = self.frozen[task] {
            return frozen.end - frozen.start;
        }
        self.duration[self.modes.range(task)].iter().copied().min().unwrap_or(0)
    }

    /// The earliest start of each task when nothing but precedence, releases and the shortest durations count.
    pub fn heads(&self) -> Vec<u32> {
        let mut heads = self.release.clone();
        for task in self.order.iter().map(|task| *task as usize) {
            if let Some(frozen) = self.frozen[task] {
                heads[task] = frozen.start;
                continue;
            }
            let ends = self.preds.of(task).iter().map(|pred| heads[*pred as usize] + self.shortest(*pred as usize));
            heads[task] = self.open(task, ends.fold(heads[task], u32::max));
        }
        heads
    }

    /// The first time from `from` on at which calendars and what has started let a task begin in some mode.
    fn open(&self, task: usize, from: u32) -> u32 {
        if self.base.is_empty() {
            return from;
        }
        let fits = |mode: &u32| {
            let mode = *mode as usize;
            let length = if self.is_preemptive[task] { self.duration[mode].min(1) } else { self.duration[mode] };
            let mut start = from;
            loop {
                let before = start;
                for (row, amount) in self.demands.of(mode) {
                    let row = *row as usize;
                    start = self.base[row].earliest(start, length, self.capacity[row] - amount);
                    if start == NONE {
                        return NONE;
                    }
                }
                if start == before {
                    return start;
                }
            }
        };
        self.modes.of(task).iter().map(fits).min().unwrap_or(from)
    }

    /// The least time between the end of each task and the end of everything, likewise.
    pub fn tails(&self) -> Vec<u32> {
        let mut tails = vec![0; self.tasks()];
        for task in self.order.iter().rev().map(|task| *task as usize) {
            let after = self.succs.of(task).iter().map(|next| tails[*next as usize] + self.shortest(*next as usize));
            tails[task] = after.max().unwrap_or(0);
        }
        tails
    }
}
