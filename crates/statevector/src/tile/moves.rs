//! X and SWAP with any controls: numbers change places.

use super::admitted;
use crate::lanes::Lanes;
use crate::real::Real;
use crate::state::{Block, LANES};
use crate::sweep::TileCondition;

/// Blocks `members[0]` and `members[1]`, each with all admitted bits besides, exchange the chosen lanes with lane l ⊕ `exchange` of the
/// other; equal members exchange lanes within the block.
///
/// # Safety
/// See [`super::stage_on_tile`].
#[inline(always)]
pub(super) unsafe fn apply<T: Real, V: Lanes<T>>(
    base: *mut Block<T>,
    blocks: usize,
    members: [usize; 2],
    exchange: usize,
    chosen: [u32; 2],
    condition: &TileCondition,
) {
    // The part of the exchange inside a vector is a constant, so that it is a fixed shuffle; the rest chooses whole vectors.
    macro_rules! by_inner {
        ($($inner:literal)+) => {
            match exchange % V::WIDTH {
                $($inner => V::vectorize(#[inline(always)] || {
                    exchange_lanes::<T, V, $inner>(base, blocks, members, exchange, chosen, condition);
                }),)+
                _ => {}
            }
        };
    }
    // SAFETY: as the caller promises.
    unsafe { by_inner!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15) }
}

/// # Safety
/// As [`apply`].
#[inline(always)]
unsafe fn exchange_lanes<T: Real, V: Lanes<T>, const INNER: usize>(
    base: *mut Block<T>,
    blocks: usize,
    members: [usize; 2],
    exchange: usize,
    chosen: [u32; 2],
    condition: &TileCondition,
) {
    let differ = members[0] ^ members[1];
    let step = exchange / V::WIDTH * V::WIDTH;
    for block in admitted(blocks, condition, differ, members[0]) {
        // SAFETY: both blocks lie in the tile.
        let (x, y) = unsafe { (base.add(block).cast::<T>(), base.add(block ^ differ).cast::<T>()) };
        for half in [0, LANES] {
            for at in (0..LANES).step_by(V::WIDTH) {
                let from = at ^ step;
                // Within one block each pair of vectors is met once, from its lower one.
                if differ == 0 && from < at {
                    continue;
                }
                // SAFETY: at and from are multiples of WIDTH below LANES, so half + at + WIDTH ≤ 2 · LANES.
                unsafe {
                    let (a, b) = (V::load(x.add(half + at)), V::load(y.add(half + from)));
                    b.exchange(INNER).select(a, chosen[0] >> at).store(x.add(half + at));
                    if differ != 0 || from != at {
                        a.exchange(INNER).select(b, chosen[1] >> from).store(y.add(half + from));
                    }
                }
            }
        }
    }
}
