//! X and SWAP with any controls: amplitudes move, nothing is computed.
//!
//! Both are the same move: the chosen lanes of a block take the value of lane l ⊕ mask of the same block or of its partner.

use super::each_vector::each_vector;
use super::{Ahead, Controls, Groups, Offsets, each_offset, for_groups, lanes_where};
use crate::lanes::Lanes;
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
    let step = mask / width * width;
    match mask % width {
        0 => move_lanes::<T, 0>(x, y, offsets, step, chosen),
        1 => move_lanes::<T, 1>(x, y, offsets, step, chosen),
        2 => move_lanes::<T, 2>(x, y, offsets, step, chosen),
        3 => move_lanes::<T, 3>(x, y, offsets, step, chosen),
        inner => unreachable!("exchange {inner} within a vector of {width}"),
    }
}

/// The vector at lane `at` takes that at `at` ⊕ `step` of the partner block, exchanged by INNER.
#[inline(always)]
fn move_lanes<T: Real, const INNER: usize>(
    x: *mut Block<T>,
    y: *mut Block<T>,
    offsets: Offsets,
    step: usize,
    chosen: [u32; 2],
) {
    let ahead = Ahead::new(x, y, offsets);
    // Within one block each pair of vectors is met once, from its lower one; across blocks once per vector of x.
    let is_within = x == y;
    let once = if is_within { step & step.wrapping_neg() } else { 0 };
    each_offset!(T, offset in offsets => {
        ahead.touch(offset);
        // SAFETY: for_groups gives in-bounds blocks, and a block has the layout of 32 values.
        let (x, y) = unsafe { (x.add(offset).cast::<T>(), y.add(offset).cast::<T>()) };
        each_vector!(T, at => {
            if at & once == 0 {
                let from = at ^ step;
                for half in [0, LANES] {
                    // SAFETY: at and from are multiples of WIDTH below 16, so half + at + WIDTH ≤ 32.
                    unsafe {
                        let (a, b) = (T::Vector::load(x.add(half + at)), T::Vector::load(y.add(half + from)));
                        b.exchange(INNER).select(a, chosen[0] >> at).store(x.add(half + at));
                        if !is_within || step != 0 {
                            a.exchange(INNER).select(b, chosen[1] >> from).store(y.add(half + from));
                        }
                    }
                }
            }
        });
    });
}
