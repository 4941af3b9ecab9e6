//! The one order in which numbers are added up.
//!
//! Term k goes to lane k mod 16; a lane adds its terms in ascending order, starting from +0; the sixteen lane sums are folded
//! 16 → 8 → 4 → 2 → 1 (lane l takes lane l + 8, then l + 4, …). It depends on the number of terms alone: vectors of 4, 8 or 16
//! values and batches of any size compute the same tree. Products are rounded before they are added (no FMA). A lane
//! sum is never −0, so terms of zero that fill up the last sixteen change nothing.

use std::ops::AddAssign;

/// Lanes of the tree.
pub(crate) const LANES: usize = 16;

/// The dot product of `weights` with a row of the same length, a multiple of [`LANES`].
#[inline(always)]
pub(crate) fn dot(weights: &[f32], row: &[f32]) -> f32 {
    let (weights, row) = (weights.as_chunks::<LANES>().0, row.as_chunks::<LANES>().0);
    let mut sums = [0.0f32; LANES];
    for (weight, value) in weights.iter().zip(row) {
        for lane in 0..LANES {
            sums[lane] += weight[lane] * value[lane];
        }
    }
    fold(sums)
}

/// The sum of f32 values, in f64.
pub(crate) fn sum_f64(values: &[f32]) -> f64 {
    let mut lanes = [0.0f64; LANES];
    for (k, value) in values.iter().enumerate() {
        lanes[k % LANES] += f64::from(*value);
    }
    fold(lanes)
}

/// The fold 16 → 1.
#[inline(always)]
fn fold<T: Copy + AddAssign>(mut lanes: [T; LANES]) -> T {
    for step in [8, 4, 2, 1] {
        for lane in 0..step {
            let upper = lanes[lane + step];
            lanes[lane] += upper;
        }
    }
    lanes[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The definition, one term after the other.
    fn plain(weights: &[f32], row: &[f32]) -> f32 {
        let mut level: Vec<f32> = (0..LANES)
            .map(|lane| (lane..weights.len()).step_by(LANES).fold(0.0, |sum, k| sum + weights[k] * row[k]))
            .collect();
        while level.len() > 1 {
            let half = level.len() / 2;
            level = (0..half).map(|lane| level[lane] + level[lane + half]).collect();
        }
        level[0]
    }

    #[test]
    fn terms_are_added_in_the_specified_order() {
        let number = |k: usize| ((k * 7_919 % 1_000_003) as f32 / 1_000_003.0 - 0.5) * 1e3;
        for length in [16, 32, 48, 160, 1024] {
            let (weights, row): (Vec<f32>, Vec<f32>) = (0..length).map(|k| (number(k), number(k + length))).unzip();
            assert_eq!(dot(&weights, &row).to_bits(), plain(&weights, &row).to_bits(), "{length}");
        }
    }

    #[test]
    fn zeros_that_fill_up_change_nothing() {
        let (weights, row) = ([-0.0f32, 1.5, -2.0], [7.0f32, -0.0, 0.1]);
        let fill = |values: &[f32]| -> Vec<f32> { values.iter().copied().chain([0.0; 29]).collect() };
        assert_eq!(dot(&fill(&weights), &fill(&row)).to_bits(), (0.0f32 + -2.0 * 0.1).to_bits());
    }
}
