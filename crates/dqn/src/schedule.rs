//! Values that change along a training.

use serde::{Deserialize, Serialize};

/// From `from` to `to` in equal steps over `steps`, then `to` for good.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Linear {
    /// The value at step 0.
    pub from: f64,
    /// The value from step `steps` on.
    pub to: f64,
    /// How long the way is; 0 means `to` at once.
    pub steps: u64,
}

impl Linear {
    /// The value at a step.
    pub fn at(&self, step: u64) -> f64 {
        if step >= self.steps {
            return self.to;
        }
        self.from + (self.to - self.from) * (step as f64 / self.steps as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goes_from_one_end_to_the_other_and_stays_there() {
        let schedule = Linear { from: 1.0, to: 0.5, steps: 10 };
        assert_eq!([0, 5, 9, 10, 11].map(|step| schedule.at(step)), [1.0, 0.75, 0.55, 0.5, 0.5]);
        assert_eq!(Linear { steps: 0, ..schedule }.at(0), 0.5);
    }
}
