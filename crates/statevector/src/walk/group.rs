//! Shots whose paths agree so far, and what has to be known to follow them again.

use ketflow_rng::{Purpose, uniform_pair};

/// What happens to the state where a group splits.
#[derive(Debug, Clone, Copy)]
pub(super) enum Branch {
    Collapse {
        qubit: u32,
        outcome: bool,
        scale: f64,
    },
    /// Collapse, then |1⟩ → |0⟩.
    Reset {
        qubit: u32,
        outcome: bool,
        scale: f64,
    },
    /// 0 = X, 1 = Y, 2 = Z.
    Pauli {
        qubit: u32,
        kind: u8,
    },
    /// An operator of the channel at a step, times `scale`.
    Kraus {
        step: usize,
        operator: usize,
        scale: f64,
    },
    Nothing,
}

/// One split on the path of a group: enough to repeat it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Decision {
    pub(super) step: usize,
    /// The step after it.
    pub(super) next: usize,
    pub(super) branch: Branch,
    pub(super) recorded: Option<(u32, bool)>,
}

/// Where the next gate error of a shot strikes, measured in accumulated hazard, and which one it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct NextError {
    pub(super) hazard: f64,
    /// Uniform in [0, 1): which of the errors at its place.
    pub(super) choice: f64,
    pub(super) count: u32,
}

impl NextError {
    /// Waiting times are exponential in the hazard, so a place with hazard −ln(1 − p) is struck with probability p.
    pub(super) fn draw(seed: u64, shot: u32, count: u32, from: f64) -> Self {
        let [wait, choice] = uniform_pair(seed, Purpose::GateError, u64::from(shot), count);
        Self { hazard: from - libm::log1p(-wait), choice, count }
    }

    /// 0 = X, 1 = Y, 2 = Z, where they have these shares.
    pub(super) fn kind(&self, [x, y, z]: [f64; 3]) -> u8 {
        let at = self.choice * (x + y + z);
        if at < x {
            0
        } else if at < x + y || z == 0.0 {
            1
        } else {
            2
        }
    }
}

#[derive(Debug, Clone, Default)]
pub(super) struct Group {
    pub(super) step: usize,
    pub(super) bits: Vec<u64>,
    pub(super) shots: Vec<u32>,
    /// Parallel to `shots` when gates are noisy, else empty.
    pub(super) errors: Vec<NextError>,
    pub(super) hazard: f64,
    /// The least hazard in `errors`.
    pub(super) next_error: f64,
    pub(super) probability: f64,
    pub(super) decisions: Vec<Decision>,
}

pub(super) fn least(errors: &[NextError]) -> f64 {
    errors.iter().fold(f64::INFINITY, |least, error| least.min(error.hazard))
}
