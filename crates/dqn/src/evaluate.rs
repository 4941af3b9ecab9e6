//! What a policy is worth: whole episodes without exploration.

use crate::draws::{Draws, Purpose};
use crate::environment::Environment;
use crate::policy::Policy;

/// Returns of the episodes of an evaluation.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// The sum of rewards of each episode.
    pub returns: Vec<f64>,
}

impl Evaluation {
    /// The mean return.
    pub fn mean(&self) -> f64 {
        self.returns.iter().sum::<f64>() / self.returns.len().max(1) as f64
    }
}

/// Plays whole episodes with the policy's best actions, as [`play`].
pub fn evaluate(environment: &mut impl Environment, policy: &mut Policy, episodes: u32, seed: u64) -> Evaluation {
    play(environment, |_, state| policy.act(state), episodes, seed)
}

/// Plays whole episodes with the actions that `choose` takes in an environment and its state. Episode k of a seed begins alike
/// whoever plays it, and goes on alike where chance does not depend on the actions, so two are best compared on one seed.
pub fn play<E: Environment>(
    environment: &mut E,
    mut choose: impl FnMut(&E, &[f32]) -> usize,
    episodes: u32,
    seed: u64,
) -> Evaluation {
    let mut state = vec![0.0; environment.width()];
    let mut play = |episode: u32| {
        environment.reset(Draws::new(seed, Purpose::Evaluation, u64::from(episode)));
        let mut sum = 0.0;
        loop {
            environment.observe(&mut state);
            let step = environment.step(choose(environment, &state));
            sum += step.reward;
            if step.ending.is_some() {
                return sum;
            }
        }
    };
    Evaluation { returns: (0..episodes).map(&mut play).collect() }
}
