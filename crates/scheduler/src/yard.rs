//! The decoder for everything: calendars, set-ups, tasks that are split, wait, or have started.
//!
//! The serial scheme of `decode`, over step functions that begin with what calendars lack and what has started holds. Machines with
//! set-ups also keep who is on them in order of time: a task fits a gap when the set-ups on its two sides do. A task whose mode never
//! fits any more – its machine is gone for good – takes the mode that ends first; that there is one, the problem was checked for.

use crate::features::Frozen;
use crate::goal::Goal;
use crate::layout::Layout;
use crate::limits::NONE;
use crate::problem::Problem;
use crate::profile::Profile;
use crate::state::State;
use std::collections::BTreeMap;

/// Who is on a machine.
#[derive(Debug, Clone, Copy)]
struct Stay {
    start: u32,
    end: u32,
    family: u32,
}

/// The times between families.
struct Setups {
    /// By task; [`NONE`] without one.
    family: Vec<u32>,
    families: usize,
    /// By machine: its table, or [`NONE`] where there are no set-ups.
    table: Vec<u32>,
    /// By table, earlier and later family.
    times: Vec<u32>,
}

impl Setups {
    fn new(problem: &Problem) -> Self {
        let mut index = BTreeMap::new();
        for family in problem.tasks.iter().filter_map(|task| task.family.as_deref()) {
            let next = index.len() as u32;
            index.entry(family).or_insert(next);
        }
        let (families, setups) = (index.len(), &problem.features.setups);
        let family = problem
            .tasks
            .iter()
            .map(|task| task.family.as_deref().and_then(|family| index.get(family)).copied().unwrap_or(NONE));
        let cell =
            |it: &crate::features::Setup| index[it.from.as_str()] as usize * families + index[it.to.as_str()] as usize;
        let mut general = vec![0; families * families];
        setups.iter().filter(|it| it.machine.is_none()).for_each(|it| general[cell(it)] = it.time);
        let has_general = general.iter().any(|time| *time > 0);
        let mut table = vec![if has_general { 0 } else { NONE }; problem.machines.len()];
        let (mut times, mut tables) = (general.clone(), 1);
        for it in setups {
            let Some(machine) = it.machine else { continue };
            let own = &mut table[machine as usize];
            if *own == NONE || *own == 0 {
                *own = tables;
                tables += 1;
                times.extend_from_slice(&general);
            }
            times[*own as usize * families * families + cell(it)] = it.time;
        }
        Self { family: family.collect(), families, table, times }
    }

    #[inline]
    fn between(&self, machine: usize, from: u32, to: u32) -> u32 {
        if from == NONE || to == NONE {
            return 0;
        }
        let row = self.table[machine] as usize * self.families + from as usize;
        self.times[row * self.families + to as usize]
    }
}

pub(crate) struct Yard<'a> {
    layout: &'a Layout<'a>,
    setups: Setups,
    rows: Vec<Profile>,
    empty: Profile,
    /// By machine with set-ups: the tasks on it that have started, by start; and all of them.
    begun: Vec<Vec<Stay>>,
    stays: Vec<Vec<Stay>>,
    /// By resource, where what is in use counts: what has started uses; and all.
    used_before: Vec<Profile>,
    used: Vec<Profile>,
    resources: usize,
}

impl<'a> Yard<'a> {
    pub fn new(problem: &Problem, layout: &'a Layout<'a>, goal: &Goal) -> Self {
        let setups = Setups::new(problem);
        let resources = problem.resources.len();
        let mut used_before = vec![Profile::new(); if goal.weights.levelling > 0 { resources } else { 0 }];
        let mut begun = vec![Vec::new(); layout.machines];
        for (task, frozen) in layout.frozen.iter().enumerate() {
            let Some(Frozen { start, end, mode }) = frozen.filter(|it| it.start < it.end) else { continue };
            let mode = layout.modes.of(task)[mode as usize] as usize;
            for (row, amount) in layout.demands.of(mode) {
                if let Some(profile) = used_before.get_mut(*row as usize) {
                    profile.reserve(start, end, *amount);
                }
            }
            let machine = layout.machine[mode];
            if machine != NONE && setups.table[machine as usize] != NONE {
                begun[machine as usize].push(Stay { start, end, family: setups.family[task] });
            }
        }
        begun.iter_mut().for_each(|stays| stays.sort_by_key(|it| (it.start, it.end)));
        Self {
            layout,
            setups,
            rows: vec![Profile::new(); layout.capacity.len()],
            empty: Profile::new(),
            stays: begun.clone(),
            begun,
            used: used_before.clone(),
            used_before,
            resources,
        }
    }

    fn clear(&mut self) {
        for (k, row) in self.rows.iter_mut().enumerate() {
            row.copy(self.layout.base.get(k).unwrap_or(&self.empty));
        }
        for (stays, begun) in self.stays.iter_mut().zip(&self.begun) {
            stays.clone_from(begun);
        }
        for (used, before) in self.used.iter_mut().zip(&self.used_before) {
            used.copy(before);
        }
    }

    /// The schedule of a list, its modes and its waits, and its value. With `choose`, each task takes the mode that ends first, or the
    /// cheapest one.
    pub fn decode(&mut self, state: &mut State, goal: &Goal, choose: Option<Choice>) {
        self.clear();
        let layout = self.layout;
        state.parts.clear();
        state.makespan = 0;
        state.is_mirrored = false;
        for at in 0..state.list.len() {
            let task = state.list[at] as usize;
            if let Some(frozen) = layout.frozen[task] {
                (state.start[task], state.end[task]) = (frozen.start, frozen.end);
                state.mode[task] = layout.modes.of(task)[frozen.mode as usize];
                state.makespan = state.makespan.max(frozen.end);
                continue;
            }
            let preds = layout.preds.of(task).iter().map(|pred| state.end[*pred as usize]);
            let wish = state.wait.get(task).copied().unwrap_or(0);
            let from = preds.fold(layout.release[task].max(wish), u32::max);
            if let Some(choice) = choose {
                let key = |mode: &u32| {
                    let end = self.end(task, *mode as usize, from);
                    let cost = goal.costs.get(*mode as usize).copied().unwrap_or(0);
                    let price = if choice == Choice::Cheapest { cost } else { 0 };
                    (end == NONE, price, end)
                };
                state.mode[task] = layout.modes.of(task).iter().copied().min_by_key(key).unwrap_or(state.mode[task]);
            }
            if !self.place_whole(state, task, from) {
                if self.end(task, state.mode[task] as usize, from) == NONE {
                    let end = |mode: &u32| self.end(task, *mode as usize, from);
                    state.mode[task] =
                        layout.modes.of(task).iter().copied().min_by_key(end).unwrap_or(state.mode[task]);
                }
                self.place(state, task, from);
            }
            state.makespan = state.makespan.max(state.end[task]);
        }
        let level = |profile: &Profile| -> u64 {
            let square =
                |(start, end, used): (u32, u32, u32)| u64::from(used) * u64::from(used) * u64::from(end - start);
            profile.steps().filter(|(.., used)| *used > 0).map(square).sum()
        };
        let levelling = self.used.iter().map(level).sum();
        goal.score(state, levelling, layout);
    }

    /// When the task would end in a mode; [`NONE`] when it never fits.
    fn end(&self, task: usize, mode: usize, from: u32) -> u32 {
        let length = self.layout.duration[mode];
        if !self.layout.is_preemptive[task] {
            let start = self.earliest(task, mode, from, length);
            return if start == NONE { NONE } else { start + length };
        }
        let (mut at, mut left) = (from, length);
        while left > 0 {
            let Some((start, end)) = self.piece(task, mode, at, left) else { return NONE };
            left -= end - start;
            at = end + self.between_own(task, mode);
            if left == 0 {
                return end;
            }
        }
        at
    }

    /// Places a task that is done in one piece; false for one that may be split, and where its mode does not fit any more.
    fn place_whole(&mut self, state: &mut State, task: usize, from: u32) -> bool {
        let mode = state.mode[task] as usize;
        let length = self.layout.duration[mode];
        if self.layout.is_preemptive[task] && length > 0 {
            return false;
        }
        let start = self.earliest(task, mode, from, length);
        if start == NONE {
            return false;
        }
        self.reserve(task, mode, start, start + length);
        (state.start[task], state.end[task]) = (start, start + length);
        true
    }

    fn place(&mut self, state: &mut State, task: usize, from: u32) {
        if self.place_whole(state, task, from) {
            return;
        }
        let mode = state.mode[task] as usize;
        let length = self.layout.duration[mode];
        let (first, mut at, mut left) = (state.parts.len(), from, length);
        while left > 0 {
            let Some((start, end)) = self.piece(task, mode, at, left) else { break };
            self.reserve(task, mode, start, end);
            left -= end - start;
            at = end + self.between_own(task, mode);
            match state.parts[first..].last_mut().filter(|part| part.2 == start) {
                Some(part) => part.2 = end,
                None => state.parts.push((task as u32, start, end)),
            }
        }
        let own = &state.parts[first..];
        (state.start[task], state.end[task]) = own.first().zip(own.last()).map_or((from, from), |(a, b)| (a.1, b.2));
        if own.len() == 1 {
            state.parts.truncate(first);
        }
    }

    /// The set-up between two parts of a task.
    fn between_own(&self, task: usize, mode: usize) -> u32 {
        let machine = self.layout.machine[mode];
        if machine == NONE || self.setups.table[machine as usize] == NONE {
            return 0;
        }
        self.setups.between(machine as usize, self.setups.family[task], self.setups.family[task])
    }

    /// The earliest stretch from `from` on, of at most `most`, in which a mode can be worked on.
    fn piece(&self, task: usize, mode: usize, from: u32, most: u32) -> Option<(u32, u32)> {
        let start = self.earliest(task, mode, from, 1);
        if start == NONE {
            return None;
        }
        let mut end = start.saturating_add(most);
        for (row, amount) in self.layout.demands.of(mode) {
            let free = self.layout.capacity[*row as usize] - amount;
            end = end.min(self.rows[*row as usize].until(start, free));
        }
        let machine = self.layout.machine[mode];
        if machine != NONE && self.setups.table[machine as usize] != NONE {
            let stays = &self.stays[machine as usize];
            if let Some(next) = stays.get(stays.partition_point(|it| it.start <= start)) {
                end =
                    end.min(next.start - self.setups.between(machine as usize, self.setups.family[task], next.family));
            }
        }
        Some((start, end))
    }

    /// The earliest start from `from` on at which a mode fits for a time; [`NONE`] when it never does.
    fn earliest(&self, task: usize, mode: usize, from: u32, length: u32) -> u32 {
        let demands = self.layout.demands.of(mode);
        let machine = self.layout.machine[mode];
        let has_setups = machine != NONE && self.setups.table[machine as usize] != NONE;
        let mut start = from;
        loop {
            let before = start;
            for (row, amount) in demands {
                let row = *row as usize;
                start = self.rows[row].earliest(start, length, self.layout.capacity[row] - amount);
                if start == NONE {
                    return NONE;
                }
            }
            if has_setups {
                start = self.gap(machine as usize, self.setups.family[task], start, length);
            }
            if start == before || (demands.len() == 1 && !has_setups) {
                return start;
            }
        }
    }

    /// The earliest start from `from` on at which the set-ups on both sides fit; that nobody else is there is for the profile to say.
    fn gap(&self, machine: usize, family: u32, from: u32, length: u32) -> u32 {
        let stays = &self.stays[machine];
        let mut start = from;
        let mut at = stays.partition_point(|it| it.start <= start);
        loop {
            if let Some(before) = at.checked_sub(1).map(|at| &stays[at]) {
                start = start.max(before.end.saturating_add(self.setups.between(machine, before.family, family)));
            }
            let Some(next) = stays.get(at) else { return start };
            let end =
                u64::from(start) + u64::from(length) + u64::from(self.setups.between(machine, family, next.family));
            if start <= next.start && end <= u64::from(next.start) {
                return start;
            }
            start = start.max(next.start);
            at += 1;
        }
    }

    fn reserve(&mut self, task: usize, mode: usize, start: u32, end: u32) {
        if start == end {
            return;
        }
        for (row, amount) in self.layout.demands.of(mode) {
            self.rows[*row as usize].reserve(start, end, *amount);
            if (*row as usize) < self.resources
                && let Some(used) = self.used.get_mut(*row as usize)
            {
                used.reserve(start, end, *amount);
            }
        }
        let machine = self.layout.machine[mode];
        if machine != NONE && self.setups.table[machine as usize] != NONE {
            let stays = &mut self.stays[machine as usize];
            let at = stays.partition_point(|it| it.start <= start);
            stays.insert(at, Stay { start, end, family: self.setups.family[task] });
        }
    }
}

/// How tasks take their modes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Choice {
    /// The one that ends first.
    Earliest,
    /// The one that costs the least, and of such the one that ends first.
    Cheapest,
}
