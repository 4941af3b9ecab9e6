//! The principal directions of a few vectors, by one-sided Jacobi rotations of a triangular factor: accurate, and in one fixed order of
//! operations.
//!
//! The vectors X are written as L·Q, the next row of Q always along that vector of which most is left; the columns of L, which are nearly
//! sorted and nearly orthogonal, are rotated in pairs until all are orthogonal. Their norms are the singular values of X, their directions
//! Y its singular vectors on the left, and Y†·X is what X becomes in them. So no product of the rotations is kept.
//!
//! Source: Hestenes, J. SIAM 6, 51 (1958); Drmač & Veselić, SIAM J. Matrix Anal. Appl. 29, 1322 (2008) for the preconditioning.

use crate::matrix::{Matrix, add, norm_sqr, overlap};
use ketflow_error::Interrupted;

/// Columns of n numbers are orthogonal when their overlap is √n times this beside their norms: less is what its sum is rounded by.
const ORTHOGONAL: f64 = 4.0 * f64::EPSILON;
/// Far more than are ever needed: convergence is quadratic after the first few.
const MAX_SWEEPS: usize = 60;
/// Values this small beside the largest are rounding residue.
const RESIDUE: f64 = 1e-15;
/// The part of what a cut may drop that is dropped before anything is rotated: every row of Q less saves rotations with all others.
const BEFOREHAND: f64 = 1.0 / 16.0;

/// How far vectors, and so a state, may be cut.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cut {
    pub max_bond: usize,
    /// Largest share of the norm that one split may drop besides.
    pub threshold: f64,
}

/// Told multiplications.
pub(crate) type Advance<'a> = dyn FnMut(u64) -> Result<(), Interrupted> + 'a;

/// X = L·Q, but for what was dropped.
pub(crate) struct Triangular {
    /// Orthonormal rows.
    pub q: Matrix,
    /// The columns of L as rows, one for each row of Q.
    pub turned: Matrix,
    /// Of X.
    norm_sqr: f64,
    /// Of what was dropped.
    dropped: f64,
}

/// Follows the rows of `x` until the rest is no more than a share `droppable` of all, or rounding residue. Each direction is projected
/// twice, which is enough (Giraud et al., Numer. Math. 101, 87 (2005)).
pub(crate) fn triangular(mut x: Matrix, droppable: f64, advance: &mut Advance) -> Result<Triangular, Interrupted> {
    let (count, length) = (x.rows, x.columns);
    let mut q = Matrix { columns: length, ..Matrix::default() };
    let mut turned = Matrix { columns: count, ..Matrix::default() };
    let mut left: Vec<f64> = (0..count).map(|k| x.norm_sqr(k)).collect();
    let all: f64 = left.iter().sum();
    let residue = RESIDUE * RESIDUE * left.iter().copied().fold(0.0, f64::max);
    let mut dropped = all;
    let mut row = (vec![0.0; count], vec![0.0; count]);
    while q.rows < count.min(length) {
        let most = |best: (usize, f64), (k, norm): (usize, &f64)| if *norm > best.1 { (k, *norm) } else { best };
        let (pivot, largest) = left.iter().enumerate().fold((0, 0.0), most);
        if largest <= residue || dropped <= droppable * all {
            break;
        }
        left[pivot] = 0.0;
        for k in 0..q.rows {
            let base = q.row(k);
            let part = overlap(base, x.row(pivot));
            let (re, im) = x.row_mut(pivot);
            add(re, im, (-part.re, -part.im), base);
            turned.re[k * count + pivot] += part.re;
            turned.im[k * count + pivot] += part.im;
        }
        let norm = x.norm_sqr(pivot).sqrt();
        if norm * norm <= residue {
            dropped = left.iter().sum();
            continue;
        }
        x.scale(pivot, 1.0 / norm);
        q.push(x.row(pivot));
        row.0.fill(0.0);
        row.1.fill(0.0);
        row.0[pivot] = norm;
        let base = q.row(q.rows - 1);
        for (k, left) in left.iter_mut().enumerate().filter(|(_, left)| **left > 0.0) {
            let part = overlap(base, x.row(k));
            let (re, im) = x.row_mut(k);
            add(re, im, (-part.re, -part.im), base);
            *left = norm_sqr(re, im);
            (row.0[k], row.1[k]) = (part.re, part.im);
        }
        turned.push((&row.0, &row.1));
        dropped = left.iter().sum();
        advance((10 * count * length) as u64)?;
    }
    Ok(Triangular { q, turned, norm_sqr: all, dropped })
}

/// Y†, conjugated, for the rows of `x`: an orthonormal row for each direction that stays, the strongest first. `advance` is told the
/// multiplications.
pub(crate) fn principal(x: Matrix, cut: &Cut, advance: &mut Advance) -> Result<Matrix, Interrupted> {
    let Triangular { mut turned, norm_sqr: all, dropped, .. } = triangular(x, BEFOREHAND * cut.threshold, advance)?;
    let values = rotated(&mut turned, advance)?;
    let mut order: Vec<usize> = (0..turned.rows).collect();
    order.sort_by(|a, b| values[*b].total_cmp(&values[*a]));
    let keep = kept_values(&order, &values, dropped, all, cut);
    let mut directions = Matrix { columns: turned.columns, ..Matrix::default() };
    for k in &order[..keep] {
        turned.scale(*k, 1.0 / values[*k].sqrt());
        directions.push(turned.row(*k));
    }
    Ok(directions)
}

/// How many of the descending squares stay: at least one.
fn kept_values(order: &[usize], squares: &[f64], mut dropped: f64, all: f64, cut: &Cut) -> usize {
    let floor = RESIDUE * RESIDUE * order.first().map_or(0.0, |first| squares[*first]);
    let mut keep = order.len();
    while keep > 1 {
        let square = squares[order[keep - 1]];
        dropped += square;
        if square > floor && dropped > cut.threshold * all && keep <= cut.max_bond {
            break;
        }
        keep -= 1;
    }
    keep
}

/// Rotates the rows in pairs until all are orthogonal; their squared norms.
fn rotated(rows: &mut Matrix, advance: &mut Advance) -> Result<Vec<f64>, Interrupted> {
    let n = rows.rows;
    let orthogonal = ORTHOGONAL * (rows.columns as f64).sqrt();
    for _ in 0..MAX_SWEEPS {
        let mut squares: Vec<f64> = (0..n).map(|k| rows.norm_sqr(k)).collect();
        let (mut largest_overlap, mut largest_turn) = (0.0f64, 0.0f64);
        for a in 0..n {
            for b in a + 1..n {
                let (x, y, part) = (squares[a], squares[b], overlap(rows.row(a), rows.row(b)));
                let (size, scale) = (part.norm_sqr().sqrt(), (x * y).sqrt());
                if size <= orthogonal * scale {
                    continue;
                }
                let zeta = (y - x) / (2.0 * size);
                let t = if zeta >= 0.0 { 1.0 } else { -1.0 } / (zeta.abs() + (1.0 + zeta * zeta).sqrt());
                let c = 1.0 / (1.0 + t * t).sqrt();
                let s = c * t / size;
                turn(rows.pair_mut(a, b), c, (s * part.re, s * part.im));
                largest_overlap = largest_overlap.max(size / scale);
                largest_turn = largest_turn.max(t.abs() * x.max(y) / scale);
                // Where most of a row went into the other, the difference has lost its digits.
                let square = |k: usize, by: f64, of: f64, rows: &Matrix| {
                    if by > 0.1 * of { by } else { rows.norm_sqr(k) }
                };
                squares[a] = square(a, x - t * size, x, rows);
                squares[b] = square(b, y + t * size, y, rows);
            }
            advance((8 * (n - a) * rows.columns) as u64)?;
        }
        // A turn by t puts t times the overlap of the other row into each row's: when this is rounding, nothing is left for another sweep.
        if n as f64 * largest_turn * largest_overlap <= orthogonal {
            break;
        }
    }
    Ok((0..n).map(|k| rows.norm_sqr(k)).collect())
}

/// a becomes c·a − conj(e)·b and b becomes e·a + c·b.
#[inline]
fn turn([(ar, ai), (br, bi)]: [(&mut [f64], &mut [f64]); 2], c: f64, (p, q): (f64, f64)) {
    let n = ar.len();
    let (ai, br, bi) = (&mut ai[..n], &mut br[..n], &mut bi[..n]);
    for j in 0..n {
        let (x, y, z, w) = (ar[j], ai[j], br[j], bi[j]);
        ar[j] = c * x - (p * z + q * w);
        ai[j] = c * y - (p * w - q * z);
        br[j] = (p * x - q * y) + c * z;
        bi[j] = (p * y + q * x) + c * w;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_complex::Complex64;
    use proptest::prelude::*;

    const WHOLE: Cut = Cut { max_bond: 1024, threshold: 0.0 };

    /// A product of two thin matrices: of low rank, as states are.
    fn thin(rows: usize, columns: usize, rank: usize, values: &[f64]) -> Matrix {
        let at = |k: usize| Complex64::new(values[2 * k], values[2 * k + 1]);
        Matrix::new(rows, columns, |row, column| (0..rank).map(|k| at(row * 8 + k) * at((20 + column) * 8 + k)).sum())
    }

    proptest! {
        #[test]
        fn directions_are_orthonormal_and_hold_the_matrix(
            rows in 1usize..20, columns in 1usize..20, rank in 1usize..8,
            values in prop::collection::vec(-1.0f64..1.0, 2 * 8 * 40),
        ) {
            let x = thin(rows, columns, rank, &values);
            let directions = principal(x.clone(), &WHOLE, &mut |_| Ok(())).unwrap();
            let inner = directions.clone().conjugated().times(&x);
            let norms: Vec<f64> = (0..inner.rows).map(|k| inner.norm_sqr(k).sqrt()).collect();
            let significant = norms.iter().take_while(|norm| **norm > 1e-10 * norms[0]).count();
            prop_assert!(significant <= rank.min(rows).min(columns));
            prop_assert!(norms[..significant].windows(2).all(|pair| pair[0] >= pair[1] * (1.0 - 1e-12)));
            let again = directions.transposed().times(&inner);
            for k in 0..x.re.len() {
                prop_assert!((again.re[k] - x.re[k]).abs() < 1e-12 && (again.im[k] - x.im[k]).abs() < 1e-12);
            }
            let gram = directions.clone().conjugated().times(&directions.transposed());
            for (a, b) in (0..significant).flat_map(|a| (0..significant).map(move |b| (a, b))) {
                let expected = if a == b { 1.0 } else { 0.0 };
                prop_assert!((gram.at(a, b) - expected).norm_sqr().sqrt() < 1e-12, "{a} {b} {}", gram.at(a, b));
                // Singular: what the matrix is in two of them is orthogonal, too.
                let mixed = overlap(inner.row(a), inner.row(b)).norm_sqr().sqrt();
                prop_assert!(a == b || mixed < 1e-12 * norms[0] * norms[0], "{a} {b} {mixed}");
            }
        }

        #[test]
        fn a_cut_drops_what_it_may_and_no_more(
            columns in 8usize..20, power in 1i32..14, values in prop::collection::vec(-1.0f64..1.0, 2 * 8 * 40),
        ) {
            // Columns that fall off by a factor of ten each, as Schmidt values do.
            let mut x = thin(columns, 8, 8, &values);
            for k in 0..x.re.len() {
                let scale = 0.1f64.powi((k % 8) as i32);
                x.re[k] *= scale;
                x.im[k] *= scale;
            }
            let threshold = 0.1f64.powi(power);
            let cut = Cut { max_bond: 1024, threshold };
            let dropped = |cut: &Cut| {
                let directions = principal(x.clone(), cut, &mut |_| Ok(())).unwrap();
                let share = directions.clone().conjugated().times(&x).total() / x.total();
                (directions.rows, 1.0 - share)
            };
            let (rows, share) = dropped(&cut);
            prop_assert!(share <= threshold + 1e-14, "{share}");
            // No narrower cut would do, but for what was dropped beforehand.
            let (_, share) = dropped(&Cut { max_bond: rows.max(2) - 1, threshold: 0.0 });
            prop_assert!(rows == 1 || share > threshold * (1.0 - BEFOREHAND) - 1e-14, "{share}");
        }
    }
}
