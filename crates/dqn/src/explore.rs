//! How an action is chosen while learning.

use crate::draws::Draws;
use crate::schedule::Linear;
use serde::{Deserialize, Serialize};

/// The exploration of a training.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Exploration {
    /// With probability ε any action, else the best one. ε lies in 0–1.
    EpsilonGreedy(Linear),
    /// An action with probability ∝ exp(Q / T). The temperature T is above 0.
    Boltzmann(Linear),
}

impl Exploration {
    /// Chooses one of `actions` at a step. `values` gives the values of the actions; it is asked only where they matter.
    pub(crate) fn choose<'a>(
        &self,
        step: u64,
        actions: usize,
        draws: &mut Draws,
        values: impl FnOnce() -> &'a [f32],
    ) -> usize {
        match self {
            Self::EpsilonGreedy(epsilon) if draws.unit() < epsilon.at(step) => draws.below(actions),
            Self::EpsilonGreedy(_) => best(values()),
            Self::Boltzmann(temperature) => boltzmann(values(), temperature.at(step), draws.unit()),
        }
    }
}

/// The index of the largest value, the first of equals.
pub(crate) fn best(values: &[f32]) -> usize {
    let mut best = 0;
    for (index, value) in values.iter().enumerate() {
        if *value > values[best] {
            best = index;
        }
    }
    best
}

/// `share` in [0, 1) says which.
fn boltzmann(values: &[f32], temperature: f64, share: f64) -> usize {
    let max = f64::from(values[best(values)]);
    // A value far below the largest has an exponential of 0 and is never chosen.
    let weight = |value: f32| libm::exp((f64::from(value) - max) / temperature);
    let total: f64 = values.iter().map(|value| weight(*value)).sum();
    let mut mass = share * total;
    for (action, value) in values.iter().enumerate() {
        mass -= weight(*value);
        if mass < 0.0 {
            return action;
        }
    }
    best(values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draws::Purpose;

    const VALUES: [f32; 3] = [1.0, 2.0, 0.0];
    const DRAWS: u64 = 200_000;

    fn frequencies(exploration: Exploration) -> [f64; 3] {
        let mut counts = [0u64; 3];
        for step in 0..DRAWS {
            let mut draws = Draws::new(3, Purpose::Explore, step);
            counts[exploration.choose(7, 3, &mut draws, || &VALUES)] += 1;
        }
        counts.map(|count| count as f64 / DRAWS as f64)
    }

    /// |p̂ − p| < 5σ with σ = √(p(1−p)/N), seed 3.
    fn assert_near(found: [f64; 3], expected: [f64; 3]) {
        for (p, q) in found.into_iter().zip(expected) {
            assert!((p - q).abs() < 5.0 * (q * (1.0 - q) / DRAWS as f64).sqrt(), "{found:?}, expected {expected:?}");
        }
    }

    #[test]
    fn epsilon_greedy_takes_every_action_with_its_probability() {
        let schedule = Linear { from: 1.0, to: 0.0, steps: 10 };
        // ε = 0.3 at step 7.
        assert_near(frequencies(Exploration::EpsilonGreedy(schedule)), [0.1, 0.8, 0.1]);
    }

    #[test]
    fn boltzmann_takes_every_action_with_its_probability() {
        let temperature = 0.8;
        let weights = VALUES.map(|value| (f64::from(value) / temperature).exp());
        let total: f64 = weights.iter().sum();
        let schedule = Linear { from: temperature, to: temperature, steps: 0 };
        assert_near(frequencies(Exploration::Boltzmann(schedule)), weights.map(|weight| weight / total));
    }

    #[test]
    fn huge_values_do_not_overflow() {
        assert_eq!(boltzmann(&[-3e38, 3e38, 1.0], 0.01, 0.999_999), 1);
        assert_eq!(boltzmann(&[5.0, 5.0], 1.0, 0.5), 1);
    }
}
