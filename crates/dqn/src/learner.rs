//! One update of the network from one batch.

use crate::adam::Adam;
use crate::batch::Batch;
use crate::explore::best;
use crate::network::{Shape, Workspace, backward, forward};
use crate::options::{Options, Target};
use serde::{Deserialize, Serialize};

/// The network that learns, its target network and its optimiser.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Learner {
    pub shape: Shape,
    pub online: Vec<f32>,
    target: Vec<f32>,
    adam: Adam,
    pub updates: u64,
}

/// Memory of an update, kept from one to the next.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scratch {
    pub work: Workspace,
    pub batch: Batch,
    /// TD errors of the last update, one per transition.
    pub errors: Vec<f32>,
    chosen: Vec<u32>,
    targets: Vec<f32>,
    slopes: Vec<f32>,
    gradient: Vec<f32>,
}

impl Learner {
    pub fn new(shape: Shape, seed: u64) -> Self {
        let online = shape.first_parameters(seed);
        Self { target: online.clone(), adam: Adam::new(online.len()), online, shape, updates: 0 }
    }

    /// Whether all parts have the size of the shape and finite numbers.
    pub fn fits(&self, shape: &Shape) -> bool {
        let count = shape.parameters();
        let is_whole = |values: &[f32]| values.len() == count && values.iter().all(|value| value.is_finite());
        self.shape == *shape && is_whole(&self.online) && is_whole(&self.target) && self.adam.fits(count)
    }

    /// Learns from `scratch.batch` and leaves its TD errors in `scratch.errors`.
    ///
    /// y = R + γⁿ Q'(s', a*), a* = argmax Q(s', ·) when double, else argmax Q'(s', ·); the loss is the mean of
    /// w · huber(y − Q(s, a)) with the knee at 1.
    pub fn update(&mut self, options: &Options, rate: f64, scratch: &mut Scratch) {
        self.find_targets(options.double, scratch);
        let Scratch { work, batch, errors, targets, slopes, gradient, .. } = scratch;
        let (count, actions) = (batch.count(), self.shape.actions());
        let values = forward(&self.shape, &self.online, &batch.states, count, work);
        errors.clear();
        let chosen = values.chunks_exact(actions).zip(&batch.actions).map(|(row, action)| row[*action as usize]);
        errors.extend(targets.iter().zip(chosen).map(|(target, value)| target - value));
        slopes.clear();
        let share = 1.0 / count as f32;
        slopes
            .extend(errors.iter().zip(&batch.weights).map(|(error, weight)| -weight * error.clamp(-1.0, 1.0) * share));
        gradient.resize(self.online.len(), 0.0);
        backward(&self.shape, &self.online, &batch.states, &batch.actions, slopes, work, gradient);
        self.adam.step(&mut self.online, gradient, rate, options.max_gradient_norm);
        self.updates += 1;
        self.follow(options.target);
    }

    fn find_targets(&self, is_double: bool, scratch: &mut Scratch) {
        let Scratch { work, batch, chosen, targets, .. } = scratch;
        let (count, actions) = (batch.count(), self.shape.actions());
        let greedy = |values: &[f32], chosen: &mut Vec<u32>| {
            chosen.clear();
            chosen.extend(values.chunks_exact(actions).map(|row| best(row) as u32));
        };
        if is_double {
            greedy(forward(&self.shape, &self.online, &batch.next_states, count, work), chosen);
        }
        let values = forward(&self.shape, &self.target, &batch.next_states, count, work);
        if !is_double {
            greedy(values, chosen);
        }
        targets.clear();
        let next = values.chunks_exact(actions).zip(chosen).map(|(row, action)| row[*action as usize]);
        let outcomes = batch.returns.iter().zip(&batch.discounts);
        targets.extend(outcomes.zip(next).map(|((reward, discount), value)| reward + discount * value));
    }

    fn follow(&mut self, target: Target) {
        match target {
            Target::Hard(every) if self.updates.is_multiple_of(every) => self.target.copy_from_slice(&self.online),
            Target::Hard(_) => {}
            Target::Soft(share) => {
                let share = share as f32;
                for (slow, fast) in self.target.iter_mut().zip(&self.online) {
                    *slow += share * (fast - *slow);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
