//! What a training plays in.

use crate::draws::Draws;

/// Why an episode is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Nothing follows: the value of the state that was reached is 0.
    Terminated,
    /// Time is up: the state that was reached keeps its value.
    Truncated,
}

/// What one action brought.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// Finite.
    pub reward: f64,
    /// Set when the episode is over.
    pub ending: Option<Ending>,
}

/// A Markov decision process with numbers as states and a few actions.
///
/// Everything random comes from the draws of the episode, so an episode is a function of its draws and of the actions.
pub trait Environment {
    /// Numbers of a state, at least 1; never changes.
    fn width(&self) -> usize;

    /// Number of actions, at least 1; never changes.
    fn actions(&self) -> usize;

    /// Begins an episode.
    fn reset(&mut self, draws: Draws);

    /// Writes the present state, `width` finite numbers.
    fn observe(&self, state: &mut [f32]);

    /// Does an action, a number below `actions`. After an ending only `reset` may follow.
    fn step(&mut self, action: usize) -> Step;
}
