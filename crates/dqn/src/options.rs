//! The options of a training.

use crate::convergence::ConvergenceOptions;
use crate::explore::Exploration;
use crate::schedule::Linear;
use ketflow_error::Error;
use serde::{Deserialize, Serialize};

/// Largest width of a hidden layer.
const MAX_WIDTH: usize = 4096;
/// Most hidden layers.
const MAX_LAYERS: usize = 16;
/// Bytes of all buffers together: what a memory of wasm32 leaves room for.
const MAX_BUFFER_BYTES: u64 = 1 << 30;

/// How the target network follows the one that learns.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// It is copied after every so many updates.
    Hard(u64),
    /// After every update it moves by this share of the way, in (0, 1].
    Soft(f64),
}

/// Everything that a training depends on besides its environment. The defaults suit small tasks such as CartPole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Options {
    /// All random numbers come from it.
    pub seed: u64,
    /// Steps of the environment.
    pub steps: u64,
    /// Widths of the hidden layers.
    pub hidden: Vec<usize>,
    /// Q = V + A − mean(A) as the last layer.
    pub dueling: bool,
    /// The network that learns chooses the next action, the target network values it.
    pub double: bool,
    /// Steps of a return, at least 1.
    pub n_step: usize,
    /// Discount per step, in [0, 1].
    pub gamma: f64,
    /// Of Adam, along the steps.
    pub learning_rate: Linear,
    /// A gradient with a larger norm is scaled down to it.
    pub max_gradient_norm: f64,
    /// Transitions of one update.
    pub batch_size: usize,
    /// Transitions that are remembered.
    pub buffer_size: usize,
    /// Steps before the first update.
    pub learning_starts: u64,
    /// Steps between two rounds of updates.
    pub train_every: u64,
    /// Updates of one round.
    pub updates_per_round: u32,
    /// α of the prioritised replay, in [0, 1]; 0 draws uniformly.
    pub priority_exponent: f64,
    /// β of the importance weights along the steps, in [0, 1].
    pub importance_exponent: Linear,
    /// How the target network follows.
    pub target: Target,
    /// How actions are chosen.
    pub exploration: Exploration,
    /// Steps between two evaluations; 0 for none. The best network so far by evaluation is kept.
    pub evaluate_every: u64,
    /// Episodes of an evaluation.
    pub evaluation_episodes: u32,
    /// The training is over when an evaluation has at least this mean return.
    pub target_return: Option<f64>,
    /// The training is over when it has converged.
    pub convergence: Option<ConvergenceOptions>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 0,
            steps: 50_000,
            hidden: vec![64, 64],
            dueling: true,
            double: true,
            n_step: 3,
            gamma: 0.99,
            learning_rate: Linear { from: 1e-3, to: 1e-4, steps: 50_000 },
            max_gradient_norm: 10.0,
            batch_size: 64,
            buffer_size: 50_000,
            learning_starts: 1000,
            train_every: 1,
            updates_per_round: 1,
            priority_exponent: 0.6,
            importance_exponent: Linear { from: 0.4, to: 1.0, steps: 50_000 },
            target: Target::Soft(0.005),
            exploration: Exploration::EpsilonGreedy(Linear { from: 1.0, to: 0.02, steps: 5000 }),
            evaluate_every: 0,
            evaluation_episodes: 20,
            target_return: None,
            convergence: None,
        }
    }
}

/// A number of a field with the range that it must be in.
struct Range(&'static str, f64, f64, f64);

impl Options {
    /// Reads options; what is left out has its default.
    ///
    /// # Errors
    /// `invalid-input` for bad JSON, unknown fields and numbers out of their range; `too-large` beyond a limit.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        let options: Self = serde_json::from_str(text).map_err(|error| Error::invalid(format!("options: {error}")))?;
        options.check()?;
        Ok(options)
    }

    /// Refuses numbers out of their range, naming field, value and range.
    ///
    /// # Errors
    /// `invalid-input`, or `too-large` beyond a limit.
    pub fn check(&self) -> Result<(), Error> {
        const ANY: f64 = f64::MAX;
        let mut ranges = vec![
            Range("nStep", self.n_step as f64, 1.0, 1000.0),
            Range("gamma", self.gamma, 0.0, 1.0),
            Range("learningRate.from", self.learning_rate.from, 0.0, ANY),
            Range("learningRate.to", self.learning_rate.to, 0.0, ANY),
            Range("maxGradientNorm", self.max_gradient_norm, f64::MIN_POSITIVE, ANY),
            Range("batchSize", self.batch_size as f64, 1.0, 65_536.0),
            Range("bufferSize", self.buffer_size as f64, 1.0, ANY),
            Range("learningStarts", self.learning_starts as f64, 1.0, ANY),
            Range("trainEvery", self.train_every as f64, 1.0, ANY),
            Range("updatesPerRound", f64::from(self.updates_per_round), 1.0, ANY),
            Range("priorityExponent", self.priority_exponent, 0.0, 1.0),
            Range("importanceExponent.from", self.importance_exponent.from, 0.0, 1.0),
            Range("importanceExponent.to", self.importance_exponent.to, 0.0, 1.0),
            Range("evaluationEpisodes", f64::from(self.evaluation_episodes), 1.0, 100_000.0),
            Range("hidden: its layers", self.hidden.len() as f64, 0.0, MAX_LAYERS as f64),
        ];
        ranges.extend(self.hidden.iter().map(|width| Range("hidden", *width as f64, 1.0, MAX_WIDTH as f64)));
        ranges.push(match self.target {
            Target::Hard(updates) => Range("target.hard", updates as f64, 1.0, ANY),
            Target::Soft(share) => Range("target.soft", share, f64::MIN_POSITIVE, 1.0),
        });
        ranges.extend(match self.exploration {
            Exploration::EpsilonGreedy(Linear { from, to, .. }) => [
                Range("exploration.epsilon-greedy.from", from, 0.0, 1.0),
                Range("exploration.epsilon-greedy.to", to, 0.0, 1.0),
            ],
            Exploration::Boltzmann(Linear { from, to, .. }) => [
                Range("exploration.boltzmann.from", from, f64::MIN_POSITIVE, ANY),
                Range("exploration.boltzmann.to", to, f64::MIN_POSITIVE, ANY),
            ],
        });
        if let Some(ConvergenceOptions { every, probe_states, agreement, error_change, patience }) = self.convergence {
            ranges.extend([
                Range("convergence.every", every as f64, 1.0, ANY),
                Range("convergence.probeStates", probe_states as f64, 1.0, 65_536.0),
                Range("convergence.agreement", agreement, 0.0, 1.0),
                Range("convergence.errorChange", error_change, 0.0, ANY),
                Range("convergence.patience", f64::from(patience), 1.0, ANY),
            ]);
        }
        ranges.extend(self.target_return.map(|value| Range("targetReturn", value, -ANY, ANY)));
        // NaN is in no range.
        match ranges.into_iter().find(|Range(_, value, least, most)| !(*least..=*most).contains(value)) {
            None => Ok(()),
            Some(Range(field, value, least, ANY)) => {
                Err(Error::invalid(format!("{field} is {value}; give at least {least}")))
            }
            Some(Range(field, value, least, most)) => {
                Err(Error::invalid(format!("{field} is {value}; give {least} to {most}")))
            }
        }
    }

    /// Refuses a training whose buffers would not fit into memory, for states of `width` numbers.
    pub(crate) fn check_memory(&self, width: usize) -> Result<(), Error> {
        let transition = 4 * (2 * width as u64 + 3) + 32;
        let bytes = transition.saturating_mul(self.buffer_size as u64);
        if bytes <= MAX_BUFFER_BYTES {
            return Ok(());
        }
        Err(Error::too_large(format!(
            "bufferSize is {}: {bytes} bytes with states of {width} numbers; give at most {}",
            self.buffer_size,
            MAX_BUFFER_BYTES / transition
        )))
    }
}
