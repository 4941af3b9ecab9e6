//! What the methods share: rules, decoder and moves, and where a restart begins.

use crate::decode::{Decoder, State};
use crate::layout::{Goal, Layout};
use crate::moves::Mover;
use crate::options::Method;
use crate::problem::Objective;
use crate::starts::{RULES, Rules};
use crate::{anneal, genetic, tabu};

/// Counts schedules, keeps the best one, and says when to stop.
pub(crate) trait Count {
    /// One more schedule of this objective was made, which `write` makes a state's; false to end the restart.
    fn made(&mut self, value: u64, write: &dyn Fn(&mut State)) -> bool;
}

/// What all restarts share.
pub(crate) struct Search<'a> {
    pub layout: &'a Layout<'a>,
    goal: &'a Goal,
    rules: Rules,
    pub seed: u64,
    decoder: Decoder<'a>,
    pub mover: Mover<'a>,
    /// Schedules have mirrored ones of the same makespan.
    can_turn: bool,
}

impl<'a> Search<'a> {
    pub fn new(layout: &'a Layout<'a>, goal: &'a Goal, seed: u64) -> Self {
        Self {
            layout,
            goal,
            rules: Rules::new(layout, goal),
            seed,
            decoder: Decoder::new(layout),
            mover: Mover::new(layout, goal),
            can_turn: !layout.is_shop && goal.objective == Objective::Makespan,
        }
    }

    /// The schedule of a state's choices; its list is then the one that the next move should change.
    pub fn schedule(&mut self, state: &mut State) {
        self.decoder.decode(state, self.goal);
        if self.can_turn {
            self.decoder.turn(state);
        }
    }

    /// The schedule of a rule, blurred by chance for numbers from [`RULES`] on.
    pub fn begin(&mut self, rule: u32) -> State {
        let mut state = self.rules.start(self.layout, self.goal, &mut self.decoder, self.seed, rule);
        if self.can_turn {
            self.decoder.turn(&mut state);
        }
        state
    }

    /// Makes a schedule of the mirrored problem one of the problem itself, no longer than it.
    pub fn straighten(&mut self, state: &mut State) {
        // Its list was turned when it was made.
        if state.is_mirrored {
            self.decoder.decode(state, self.goal);
        }
    }

    /// Runs one restart of `length` schedules, or until `count` has enough.
    pub fn restart(&mut self, restart: u32, length: u64, method: Method, count: &mut dyn Count) {
        if method == Method::Genetic {
            return genetic::restart(self, restart, length, count);
        }
        let mut current = self.begin(restart);
        let mut made = 1;
        if !count.made(current.value, &|state| state.clone_from(&current)) || length == 1 {
            return;
        }
        // The first restart begins with the best rule: with more than a few schedules, no result is worse than that.
        if restart == 0 && method != Method::PriorityRule {
            for rule in 1..RULES.min(length as u32) {
                let other = self.begin(rule);
                made += 1;
                if !count.made(other.value, &|state| state.clone_from(&other)) {
                    return;
                }
                if other.value < current.value {
                    current = other;
                }
            }
        }
        let moves = length - made;
        match method {
            Method::Tabu => tabu::search(self.layout, &current, (self.seed, restart), moves, count),
            _ => anneal::search(self, current, restart, moves, count),
        }
    }
}
