//! The order in which the numbers of a row are added up in f64, for a softmax and the mean of advantages.
//!
//! Term k goes to lane k mod 16; a lane adds its terms in ascending order, starting from +0; the sixteen lane sums are folded
//! 16 → 8 → 4 → 2 → 1 (lane l takes lane l + 8, then l + 4, …). It depends on the number of terms alone.

/// Lanes of the tree.
pub(crate) const LANES: usize = 16;

/// The sum of f32 values, in f64.
pub(crate) fn sum_f64(values: &[f32]) -> f64 {
    let mut lanes = [0.0f64; LANES];
    for (k, value) in values.iter().enumerate() {
        lanes[k % LANES] += f64::from(*value);
    }
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

    #[test]
    fn sums_in_f64_have_the_same_tree() {
        let mut values = vec![0.0f32; 33];
        (values[0], values[16], values[1], values[9]) = (3e38, 1.0, 2.0f32.powi(-30), 1.0);
        assert_eq!(sum_f64(&values), f64::from(3e38f32) + 1.0 + (2.0f64.powi(-30) + 1.0));
    }
}
