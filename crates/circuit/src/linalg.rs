//! Small dense linear algebra: eigenvalues of Hermitian matrices, in a fixed order of operations.

use num_complex::Complex64;

/// Eigenvalues (ascending) and eigenvectors (column k of the row-major result belongs to eigenvalue k) of a Hermitian matrix.
///
/// Cyclic complex Jacobi rotations until every off-diagonal entry is below 1e-15 of the Frobenius norm, at most 64 sweeps;
/// strict arithmetic, so the same matrix gives the same bits everywhere. `matrix` is row-major, n × n; cost O(n³) a sweep.
///
/// Source: Golub & Van Loan, Matrix Computations (2013), §8.5.
pub fn hermitian_eigen(matrix: &[Complex64], n: usize) -> (Vec<f64>, Vec<Complex64>) {
    let mut a = matrix.to_vec();
    let mut v = vec![Complex64::new(0.0, 0.0); n * n];
    for k in 0..n {
        v[k * n + k] = Complex64::new(1.0, 0.0);
    }
    let norm = a.iter().map(|x| x.norm_sqr()).sum::<f64>().sqrt();
    for _ in 0..64 {
        let mut rotated = false;
        for p in 0..n {
            for q in p + 1..n {
                let apq = a[p * n + q];
                let size = apq.norm_sqr().sqrt();
                if size <= 1e-15 * norm {
                    continue;
                }
                rotated = true;
                // The phase makes the pivot real; the rest is the real Jacobi rotation with |θ| ≤ π/4.
                let phase = apq / size;
                let tau = (a[q * n + q].re - a[p * n + p].re) / (2.0 * size);
                let sign = if tau >= 0.0 { 1.0 } else { -1.0 };
                let t = sign / (tau.abs() + (1.0 + tau * tau).sqrt());
                let cos = 1.0 / (1.0 + t * t).sqrt();
                let sin = t * cos;
                for k in 0..n {
                    let (x, y) = (a[k * n + p], a[k * n + q]);
                    a[k * n + p] = x * cos - y * phase.conj() * sin;
                    a[k * n + q] = x * phase * sin + y * cos;
                    let (x, y) = (v[k * n + p], v[k * n + q]);
                    v[k * n + p] = x * cos - y * phase.conj() * sin;
                    v[k * n + q] = x * phase * sin + y * cos;
                }
                for k in 0..n {
                    let (x, y) = (a[p * n + k], a[q * n + k]);
                    a[p * n + k] = x * cos - y * phase * sin;
                    a[q * n + k] = x * phase.conj() * sin + y * cos;
                }
            }
        }
        if !rotated {
            break;
        }
    }
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&i, &j| a[i * n + i].re.total_cmp(&a[j * n + j].re));
    let values = order.iter().map(|&k| a[k * n + k].re).collect();
    let vectors = (0..n * n).map(|index| v[(index / n) * n + order[index % n]]).collect();
    (values, vectors)
}

/// Whether every entry of M†M is within `tolerance` of the identity; `matrix` is row-major, n × n.
pub fn is_unitary(matrix: &[Complex64], n: usize, tolerance: f64) -> bool {
    (0..n * n).all(|k| {
        let (i, j) = (k / n, k % n);
        let product: Complex64 = (0..n).map(|l| matrix[l * n + i].conj() * matrix[l * n + j]).sum();
        let wanted = if i == j { 1.0 } else { 0.0 };
        // A NaN is not within any tolerance.
        (product - wanted).norm_sqr() <= tolerance * tolerance
    })
}

/// A unitary matrix to a real power, principal branch: every eigenphase φ in (−π, π] becomes tφ.
///
/// `None` when no eigenbasis is found in which the matrix is diagonal to 1e-9. Row-major, n × n; cost O(n³) a sweep.
///
/// A = C + iS with commuting Hermitian C and S; the eigenvectors of cos α·C + sin α·S are those of A unless two phases are
/// mirror images about α, so a few fixed α are tried and the best is taken.
pub fn unitary_power(matrix: &[Complex64], n: usize, t: f64) -> Option<Vec<Complex64>> {
    const DIRECTIONS: [f64; 6] = [0.347, 1.202, 2.236, 0.916, 1.732, 2.768];
    let mut best: Option<(f64, Vec<Complex64>, Vec<Complex64>)> = None;
    for alpha in DIRECTIONS {
        let (cos, sin) = (libm::cos(alpha), libm::sin(alpha));
        let hermitian: Vec<Complex64> = (0..n * n)
            .map(|k| {
                let (a, b) = (matrix[k], matrix[(k % n) * n + k / n].conj());
                let (c, s) = ((a + b) / 2.0, (a - b) / Complex64::new(0.0, 2.0));
                c * cos + s * sin
            })
            .collect();
        let (_, v) = hermitian_eigen(&hermitian, n);
        // D = V†AV
        let av: Vec<Complex64> =
            (0..n * n).map(|k| (0..n).map(|l| matrix[(k / n) * n + l] * v[l * n + k % n]).sum()).collect();
        let d: Vec<Complex64> =
            (0..n * n).map(|k| (0..n).map(|l| v[l * n + k / n].conj() * av[l * n + k % n]).sum()).collect();
        let residual = (0..n * n).filter(|k| k / n != k % n).map(|k| d[k].norm_sqr()).fold(0.0, f64::max).sqrt();
        if best.as_ref().is_none_or(|(least, ..)| residual < *least) {
            let diagonal = (0..n).map(|k| d[k * n + k]).collect();
            best = Some((residual, v, diagonal));
        }
        if residual < 1e-13 {
            break;
        }
    }
    let (residual, v, diagonal) = best?;
    if residual > 1e-9 {
        return None;
    }
    let powers: Vec<Complex64> = diagonal
        .iter()
        .map(|value| {
            let phase = libm::atan2(value.im, value.re);
            // −1 with a rounding error below the real axis is still −1.
            let phase = if phase < -std::f64::consts::PI + 1e-10 { std::f64::consts::PI } else { phase };
            Complex64::new(libm::cos(t * phase), libm::sin(t * phase))
        })
        .collect();
    Some((0..n * n).map(|k| (0..n).map(|l| v[(k / n) * n + l] * powers[l] * v[(k % n) * n + l].conj()).sum()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn eigenpairs_rebuild_the_matrix(entries in proptest::collection::vec(-1.0f64..1.0, 72)) {
            let n = 6;
            let m: Vec<Complex64> = entries.chunks(2).map(|x| Complex64::new(x[0], x[1])).collect();
            let h: Vec<Complex64> = (0..n * n).map(|k| m[k] + m[(k % n) * n + k / n].conj()).collect();
            let (values, vectors) = hermitian_eigen(&h, n);
            prop_assert!(values.windows(2).all(|pair| pair[0] <= pair[1]));
            for i in 0..n {
                for j in 0..n {
                    let sum: Complex64 =
                        (0..n).map(|k| vectors[i * n + k] * values[k] * vectors[j * n + k].conj()).sum();
                    prop_assert!((sum - h[i * n + j]).norm_sqr().sqrt() < 1e-12);
                }
            }
        }
    }
}
