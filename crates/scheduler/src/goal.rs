//! What is to be small, and how good a schedule is by it.

use crate::features::Begun;
use crate::layout::Layout;
use crate::limits::NONE;
use crate::measure::mode_cost;
use crate::objective::{Objective, Weights};
use crate::problem::Problem;
use crate::profile::Profile;
use crate::state::State;

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
        let planned = |it: &Begun| {
            let machine = problem.tasks[it.task as usize].modes[it.mode as usize].machine;
            (it.task, it.start, it.mode, machine.unwrap_or(NONE))
        };
        let (mut costs, mut spent) = (Vec::new(), 0);
        if !objective.is_classic() {
            for (task, frozen) in problem.tasks.iter().zip(&problem.frozen) {
                let cost = |mode| mode_cost(problem, mode, frozen.map_or(mode.duration, |it| it.end - it.start));
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

    /// What making a schedule goes through: tasks, steps of calendars, members of groups.
    pub fn size_of_schedule(&self, layout: &Layout<'_>) -> u64 {
        let steps: usize = layout.base.iter().map(Profile::len).sum();
        (layout.tasks() + steps + self.memberships.len()) as u64
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
