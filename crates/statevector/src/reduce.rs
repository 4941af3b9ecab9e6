//! Sums over the state in one fixed tree, in f64 also for f32 states.
//!
//! The tree: the state is cut into chunks of 256 blocks (4096 amplitudes). In a chunk sixteen accumulators, one per lane, add
//! the terms of the blocks in ascending order; they are folded 16 → 8 → 4 → 2 → 1 (lane l takes lane l + 8, then l + 4, …);
//! the chunk sums are added pairwise, neighbours first. Nothing in it depends on the width of a vector, on segments or threads.

use crate::lanes::{Lanes, Vectorized};
use crate::monitor::{Interrupted, Progress};
use crate::parts::Parts;
use crate::real::Real;
use crate::state::{Block, LANE_QUBITS, LANES, State};
use std::ops::Range;

/// Blocks of a chunk.
pub(crate) const CHUNK_BLOCKS: usize = 256;

/// Sixteen lane accumulators, or sixteen terms.
pub(crate) type LaneSums = [f64; LANES];

/// The fold 16 → 1.
#[inline(always)]
pub(crate) fn fold(mut lanes: LaneSums) -> f64 {
    for step in [8, 4, 2, 1] {
        for lane in 0..step {
            lanes[lane] += lanes[lane + step];
        }
    }
    lanes[0]
}

/// |amplitude|² of a block, lane by lane.
#[inline(always)]
pub(crate) fn weights<T: Real>(block: &Block<T>) -> LaneSums {
    std::array::from_fn(|l| {
        let (re, im) = (block.re[l].to_f64(), block.im[l].to_f64());
        re * re + im * im
    })
}

/// K sums at once; `add` adds the terms of one block to the lane accumulators.
pub(crate) fn reduce<T: Real, const K: usize>(
    state: &State<T>,
    progress: &mut Progress,
    add: impl Fn(usize, &Block<T>, &mut [LaneSums; K]) + Sync,
) -> Result<[f64; K], Interrupted> {
    reduce_runs(state, progress, |first, blocks, chunk: &mut [LaneSums; K]| {
        for (k, block) in blocks.iter().enumerate() {
            add(first + k, block, chunk);
        }
    })
}

/// As [`reduce`], with the blocks of a chunk that follow each other in memory at once: `run` is given the index of the first, a multiple of
/// their number, which is a power of two. Marked `#[inline(always)]` it is compiled for the vectors of the run.
pub(crate) fn reduce_runs<T: Real, const K: usize>(
    state: &State<T>,
    progress: &mut Progress,
    run: impl Fn(usize, &[Block<T>], &mut [LaneSums; K]) + Sync,
) -> Result<[f64; K], Interrupted> {
    let chunks = chunk_sums(state, progress, run)?;
    let mut pairwise = Pairwise::default();
    chunks.into_iter().for_each(|sums| pairwise.push(sums));
    Ok(pairwise.total())
}

/// The weight Σ|amplitude|² of every chunk, in order.
pub(crate) fn chunk_weights<T: Real>(state: &State<T>, progress: &mut Progress) -> Result<Vec<[f64; 1]>, Interrupted> {
    chunk_sums(state, progress, |_, blocks, [sums]: &mut [LaneSums; 1]| {
        for block in blocks {
            let w = weights(block);
            for lane in 0..LANES {
                sums[lane] += w[lane];
            }
        }
    })
}

/// Calls `run` on the contiguous runs of blocks of each chunk and folds the chunk's accumulators. Chunks are shared out among the
/// threads, but each is summed by one of them.
fn chunk_sums<T: Real, const K: usize>(
    state: &State<T>,
    progress: &mut Progress,
    run: impl Fn(usize, &[Block<T>], &mut [LaneSums; K]) + Sync,
) -> Result<Vec<[f64; K]>, Interrupted> {
    let blocks = state.block_count();
    let mut result = vec![[0.0; K]; blocks.div_ceil(CHUNK_BLOCKS)];
    let places = Parts::new(&mut result);
    let choice = progress.lanes;
    progress.pass(blocks.div_ceil(CHUNK_BLOCKS), blocks.min(CHUNK_BLOCKS) * LANES, |range| {
        // SAFETY: ranges are disjoint.
        let places = unsafe { places.part(range.clone()) };
        choice.run(Chunks { state, run: &run, range, places });
    })?;
    Ok(result)
}

/// Chunks and where their sums go.
struct Chunks<'a, T, F, const K: usize> {
    state: &'a State<T>,
    run: &'a F,
    range: Range<usize>,
    places: &'a mut [[f64; K]],
}

impl<T: Real, F: Fn(usize, &[Block<T>], &mut [LaneSums; K]), const K: usize> Vectorized<T> for Chunks<'_, T, F, K> {
    #[inline(always)]
    fn run<V: Lanes<T>>(self) {
        let blocks = self.state.block_count();
        for (chunk, place) in self.range.zip(self.places) {
            let first = chunk * CHUNK_BLOCKS;
            let mut sums = [[0.0; LANES]; K];
            let end = (first + CHUNK_BLOCKS).min(blocks);
            self.state.for_runs(first, end, |at, blocks| (self.run)(at, blocks, &mut sums));
            *place = sums.map(fold);
        }
    }
}

/// Weights of the outcomes 0 and 1 of `qubit`.
pub(crate) fn outcome_weights<T: Real>(
    state: &State<T>,
    qubit: u32,
    progress: &mut Progress,
) -> Result<[f64; 2], Interrupted> {
    if qubit >= LANE_QUBITS {
        let bit = qubit - LANE_QUBITS;
        return reduce(state, progress, |index, block, sums: &mut [LaneSums; 2]| {
            let w = weights(block);
            let sums = &mut sums[index >> bit & 1];
            for lane in 0..LANES {
                sums[lane] += w[lane];
            }
        });
    }
    let ones: LaneSums = std::array::from_fn(|lane| (lane >> qubit & 1) as f64);
    reduce(state, progress, |_, block, sums: &mut [LaneSums; 2]| {
        let w = weights(block);
        for lane in 0..LANES {
            sums[0][lane] += w[lane] * (1.0 - ones[lane]);
            sums[1][lane] += w[lane] * ones[lane];
        }
    })
}

/// Pairwise sums of a stream: entry k waits for the second half of a pair of 2ᵏ terms.
struct Pairwise<const K: usize> {
    waiting: Vec<Option<[f64; K]>>,
}

impl<const K: usize> Default for Pairwise<K> {
    fn default() -> Self {
        Self { waiting: Vec::new() }
    }
}

impl<const K: usize> Pairwise<K> {
    fn push(&mut self, mut sum: [f64; K]) {
        for slot in &mut self.waiting {
            match slot.take() {
                Some(earlier) => sum = std::array::from_fn(|k| earlier[k] + sum[k]),
                None => {
                    *slot = Some(sum);
                    return;
                }
            }
        }
        self.waiting.push(Some(sum));
    }

    /// What waits, smallest pairs first; for a power of two of terms exactly one entry waits.
    fn total(self) -> [f64; K] {
        self.waiting
            .into_iter()
            .flatten()
            .reduce(|later, earlier| std::array::from_fn(|k| earlier[k] + later[k]))
            .unwrap_or([0.0; K])
    }
}
