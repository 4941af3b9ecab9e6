//! Whether there is anything left to learn: by the error, and by what the greedy policy would do.

use crate::explore::best;
use crate::replay::Replay;
use serde::{Deserialize, Serialize};

/// When a training counts as converged.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConvergenceOptions {
    /// Steps between two looks, which is also the window of the moving error.
    pub every: u64,
    /// States that the greedy policy is asked about, taken from the buffer at the first look after it is full or, if that never
    /// happens, at the first look with as many transitions.
    pub probe_states: usize,
    /// Share of the probe states whose greedy action must be the same as at the last look.
    pub agreement: f64,
    /// The mean |TD error| of the window may differ from that of the last one by this share of it.
    pub error_change: f64,
    /// Looks in a row at which both must hold.
    pub patience: u32,
}

/// What the looks have seen so far.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Convergence {
    probes: Vec<f32>,
    actions: Vec<u32>,
    error_sum: f64,
    error_count: u64,
    last_error: Option<f64>,
    stable_looks: u32,
}

impl Convergence {
    /// Adds the TD errors of one update to the window.
    pub fn add_errors(&mut self, errors: &[f32]) {
        self.error_sum += errors.iter().map(|error| f64::from(error.abs())).sum::<f64>();
        self.error_count += errors.len() as u64;
    }

    /// The states to value, `width` numbers each; none while the buffer holds fewer than are wanted.
    pub fn probes(&mut self, replay: &Replay, options: &ConvergenceOptions) -> &[f32] {
        let (count, wanted) = (replay.count(), options.probe_states);
        if self.probes.is_empty() && count >= wanted {
            self.probes = (0..wanted).flat_map(|k| replay.state(k * count / wanted)).copied().collect();
        }
        &self.probes
    }

    /// One look at the values of the probe states, `actions` for each; whether the training has converged with it.
    pub fn look(&mut self, values: &[f32], actions: usize, options: &ConvergenceOptions) -> bool {
        let greedy: Vec<u32> = values.chunks_exact(actions).map(|row| best(row) as u32).collect();
        let same = greedy.iter().zip(&self.actions).filter(|(now, before)| now == before).count();
        let agrees = !self.actions.is_empty() && same as f64 >= options.agreement * greedy.len() as f64;
        let error = (self.error_count > 0).then(|| self.error_sum / self.error_count as f64);
        let is_steady = match (error, self.last_error) {
            (Some(error), Some(last)) => (error - last).abs() <= options.error_change * last,
            _ => false,
        };
        self.stable_looks = if agrees && is_steady { self.stable_looks + 1 } else { 0 };
        (self.actions, self.last_error, self.error_sum, self.error_count) = (greedy, error, 0.0, 0);
        self.stable_looks >= options.patience
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPTIONS: ConvergenceOptions =
        ConvergenceOptions { every: 1, probe_states: 4, agreement: 0.75, error_change: 0.1, patience: 2 };

    /// Looks one after the other at (mean error, greedy actions of four states); which of them find convergence.
    fn looks(series: &[(f32, [usize; 4])]) -> Vec<bool> {
        let mut convergence = Convergence::default();
        series
            .iter()
            .map(|(error, greedy)| {
                convergence.add_errors(&[error - 0.5, -error - 0.5]);
                let values: Vec<f32> =
                    greedy.iter().flat_map(|action| (0..3).map(move |a| f32::from(u8::from(a == *action)))).collect();
                convergence.look(&values, 3, &OPTIONS)
            })
            .collect()
    }

    #[test]
    fn both_must_hold_as_often_as_patience_says() {
        let (a, b) = ([0, 1, 2, 0], [0, 1, 2, 1]);
        assert_eq!(looks(&[(2.0, a), (2.0, a), (2.1, b)]), [false, false, true], "one of four may change");
        assert_eq!(looks(&[(2.0, a), (2.0, a), (2.3, a), (2.3, a), (2.3, a)]), [false, false, false, false, true]);
        let other = [1, 1, 2, 1];
        assert_eq!(looks(&[(2.0, a), (2.0, a), (2.0, other), (2.0, other)]), [false; 4], "two of four changed");
    }
}
