//! Where restarts begin: lists by priority rules, each task by its priority among those whose predecessors are listed.
//!
//! Source of the rules: Kolisch, "Efficient priority rules for the resource-constrained project scheduling problem", Journal of
//! Operations Management 14 (1996).

use crate::decode::Decoder;
use crate::draws::{Draws, START};
use crate::goal::Goal;
use crate::layout::Layout;
use crate::state::State;
use crate::yard::Choice;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Number of rules.
pub(crate) const RULES: u32 = 5;

/// How much a later restart blurs the keys of its rule, as a part of their range.
const BLUR: f64 = 0.3;

/// The keys of all rules, smaller ones first.
pub(crate) struct Rules {
    keys: Vec<Vec<f64>>,
}

impl Rules {
    pub fn new(layout: &Layout<'_>, goal: &Goal) -> Self {
        let (heads, tails) = (layout.heads(), layout.tails());
        let tasks = 0..layout.tasks();
        let length = |task: usize| f64::from(layout.shortest(task));
        // Latest finish, latest start, longest rest with what follows directly, shortest first, earliest start.
        let latest_finish: Vec<f64> = tails.iter().map(|tail| -f64::from(*tail)).collect();
        let latest_start: Vec<f64> = tasks.clone().map(|task| latest_finish[task] - length(task)).collect();
        let weight =
            |task: usize| layout.succs.of(task).iter().fold(length(task), |sum, next| sum + length(*next as usize));
        let rank_weight: Vec<f64> = tasks.clone().map(|task| -weight(task)).collect();
        let mut shortest: Vec<f64> = tasks.map(length).collect();
        // Where tardiness counts, the due times are a rule, in the place of the one that is the worst for makespans.
        if !goal.dues.is_empty() {
            let last = goal.dues.iter().map(|(_, due, _)| *due).max().unwrap_or(0);
            shortest.fill(f64::from(last));
            goal.dues.iter().for_each(|(task, due, _)| shortest[*task as usize] = f64::from(*due));
            for task in layout.order.iter().rev().map(|task| *task as usize) {
                let next = layout.succs.of(task).iter().map(|next| shortest[*next as usize] - length(*next as usize));
                shortest[task] = next.fold(shortest[task], f64::min);
            }
        }
        let earliest: Vec<f64> = heads.iter().map(|head| f64::from(*head)).collect();
        Self { keys: vec![latest_finish, latest_start, rank_weight, shortest, earliest] }
    }

    /// The schedule from which restart `restart` begins: a rule as it is in the first ones, blurred by chance in later ones.
    pub fn start(&self, layout: &Layout<'_>, goal: &Goal, decoder: &mut Decoder<'_>, seed: u64, restart: u32) -> State {
        let mut draws = Draws::new(seed, restart, START);
        let keys = &self.keys[(restart % RULES) as usize];
        let (least, most) =
            keys.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), key| (a.min(*key), b.max(*key)));
        let blur = if restart < RULES { 0.0 } else { BLUR * (most - least) };
        let keys: Vec<f64> = keys.iter().map(|key| key + blur * draws.unit()).collect();
        let mut state = State::new(layout);
        if goal.rewards_waiting() {
            state.wait = vec![0; layout.tasks()];
        }
        state.list = listed(layout, &keys);
        // Where costs count, every second rule goes by them.
        let is_cheap = goal.weights.cost > 0 && (restart % RULES) % 2 == 1;
        decoder.serial_choosing_modes(&mut state, goal, if is_cheap { Choice::Cheapest } else { Choice::Earliest });
        decoder.list_by_start(&mut state);
        decoder.decode(&mut state, goal);
        state
    }
}

/// The plan that runs, as far as it still can: tasks in its order and modes, none before the time that was planned for it where shifts
/// count.
pub(crate) fn planned(layout: &Layout<'_>, goal: &Goal, decoder: &mut Decoder<'_>) -> State {
    let mut keys: Vec<f64> = layout.heads().iter().map(|head| f64::from(*head)).collect();
    let mut state = State::new(layout);
    if goal.rewards_waiting() {
        state.wait = vec![0; layout.tasks()];
    }
    for (task, start, mode, _) in &goal.planned {
        keys[*task as usize] = f64::from(*start);
        state.mode[*task as usize] = layout.modes.of(*task as usize)[*mode as usize];
        if goal.weights.disruption > 0 {
            state.wait[*task as usize] = (*start).min(layout.horizon() as u32);
        }
    }
    state.list = listed(layout, &keys);
    state.number();
    decoder.decode(&mut state, goal);
    state
}

/// Keys are finite, and far below 2⁵³ as 2⁻²⁰ths: whole numbers order them as they are.
fn listed(layout: &Layout<'_>, keys: &[f64]) -> Vec<u32> {
    let entry = |task: u32| Reverse(((keys[task as usize] * 1_048_576.0) as i64, task));
    let mut missing: Vec<usize> = (0..layout.tasks()).map(|task| layout.preds.of(task).len()).collect();
    let mut open: BinaryHeap<_> =
        (0..layout.tasks() as u32).filter(|task| missing[*task as usize] == 0).map(entry).collect();
    let mut list = Vec::with_capacity(layout.tasks());
    while let Some(Reverse((_, task))) = open.pop() {
        list.push(task);
        for next in layout.succs.of(task as usize) {
            missing[*next as usize] -= 1;
            if missing[*next as usize] == 0 {
                open.push(entry(*next));
            }
        }
    }
    list
}
