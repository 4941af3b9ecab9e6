//! Applying a gate: which blocks a pass walks, and one kernel per structure of matrix.
//!
//! A gate's qubits fall into two kinds. Qubits ≥ 4 select blocks: a pass over such a target walks groups of blocks, a control
//! there skips blocks. Qubits < 4 select lanes: a target there exchanges lanes inside the block, a control there keeps lanes.

mod dense;
mod diagonal;
mod each_vector;
mod one_qubit;
mod permutation;

pub(crate) use diagonal::collapse;

use crate::monitor::{Interrupted, Progress};
use crate::parts::Parts;
use crate::real::Real;
use crate::state::{Block, LANE_QUBITS, LANES, State};
use ketflow_circuit::ir::Control;
use num_complex::Complex64;
use std::ops::RangeInclusive;

/// A gate with bound parameters, classified by the structure of its matrix.
#[derive(Debug, Clone, PartialEq)]
pub struct Kernel {
    /// What is done where every control has its value.
    pub shape: Shape,
    /// Controls on qubits that are no targets.
    pub controls: Vec<Control>,
}

/// The structure of a matrix decides how it is applied.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// Multiplies by `factors[bits of the targets]`; no targets is a global phase.
    Diagonal {
        /// First target = lowest bit of the index.
        targets: Vec<u32>,
        /// 2^targets factors.
        factors: Vec<Complex64>,
    },
    /// X.
    Flip {
        /// The qubit.
        target: u32,
    },
    /// SWAP.
    Swap {
        /// One qubit.
        a: u32,
        /// The other.
        b: u32,
    },
    /// Any 2×2 matrix, row-major.
    One {
        /// The qubit.
        target: u32,
        /// [m00, m01, m10, m11]
        matrix: [Complex64; 4],
    },
    /// Any matrix, row-major.
    Dense {
        /// First target = lowest bit of the index.
        targets: Vec<u32>,
        /// 4^targets entries.
        matrix: Vec<Complex64>,
    },
}

impl Kernel {
    /// Classifies a row-major matrix on `targets` by its exact zeros.
    pub fn new(matrix: Vec<Complex64>, targets: Vec<u32>, controls: Vec<Control>) -> Self {
        let n = 1usize << targets.len();
        let zero = Complex64::new(0.0, 0.0);
        let one = Complex64::new(1.0, 0.0);
        let is_diagonal = (0..n * n).all(|k| k / n == k % n || matrix[k] == zero);
        let shape = if is_diagonal {
            Shape::Diagonal { factors: (0..n).map(|k| matrix[k * n + k]).collect(), targets }
        } else if let [target] = targets[..] {
            if matrix == [zero, one, one, zero] {
                Shape::Flip { target }
            } else {
                Shape::One { target, matrix: [matrix[0], matrix[1], matrix[2], matrix[3]] }
            }
        } else {
            let is_swap = n == 4 && [(0, 0), (1, 2), (2, 1), (3, 3)].iter().all(|(r, c)| matrix[r * 4 + c] == one);
            match targets[..] {
                [a, b] if is_swap => Shape::Swap { a, b },
                _ => Shape::Dense { targets, matrix },
            }
        };
        Self { shape, controls }
    }

    /// Whether the kernel leaves every state as it is.
    pub fn is_identity(&self) -> bool {
        matches!(&self.shape, Shape::Diagonal { factors, .. } if factors.iter().all(|f| *f == Complex64::new(1.0, 0.0)))
    }

    /// Which part of the state a pass reads and writes: the blocks where every control on qubits ≥ 4 has its value, of a diagonal
    /// those whose factors are not all 1, of a SWAP of such qubits those in which they differ. A power of two divides it exactly.
    pub fn touched_share(&self) -> f64 {
        let one = Complex64::new(1.0, 0.0);
        let is_high = |qubit: u32| qubit >= LANE_QUBITS;
        let controls = self.controls.iter().filter(|control| is_high(control.qubit)).count() as i32;
        let of_targets = match &self.shape {
            Shape::Diagonal { targets, factors } => {
                let high = (0..targets.len()).filter(|k| is_high(targets[*k])).fold(0, |mask, k| mask | 1usize << k);
                let choices = 1usize << high.count_ones();
                let mut touched: Vec<usize> =
                    (0..factors.len()).filter(|k| factors[*k] != one).map(|k| k & high).collect();
                touched.sort_unstable();
                touched.dedup();
                touched.len() as f64 / choices as f64
            }
            Shape::Swap { a, b } if is_high(*a) && is_high(*b) => 0.5,
            _ => 1.0,
        };
        of_targets / f64::from(1u32 << controls.min(31))
    }
}

/// Applies a kernel in place.
pub(crate) fn apply<T: Real>(
    state: &mut State<T>,
    kernel: &Kernel,
    progress: &mut Progress,
) -> Result<(), Interrupted> {
    let controls = Controls::new(&kernel.controls);
    match &kernel.shape {
        Shape::Diagonal { targets, factors } => diagonal::apply(state, targets, factors, controls, progress),
        Shape::Flip { target } => permutation::flip(state, *target, controls, progress),
        Shape::Swap { a, b } => permutation::swap(state, *a, *b, controls, progress),
        Shape::One { target, matrix } => one_qubit::apply(state, *target, matrix, controls, progress),
        Shape::Dense { targets, matrix } => dense::apply(state, targets, matrix, controls, progress),
    }
}

/// Controls, split by kind.
#[derive(Debug, Clone, Copy)]
struct Controls {
    /// Block index bits that are controls.
    block_mask: usize,
    /// Their values.
    block_value: usize,
    /// Lanes where every control below qubit 4 has its value.
    lanes: u32,
}

const ALL_LANES: u32 = 0xFFFF;

impl Controls {
    fn new(controls: &[Control]) -> Self {
        let mut split = Self { block_mask: 0, block_value: 0, lanes: ALL_LANES };
        for control in controls {
            if control.qubit < LANE_QUBITS {
                split.lanes &= lanes_where(control.qubit, control.value);
            } else {
                let bit = 1 << (control.qubit - LANE_QUBITS);
                split.block_mask |= bit;
                split.block_value |= if control.value { bit } else { 0 };
            }
        }
        split
    }
}

/// The lanes in which `qubit` (below 4) has `value`.
fn lanes_where(qubit: u32, value: bool) -> u32 {
    (0..LANES as u32).filter(|lane| (lane >> qubit & 1 == 1) == value).fold(0, |mask, lane| mask | 1 << lane)
}

/// The lane bits `qubits` (all below 4) of lane index `lane`, the first lowest.
fn gather(index: usize, qubits: &[u32]) -> usize {
    qubits.iter().enumerate().fold(0, |sum, (k, qubit)| sum | (index >> qubit & 1) << k)
}

/// The block offsets of a piece of a pass: counts through the free bits of a block index.
#[derive(Clone, Copy)]
struct Offsets {
    next: usize,
    fixed: usize,
    remaining: usize,
}

impl Iterator for Offsets {
    type Item = usize;

    #[inline(always)]
    fn next(&mut self) -> Option<usize> {
        if self.remaining == 0 {
            return None;
        }
        self.remaining -= 1;
        let offset = self.next;
        // The carry runs over the fixed bits because they are all ones while adding.
        self.next = ((offset | self.fixed) + 1) & !self.fixed;
        Some(offset)
    }
}

/// Runs a block of code for every offset, several times in a row as straight code: over [`STEP_BYTES`] of blocks, so that runs
/// of blocks up to that length give every load a constant stride (see [`each_vector`]).
macro_rules! each_offset {
    ($real:ty, $offset:ident in $offsets:expr => $body:block) => {{
        let mut offsets = $offsets;
        'walk: loop {
            super::each_offset!(@ 'walk, offsets, $offset, $body);
            if super::STEP_BYTES / size_of::<Block<$real>>() > 1 {
                super::each_offset!(@ 'walk, offsets, $offset, $body);
            }
            if super::STEP_BYTES / size_of::<Block<$real>>() > 2 {
                super::each_offset!(@ 'walk, offsets, $offset, $body);
                super::each_offset!(@ 'walk, offsets, $offset, $body);
            }
        }
    }};
    (@ $walk:lifetime, $offsets:ident, $offset:ident, $body:block) => {
        let Some($offset) = $offsets.next() else { break $walk };
        $body
    };
}
use each_offset;

/// What JavaScript engines compile gains nothing from longer steps (measured), so there a step is one block.
const STEP_BYTES: usize = if cfg!(target_arch = "wasm32") { 0 } else { 512 };

/// Bytes between the blocks of a pair for which [`Ahead`] pays: two to four steps.
const TOUCHED: RangeInclusive<usize> = if cfg!(target_arch = "wasm32") { 1024..=1024 } else { 1024..=2048 };

/// Where pairs of blocks lie 1 or 2 KiB apart, each load sees runs of two to four equal strides, then a jump. Prefetchers learn
/// the stride and fetch what nobody needs (measured, state beyond the cache: 5 times slower). Reading one value of every cache
/// line of the pairs to come, in ascending order, leads them back; shorter runs need no help and longer ones help themselves.
struct Ahead<T> {
    first: *const Block<T>,
    /// Blocks of one window, or 0 when nothing is read ahead.
    blocks: usize,
}

impl<T: Real> Ahead<T> {
    /// For the pairs `x.add(offset)`, `y.add(offset)`.
    fn new(x: *const Block<T>, y: *const Block<T>, offsets: Offsets) -> Self {
        let bytes = (y as usize).wrapping_sub(x as usize);
        let distance = bytes / size_of::<Block<T>>();
        let is_window = TOUCHED.contains(&bytes) && offsets.fixed & (2 * distance - 1) == distance;
        Self { first: x, blocks: if is_window { 2 * distance } else { 0 } }
    }

    /// Call before the pair at `offset` is used.
    #[inline(always)]
    fn touch(&self, offset: usize) {
        if self.blocks == 0 || offset & (self.blocks / 2 - 1) != 0 {
            return;
        }
        const LINE: usize = 64;
        const STEP: usize = 8;
        // SAFETY: a window is the blocks of its pairs, which are in bounds.
        let first = unsafe { self.first.add(offset) }.cast::<u8>();
        for line in (0..self.blocks * size_of::<Block<T>>() / LINE).step_by(STEP) {
            for k in 0..STEP {
                // SAFETY: a window has a multiple of STEP lines; the address is that of a cache line of its blocks.
                unsafe { first.add((line + k) * LINE).cast::<u32>().read_volatile() };
            }
        }
    }
}

/// Which blocks a pass walks.
struct Groups<'a> {
    /// Block index bits of each member of a group relative to its base: `[0]` for single blocks.
    members: &'a [usize],
    /// Bits of the block index that do not run freely: those of `members`, of controls, of chosen targets.
    fixed: usize,
    /// The values of the fixed bits in the base.
    value: usize,
}

/// Calls `body` with the pointers of the members and the offsets to add to all of them, piece by piece, on several threads where
/// the pass is large.
///
/// Within one call every member stays in one segment, so `pointer.add(offset)` is in bounds. All the blocks that the pointers and
/// offsets of all calls reach are distinct; so is what [`Ahead`] reads of them, because calls cover an aligned power of two of
/// offsets that is no less than a window.
fn for_groups<T: Real>(
    state: &mut State<T>,
    groups: &Groups,
    progress: &mut Progress,
    body: impl Fn(&[*mut Block<T>], Offsets) + Sync,
) -> Result<(), Interrupted> {
    let shift = state.segment_shift();
    let low = (1usize << shift) - 1;
    let (fixed, value) = (groups.fixed & low, groups.value & low);
    let per_segment = 1usize << (shift - fixed.count_ones());
    let segments: Vec<Parts<Block<T>>> = state.segments_mut().iter_mut().map(|segment| Parts::new(segment)).collect();
    let bases: Vec<usize> = (0..segments.len()).filter(|segment| segment & (groups.fixed >> shift) == 0).collect();
    progress.pass(bases.len() * per_segment, groups.members.len() * LANES, |range| {
        let mut pointers = Vec::with_capacity(groups.members.len());
        let mut at = range.start;
        while at < range.end {
            let (base, first) = (bases[at / per_segment], at % per_segment);
            let count = (per_segment - first).min(range.end - at);
            pointers.clear();
            for member in groups.members {
                let segment = segments[base | (groups.value | member) >> shift].as_mut_ptr();
                // SAFETY: the offset is below 2^shift, the length of every segment.
                pointers.push(unsafe { segment.add(value | (member & low)) });
            }
            body(&pointers, Offsets { next: deposit(first, low & !fixed), fixed, remaining: count });
            at += count;
        }
    })
}

/// Spreads the bits of `index` over the set bits of `mask`, lowest first.
fn deposit(mut index: usize, mask: usize) -> usize {
    let (mut result, mut rest) = (0, mask);
    while index != 0 && rest != 0 {
        let bit = rest & rest.wrapping_neg();
        result |= if index & 1 == 1 { bit } else { 0 };
        rest ^= bit;
        index >>= 1;
    }
    result
}

/// The 16 per-lane factors of a half block, rounded once.
fn lane_factors<T: Real>(factor: impl Fn(usize) -> Complex64) -> Block<T> {
    let mut block = Block::ZERO;
    for lane in 0..LANES {
        let f = factor(lane);
        block.re[lane] = T::from_f64(f.re);
        block.im[lane] = T::from_f64(f.im);
    }
    block
}
