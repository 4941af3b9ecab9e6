//! Multiplying a tile by its phases.

use crate::lanes::Lanes;
use crate::phases::table;
use crate::real::Real;
use crate::state::{Block, LANES};
use crate::sweep::{Inner, PhaseStage};
use num_complex::Complex64;

const ONE: Complex64 = Complex64::new(1.0, 0.0);

/// Tiles whose factors are tabulated together: those that differ in the lowest 4 bits of their index. The cut is fixed, not that of
/// a thread's share, so that products have one order.
const GROUP_BITS: u32 = 4;

/// What the tiles of a group multiply because of the qubits outside them.
#[derive(Default)]
pub(super) struct Outer<T> {
    group: Option<usize>,
    /// For each part that the factors share with the tile, one factor for each tile of the group.
    tables: Vec<Vec<Complex64>>,
    blocks: Vec<Block<T>>,
    values: [Vec<f64>; 2],
}

impl<T: Real> Outer<T> {
    /// Makes the tables of the group of `tile`.
    fn enter(&mut self, tile: usize, stage: &PhaseStage) {
        let group = tile >> GROUP_BITS;
        if self.group == Some(group) {
            return;
        }
        self.group = Some(group);
        let low = (1usize << GROUP_BITS) - 1;
        self.tables.clear();
        for (_, factors) in &stage.outer {
            let high_holds = |mask: usize| group & (mask >> GROUP_BITS) == mask >> GROUP_BITS;
            let held: Vec<(u64, Complex64)> = factors
                .iter()
                .filter(|(mask, _)| high_holds(*mask))
                .map(|(mask, factor)| ((mask & low) as u64, *factor))
                .collect();
            self.tables.push(table(&held, GROUP_BITS));
        }
    }
}

/// # Safety
/// See [`super::stage_on_tile`].
#[inline(always)]
pub(super) unsafe fn apply<T: Real, V: Lanes<T>>(
    base: *mut Block<T>,
    blocks: usize,
    tile: usize,
    stage: &PhaseStage,
    outer: &mut Outer<T>,
) {
    let mut lanes = stage.lane_values;
    let mut block_factors: &[Block<T>] = T::typed(&stage.blocks);
    if !stage.outer.is_empty() {
        outer.enter(tile, stage);
        let at = tile & ((1 << GROUP_BITS) - 1);
        let Outer { tables, blocks: rounded, values, .. } = outer;
        let mut is_changed = false;
        for ((inner, _), table) in stage.outer.iter().zip(&*tables) {
            let factor = table[at];
            match inner {
                _ if factor == ONE => {}
                Inner { blocks: 0, lanes: mask } => multiply_lanes(&mut lanes, *mask, factor),
                Inner { blocks: mask, lanes: 0 } => {
                    if !is_changed {
                        for (mine, theirs) in values.iter_mut().zip(&stage.block_values) {
                            mine.clone_from(theirs);
                        }
                        is_changed = true;
                    }
                    // SAFETY: as the caller promises.
                    unsafe {
                        V::vectorize(
                            #[inline(always)]
                            || multiply_blocks(values, *mask, factor),
                        )
                    };
                }
                Inner { blocks: block_mask, lanes: lane_mask } => {
                    let mut table = [ONE; LANES];
                    multiply_lanes(&mut table, *lane_mask, factor);
                    let table = lane_block::<T>(&table);
                    for block in super::blocks_with(blocks, *block_mask, *block_mask) {
                        // SAFETY: the block lies in the tile.
                        unsafe { multiply_block::<T, V>(base.add(block), &table) };
                    }
                }
            }
        }
        if is_changed {
            // SAFETY: as the caller promises.
            unsafe {
                V::vectorize(
                    #[inline(always)]
                    || round_blocks(values, rounded),
                )
            };
            block_factors = rounded;
        }
    }
    let is_uniform = lanes.iter().all(|factor| *factor == ONE);
    let lanes = &lane_block::<T>(&lanes);
    let patterns = (T::typed(&stage.patterns), &stage.pattern_of[..]);
    // SAFETY: as the caller promises.
    unsafe {
        match (is_uniform, patterns.1.is_empty()) {
            (true, true) => V::vectorize(
                #[inline(always)]
                || {
                    multiply::<T, V, true, false>(base, blocks, block_factors, lanes, patterns);
                },
            ),
            (false, true) => V::vectorize(
                #[inline(always)]
                || {
                    multiply::<T, V, false, false>(base, blocks, block_factors, lanes, patterns);
                },
            ),
            (true, false) => V::vectorize(
                #[inline(always)]
                || {
                    multiply::<T, V, true, true>(base, blocks, block_factors, lanes, patterns);
                },
            ),
            (false, false) => V::vectorize(
                #[inline(always)]
                || {
                    multiply::<T, V, false, true>(base, blocks, block_factors, lanes, patterns);
                },
            ),
        }
    }
}

fn multiply_lanes(lanes: &mut [Complex64; LANES], mask: usize, factor: Complex64) {
    for (lane, value) in lanes.iter_mut().enumerate() {
        if lane & mask == mask {
            *value *= factor;
        }
    }
}

/// Multiplies the entries whose index contains `mask`.
#[inline(always)]
fn multiply_blocks([re, im]: &mut [Vec<f64>; 2], mask: usize, factor: Complex64) {
    let low = mask & mask.wrapping_neg();
    for first in (low..re.len()).step_by(2 * low) {
        if first & mask != mask {
            continue;
        }
        let (re, im) = (&mut re[first..first + low], &mut im[first..first + low]);
        for (re, im) in re.iter_mut().zip(im) {
            (*re, *im) = (*re * factor.re - *im * factor.im, *re * factor.im + *im * factor.re);
        }
    }
}

#[inline(always)]
fn round_blocks<T: Real>([re, im]: &[Vec<f64>; 2], blocks: &mut Vec<Block<T>>) {
    blocks.resize(re.len().div_ceil(LANES), Block::ZERO);
    for ((block, re), im) in blocks.iter_mut().zip(re.chunks(LANES)).zip(im.chunks(LANES)) {
        block.re.iter_mut().zip(re).for_each(|(to, from)| *to = T::from_f64(*from));
        block.im.iter_mut().zip(im).for_each(|(to, from)| *to = T::from_f64(*from));
    }
}

fn lane_block<T: Real>(lanes: &[Complex64; LANES]) -> Block<T> {
    Block {
        re: std::array::from_fn(|lane| T::from_f64(lanes[lane].re)),
        im: std::array::from_fn(|lane| T::from_f64(lanes[lane].im)),
    }
}

/// a·b
#[inline(always)]
fn product<T, V: Lanes<T>>(a: [V; 2], b: [V; 2]) -> [V; 2] {
    [a[0].mul(b[0]).sub(a[1].mul(b[1])), a[0].mul(b[1]).add(a[1].mul(b[0]))]
}

/// Lanes `at…` of a block.
///
/// # Safety
/// `block` is valid and `at` + WIDTH ≤ LANES.
#[inline(always)]
unsafe fn load<T, V: Lanes<T>>(block: *const Block<T>, at: usize) -> [V; 2] {
    // SAFETY: as the caller promises.
    unsafe {
        [V::load((&raw const (*block).re).cast::<T>().add(at)), V::load((&raw const (*block).im).cast::<T>().add(at))]
    }
}

/// Each amplitude takes the factor of its block, unless UNIFORM that of its lane, and with PATTERNS that of both.
///
/// # Safety
/// See [`super::stage_on_tile`]; there is a factor for each block.
#[inline(always)]
unsafe fn multiply<T: Real, V: Lanes<T>, const UNIFORM: bool, const PATTERNS: bool>(
    base: *mut Block<T>,
    blocks: usize,
    block_factors: &[Block<T>],
    lanes: &Block<T>,
    patterns: (&[Block<T>], &[u32]),
) {
    for block in 0..blocks {
        let factors = &block_factors[block / LANES];
        let of_block = [V::splat(factors.re[block % LANES]), V::splat(factors.im[block % LANES])];
        let pattern = if PATTERNS { &patterns.0[patterns.1[block] as usize] } else { lanes };
        for at in (0..LANES / V::WIDTH).map(|v| v * V::WIDTH) {
            // SAFETY: at + WIDTH ≤ LANES, and the block lies in the tile.
            unsafe {
                let mut factor = of_block;
                if !UNIFORM {
                    factor = product(factor, load::<T, V>(lanes, at));
                }
                if PATTERNS {
                    factor = product(factor, load::<T, V>(pattern, at));
                }
                let block = base.add(block);
                let [re, im] = product(factor, load::<T, V>(block, at));
                re.store((&raw mut (*block).re).cast::<T>().add(at));
                im.store((&raw mut (*block).im).cast::<T>().add(at));
            }
        }
    }
}

/// # Safety
/// `block` is valid.
#[inline(always)]
unsafe fn multiply_block<T: Real, V: Lanes<T>>(block: *mut Block<T>, factors: &Block<T>) {
    for at in (0..LANES / V::WIDTH).map(|v| v * V::WIDTH) {
        // SAFETY: at + WIDTH ≤ LANES.
        unsafe {
            let [re, im] = product(load::<T, V>(factors, at), load::<T, V>(block, at));
            re.store((&raw mut (*block).re).cast::<T>().add(at));
            im.store((&raw mut (*block).im).cast::<T>().add(at));
        }
    }
}

/// # Safety
/// See [`super::stage_on_tile`].
#[inline(always)]
pub(super) unsafe fn scale<T: Real, V: Lanes<T>>(base: *mut Block<T>, blocks: usize, factor: f64) {
    let factor = T::from_f64(factor);
    // SAFETY: as the caller promises.
    unsafe {
        V::vectorize(
            #[inline(always)]
            || scale_blocks::<T, V>(base, blocks, factor),
        )
    }
}

/// # Safety
/// As [`scale`].
#[inline(always)]
unsafe fn scale_blocks<T: Real, V: Lanes<T>>(base: *mut Block<T>, blocks: usize, factor: T) {
    let factor = V::splat(factor);
    for block in 0..blocks {
        for at in (0..2 * LANES / V::WIDTH).map(|v| v * V::WIDTH) {
            // SAFETY: a block is 2 · LANES numbers, and at + WIDTH is no more.
            unsafe {
                let number = base.add(block).cast::<T>().add(at);
                V::load(number).mul(factor).store(number);
            }
        }
    }
}
