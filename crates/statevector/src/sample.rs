//! Sampling basis states: the uniform numbers of the shots, sorted, against one cumulative pass over the state.
//!
//! The cumulative sum has three levels, so that it does not depend on vectors, segments or threads: chunk weights of the
//! reduction tree are added in order; inside a chunk that is hit, block weights (folded 16 → 1); inside a block that is hit,
//! the lanes in order. A number u falls to the first amplitude whose cumulative weight exceeds u · total.

use crate::monitor::{Interrupted, POLL_AMPLITUDES, Progress};
use crate::real::Real;
use crate::reduce::{CHUNK_BLOCKS, chunk_weights, fold, weights};
use crate::state::{LANES, State};
use ketflow_rng::{Purpose, uniform};

/// Calls `found(index, shot)` for every shot, in ascending order of the basis index.
pub(crate) fn sample<T: Real>(
    state: &State<T>,
    seed: u64,
    shots: &[u32],
    progress: &mut Progress,
    mut found: impl FnMut(usize, u32),
) -> Result<(), Interrupted> {
    let chunks = chunk_weights(state, progress)?;
    let total = chunks.iter().fold(0.0, |sum, weight| sum + weight);
    let mut draws: Vec<(f64, u32)> = Vec::with_capacity(shots.len());
    for piece in shots.chunks(POLL_AMPLITUDES as usize) {
        draws.extend(piece.iter().map(|&shot| (uniform(seed, Purpose::FinalSample, u64::from(shot), 0) * total, shot)));
        progress.advance(piece.len() as u64)?;
    }
    draws.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let mut draws = draws.into_iter().peekable();
    let (mut before, mut last) = (0.0, 0);
    for (chunk, weight) in chunks.iter().enumerate() {
        let after = before + weight;
        if draws.peek().is_some_and(|draw| draw.0 < after) {
            let first = chunk * CHUNK_BLOCKS;
            let mut running = before;
            let mut hits = 0;
            for index in first..(first + CHUNK_BLOCKS).min(state.block_count()) {
                let lanes = weights(state.block(index));
                let next = running + fold(lanes);
                let mut cumulative = running;
                for (lane, weight) in lanes.into_iter().enumerate() {
                    if weight > 0.0 {
                        last = index * LANES + lane;
                        cumulative += weight;
                        while let Some(draw) = draws.next_if(|draw| draw.0 < cumulative) {
                            found(last, draw.1);
                            hits += 1;
                        }
                    }
                }
                // The lane sum and the folded sum may round apart: what lies between goes to the last lane with weight.
                while let Some(draw) = draws.next_if(|draw| draw.0 < next) {
                    found(last, draw.1);
                    hits += 1;
                }
                running = next;
            }
            while let Some(draw) = draws.next_if(|draw| draw.0 < after) {
                found(last, draw.1);
                hits += 1;
            }
            progress.advance((CHUNK_BLOCKS * LANES) as u64 + hits)?;
        }
        before = after;
    }
    draws.for_each(|draw| found(last, draw.1));
    Ok(())
}
