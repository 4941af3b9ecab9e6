//! Outcomes of all qubits, site by site: shots share what is contracted as long as their bits agree.

use crate::matrix::{Matrix, add, add_four, norm_sqr};
use crate::program::Program;
use crate::state::State;
use crate::svd::Advance;
use ketflow_error::Interrupted;
use ketflow_rng::philox4x32;

/// The top word of the counters of this engine's random numbers; part of the reproducibility contract, never reused.
const SAMPLE: u32 = 0x401;

/// A bit as good as certain is decided by the norms of both of its bonds, not by what one lacks.
const CERTAIN: f64 = 1e-9;

/// Shots, or a probability, that have the same bits so far.
struct Path {
    site: usize,
    /// The left bond, with the amplitudes of these bits; its norm is 1.
    bond: Bond,
    shots: Vec<u32>,
    probability: f64,
    outcome: Vec<u64>,
}

#[derive(Clone, Default)]
struct Bond {
    re: Vec<f64>,
    im: Vec<f64>,
}

/// Calls `found(outcome, shots, probability)` for every outcome that a shot has, or, with no shots, for all that are possible.
///
/// Where the centre is the first site, the bits up to a site are distributed as the norms of the bonds behind them: the rest is
/// orthonormal. Shot s draws word (s, qubit) for the bit of a qubit. Outcomes whose probability is at most `floor` are left out
/// when all are followed; `found` says whether to go on.
pub(crate) fn paths(
    state: &mut State,
    program: &Program,
    seed: u64,
    shots: Option<u32>,
    floor: f64,
    advance: &mut Advance,
    mut found: impl FnMut(&[u64], u64, f64) -> bool,
) -> Result<bool, Interrupted> {
    let words = (program.outcome_bits as usize).div_ceil(64);
    let mut bits: Vec<Vec<u32>> = vec![Vec::new(); program.qubits as usize];
    program.finals.iter().for_each(|(qubit, bit)| bits[*qubit as usize].push(*bit));
    if program.qubits == 0 {
        return Ok(found(&vec![0; words], u64::from(shots.unwrap_or(0)), 1.0));
    }
    state.move_center(0, advance)?;
    let mut waiting = vec![Path {
        site: 0,
        bond: Bond { re: vec![1.0], im: vec![0.0] },
        shots: (0..shots.unwrap_or(0)).collect(),
        probability: 1.0,
        outcome: vec![0; words],
    }];
    // What follows a path is kept in these, because most paths go on alone: they need no memory of their own.
    let (mut zeros, mut ones, mut one_shots) = (Bond::default(), Bond::default(), Vec::new());
    while let Some(mut path) = waiting.pop() {
        while let Some(site) = state.sites.get(path.site) {
            let wire = state.places.wire(path.site);
            let qubit = program.names[wire as usize];
            let outcome_of_one = |outcome: &mut Vec<u64>| {
                bits[qubit as usize].iter().for_each(|bit| outcome[*bit as usize / 64] |= 1 << (bit % 64));
            };
            let weight = zeros.follow(&path.bond, site, 0);
            // The norms add up to 1: where the bit is 0 nobody needs the other bond, unless 0 is as good as certain.
            let other = (1.0 - weight < CERTAIN || shots.is_none()).then(|| ones.follow(&path.bond, site, 1));
            let share = other.map_or(1.0 - weight, |other| other / (weight + other));
            one_shots.clear();
            path.shots.retain(|shot| {
                let is_one = uniform(seed, *shot, qubit) < share;
                if is_one {
                    one_shots.push(*shot);
                }
                !is_one
            });
            advance((8 * path.bond.re.len() * site.columns + one_shots.len() + path.shots.len()) as u64)?;
            let is_wanted = |here: &[u32], probability: f64| {
                if shots.is_some() { !here.is_empty() } else { probability > floor }
            };
            let (zero_probability, one_probability) = (path.probability * (1.0 - share), path.probability * share);
            let (has_zero, has_one) =
                (is_wanted(&path.shots, zero_probability), is_wanted(&one_shots, one_probability));
            path.site += 1;
            if has_one {
                let other = other.unwrap_or_else(|| ones.follow(&path.bond, site, 1));
                ones.scale(other);
            }
            if has_one && has_zero {
                let mut outcome = path.outcome.clone();
                outcome_of_one(&mut outcome);
                waiting.push(Path {
                    site: path.site,
                    bond: ones.clone(),
                    shots: one_shots.clone(),
                    probability: one_probability,
                    outcome,
                });
            } else if has_one {
                std::mem::swap(&mut path.bond, &mut ones);
                std::mem::swap(&mut path.shots, &mut one_shots);
                path.probability = one_probability;
                outcome_of_one(&mut path.outcome);
                continue;
            }
            if !has_zero {
                break;
            }
            zeros.scale(weight);
            std::mem::swap(&mut path.bond, &mut zeros);
            path.probability = zero_probability;
        }
        let is_whole = path.site == state.sites.len();
        if is_whole && !found(&path.outcome, path.shots.len() as u64, path.probability) {
            return Ok(false);
        }
    }
    Ok(true)
}

impl Bond {
    /// Becomes the bond that follows `before` behind a site whose wire has this bit; its norm.
    fn follow(&mut self, before: &Self, site: &Matrix, bit: usize) -> f64 {
        let width = site.columns;
        for part in [&mut self.re, &mut self.im] {
            part.clear();
            part.resize(width, 0.0);
        }
        let left = before.re.len();
        let factor = |l: usize| (before.re[l], before.im[l]);
        let fours = left / 4 * 4;
        for l in (0..fours).step_by(4) {
            let four = [l, l + 1, l + 2, l + 3];
            add_four(&mut self.re, &mut self.im, four.map(factor), four.map(|l| site.row(2 * l + bit)));
        }
        for l in fours..left {
            add(&mut self.re, &mut self.im, factor(l), site.row(2 * l + bit));
        }
        norm_sqr(&self.re, &self.im)
    }

    fn scale(&mut self, weight: f64) {
        let scale = 1.0 / weight.sqrt();
        self.re.iter_mut().chain(&mut self.im).for_each(|x| *x *= scale);
    }
}

/// In [0, 1), by 53 bits.
fn uniform(seed: u64, shot: u32, qubit: u32) -> f64 {
    const SCALE: f64 = 1.0 / (1u64 << 53) as f64;
    let [a, b, _, _] = philox4x32([shot, qubit, 0, SAMPLE], [seed as u32, (seed >> 32) as u32]);
    ((u64::from(b) << 32 | u64::from(a)) >> 11) as f64 * SCALE
}
