//! Any 2×2 matrix on one qubit.
//!
//! Both paths compute own·x + other·y, the coefficient of the amplitude's own value first: for the |1⟩ half that is the sum
//! m11·x1 + m10·x0. Sums of two terms commute in IEEE arithmetic, so lanes and blocks round alike.

use super::each_vector::{each_vector, vectors};
use super::{ALL_LANES, Ahead, Controls, Groups, Offsets, each_offset, for_groups, lane_factors};
use crate::lanes::Lanes;
use crate::monitor::{Interrupted, Progress};
use crate::real::Real;
use crate::state::{Block, LANE_QUBITS, LANES, State};
use num_complex::Complex64;

pub(super) fn apply<T: Real>(
    state: &mut State<T>,
    target: u32,
    matrix: &[Complex64; 4],
    controls: Controls,
    progress: &mut Progress,
) -> Result<(), Interrupted> {
    let is_real = matrix.iter().all(|m| m.im == 0.0);
    if target >= LANE_QUBITS {
        let bit = 1 << (target - LANE_QUBITS);
        let groups = Groups { members: &[0, bit], fixed: bit | controls.block_mask, value: controls.block_value };
        let matrix = matrix.map(|m| [T::from_f64(m.re), T::from_f64(m.im)]);
        return for_groups(state, &groups, progress, |pointers, offsets| {
            let (x, y) = (pointers[0], pointers[1]);
            match (is_real, controls.lanes == ALL_LANES) {
                (true, true) => pairs::<T, true, false>(x, y, offsets, &matrix, ALL_LANES),
                (false, true) => pairs::<T, false, false>(x, y, offsets, &matrix, ALL_LANES),
                (true, false) => pairs::<T, true, true>(x, y, offsets, &matrix, controls.lanes),
                (false, false) => pairs::<T, false, true>(x, y, offsets, &matrix, controls.lanes),
            }
        });
    }
    let groups = Groups { members: &[0], fixed: controls.block_mask, value: controls.block_value };
    let is_one = |lane: usize| lane >> target & 1 == 1;
    let holds = |lane: usize| controls.lanes >> lane & 1 == 1;
    let own = lane_factors::<T>(|lane| match (holds(lane), is_one(lane)) {
        (false, _) => Complex64::new(1.0, 0.0),
        (true, one) => matrix[if one { 3 } else { 0 }],
    });
    let other = lane_factors::<T>(|lane| match (holds(lane), is_one(lane)) {
        (false, _) => Complex64::new(0.0, 0.0),
        (true, one) => matrix[if one { 2 } else { 1 }],
    });
    for_groups(state, &groups, progress, |pointers, offsets| match (target, is_real) {
        (0, true) => lanes::<T, 1, true>(pointers[0], offsets, &own, &other),
        (1, true) => lanes::<T, 2, true>(pointers[0], offsets, &own, &other),
        (2, true) => lanes::<T, 4, true>(pointers[0], offsets, &own, &other),
        (_, true) => lanes::<T, 8, true>(pointers[0], offsets, &own, &other),
        (0, false) => lanes::<T, 1, false>(pointers[0], offsets, &own, &other),
        (1, false) => lanes::<T, 2, false>(pointers[0], offsets, &own, &other),
        (2, false) => lanes::<T, 4, false>(pointers[0], offsets, &own, &other),
        (_, false) => lanes::<T, 8, false>(pointers[0], offsets, &own, &other),
    })
}

/// The target selects blocks: x holds the |0⟩ half, y the |1⟩ half.
fn pairs<T: Real, const REAL: bool, const SELECT: bool>(
    x: *mut Block<T>,
    y: *mut Block<T>,
    offsets: Offsets,
    matrix: &[[T; 2]; 4],
    selected: u32,
) {
    let m = matrix.map(|entry| entry.map(T::Vector::splat));
    let ahead = Ahead::new(x, y, offsets);
    each_offset!(T, offset in offsets => {
        ahead.touch(offset);
        // SAFETY: for_groups gives in-bounds, distinct blocks.
        let (x, y) = unsafe { (&mut *x.add(offset), &mut *y.add(offset)) };
        each_vector!(T, at => {
            // SAFETY: at + WIDTH ≤ 16, the length of each half block.
            unsafe {
                let a = [T::Vector::load(x.re.as_ptr().add(at)), T::Vector::load(x.im.as_ptr().add(at))];
                let b = [T::Vector::load(y.re.as_ptr().add(at)), T::Vector::load(y.im.as_ptr().add(at))];
                let mut p = combine::<T, REAL>(m[0], a, m[1], b);
                let mut q = combine::<T, REAL>(m[3], b, m[2], a);
                if SELECT {
                    let bits = selected >> at;
                    p = [p[0].select(a[0], bits), p[1].select(a[1], bits)];
                    q = [q[0].select(b[0], bits), q[1].select(b[1], bits)];
                }
                p[0].store(x.re.as_mut_ptr().add(at));
                p[1].store(x.im.as_mut_ptr().add(at));
                q[0].store(y.re.as_mut_ptr().add(at));
                q[1].store(y.im.as_mut_ptr().add(at));
            }
        });
    });
}

/// The target selects lanes: the partner of lane l is lane l ⊕ MASK of the same block.
#[inline(always)]
fn lanes<T: Real, const MASK: usize, const REAL: bool>(
    base: *mut Block<T>,
    offsets: Offsets,
    own: &Block<T>,
    other: &Block<T>,
) {
    let width = <T::Vector as Lanes<T>>::WIDTH;
    for offset in offsets {
        // SAFETY: for_groups gives in-bounds, distinct blocks.
        let block = unsafe { &mut *base.add(offset) };
        let (re, im) = (block.re.as_mut_ptr(), block.im.as_mut_ptr());
        for v in 0..vectors::<T>() {
            let at = v * width;
            // SAFETY: at + WIDTH ≤ 16, the length of each half block; the partner vector at | MASK as well.
            unsafe {
                if MASK < width {
                    let x = [T::Vector::load(re.add(at)), T::Vector::load(im.add(at))];
                    let y = [x[0].exchange(MASK), x[1].exchange(MASK)];
                    let p = combine::<T, REAL>(load(own, at), x, load(other, at), y);
                    p[0].store(re.add(at));
                    p[1].store(im.add(at));
                } else if at & MASK == 0 {
                    let partner = (at | MASK) % LANES;
                    let x = [T::Vector::load(re.add(at)), T::Vector::load(im.add(at))];
                    let y = [T::Vector::load(re.add(partner)), T::Vector::load(im.add(partner))];
                    let p = combine::<T, REAL>(load(own, at), x, load(other, at), y);
                    let q = combine::<T, REAL>(load(own, partner), y, load(other, partner), x);
                    p[0].store(re.add(at));
                    p[1].store(im.add(at));
                    q[0].store(re.add(partner));
                    q[1].store(im.add(partner));
                }
            }
        }
    }
}

/// Lanes `at…` of a block of factors.
///
/// # Safety
/// `at` + WIDTH ≤ 16.
#[inline(always)]
unsafe fn load<T: Real>(factors: &Block<T>, at: usize) -> [T::Vector; 2] {
    // SAFETY: the caller keeps at + WIDTH within the half block.
    unsafe { [T::Vector::load(factors.re.as_ptr().add(at)), T::Vector::load(factors.im.as_ptr().add(at))] }
}

/// a·x + b·y over complex numbers; real coefficients leave out the products with their zero imaginary parts.
#[inline(always)]
fn combine<T: Real, const REAL: bool>(
    a: [T::Vector; 2],
    x: [T::Vector; 2],
    b: [T::Vector; 2],
    y: [T::Vector; 2],
) -> [T::Vector; 2] {
    if REAL {
        return [a[0].mul(x[0]).add(b[0].mul(y[0])), a[0].mul(x[1]).add(b[0].mul(y[1]))];
    }
    let re = (a[0].mul(x[0]).sub(a[1].mul(x[1]))).add(b[0].mul(y[0]).sub(b[1].mul(y[1])));
    let im = (a[0].mul(x[1]).add(a[1].mul(x[0]))).add(b[0].mul(y[1]).add(b[1].mul(y[0])));
    [re, im]
}
