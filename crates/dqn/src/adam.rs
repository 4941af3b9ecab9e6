//! Adam with the gradient clipped to a largest norm.

use serde::{Deserialize, Serialize};

const BETA1: f32 = 0.9;
const BETA2: f32 = 0.999;
const EPSILON: f32 = 1e-8;
const LANES: usize = 16;
/// Moments that have decayed below these are 0. A weight that learns nothing more would keep its moments among the denormal
/// numbers, where 0.999 of one is itself: processors take a hundred cycles for each of those, half the time of a training. What
/// is lost is below the last bit of an update: √10⁻³⁶ against ε, and 10⁻³⁰ / ε times the rate.
const SMALLEST_MEAN: f32 = 1e-30;
const SMALLEST_SQUARE: f32 = 1e-36;

/// State of the optimiser.
///
/// Source: Kingma, Ba, "Adam: a method for stochastic optimization", ICLR 2015, algorithm 1; ε beside the corrected √v, as
/// PyTorch and TensorFlow have it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Adam {
    mean: Vec<f32>,
    square: Vec<f32>,
    /// β₁ᵗ and β₂ᵗ after t steps.
    powers: [f64; 2],
}

impl Adam {
    pub fn new(parameters: usize) -> Self {
        Self { mean: vec![0.0; parameters], square: vec![0.0; parameters], powers: [1.0; 2] }
    }

    /// Whether it fits this many parameters.
    pub fn fits(&self, parameters: usize) -> bool {
        self.mean.len() == parameters && self.square.len() == parameters
    }

    /// One step down the gradient, which is scaled down first when its norm is above `max_norm`.
    pub fn step(&mut self, parameters: &mut [f32], gradient: &[f32], rate: f64, max_norm: f64) {
        let norm = norm(gradient);
        let scale = if norm > max_norm { (max_norm / norm) as f32 } else { 1.0 };
        self.powers[0] *= f64::from(BETA1);
        self.powers[1] *= f64::from(BETA2);
        let step = (rate / (1.0 - self.powers[0])) as f32;
        let correction = (1.0 / (1.0 - self.powers[1]).sqrt()) as f32;
        let moments = self.mean.iter_mut().zip(&mut self.square);
        for ((parameter, slope), (mean, square)) in parameters.iter_mut().zip(gradient).zip(moments) {
            let slope = slope * scale;
            *mean = unless_below(SMALLEST_MEAN, BETA1 * *mean + (1.0 - BETA1) * slope);
            *square = unless_below(SMALLEST_SQUARE, BETA2 * *square + (1.0 - BETA2) * (slope * slope));
            *parameter -= step * *mean / (square.sqrt() * correction + EPSILON);
        }
    }
}

#[inline(always)]
fn unless_below(smallest: f32, moment: f32) -> f32 {
    if moment.abs() < smallest { 0.0 } else { moment }
}

/// The Euclidean norm: squares in f64, sixteen lanes that are added up at the end.
fn norm(gradient: &[f32]) -> f64 {
    let mut lanes = [0.0f64; LANES];
    for chunk in gradient.chunks(LANES) {
        for (lane, slope) in lanes.iter_mut().zip(chunk) {
            *lane += f64::from(*slope) * f64::from(*slope);
        }
    }
    lanes.iter().sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The formulas of the paper in f64, with the gradient of Σ (p − k)², clipped.
    #[test]
    fn steps_are_those_of_the_paper() {
        let mut adam = Adam::new(3);
        let mut parameters = [0.5f32, -1.0, 4.0];
        let mut exact = parameters.map(f64::from);
        let (mut mean, mut square) = ([0.0f64; 3], [0.0f64; 3]);
        for t in 1..=50 {
            let slopes: [f64; 3] = std::array::from_fn(|k| 2.0 * (exact[k] - k as f64));
            let norm = slopes.iter().map(|slope| slope * slope).sum::<f64>().sqrt();
            let scale = (1.5 / norm).min(1.0);
            let gradient: [f32; 3] = std::array::from_fn(|k| 2.0 * (parameters[k] - k as f32));
            adam.step(&mut parameters, &gradient, 0.1, 1.5);
            for k in 0..3 {
                let slope = slopes[k] * scale;
                mean[k] = 0.9 * mean[k] + 0.1 * slope;
                square[k] = 0.999 * square[k] + 0.001 * slope * slope;
                let (m, v) = (mean[k] / (1.0 - 0.9f64.powi(t)), square[k] / (1.0 - 0.999f64.powi(t)));
                exact[k] -= 0.1 * m / (v.sqrt() + 1e-8);
                assert!((f64::from(parameters[k]) - exact[k]).abs() < 1e-4, "step {t}, {k}: {parameters:?}, {exact:?}");
            }
        }
    }

    /// β₂ⁿ alone would stay at some 500 times the least denormal number.
    #[test]
    fn moments_of_what_learns_nothing_more_become_zero() {
        let mut adam = Adam::new(1);
        let mut parameters = [1.0f32];
        adam.step(&mut parameters, &[1.0], 0.1, 10.0);
        for _ in 0..100_000 {
            adam.step(&mut parameters, &[0.0], 0.1, 10.0);
            assert!(!adam.mean[0].is_subnormal() && !adam.square[0].is_subnormal());
        }
        assert_eq!((adam.mean[0], adam.square[0]), (0.0, 0.0));
    }

    #[test]
    fn a_gradient_of_zero_moves_nothing() {
        let mut parameters = [1.0f32, 2.0];
        Adam::new(2).step(&mut parameters, &[0.0, 0.0], 0.1, 1.0);
        assert_eq!(parameters, [1.0, 2.0]);
    }
}
