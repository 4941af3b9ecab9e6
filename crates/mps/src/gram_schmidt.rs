//! Orthonormal columns, for moving the centre of a state.

use num_complex::Complex64;

/// Columns that keep less than this of their norm lie in the span of those before them, up to rounding.
const DEPENDENT: f64 = 1e-14;

/// M = Q·R for a matrix by columns: the columns of Q are orthonormal, and R has a row for each of them. Columns that depend on others
/// add none. Each column is projected twice, which is enough (Giraud et al., Numer. Math. 101, 87 (2005)).
pub(crate) fn orthonormal(columns: Vec<Vec<Complex64>>) -> (Vec<Vec<Complex64>>, Vec<Vec<Complex64>>) {
    let count = columns.len();
    let (mut q, mut r): (Vec<Vec<Complex64>>, Vec<Vec<Complex64>>) = (Vec::new(), Vec::new());
    for (k, mut column) in columns.into_iter().enumerate() {
        let before = norm(&column);
        for _ in 0..2 {
            for (base, row) in q.iter().zip(&mut r) {
                let overlap: Complex64 = base.iter().zip(&column).map(|(x, y)| x.conj() * y).sum();
                row[k] += overlap;
                column.iter_mut().zip(base).for_each(|(y, x)| *y -= x * overlap);
            }
        }
        let after = norm(&column);
        if after > DEPENDENT * before && after > 0.0 {
            let mut row = vec![Complex64::default(); count];
            row[k] = Complex64::new(after, 0.0);
            column.iter_mut().for_each(|x| *x /= after);
            q.push(column);
            r.push(row);
        }
    }
    (q, r)
}

fn norm(column: &[Complex64]) -> f64 {
    column.iter().map(Complex64::norm_sqr).sum::<f64>().sqrt()
}
