//! The one order in which numbers are added up; [`crate::panel`] does it for many sums at once.
//!
//! Term k goes to lane k mod 16; a lane adds its terms in ascending order, starting from +0; the sixteen lane sums are folded
//! 16 → 8 → 4 → 2 → 1 (lane l takes lane l + 8, then l + 4, …). It depends on the number of terms alone: vectors of 4, 8 or 16
//! values and batches of any size compute the same tree. Products are rounded before they are added (no FMA). A lane
//! sum is never −0, so terms of zero that fill up the last sixteen change nothing.

use std::ops::AddAssign;

/// Lanes of the tree.
pub(crate) const LANES: usize = 16;

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

/// The definition of a dot product, one term after the other: what the fast one is compared with.
#[cfg(test)]
pub(crate) fn dot(weights: &[f32], row: &[f32]) -> f32 {
    let lane = |lane: usize| (lane..weights.len()).step_by(LANES).fold(0.0, |sum, k| sum + weights[k] * row[k]);
    let mut level: Vec<f32> = (0..LANES).map(lane).collect();
    while level.len() > 1 {
        let half = level.len() / 2;
        level = (0..half).map(|lane| level[lane] + level[lane + half]).collect();
    }
    level[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: terms 0, 16 and 32 meet in lane 0, and 2²⁴ + 1 is 2²⁴ in f32.
    #[test]
    fn terms_are_added_in_the_specified_order() {
        let big = (1u32 << 24) as f32;
        let mut row = vec![0.0f32; 48];
        (row[0], row[16], row[32]) = (big, 1.0, 1.0);
        assert_eq!(dot(&[1.0; 48], &row), big, "one at a time to 2²⁴");
        (row[32], row[8]) = (0.0, 1.0);
        assert_eq!(dot(&[1.0; 48], &row), big, "lane 0 first, then lane 8");
        (row[16], row[1], row[9]) = (0.0, 1.0, 1.0);
        row[8] = 0.0;
        assert_eq!(dot(&[1.0; 48], &row), big + 2.0, "lanes 1 and 9 meet before lane 0 joins");
    }

    #[test]
    fn zeros_that_fill_up_change_nothing() {
        let (weights, row) = ([-0.0f32, 1.5, -2.0], [7.0f32, -0.0, 0.1]);
        let fill = |values: &[f32]| -> Vec<f32> { values.iter().copied().chain([0.0; 29]).collect() };
        assert_eq!(dot(&fill(&weights), &fill(&row)).to_bits(), (0.0f32 + -2.0 * 0.1).to_bits());
        assert_eq!(dot(&weights, &row).to_bits(), dot(&fill(&weights), &fill(&row)).to_bits());
    }

    #[test]
    fn sums_in_f64_have_the_same_tree() {
        let mut values = vec![0.0f32; 33];
        (values[0], values[16], values[1], values[9]) = (3e38, 1.0, 2.0f32.powi(-30), 1.0);
        assert_eq!(sum_f64(&values), f64::from(3e38f32) + 1.0 + (2.0f64.powi(-30) + 1.0));
    }
}
