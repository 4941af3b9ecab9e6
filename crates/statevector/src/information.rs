//! Distributions, density matrices and measures of information of a pure state.

use crate::monitor::{Interrupted, Progress};
use crate::real::Real;
use crate::reduce::{CHUNK_BLOCKS, LaneSums, reduce, weights};
use crate::state::{LANES, State};
use num_complex::Complex64;

/// The distribution over `qubits`, the first lowest in the index: 2ᵏ sums of |amplitude|², each in ascending basis order.
pub(crate) fn marginal<T: Real>(
    state: &State<T>,
    qubits: &[u32],
    progress: &mut Progress,
) -> Result<Vec<f64>, Interrupted> {
    let gather = |index: usize| qubits.iter().enumerate().fold(0, |sum, (k, qubit)| sum | (index >> qubit & 1) << k);
    let lanes: [usize; LANES] = std::array::from_fn(gather);
    let mut result = vec![0.0; 1 << qubits.len()];
    let mut first = 0;
    while first < state.block_count() {
        let end = (first + CHUNK_BLOCKS).min(state.block_count());
        state.for_runs(first, end, |start, blocks| {
            for (k, block) in blocks.iter().enumerate() {
                let high = gather((start + k) * LANES);
                let w = weights(block);
                // Below four qubits the lanes beyond 2ⁿ hold zeros, but their index bits would alias.
                for lane in 0..LANES.min(state.amplitudes()) {
                    result[high | lanes[lane]] += w[lane];
                }
            }
        });
        progress.advance(((end - first) * LANES) as u64)?;
        first = end;
    }
    Ok(result)
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
