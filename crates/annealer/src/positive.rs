//! Whether a symmetric matrix has no negative eigenvalue, proved in floating point.
//!
//! Source: Rump, "Verification of positive definiteness", BIT 46 (2006): when the Cholesky factorisation of A runs to its end in
//! arithmetic with unit roundoff u, then the least eigenvalue of A is above −γ / (1 − γ) · trace(A), γ = (n + 1) u / (1 − (n + 1) u).

use crate::monitor::{Interrupted, Monitor, Progress};

/// A symmetric matrix by its lower triangle, row by row.
pub(crate) struct Symmetric {
    size: usize,
    rows: Vec<f64>,
}

impl Symmetric {
    pub(crate) fn zero(size: usize) -> Self {
        Self { size, rows: vec![0.0; size * (size + 1) / 2] }
    }

    /// The entry of a row and a column that is not behind it.
    pub(crate) fn entry(&mut self, row: usize, column: usize) -> &mut f64 {
        &mut self.rows[row * (row + 1) / 2 + column]
    }

    /// What has to be taken from the diagonal before the factorisation, so that its success proves the matrix itself positive
    /// semidefinite: four times what the theorem asks for, which pays for the rounding of the subtraction as well.
    pub(crate) fn margin(&self) -> f64 {
        let trace: f64 = (0..self.size).map(|k| self.rows[k * (k + 1) / 2 + k].abs()).sum();
        4.0 * (self.size as f64 + 2.0) * (f64::EPSILON / 2.0) * trace
    }

    /// Factorises in place; `false` where a pivot is not above 0. n³ / 6 products and sums, in a fixed order.
    ///
    /// # Errors
    /// [`Interrupted`] by the monitor.
    pub(crate) fn has_factor(mut self, monitor: &mut dyn Monitor) -> Result<bool, Interrupted> {
        for i in 0..self.size {
            if i % 64 == 0 {
                let (done, total) = (i as u64, self.size as u64);
                monitor.poll(Progress { done, total, best: None })?;
            }
            let (above, rest) = self.rows.split_at_mut(i * (i + 1) / 2);
            for j in 0..i {
                let row = &above[j * (j + 1) / 2..][..=j];
                rest[j] = (rest[j] - dot(&rest[..j], &row[..j])) / row[j];
            }
            let pivot = rest[i] - dot(&rest[..i], &rest[..i]);
            if pivot.is_nan() || pivot <= 0.0 {
                return Ok(false);
            }
            rest[i] = pivot.sqrt();
        }
        Ok(true)
    }
}

/// Four sums side by side, added at the end: the order is part of the result.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; 4];
    let (left, right) = (a.chunks_exact(4), b.chunks_exact(4));
    let rest: f64 = left.remainder().iter().zip(right.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in left.zip(right) {
        for lane in 0..4 {
            sums[lane] += x[lane] * y[lane];
        }
    }
    (sums[0] + sums[2]) + (sums[1] + sums[3]) + rest
}
