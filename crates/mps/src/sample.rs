//! Outcomes of all qubits, site by site: shots share what is contracted as long as their bits agree.

use crate::program::Program;
use crate::state::{Advance, Site, State};
use ketflow_error::Interrupted;
use ketflow_rng::philox4x32;
use num_complex::Complex64;

/// The top word of the counters of this engine's random numbers; part of the reproducibility contract, never reused.
const SAMPLE: u32 = 0x401;

/// Shots, or a probability, that have the same bits so far.
struct Path {
    site: usize,
    /// The left bond, with the amplitudes of these bits; its norm is 1.
    bond: Vec<Complex64>,
    shots: Vec<u32>,
    probability: f64,
    outcome: Vec<u64>,
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
        bond: vec![Complex64::new(1.0, 0.0)],
        shots: (0..shots.unwrap_or(0)).collect(),
        probability: 1.0,
        outcome: vec![0; words],
    }];
    while let Some(path) = waiting.pop() {
        let Some(site) = state.sites.get(path.site) else {
            if !found(&path.outcome, path.shots.len() as u64, path.probability) {
                return Ok(false);
            }
            continue;
        };
        let qubit = state.places.qubit(path.site);
        let bonds = [0, 1].map(|bit| contracted(&path.bond, site, bit));
        advance((8 * path.bond.len() * site.right + path.shots.len() * 4) as u64)?;
        let weights = bonds.each_ref().map(|bond| bond.iter().map(Complex64::norm_sqr).sum::<f64>());
        let ones = weights[1] / (weights[0] + weights[1]);
        let is_one = |shot: u32| uniform(seed, shot, qubit) < ones;
        let (ones_shots, zero_shots): (Vec<u32>, Vec<u32>) = path.shots.iter().partition(|shot| is_one(**shot));
        let parts = [(0, zero_shots, 1.0 - ones), (1, ones_shots, ones)];
        for ((bit, shots_here, share), mut bond) in parts.into_iter().zip(bonds) {
            let probability = path.probability * share;
            let is_wanted = if shots.is_some() { !shots_here.is_empty() } else { probability > floor };
            if !is_wanted {
                continue;
            }
            let scale = 1.0 / weights[bit].sqrt();
            bond.iter_mut().for_each(|x| *x *= scale);
            let mut outcome = path.outcome.clone();
            if bit == 1 {
                bits[qubit as usize].iter().for_each(|bit| outcome[*bit as usize / 64] |= 1 << (bit % 64));
            }
            waiting.push(Path { site: path.site + 1, bond, shots: shots_here, probability, outcome });
        }
    }
    Ok(true)
}

/// The bond behind a site whose qubit has this bit.
fn contracted(bond: &[Complex64], site: &Site, bit: usize) -> Vec<Complex64> {
    let mut next = vec![Complex64::default(); site.right];
    for (l, factor) in bond.iter().enumerate() {
        let row = &site.data[(l * 2 + bit) * site.right..][..site.right];
        next.iter_mut().zip(row).for_each(|(next, x)| *next += factor * x);
    }
    next
}

/// In [0, 1), by 53 bits.
fn uniform(seed: u64, shot: u32, qubit: u32) -> f64 {
    const SCALE: f64 = 1.0 / (1u64 << 53) as f64;
    let [a, b, _, _] = philox4x32([shot, qubit, 0, SAMPLE], [seed as u32, (seed >> 32) as u32]);
    ((u64::from(b) << 32 | u64::from(a)) >> 11) as f64 * SCALE
}
