//! Real rotations of lanes: real and imaginary parts go the same way, a half block of sixteen numbers at a time.

use super::{admitted, rounded};
use crate::lanes::Lanes;
use crate::real::Real;
use crate::state::{Block, LANES};
use crate::sweep::{LaneFactors, TileCondition};

/// # Safety
/// See [`super::stage_on_tile`].
#[inline(always)]
pub(super) unsafe fn apply<T: Real, V: Lanes<T>>(
    base: *mut Block<T>,
    blocks: usize,
    present: usize,
    steep: usize,
    factors: &[LaneFactors; 4],
) {
    let (own, other) =
        (&factors.each_ref().map(|f| rounded::<T>(&f.own)), &factors.each_ref().map(|f| rounded::<T>(&f.other)));
    // SAFETY: as the caller promises.
    unsafe {
        match present {
            1 => V::vectorize(
                #[inline(always)]
                || lanes_of::<T, V, 1>(base, blocks, steep, own, other),
            ),
            2 => V::vectorize(
                #[inline(always)]
                || lanes_of::<T, V, 2>(base, blocks, steep, own, other),
            ),
            4 => V::vectorize(
                #[inline(always)]
                || lanes_of::<T, V, 4>(base, blocks, steep, own, other),
            ),
            8 => V::vectorize(
                #[inline(always)]
                || lanes_of::<T, V, 8>(base, blocks, steep, own, other),
            ),
            _ => V::vectorize(
                #[inline(always)]
                || lanes_of::<T, V, 15>(base, blocks, steep, own, other),
            ),
        }
    }
}

/// # Safety
/// As [`apply`].
#[inline(always)]
unsafe fn lanes_of<T: Real, V: Lanes<T>, const PRESENT: usize>(
    base: *mut Block<T>,
    blocks: usize,
    steep: usize,
    own: &[[T; LANES]; 4],
    other: &[[T; LANES]; 4],
) {
    // SAFETY: as the caller promises. One of these is compiled: the width is a constant.
    unsafe {
        match LANES / V::WIDTH {
            1 => lanes_in::<T, V, 1, PRESENT>(base, blocks, steep, own, other),
            2 => lanes_in::<T, V, 2, PRESENT>(base, blocks, steep, own, other),
            4 => lanes_in::<T, V, 4, PRESENT>(base, blocks, steep, own, other),
            _ => lanes_in::<T, V, 8, PRESENT>(base, blocks, steep, own, other),
        }
    }
}

/// The rotations of the lanes in PRESENT, lowest first, while the N vectors of a half block are in registers. Two vectors for each rotation
/// are all factors: with one for each vector of a half block they filled 16 registers of 128 bits twice.
///
/// # Safety
/// As [`apply`]; N vectors are half a block.
#[inline(always)]
unsafe fn lanes_in<T: Real, V: Lanes<T>, const N: usize, const PRESENT: usize>(
    base: *mut Block<T>,
    blocks: usize,
    steep: usize,
    own: &[[T; LANES]; 4],
    other: &[[T; LANES]; 4],
) {
    let base = base.cast::<T>();
    // All lanes have the same cosine; the sine is positive where the bit of the lane is set. One of them is 1.
    let factors: [[V; 2]; 4] = std::array::from_fn(|k| {
        let sine = if 1 << k < V::WIDTH {
            // SAFETY: WIDTH ≤ LANES.
            unsafe { V::load(other[k].as_ptr()) }
        } else {
            V::splat(other[k][LANES - 1])
        };
        [V::splat(own[k][0]), sine]
    });
    for half in 0..2 * blocks {
        // SAFETY: a block is two halves of LANES numbers.
        unsafe {
            let half = base.add(half * LANES);
            let mut x: [V; N] = load_half(half);
            if PRESENT & 1 != 0 {
                x = turn_lane::<T, V, N, 1>(x, factors[0], steep & 1 != 0);
            }
            if PRESENT & 2 != 0 {
                x = turn_lane::<T, V, N, 2>(x, factors[1], steep & 2 != 0);
            }
            if PRESENT & 4 != 0 {
                x = turn_lane::<T, V, N, 4>(x, factors[2], steep & 4 != 0);
            }
            if PRESENT & 8 != 0 {
                x = turn_lane::<T, V, N, 8>(x, factors[3], steep & 8 != 0);
            }
            store_half(x, half);
        }
    }
}

/// A rotation of the lanes l and l ⊕ MASK in the vectors of a half block, without its scale. Inside a vector the signs of the sine are its
/// own; between vectors the lower one takes it away. The branch is the same for all blocks: a function for each of the sixteen cases would
/// be sixteen times the code.
#[inline(always)]
fn turn_lane<T: Real, V: Lanes<T>, const N: usize, const MASK: usize>(
    x: [V; N],
    factors: [V; 2],
    is_steep: bool,
) -> [V; N] {
    if is_steep { turn_of::<T, V, N, MASK, true>(x, factors) } else { turn_of::<T, V, N, MASK, false>(x, factors) }
}

/// As [`turn_lane`].
#[inline(always)]
fn turn_of<T: Real, V: Lanes<T>, const N: usize, const MASK: usize, const STEEP: bool>(
    x: [V; N],
    [cosine, sine]: [V; 2],
) -> [V; N] {
    let mut turned = x;
    // A loop: `array::from_fn` was not always inlined, and so not compiled for the vectors.
    for (v, turned) in turned.iter_mut().enumerate() {
        let own = if STEEP { cosine.mul(x[v]) } else { x[v] };
        *turned = if MASK < V::WIDTH {
            own.add(sine.mul(x[v].exchange(MASK)))
        } else {
            let step = MASK / V::WIDTH;
            let partner = x[(v ^ step) % N];
            let partner = if STEEP { partner } else { sine.mul(partner) };
            if v & step == 0 { own.sub(partner) } else { own.add(partner) }
        };
    }
    turned
}

/// Own value · `own` + value of lane l ⊕ MASK · `other`, for the vectors of a half block.
#[inline(always)]
fn turn_lanes<T: Real, V: Lanes<T>, const N: usize, const MASK: usize>(
    x: [V; N],
    [own, other]: &[[V; N]; 2],
) -> [V; N] {
    let mut turned = x;
    for (v, turned) in turned.iter_mut().enumerate() {
        let partner = if MASK < V::WIDTH { x[v].exchange(MASK) } else { x[(v ^ (MASK / V::WIDTH)) % N] };
        *turned = own[v].mul(x[v]).add(other[v].mul(partner));
    }
    turned
}

/// # Safety
/// See [`super::stage_on_tile`].
#[inline(always)]
pub(super) unsafe fn conditional<T: Real, V: Lanes<T>>(
    base: *mut Block<T>,
    blocks: usize,
    exchange: usize,
    condition: &TileCondition,
    factors: &LaneFactors,
) {
    let (own, other) = (&rounded::<T>(&factors.own), &rounded::<T>(&factors.other));
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
/// As [`conditional`].
#[inline(always)]
unsafe fn some_lanes<T: Real, V: Lanes<T>, const MASK: usize>(
    base: *mut Block<T>,
    blocks: usize,
    condition: &TileCondition,
    own: &[T; LANES],
    other: &[T; LANES],
) {
    // SAFETY: as the caller promises. One of these is compiled: the width is a constant.
    unsafe {
        match LANES / V::WIDTH {
            1 => some_lanes_in::<T, V, 1, MASK>(base, blocks, condition, own, other),
            2 => some_lanes_in::<T, V, 2, MASK>(base, blocks, condition, own, other),
            4 => some_lanes_in::<T, V, 4, MASK>(base, blocks, condition, own, other),
            _ => some_lanes_in::<T, V, 8, MASK>(base, blocks, condition, own, other),
        }
    }
}

/// # Safety
/// As [`conditional`]; N vectors are half a block.
#[inline(always)]
unsafe fn some_lanes_in<T: Real, V: Lanes<T>, const N: usize, const MASK: usize>(
    base: *mut Block<T>,
    blocks: usize,
    condition: &TileCondition,
    own: &[T; LANES],
    other: &[T; LANES],
) {
    // SAFETY: N vectors are LANES numbers.
    let factors: [[V; N]; 2] = unsafe { [load_half(own.as_ptr()), load_half(other.as_ptr())] };
    for block in admitted(blocks, condition, 0, 0) {
        for half in 0..2 {
            // SAFETY: the block lies in the tile, and is two halves of LANES numbers.
            unsafe {
                let half = base.add(block).cast::<T>().add(half * LANES);
                store_half(turn_lanes::<T, V, N, MASK>(load_half(half), &factors), half);
            }
        }
    }
}

/// # Safety
/// `half` must be readable for N vectors.
#[inline(always)]
unsafe fn load_half<T, V: Lanes<T>, const N: usize>(half: *const T) -> [V; N] {
    // SAFETY: as the caller promises.
    let mut x = [unsafe { V::load(half) }; N];
    for (v, x) in x.iter_mut().enumerate().skip(1) {
        // SAFETY: as the caller promises.
        *x = unsafe { V::load(half.add(v * V::WIDTH)) };
    }
    x
}

/// # Safety
/// `half` must be writable for N vectors.
#[inline(always)]
unsafe fn store_half<T, V: Lanes<T>, const N: usize>(x: [V; N], half: *mut T) {
    for (v, x) in x.into_iter().enumerate() {
        // SAFETY: as the caller promises.
        unsafe { x.store(half.add(v * V::WIDTH)) };
    }
}
