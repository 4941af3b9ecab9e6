//! The environments that a training can be asked for by name.

use crate::cart_pole::CartPole;
use crate::draws::Draws;
use crate::environment::{Environment, Step};
use crate::queue::{DispatchQueue, QueueOptions};
use ketflow_error::Error;
use serde::{Deserialize, Serialize};

/// One of the environments of this crate.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum NamedEnvironment {
    /// `cart-pole`
    CartPole(CartPole),
    /// `dispatch-queue`
    DispatchQueue(DispatchQueue),
}

/// As in JSON: the name and the options of the environment beside it.
#[derive(Deserialize)]
#[serde(tag = "name", rename_all = "kebab-case", deny_unknown_fields)]
enum Description {
    CartPole {},
    DispatchQueue(QueueOptions),
}

impl NamedEnvironment {
    /// Reads `{"name": "cart-pole"}`, or `{"name": "dispatch-queue", …}` with the fields of [`QueueOptions`].
    ///
    /// # Errors
    /// `invalid-input` for bad JSON, other names, unknown fields and numbers out of their range.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        let described = serde_json::from_str(text).map_err(|error| Error::invalid(format!("environment: {error}")))?;
        Ok(match described {
            Description::CartPole {} => Self::CartPole(CartPole::default()),
            Description::DispatchQueue(options) => Self::DispatchQueue(DispatchQueue::new(options)?),
        })
    }
}

impl Environment for NamedEnvironment {
    fn width(&self) -> usize {
        match self {
            Self::CartPole(cart) => cart.width(),
            Self::DispatchQueue(queue) => queue.width(),
        }
    }

    fn actions(&self) -> usize {
        match self {
            Self::CartPole(cart) => cart.actions(),
            Self::DispatchQueue(queue) => queue.actions(),
        }
    }

    fn reset(&mut self, draws: Draws) {
        match self {
            Self::CartPole(cart) => cart.reset(draws),
            Self::DispatchQueue(queue) => queue.reset(draws),
        }
    }

    fn observe(&self, state: &mut [f32]) {
        match self {
            Self::CartPole(cart) => cart.observe(state),
            Self::DispatchQueue(queue) => queue.observe(state),
        }
    }

    fn step(&mut self, action: usize) -> Step {
        match self {
            Self::CartPole(cart) => cart.step(action),
            Self::DispatchQueue(queue) => queue.step(action),
        }
    }
}
