//! Any matrix on any number of targets.
//!
//! A target below qubit 4 pairs lanes, a target above pairs blocks. With h high and l low targets a group is 2^h blocks, and
//! every output lane is a sum of 2^(h+l) terms: over the blocks c of the group and the exchange masks m of the low targets,
//! coefficient(row of the lane, column = (c, lane ⊕ m)) · lane l ⊕ m of block c. Terms are added in ascending (c, m), whatever
//! the width of a vector. Terms whose coefficients are zero in all lanes are left out, so sparse matrices cost what they weigh.

use super::each_vector::each_vector;
use super::{Controls, Groups, for_groups};
use crate::lanes::Lanes;
use crate::monitor::{Interrupted, Progress};
use crate::real::Real;
use crate::state::{Block, LANE_QUBITS, LANES, State};
use num_complex::Complex64;

/// One product of a row's sum: a block of the group with its lanes exchanged, times a coefficient per lane.
struct Term<T> {
    source: usize,
    coefficients: Block<T>,
}

pub(super) fn apply<T: Real>(
    state: &mut State<T>,
    targets: &[u32],
    matrix: &[Complex64],
    controls: Controls,
    progress: &mut Progress,
) -> Result<(), Interrupted> {
    let dimension = 1usize << targets.len();
    let (mut high, mut low) = (Vec::new(), Vec::new());
    for (k, &qubit) in targets.iter().enumerate() {
        if qubit < LANE_QUBITS { low.push((k, qubit)) } else { high.push((k, qubit - LANE_QUBITS)) }
    }
    // The matrix index and the block or lane bits that a choice of high or low target values stands for.
    let spread = |chosen: &[(usize, u32)], choice: usize| {
        chosen
            .iter()
            .enumerate()
            .filter(|(j, _)| choice >> j & 1 == 1)
            .fold((0, 0), |(index, bits), (_, (k, qubit))| (index | 1usize << k, bits | 1usize << qubit))
    };
    let low_index = |lane: usize| low.iter().fold(0, |sum, (k, qubit)| sum | (lane >> qubit & 1) << k);
    let (blocks, masks) = (1usize << high.len(), 1usize << low.len());
    let members: Vec<usize> = (0..blocks).map(|c| spread(&high, c).1).collect();
    let exchange: Vec<usize> = (0..masks).map(|m| spread(&low, m).1).collect();
    let rows: Vec<Vec<Term<T>>> = (0..blocks)
        .map(|r| {
            let row_high = spread(&high, r).0;
            let mut terms = Vec::new();
            for c in 0..blocks {
                let column_high = spread(&high, c).0;
                for (m, &mask) in exchange.iter().enumerate() {
                    let entry = |lane: usize| {
                        let row = row_high | low_index(lane);
                        let column = column_high | low_index(lane ^ mask);
                        matrix[row * dimension + column]
                    };
                    if (0..LANES).any(|lane| entry(lane) != Complex64::new(0.0, 0.0)) {
                        terms.push(Term { source: c * masks + m, coefficients: super::lane_factors(entry) });
                    }
                }
            }
            terms
        })
        .collect();
    let fixed = members.iter().fold(controls.block_mask, |mask, bits| mask | bits);
    let groups = Groups { members: &members, fixed, value: controls.block_value };
    for_groups(state, &groups, progress, |pointers, offsets| {
        let mut sources = vec![Block::<T>::ZERO; blocks * masks];
        for offset in offsets {
            for (c, pointer) in pointers.iter().enumerate() {
                // SAFETY: for_groups gives in-bounds blocks.
                let block = unsafe { &*pointer.add(offset) };
                for (m, &mask) in exchange.iter().enumerate() {
                    copy_exchanged(block, mask, &mut sources[c * masks + m]);
                }
            }
            for (pointer, terms) in pointers.iter().zip(&rows) {
                // SAFETY: for_groups gives in-bounds, distinct blocks; the reads above are over.
                let block = unsafe { &mut *pointer.add(offset) };
                // Gates on two qubits have rows of one, two or four terms; a known number makes straight code.
                match terms[..] {
                    [ref a] => sum_terms(block, [a].into_iter(), &sources, controls.lanes),
                    [ref a, ref b] => sum_terms(block, [a, b].into_iter(), &sources, controls.lanes),
                    [ref a, ref b, ref c, ref d] => {
                        sum_terms(block, [a, b, c, d].into_iter(), &sources, controls.lanes);
                    }
                    _ => sum_terms(block, terms.iter(), &sources, controls.lanes),
                }
            }
        }
    })
}

/// Copies `block` to `target` with lane l taking lane l ⊕ `mask`. Vector by vector in place: a copy of the whole block would read
/// back more than was stored at once, and wait for the stores.
#[inline(always)]
fn copy_exchanged<T: Real>(block: &Block<T>, mask: usize, target: &mut Block<T>) {
    match mask % <T::Vector as Lanes<T>>::WIDTH {
        0 => copy_exchanged_by::<T, 0>(block, mask, target),
        1 => copy_exchanged_by::<T, 1>(block, mask, target),
        2 => copy_exchanged_by::<T, 2>(block, mask, target),
        _ => copy_exchanged_by::<T, 3>(block, mask, target),
    }
}

/// INNER is the part of the mask inside a vector, a constant so that the exchange is a fixed shuffle.
#[inline(always)]
fn copy_exchanged_by<T: Real, const INNER: usize>(block: &Block<T>, mask: usize, target: &mut Block<T>) {
    let width = <T::Vector as Lanes<T>>::WIDTH;
    each_vector!(T, at => {
        let from = (at ^ (mask / width * width)) % LANES;
        // SAFETY: at and from are multiples of WIDTH below 16, the length of each half block.
        unsafe {
            T::Vector::load(block.re.as_ptr().add(from)).exchange(INNER).store(target.re.as_mut_ptr().add(at));
            T::Vector::load(block.im.as_ptr().add(from)).exchange(INNER).store(target.im.as_mut_ptr().add(at));
        }
    });
}

#[inline(always)]
fn sum_terms<'a, T: Real>(
    block: &mut Block<T>,
    terms: impl Iterator<Item = &'a Term<T>> + Clone,
    sources: &[Block<T>],
    chosen: u32,
) {
    each_vector!(T, at => {
        let (mut re, mut im) = (T::Vector::splat(T::ZERO), T::Vector::splat(T::ZERO));
        // SAFETY: at + WIDTH ≤ 16, the length of each half block.
        unsafe {
            for term in terms.clone() {
                let (f, x) = (&term.coefficients, &sources[term.source]);
                let f = [T::Vector::load(f.re.as_ptr().add(at)), T::Vector::load(f.im.as_ptr().add(at))];
                let x = [T::Vector::load(x.re.as_ptr().add(at)), T::Vector::load(x.im.as_ptr().add(at))];
                re = re.add(f[0].mul(x[0]).sub(f[1].mul(x[1])));
                im = im.add(f[0].mul(x[1]).add(f[1].mul(x[0])));
            }
            let old = [T::Vector::load(block.re.as_ptr().add(at)), T::Vector::load(block.im.as_ptr().add(at))];
            re.select(old[0], chosen >> at).store(block.re.as_mut_ptr().add(at));
            im.select(old[1], chosen >> at).store(block.im.as_mut_ptr().add(at));
        }
    });
}
