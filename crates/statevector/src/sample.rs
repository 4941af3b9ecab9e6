//! Sampling basis states: the uniform numbers of the shots, sorted, against one cumulative pass over the state.
//!
//! The cumulative sum has three levels, so that it does not depend on vectors, segments or threads: chunk weights of the
//! reduction tree are added in order; inside a chunk that is hit, block weights (folded 16 → 1); inside a block that is hit,
//! the lanes in order. A number u falls to the first chunk, in it to the first block and in that to the first amplitude whose
//! cumulative weight exceeds u · total. Chunks that are hit are searched on several threads, each by one.

use crate::monitor::{Interrupted, Progress};
use crate::parts::Parts;
use crate::real::Real;
use crate::reduce::{CHUNK_BLOCKS, chunk_weights, fold, weights};
use crate::state::{LANES, State};
use ketflow_rng::{Purpose, uniform};
use num_complex::Complex64;
use std::ops::Range;

/// A chunk into which some of the sorted draws fall.
struct Hit {
    chunk: usize,
    /// Cumulative weight in front of the chunk.
    before: f64,
    draws: Range<usize>,
}

/// Calls `found(index, shot)` for every shot, in ascending order of the basis index.
pub(crate) fn sample<T: Real>(
    state: &State<T>,
    seed: u64,
    shots: &[u32],
    progress: &mut Progress,
    mut found: impl FnMut(usize, u32),
) -> Result<(), Interrupted> {
    let chunks = chunk_weights(state, progress)?;
    let total = chunks.iter().fold(0.0, |sum, [weight]| sum + weight);
    let draws = sorted_draws(seed, shots, progress)?;
    let mut hits: Vec<Hit> = Vec::new();
    let (mut before, mut taken) = (0.0, 0);
    for (chunk, [weight]) in chunks.iter().enumerate() {
        let after = before + weight;
        let count = draws[taken..].iter().take_while(|(u, _)| u * total < after).count();
        if count > 0 {
            hits.push(Hit { chunk, before, draws: taken..taken + count });
            taken += count;
            progress.advance(count as u64)?;
        }
        before = after;
    }
    let mut indices = vec![0usize; draws.len()];
    let places = Parts::new(&mut indices);
    progress.pass(hits.len(), CHUNK_BLOCKS * LANES, |range| {
        for hit in &hits[range] {
            // SAFETY: hits have disjoint ranges of draws.
            let places = unsafe { places.part(hit.draws.clone()) };
            let draws = draws[hit.draws.clone()].iter().map(|(u, _)| u * total);
            find_in_chunk(state, hit, draws, places);
        }
    })?;
    if taken < draws.len() {
        // Draws that rounded up to the total.
        let has_weight = |index: &usize| state.amplitude(*index) != Complex64::new(0.0, 0.0);
        indices[taken..].fill((0..state.amplitudes()).rev().find(has_weight).unwrap_or(0));
    }
    for (index, (_, shot)) in indices.into_iter().zip(draws) {
        found(index, shot);
        progress.advance(1)?;
    }
    Ok(())
}

/// Where the draws of a chunk fall: one place for each.
fn find_in_chunk<T: Real>(state: &State<T>, hit: &Hit, draws: impl Iterator<Item = f64>, places: &mut [usize]) {
    let mut draws = draws.zip(places).peekable();
    let first = hit.chunk * CHUNK_BLOCKS;
    let (mut running, mut last) = (hit.before, 0);
    for index in first..(first + CHUNK_BLOCKS).min(state.block_count()) {
        if draws.peek().is_none() {
            return;
        }
        let lanes = weights(state.block(index));
        let next = running + fold(lanes);
        let mut cumulative = running;
        for (lane, weight) in lanes.into_iter().enumerate() {
            if weight > 0.0 {
                last = index * LANES + lane;
                cumulative += weight;
                while let Some((_, place)) = draws.next_if(|(draw, _)| *draw < cumulative) {
                    *place = last;
                }
            }
        }
        // The lane sum and the folded sum may round apart: what lies between goes to the last lane with weight.
        while let Some((_, place)) = draws.next_if(|(draw, _)| *draw < next) {
            *place = last;
        }
        running = next;
    }
    draws.for_each(|(_, place)| *place = last);
}

/// Most buckets of the draws: their ends stay in the second cache.
const MOST_BUCKETS: usize = 1 << 15;

/// What a draw counts as work: a random number, or its part of sorting a bucket, takes about as long as a gate on so many amplitudes.
const DRAW_AMPLITUDES: usize = 8;

/// The same for a bucket.
fn sorted_amplitudes(shots: usize, buckets: usize) -> usize {
    (shots / buckets).max(1) * DRAW_AMPLITUDES
}

/// The uniform numbers of the shots with their shots, ascending. They are spread over buckets of about eight first, which are then
/// sorted one by one: faster than one large sort, and the monitor is polled between.
fn sorted_draws(seed: u64, shots: &[u32], progress: &mut Progress) -> Result<Vec<(f64, u32)>, Interrupted> {
    let buckets = (shots.len() >> 3).clamp(1, MOST_BUCKETS);
    let bucket = |u: f64| ((u * buckets as f64) as usize).min(buckets - 1);
    let mut ends = vec![0usize; buckets + 1];
    let mut draws = vec![(0.0, 0); shots.len()];
    let places = Parts::new(&mut draws);
    progress.pass(shots.len(), DRAW_AMPLITUDES, |range| {
        // SAFETY: ranges are disjoint.
        let places = unsafe { places.part(range.clone()) };
        for (place, shot) in places.iter_mut().zip(&shots[range]) {
            *place = (uniform(seed, Purpose::FinalSample, u64::from(*shot), 0), *shot);
        }
    })?;
    for (u, _) in &draws {
        ends[bucket(*u) + 1] += 1;
    }
    for k in 0..buckets {
        ends[k + 1] += ends[k];
    }
    let mut sorted = vec![(0.0, 0); draws.len()];
    for draw in draws {
        let end = &mut ends[bucket(draw.0)];
        sorted[*end] = draw;
        *end += 1;
    }
    // What was the start of each bucket has moved to its end.
    let start = |bucket: usize| bucket.checked_sub(1).map_or(0, |before| ends[before]);
    let places = Parts::new(&mut sorted);
    progress.pass(buckets, sorted_amplitudes(shots.len(), buckets), |range| {
        for bucket in range {
            // SAFETY: buckets are disjoint.
            let draws = unsafe { places.part(start(bucket)..ends[bucket]) };
            draws.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        }
    })?;
    Ok(sorted)
}
