//! Deep Q-learning: from an environment and a seed to a Q-network, the same bytes in every build.
//!
//! [`Trainer`] plays, remembers and learns; [`Trainer::policy`] is the network that it has got to, [`Policy::to_net_json`] the
//! file that the engine for networks runs, [`Trainer::checkpoint`] everything, so that a resumed training goes on as if it had
//! never stopped. Double Q-learning, a dueling head, prioritised replay and n-step returns are options of one algorithm.
//!
//! Arithmetic is strict, as in the other engines: IEEE operations in a fixed order, no contraction, `exp`, `pow`, `sin` and
//! `cos` from the pinned `libm`, random numbers counted by (seed, purpose, step).
//!
//! Sources: Mnih et al., "Human-level control through deep reinforcement learning", Nature 518 (2015); van Hasselt et al.,
//! "Deep reinforcement learning with double Q-learning", AAAI 2016; Wang et al., "Dueling network architectures", ICML 2016;
//! Schaul et al., "Prioritized experience replay", ICLR 2016; Hessel et al., "Rainbow", AAAI 2018.

mod adam;
mod batch;
mod cart_pole;
mod checkpoint;
mod convergence;
mod draws;
mod environment;
mod evaluate;
mod explore;
mod learner;
mod matmul;
mod n_step;
mod named;
mod network;
mod options;
mod policy;
mod queue;
mod replay;
mod schedule;
mod sum_tree;
mod trainer;
#[cfg(target_arch = "wasm32")]
mod wasm;

pub use cart_pole::CartPole;
pub use convergence::ConvergenceOptions;
pub use draws::Draws;
pub use environment::{Ending, Environment, Step};
pub use evaluate::{Evaluation, evaluate, play};
pub use explore::Exploration;
pub use ketflow_error::{Error, ErrorCode};
pub use named::NamedEnvironment;
pub use options::{Options, Target};
pub use policy::Policy;
pub use queue::{DispatchQueue, QueueOptions};
pub use schedule::Linear;
pub use trainer::{Episode, Trainer};
