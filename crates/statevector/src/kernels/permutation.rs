//! X and SWAP with any controls: amplitudes move, nothing is computed.
//!
//! Both are the same move: the chosen lanes of a block take the value of lane l ⊕ mask of the same block or of its partner.

use super::{Controls, Groups, Offsets, for_groups, lanes_where};
use crate::lanes::{Lanes, vectors};
use crate::monitor::{Interrupted, Progress};
use crate::real::Real;
use crate::state::{Block, LANE_QUBITS, LANES, State};

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
    for_groups(state, &groups, progress, |pointers, offsets| {
        move_blocks(pointers[0], pointers[0], offsets, mask, [chosen; 2])
    })
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
    for_groups(state, &groups, progress, |pointers, offsets| {
        move_blocks(pointers[0], pointers[1], offsets, mask, chosen)
    })
}

/// `x` and `y` are the same block when lanes move within it. The part of the mask inside a vector becomes a constant, so that
/// the exchange is a fixed shuffle; the rest chooses whole vectors.
fn move_blocks<T: Real>(x: *mut Block<T>, y: *mut Block<T>, offsets: Offsets, mask: usize, chosen: [u32; 2]) {
    let width = <T::Vector as Lanes<T>>::WIDTH;
    let vector = mask / width;
    match mask % width {
        0 => move_lanes::<T, 0>(x, y, offsets, vector, chosen),
        1 => move_lanes::<T, 1>(x, y, offsets, vector, chosen),
        2 => move_lanes::<T, 2>(x, y, offsets, vector, chosen),
        3 => move_lanes::<T, 3>(x, y, offsets, vector, chosen),
        inner => unreachable!("exchange {inner} within a vector of {width}"),
    }
}

#[inline(always)]
fn move_lanes<T: Real, const INNER: usize>(
    x: *mut Block<T>,
    y: *mut Block<T>,
    offsets: Offsets,
    vector: usize,
    chosen: [u32; 2],
) {
    let width = <T::Vector as Lanes<T>>::WIDTH;
    for offset in offsets {
        // SAFETY: for_groups gives in-bounds blocks, and a block has the layout of 32 values.
        let (x, y) = unsafe { (x.add(offset).cast::<T>(), y.add(offset).cast::<T>()) };
        for half in [0, LANES] {
            // Both halves are read whole before either is written, because x and y may be the same block.
            let a: [T; LANES] = read(x, half);
            let b: [T; LANES] = read(y, half);
            for v in 0..vectors::<T>() {
                let (at, from) = (v * width, ((v ^ vector) * width) % LANES);
                // SAFETY: at and from are multiples of WIDTH below 16; half + 16 ≤ 32.
                unsafe {
                    let move_one = |own: &[T; LANES], partner: &[T; LANES], bits: u32| {
                        let moved = T::Vector::load(partner.as_ptr().add(from)).exchange(INNER);
                        moved.select(T::Vector::load(own.as_ptr().add(at)), bits >> at)
                    };
                    move_one(&a, &b, chosen[0]).store(x.add(half + at));
                    if x != y {
                        move_one(&b, &a, chosen[1]).store(y.add(half + at));
                    }
                }
            }
        }
    }
}

/// Sixteen values from `block` + `half`.
#[inline(always)]
fn read<T: Real>(block: *const T, half: usize) -> [T; LANES] {
    // SAFETY: the callers pass a block of 32 values and half = 0 or 16.
    unsafe { block.add(half).cast::<[T; LANES]>().read() }
}
