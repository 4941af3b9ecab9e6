//! From an activity list to a schedule.
//!
//! Two decoders. The *serial* schedule generation scheme starts each task of the list, in its order, as early as the tasks before it
//! allow: it fills gaps and knows resources. The *appending* one is for shops: each machine does its tasks in the order of the list,
//! so the list is an acyclic order of the disjunctive graph and the schedule its longest paths; it takes some nanoseconds per task.
//!
//! Source: Kolisch, Hartmann, "Heuristic algorithms for the resource-constrained project scheduling problem", in Węglarz (ed.),
//! Project Scheduling, 1999, §2 (serial scheme, lists); Valls, Ballestín, Quintanilla, "Justification and RCPSP: a technique that
//! pays", EJOR 165 (2005).

use crate::graph::Lists;
use crate::layout::{Goal, Layout, NONE};
use crate::profile::Profile;

/// A list, a mode for each task, and the schedule that they give.
#[derive(Debug, Clone)]
pub(crate) struct State {
    /// Tasks, each after its predecessors.
    pub list: Vec<u32>,
    /// Where each task is in the list.
    pub position: Vec<u32>,
    /// The mode of each task, numbered through all tasks.
    pub mode: Vec<u32>,
    pub start: Vec<u32>,
    pub end: Vec<u32>,
    /// In shops, the task before it on its machine.
    pub before: Vec<u32>,
    pub makespan: u32,
    pub value: u64,
}

impl State {
    pub fn new(layout: &Layout<'_>) -> Self {
        let zeros = vec![0; layout.tasks()];
        Self {
            list: layout.order.to_vec(),
            position: zeros.clone(),
            mode: (0..layout.tasks()).map(|task| layout.modes.of(task)[0]).collect(),
            start: zeros.clone(),
            end: zeros,
            before: vec![NONE; layout.tasks()],
            makespan: 0,
            value: 0,
        }
    }

    /// Makes this the other's choice; its schedule is left as it is.
    pub fn choose_as(&mut self, other: &Self) {
        self.list.copy_from_slice(&other.list);
        self.position.copy_from_slice(&other.position);
        self.mode.copy_from_slice(&other.mode);
    }

    /// Makes the positions those of the list.
    pub fn number(&mut self) {
        self.list.iter().zip(0..).for_each(|(task, at)| self.position[*task as usize] = at);
    }
}

/// Room for decoding.
pub(crate) struct Decoder<'a> {
    layout: &'a Layout<'a>,
    profiles: Vec<Profile>,
    /// By machine: when it is free, and its last task.
    free: Vec<(u32, u32)>,
    keys: Vec<u64>,
    ends: Vec<u32>,
}

impl<'a> Decoder<'a> {
    pub fn new(layout: &'a Layout<'a>) -> Self {
        Self {
            layout,
            profiles: layout.capacity.iter().map(|_| Profile::new()).collect(),
            free: vec![(0, NONE); layout.machines],
            keys: Vec::with_capacity(layout.tasks()),
            ends: vec![0; layout.tasks()],
        }
    }

    /// The schedule of a list by the decoder that suits the problem.
    pub fn decode(&mut self, state: &mut State, goal: &Goal) {
        if self.layout.is_shop {
            self.append(state)
        } else {
            self.serial(state)
        }
        state.value = goal.value(&state.end, state.makespan);
    }

    fn append(&mut self, state: &mut State) {
        let layout = self.layout;
        self.free.fill((0, NONE));
        let mut makespan = 0;
        for task in state.list.iter().map(|task| *task as usize) {
            let mode = state.mode[task] as usize;
            let preds = layout.preds.of(task).iter().map(|pred| state.end[*pred as usize]);
            let mut start = preds.fold(layout.release[task], u32::max);
            let machine = layout.machine[mode];
            let mut end = start + layout.duration[mode];
            if machine != NONE {
                let (free, last) = &mut self.free[machine as usize];
                start = start.max(*free);
                end = start + layout.duration[mode];
                state.before[task] = *last;
                (*free, *last) = (end, task as u32);
            } else {
                state.before[task] = NONE;
            }
            state.start[task] = start;
            state.end[task] = end;
            makespan = makespan.max(end);
        }
        state.makespan = makespan;
    }

    fn serial(&mut self, state: &mut State) {
        let layout = self.layout;
        self.profiles.iter_mut().for_each(Profile::clear);
        state.makespan = 0;
        for task in state.list.iter().map(|task| *task as usize) {
            let from = ready(layout.preds, &state.end, layout.release[task], task);
            let mode = state.mode[task] as usize;
            state.start[task] = self.earliest(mode, from);
            state.end[task] = self.reserve(mode, state.start[task]);
            state.makespan = state.makespan.max(state.end[task]);
        }
    }

    /// The serial scheme, in which each task takes the mode that ends first.
    pub fn serial_choosing_modes(&mut self, state: &mut State, goal: &Goal) {
        let layout = self.layout;
        self.profiles.iter_mut().for_each(Profile::clear);
        state.makespan = 0;
        for task in state.list.iter().map(|task| *task as usize) {
            let from = ready(layout.preds, &state.end, layout.release[task], task);
            let ended = |mode: &u32| self.earliest(*mode as usize, from) + layout.duration[*mode as usize];
            let Some(mode) = layout.modes.of(task).iter().copied().min_by_key(ended) else { continue };
            state.mode[task] = mode;
            state.start[task] = self.earliest(mode as usize, from);
            state.end[task] = self.reserve(mode as usize, state.start[task]);
            state.makespan = state.makespan.max(state.end[task]);
        }
        state.value = goal.value(&state.end, state.makespan);
    }

    fn earliest(&self, mode: usize, from: u32) -> u32 {
        let (duration, demands) = (self.layout.duration[mode], self.layout.demands.of(mode));
        let mut start = from;
        loop {
            let before = start;
            for (row, amount) in demands {
                let row = *row as usize;
                start = self.profiles[row].earliest(start, duration, self.layout.capacity[row] - amount);
            }
            if start == before || demands.len() == 1 {
                return start;
            }
        }
    }

    fn reserve(&mut self, mode: usize, start: u32) -> u32 {
        let end = start + self.layout.duration[mode];
        for (row, amount) in self.layout.demands.of(mode) {
            self.profiles[*row as usize].reserve(start, end, *amount);
        }
        end
    }

    /// Sorts the list by the starts of its schedule: a list of the same schedule, or of one that is nowhere later.
    pub fn list_by_start(&mut self, state: &mut State) {
        self.keys.clear();
        let key = |(at, task): (usize, &u32)| u64::from(state.start[*task as usize]) << 32 | at as u64;
        self.keys.extend(state.list.iter().enumerate().map(key));
        self.relist(state);
    }

    fn relist(&mut self, state: &mut State) {
        self.keys.sort_unstable();
        for (task, key) in state.position.iter_mut().zip(&self.keys) {
            *task = state.list[*key as u32 as usize];
        }
        std::mem::swap(&mut state.list, &mut state.position);
        state.number();
    }

    /// Double justification of a makespan: every task moves as far to the right as the end allows, then all to the left again. The
    /// makespan does not rise. Costs two schedules.
    pub fn justify(&mut self, state: &mut State, goal: &Goal) {
        let layout = self.layout;
        let horizon = state.makespan;
        self.keys.clear();
        let last = state.list.len() - 1;
        let key = |(at, task): (usize, &u32)| u64::from(horizon - state.end[*task as usize]) << 32 | (last - at) as u64;
        self.keys.extend(state.list.iter().enumerate().map(key));
        self.keys.sort_unstable();
        self.profiles.iter_mut().for_each(Profile::clear);
        // Time runs backwards from the makespan, and a task has ended where it starts.
        for index in 0..self.keys.len() {
            let task = state.list[last - self.keys[index] as u32 as usize] as usize;
            let mode = state.mode[task] as usize;
            let from = ready(layout.succs, &self.ends, 0, task);
            let start = self.earliest(mode, from);
            self.ends[task] = self.reserve(mode, start);
        }
        self.keys.clear();
        let key = |(at, task): (usize, &u32)| u64::from(horizon - self.ends[*task as usize]) << 32 | at as u64;
        self.keys.extend(state.list.iter().enumerate().map(key));
        self.relist(state);
        self.serial(state);
        state.value = goal.value(&state.end, state.makespan);
    }
}

/// The last end of a task's neighbours.
#[inline]
fn ready(neighbours: &Lists<u32>, ends: &[u32], release: u32, task: usize) -> u32 {
    neighbours.of(task).iter().fold(release, |latest, other| latest.max(ends[*other as usize]))
}
