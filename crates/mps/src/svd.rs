//! Singular values by one-sided Jacobi rotations: slow and accurate, and in one fixed order of operations.
//!
//! Pairs of columns are rotated until all are orthogonal; their norms are the singular values. Every dot product is eight running sums
//! that are added up in pairs, whatever vectors the processor has.
//!
//! Source: Hestenes, J. SIAM 6, 51 (1958); Demmel & Veselić, SIAM J. Matrix Anal. Appl. 13, 1204 (1992) for the stopping rule.

use ketflow_error::Interrupted;
use num_complex::Complex64;

/// A matrix by columns, real and imaginary parts apart.
#[derive(Debug, Clone)]
pub(crate) struct Columns {
    pub rows: usize,
    re: Vec<Vec<f64>>,
    im: Vec<Vec<f64>>,
}

/// M = U · diag(values) · V†, values descending.
pub(crate) struct Svd {
    /// Orthonormal columns; those of vanishing values are left out.
    pub u: Vec<Vec<Complex64>>,
    pub values: Vec<f64>,
    /// Columns of V.
    pub v: Vec<Vec<Complex64>>,
}

/// Columns are orthogonal when their overlap is this small beside their norms.
const ORTHOGONAL: f64 = 1e-15;
/// Far more than are ever needed: convergence is quadratic after the first few.
const MAX_SWEEPS: usize = 60;
/// Values this small beside the largest are rounding residue.
const RESIDUE: f64 = 1e-15;

impl Columns {
    pub fn new(rows: usize, columns: usize, entry: impl Fn(usize, usize) -> Complex64) -> Self {
        let part = |take: fn(Complex64) -> f64| {
            (0..columns).map(|column| (0..rows).map(|row| take(entry(row, column))).collect()).collect()
        };
        Self { rows, re: part(|x| x.re), im: part(|x| x.im) }
    }

    fn identity(size: usize) -> Self {
        Self::new(size, size, |row, column| Complex64::new(if row == column { 1.0 } else { 0.0 }, 0.0))
    }

    fn len(&self) -> usize {
        self.re.len()
    }

    fn norm_sqr(&self, k: usize) -> f64 {
        dot(&self.re[k], &self.re[k]) + dot(&self.im[k], &self.im[k])
    }

    /// ⟨a|b⟩
    fn overlap(&self, a: usize, b: usize) -> Complex64 {
        Complex64::new(
            dot(&self.re[a], &self.re[b]) + dot(&self.im[a], &self.im[b]),
            dot(&self.re[a], &self.im[b]) - dot(&self.im[a], &self.re[b]),
        )
    }

    /// a becomes c·a − s·conj(e)·b and b becomes s·e·a + c·b, with |e| = 1.
    fn rotate(&mut self, a: usize, b: usize, c: f64, s: f64, e: Complex64) {
        let (re_low, re_high) = self.re.split_at_mut(b);
        let (im_low, im_high) = self.im.split_at_mut(b);
        let (p, q) = (s * e.re, s * e.im);
        let first = re_low[a].iter_mut().zip(&mut im_low[a]);
        let second = re_high[0].iter_mut().zip(&mut im_high[0]);
        for ((ar, ai), (br, bi)) in first.zip(second) {
            let (x, y, z, w) = (*ar, *ai, *br, *bi);
            *ar = c * x - (p * z + q * w);
            *ai = c * y - (p * w - q * z);
            *br = (p * x - q * y) + c * z;
            *bi = (p * y + q * x) + c * w;
        }
    }

    fn column(&self, k: usize, scale: f64) -> Vec<Complex64> {
        self.re[k].iter().zip(&self.im[k]).map(|(re, im)| Complex64::new(re * scale, im * scale)).collect()
    }
}

/// Eight running sums, folded 8 → 4 → 2 → 1.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; 8];
    let (a_chunks, b_chunks) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest = a_chunks.remainder().iter().zip(b_chunks.remainder());
    for (lane, (x, y)) in rest.enumerate() {
        sums[lane] += x * y;
    }
    for (x, y) in a_chunks.zip(b_chunks) {
        for lane in 0..8 {
            sums[lane] += x[lane] * y[lane];
        }
    }
    let [a, b, c, d, e, f, g, h] = sums;
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}

/// The singular value decomposition of `m`; `advance` is told the multiplications.
pub(crate) fn svd(mut m: Columns, advance: &mut dyn FnMut(u64) -> Result<(), Interrupted>) -> Result<Svd, Interrupted> {
    let n = m.len();
    let mut v = Columns::identity(n);
    let largest = (0..n).fold(0.0, |largest, k| f64::max(largest, m.norm_sqr(k)));
    for _ in 0..MAX_SWEEPS {
        let mut is_done = true;
        for a in 0..n {
            for b in a + 1..n {
                let (x, y, overlap) = (m.norm_sqr(a), m.norm_sqr(b), m.overlap(a, b));
                let size = overlap.norm_sqr().sqrt();
                // Columns of rounding residue are orthogonal to nothing, and to be dropped.
                let residue = RESIDUE * RESIDUE * largest;
                if size <= ORTHOGONAL * (x * y).sqrt() || x <= residue || y <= residue {
                    continue;
                }
                is_done = false;
                let zeta = (y - x) / (2.0 * size);
                let t = if zeta >= 0.0 { 1.0 } else { -1.0 } / (zeta.abs() + (1.0 + zeta * zeta).sqrt());
                let c = 1.0 / (1.0 + t * t).sqrt();
                let (s, e) = (c * t, overlap / size);
                m.rotate(a, b, c, s, e);
                v.rotate(a, b, c, s, e);
            }
            advance(((n - a) * (m.rows * 4 + n * 2)) as u64)?;
        }
        if is_done {
            break;
        }
    }
    let norms: Vec<f64> = (0..n).map(|k| m.norm_sqr(k).sqrt()).collect();
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|a, b| norms[*b].total_cmp(&norms[*a]));
    let floor = RESIDUE * order.first().map_or(0.0, |first| norms[*first]);
    order.retain(|k| norms[*k] > floor);
    Ok(Svd {
        u: order.iter().map(|k| m.column(*k, 1.0 / norms[*k])).collect(),
        values: order.iter().map(|k| norms[*k]).collect(),
        v: order.iter().map(|k| v.column(*k, 1.0)).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn factors_multiply_to_the_matrix(
            rows in 1usize..20, columns in 1usize..20, rank in 1usize..8,
            values in prop::collection::vec(-1.0f64..1.0, 2 * 8 * 40),
        ) {
            let at = |k: usize| Complex64::new(values[2 * k], values[2 * k + 1]);
            // A product of two thin matrices: of low rank, as states are.
            let entry = |row: usize, column: usize| -> Complex64 {
                (0..rank).map(|k| at(row * 8 + k) * at((20 + column) * 8 + k)).sum()
            };
            let Svd { u, values, v } = svd(Columns::new(rows, columns, entry), &mut |_| Ok(())).unwrap();
            prop_assert!(values.windows(2).all(|pair| pair[0] >= pair[1]));
            for (row, column) in (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column))) {
                let product: Complex64 = (0..values.len()).map(|k| u[k][row] * v[k][column].conj() * values[k]).sum();
                prop_assert!((product - entry(row, column)).norm_sqr().sqrt() < 1e-12, "{product}, {}", entry(row, column));
            }
            let significant = values.iter().take_while(|value| **value > 1e-10 * values[0]).count();
            prop_assert!(significant <= rank.min(rows).min(columns));
            for a in 0..significant {
                for b in 0..=a {
                    let overlap: Complex64 = u[a].iter().zip(&u[b]).map(|(x, y)| x.conj() * y).sum();
                    let expected = if a == b { 1.0 } else { 0.0 };
                    prop_assert!((overlap - expected).norm_sqr().sqrt() < 1e-10, "{a} {b} {overlap}");
                }
            }
        }
    }
}
