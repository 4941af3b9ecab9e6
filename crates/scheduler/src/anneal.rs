//! One restart: simulated annealing from the schedule of a priority rule.
//!
//! A move that does not raise the objective is done, another with probability exp(−Δ/T). T falls geometrically over the restart, from
//! and to fixed parts of the mean rise that the first moves would have meant.
//!
//! Source: Kirkpatrick, Gelatt, Vecchi, "Optimization by simulated annealing", Science 220 (1983).

use crate::decode::{Decoder, State};
use crate::draws::{Draws, MOVE};
use crate::layout::{Goal, Layout};
use crate::moves::Mover;
use crate::options::Method;
use crate::problem::Objective;
use crate::starts::{RULES, Rules};
use crate::tabu;

/// First and last temperature as parts of the mean rise. Chosen between the better ones of a coarse scan (first 0.2 to 1, last 0.02 to
/// 0.1; three shops and two flexible ones with two seeds, five projects with one): no pair was the best everywhere.
const TEMPERATURES: (f64, f64) = (0.4, 0.05);
/// Moves by which the mean rise is measured: at most this number and a tenth of the restart.
const MEASURED: u64 = 100;
/// Moves between two changes of the temperature.
const STEP: u64 = 32;

/// Counts schedules, keeps the best one, and says when to stop.
pub(crate) trait Count {
    /// One more schedule of this objective was made, which `write` makes a state's; false to end the restart.
    fn made(&mut self, value: u64, write: &dyn Fn(&mut State)) -> bool;
}

/// What all restarts share.
pub(crate) struct Search<'a> {
    layout: &'a Layout<'a>,
    goal: &'a Goal,
    rules: Rules,
    seed: u64,
    decoder: Decoder<'a>,
    mover: Mover<'a>,
    trial: State,
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
            trial: State::new(layout),
        }
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
        let mut begin = |rule: u32| self.rules.start(self.layout, self.goal, &mut self.decoder, self.seed, rule);
        let mut current = begin(restart);
        let mut made = 1;
        if !count.made(current.value, &|state| state.clone_from(&current)) || length == 1 {
            return;
        }
        // The first restart begins with the best rule: with more than a few schedules, no result is worse than that.
        if restart == 0 && method != Method::PriorityRule {
            for rule in 1..RULES.min(length as u32) {
                let other = begin(rule);
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
        if method == Method::Tabu {
            return tabu::search(self.layout, &current, (self.seed, restart), moves, count);
        }
        let can_turn = !self.layout.is_shop && self.goal.objective == Objective::Makespan;
        if can_turn {
            self.decoder.turn(&mut current);
        }
        let mut draws = Draws::new(self.seed, restart, MOVE);
        let (hot, cold) = TEMPERATURES;
        let measured = MEASURED.min(moves / 10);
        let (mut rises, mut rise_sum, mut temperature) = (0u32, 0.0, 0.0);
        for step in 0..moves {
            if step >= measured && (step - measured).is_multiple_of(STEP) {
                let mean = if rises == 0 { 1.0 } else { rise_sum / f64::from(rises) };
                let part = (step - measured) as f64 / (moves - measured) as f64;
                temperature = mean * hot * libm::exp(part * libm::log(cold / hot));
            }
            self.trial.choose_as(&current);
            if self.mover.propose(&current, &mut self.trial, &mut draws) {
                self.decoder.decode(&mut self.trial, self.goal);
                if can_turn {
                    self.decoder.turn(&mut self.trial);
                }
                let is_kept = match self.trial.value.checked_sub(current.value) {
                    None | Some(0) => true,
                    Some(rise) if step < measured => {
                        rises += 1;
                        rise_sum += rise as f64;
                        false
                    }
                    Some(rise) => draws.unit() < libm::exp(-(rise as f64) / temperature),
                };
                if is_kept {
                    std::mem::swap(&mut current, &mut self.trial);
                }
            }
            if !count.made(current.value, &|state| state.clone_from(&current)) {
                return;
            }
        }
    }
}
