//! CartPole-v1: balance a pole on a cart for 500 steps.

use crate::draws::Draws;
use crate::environment::{Ending, Environment, Step};
use serde::{Deserialize, Serialize};

const GRAVITY: f64 = 9.8;
const POLE_MASS: f64 = 0.1;
const TOTAL_MASS: f64 = POLE_MASS + 1.0;
/// Half the length of the pole.
const LENGTH: f64 = 0.5;
const POLE_MASS_LENGTH: f64 = POLE_MASS * LENGTH;
const FORCE: f64 = 10.0;
/// Seconds between two states.
const TAU: f64 = 0.02;
const MAX_POSITION: f64 = 2.4;
/// 12 degrees.
const MAX_ANGLE: f64 = 12.0 * 2.0 * std::f64::consts::PI / 360.0;
const MAX_STEPS: u32 = 500;

/// A cart on a track, pushed left (action 0) or right (1) with 10 N; each step is worth 1.
///
/// A state is position, speed, angle and angular speed of the pole, in f64 inside and rounded to f32 when observed. The
/// episode is over when |position| > 2.4 or |angle| > 12°, or after 500 steps.
///
/// Source: Barto, Sutton, Anderson, "Neuronlike adaptive elements that can solve difficult learning control problems", IEEE
/// SMC 13 (1983), with Euler steps of 0.02 s in the order in which Gymnasium 1.x computes them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CartPole {
    state: [f64; 4],
    steps: u32,
}

impl CartPole {
    /// An episode that begins in a state of one's own.
    pub fn from_state(state: [f64; 4]) -> Self {
        Self { state, steps: 0 }
    }

    /// Position, speed, angle and angular speed.
    pub fn state(&self) -> [f64; 4] {
        self.state
    }
}

impl Environment for CartPole {
    fn width(&self) -> usize {
        4
    }

    fn actions(&self) -> usize {
        2
    }

    /// Each of the four numbers is uniform in [−0.05, 0.05).
    fn reset(&mut self, mut draws: Draws) {
        self.state = std::array::from_fn(|_| 0.1 * draws.unit() - 0.05);
        self.steps = 0;
    }

    fn observe(&self, state: &mut [f32]) {
        for (target, value) in state.iter_mut().zip(self.state) {
            *target = value as f32;
        }
    }

    fn step(&mut self, action: usize) -> Step {
        let [x, x_dot, theta, theta_dot] = self.state;
        let force = if action == 1 { FORCE } else { -FORCE };
        let (sin, cos) = (libm::sin(theta), libm::cos(theta));
        let pull = (force + POLE_MASS_LENGTH * (theta_dot * theta_dot) * sin) / TOTAL_MASS;
        let theta_acc = (GRAVITY * sin - cos * pull) / (LENGTH * (4.0 / 3.0 - POLE_MASS * (cos * cos) / TOTAL_MASS));
        let x_acc = pull - POLE_MASS_LENGTH * theta_acc * cos / TOTAL_MASS;
        self.state = [x + TAU * x_dot, x_dot + TAU * x_acc, theta + TAU * theta_dot, theta_dot + TAU * theta_acc];
        self.steps += 1;
        let has_fallen = self.state[0].abs() > MAX_POSITION || self.state[2].abs() > MAX_ANGLE;
        let ending = match (has_fallen, self.steps >= MAX_STEPS) {
            (true, _) => Some(Ending::Terminated),
            (false, true) => Some(Ending::Truncated),
            (false, false) => None,
        };
        Step { reward: 1.0, ending }
    }
}
