//! Transitions that are learned from together.

/// Column after column; `count` transitions.
#[derive(Debug, Clone, Default)]
pub(crate) struct Batch {
    /// Where each lies in the replay buffer.
    pub slots: Vec<usize>,
    pub states: Vec<f32>,
    pub next_states: Vec<f32>,
    pub actions: Vec<u32>,
    /// Discounted rewards of the n steps.
    pub returns: Vec<f32>,
    /// What the value of the next state counts: γⁿ, or 0 after the end of an episode.
    pub discounts: Vec<f32>,
    /// Importance weights, the largest of them 1.
    pub weights: Vec<f32>,
}

impl Batch {
    pub fn clear(&mut self) {
        self.slots.clear();
        self.actions.clear();
        for column in
            [&mut self.states, &mut self.next_states, &mut self.returns, &mut self.discounts, &mut self.weights]
        {
            column.clear();
        }
    }

    pub fn count(&self) -> usize {
        self.actions.len()
    }
}
