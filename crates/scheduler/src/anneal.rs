//! Simulated annealing from the schedule of a priority rule, or from the best one so far.
//!
//! A move that does not raise the objective is done, another with probability exp(−Δ/T). T falls geometrically over the restart, from
//! and to fixed parts of the mean rise that the first moves would have meant.
//!
//! Source: Kirkpatrick, Gelatt, Vecchi, "Optimization by simulated annealing", Science 220 (1983).

use crate::draws::{Draws, MOVE};
use crate::search::{Count, Search};
use crate::state::State;

/// First and last temperature as parts of the mean rise. Chosen between the better ones of a coarse scan (first 0.2 to 1, last 0.02 to
/// 0.1; three shops and two flexible ones with two seeds, five projects with one): no pair was the best everywhere.
const TEMPERATURES: (f64, f64) = (0.4, 0.05);
/// Of restarts that go on from the best schedule so far. From 0.1 to 0.3 all do alike.
const TEMPERATURES_AGAIN: (f64, f64) = (0.2, 0.05);
/// Moves by which the mean rise is measured: at most this number and a tenth of the restart.
const MEASURED: u64 = 100;
/// Moves between two changes of the temperature.
const STEP: u64 = 32;
/// Moves that are drawn for one that changes the schedule.
const TRIES: u32 = 20;
/// How often of ten times a project that has moved is turned. Mean of nine projects of 120 tasks above the critical path after 5,000 schedules:
/// 96.1 % when always, 95.4 % so, 96.6 % with one of ten.
const TURNED: usize = 3;

/// Searches from a schedule for `moves` moves, or until `count` has enough.
pub(crate) fn search(search: &mut Search<'_>, mut current: State, restart: u32, moves: u64, count: &mut dyn Count) {
    let mut trial = State::new(search.layout);
    let mut draws = Draws::new(search.seed, restart, MOVE);
    let mut cooling = Cooling::new(if restart > 0 { TEMPERATURES_AGAIN } else { TEMPERATURES }, moves);
    search.set_base(&mut current);
    let mut step = 0;
    while step < moves {
        cooling.cool(step);
        let is_new = (0..TRIES).any(|_| search.moved(&current, &mut trial, &mut draws));
        if is_new && cooling.keeps(&current, &trial, &mut draws) {
            std::mem::swap(&mut current, &mut trial);
            if search.can_turn && step + 1 < moves && draws.below(10) < TURNED {
                step += 1;
                if !count.made(current.score(), &|state| state.clone_from(&current)) {
                    return;
                }
                search.turn(&mut current);
            }
            search.set_base(&mut current);
        }
        step += 1;
        if !count.made(current.score(), &|state| state.clone_from(&current)) {
            return;
        }
    }
}

struct Cooling {
    /// First and last, as parts of the mean rise.
    parts: (f64, f64),
    moves: u64,
    /// Moves by which the mean rise is measured, and what they said.
    measured: u64,
    rises: u32,
    rise_sum: f64,
    temperature: f64,
    /// When it is cooled again.
    next: u64,
    is_measuring: bool,
}

impl Cooling {
    fn new(parts: (f64, f64), moves: u64) -> Self {
        let measured = MEASURED.min(moves / 10);
        Self { parts, moves, measured, rises: 0, rise_sum: 0.0, temperature: 0.0, next: measured, is_measuring: true }
    }

    fn cool(&mut self, step: u64) {
        if step < self.next {
            return;
        }
        self.is_measuring = false;
        self.next = step + STEP;
        let mean = if self.rises == 0 { 1.0 } else { self.rise_sum / f64::from(self.rises) };
        let part = (step - self.measured) as f64 / (self.moves - self.measured) as f64;
        let (hot, cold) = self.parts;
        self.temperature = mean * hot * libm::exp(part * libm::log(cold / hot));
    }

    /// Whether the trial takes the place of the current schedule.
    fn keeps(&mut self, current: &State, trial: &State, draws: &mut Draws) -> bool {
        match trial.energy.checked_sub(current.energy) {
            None | Some(0) => true,
            Some(rise) if self.is_measuring => {
                self.rises += 1;
                self.rise_sum += rise as f64;
                false
            }
            Some(rise) => draws.unit() < libm::exp(-(rise as f64) / self.temperature),
        }
    }
}
