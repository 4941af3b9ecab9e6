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

/// Up to as many terms are added one by one, more by a Walsh–Hadamard transform, which takes 12 additions per amplitude for any number.
const FEW: usize = 8;

impl Group {
    /// The groups of a sum, in the order in which they begin.
    pub(super) fn all(terms: &[Term]) -> Vec<Self> {
        let mut groups: Vec<Self> = Vec::new();
        for term in terms {
            let (exchange, z, ys) = (term.x as usize, term.z as usize, (term.x & term.z).count_ones());
            let at = groups.iter().position(|group| group.exchange == exchange).unwrap_or_else(|| {
                groups.push(Self { exchange, real: Signs::default(), imaginary: Signs::default() });
                groups.len() - 1
            });
            let signs = if ys.is_multiple_of(2) { &mut groups[at].real } else { &mut groups[at].imaginary };
            let coefficient = if ys & 2 == 0 { term.coefficient } else { -term.coefficient };
            // Of the partner: (−1)^{|(i ⊕ x) ∧ z|} is (−1)^{|x ∧ z|} times that of i.
            signs.push(coefficient * sign(exchange & z), z);
        }
        groups
    }

    /// Whether its factors are tabulated for each run of blocks.
    pub(super) fn is_tabulated(&self) -> bool {
        self.real.terms.len().max(self.imaginary.terms.len()) > FEW
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
                if self.exchange == 0 {
                    for (k, block) in blocks.iter().enumerate() {
                        let (terms, factors) = (weights(block), table.real.row(k));
                        (0..LANES).for_each(|l| sums[l] += terms[l] * factors[l]);
                    }
                    return;
                }
                for (k, block) in blocks.iter().enumerate().filter(|(k, _)| k & pivot == 0) {
                    let partner = self.partner(state, first + k);
                    let (re, im) = (wide(&block.re), wide(&block.im));
                    let real = table.real.row(k);
                    if self.imaginary.is_empty() {
                        for l in 0..LANES {
                            sums[l] += (re[l] * partner[0][l] + im[l] * partner[1][l]) * real[l];
                        }
                        continue;
                    }
                    let imaginary = table.imaginary.row(k);
                    for l in 0..LANES {
                        let product = (re[l] * partner[0][l] + im[l] * partner[1][l]) * real[l];
                        let crossed = (re[l] * partner[1][l] - im[l] * partner[0][l]) * imaginary[l];
                        sums[l] += product - crossed;
                    }
                }
            },
        )?;
        Ok(if pivot == 0 { sum } else { 2.0 * sum })
    }

    /// Adds group·ψ for the k-th block of the run from `first` on, which is that of `table`: real and imaginary parts.
    #[inline(always)]
    pub(super) fn add_image<T: Real>(
        &self,
        state: &State<T>,
        first: usize,
        table: &Table,
        k: usize,
        [re, im]: &mut [LaneSums; 2],
    ) {
        let partner = self.partner(state, first + k);
        let real = table.real.row(k);
        if self.imaginary.is_empty() {
            for l in 0..LANES {
                re[l] += real[l] * partner[0][l];
                im[l] += real[l] * partner[1][l];
            }
            return;
        }
        let imaginary = table.imaginary.row(k);
        for l in 0..LANES {
            re[l] += real[l] * partner[0][l] - imaginary[l] * partner[1][l];
            im[l] += real[l] * partner[1][l] + imaginary[l] * partner[0][l];
        }
    }

    /// ψⱼ for the amplitudes i of block `index`, real and imaginary parts.
    #[inline(always)]
    fn partner<T: Real>(&self, state: &State<T>, index: usize) -> [LaneSums; 2] {
        let block = state.block(index ^ (self.exchange >> LANE_QUBITS));
        match self.exchange & (LANES - 1) {
            0 => [wide(&block.re), wide(&block.im)],
            lanes => [exchanged(wide(&block.re), lanes), exchanged(wide(&block.im), lanes)],
        }
    }
}

#[inline(always)]
fn wide<T: Real>(half: &[T; LANES]) -> LaneSums {
    std::array::from_fn(|l| half[l].to_f64())
}

/// d(j) for the amplitudes i of the blocks of a run, which begins at a multiple of its length, a power of two.
pub(super) struct Table<'a> {
    real: Rows<'a>,
    imaginary: Rows<'a>,
}

impl<'a> Table<'a> {
    #[inline(always)]
    pub(super) fn new(group: &'a Group, first: usize, length: usize) -> Self {
        Self { real: group.real.rows(first, length), imaginary: group.imaginary.rows(first, length) }
    }
}

/// Σ coefficient · (−1)^{|i ∧ z|} as a function of i.
#[derive(Debug, Clone, PartialEq, Default)]
struct Signs {
    terms: Vec<(f64, usize)>,
    /// Of each term the values in the lanes of block 0, and the part of z that chooses the sign of a block.
    lanes: Vec<(LaneSums, usize)>,
}

/// The values in the blocks of a run.
enum Rows<'a> {
    /// Added up where they are needed.
    Few {
        lanes: &'a [(LaneSums, usize)],
        first: usize,
    },
    Tabulated(Vec<LaneSums>),
}

impl Rows<'_> {
    /// Those of the k-th block.
    #[inline(always)]
    fn row(&self, k: usize) -> LaneSums {
        match self {
            Self::Few { lanes, first } => {
                let mut row = [0.0; LANES];
                for (lanes, blocks) in *lanes {
                    let sign = sign((first + k) & blocks);
                    (0..LANES).for_each(|l| row[l] += sign * lanes[l]);
                }
                row
            }
            Self::Tabulated(values) => values[k],
        }
    }
}

impl Signs {
    fn push(&mut self, coefficient: f64, z: usize) {
        self.terms.push((coefficient, z));
        self.lanes.push((std::array::from_fn(|l| coefficient * sign(l & z)), z >> LANE_QUBITS));
    }

    fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    #[inline(always)]
    fn rows(&self, first: usize, length: usize) -> Rows<'_> {
        if self.terms.len() <= FEW {
            return Rows::Few { lanes: &self.lanes, first };
        }
        let mut values = vec![[0.0; LANES]; length];
        for (coefficient, z) in &self.terms {
            let blocks = z >> LANE_QUBITS;
            values[blocks & (length - 1)][z & (LANES - 1)] += coefficient * sign(first & blocks);
        }
        transform(&mut values);
        Rows::Tabulated(values)
    }
}

/// values[j] ← Σ over z of (−1)^{|j ∧ z|} values[z]
#[inline(always)]
fn transform(values: &mut [LaneSums]) {
    // A sum has fewer terms than there are blocks, so most rows are still zero.
    for row in values.iter_mut().filter(|row| row.iter().any(|value| *value != 0.0)) {
        for bit in [1, 2, 4, 8] {
            let partner = exchanged(*row, bit);
            *row = std::array::from_fn(|l| if l & bit == 0 { row[l] + partner[l] } else { partner[l] - row[l] });
        }
    }
    // Two bits at a time: half the loads and stores.
    let mut bit = 1;
    while 4 * bit <= values.len() {
        for four in values.chunks_exact_mut(4 * bit) {
            let (low, high) = four.split_at_mut(2 * bit);
            let ((a, b), (c, d)) = (low.split_at_mut(bit), high.split_at_mut(bit));
            for (((a, b), c), d) in a.iter_mut().zip(b).zip(c).zip(d) {
                for l in 0..LANES {
                    let (p, q, r, s) = (a[l] + b[l], a[l] - b[l], c[l] + d[l], c[l] - d[l]);
                    (a[l], b[l], c[l], d[l]) = (p + r, q + s, p - r, q - s);
                }
            }
        }
        bit *= 4;
    }
    if 2 * bit <= values.len() {
        let (low, high) = values.split_at_mut(bit);
        for (x, y) in low.iter_mut().zip(high) {
            for l in 0..LANES {
                (x[l], y[l]) = (x[l] + y[l], x[l] - y[l]);
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
