//! Changes of a list.
//!
//! In shops only a change of a critical path can help: an operation moves to the front or the rear of its block of operations that
//! follow each other on a machine without a gap, or two neighbours at the end of a block change places, or it goes to another
//! machine. In projects a task moves anywhere between its predecessors and its successors, or takes another mode.
//!
//! Sources: Nowicki, Smutnicki, "A fast taboo search algorithm for the job shop problem", Management Science 42 (1996), for N5;
//! Balas, Vazacopoulos, "Guided local search with shifting bottleneck for job shop scheduling", Management Science 44 (1998), for N6;
//! Bouleimen, Lecocq, "A new efficient simulated annealing algorithm for the RCPSP and its multiple mode version", EJOR 149 (2003).

use crate::draws::Draws;
use crate::goal::Goal;
use crate::layout::Layout;
use crate::limits::NONE;
use crate::objective::Objective;
use crate::state::State;
use crate::waits;

/// Makes moves; keeps the room that they need.
pub(crate) struct Mover<'a> {
    layout: &'a Layout<'a>,
    goal: &'a Goal,
    path: Vec<u32>,
    /// Tasks of the path whose machine kept them waiting: (index in the path of the later one).
    waits: Vec<u32>,
    choices: Vec<u32>,
    mark: Vec<u32>,
    stamp: u32,
}

impl<'a> Mover<'a> {
    pub fn new(layout: &'a Layout<'a>, goal: &'a Goal) -> Self {
        Self {
            layout,
            goal,
            path: Vec::new(),
            waits: Vec::new(),
            choices: Vec::new(),
            mark: vec![0; layout.tasks()],
            stamp: 0,
        }
    }

    /// Changes `trial`, which has the choices of `current`; false when the drawn move is none.
    pub fn propose(&mut self, current: &State, trial: &mut State, draws: &mut Draws) -> bool {
        if self.layout.is_shop { self.propose_in_shop(current, trial, draws) } else { self.mutate(trial, draws) }
    }

    /// A move that needs no schedule: a task goes anywhere between its predecessors and its successors, or takes another mode, or waits
    /// where waiting can pay; false when there is no such place.
    pub fn mutate(&self, trial: &mut State, draws: &mut Draws) -> bool {
        if !trial.wait.is_empty() && draws.below(2) == 0 {
            return waits::change(self.layout, self.goal, trial, draws);
        }
        let flexible = &self.layout.flexible;
        if !flexible.is_empty() && draws.below(2) == 0 {
            let task = flexible[draws.below(flexible.len())];
            self.change_mode(trial, task, draws);
            return true;
        }
        let task = draws.below(self.layout.tasks()) as u32;
        self.shift(trial, task, draws)
    }

    fn propose_in_shop(&mut self, current: &State, trial: &mut State, draws: &mut Draws) -> bool {
        let Some(last) = self.last_task(current, draws) else { return false };
        self.trace(current, last, draws);
        self.choices.clear();
        let flexible = self.path.iter().copied().filter(|task| self.layout.modes.of(*task as usize).len() > 1);
        self.choices.extend(flexible);
        if !self.choices.is_empty() && (self.waits.is_empty() || draws.below(2) == 0) {
            let task = self.choices[draws.below(self.choices.len())];
            self.change_mode(trial, task, draws);
            self.shift(trial, task, draws);
            return true;
        }
        if self.waits.is_empty() {
            return false;
        }
        self.move_in_block(current, trial, draws)
    }

    /// The task at which the path ends that is to become shorter.
    fn last_task(&mut self, current: &State, draws: &mut Draws) -> Option<u32> {
        self.choices.clear();
        match self.goal.objective {
            // Everything but the two classic objectives has no moves of its own.
            Objective::Makespan | Objective::Cost | Objective::Levelling | Objective::Mix(_) => {
                let all = 0..self.layout.tasks() as u32;
                self.choices.extend(all.filter(|task| current.end[*task as usize] == current.makespan));
            }
            Objective::TotalWeightedTardiness => {
                let late = self.goal.dues.iter().filter(|(task, due, _)| current.end[*task as usize] > *due);
                self.choices.extend(late.map(|(task, ..)| *task));
            }
        }
        if self.choices.is_empty() { None } else { Some(self.choices[draws.below(self.choices.len())]) }
    }

    /// A chain of tasks without gaps that ends with `last`, backwards; where there are several, chance decides.
    fn trace(&mut self, current: &State, last: u32, draws: &mut Draws) {
        self.path.clear();
        self.waits.clear();
        let mut task = last;
        loop {
            self.path.push(task);
            let start = current.start[task as usize];
            let machine = current.before[task as usize];
            let by_machine = machine != NONE && current.end[machine as usize] == start;
            let preds = self.layout.preds.of(task as usize);
            let tight = |pred: &&u32| current.end[**pred as usize] == start;
            let by_precedence = preds.iter().find(tight).copied();
            task = match by_precedence {
                Some(pred) if !by_machine || draws.word() & 1 == 0 => pred,
                _ if by_machine => {
                    self.waits.push(self.path.len() as u32 - 1);
                    machine
                }
                _ => break,
            };
        }
    }

    /// N5 and N6: the block of a drawn wait, and a move in it.
    fn move_in_block(&mut self, current: &State, trial: &mut State, draws: &mut Draws) -> bool {
        let wait = draws.below(self.waits.len());
        // The path runs backwards: the block's last operation has the lowest index. Waits of a block have indices in a row.
        let (mut low, mut high) = (wait, wait);
        while low > 0 && self.waits[low - 1] + 1 == self.waits[low] {
            low -= 1;
        }
        while high + 1 < self.waits.len() && self.waits[high] + 1 == self.waits[high + 1] {
            high += 1;
        }
        let (rear, front) = (self.waits[low] as usize, self.waits[high] as usize + 1);
        let at = rear + draws.below(front - rear + 1);
        let (task, rear, front) = (self.path[at], self.path[rear], self.path[front]);
        let to_front = if task == front { false } else { task == rear || draws.word() & 1 == 0 };
        if to_front {
            self.move_before(current, trial, task, front)
        } else {
            self.move_behind(current, trial, task, rear)
        }
    }

    /// Moves `task` before `front`, which is earlier on its machine, with those that it needs; false when `front` is one of them.
    fn move_before(&mut self, current: &State, trial: &mut State, task: u32, front: u32) -> bool {
        self.stamp += 1;
        let (low, high) = (current.position[front as usize] as usize, current.position[task as usize] as usize);
        let preds = self.layout.preds;
        preds.of(task as usize).iter().for_each(|pred| self.mark[*pred as usize] = self.stamp);
        for at in (low..high).rev() {
            let other = current.list[at] as usize;
            if self.mark[other] == self.stamp {
                if other == front as usize {
                    return false;
                }
                preds.of(other).iter().for_each(|pred| self.mark[*pred as usize] = self.stamp);
                if current.before[other] != NONE {
                    self.mark[current.before[other] as usize] = self.stamp;
                }
            }
        }
        self.mark[task as usize] = self.stamp;
        self.rearrange(current, trial, low, high, true);
        true
    }

    /// Moves `task` behind `rear`, which is later on its machine, with those that need it; false when `rear` is one of them.
    fn move_behind(&mut self, current: &State, trial: &mut State, task: u32, rear: u32) -> bool {
        self.stamp += 1;
        let (low, high) = (current.position[task as usize] as usize, current.position[rear as usize] as usize);
        self.mark[task as usize] = self.stamp;
        for at in low + 1..=high {
            let other = current.list[at] as usize;
            let before = current.before[other];
            let needs = |pred: &u32| self.mark[*pred as usize] == self.stamp;
            let is_behind = before != NONE && before != task && needs(&before);
            if is_behind || self.layout.preds.of(other).iter().any(needs) {
                self.mark[other] = self.stamp;
            }
        }
        if self.mark[rear as usize] == self.stamp {
            return false;
        }
        self.rearrange(current, trial, low, high, false);
        true
    }

    /// The marked tasks of a part of the list go to its front, or to its rear; both groups keep their order.
    fn rearrange(&mut self, current: &State, trial: &mut State, low: usize, high: usize, marked_first: bool) {
        let part = &current.list[low..=high];
        let is_first = |task: &&u32| (self.mark[**task as usize] == self.stamp) == marked_first;
        let sorted = part.iter().filter(is_first).chain(part.iter().filter(|task| !is_first(task)));
        for (at, task) in (low..).zip(sorted) {
            trial.list[at] = *task;
            trial.position[*task as usize] = at as u32;
        }
    }

    /// Another mode than now.
    fn change_mode(&self, trial: &mut State, task: u32, draws: &mut Draws) {
        let modes = self.layout.modes.of(task as usize);
        let other = draws.below(modes.len() - 1);
        let now = (trial.mode[task as usize] - modes[0]) as usize;
        trial.mode[task as usize] = modes[if other < now { other } else { other + 1 }];
    }

    /// Moves a task to another place between its predecessors and its successors; false when there is none.
    fn shift(&self, trial: &mut State, task: u32, draws: &mut Draws) -> bool {
        let (k, place) = (task as usize, |other: &u32| trial.position[*other as usize] as usize);
        let (mut preds, mut succs) = (self.layout.preds, self.layout.succs);
        if trial.is_list_mirrored {
            std::mem::swap(&mut preds, &mut succs);
        }
        let low = preds.of(k).iter().map(place).max().map_or(0, |at| at + 1);
        let high = succs.of(k).iter().map(place).min().unwrap_or(trial.list.len()) - 1;
        if low == high {
            return false;
        }
        let from = trial.position[k] as usize;
        let drawn = low + draws.below(high - low);
        let to = if drawn < from { drawn } else { drawn + 1 };
        let (first, last) = (from.min(to), from.max(to));
        if from < to {
            trial.list[first..=last].rotate_left(1)
        } else {
            trial.list[first..=last].rotate_right(1)
        }
        (first..=last).for_each(|at| trial.position[trial.list[at] as usize] = at as u32);
        true
    }
}
