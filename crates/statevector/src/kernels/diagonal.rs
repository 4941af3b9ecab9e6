//! Diagonal matrices: every amplitude is multiplied by a factor that depends on its index alone.

use super::each_vector::each_vector;
use super::{ALL_LANES, Controls, Groups, Offsets, each_offset, for_groups, gather, lane_factors};
use crate::lanes::Lanes;
use crate::monitor::{Interrupted, Progress};
use crate::real::Real;
use crate::state::{Block, LANE_QUBITS, LANES, State};
use num_complex::Complex64;

/// `factors[k]` where the targets spell k; blocks whose factors are all 1 are not touched.
pub(super) fn apply<T: Real>(
    state: &mut State<T>,
    targets: &[u32],
    factors: &[Complex64],
    controls: Controls,
    progress: &mut Progress,
) -> Result<(), Interrupted> {
    let one = Complex64::new(1.0, 0.0);
    let high: Vec<(usize, usize)> = targets
        .iter()
        .enumerate()
        .filter(|(_, qubit)| **qubit >= LANE_QUBITS)
        .map(|(k, qubit)| (1 << k, 1 << (qubit - LANE_QUBITS)))
        .collect();
    let low: Vec<(usize, u32)> =
        targets.iter().enumerate().filter(|(_, q)| **q < LANE_QUBITS).map(|(k, q)| (1 << k, *q)).collect();
    let target_blocks = high.iter().fold(0, |mask, (_, bit)| mask | bit);
    for choice in 0..1usize << high.len() {
        let chosen = |bits: fn(&(usize, usize)) -> usize| {
            high.iter().enumerate().filter(|(k, _)| choice >> k & 1 == 1).fold(0, |sum, (_, pair)| sum | bits(pair))
        };
        let (index, blocks) = (chosen(|pair| pair.0), chosen(|pair| pair.1));
        let factor = |lane: usize| {
            if controls.lanes >> lane & 1 == 0 {
                return one;
            }
            let bits = low.iter().fold(0, |sum, (bit, qubit)| sum | if lane >> qubit & 1 == 1 { *bit } else { 0 });
            factors[index | bits]
        };
        if (0..LANES).all(|lane| factor(lane) == one) {
            continue;
        }
        let groups =
            Groups { members: &[0], fixed: controls.block_mask | target_blocks, value: controls.block_value | blocks };
        let is_real = (0..LANES).all(|lane| factor(lane).im == 0.0);
        let table = lane_factors::<T>(factor);
        let is_uniform = low.is_empty() && controls.lanes == ALL_LANES;
        for_groups(state, &groups, progress, |pointers, offsets| match (is_real, is_uniform) {
            (true, true) => multiply::<T, true, true>(pointers[0], offsets, &table),
            (true, false) => multiply::<T, true, false>(pointers[0], offsets, &table),
            (false, true) => multiply::<T, false, true>(pointers[0], offsets, &table),
            (false, false) => multiply::<T, false, false>(pointers[0], offsets, &table),
        })?;
    }
    Ok(())
}

fn multiply<T: Real, const REAL: bool, const UNIFORM: bool>(base: *mut Block<T>, offsets: Offsets, table: &Block<T>) {
    let splat = [T::Vector::splat(table.re[0]), T::Vector::splat(table.im[0])];
    each_offset!(T, offset in offsets => {
        // SAFETY: for_groups gives in-bounds, distinct blocks.
        let block = unsafe { &mut *base.add(offset) };
        each_vector!(T, at => {
            // SAFETY: at + WIDTH ≤ 16, the length of each half block.
            unsafe {
                let f = if UNIFORM {
                    splat
                } else {
                    [T::Vector::load(table.re.as_ptr().add(at)), T::Vector::load(table.im.as_ptr().add(at))]
                };
                let x = [T::Vector::load(block.re.as_ptr().add(at)), T::Vector::load(block.im.as_ptr().add(at))];
                let y = if REAL {
                    [f[0].mul(x[0]), f[0].mul(x[1])]
                } else {
                    [f[0].mul(x[0]).sub(f[1].mul(x[1])), f[0].mul(x[1]).add(f[1].mul(x[0]))]
                };
                y[0].store(block.re.as_mut_ptr().add(at));
                y[1].store(block.im.as_mut_ptr().add(at));
            }
        });
    });
}

/// Projects `qubit` on `outcome` and multiplies what remains by `scale`.
pub(crate) fn collapse<T: Real>(
    state: &mut State<T>,
    qubit: u32,
    outcome: bool,
    scale: f64,
    progress: &mut Progress,
) -> Result<(), Interrupted> {
    let mut factors = [Complex64::new(0.0, 0.0); 2];
    factors[gather(usize::from(outcome), &[0])] = Complex64::new(scale, 0.0);
    apply(state, &[qubit], &factors, Controls::new(&[]), progress)
}
