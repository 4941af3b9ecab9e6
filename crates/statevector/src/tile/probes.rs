//! Reading a tile of a backward pass: the first half of its blocks is ψ, the second λ.
//!
//! All sums are in f64: sixteen lane sums over the blocks in ascending order, folded as everywhere. The loops work on W lanes of some
//! blocks at a time, so that the sums stay in registers; W never shows in the result.

use super::blocks_with;
use crate::real::Real;
use crate::reduce::{LaneSums, fold};
use crate::state::{Block, LANES};
use crate::sweep::{Probe, ProbeStage};

/// Blocks whose lanes are read W at a time before the next W lanes of the same blocks: they stay in the first cache.
const RUN: usize = 16;

/// Adds what `stage` reads to `sums`; `room` is scratch memory.
#[inline(always)]
pub(super) fn apply<T: Real, const W: usize>(
    tile: &[Block<T>],
    number: usize,
    stage: &ProbeStage,
    room: &mut Vec<LaneSums>,
    sums: &mut [f64],
) {
    let (psi, lambda) = tile.split_at(tile.len() / 2);
    for probe in &stage.qubits {
        let values = if probe.needs_x {
            of_qubit::<T, W, true>(psi, lambda, probe)
        } else {
            of_qubit::<T, W, false>(psi, lambda, probe)
        };
        for (sum, value) in sums[probe.sum..probe.sum + 3].iter_mut().zip(values) {
            *sum += stage.factor * value;
        }
    }
    if stage.sets.iter().all(|set| number & set.tile != set.tile) {
        return;
    }
    let needed = stage.sets.iter().fold(0, |bits, set| bits | set.blocks);
    of_sets::<T, W>(psi, lambda, needed, room);
    for set in stage.sets.iter().filter(|set| number & set.tile == set.tile) {
        let row = &room[set.blocks];
        let chosen: LaneSums = std::array::from_fn(|l| if l & set.lanes == set.lanes { row[l] } else { 0.0 });
        sums[set.sum] += stage.factor * fold(chosen);
    }
}

/// Im⟨λ|P|ψ⟩ for X (0 where nobody needs it), Y and Z.
#[inline(always)]
fn of_qubit<T: Real, const W: usize, const NEEDS_X: bool>(
    psi: &[Block<T>],
    lambda: &[Block<T>],
    probe: &Probe,
) -> [f64; 3] {
    match (probe.block, probe.lane) {
        (_, 1) => of_lane::<T, W, NEEDS_X, 1>(psi, lambda),
        (_, 2) => of_lane::<T, W, NEEDS_X, 2>(psi, lambda),
        (_, 4) => of_lane::<T, W, NEEDS_X, 4>(psi, lambda),
        (_, 8) => of_lane::<T, W, NEEDS_X, 8>(psi, lambda),
        (bit, _) => of_blocks::<T, W, NEEDS_X>(psi, lambda, bit),
    }
}

/// Lanes `at…` of a half block.
#[inline(always)]
fn wide<T: Real, const W: usize>(half: &[T; LANES], at: usize) -> [f64; W] {
    std::array::from_fn(|l| half[at + l].to_f64())
}

/// The same of both halves.
#[inline(always)]
fn both<T: Real, const W: usize>(block: &Block<T>, at: usize) -> [[f64; W]; 2] {
    [wide(&block.re, at), wide(&block.im, at)]
}

#[inline(always)]
fn add<const W: usize>(sums: &mut [f64; W], terms: [f64; W]) {
    (0..W).for_each(|l| sums[l] += terms[l]);
}

/// Re(conj(y)·x)
#[inline(always)]
fn real<const W: usize>(y: &[[f64; W]; 2], x: &[[f64; W]; 2]) -> [f64; W] {
    std::array::from_fn(|l| y[0][l] * x[0][l] + y[1][l] * x[1][l])
}

/// Im(conj(y)·x)
#[inline(always)]
fn imaginary<const W: usize>(y: &[[f64; W]; 2], x: &[[f64; W]; 2]) -> [f64; W] {
    std::array::from_fn(|l| y[0][l] * x[1][l] - y[1][l] * x[0][l])
}

/// Calls `read` with each W lanes of each run of blocks and with the sums of those lanes; folds them.
#[inline(always)]
fn summed<const W: usize>(
    blocks: impl Iterator<Item = usize> + Clone,
    read: impl Fn(usize, usize, &mut [[f64; W]; 3]),
) -> [LaneSums; 3] {
    let mut sums = [[0.0; LANES]; 3];
    let mut left = blocks;
    loop {
        let run = left.clone().take(RUN);
        if run.clone().next().is_none() {
            return sums;
        }
        for at in (0..LANES).step_by(W) {
            let mut part: [[f64; W]; 3] = std::array::from_fn(|k| std::array::from_fn(|l| sums[k][at + l]));
            run.clone().for_each(|block| read(block, at, &mut part));
            for (sums, part) in sums.iter_mut().zip(part) {
                sums[at..at + W].copy_from_slice(&part);
            }
        }
        left.nth(RUN - 1);
    }
}

/// On a bit of the block index: with p = conj(λ₀)ψ₁ and q = conj(λ₁)ψ₀ they are Im(p + q), Re(q − p) and Im(conj(λ₀)ψ₀ − conj(λ₁)ψ₁).
#[inline(always)]
fn of_blocks<T: Real, const W: usize, const NEEDS_X: bool>(
    psi: &[Block<T>],
    lambda: &[Block<T>],
    bit: usize,
) -> [f64; 3] {
    let sums = summed::<W>(
        blocks_with(psi.len(), bit, 0),
        #[inline(always)]
        |block, at, sums| {
            let (x0, x1) = (both::<T, W>(&psi[block], at), both::<T, W>(&psi[block | bit], at));
            let (y0, y1) = (both::<T, W>(&lambda[block], at), both::<T, W>(&lambda[block | bit], at));
            if NEEDS_X {
                let (p, q) = (imaginary(&y0, &x1), imaginary(&y1, &x0));
                add(&mut sums[0], std::array::from_fn(|l| p[l] + q[l]));
            }
            let (p, q) = (real(&y0, &x1), real(&y1, &x0));
            add(&mut sums[1], std::array::from_fn(|l| q[l] - p[l]));
            let (r, s) = (imaginary(&y0, &x0), imaginary(&y1, &x1));
            add(&mut sums[2], std::array::from_fn(|l| r[l] - s[l]));
        },
    );
    sums.map(fold)
}

/// The same for a lane bit.
#[inline(always)]
fn of_lane<T: Real, const W: usize, const NEEDS_X: bool, const BIT: usize>(
    psi: &[Block<T>],
    lambda: &[Block<T>],
) -> [f64; 3] {
    let sums = summed::<W>(
        0..psi.len(),
        #[inline(always)]
        |block, at, sums| {
            let (x, y) = (both::<T, W>(&psi[block], at), both::<T, W>(&lambda[block], at));
            let other: [[f64; W]; 2] = if BIT < W { x } else { both(&psi[block], (at ^ BIT) % LANES) };
            let partner = other.map(|half| std::array::from_fn(|l| half[if BIT < W { (l ^ BIT) % W } else { l }]));
            if NEEDS_X {
                add(&mut sums[0], imaginary(&y, &partner));
            }
            add(&mut sums[1], real(&y, &partner));
            add(&mut sums[2], imaginary(&y, &x));
        },
    );
    // Lanes with the bit have q and s, the others p and r.
    let signed =
        |row: LaneSums, set: f64| std::array::from_fn(|l| if l & BIT == 0 { -set * row[l] } else { set * row[l] });
    [fold(sums[0]), fold(signed(sums[1], 1.0)), fold(signed(sums[2], -1.0))]
}

/// Afterwards `room[b]` is the sum of Im(conj(λ)ψ) over all blocks that contain the bits b, lane by lane, for all b within `needed`.
#[inline(always)]
fn of_sets<T: Real, const W: usize>(psi: &[Block<T>], lambda: &[Block<T>], needed: usize, room: &mut Vec<LaneSums>) {
    room.resize(psi.len(), [0.0; LANES]);
    for (row, (x, y)) in room.iter_mut().zip(psi.iter().zip(lambda)) {
        for at in (0..LANES).step_by(W) {
            row[at..at + W].copy_from_slice(&imaginary::<W>(&both::<T, W>(y, at), &both::<T, W>(x, at)));
        }
    }
    // First the bits that nobody asks for: then half the blocks are left each time.
    let mut gone = 0;
    for is_needed in [false, true] {
        let bits = (0..psi.len().trailing_zeros()).rev().map(|k| 1usize << k);
        for bit in bits.filter(|bit| (needed & bit != 0) == is_needed) {
            for block in blocks_with(psi.len(), gone | bit, 0) {
                let upper = room[block | bit];
                (0..LANES).for_each(|l| room[block][l] += upper[l]);
            }
            gone |= if is_needed { 0 } else { bit };
        }
    }
}
