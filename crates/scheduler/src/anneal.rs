//! Simulated annealing from the schedule of a priority rule.
//!
//! A move that does not raise the objective is done, another with probability exp(−Δ/T). T falls geometrically over the restart, from
//! and to fixed parts of the mean rise that the first moves would have meant.
//!
//! Source: Kirkpatrick, Gelatt, Vecchi, "Optimization by simulated annealing", Science 220 (1983).

use crate::decode::State;
use crate::draws::{Draws, MOVE};
use crate::search::{Count, Search};

/// First and last temperature as parts of the mean rise. Chosen between the better ones of a coarse scan (first 0.2 to 1, last 0.02 to
/// 0.1; three shops and two flexible ones with two seeds, five projects with one): no pair was the best everywhere.
const TEMPERATURES: (f64, f64) = (0.4, 0.05);
/// Moves by which the mean rise is measured: at most this number and a tenth of the restart.
const MEASURED: u64 = 100;
/// Moves between two changes of the temperature.
const STEP: u64 = 32;

/// Searches from a schedule for `moves` moves, or until `count` has enough.
pub(crate) fn search(search: &mut Search<'_>, mut current: State, restart: u32, moves: u64, count: &mut dyn Count) {
    let mut trial = State::new(search.layout);
    let mut draws = Draws::new(search.seed, restart, MOVE);
    let (hot, cold) = TEMPERATURES;
    let measured = MEASURED.min(moves / 10);
    let (mut rises, mut rise_sum, mut temperature) = (0u32, 0.0, 0.0);
    for step in 0..moves {
        if step >= measured && (step - measured).is_multiple_of(STEP) {
            let mean = if rises == 0 { 1.0 } else { rise_sum / f64::from(rises) };
            let part = (step - measured) as f64 / (moves - measured) as f64;
            temperature = mean * hot * libm::exp(part * libm::log(cold / hot));
        }
        trial.choose_as(&current);
        if search.mover.propose(&current, &mut trial, &mut draws) {
            search.schedule(&mut trial);
            let is_kept = match trial.energy.checked_sub(current.energy) {
                None | Some(0) => true,
                Some(rise) if step < measured => {
                    rises += 1;
                    rise_sum += rise as f64;
                    false
                }
                Some(rise) => draws.unit() < libm::exp(-(rise as f64) / temperature),
            };
            if is_kept {
                std::mem::swap(&mut current, &mut trial);
            }
        }
        if !count.made(current.score(), &|state| state.clone_from(&current)) {
            return;
        }
    }
}
