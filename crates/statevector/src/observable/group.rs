//! The products of a Pauli sum that exchange the same amplitudes: together they are one matrix with one entry per row.
//!
//! P = i^y X^x Z^z takes |j⟩ to i^y (−1)^{|j ∧ z|} |j ⊕ x⟩, so all terms with the same x take |j⟩ to d(j) |j ⊕ x⟩ with
//! d(j) = Σ coefficient · i^y (−1)^{|j ∧ z|}: one pass whatever their number. d is tabulated chunk by chunk.

use super::Term;
use crate::monitor::{Interrupted, Progress};
use crate::real::Real;
use crate::reduce::{LaneSums, reduce_runs, weights};
use crate::state::{Block, LANE_QUBITS, LANES, State};

/// Terms with one mask x.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Group {
    exchange: usize,
    /// Even numbers of Y.
    real: Signs,
    /// Odd ones.
    imaginary: Signs,
}

/// Σ coefficient · (−1)^{|j ∧ z|} as a function of j.
#[derive(Debug, Clone, PartialEq, Default)]
struct Signs(Vec<(f64, usize)>);

/// Up to as many terms are added one by one, more by a Walsh–Hadamard transform, which takes 12 additions per amplitude for any number.
const FEW: usize = 8;

impl Group {
    /// The groups of a sum, in the order in which they begin.
    pub(super) fn all(terms: &[Term]) -> Vec<Self> {
        let mut groups: Vec<Self> = Vec::new();
        for term in terms {
            let (exchange, ys) = (term.x as usize, (term.x & term.z).count_ones());
            let at = groups.iter().position(|group| group.exchange == exchange).unwrap_or_else(|| {
                groups.push(Self { exchange, real: Signs::default(), imaginary: Signs::default() });
                groups.len() - 1
            });
            let signs = if ys.is_multiple_of(2) { &mut groups[at].real } else { &mut groups[at].imaginary };
            signs.0.push((if ys & 2 == 0 { term.coefficient } else { -term.coefficient }, term.z as usize));
        }
        groups
    }

    /// ⟨ψ|group|ψ⟩ = Σᵢ Re(conj(ψᵢ) d(j) ψⱼ) with j = i ⊕ x. Both amplitudes of a pair give the same, so where x moves blocks one is taken
    /// twice.
    pub(super) fn expectation<T: Real>(&self, state: &State<T>, progress: &mut Progress) -> Result<f64, Interrupted> {
        let high = self.exchange >> LANE_QUBITS;
        let pivot = if high == 0 { 0 } else { 1 << high.ilog2() };
        let [sum] = reduce_runs(
            state,
            progress,
            #[inline(always)]
            |first, blocks: &[Block<T>], [sums]: &mut [LaneSums; 1]| {
                let inside = blocks.len() - 1;
                if first & pivot & !inside != 0 {
                    return;
                }
                let table = Table::new(self, first, blocks.len());
                for (k, block) in blocks.iter().enumerate().filter(|(k, _)| k & pivot == 0) {
                    if self.exchange == 0 {
                        let (terms, factors) = (weights(block), &table.real[k]);
                        (0..LANES).for_each(|l| sums[l] += terms[l] * factors[l]);
                        continue;
                    }
                    let (partner, [real, imaginary]) = table.partner(self, state, first, k);
                    for l in 0..LANES {
                        let (re, im) = (block.re[l].to_f64(), block.im[l].to_f64());
                        let product = (re * partner[0][l] + im * partner[1][l]) * real[l];
                        let crossed = (re * partner[1][l] - im * partner[0][l]) * imaginary[l];
                        sums[l] += product - crossed;
                    }
                }
            },
        )?;
        Ok(if pivot == 0 { sum } else { 2.0 * sum })
    }

    /// Adds group·ψ for the blocks from `first` on, as many as `image` has: real and imaginary parts of each.
    #[inline(always)]
    pub(super) fn add_image<T: Real>(&self, state: &State<T>, first: usize, image: &mut [[LaneSums; 2]]) {
        let table = Table::new(self, first, image.len());
        for (k, [re, im]) in image.iter_mut().enumerate() {
            let (partner, [real, imaginary]) = table.partner(self, state, first, k);
            for l in 0..LANES {
                re[l] += real[l] * partner[0][l] - imaginary[l] * partner[1][l];
                im[l] += real[l] * partner[1][l] + imaginary[l] * partner[0][l];
            }
        }
    }
}

/// d for the blocks with which those of a run change places; the run begins at a multiple of its length, a power of two.
struct Table {
    real: Vec<LaneSums>,
    /// Empty when all zero.
    imaginary: Vec<LaneSums>,
}

impl Table {
    #[inline(always)]
    fn new(group: &Group, first: usize, length: usize) -> Self {
        let from = first ^ (group.exchange >> LANE_QUBITS & !(length - 1));
        let made = |signs: &Signs| {
            let mut values = vec![[0.0; LANES]; length];
            signs.write(from, &mut values);
            values
        };
        let imaginary = if group.imaginary.0.is_empty() { Vec::new() } else { made(&group.imaginary) };
        Self { real: made(&group.real), imaginary }
    }

    /// ψⱼ and d(j) for the amplitudes i of block `first` + `k`: real and imaginary parts of each.
    #[inline(always)]
    fn partner<T: Real>(
        &self,
        group: &Group,
        state: &State<T>,
        first: usize,
        k: usize,
    ) -> ([LaneSums; 2], [LaneSums; 2]) {
        let (high, lanes) = (group.exchange >> LANE_QUBITS, group.exchange & (LANES - 1));
        let at = k ^ (high & (self.real.len() - 1));
        let block = state.block((first + k) ^ high);
        let wide = |half: &[T; LANES]| exchanged(std::array::from_fn(|l| half[l].to_f64()), lanes);
        let imaginary = self.imaginary.get(at).map_or([0.0; LANES], |row| exchanged(*row, lanes));
        ([wide(&block.re), wide(&block.im)], [exchanged(self.real[at], lanes), imaginary])
    }
}

impl Signs {
    /// The values for the blocks from `first` on, a multiple of their number.
    #[inline(always)]
    fn write(&self, first: usize, values: &mut [LaneSums]) {
        if self.0.len() <= FEW {
            for (coefficient, z) in &self.0 {
                let lanes: LaneSums = std::array::from_fn(|l| coefficient * sign(l & z));
                for (k, row) in values.iter_mut().enumerate() {
                    let sign = sign((first + k) & (z >> LANE_QUBITS));
                    (0..LANES).for_each(|l| row[l] += sign * lanes[l]);
                }
            }
            return;
        }
        for (coefficient, z) in &self.0 {
            let blocks = z >> LANE_QUBITS;
            values[blocks & (values.len() - 1)][z & (LANES - 1)] += coefficient * sign(first & blocks);
        }
        transform(values);
    }
}

/// values[j] ← Σ over z of (−1)^{|j ∧ z|} values[z]
#[inline(always)]
fn transform(values: &mut [LaneSums]) {
    for row in &mut *values {
        for bit in [1, 2, 4, 8] {
            let partner = exchanged(*row, bit);
            *row = std::array::from_fn(|l| if l & bit == 0 { row[l] + partner[l] } else { partner[l] - row[l] });
        }
    }
    for bit in (0..values.len().trailing_zeros()).map(|k| 1usize << k) {
        for pair in values.chunks_exact_mut(2 * bit) {
            let (low, high) = pair.split_at_mut(bit);
            for (x, y) in low.iter_mut().zip(high) {
                for l in 0..LANES {
                    (x[l], y[l]) = (x[l] + y[l], x[l] - y[l]);
                }
            }
        }
    }
}

/// Lane l takes the value of lane l ⊕ `mask`. Bit by bit, so that each is a fixed shuffle.
#[inline(always)]
fn exchanged(mut values: LaneSums, mask: usize) -> LaneSums {
    macro_rules! exchange {
        ($($bit:literal)+) => {
            $(if mask & $bit != 0 {
                values = std::array::from_fn(|l| values[l ^ $bit]);
            })+
        };
    }
    exchange!(1 2 4 8);
    values
}

#[inline(always)]
fn sign(bits: usize) -> f64 {
    if bits.count_ones().is_multiple_of(2) { 1.0 } else { -1.0 }
}
