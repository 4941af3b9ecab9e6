//! The problem as the search reads it: one flat array per property, machines as resources of which there is one.

use crate::decode::State;
use crate::features::{Frozen, Row};
use crate::graph::Lists;
use crate::objective::{Objective, Weights};
use crate::problem::Problem;
use crate::profile::Profile;

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

    /// What making a schedule goes through: tasks, steps of calendars, members of groups.
    pub fn size_of_schedule(&self, goal: &Goal) -> u64 {
        let steps: usize = self.base.iter().map(Profile::len).sum();
        (self.tasks() + steps + goal.memberships.len()) as u64
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

/// What is to be small, as the search reads it.
pub(crate) struct Goal {
    pub objective: Objective,
    pub weights: Weights,
    /// Tasks with a due time and a weight above 0: (task, due, weight).
    pub dues: Vec<(u32, u32, u32)>,
    /// (task, deadline)
    pub deadlines: Vec<(u32, u32)>,
    /// What a mode costs, numbered through.
    pub costs: Vec<u64>,
    /// What the tasks that have started cost.
    pub spent: u64,
    /// Members, how far apart they may start, benefit.
    pub groups: Vec<(Vec<u32>, u32, u64)>,
    /// Groups of which a task is a member: (task, group), sorted.
    pub memberships: Vec<(u32, u32)>,
    /// Task, planned start, planned mode, machine of it.
    pub planned: Vec<(u32, u32, u32, u32)>,
    pub machine_change: u64,
    /// What a unit of time behind a deadline adds to what the search makes small.
    pub penalty: u64,
}

impl Goal {
    pub fn new(problem: &Problem, objective: Objective) -> Self {
        let tasks = || problem.tasks.iter().zip(0u32..);
        let features = &problem.features;
        let planned = |it: &crate::features::Begun| {
            let machine = problem.tasks[it.task as usize].modes[it.mode as usize].machine;
            (it.task, it.start, it.mode, machine.unwrap_or(NONE))
        };
        let (mut costs, mut spent) = (Vec::new(), 0);
        if !objective.is_classic() {
            for (task, frozen) in problem.tasks.iter().zip(&problem.frozen) {
                let cost = |mode| {
                    crate::measure::mode_cost(problem, mode, frozen.map_or(mode.duration, |it| it.end - it.start))
                };
                let all = task.modes.iter().map(cost);
                if let Some(frozen) = frozen {
                    spent += all.clone().nth(frozen.mode as usize).unwrap_or(0);
                }
                costs.extend(all);
            }
        }
        let groups: Vec<_> =
            features.affinities.iter().map(|it| (it.tasks.clone(), it.within, u64::from(it.benefit))).collect();
        let mut memberships: Vec<(u32, u32)> = groups
            .iter()
            .zip(0..)
            .flat_map(|((tasks, ..), group)| tasks.iter().map(move |task| (*task, group)))
            .collect();
        memberships.sort_unstable();
        Self {
            objective,
            weights: objective.weights(),
            dues: tasks()
                .filter_map(|(it, task)| it.due.filter(|_| it.weight > 0).map(|due| (task, due, it.weight)))
                .collect(),
            deadlines: tasks().filter_map(|(it, task)| it.deadline.map(|deadline| (task, deadline))).collect(),
            costs,
            spent,
            groups,
            memberships,
            planned: features.planned().map(planned).collect(),
            machine_change: features.running.as_ref().map_or(0, |running| u64::from(running.machine_change)),
            penalty: 1,
        }
    }

    /// A task that waits can make a schedule better.
    pub fn rewards_waiting(&self) -> bool {
        self.weights.levelling > 0 || self.weights.affinity > 0 || self.weights.disruption > 0
    }

    #[inline]
    pub fn value(&self, ends: &[u32], makespan: u32) -> u64 {
        match self.objective {
            Objective::TotalWeightedTardiness => self.tardiness(ends),
            // Everything else than these two the yard decodes, which calls `score`.
            _ => u64::from(makespan),
        }
    }

    fn tardiness(&self, ends: &[u32]) -> u64 {
        let late = |(task, due, weight): &(u32, u32, u32)| {
            u64::from(*weight) * u64::from(ends[*task as usize].saturating_sub(*due))
        };
        self.dues.iter().map(late).sum()
    }

    /// Makes value, lateness and energy of a state those of its schedule, given its levelling.
    pub fn score(&self, state: &mut State, levelling: u64, layout: &Layout<'_>) {
        let Weights { makespan, tardiness, cost, levelling: level, affinity, disruption } = self.weights;
        let mut value = u64::from(makespan) * u64::from(state.makespan) + u64::from(level) * levelling;
        if tardiness > 0 {
            value += u64::from(tardiness) * self.tardiness(&state.end);
        }
        if cost > 0 {
            let new = state.mode.iter().zip(layout.frozen).filter(|(_, frozen)| frozen.is_none());
            let costs: u64 = new.map(|(mode, _)| self.costs[*mode as usize]).sum();
            value += u64::from(cost) * (costs + self.spent);
        }
        if affinity > 0 {
            let is_missed = |tasks: &[u32], within: u32| {
                let starts = tasks.iter().map(|task| state.start[*task as usize]);
                let (least, most) = starts.fold((u32::MAX, 0), |(least, most), it| (least.min(it), most.max(it)));
                most - least > within
            };
            let missed = self.groups.iter().filter(|(tasks, within, _)| is_missed(tasks, *within));
            value += u64::from(affinity) * missed.map(|(.., benefit)| benefit).sum::<u64>();
        }
        if disruption > 0 {
            let change = |(task, start, _, machine): &(u32, u32, u32, u32)| {
                let shift = u64::from(state.start[*task as usize].abs_diff(*start));
                let is_elsewhere = layout.machine_of(state.mode[*task as usize]) != *machine;
                shift + if is_elsewhere { self.machine_change } else { 0 }
            };
            value += u64::from(disruption) * self.planned.iter().map(change).sum::<u64>();
        }
        let behind = |(task, deadline): &(u32, u32)| u64::from(state.end[*task as usize].saturating_sub(*deadline));
        state.late = self.deadlines.iter().map(behind).sum();
        state.value = value;
        state.energy = value.saturating_add(self.penalty.saturating_mul(state.late));
    }
}
