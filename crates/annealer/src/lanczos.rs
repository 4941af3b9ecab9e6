//! The least eigenvalue of M + diag(u), estimated by Lanczos' method with full orthogonalisation. An estimate only: what is built on
//! it is proved by a factorisation.

use crate::coupling_matrix::CouplingMatrix;
use crate::positive::dot;

const STEPS: usize = 120;

/// Not below the least eigenvalue, but for rounding, and near to it.
pub(crate) fn least_eigenvalue(rows: &CouplingMatrix, u: &[f64]) -> f64 {
    let size = u.len();
    // Not orthogonal to anything that a model could have as an eigenvector by its structure.
    let mut vector: Vec<f64> = (0..size).map(|k| 1.0 + ((k * 7919) % 1009) as f64 / 1009.0).collect();
    let mut basis: Vec<Vec<f64>> = Vec::new();
    let (mut diagonal, mut beside) = (Vec::new(), Vec::new());
    for _ in 0..STEPS.min(size) {
        let length = dot(&vector, &vector).sqrt();
        if !basis.is_empty() {
            beside.push(length);
        }
        vector.iter_mut().for_each(|value| *value /= length);
        let mut next = rows.times(u, &vector);
        diagonal.push(dot(&next, &vector));
        basis.push(vector);
        // Twice is enough.
        for own in basis.iter().chain(&basis) {
            let part = dot(&next, own);
            next.iter_mut().zip(own).for_each(|(value, own)| *value -= part * own);
        }
        vector = next;
        if dot(&vector, &vector).sqrt() <= 1e-10 * length.max(1.0) {
            break;
        }
    }
    least_of_tridiagonal(&diagonal, &beside)
}

/// By bisection with the count of eigenvalues below a number (Sturm's sequence).
fn least_of_tridiagonal(diagonal: &[f64], beside: &[f64]) -> f64 {
    let reach = |k: usize| {
        let left = if k > 0 { beside[k - 1].abs() } else { 0.0 };
        left + beside.get(k).map_or(0.0, |value| value.abs())
    };
    let low = (0..diagonal.len()).map(|k| diagonal[k] - reach(k)).fold(f64::INFINITY, f64::min);
    let high = diagonal.iter().copied().fold(f64::INFINITY, f64::min);
    let has_below = |x: f64| {
        let mut pivot = 1.0;
        diagonal.iter().enumerate().any(|(k, value)| {
            let square = if k > 0 { beside[k - 1] * beside[k - 1] } else { 0.0 };
            pivot = value - x - square / pivot;
            pivot <= 0.0
        })
    };
    let (mut low, mut high) = (low, high);
    for _ in 0..60 {
        let middle = low + (high - low) / 2.0;
        if has_below(middle) { high = middle } else { low = middle }
    }
    high
}
