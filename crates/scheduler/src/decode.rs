//! From an activity list to a schedule.
//!
//! Two decoders. The *serial* schedule generation scheme starts each task of the list, in its order, as early as the tasks before it
//! allow: it fills gaps and knows resources. The *appending* one is for shops: each machine does its tasks in the order of the list,
//! so the list is an acyclic order of the disjunctive graph and the schedule its longest paths; it takes some nanoseconds per task.
//!
//! Source: Kolisch, Hartmann, "Heuristic algorithms for the resource-constrained project scheduling problem", in Węglarz (ed.),
//! Project Scheduling, 1999, §2 (serial scheme, lists); Valls, Ballestín, Quintanilla, "Justification and RCPSP: a technique that
//! pays", EJOR 165 (2005).

use crate::goal::Goal;
use crate::graph::Lists;
use crate::layout::Layout;
use crate::limits::NONE;
use crate::problem::Problem;
use crate::room::{Grid, Room, Steps};
use crate::state::State;
use crate::yard::{Choice, Yard};
use std::ops::Range;

/// Room for decoding.
pub(crate) struct Decoder<'a> {
    layout: &'a Layout<'a>,
    room: AnyRoom<'a>,
    /// By machine: when it is free, and its last task.
    free: Vec<(u32, u32)>,
    keys: Vec<u64>,
    counts: Vec<u32>,
}

enum AnyRoom<'a> {
    Steps(Steps<'a>),
    Grid(Grid<'a>),
    Yard(Box<Yard<'a>>),
}

/// A call of a function that is generic over the room.
macro_rules! with_room {
    ($decoder:expr, $room:ident => $call:expr) => {
        match &mut $decoder.room {
            AnyRoom::Steps($room) => $call,
            AnyRoom::Grid($room) => $call,
            AnyRoom::Yard(_) => {}
        }
    };
}

// Behind the macro, which it uses.
mod resume;

impl<'a> Decoder<'a> {
    pub fn new(problem: &Problem, layout: &'a Layout<'a>, goal: &Goal) -> Self {
        let room = if layout.is_extended {
            AnyRoom::Yard(Box::new(Yard::new(problem, layout, goal)))
        } else {
            Grid::new(layout).map_or_else(|| AnyRoom::Steps(Steps::new(layout)), AnyRoom::Grid)
        };
        Self {
            layout,
            room,
            free: vec![(0, NONE); layout.machines],
            keys: Vec::with_capacity(layout.tasks()),
            counts: Vec::new(),
        }
    }

    /// The schedule of a list by the decoder that suits the problem.
    pub fn decode(&mut self, state: &mut State, goal: &Goal) {
        if let AnyRoom::Yard(yard) = &mut self.room {
            return yard.decode(state, goal, None);
        }
        if self.layout.is_shop {
            self.append(state)
        } else {
            self.serial(state)
        }
        self.rate(state, goal);
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
        state.is_mirrored = state.is_list_mirrored;
        with_room!(self, room => {
            room.clear();
            place(layout, room, state, 0..state.list.len());
        });
    }

    /// What the search looks at, of the ends.
    fn rate(&self, state: &mut State, goal: &Goal) {
        let release = &self.layout.release;
        let ends =
            state.end.iter().zip(release).map(|(end, release)| end + if state.is_mirrored { *release } else { 0 });
        state.makespan = ends.max().unwrap_or(0);
        state.value = goal.value(&state.end, state.makespan);
        state.energy = state.value;
    }

    /// The serial scheme, in which each task takes the mode that ends first, or the cheapest one where costs count and the rule says so.
    pub fn serial_choosing_modes(&mut self, state: &mut State, goal: &Goal, choice: Choice) {
        let layout = self.layout;
        if let AnyRoom::Yard(yard) = &mut self.room {
            return yard.decode(state, goal, Some(choice));
        }
        with_room!(self, room => serial_choosing_modes(layout, room, state));
        state.value = goal.value(&state.end, state.makespan);
        state.energy = state.value;
    }

    /// Sorts the list by the starts of its schedule: a list of the same schedule, or of one that is nowhere later.
    pub fn list_by_start(&mut self, state: &mut State) {
        let key = |(at, task): (usize, &u32)| u64::from(state.start[*task as usize]) << 32 | at as u64;
        self.keys.clear();
        self.keys.extend(state.list.iter().enumerate().map(key));
        self.keys.sort_unstable();
        for (place, key) in state.position.iter_mut().zip(&self.keys) {
            *place = state.list[*key as u32 as usize];
        }
        std::mem::swap(&mut state.list, &mut state.position);
        state.number();
    }

    /// Makes the list one of the mirrored problem: the last to end is the first. Its schedule has no larger makespan, because every
    /// task can stay where it is: half of a double justification.
    pub fn turn(&mut self, state: &mut State) {
        // Counting sort by ends, from the last one; makespans of long schedules are sorted as keys.
        let makespan = state.makespan as usize;
        if makespan <= 16 * state.list.len() + 1_000 {
            self.counts.clear();
            self.counts.resize(makespan + 2, 0);
            state.end.iter().for_each(|end| self.counts[makespan - *end as usize + 1] += 1);
            let mut sum = 0;
            self.counts.iter_mut().for_each(|count| {
                sum += *count;
                *count = sum;
            });
            for task in state.list.iter().rev() {
                let place = &mut self.counts[makespan - state.end[*task as usize] as usize];
                state.position[*place as usize] = *task;
                *place += 1;
            }
        } else {
            let last = state.list.len() - 1;
            let key = |(at, task): (usize, &u32)| {
                u64::from(state.makespan - state.end[*task as usize]) << 32 | (last - at) as u64
            };
            self.keys.clear();
            self.keys.extend(state.list.iter().enumerate().map(key));
            self.keys.sort_unstable();
            for (place, key) in state.position.iter_mut().zip(&self.keys) {
                *place = state.list[last - *key as u32 as usize];
            }
        }
        std::mem::swap(&mut state.list, &mut state.position);
        state.number();
        state.is_list_mirrored = !state.is_mirrored;
    }
}

/// Each task of a part of the list as early as possible. In the mirrored problem a release is what has to follow a task.
#[inline]
fn place(layout: &Layout<'_>, room: &mut impl Room, state: &mut State, part: Range<usize>) {
    let before = if state.is_mirrored { layout.succs } else { layout.preds };
    for at in part {
        let task = state.list[at] as usize;
        let release = if state.is_mirrored { 0 } else { layout.release[task] };
        let from = ready(before, &state.end, release, task);
        let mode = state.mode[task] as usize;
        let start = room.earliest(mode, from);
        room.reserve(mode, start);
        state.start[task] = start;
        state.end[task] = start + layout.duration[mode];
    }
}

fn serial_choosing_modes(layout: &Layout<'_>, room: &mut impl Room, state: &mut State) {
    room.clear();
    state.makespan = 0;
    state.is_mirrored = false;
    for task in state.list.iter().map(|task| *task as usize) {
        let from = ready(layout.preds, &state.end, layout.release[task], task);
        let ended = |mode: &u32| room.earliest(*mode as usize, from) + layout.duration[*mode as usize];
        let Some(mode) = layout.modes.of(task).iter().copied().min_by_key(ended) else { continue };
        state.mode[task] = mode;
        let start = room.earliest(mode as usize, from);
        room.reserve(mode as usize, start);
        state.start[task] = start;
        state.end[task] = start + layout.duration[mode as usize];
        state.makespan = state.makespan.max(state.end[task]);
    }
}

/// The last end of a task's neighbours.
#[inline]
fn ready(neighbours: &Lists<u32>, ends: &[u32], release: u32, task: usize) -> u32 {
    neighbours.of(task).iter().fold(release, |latest, other| latest.max(ends[*other as usize]))
}
