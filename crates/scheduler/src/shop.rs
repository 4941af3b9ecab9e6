//! A shop's schedule as a graph: each task after its predecessors and after the one before it on its machine, the longest paths to
//! and from every task, and an order in which every arc points forward.

use crate::draws::Draws;
use crate::layout::Layout;
use crate::limits::NONE;
use crate::state::State;

/// The order of each machine, and what follows from it.
#[derive(Clone)]
pub(crate) struct Shop<'a> {
    pub layout: &'a Layout<'a>,
    /// Every task behind those that it waits for.
    pub list: Vec<u32>,
    pub position: Vec<u32>,
    /// By task, numbered through all tasks.
    pub mode: Vec<u32>,
    /// The duration of the mode.
    pub length: Vec<u32>,
    /// The neighbours on the machine.
    pub before: Vec<u32>,
    pub behind: Vec<u32>,
    /// The first task of each machine.
    pub first: Vec<u32>,
    /// The longest path to the start of a task.
    pub head: Vec<u32>,
    /// The longest path from its start: its duration and what follows.
    pub tail: Vec<u32>,
    pub makespan: u32,
    mark: Vec<bool>,
    moved: Vec<u32>,
}

impl<'a> Shop<'a> {
    /// The orders of a state of a shop.
    pub fn new(layout: &'a Layout<'a>, state: &State) -> Self {
        let tasks = layout.tasks();
        let mut shop = Self {
            layout,
            list: state.list.clone(),
            position: vec![0; tasks],
            mode: state.mode.clone(),
            length: state.mode.iter().map(|mode| layout.duration[*mode as usize]).collect(),
            before: vec![NONE; tasks],
            behind: vec![NONE; tasks],
            first: vec![NONE; layout.machines],
            head: vec![0; tasks],
            tail: vec![0; tasks],
            makespan: 0,
            mark: vec![false; tasks],
            moved: Vec::new(),
        };
        shop.relink();
        shop
    }

    /// The orders of the machines, and all that follows from them, by the list and the modes.
    fn relink(&mut self) {
        self.before.fill(NONE);
        self.behind.fill(NONE);
        self.first.fill(NONE);
        let mut last = vec![NONE; self.layout.machines];
        for task in &self.list {
            let machine = self.layout.machine[self.mode[*task as usize] as usize];
            if machine != NONE {
                let before = std::mem::replace(&mut last[machine as usize], *task);
                self.before[*task as usize] = before;
                match before {
                    NONE => self.first[machine as usize] = *task,
                    _ => self.behind[before as usize] = *task,
                }
            }
        }
        self.number(0, self.list.len());
        self.measure(0, self.list.len());
    }

    /// Makes a state this schedule.
    pub fn write(&self, state: &mut State) {
        state.list.copy_from_slice(&self.list);
        state.position.copy_from_slice(&self.position);
        state.mode.copy_from_slice(&self.mode);
        state.before.copy_from_slice(&self.before);
        state.start.copy_from_slice(&self.head);
        state.end.iter_mut().zip(&self.head).zip(&self.length).for_each(|((end, head), length)| *end = head + length);
        state.makespan = self.makespan;
        state.value = u64::from(self.makespan);
        state.is_mirrored = false;
        state.is_list_mirrored = false;
    }

    /// Makes this the other's schedule.
    pub fn copy(&mut self, other: &Self) {
        for (to, from) in [
            (&mut self.list, &other.list),
            (&mut self.position, &other.position),
            (&mut self.mode, &other.mode),
            (&mut self.length, &other.length),
            (&mut self.before, &other.before),
            (&mut self.behind, &other.behind),
            (&mut self.first, &other.first),
            (&mut self.head, &other.head),
            (&mut self.tail, &other.tail),
        ] {
            to.copy_from_slice(from);
        }
        self.makespan = other.makespan;
    }

    /// Goes a part of the way, 0 to 1, to another schedule: tasks in the order of the mean of their starts in both, a mode is the
    /// other's with the probability of this part. What waits for a task starts behind it in both, so no circle comes of it.
    pub fn approach(&mut self, other: &Self, part: f64, draws: &mut Draws) {
        for task in self.layout.flexible.iter().map(|task| *task as usize) {
            if draws.unit() < part {
                self.mode[task] = other.mode[task];
                self.length[task] = self.layout.duration[self.mode[task] as usize];
            }
        }
        // Parts of 1024: starts are below 2³¹, and whole numbers order alike everywhere.
        let weight = (part * 1024.0) as u64;
        let mean = |task: usize| (1024 - weight) * u64::from(self.head[task]) + weight * u64::from(other.head[task]);
        let key = |task: &u32| (mean(*task as usize), self.position[*task as usize]);
        let mut list = std::mem::take(&mut self.list);
        list.sort_unstable_by_key(key);
        self.list = list;
        self.relink();
    }

    pub fn machine(&self, task: usize) -> u32 {
        self.layout.machine[self.mode[task] as usize]
    }

    /// When the tasks before it, by precedence alone, have ended.
    #[inline]
    pub fn ready(&self, task: usize) -> u32 {
        let ends =
            self.layout.preds.of(task).iter().map(|pred| self.head[*pred as usize] + self.length[*pred as usize]);
        ends.fold(self.layout.release[task], u32::max)
    }

    /// What follows a task by precedence alone.
    #[inline]
    pub fn rest(&self, task: usize) -> u32 {
        self.layout.succs.of(task).iter().fold(0, |most, next| most.max(self.tail[*next as usize]))
    }

    /// The end of a task, and 0 for none.
    #[inline]
    pub fn end(&self, task: u32) -> u32 {
        if task == NONE { 0 } else { self.head[task as usize] + self.length[task as usize] }
    }

    /// The tail of a task, and 0 for none.
    #[inline]
    pub fn tail(&self, task: u32) -> u32 {
        if task == NONE { 0 } else { self.tail[task as usize] }
    }

    /// Takes a task from its place on a machine and puts it, in this mode, behind `after`, or to the front of the machine. The caller
    /// knows that no circle comes of it.
    pub fn relocate(&mut self, task: usize, mode: u32, after: u32) {
        let (from, low, high) = (self.machine(task), self.before[task], self.behind[task]);
        self.link(from, low, high);
        self.mode[task] = mode;
        self.length[task] = self.layout.duration[mode as usize];
        let machine = self.machine(task);
        let next = match (machine, after) {
            (NONE, _) => NONE,
            (_, NONE) => self.first[machine as usize],
            _ => self.behind[after as usize],
        };
        self.link(machine, after, task as u32);
        self.link(machine, task as u32, next);
        if machine == NONE {
            (self.before[task], self.behind[task]) = (NONE, NONE);
        }
        let (first, last) = self.reorder(task);
        self.measure(first, last);
    }

    fn link(&mut self, machine: u32, low: u32, high: u32) {
        if low != NONE {
            self.behind[low as usize] = high;
        } else if machine != NONE {
            self.first[machine as usize] = high;
        }
        if high != NONE {
            self.before[high as usize] = low;
        }
    }

    /// Moves a task in the list to where its neighbours want it; those that have to follow it and stand before what it waits for go
    /// behind it. Returns the part of the list that changed.
    fn reorder(&mut self, task: usize) -> (usize, usize) {
        let (preds, succs) = (self.layout.preds.of(task), self.layout.succs.of(task));
        let place = |other: &u32| self.position[*other as usize] as usize;
        let at = self.position[task] as usize;
        let is_there = |other: &&u32| **other != NONE;
        let low = preds.iter().chain([&self.before[task]].into_iter().filter(is_there)).map(place).max();
        let high = succs.iter().chain([&self.behind[task]].into_iter().filter(is_there)).map(place).min();
        // Without the task itself, what is at `from` and behind may have to follow, what is at `to` and before has to precede.
        let (from, to) = (high.unwrap_or(usize::MAX), low);
        match to {
            Some(to) if from < to => self.part(task, at, from, to),
            Some(to) if at < to => {
                self.list[at..=to].rotate_left(1);
                self.number(at, to + 1);
                (at, to + 1)
            }
            _ if from < at => {
                self.list[from..=at].rotate_right(1);
                self.number(from, at + 1);
                (from, at + 1)
            }
            _ => (at, at + 1),
        }
    }

    /// The list from `from` to `to`, and `at`: first those that need not follow the task, then it, then the others.
    fn part(&mut self, task: usize, at: usize, from: usize, to: usize) -> (usize, usize) {
        let (first, last) = (from.min(at), to.max(at) + 1);
        self.mark[task] = true;
        self.moved.clear();
        let mut free = first;
        for place in first..last {
            let other = self.list[place];
            if other as usize == task {
                continue;
            }
            let waits = |pred: &u32| self.mark[*pred as usize];
            let before = self.before[other as usize];
            if (before != NONE && waits(&before)) || self.layout.preds.of(other as usize).iter().any(waits) {
                self.mark[other as usize] = true;
                self.moved.push(other);
            } else {
                self.list[free] = other;
                free += 1;
            }
        }
        self.list[free] = task as u32;
        self.list[free + 1..last].copy_from_slice(&self.moved);
        self.moved.iter().for_each(|other| self.mark[*other as usize] = false);
        self.mark[task] = false;
        self.number(first, last);
        (first, last)
    }

    fn number(&mut self, first: usize, last: usize) {
        for (task, at) in self.list[first..last].iter().zip(first as u32..) {
            self.position[*task as usize] = at;
        }
    }

    /// The longest paths again, after a change of the list from `first` to before `last`.
    fn measure(&mut self, first: usize, last: usize) {
        for at in first..self.list.len() {
            let task = self.list[at] as usize;
            self.head[task] = self.ready(task).max(self.end(self.before[task]));
        }
        for at in (0..last).rev() {
            let task = self.list[at] as usize;
            self.tail[task] = self.rest(task).max(self.tail(self.behind[task])) + self.length[task];
        }
        let ends = self.head.iter().zip(&self.length).map(|(head, length)| head + length);
        self.makespan = ends.max().unwrap_or(0);
    }
}
