//! What the methods share: rules, decoder and moves, and where a restart begins.

use crate::decode::{Decoder, Score, State};
use crate::layout::{Goal, Layout};
use crate::moves::Mover;
use crate::options::Method;
use crate::problem::{Objective, Problem};
use crate::starts::{self, RULES, Rules};
use crate::{anneal, genetic, tabu};

/// Counts schedules, keeps the best one, and says when to stop.
pub(crate) trait Count {
    /// One more schedule as good as this was made, which `write` makes a state's; false to end the restart.
    fn made(&mut self, score: Score, write: &dyn Fn(&mut State)) -> bool;
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
    pub fn new(problem: &Problem, layout: &'a Layout<'a>, goal: &'a Goal, seed: u64) -> Self {
        Self {
            layout,
            goal,
            rules: Rules::new(layout, goal),
            seed,
            decoder: Decoder::new(problem, layout, goal),
            mover: Mover::new(layout, goal),
            can_turn: !layout.is_shop && !layout.is_extended && goal.objective == Objective::Makespan,
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

    /// The schedule of the plan that runs, where there is one.
    pub fn begin_planned(&mut self) -> Option<State> {
        let has_plan = !self.goal.planned.is_empty();
        has_plan.then(|| starts::planned(self.layout, self.goal, &mut self.decoder))
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
        if !count.made(current.score(), &|state| state.clone_from(&current)) || length == 1 {
            return;
        }
        // The first restart begins with the best rule: with more than a few schedules, no result is worse than that.
        if restart == 0 && method != Method::PriorityRule {
            let planned = self.begin_planned();
            let rules = (1..RULES).map(Some).chain(planned.is_some().then_some(None)).take((length - 1) as usize);
            for rule in rules {
                let Some(other) = rule.map_or_else(|| planned.clone(), |rule| Some(self.begin(rule))) else { continue };
                made += 1;
                if !count.made(other.score(), &|state| state.clone_from(&other)) {
                    return;
                }
                if other.score() < current.score() {
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
