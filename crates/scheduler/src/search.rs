//! What the methods share: rules, decoder and moves.

use crate::decode::Decoder;
use crate::draws::Draws;
use crate::goal::Goal;
use crate::layout::Layout;
use crate::moves::Mover;
use crate::problem::{Objective, Problem};
use crate::starts::{self, RULES, Rules};
use crate::state::{Score, State};
use std::iter;
use std::ops::Range;

/// Schedules of rules, most of them blurred by chance, with which a run begins where five do not do: no fewer schedules are worse than as many
/// of rules alone, and few more are. In job shops tabu search is ahead of them from the start.
pub(crate) const SAMPLED: u32 = 200;

/// Counts schedules, keeps the best one, and says when to stop.
pub(crate) trait Count {
    /// One more schedule as good as this was made, which `write` makes a state's; false to end the restart.
    fn made(&mut self, score: Score, write: &dyn Fn(&mut State)) -> bool;
    /// The best schedule so far.
    fn best(&self) -> &State;
}

/// What all restarts share.
pub(crate) struct Search<'a> {
    pub layout: &'a Layout<'a>,
    pub goal: &'a Goal,
    rules: Rules,
    pub seed: u64,
    decoder: Decoder<'a>,
    pub mover: Mover<'a>,
    /// A move of a list is decoded from where the list changed.
    can_resume: bool,
    /// Schedules have mirrored ones of the same makespan.
    pub can_turn: bool,
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
            can_resume: !layout.is_shop && !layout.is_extended,
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

    /// Makes the schedule of a state's list the one from which moves go on, where that is of use.
    pub fn set_base(&mut self, state: &mut State) {
        if self.can_resume {
            self.decoder.begin(state, self.goal);
        }
    }

    /// Makes the trial a move of the current schedule, its base; false when the drawn move is none, or is seen to change nothing.
    pub fn moved(&mut self, current: &State, trial: &mut State, draws: &mut Draws) -> bool {
        trial.choose_as(current);
        if !self.mover.propose(current, trial, draws) {
            return false;
        }
        if self.can_resume {
            return self.decoder.resume(current, trial, self.goal);
        }
        self.decoder.decode(trial, self.goal);
        true
    }

    /// Makes the list of a schedule one of the mirrored problem.
    pub fn turn(&mut self, state: &mut State) {
        self.decoder.turn(state);
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
        if state.is_mirrored {
            if state.is_list_mirrored {
                self.decoder.turn(state);
            }
            self.decoder.decode(state, self.goal);
        }
    }

    /// Makes the schedules of rules of these numbers, and behind the five rules as they are that of the plan that runs, `most` at most, and
    /// tells `each`; how many they were, none where `count` has enough.
    pub fn sample(
        &mut self,
        rules: Range<u32>,
        most: u64,
        count: &mut dyn Count,
        each: &mut dyn FnMut(State),
    ) -> Option<u64> {
        let (mut made, first) = (0, rules.start);
        for rule in rules {
            let state = self.begin(rule);
            let planned = if first == 0 && rule + 1 == RULES { self.begin_planned() } else { None };
            for state in iter::once(state).chain(planned) {
                if made == most {
                    return Some(made);
                }
                made += 1;
                if !count.made(state.score(), &|to| to.clone_from(&state)) {
                    return None;
                }
                each(state);
            }
        }
        Some(made)
    }
}
