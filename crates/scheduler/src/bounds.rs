//! What no schedule can undercut, and why.
//!
//! For makespans the largest of: the longest path; and for each pool – a resource, the tasks that each hold more than half of one, a
//! machine, all machines together – the work of the tasks that cannot start before some time and after which some time has to
//! follow. On one machine that is the preemptive optimum. Energetic reasoning then raises the bound further: if everything ended one
//! unit before it, tasks would have to do more within an interval, wherever their windows let them, than the pool has. With several
//! modes, each task counts with the least that any of them takes.
//!
//! Sources: Carlier, "The one-machine sequencing problem", EJOR 11 (1982), for sets by heads and tails; Klein, Scholl, "Computing lower
//! bounds by destructive improvement", EJOR 112 (1999), §2; Baptiste, Le Pape, Nuijten, "Constraint-Based Scheduling" (2001), §3.3, for
//! energetic reasoning.

mod allowance;

use crate::features::Begun;
use crate::layout::Layout;
use crate::limits::NONE;
use crate::measure::mode_cost;
use crate::objective::{Component, Objective};
use crate::problem::{Mode, Problem, Task};
use allowance::{Allowance, POLL_WORK};
use serde::Serialize;

/// A value that no schedule is below.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// The value.
    pub value: u64,
    /// What [`crate::check_bound`] needs to see that it is one.
    pub proof: Proof,
}

/// Why a bound holds; tasks, resources and machines by index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Proof {
    /// Each task starts and ends no earlier than by precedence, releases and the shortest durations alone.
    EarliestEnds,
    /// Each task costs no less than its cheapest mode.
    CheapestModes,
    /// What is in use, squared, is no less than if each task had the resources for itself.
    Alone,
    /// No schedule has less than nothing.
    Nothing,
    /// Each part is a bound of a component, and the bound their weighted sum.
    Sum {
        /// One for each component that counts.
        parts: Vec<Summand>,
    },
    /// These tasks follow each other from the earliest start of the first one.
    Path {
        /// From first to last.
        tasks: Vec<u32>,
    },
    /// If everything ended one unit before the bound, the pool would not have what tasks must take of it in an interval.
    Energy {
        /// Of what there is too little.
        pool: Pool,
        /// Begin of the interval.
        from: u32,
        /// Its end.
        until: u32,
    },
}

/// A bound of a component.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summand {
    /// Of what.
    pub component: Component,
    /// The bound, without its weight.
    pub value: u64,
    /// Why it is one.
    pub proof: Proof,
}

/// What is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pool {
    /// A resource and its capacity.
    Resource(u32),
    /// The tasks that in every mode hold more than half of a resource: one at a time.
    Exclusive(u32),
    /// A machine: one task at a time.
    Machine(u32),
    /// All machines together, as many tasks at a time.
    Machines,
}

/// Most pairs of a head and a tail that are looked at in all pools: some tens of milliseconds.
const MOST_PAIRS: usize = 20_000_000;
/// Most contributions of a task to an interval that are added up.
const MOST_ENERGIES: usize = 10_000_000;

/// The bound of an objective.
pub fn lower_bound(problem: &Problem, objective: Objective) -> Bound {
    let bound = watched_bound(problem, objective, &mut || false);
    bound.unwrap_or(Bound { value: 0, proof: Proof::Nothing })
}

/// The same; none when `is_cancelled` says so in between. Nothing else cuts it short: its value is part of a result.
pub(crate) fn watched_bound(
    problem: &Problem,
    objective: Objective,
    is_cancelled: &mut dyn FnMut() -> bool,
) -> Option<Bound> {
    let bounds = Bounds::new(problem);
    let Objective::Mix(weights) = objective else {
        let component = objective.weights().counting().map(|(it, _)| it).next();
        return bounds.of(problem, component.unwrap_or(Component::Makespan), is_cancelled);
    };
    let (mut value, mut parts) = (0, Vec::new());
    for (component, weight) in weights.counting() {
        let bound = bounds.of(problem, component, is_cancelled)?;
        value += weight * bound.value;
        parts.push(Summand { component, value: bound.value, proof: bound.proof });
    }
    Some(Bound { value, proof: Proof::Sum { parts } })
}

struct Bounds<'a> {
    layout: Layout<'a>,
    heads: Vec<u32>,
    tails: Vec<u32>,
    resources: usize,
}

/// A task that takes something of a pool, whichever mode it is done in.
struct Member {
    head: u64,
    tail: u64,
    /// The least work of all modes.
    work: u64,
    /// Of each mode: its duration, and the units that it takes.
    modes: Vec<(u64, u64)>,
    is_preemptive: bool,
}

struct Members {
    pool: Pool,
    /// Each step: (start, end, units); the last one has no end.
    capacity: Vec<(u64, u64, u64)>,
    members: Vec<Member>,
}

impl<'a> Bounds<'a> {
    fn new(problem: &'a Problem) -> Self {
        let layout = Layout::new(problem);
        Self { tails: layout.tails(), heads: layout.heads(), layout, resources: problem.resources.len() }
    }

    fn of(&self, problem: &Problem, component: Component, is_cancelled: &mut dyn FnMut() -> bool) -> Option<Bound> {
        let tasks = || problem.tasks.iter().enumerate();
        Some(match component {
            Component::Makespan => return self.makespan(problem, is_cancelled),
            Component::Tardiness => {
                let late = |(task, it): (usize, &Task)| {
                    let end = self.heads[task] + self.layout.shortest(task);
                    it.due.map_or(0, |due| u64::from(it.weight) * u64::from(end.saturating_sub(due)))
                };
                Bound { value: tasks().map(late).sum(), proof: Proof::EarliestEnds }
            }
            Component::Cost => {
                let least = |(task, it): (usize, &Task)| {
                    let frozen = self.layout.frozen[task];
                    let cost =
                        |mode: &Mode| mode_cost(problem, mode, frozen.map_or(mode.duration, |it| it.end - it.start));
                    match frozen {
                        Some(frozen) => cost(&it.modes[frozen.mode as usize]),
                        None => it.modes.iter().map(cost).min().unwrap_or(0),
                    }
                };
                Bound { value: tasks().map(least).sum(), proof: Proof::CheapestModes }
            }
            Component::Levelling => {
                let least = |(task, it): (usize, &Task)| {
                    let frozen = self.layout.frozen[task];
                    let square = |mode: &Mode| {
                        let length = u64::from(frozen.map_or(mode.duration, |it| it.end - it.start));
                        mode.demands.iter().map(|it| length * u64::from(it.amount) * u64::from(it.amount)).sum::<u64>()
                    };
                    match frozen {
                        Some(frozen) => square(&it.modes[frozen.mode as usize]),
                        None => it.modes.iter().map(square).min().unwrap_or(0),
                    }
                };
                Bound { value: tasks().map(least).sum(), proof: Proof::Alone }
            }
            Component::Affinity => Bound { value: 0, proof: Proof::Nothing },
            Component::Disruption => {
                let late = |it: &Begun| u64::from(self.heads[it.task as usize].saturating_sub(it.start));
                Bound { value: problem.features.planned().map(late).sum(), proof: Proof::EarliestEnds }
            }
        })
    }

    fn makespan(&self, problem: &Problem, is_cancelled: &mut dyn FnMut() -> bool) -> Option<Bound> {
        // Under way, a bound takes some milliseconds at most.
        let part = if problem.features.running.is_some() { 50 } else { 1 };
        let mut bound = self.path();
        let mut pools: Vec<_> = self.pools().collect();
        let mut work = Allowance { left: MOST_PAIRS / part, until_poll: POLL_WORK, is_cancelled, has_ended: false };
        pools.iter().for_each(|pool| pool.raise_by_sets(&mut bound, &mut work));
        // Small pools first: their intervals cost the least.
        pools.sort_by_key(|pool| pool.members.len());
        if !work.has_ended {
            work.left = MOST_ENERGIES / part;
            pools.iter().for_each(|pool| pool.raise_by_energy(&mut bound, &mut work));
        }
        (!work.has_ended).then_some(bound)
    }

    fn path(&self) -> Bound {
        let length = |task: usize| self.heads[task] + self.layout.shortest(task) + self.tails[task];
        // It begins at a release, or where a calendar lets it: a later task of it may have one that is earlier.
        let begins = |task: &usize| !self.layout.base.is_empty() || self.heads[*task] == self.layout.release[*task];
        let start = (0..self.layout.tasks()).filter(begins).max_by_key(|task| length(*task));
        let mut tasks = Vec::new();
        let mut next = start;
        while let Some(task) = next {
            tasks.push(task as u32);
            let end = self.heads[task] + self.layout.shortest(task);
            let follows = |other: &&u32| {
                let other = **other as usize;
                self.layout.frozen[other].is_none()
                    && self.heads[other] == end
                    && self.layout.shortest(other) + self.tails[other] == self.tails[task]
            };
            next = self.layout.succs.of(task).iter().find(follows).map(|other| *other as usize);
        }
        Bound { value: start.map_or(0, |task| u64::from(length(task))), proof: Proof::Path { tasks } }
    }

    fn pools(&self) -> impl Iterator<Item = Members> {
        let rows = 0..self.layout.capacity.len();
        let row_pools = rows.flat_map(|row| {
            let capacity = self.layout.capacity[row];
            let free = self.layout.free(row);
            if row >= self.resources {
                return vec![
                    self.members(Pool::Machine((row - self.resources) as u32), &free, |mode| self.amount(mode, row)),
                ];
            }
            let exclusive = |mode: u32| u64::from(self.amount(mode, row) > u64::from(capacity / 2));
            vec![
                self.members(Pool::Resource(row as u32), &free, |mode| self.amount(mode, row)),
                self.members(Pool::Exclusive(row as u32), &[(0, NONE, 1)], exclusive),
            ]
        });
        let on_machine = |mode: u32| u64::from(self.layout.machine[mode as usize] != NONE);
        row_pools.chain([self.members(Pool::Machines, &[(0, NONE, self.layout.machines as u64)], on_machine)])
    }

    /// What a mode takes of a row.
    fn amount(&self, mode: u32, row: usize) -> u64 {
        let held = self.layout.demands.of(mode as usize).iter().find(|(other, _)| *other as usize == row);
        held.map_or(0, |(_, amount)| u64::from(*amount))
    }

    fn members(&self, pool: Pool, steps: &[(u32, u32, u64)], amount: impl Fn(u32) -> u64) -> Members {
        let member = |task: usize| {
            let modes = self.layout.modes.of(task).iter();
            let modes: Vec<_> =
                modes.map(|mode| (u64::from(self.layout.duration[*mode as usize]), amount(*mode))).collect();
            let work = modes.iter().map(|(duration, amount)| duration * amount).min().unwrap_or(0);
            Member {
                head: u64::from(self.heads[task]),
                tail: u64::from(self.tails[task]),
                work,
                modes,
                is_preemptive: self.layout.is_preemptive[task],
            }
        };
        let unit = |(start, end, units): &(u32, u32, u64)| {
            (u64::from(*start), if *end == NONE { u64::MAX } else { u64::from(*end) }, *units)
        };
        let capacity = steps.iter().map(unit).collect();
        // What has started is not done on what is free.
        let members = (0..self.layout.tasks())
            .filter(|task| self.layout.frozen[*task].is_none())
            .map(member)
            .filter(|member| member.work > 0)
            .collect();
        Members { pool, capacity, members }
    }
}

impl Members {
    /// The work of the members with a head and a tail of at least these, for all pairs of such while there is work left.
    fn raise_by_sets(&self, bound: &mut Bound, work: &mut Allowance<'_>) {
        let mut parts: Vec<&Member> = self.members.iter().collect();
        parts.sort_unstable_by_key(|it| std::cmp::Reverse(it.head));
        let mut thresholds: Vec<u64> = parts.iter().map(|it| it.tail).collect();
        thresholds.sort_unstable();
        thresholds.dedup();
        for least in thresholds {
            // With a calendar each pair goes through its steps.
            if work.take(parts.len() * self.capacity.len()).is_none() {
                return;
            }
            let mut sum = 0;
            for it in parts.iter().filter(|it| it.tail >= least) {
                sum += it.work;
                let value = self.filled(it.head, sum).saturating_add(least);
                if value > bound.value && value <= u64::from(u32::MAX) {
                    *bound = self.bound(value, it.head, value - 1 - least);
                }
            }
        }
    }

    /// Intervals from a head to the end less a tail, in which windows let members do no less than the pool has.
    fn raise_by_energy(&self, bound: &mut Bound, work: &mut Allowance<'_>) {
        let distinct = |of: fn(&Member) -> u64| {
            let mut values: Vec<u64> = self.members.iter().map(of).collect();
            values.sort_unstable();
            values.dedup();
            values
        };
        let (froms, rests) = (distinct(|it| it.head), distinct(|it| it.tail));
        for from in &froms {
            for rest in &rests {
                // As long as nothing can end one unit before a larger bound.
                loop {
                    let end = bound.value;
                    let until = end.saturating_sub(*rest);
                    if work.take(self.members.len() + self.capacity.len() - 1).is_none() {
                        return;
                    }
                    let energy = |it: &Member| it.energy(end, *from, until);
                    if until <= *from || self.members.iter().map(energy).sum::<u64>() <= self.room(*from, until) {
                        break;
                    }
                    *bound = self.bound(end + 1, *from, until);
                }
            }
        }
    }

    /// When this much work can be done at the earliest from a time on.
    fn filled(&self, from: u64, mut work: u64) -> u64 {
        for (start, end, units) in self.capacity.iter().filter(|it| it.1 > from) {
            let start = *start.max(&from);
            if *units > 0 && work <= units.saturating_mul(end - start) {
                return start + work.div_ceil(*units);
            }
            work = work.saturating_sub(units * (end - start));
        }
        u64::MAX
    }

    /// Units times time that there are in an interval.
    fn room(&self, from: u64, until: u64) -> u64 {
        let inside =
            |(start, end, units): &(u64, u64, u64)| units * (*end).min(until).saturating_sub(*start.max(&from));
        self.capacity.iter().map(inside).sum()
    }

    fn bound(&self, value: u64, from: u64, until: u64) -> Bound {
        Bound { value, proof: Proof::Energy { pool: self.pool, from: from as u32, until: until as u32 } }
    }
}

impl Member {
    /// The least that any mode takes of the pool from `from` until `until`, between the head and `end` less the tail.
    fn energy(&self, end: u64, from: u64, until: u64) -> u64 {
        let overlap = |length: u64| {
            if self.is_preemptive {
                // As much as can be is done outside.
                let outside = from.saturating_sub(self.head) + end.saturating_sub(self.tail).saturating_sub(until);
                return length.saturating_sub(outside);
            }
            let early = (self.head + length).saturating_sub(from);
            let late = (until + self.tail + length).saturating_sub(end);
            length.min(until - from).min(early).min(late)
        };
        // A mode that does not fit is none; that one does is what the longest path, no longer than `end`, says.
        let fits = |(duration, _): &&(u64, u64)| self.head + duration + self.tail <= end;
        let least = self.modes.iter().filter(fits).map(|(duration, amount)| amount * overlap(*duration)).min();
        least.unwrap_or(0)
    }
}

#[cfg(test)]
mod tests;
