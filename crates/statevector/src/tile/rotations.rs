//! Real rotations of block bits: real and imaginary parts go the same way, so a block is 32 numbers.

use super::{admitted, rounded};
use crate::lanes::Lanes;
use crate::real::Real;
use crate::state::{Block, LANES};
use crate::sweep::{LaneFactors, TileCondition};

/// Numbers of a block.
const NUMBERS: usize = 2 * LANES;

/// (x − t·y, y + t·x), or (t·x − y, x + t·y) when steep.
#[inline(always)]
fn turn<T, V: Lanes<T>, const STEEP: bool>(x: V, y: V, t: V) -> (V, V) {
    if STEEP { (t.mul(x).sub(y), x.add(t.mul(y))) } else { (x.sub(t.mul(y)), y.add(t.mul(x))) }
}

/// # Safety
/// See [`super::stage_on_tile`]; `bits` are two different bits of a block index below `blocks`, the lower one first.
#[inline(always)]
pub(super) unsafe fn pair<T: Real, V: Lanes<T>>(
    base: *mut Block<T>,
    blocks: usize,
    bits: [usize; 2],
    steep: [bool; 2],
    ratios: [f64; 2],
) {
    // SAFETY: as the caller promises.
    unsafe {
        match steep {
            [false, false] => V::vectorize(
                #[inline(always)]
                || pair_of::<T, V, false, false>(base, blocks, bits, ratios),
            ),
            [true, false] => V::vectorize(
                #[inline(always)]
                || pair_of::<T, V, true, false>(base, blocks, bits, ratios),
            ),
            [false, true] => V::vectorize(
                #[inline(always)]
                || pair_of::<T, V, false, true>(base, blocks, bits, ratios),
            ),
            [true, true] => V::vectorize(
                #[inline(always)]
                || pair_of::<T, V, true, true>(base, blocks, bits, ratios),
            ),
        }
    }
}

/// Two rotations at once: four numbers are loaded and stored for what would be eight loads and stores.
///
/// # Safety
/// As [`pair`].
#[inline(always)]
unsafe fn pair_of<T: Real, V: Lanes<T>, const STEEP_A: bool, const STEEP_B: bool>(
    base: *mut Block<T>,
    blocks: usize,
    bits: [usize; 2],
    ratios: [f64; 2],
) {
    let [a, b] = bits;
    let [ta, tb] = ratios.map(|ratio| V::splat(T::from_f64(ratio)));
    for high in (0..blocks).step_by(2 * b) {
        for middle in (high..high + b).step_by(2 * a) {
            for block in middle..middle + a {
                // SAFETY: `block` has neither bit set, so all four indices are below `blocks`.
                let p =
                    unsafe { [block, block + a, block + b, block + a + b].map(|index| base.add(index).cast::<T>()) };
                for at in (0..NUMBERS / V::WIDTH).map(|v| v * V::WIDTH) {
                    // SAFETY: at + WIDTH ≤ NUMBERS.
                    unsafe {
                        let [x0, x1, x2, x3] = p.map(|p| V::load(p.add(at)));
                        let (x0, x1) = turn::<T, V, STEEP_A>(x0, x1, ta);
                        let (x2, x3) = turn::<T, V, STEEP_A>(x2, x3, ta);
                        let (x0, x2) = turn::<T, V, STEEP_B>(x0, x2, tb);
                        let (x1, x3) = turn::<T, V, STEEP_B>(x1, x3, tb);
                        x0.store(p[0].add(at));
                        x1.store(p[1].add(at));
                        x2.store(p[2].add(at));
                        x3.store(p[3].add(at));
                    }
                }
            }
        }
    }
}

/// # Safety
/// See [`super::stage_on_tile`]; `bit` is a bit of a block index below `blocks`.
#[inline(always)]
pub(super) unsafe fn single<T: Real, V: Lanes<T>>(
    base: *mut Block<T>,
    blocks: usize,
    bit: usize,
    is_steep: bool,
    ratio: f64,
) {
    // SAFETY: as the caller promises.
    unsafe {
        if is_steep {
            V::vectorize(
                #[inline(always)]
                || single_of::<T, V, true>(base, blocks, bit, ratio),
            );
        } else {
            V::vectorize(
                #[inline(always)]
                || single_of::<T, V, false>(base, blocks, bit, ratio),
            );
        }
    }
}

/// # Safety
/// As [`single`].
#[inline(always)]
unsafe fn single_of<T: Real, V: Lanes<T>, const STEEP: bool>(
    base: *mut Block<T>,
    blocks: usize,
    bit: usize,
    ratio: f64,
) {
    let t = V::splat(T::from_f64(ratio));
    for high in (0..blocks).step_by(2 * bit) {
        for block in high..high + bit {
            // SAFETY: `block` does not have the bit set, so both indices are below `blocks`.
            let (p, q) = unsafe { (base.add(block).cast::<T>(), base.add(block + bit).cast::<T>()) };
            for at in (0..NUMBERS / V::WIDTH).map(|v| v * V::WIDTH) {
                // SAFETY: at + WIDTH ≤ NUMBERS.
                unsafe {
                    let (x, y) = turn::<T, V, STEEP>(V::load(p.add(at)), V::load(q.add(at)), t);
                    x.store(p.add(at));
                    y.store(q.add(at));
                }
            }
        }
    }
}

/// # Safety
/// See [`super::stage_on_tile`]; `bit` is a bit of a block index below `blocks`.
#[inline(always)]
pub(super) unsafe fn conditional_blocks<T: Real, V: Lanes<T>>(
    base: *mut Block<T>,
    blocks: usize,
    bit: usize,
    condition: &TileCondition,
    factors: &LaneFactors,
) {
    let (own, other) = (&rounded::<T>(&factors.own), &rounded::<T>(&factors.other));
    // SAFETY: as the caller promises.
    unsafe {
        V::vectorize(
            #[inline(always)]
            || some_blocks::<T, V>(base, blocks, bit, condition, own, other),
        )
    }
}

/// # Safety
/// As [`conditional_blocks`].
#[inline(always)]
unsafe fn some_blocks<T: Real, V: Lanes<T>>(
    base: *mut Block<T>,
    blocks: usize,
    bit: usize,
    condition: &TileCondition,
    own: &[T; LANES],
    other: &[T; LANES],
) {
    for block in admitted(blocks, condition, bit, 0) {
        for number in (0..NUMBERS / V::WIDTH).map(|v| v * V::WIDTH) {
            let lane = number % LANES;
            // SAFETY: both blocks lie in the tile; lane + WIDTH ≤ LANES.
            unsafe {
                let (p, q) = (base.add(block).cast::<T>().add(number), base.add(block | bit).cast::<T>().add(number));
                let (own, other) = (V::load(own.as_ptr().add(lane)), V::load(other.as_ptr().add(lane)));
                let (x, y) = (V::load(p), V::load(q));
                own.mul(x).sub(other.mul(y)).store(p);
                own.mul(y).add(other.mul(x)).store(q);
            }
        }
    }
}
