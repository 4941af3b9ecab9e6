//! Real rotations: real and imaginary parts go the same way, so a block is 32 numbers.

use super::{admitted, rounded};
use crate::lanes::Lanes;
use crate::real::Real;
use crate::state::{Block, LANES};
use crate::sweep::TileCondition;

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
    let [a, b] = bits.map(|bit| bit * NUMBERS);
    let (numbers, base) = (blocks * NUMBERS, base.cast::<T>());
    let [ta, tb] = ratios.map(|ratio| V::splat(T::from_f64(ratio)));
    for high in (0..numbers).step_by(2 * b) {
        for middle in (high..high + b).step_by(2 * a) {
            for at in (middle..middle + a).step_by(V::WIDTH) {
                // SAFETY: `at` has neither bit set, so all four indices are below `numbers`, by at least WIDTH.
                unsafe {
                    let p = [at, at + a, at + b, at + a + b].map(|index| base.add(index));
                    let [x0, x1, x2, x3] = [V::load(p[0]), V::load(p[1]), V::load(p[2]), V::load(p[3])];
                    let (x0, x1) = turn::<T, V, STEEP_A>(x0, x1, ta);
                    let (x2, x3) = turn::<T, V, STEEP_A>(x2, x3, ta);
                    let (x0, x2) = turn::<T, V, STEEP_B>(x0, x2, tb);
                    let (x1, x3) = turn::<T, V, STEEP_B>(x1, x3, tb);
                    x0.store(p[0]);
                    x1.store(p[1]);
                    x2.store(p[2]);
                    x3.store(p[3]);
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
    let distance = bit * NUMBERS;
    let (numbers, base, t) = (blocks * NUMBERS, base.cast::<T>(), V::splat(T::from_f64(ratio)));
    for high in (0..numbers).step_by(2 * distance) {
        for at in (high..high + distance).step_by(V::WIDTH) {
            // SAFETY: `at` does not have the bit set, so both indices are below `numbers`, by at least WIDTH.
            unsafe {
                let (p, q) = (base.add(at), base.add(at + distance));
                let (x, y) = turn::<T, V, STEEP>(V::load(p), V::load(q), t);
                x.store(p);
                y.store(q);
            }
        }
    }
}

/// # Safety
/// See [`super::stage_on_tile`].
#[inline(always)]
pub(super) unsafe fn lanes<T: Real, V: Lanes<T>>(
    base: *mut Block<T>,
    blocks: usize,
    present: usize,
    own: &[[f64; LANES]; 4],
    other: &[[f64; LANES]; 4],
) {
    let (own, other) = (&own.each_ref().map(rounded::<T>), &other.each_ref().map(rounded::<T>));
    // SAFETY: as the caller promises.
    unsafe {
        match present {
            1 => V::vectorize(
                #[inline(always)]
                || lanes_of::<T, V, 1>(base, blocks, own, other),
            ),
            2 => V::vectorize(
                #[inline(always)]
                || lanes_of::<T, V, 2>(base, blocks, own, other),
            ),
            4 => V::vectorize(
                #[inline(always)]
                || lanes_of::<T, V, 4>(base, blocks, own, other),
            ),
            8 => V::vectorize(
                #[inline(always)]
                || lanes_of::<T, V, 8>(base, blocks, own, other),
            ),
            _ => V::vectorize(
                #[inline(always)]
                || lanes_of::<T, V, 15>(base, blocks, own, other),
            ),
        }
    }
}

/// The rotations of the lanes in PRESENT, lowest first, while the half block is in registers.
///
/// # Safety
/// As [`lanes`].
#[inline(always)]
unsafe fn lanes_of<T: Real, V: Lanes<T>, const PRESENT: usize>(
    base: *mut Block<T>,
    blocks: usize,
    own: &[[T; LANES]; 4],
    other: &[[T; LANES]; 4],
) {
    for half in 0..2 * blocks {
        // SAFETY: a block is two halves of LANES numbers.
        unsafe {
            let half = base.cast::<T>().add(half * LANES);
            let mut x = load_half::<T, V>(half);
            if PRESENT & 1 != 0 {
                exchange_and_add::<T, V, 1>(&mut x, &own[0], &other[0]);
            }
            if PRESENT & 2 != 0 {
                exchange_and_add::<T, V, 2>(&mut x, &own[1], &other[1]);
            }
            if PRESENT & 4 != 0 {
                exchange_and_add::<T, V, 4>(&mut x, &own[2], &other[2]);
            }
            if PRESENT & 8 != 0 {
                exchange_and_add::<T, V, 8>(&mut x, &own[3], &other[3]);
            }
            store_half(&x, half);
        }
    }
}

/// Own value · `own` + value of lane l ⊕ MASK · `other`, for the vectors of a half block.
#[inline(always)]
fn exchange_and_add<T: Real, V: Lanes<T>, const MASK: usize>(x: &mut [V; LANES], own: &[T; LANES], other: &[T; LANES]) {
    let old = *x;
    for v in 0..LANES / V::WIDTH {
        let partner = if MASK < V::WIDTH { old[v].exchange(MASK) } else { old[v ^ (MASK / V::WIDTH)] };
        // SAFETY: v · WIDTH + WIDTH ≤ LANES.
        let (own, other) =
            unsafe { (V::load(own.as_ptr().add(v * V::WIDTH)), V::load(other.as_ptr().add(v * V::WIDTH))) };
        x[v] = own.mul(old[v]).add(other.mul(partner));
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
    own: &[f64; LANES],
    other: &[f64; LANES],
) {
    let (own, other) = (&rounded::<T>(own), &rounded::<T>(other));
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
        for number in (0..NUMBERS).step_by(V::WIDTH) {
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

/// # Safety
/// See [`super::stage_on_tile`].
#[inline(always)]
pub(super) unsafe fn conditional_lanes<T: Real, V: Lanes<T>>(
    base: *mut Block<T>,
    blocks: usize,
    exchange: usize,
    condition: &TileCondition,
    own: &[f64; LANES],
    other: &[f64; LANES],
) {
    let (own, other) = (&rounded::<T>(own), &rounded::<T>(other));
    // SAFETY: as the caller promises.
    unsafe {
        match exchange {
            1 => V::vectorize(
                #[inline(always)]
                || some_lanes::<T, V, 1>(base, blocks, condition, own, other),
            ),
            2 => V::vectorize(
                #[inline(always)]
                || some_lanes::<T, V, 2>(base, blocks, condition, own, other),
            ),
            4 => V::vectorize(
                #[inline(always)]
                || some_lanes::<T, V, 4>(base, blocks, condition, own, other),
            ),
            _ => V::vectorize(
                #[inline(always)]
                || some_lanes::<T, V, 8>(base, blocks, condition, own, other),
            ),
        }
    }
}

/// # Safety
/// As [`conditional_lanes`].
#[inline(always)]
unsafe fn some_lanes<T: Real, V: Lanes<T>, const MASK: usize>(
    base: *mut Block<T>,
    blocks: usize,
    condition: &TileCondition,
    own: &[T; LANES],
    other: &[T; LANES],
) {
    for block in admitted(blocks, condition, 0, 0) {
        for half in 0..2 {
            // SAFETY: the block lies in the tile, and is two halves of LANES numbers.
            unsafe {
                let half = base.add(block).cast::<T>().add(half * LANES);
                let mut x = load_half::<T, V>(half);
                exchange_and_add::<T, V, MASK>(&mut x, own, other);
                store_half(&x, half);
            }
        }
    }
}

/// The vectors of a half block, and zeros behind them.
///
/// # Safety
/// `half` must be readable for LANES numbers.
#[inline(always)]
unsafe fn load_half<T: Real, V: Lanes<T>>(half: *const T) -> [V; LANES] {
    let mut x = [V::splat(T::ZERO); LANES];
    for v in 0..LANES / V::WIDTH {
        // SAFETY: v · WIDTH + WIDTH ≤ LANES.
        x[v] = unsafe { V::load(half.add(v * V::WIDTH)) };
    }
    x
}

/// # Safety
/// `half` must be writable for LANES numbers.
#[inline(always)]
unsafe fn store_half<T: Real, V: Lanes<T>>(x: &[V; LANES], half: *mut T) {
    for v in 0..LANES / V::WIDTH {
        // SAFETY: v · WIDTH + WIDTH ≤ LANES.
        unsafe { x[v].store(half.add(v * V::WIDTH)) };
    }
}
