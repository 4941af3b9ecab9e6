//! The problem as the search reads it: one flat array per property, machines as resources of which there is one.

use crate::graph::Lists;
use crate::problem::{Objective, Problem};

/// No machine, or no task.
pub(crate) const NONE: u32 = u32::MAX;

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
    /// By mode: (row, amount). Rows are the resources, then the machines. A mode of duration 0 has none.
    pub demands: Lists<(u32, u32)>,
    /// By row.
    pub capacity: Vec<u32>,
    pub machines: usize,
    /// No mode demands a resource: a schedule is an order for each machine.
    pub is_shop: bool,
    /// Tasks that have several modes.
    pub flexible: Vec<u32>,
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
        let capacity = problem.resources.iter().map(|resource| resource.capacity);
        Self {
            preds: &problem.preds,
            succs: &problem.succs,
            order: &problem.order,
            release: problem.tasks.iter().map(|task| task.release).collect(),
            modes,
            duration: all().map(|mode| mode.duration).collect(),
            machine,
            is_shop: problem.is_shop(),
            demands: Lists::collect(demands),
            capacity: capacity.chain(problem.machines.iter().map(|_| 1)).collect(),
            machines: problem.machines.len(),
            flexible: (0..problem.tasks.len() as u32)
                .filter(|task| problem.tasks[*task as usize].modes.len() > 1)
                .collect(),
        }
    }

    pub fn tasks(&self) -> usize {
        self.release.len()
    }

    /// No serial schedule ends later: the latest release and the longest durations, one behind the other.
    pub fn horizon(&self) -> u64 {
        let longest =
            |task: usize| self.duration[self.modes.range(task)].iter().map(|it| u64::from(*it)).max().unwrap_or(0);
        let release = self.release.iter().map(|it| u64::from(*it)).max().unwrap_or(0);
        release + (0..self.tasks()).map(longest).sum::<u64>()
    }

    /// The shortest duration of a task.
    pub fn shortest(&self, task: usize) -> u32 {
        self.duration[self.modes.range(task)].iter().copied().min().unwrap_or(0)
    }

    /// The earliest start of each task when nothing but precedence, releases and the shortest durations count.
    pub fn heads(&self) -> Vec<u32> {
        let mut heads = self.release.clone();
        for task in self.order.iter().map(|task| *task as usize) {
            let ends = self.preds.of(task).iter().map(|pred| heads[*pred as usize] + self.shortest(*pred as usize));
            heads[task] = ends.fold(heads[task], u32::max);
        }
        heads
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

/// What is to be small, as the search reads it.
pub(crate) struct Goal {
    pub objective: Objective,
    /// Tasks with a due time and a weight above 0: (task, due, weight).
    pub dues: Vec<(u32, u32, u32)>,
}

impl Goal {
    pub fn new(problem: &Problem, objective: Objective) -> Self {
        let due = |(task, it): (usize, &crate::problem::Task)| {
            it.due.filter(|_| it.weight > 0).map(|due| (task as u32, due, it.weight))
        };
        Self { objective, dues: problem.tasks.iter().enumerate().filter_map(due).collect() }
    }

    #[inline]
    pub fn value(&self, ends: &[u32], makespan: u32) -> u64 {
        match self.objective {
            Objective::Makespan => u64::from(makespan),
            Objective::TotalWeightedTardiness => self
                .dues
                .iter()
                .map(|(task, due, weight)| u64::from(*weight) * u64::from(ends[*task as usize].saturating_sub(*due)))
                .sum(),
        }
    }
}
