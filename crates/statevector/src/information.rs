//! Distributions, density matrices and measures of information of a pure state.

use crate::monitor::{Interrupted, Progress};
use crate::parts::Parts;
use crate::real::Real;
use crate::reduce::{LaneSums, reduce, weights};
use crate::state::{LANE_QUBITS, LANES, State};
use crate::tile::deposit;
use num_complex::Complex64;

/// The distribution over `qubits`, the first lowest in the index: 2ᵏ sums of |amplitude|².
///
/// The blocks are taken by the values of the qubits above the lanes, those of one value in ascending order and cut into parts of
/// [`PART_BLOCKS`]. In a part sixteen accumulators, one per lane, add up; what the lanes of one outcome have is added in ascending order,
/// and so are the parts. Threads share parts and outcomes, and nothing of their number shows.
pub(crate) fn marginal<T: Real>(
    state: &State<T>,
    qubits: &[u32],
    progress: &mut Progress,
) -> Result<Vec<f64>, Interrupted> {
    let mask = qubits.iter().fold(0usize, |mask, qubit| mask | 1 << qubit);
    let (kept_lanes, kept_blocks) = (mask % LANES, mask / LANES);
    let summed_blocks = (state.block_count() - 1) & !kept_blocks;
    let summed = 1usize << summed_blocks.count_ones();
    let (length, parts) = (summed.min(PART_BLOCKS), summed.div_ceil(PART_BLOCKS));
    let (values, outcomes) = (1usize << kept_blocks.count_ones(), 1usize << kept_lanes.count_ones());
    let of_lane: [usize; LANES] = std::array::from_fn(|lane| extract(lane, kept_lanes));
    let mut sums = vec![0.0; values * parts * outcomes];
    let places = Parts::new(&mut sums);
    progress.pass(values * parts, length * LANES, |range| {
        // SAFETY: ranges are disjoint.
        let places = unsafe { places.part(range.start * outcomes..range.end * outcomes) };
        let mut value = deposit(range.start / parts, kept_blocks);
        for (item, place) in range.zip(places.chunks_mut(outcomes)) {
            let first = value | deposit(item % parts * length, summed_blocks);
            if item % parts == parts - 1 {
                value = (value | !kept_blocks).wrapping_add(1) & kept_blocks;
            }
            let mut lanes = [0.0; LANES];
            let mut block = first;
            for _ in 0..length {
                let terms = weights(state.block(block));
                for (sum, term) in lanes.iter_mut().zip(terms) {
                    *sum += term;
                }
                // The carry runs over the kept bits because they are all ones while adding.
                block = (((block | kept_blocks) + 1) & summed_blocks) | (first & kept_blocks);
            }
            for (lane, sum) in lanes.into_iter().enumerate() {
                place[of_lane[lane]] += sum;
            }
        }
    })?;
    // From the order of the state to that of `qubits`.
    let position = |qubit: u32| {
        let below = (mask & ((1 << qubit) - 1)).count_ones();
        below + if qubit < LANE_QUBITS { 0 } else { parts.trailing_zeros() }
    };
    let from = |index: usize| {
        qubits.iter().enumerate().fold(0, |from, (k, qubit)| from | (index >> k & 1) << position(*qubit))
    };
    let low: Vec<usize> = (0..1 << qubits.len().min(8)).map(from).collect();
    let mut result = vec![0.0; 1 << qubits.len()];
    let places = Parts::new(&mut result);
    progress.pass(result_rows(qubits.len()), low.len(), |range| {
        // SAFETY: ranges are disjoint.
        let places = unsafe { places.part(range.start * low.len()..range.end * low.len()) };
        for (row, places) in range.zip(places.chunks_mut(low.len())) {
            let high = from(row * low.len());
            for (place, low) in places.iter_mut().zip(&low) {
                *place = (0..parts).map(|part| sums[(high | low) + part * outcomes]).sum();
            }
        }
    })?;
    Ok(result)
}

/// Pieces of up to 256 entries of a distribution over so many qubits.
fn result_rows(qubits: usize) -> usize {
    1 << qubits.saturating_sub(8)
}

/// Blocks that one thread adds up: 2¹⁶ amplitudes.
const PART_BLOCKS: usize = 1 << 12;

/// The bits of a lane where `mask` has ones, moved together.
fn extract(lane: usize, mask: usize) -> usize {
    let bits = (0..LANE_QUBITS).filter(|bit| mask >> bit & 1 == 1);
    bits.enumerate().fold(0, |result, (k, bit)| result | (lane >> bit & 1) << k)
}

/// Tr over all qubits but `qubits`, row-major, 2ᵏ × 2ᵏ, the first qubit lowest in the index. Every entry is a sum over the
/// traced-out basis states in ascending order; 2ⁿ⁺ᵏ multiplications.
pub(crate) fn reduced_density<T: Real>(
    state: &State<T>,
    qubits: &[u32],
    progress: &mut Progress,
) -> Result<Vec<Complex64>, Interrupted> {
    let dimension = 1usize << qubits.len();
    let kept = qubits.iter().fold(0usize, |mask, qubit| mask | 1 << qubit);
    let offsets: Vec<usize> = (0..dimension)
        .map(|k| qubits.iter().enumerate().fold(0, |sum, (bit, qubit)| sum | (k >> bit & 1) << qubit))
        .collect();
    let mut rho = vec![Complex64::new(0.0, 0.0); dimension * dimension];
    let mut column = vec![Complex64::new(0.0, 0.0); dimension];
    let mut base = 0usize;
    for _ in 0..state.amplitudes() / dimension {
        for (entry, offset) in column.iter_mut().zip(&offsets) {
            *entry = state.amplitude(base | offset);
        }
        for (row, a) in column.iter().enumerate() {
            for (sum, b) in rho[row * dimension..=row * dimension + row].iter_mut().zip(&column) {
                *sum += a * b.conj();
            }
        }
        progress.advance((dimension * dimension / 2).max(1) as u64)?;
        base = ((base | kept) + 1) & !kept;
    }
    for row in 0..dimension {
        for other in row + 1..dimension {
            rho[row * dimension + other] = rho[other * dimension + row].conj();
        }
    }
    Ok(rho)
}

/// |⟨a|b⟩|² of two states of the same size.
pub(crate) fn fidelity<T: Real>(a: &State<T>, b: &State<T>, progress: &mut Progress) -> Result<f64, Interrupted> {
    let [re, im] = reduce(a, progress, |index, x, sums: &mut [LaneSums; 2]| {
        let y = b.block(index);
        let [re, im] = sums;
        for (lane, (re, im)) in re.iter_mut().zip(im).enumerate() {
            let (xr, xi) = (x.re[lane].to_f64(), x.im[lane].to_f64());
            let (yr, yi) = (y.re[lane].to_f64(), y.im[lane].to_f64());
            *re += xr * yr + xi * yi;
            *im += xr * yi - xi * yr;
        }
    })?;
    Ok(re * re + im * im)
}

/// (von Neumann entropy in bits, purity) of a density matrix, which is first scaled to trace 1.
pub(crate) fn entropy_and_purity(rho: &[Complex64], progress: &mut Progress) -> Result<(f64, f64), Interrupted> {
    let n = rho.len().isqrt();
    let trace = (0..n).fold(0.0, |sum, k| sum + rho[k * n + k].re);
    let purity = rho.iter().fold(0.0, |sum, x| sum + (x.re * x.re + x.im * x.im)) / (trace * trace);
    let entropy = hermitian_eigenvalues(rho, progress)?
        .into_iter()
        .map(|value| value / trace)
        .filter(|p| *p > 0.0)
        .fold(0.0, |sum, p| sum - p * libm::log2(p));
    Ok((entropy.max(0.0), purity))
}

/// Eigenvalues, ascending, to about 1e-16 of the norm: Householder's reduction to a tridiagonal matrix (4n³/3 multiplications),
/// then bisection on the number of eigenvalues below a point, which always ends and needs no convergence test.
///
/// Source: Golub & Van Loan, Matrix Computations (2013), §8.3.1 and §8.4.1.
fn hermitian_eigenvalues(matrix: &[Complex64], progress: &mut Progress) -> Result<Vec<f64>, Interrupted> {
    let n = matrix.len().isqrt();
    let zero = Complex64::new(0.0, 0.0);
    let mut a = matrix.to_vec();
    // Squares of the off-diagonal entries: their phases do not change the eigenvalues.
    let mut off = vec![0.0; n.saturating_sub(1)];
    for k in 0..n.saturating_sub(1) {
        let m = n - k - 1;
        let mut v: Vec<Complex64> = (k + 1..n).map(|i| a[i * n + k]).collect();
        let square = v.iter().fold(0.0, |sum, x| sum + (x.re * x.re + x.im * x.im));
        off[k] = square;
        let tail = v[1..].iter().fold(0.0, |sum, x| sum + (x.re * x.re + x.im * x.im));
        if tail == 0.0 {
            continue;
        }
        let head = v[0];
        let size = (head.re * head.re + head.im * head.im).sqrt();
        let phase = if size > 0.0 { head / size } else { Complex64::new(1.0, 0.0) };
        v[0] = head + phase * square.sqrt();
        let length = v.iter().fold(0.0, |sum, x| sum + (x.re * x.re + x.im * x.im)).sqrt();
        v.iter_mut().for_each(|x| *x /= length);
        // A ← H A H with H = 1 − 2 v v†, as A − v w† − w v†.
        let mut w = vec![zero; m];
        for i in 0..m {
            let row = &a[(k + 1 + i) * n + k + 1..(k + 2 + i) * n];
            w[i] = row.iter().zip(&v).fold(zero, |sum, (x, y)| sum + x * y) * 2.0;
        }
        let c = v.iter().zip(&w).fold(0.0, |sum, (x, y)| sum + (x.re * y.re + x.im * y.im));
        for i in 0..m {
            w[i] -= v[i] * c;
        }
        for i in 0..m {
            let row = &mut a[(k + 1 + i) * n + k + 1..(k + 2 + i) * n];
            for (j, x) in row.iter_mut().enumerate() {
                *x -= v[i] * w[j].conj() + w[i] * v[j].conj();
            }
        }
        progress.advance((m * m) as u64)?;
    }
    let diagonal: Vec<f64> = (0..n).map(|k| a[k * n + k].re).collect();
    let below = |x: f64| {
        let mut count = 0;
        let mut pivot = 1.0;
        for k in 0..n {
            let coupling = if k == 0 { 0.0 } else { off[k - 1] / pivot };
            pivot = diagonal[k] - x - coupling;
            if pivot == 0.0 {
                pivot = f64::MIN_POSITIVE;
            }
            count += usize::from(pivot < 0.0);
        }
        count
    };
    // Gershgorin's bound.
    let bound = (0..n).fold(0.0f64, |bound, k| {
        let left = if k == 0 { 0.0 } else { off[k - 1].sqrt() };
        let right = off.get(k).map_or(0.0, |square| square.sqrt());
        bound.max(diagonal[k].abs() + left + right)
    });
    let mut values = Vec::with_capacity(n);
    for index in 0..n {
        let (mut low, mut high) = (-bound, bound);
        for _ in 0..64 {
            let middle = low + (high - low) / 2.0;
            if below(middle) > index { high = middle } else { low = middle }
        }
        values.push(low + (high - low) / 2.0);
        progress.advance(64 * n as u64)?;
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monitor::Unmonitored;
    use ketflow_team::Team;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn eigenvalues_agree_with_jacobi(entries in proptest::collection::vec(-1.0f64..1.0, 128)) {
            let n = 8;
            let m: Vec<Complex64> = entries.chunks(2).map(|x| Complex64::new(x[0], x[1])).collect();
            let h: Vec<Complex64> = (0..n * n).map(|k| m[k] + m[(k % n) * n + k / n].conj()).collect();
            let mut monitor = Unmonitored;
            let ours = hermitian_eigenvalues(&h, &mut Progress::new(&mut monitor, &Team::alone(), 0)).unwrap();
            let (theirs, _) = ketflow_circuit::linalg::hermitian_eigen(&h, n);
            for (a, b) in ours.iter().zip(&theirs) {
                prop_assert!((a - b).abs() < 1e-13, "{a} {b}");
            }
        }
    }
}
