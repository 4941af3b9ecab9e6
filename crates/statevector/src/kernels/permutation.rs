//! X and SWAP with any controls: amplitudes move, nothing is computed.
//!
//! Both are the same move: the chosen lanes of a block take the value of lane l ⊕ mask of the same block or of its partner.

use super::{Controls, Groups, Offsets, for_groups, lanes_where};
use crate::lanes::{Lanes, vectors};
use crate::monitor::{Interrupted, Progress};
use crate::real::Real;
use crate::state::{Block, LANE_QUBITS, State};

/// Calls `$body` with the constant `$name` equal to the 4-bit `$mask`, so that exchanges become fixed shuffles.
macro_rules! with_mask {
    ($mask:expr, $name:ident => $body:expr) => {
        with_mask!(@arms $mask, $name, $body, 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14)
    };
    (@arms $mask:expr, $name:ident, $body:expr, $($value:literal)*) => {
        match $mask {
            $($value => { const $name: usize = $value; $body })*
            _ => { const $name: usize = 15; $body }
        }
    };
}

pub(super) fn flip<T: Real>(
    state: &mut State<T>,
    target: u32,
    controls: Controls,
    progress: &mut Progress,
) -> Result<(), Interrupted> {
    if target < LANE_QUBITS {
        return within(state, 1 << target, controls.lanes, controls, progress);
    }
    let bit = 1 << (target - LANE_QUBITS);
    across(state, [0, bit], bit, 0, [controls.lanes; 2], controls, progress)
}

pub(super) fn swap<T: Real>(
    state: &mut State<T>,
    a: u32,
    b: u32,
    controls: Controls,
    progress: &mut Progress,
) -> Result<(), Interrupted> {
    let (low, high) = (a.min(b), a.max(b));
    if high < LANE_QUBITS {
        let differ = lanes_where(low, true) ^ lanes_where(high, true);
        return within(state, 1 << low | 1 << high, differ & controls.lanes, controls, progress);
    }
    let high_bit = 1 << (high - LANE_QUBITS);
    if low < LANE_QUBITS {
        // |low=1, high=0⟩ ↔ |low=0, high=1⟩
        let lanes = [lanes_where(low, true) & controls.lanes, lanes_where(low, false) & controls.lanes];
        return across(state, [0, high_bit], high_bit, 1 << low, lanes, controls, progress);
    }
    let low_bit = 1 << (low - LANE_QUBITS);
    across(state, [low_bit, high_bit], low_bit | high_bit, 0, [controls.lanes; 2], controls, progress)
}

/// Chosen lanes take lane l ⊕ `mask` of their own block.
fn within<T: Real>(
    state: &mut State<T>,
    mask: usize,
    chosen: u32,
    controls: Controls,
    progress: &mut Progress,
) -> Result<(), Interrupted> {
    let groups = Groups { members: &[0], fixed: controls.block_mask, value: controls.block_value };
    for_groups(
        state,
        &groups,
        progress,
        |pointers, offsets| with_mask!(mask, MASK => move_lanes::<T, MASK>(pointers[0], pointers[0], offsets, [chosen; 2])),
    )
}

/// Chosen lanes take lane l ⊕ `mask` of the partner block.
fn across<T: Real>(
    state: &mut State<T>,
    members: [usize; 2],
    fixed: usize,
    mask: usize,
    chosen: [u32; 2],
    controls: Controls,
    progress: &mut Progress,
) -> Result<(), Interrupted> {
    let groups = Groups { members: &members, fixed: fixed | controls.block_mask, value: controls.block_value };
    for_groups(
        state,
        &groups,
        progress,
        |pointers, offsets| with_mask!(mask, MASK => move_lanes::<T, MASK>(pointers[0], pointers[1], offsets, chosen)),
    )
}

/// `x` and `y` are the same block when lanes move within it.
#[inline(always)]
fn move_lanes<T: Real, const MASK: usize>(x: *mut Block<T>, y: *mut Block<T>, offsets: Offsets, chosen: [u32; 2]) {
    for offset in offsets {
        // SAFETY: for_groups gives in-bounds blocks; both halves are read whole before either is written.
        unsafe {
            let (x, y) = (x.add(offset).cast::<T>(), y.add(offset).cast::<T>());
            for half in [0, 16] {
                let (a, b) = (read::<T>(x.add(half)), read::<T>(y.add(half)));
                write::<T, MASK>(x.add(half), &a, &b, chosen[0]);
                if x != y {
                    write::<T, MASK>(y.add(half), &b, &a, chosen[1]);
                }
            }
        }
    }
}

/// Vectors of a half block; the tail is unused where vectors are wider than two values.
type Half<T> = [<T as Real>::Vector; 8];

/// # Safety
/// `source` is readable for 16 values.
#[inline(always)]
unsafe fn read<T: Real>(source: *const T) -> Half<T> {
    // SAFETY: the index is below 16 for every vector that is used; the caller promises 16 values.
    std::array::from_fn(|v| unsafe { T::Vector::load(source.add(v % vectors::<T>() * <T::Vector as Lanes<T>>::WIDTH)) })
}

/// # Safety
/// `target` is writable for 16 values.
#[inline(always)]
unsafe fn write<T: Real, const MASK: usize>(target: *mut T, own: &Half<T>, partner: &Half<T>, chosen: u32) {
    let width = <T::Vector as Lanes<T>>::WIDTH;
    for v in 0..vectors::<T>() {
        let moved = partner[v ^ (MASK / width)].exchange(MASK % width);
        // SAFETY: v·WIDTH + WIDTH ≤ 16; the caller promises 16 values.
        unsafe { moved.select(own[v], chosen >> (v * width)).store(target.add(v * width)) }
    }
}
