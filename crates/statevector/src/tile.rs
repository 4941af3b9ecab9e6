//! Running a sweep: each tile is gathered into contiguous memory, all stages work on it there, and it goes back.
//!
//! Without the copy, blocks a power of two apart fall into the same cache sets and throw each other out. Where a tile is contiguous
//! in the state it is worked on in place.

mod lane_rotations;
mod moves;
mod phases;
mod probes;
mod rotations;

use crate::lanes::{Lanes, Vectorized};
use crate::monitor::{Interrupted, Progress};
use crate::parts::Parts;
use crate::real::Real;
use crate::reduce::LaneSums;
use crate::state::{Block, LANES, State};
use crate::sweep::{Stage, Sweep, TileCondition};
use phases::Outer;
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Applies a sweep, on several threads where the state is large.
pub(crate) fn apply<T: Real>(state: &mut State<T>, sweep: &Sweep, progress: &mut Progress) -> Result<(), Interrupted> {
    apply_and_read(state, sweep, &mut [], progress)
}

/// Applies a sweep of a backward pass; its probes add to their entries of `sums`. Each tile has sums of its own, which are added pairwise,
/// neighbours first.
pub(crate) fn apply_and_read<T: Real>(
    state: &mut State<T>,
    sweep: &Sweep,
    sums: &mut [f64],
    progress: &mut Progress,
) -> Result<(), Interrupted> {
    let blocks = 1usize << sweep.held_blocks.count_ones();
    let tiles = state.block_count() / blocks;
    let shift = state.segment_shift();
    let segments: Vec<Parts<Block<T>>> = state.segments_mut().iter_mut().map(|segment| Parts::new(segment)).collect();
    let all = (blocks * tiles) - 1;
    let place = Place {
        segments: &segments,
        shift,
        outer_blocks: all & !sweep.held_blocks,
        offsets: (0..blocks).map(|block| deposit(block, sweep.held_blocks)).collect(),
        run: 1 << sweep.held_blocks.trailing_ones().min(shift),
        is_contiguous: sweep.held_blocks == blocks - 1 && blocks <= 1 << shift,
    };
    let choice = progress.lanes;
    let idle = Mutex::new(Vec::new());
    let read = sweep.sums.len();
    let mut of_tiles = vec![0.0; tiles * read];
    let places = Parts::new(&mut of_tiles);
    progress.pass(tiles, blocks * LANES * sweep.weight, |range| {
        let mut workspace = locked(&idle).pop().unwrap_or_else(|| Workspace::new(sweep, &place));
        // SAFETY: ranges are disjoint.
        let sums = unsafe { places.part(range.start * read..range.end * read) };
        choice.run(Tiles { sweep, place: &place, workspace: &mut workspace, sums, range });
        locked(&idle).push(workspace);
    })?;
    for (k, sum) in sweep.sums.iter().enumerate() {
        let mut row: Vec<f64> = of_tiles.iter().skip(k).step_by(read).copied().collect();
        while row.len() > 1 {
            row = row.chunks(2).map(|pair| pair.iter().sum()).collect();
        }
        sums[*sum as usize] += row.first().copied().unwrap_or(0.0);
    }
    Ok(())
}

/// What a thread needs for its tiles; the next share of tiles takes it over, because fresh memory costs as much as a gate.
struct Workspace<T> {
    /// Room for a tile, unless tiles are worked on in place.
    scratch: Vec<Block<T>>,
    /// For each stage.
    outer: Vec<Outer<T>>,
    /// For probes.
    room: Vec<LaneSums>,
}

impl<T: Real> Workspace<T> {
    fn new(sweep: &Sweep, place: &Place<T>) -> Self {
        let length = if place.is_contiguous { 0 } else { place.offsets.len() };
        Self {
            scratch: vec![Block::ZERO; length],
            outer: sweep.stages.iter().map(|_| Outer::default()).collect(),
            room: Vec::new(),
        }
    }
}

/// A panic elsewhere leaves whole workspaces behind.
fn locked<T>(idle: &Mutex<Vec<Workspace<T>>>) -> MutexGuard<'_, Vec<Workspace<T>>> {
    idle.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where tiles lie in the state.
struct Place<'a, T> {
    segments: &'a [Parts<'a, Block<T>>],
    /// log₂ of the blocks of a segment.
    shift: u32,
    /// Bits of the block index that are constant in a tile.
    outer_blocks: usize,
    /// From the index of a block in its tile to its place relative to the tile's first block.
    offsets: Vec<usize>,
    /// How many blocks of a tile follow each other in the state, and in a segment.
    run: usize,
    is_contiguous: bool,
}

impl<T: Real> Place<'_, T> {
    /// Block `block` of the state.
    fn block(&self, block: usize) -> *mut Block<T> {
        let segment = self.segments[block >> self.shift].as_mut_ptr();
        // SAFETY: the offset is below 2^shift, the length of every segment.
        unsafe { segment.add(block & ((1 << self.shift) - 1)) }
    }

    fn first(&self, tile: usize) -> usize {
        deposit(tile, self.outer_blocks)
    }

    /// Copies a tile to `scratch`, or back.
    #[inline(always)]
    fn copy<V: Lanes<T>>(&self, tile: usize, scratch: *mut Block<T>, is_back: bool) {
        let first = self.first(tile);
        for at in (0..self.offsets.len()).step_by(self.run) {
            let there = self.block(first | self.offsets[at]).cast::<T>();
            // SAFETY: the scratch memory holds a tile.
            let here = unsafe { scratch.add(at).cast::<T>() };
            let (from, to) = if is_back { (here, there) } else { (there, here) };
            // By vectors: calls of the library's copy for some hundred bytes took a third of the time of a short sweep.
            for block in 0..self.run {
                for number in (0..2 * LANES / V::WIDTH).map(|v| block * 2 * LANES + v * V::WIDTH) {
                    // SAFETY: `run` blocks follow each other in the segment and in the scratch memory, which is apart from the state.
                    unsafe { V::load(from.add(number)).store(to.add(number)) };
                }
            }
        }
    }
}

/// Spreads the bits of `index` over the set bits of `mask`, lowest first.
pub(crate) fn deposit(index: usize, mask: usize) -> usize {
    let (mut result, mut rest, mut k) = (0, mask, 0);
    while rest != 0 {
        let bit = rest & rest.wrapping_neg();
        result |= if index >> k & 1 == 1 { bit } else { 0 };
        rest ^= bit;
        k += 1;
    }
    result
}

struct Tiles<'a, T> {
    sweep: &'a Sweep,
    place: &'a Place<'a, T>,
    workspace: &'a mut Workspace<T>,
    /// Those of the sweep for each tile of the range.
    sums: &'a mut [f64],
    range: Range<usize>,
}

impl<T: Real> Vectorized<T> for Tiles<'_, T> {
    #[inline(always)]
    fn run<V: Lanes<T>>(self) {
        let Self { sweep, place, workspace, sums, range } = self;
        let Workspace { scratch, outer, room } = workspace;
        let blocks = place.offsets.len();
        for (k, tile) in range.enumerate() {
            let base = if place.is_contiguous {
                place.block(place.first(tile))
            } else {
                // SAFETY: this code runs, so the processor has the instructions of V.
                unsafe {
                    V::vectorize(
                        #[inline(always)]
                        || place.copy::<V>(tile, scratch.as_mut_ptr(), false),
                    );
                }
                scratch.as_mut_ptr()
            };
            for (stage, outer) in sweep.stages.iter().zip(outer.iter_mut()) {
                if let Stage::Probes(stage) = stage {
                    let read = sweep.sums.len();
                    // SAFETY: `base` holds the blocks of a tile, which nobody else uses.
                    let tile_blocks = unsafe { std::slice::from_raw_parts(base, blocks) };
                    let sums = &mut sums[k * read..(k + 1) * read];
                    // SAFETY: this code runs, so the processor has the instructions of V.
                    unsafe {
                        V::vectorize(
                            #[inline(always)]
                            || match V::WIDTH {
                                2 => probes::apply::<T, 2>(tile_blocks, tile, stage, room, sums),
                                4 => probes::apply::<T, 4>(tile_blocks, tile, stage, room, sums),
                                _ => probes::apply::<T, 8>(tile_blocks, tile, stage, room, sums),
                            },
                        );
                    }
                    continue;
                }
                // SAFETY: `base` holds the blocks of a tile, which nobody else uses: tiles are disjoint, and so are ranges. The
                // stages of a sweep stay within its tiles. This code runs, so the processor has the instructions of V.
                unsafe { stage_on_tile::<T, V>(stage, base, blocks, tile, outer) };
            }
            if !place.is_contiguous {
                // SAFETY: as above.
                unsafe {
                    V::vectorize(
                        #[inline(always)]
                        || place.copy::<V>(tile, scratch.as_mut_ptr(), true),
                    );
                }
            }
        }
    }
}

/// # Safety
/// `base` must hold `blocks` blocks of a tile of the sweep of `stage` for this thread alone, and the processor the instructions of V.
#[inline(always)]
unsafe fn stage_on_tile<T: Real, V: Lanes<T>>(
    stage: &Stage,
    base: *mut Block<T>,
    blocks: usize,
    tile: usize,
    outer: &mut Outer<T>,
) {
    // SAFETY: as the caller promises.
    unsafe {
        match stage {
            Stage::Pair { bits, steep, ratios } => rotations::pair::<T, V>(base, blocks, *bits, *steep, *ratios),
            Stage::Single { bit, is_steep, ratio } => rotations::single::<T, V>(base, blocks, *bit, *is_steep, *ratio),
            Stage::Lanes { present, steep, factors } => {
                lane_rotations::apply::<T, V>(base, blocks, *present, *steep, factors);
            }
            Stage::ConditionalBlocks { bit, condition, factors } if condition.admits(tile) => {
                rotations::conditional_blocks::<T, V>(base, blocks, *bit, condition, factors);
            }
            Stage::ConditionalLanes { exchange, condition, factors } if condition.admits(tile) => {
                lane_rotations::conditional::<T, V>(base, blocks, *exchange, condition, factors);
            }
            Stage::Move { members, exchange, chosen, condition } if condition.admits(tile) => {
                moves::apply::<T, V>(base, blocks, *members, *exchange, *chosen, condition);
            }
            Stage::ConditionalBlocks { .. } | Stage::ConditionalLanes { .. } | Stage::Move { .. } => {}
            // Read by the caller, who has a place for the sums.
            Stage::Probes(_) => {}
            Stage::Scale(factor) => phases::scale::<T, V>(base, blocks, *factor),
            Stage::Phases(stage) => phases::apply::<T, V>(base, blocks, tile, stage, outer),
        }
    }
}

/// Indices of blocks of a tile whose bits in `fixed` are `value`, ascending.
#[inline(always)]
fn blocks_with(blocks: usize, fixed: usize, value: usize) -> impl Iterator<Item = usize> + Clone {
    let count = blocks >> fixed.count_ones();
    let mut next = 0usize;
    (0..count).map(move |_| {
        let block = next;
        // The carry runs over the fixed bits because they are all ones while adding.
        next = ((block | fixed) + 1) & !fixed;
        block | value
    })
}

/// Blocks of a tile that fulfil a condition, with `bits` (and of those `value`) fixed as well.
#[inline(always)]
fn admitted(blocks: usize, condition: &TileCondition, bits: usize, value: usize) -> impl Iterator<Item = usize> {
    blocks_with(blocks, condition.block_mask | bits, condition.block_value | value)
}

/// Sixteen numbers, rounded.
#[inline(always)]
fn rounded<T: Real>(values: &[f64; LANES]) -> [T; LANES] {
    std::array::from_fn(|lane| T::from_f64(values[lane]))
}
