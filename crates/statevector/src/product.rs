//! Where a run begins: the gates that meet one qubit alone before anything else does make a product state of |0…0⟩, which is written in one
//! pass instead of a rotation for each of them.

use crate::elementary::Elementary;
use crate::lanes::{Lanes, Vectorized};
use crate::monitor::{Interrupted, Progress};
use crate::parts::Parts;
use crate::real::Real;
use crate::state::{Block, LANE_QUBITS, LANES, State};
use num_complex::Complex64;
use std::ops::Range;

const ZERO: Complex64 = Complex64::new(0.0, 0.0);
const ONE: Complex64 = Complex64::new(1.0, 0.0);

/// Fewer rotations are done in the sweep that follows, which then needs no pass before it.
const LEAST_ROTATIONS: usize = 2;

/// A product state: the amplitudes of |0⟩ and |1⟩ of each qubit of the state.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Product(Vec<[Complex64; 2]>);

impl Product {
    /// What the first of `operations` make of |0…0⟩ of so many qubits, and the others; nothing where it saves too little.
    pub(crate) fn split(operations: &[Elementary], qubits: u32) -> Option<(Self, Vec<Elementary>)> {
        let mut factors = vec![[ONE, ZERO]; qubits as usize];
        // Qubits that an operation left behind changes or reads.
        let mut used = 0u64;
        let mut rotations = 0;
        let mut rest = Vec::with_capacity(operations.len());
        for operation in operations {
            let (changes, reads) = operation.qubits();
            let set = changes | reads;
            let qubit = set.trailing_zeros() as usize;
            let is_single = set.count_ones() == 1 && set & used == 0;
            match operation {
                Elementary::Rotate(rotation) if is_single => {
                    let [cosine, sine] = rotation.entries();
                    let [zero, one] = factors[qubit];
                    factors[qubit] = [zero * cosine - one * sine, one * cosine + zero * sine];
                    rotations += 1;
                }
                Elementary::Move { .. } if is_single => factors[qubit].swap(0, 1),
                Elementary::Phase { factor, .. } if is_single => factors[qubit][1] *= factor,
                _ => {
                    used |= set;
                    rest.push(operation.clone());
                }
            }
        }
        (rotations >= LEAST_ROTATIONS).then_some((Self(factors), rest))
    }

    /// The amplitudes of the qubits from `first` on, `count` of them, all of whose values are indices.
    fn table(&self, first: usize, count: usize) -> Vec<Complex64> {
        let mut values = vec![ONE];
        for k in first..first + count {
            let [zero, one] = self.0.get(k).copied().unwrap_or([ONE, ZERO]);
            let ones: Vec<Complex64> = values.iter().map(|value| value * one).collect();
            values.iter_mut().for_each(|value| *value *= zero);
            values.extend(ones);
        }
        values
    }

    /// Makes it the state, whatever that was.
    pub(crate) fn write<T: Real>(&self, state: &mut State<T>, progress: &mut Progress) -> Result<(), Interrupted> {
        let above = self.0.len().saturating_sub(LANE_QUBITS as usize);
        let (low, shift) = (above / 2, state.segment_shift());
        let (lanes, low_table) = (self.table(0, LANE_QUBITS as usize), self.table(LANE_QUBITS as usize, low));
        let high_table = self.table(LANE_QUBITS as usize + low, above - low);
        let lanes = Block {
            re: std::array::from_fn(|lane| T::from_f64(lanes[lane].re)),
            im: std::array::from_fn(|lane| T::from_f64(lanes[lane].im)),
        };
        let choice = progress.lanes;
        for (segment, blocks) in state.segments_mut().iter_mut().enumerate() {
            let length = blocks.len();
            let blocks = Parts::new(blocks);
            progress.pass(length, LANES, |range| {
                let first = (segment << shift) + range.start;
                // SAFETY: ranges are disjoint.
                let blocks = unsafe { blocks.part(range) };
                let range = first..first + blocks.len();
                choice.run(Writing { blocks, range, lanes: &lanes, low, tables: [&low_table, &high_table] });
            })?;
        }
        Ok(())
    }
}

/// Blocks of the state, and where they are in it.
struct Writing<'a, T> {
    blocks: &'a mut [Block<T>],
    range: Range<usize>,
    lanes: &'a Block<T>,
    /// Bits of a block's index that belong to the first table.
    low: usize,
    tables: [&'a [Complex64]; 2],
}

impl<T: Real> Vectorized<T> for Writing<'_, T> {
    #[inline(always)]
    fn run<V: Lanes<T>>(self) {
        let Block { re, im } = self.lanes;
        for (block, index) in self.blocks.iter_mut().zip(self.range) {
            let factor = self.tables[0][index & ((1 << self.low) - 1)] * self.tables[1][index >> self.low];
            let (x, y) = (V::splat(T::from_f64(factor.re)), V::splat(T::from_f64(factor.im)));
            for at in (0..LANES / V::WIDTH).map(|v| v * V::WIDTH) {
                // SAFETY: at + WIDTH ≤ LANES, the length of all four arrays.
                unsafe {
                    let (re, im) = (V::load(re.as_ptr().add(at)), V::load(im.as_ptr().add(at)));
                    x.mul(re).sub(y.mul(im)).store(block.re.as_mut_ptr().add(at));
                    x.mul(im).add(y.mul(re)).store(block.im.as_mut_ptr().add(at));
                }
            }
        }
    }
}
