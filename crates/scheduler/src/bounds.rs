//! What no schedule can undercut.
//!
//! For makespans the largest of: the longest path; for each resource, the work of the tasks that can start only late, behind the
//! earliest of them and before the least that follows, likewise of those after which much follows; and for each set of tasks of which
//! no two can run at once – on one machine, or each with more than half of a resource – Jackson's preemptive schedule. With several
//! modes, each task counts with the least that any of them takes.
//!
//! Sources: Jackson, "Scheduling a production line to minimize maximum tardiness", UCLA (1955); Carlier, "The one-machine sequencing
//! problem", EJOR 11 (1982); Klein, Scholl, "Computing lower bounds by destructive improvement", EJOR 112 (1999), §2 (bounds of the
//! critical path and of capacity).

use crate::layout::{Layout, NONE};
use crate::problem::{Objective, Problem};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A value of the objective that no schedule is below.
pub fn lower_bound(problem: &Problem, objective: Objective) -> u64 {
    let layout = Layout::new(problem);
    let heads = layout.heads();
    match objective {
        Objective::TotalWeightedTardiness => {
            let late = |(task, it): (usize, &crate::problem::Task)| {
                let end = heads[task] + layout.shortest(task);
                it.due.map_or(0, |due| u64::from(it.weight) * u64::from(end.saturating_sub(due)))
            };
            problem.tasks.iter().enumerate().map(late).sum()
        }
        Objective::Makespan => {
            let bounds = Bounds { tails: layout.tails(), heads, layout: &layout };
            let machines = layout.capacity.len() - layout.machines..layout.capacity.len();
            let disjunctive = machines.map(|row| bounds.one_machine(row)).max().unwrap_or(0);
            let halves = (0..layout.capacity.len() - layout.machines).map(|row| bounds.one_machine(row)).max();
            let energy = (0..layout.capacity.len()).map(|row| bounds.energy(row)).max().unwrap_or(0);
            bounds.path().max(disjunctive).max(halves.unwrap_or(0)).max(energy).max(bounds.all_machines())
        }
    }
}

/// Something to do on one machine: released at `head`, `length` long, and at least `tail` follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Job {
    pub head: u32,
    pub length: u32,
    pub tail: u32,
}

struct Bounds<'a> {
    layout: &'a Layout<'a>,
    heads: Vec<u32>,
    tails: Vec<u32>,
}

impl Bounds<'_> {
    fn path(&self) -> u64 {
        let length = |task: usize| self.heads[task] + self.layout.shortest(task) + self.tails[task];
        (0..self.layout.tasks()).map(|task| u64::from(length(task))).max().unwrap_or(0)
    }

    /// What a mode takes of a row.
    fn amount(&self, mode: u32, row: usize) -> u32 {
        let held = self.layout.demands.of(mode as usize).iter().find(|(other, _)| *other as usize == row);
        held.map_or(0, |(_, amount)| *amount)
    }

    /// Jackson's bound of the tasks that exclude each other on a row, whichever modes they take.
    fn one_machine(&self, row: usize) -> u64 {
        let half = self.layout.capacity[row] / 2;
        let excludes = |task: &usize| {
            let modes = self.layout.modes.of(*task);
            modes.iter().all(|mode| self.amount(*mode, row) > half)
        };
        let jobs: Vec<Job> = (0..self.layout.tasks()).filter(excludes).map(|task| self.job(task)).collect();
        jackson(jobs)
    }

    fn job(&self, task: usize) -> Job {
        Job { head: self.heads[task], length: self.layout.shortest(task), tail: self.tails[task] }
    }

    fn energy(&self, row: usize) -> u64 {
        let least = |task: usize| {
            let work =
                |mode: &u32| u64::from(self.layout.duration[*mode as usize]) * u64::from(self.amount(*mode, row));
            self.layout.modes.of(task).iter().map(work).min().unwrap_or(0)
        };
        self.shared((0..self.layout.tasks()).map(|task| (task, least(task))), u64::from(self.layout.capacity[row]))
    }

    /// All machines as one resource: only so do tasks count that may take one of several.
    fn all_machines(&self) -> u64 {
        let least = |task: usize| {
            let work = |mode: &u32| match self.layout.machine[*mode as usize] {
                NONE => 0,
                _ => u64::from(self.layout.duration[*mode as usize]),
            };
            self.layout.modes.of(task).iter().map(work).min().unwrap_or(0)
        };
        self.shared((0..self.layout.tasks()).map(|task| (task, least(task))), self.layout.machines as u64)
    }

    /// (task, work) on a resource of this capacity.
    fn shared(&self, work: impl Iterator<Item = (usize, u64)>, capacity: u64) -> u64 {
        let mut parts: Vec<(u64, u64, u64)> = work
            .filter(|(_, work)| *work > 0)
            .map(|(task, work)| (u64::from(self.heads[task]), work, u64::from(self.tails[task])))
            .collect();
        let mut best = 0;
        for turn in 0..2 {
            // Those with the latest heads first; then, with the ends exchanged, those with the longest tails.
            if turn == 1 {
                parts.iter_mut().for_each(|(head, _, tail)| std::mem::swap(head, tail));
            }
            parts.sort_unstable_by_key(|part| Reverse(part.0));
            let (mut sum, mut least_tail) = (0u64, u64::MAX);
            for (head, work, tail) in &parts {
                sum += work;
                least_tail = least_tail.min(*tail);
                best = best.max(head + sum.div_ceil(capacity) + least_tail);
            }
        }
        best
    }
}

/// The makespan of the preemptive schedule that always works on the released job with the longest tail: the optimum of the
/// preemptive problem. O(n log n).
pub(crate) fn jackson(mut jobs: Vec<Job>) -> u64 {
    jobs.sort_unstable_by_key(|job| job.head);
    let (mut released, mut next, mut now, mut bound) = (BinaryHeap::<(u32, u64)>::new(), 0, 0u64, 0u64);
    loop {
        while let Some(job) = jobs.get(next).filter(|job| u64::from(job.head) <= now) {
            released.push((job.tail, u64::from(job.length)));
            next += 1;
        }
        let until = jobs.get(next).map(|job| u64::from(job.head));
        match (released.pop(), until) {
            (None, None) => return bound,
            (None, Some(head)) => now = head,
            (Some((tail, left)), Some(head)) if now + left > head => {
                released.push((tail, left - (head - now)));
                now = head;
            }
            (Some((tail, left)), _) => {
                now += left;
                bound = bound.max(now + u64::from(tail));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// The preemptive optimum is the largest of: least head + all lengths + least tail, over all sets of jobs (Carlier 1982).
        #[test]
        fn jackson_is_the_largest_bound_of_a_set(rows in prop::collection::vec((0u32..12, 1u32..6, 0u32..12), 1..9)) {
            let jobs: Vec<Job> = rows.into_iter().map(|(head, length, tail)| Job { head, length, tail }).collect();
            let of_set = |set: u32| {
                let members: Vec<&Job> = (0..jobs.len()).filter(|k| set >> k & 1 == 1).map(|k| &jobs[k]).collect();
                let least = |value: fn(&Job) -> u32| members.iter().map(|job| value(job)).min().unwrap();
                least(|job| job.head) + members.iter().map(|job| job.length).sum::<u32>() + least(|job| job.tail)
            };
            let best = (1..1u32 << jobs.len()).map(of_set).max().unwrap();
            prop_assert_eq!(jackson(jobs), u64::from(best));
        }
    }
}
