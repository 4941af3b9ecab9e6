//! Returns of n steps.

use crate::environment::Ending;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// What is learned from: a state, what was done, and what came of it within n steps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Transition<'a> {
    pub state: &'a [f32],
    pub action: usize,
    /// Σ γᵏ r over the steps.
    pub reward: f32,
    /// γ to the number of steps; 0 when the episode terminated within them.
    pub discount: f32,
    pub next_state: &'a [f32],
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Pending {
    state: Vec<f32>,
    action: usize,
    reward: f64,
    /// γ to the number of steps so far.
    discount: f64,
    steps: usize,
}

/// Steps whose n-step return is not whole yet.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct NStep {
    pending: VecDeque<Pending>,
}

impl NStep {
    /// Adds one step and gives what is whole with it: one transition once n steps are there, all when the episode is over.
    ///
    /// Source: Sutton, Barto, "Reinforcement Learning" (2018), eq. 7.1. An episode that was cut off bootstraps from the state
    /// that it was cut off in, with as many steps as there were.
    #[allow(clippy::too_many_arguments)]
    pub fn push(
        &mut self,
        (state, action): (&[f32], usize),
        reward: f64,
        next_state: &[f32],
        ending: Option<Ending>,
        n: usize,
        gamma: f64,
        mut emit: impl FnMut(Transition),
    ) {
        let state = state.to_vec();
        self.pending.push_back(Pending { state, action, reward: 0.0, discount: 1.0, steps: 0 });
        for step in &mut self.pending {
            step.reward += step.discount * reward;
            step.discount *= gamma;
            step.steps += 1;
        }
        while self.pending.front().is_some_and(|first| ending.is_some() || first.steps == n) {
            let Some(first) = self.pending.pop_front() else { return };
            let discount = if ending == Some(Ending::Terminated) { 0.0 } else { first.discount as f32 };
            let (state, reward) = (first.state.as_slice(), first.reward as f32);
            emit(Transition { state, action: first.action, reward, discount, next_state });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// (state, action, reward, discount, next state) of every transition of an episode with rewards 1, 2, 3, … and states
    /// 0, 1, 2, …
    fn played(steps: usize, ending: Ending, n: usize) -> Vec<(f32, usize, f32, f32, f32)> {
        let (mut queue, mut found) = (NStep::default(), Vec::new());
        for step in 0..steps {
            let ending = (step + 1 == steps).then_some(ending);
            let (state, next) = ([step as f32], [step as f32 + 1.0]);
            queue.push((&state, step % 3), step as f64 + 1.0, &next, ending, n, 0.5, |t| {
                found.push((t.state[0], t.action, t.reward, t.discount, t.next_state[0]));
            });
        }
        assert!(queue.pending.is_empty());
        found
    }

    #[test]
    fn one_step_is_the_plain_transition() {
        let expected = vec![(0.0, 0, 1.0, 0.5, 1.0), (1.0, 1, 2.0, 0.5, 2.0), (2.0, 2, 3.0, 0.0, 3.0)];
        assert_eq!(played(3, Ending::Terminated, 1), expected);
    }

    #[test]
    fn three_steps_are_added_up() {
        // 1 + 2/2 + 3/4 = 2.75, 2 + 3/2 + 4/4 = 4.5, then what is left of the episode: 3 + 4/2, 4.
        let whole = [(0.0, 0, 2.75, 0.125, 3.0)];
        let terminated = [(1.0, 1, 4.5, 0.0, 4.0), (2.0, 2, 5.0, 0.0, 4.0), (3.0, 0, 4.0, 0.0, 4.0)];
        assert_eq!(played(4, Ending::Terminated, 3), [whole.as_slice(), &terminated].concat());
        let truncated = [(1.0, 1, 4.5, 0.125, 4.0), (2.0, 2, 5.0, 0.25, 4.0), (3.0, 0, 4.0, 0.5, 4.0)];
        assert_eq!(played(4, Ending::Truncated, 3), [whole.as_slice(), &truncated].concat());
    }

    #[test]
    fn an_episode_shorter_than_n_is_learned_from() {
        assert_eq!(played(1, Ending::Terminated, 5), [(0.0, 0, 1.0, 0.0, 1.0)]);
    }
}
