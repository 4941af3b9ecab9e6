//! Singular values by one-sided Jacobi rotations of a triangular factor: accurate, and in one fixed order of operations.
//!
//! M·P = Q·R with the largest columns first; the columns of R† are rotated in pairs until all are orthogonal, and their norms are the
//! singular values. R has the rank of M, and its columns are nearly sorted and nearly orthogonal: so there are fewer of them, and half as many
//! sweeps. Every dot product is eight running sums that are added up in pairs, whatever vectors the processor has.
//!
//! Source: Hestenes, J. SIAM 6, 51 (1958); Drmač & Veselić, SIAM J. Matrix Anal. Appl. 29, 1322 (2008) for the preconditioning.

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

/// Columns of n numbers are orthogonal when their overlap is √n times this beside their norms: less is what its sum is rounded by.
const ORTHOGONAL: f64 = 4.0 * f64::EPSILON;
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

    /// ⟨a|b⟩ with column b of `others`.
    fn overlap(&self, a: usize, others: &Self, b: usize) -> Complex64 {
        Complex64::new(
            dot(&self.re[a], &others.re[b]) + dot(&self.im[a], &others.im[b]),
            dot(&self.re[a], &others.im[b]) - dot(&self.im[a], &others.re[b]),
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

    /// Column `k` less `overlap` times a column of `others`.
    fn subtract(&mut self, k: usize, overlap: Complex64, others: &Self, other: usize) {
        let to = self.re[k].iter_mut().zip(&mut self.im[k]);
        for ((re, im), (x, y)) in to.zip(others.re[other].iter().zip(&others.im[other])) {
            *re -= overlap.re * x - overlap.im * y;
            *im -= overlap.re * y + overlap.im * x;
        }
    }

    fn scale(&mut self, k: usize, factor: f64) {
        self.re[k].iter_mut().chain(&mut self.im[k]).for_each(|x| *x *= factor);
    }

    /// Moves column `k` to the end of `others`.
    fn give(&mut self, k: usize, others: &mut Self) {
        others.re.push(std::mem::take(&mut self.re[k]));
        others.im.push(std::mem::take(&mut self.im[k]));
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

/// Q and R† of a matrix: the columns of Q are orthonormal, and R† has a column for each of them, the next one always that of which most is left.
/// Columns of which no more than rounding residue is left add none. Each is projected twice, which is enough (Giraud et al., Numer. Math.
/// 101, 87 (2005)).
fn pivoted(
    mut m: Columns,
    advance: &mut dyn FnMut(u64) -> Result<(), Interrupted>,
) -> Result<(Columns, Columns), Interrupted> {
    let (rows, columns) = (m.rows, m.len());
    let mut q = Columns { rows, re: Vec::new(), im: Vec::new() };
    let mut turned = Columns { rows: columns, re: Vec::new(), im: Vec::new() };
    let mut norms: Vec<f64> = (0..columns).map(|k| m.norm_sqr(k)).collect();
    let residue = RESIDUE * RESIDUE * norms.iter().copied().fold(0.0, f64::max);
    while q.len() < rows.min(columns) {
        let most = |best: (usize, f64), (k, norm): (usize, &f64)| if *norm > best.1 { (k, *norm) } else { best };
        let (pivot, left) = norms.iter().enumerate().fold((0, 0.0), most);
        if left <= residue {
            break;
        }
        norms[pivot] = 0.0;
        for k in 0..q.len() {
            let overlap = q.overlap(k, &m, pivot);
            m.subtract(pivot, overlap, &q, k);
            turned.re[k][pivot] += overlap.re;
            turned.im[k][pivot] -= overlap.im;
        }
        let norm = m.norm_sqr(pivot).sqrt();
        if norm * norm <= residue {
            continue;
        }
        m.scale(pivot, 1.0 / norm);
        m.give(pivot, &mut q);
        let at = q.len() - 1;
        turned.re.push(vec![0.0; columns]);
        turned.im.push(vec![0.0; columns]);
        turned.re[at][pivot] = norm;
        for (k, left) in norms.iter_mut().enumerate().filter(|(_, left)| **left > 0.0) {
            let overlap = q.overlap(at, &m, k);
            m.subtract(k, overlap, &q, at);
            turned.re[at][k] = overlap.re;
            turned.im[at][k] = -overlap.im;
            *left = m.norm_sqr(k);
        }
        advance((columns * rows * 8) as u64)?;
    }
    Ok((q, turned))
}

/// The singular value decomposition of `m`; `advance` is told the multiplications.
pub(crate) fn svd(m: Columns, advance: &mut dyn FnMut(u64) -> Result<(), Interrupted>) -> Result<Svd, Interrupted> {
    let (q, mut turned) = pivoted(m, advance)?;
    let n = turned.len();
    let mut z = Columns::identity(n);
    let orthogonal = ORTHOGONAL * (turned.rows as f64).sqrt();
    for _ in 0..MAX_SWEEPS {
        let mut is_done = true;
        let mut squares: Vec<f64> = (0..n).map(|k| turned.norm_sqr(k)).collect();
        for a in 0..n {
            for b in a + 1..n {
                let (x, y, overlap) = (squares[a], squares[b], turned.overlap(a, &turned, b));
                let size = overlap.norm_sqr().sqrt();
                if size <= orthogonal * (x * y).sqrt() {
                    continue;
                }
                is_done = false;
                let zeta = (y - x) / (2.0 * size);
                let t = if zeta >= 0.0 { 1.0 } else { -1.0 } / (zeta.abs() + (1.0 + zeta * zeta).sqrt());
                let c = 1.0 / (1.0 + t * t).sqrt();
                let (s, e) = (c * t, overlap / size);
                turned.rotate(a, b, c, s, e);
                z.rotate(a, b, c, s, e);
                squares[a] = turned.norm_sqr(a);
                squares[b] = turned.norm_sqr(b);
            }
            advance(((n - a) * (turned.rows * 4 + n * 2)) as u64)?;
        }
        if is_done {
            break;
        }
    }
    let norms: Vec<f64> = (0..n).map(|k| turned.norm_sqr(k).sqrt()).collect();
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|a, b| norms[*b].total_cmp(&norms[*a]));
    let floor = RESIDUE * order.first().map_or(0.0, |first| norms[*first]);
    order.retain(|k| norms[*k] > floor);
    // R† = V·S·Z†, so M = Q·Z·S·V†.
    let mut left = Columns::new(q.rows, order.len(), |_, _| Complex64::default());
    for (column, k) in order.iter().enumerate() {
        for row in 0..n {
            left.subtract(column, -Complex64::new(z.re[*k][row], z.im[*k][row]), &q, row);
        }
        advance((4 * n * q.rows) as u64)?;
    }
    Ok(Svd {
        u: (0..order.len()).map(|k| left.column(k, 1.0)).collect(),
        values: order.iter().map(|k| norms[*k]).collect(),
        v: order.iter().map(|k| turned.column(*k, 1.0 / norms[*k])).collect(),
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
