//! The replay buffer: the last transitions, drawn with a probability that grows with their error.

use crate::batch::Batch;
use crate::draws::Draws;
use crate::n_step::Transition;
use crate::sum_tree::SumTree;
use serde::{Deserialize, Serialize};

/// Added to an error, so that nothing is never seen again.
const SMALLEST_ERROR: f64 = 1e-6;

/// A ring of transitions with priorities pᵢ = (|δᵢ| + 10⁻⁶)^α, P(i) = pᵢ / Σ p. With α = 0 all are equally likely.
///
/// Source: Schaul et al., "Prioritized experience replay", ICLR 2016, the proportional variant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Replay {
    width: usize,
    capacity: usize,
    exponent: f64,
    states: Vec<f32>,
    next_states: Vec<f32>,
    actions: Vec<u32>,
    returns: Vec<f32>,
    discounts: Vec<f32>,
    priorities: SumTree,
    /// Where the next transition goes.
    next: usize,
    /// The largest priority so far: what has not been learned from yet gets it.
    largest: f64,
}

impl Replay {
    /// For states of `width` numbers; `exponent` is α.
    pub fn new(capacity: usize, width: usize, exponent: f64) -> Self {
        Self {
            width,
            capacity,
            exponent,
            states: Vec::new(),
            next_states: Vec::new(),
            actions: Vec::new(),
            returns: Vec::new(),
            discounts: Vec::new(),
            priorities: SumTree::new(capacity),
            next: 0,
            largest: 1.0,
        }
    }

    /// Whether it is a buffer as `new` makes it, with anything in it that `push` and `learned` can put there.
    pub fn fits(&self, capacity: usize, width: usize, actions: usize) -> bool {
        let count = self.actions.len();
        self.capacity == capacity
            && self.width == width
            && count <= capacity
            && (self.next == count || (count == capacity && self.next < count))
            && self.states.len() == count * width
            && self.next_states.len() == count * width
            && self.returns.len() == count
            && self.discounts.len() == count
            && self.actions.iter().all(|action| (*action as usize) < actions)
            && self.priorities.capacity() == capacity.next_power_of_two()
            && (0..self.priorities.capacity()).all(|slot| {
                let priority = self.priorities.priority(slot);
                priority.is_finite() && if slot < count { priority > 0.0 } else { priority == 0.0 }
            })
    }

    /// Transitions in the buffer.
    pub fn count(&self) -> usize {
        self.actions.len()
    }

    /// The state of a slot below `count`.
    pub fn state(&self, slot: usize) -> &[f32] {
        &self.states[slot * self.width..][..self.width]
    }

    /// Adds a transition, in place of the oldest once the buffer is full.
    pub fn push(&mut self, transition: Transition) {
        let slot = if self.next == self.capacity { 0 } else { self.next };
        if slot == self.count() {
            self.states.extend_from_slice(transition.state);
            self.next_states.extend_from_slice(transition.next_state);
            self.actions.push(transition.action as u32);
            self.returns.push(transition.reward);
            self.discounts.push(transition.discount);
        } else {
            self.states[slot * self.width..][..self.width].copy_from_slice(transition.state);
            self.next_states[slot * self.width..][..self.width].copy_from_slice(transition.next_state);
            self.actions[slot] = transition.action as u32;
            self.returns[slot] = transition.reward;
            self.discounts[slot] = transition.discount;
        }
        self.priorities.set(slot, self.largest);
        self.next = slot + 1;
    }

    /// Draws `count` transitions, one from each of as many equal parts of the sum of priorities, with their importance weights
    /// (N P(i))^−β over the largest of the batch. The buffer is not empty.
    pub fn sample(&self, count: usize, beta: f64, draws: &mut Draws, batch: &mut Batch) {
        batch.clear();
        let part = self.priorities.total() / count as f64;
        let mut least = f64::INFINITY;
        for k in 0..count {
            let slot = self.priorities.find((k as f64 + draws.unit()) * part);
            least = least.min(self.priorities.priority(slot));
            batch.slots.push(slot);
            batch.states.extend_from_slice(self.state(slot));
            batch.next_states.extend_from_slice(&self.next_states[slot * self.width..][..self.width]);
            batch.actions.push(self.actions[slot]);
            batch.returns.push(self.returns[slot]);
            batch.discounts.push(self.discounts[slot]);
        }
        // (N Pᵢ)^−β / max (N Pⱼ)^−β = (min pⱼ / pᵢ)^β
        let weight = |slot: &usize| {
            let priority = self.priorities.priority(*slot);
            if priority == least { 1.0 } else { libm::pow(least / priority, beta) as f32 }
        };
        batch.weights.extend(batch.slots.iter().map(weight));
    }

    /// New priorities for what a batch was about, by the errors δ that were found; of a slot drawn twice the last one counts.
    pub fn learned(&mut self, slots: &[usize], errors: &[f32]) {
        if self.exponent == 0.0 {
            return;
        }
        for (slot, error) in slots.iter().zip(errors) {
            let priority = libm::pow(f64::from(error.abs()) + SMALLEST_ERROR, self.exponent);
            self.largest = self.largest.max(priority);
            self.priorities.set(*slot, priority);
        }
    }
}

#[cfg(test)]
mod tests;
