//! A training from its first step to its last.

use crate::convergence::Convergence;
use crate::draws::{Draws, Purpose};
use crate::environment::Environment;
use crate::evaluate::evaluate;
use crate::learner::{Learner, Scratch};
use crate::n_step::NStep;
use crate::network::{Shape, forward};
use crate::options::Options;
use crate::policy::Policy;
use crate::replay::Replay;
use ketflow_error::Error;
use serde::{Deserialize, Serialize};

/// One episode of the training, with its exploration: a point of the return curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Episode {
    /// The step of the training that was its last.
    pub step: u64,
    /// Its steps.
    pub length: u32,
    /// The sum of its rewards.
    pub total: f64,
}

/// The best network by evaluation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Best {
    pub step: u64,
    pub mean: f64,
    pub parameters: Vec<f32>,
}

/// A training that can be advanced by as many steps at a time as the caller likes: the split changes nothing.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Trainer<E> {
    pub(crate) options: Options,
    pub(crate) environment: E,
    pub(crate) learner: Learner,
    pub(crate) replay: Replay,
    n_step: NStep,
    convergence: Convergence,
    converged_at: Option<u64>,
    pub(crate) best: Option<Best>,
    episodes: Vec<Episode>,
    /// The episode that is being played.
    current: Episode,
    pub(crate) state: Vec<f32>,
    steps: u64,
    #[serde(skip)]
    scratch: Scratch,
    #[serde(skip)]
    next_state: Vec<f32>,
}

impl<E: Environment + Clone> Trainer<E> {
    /// Ready for the first step.
    ///
    /// # Errors
    /// `invalid-input` or `too-large` for an option out of its range.
    pub fn new(mut environment: E, options: Options) -> Result<Self, Error> {
        options.check()?;
        options.check_memory(environment.width())?;
        let mut state = vec![0.0; environment.width()];
        environment.reset(Draws::new(options.seed, Purpose::Episode, 0));
        environment.observe(&mut state);
        Ok(Self {
            learner: Learner::new(shape(&environment, &options), options.seed),
            replay: Replay::new(options.buffer_size, environment.width(), options.priority_exponent),
            n_step: NStep::default(),
            convergence: Convergence::default(),
            converged_at: None,
            best: None,
            episodes: Vec::new(),
            current: Episode { step: 0, length: 0, total: 0.0 },
            state,
            steps: 0,
            scratch: Scratch::default(),
            next_state: Vec::new(),
            environment,
            options,
        })
    }

    /// Goes on for at most `steps` steps, fewer where the training is over before; gives how many it did.
    pub fn advance(&mut self, steps: u64) -> u64 {
        let first = self.steps;
        while self.steps - first < steps && !self.is_over() {
            self.step();
        }
        self.steps - first
    }

    /// Whether all steps are done, the return that was wanted is reached, or the training has converged.
    pub fn is_over(&self) -> bool {
        let is_reached = |wanted: f64| self.best.as_ref().is_some_and(|best| best.mean >= wanted);
        self.steps >= self.options.steps
            || self.converged_at.is_some()
            || self.options.target_return.is_some_and(is_reached)
    }

    /// Steps that the training takes, unless it is over before.
    pub fn total_steps(&self) -> u64 {
        self.options.steps
    }

    /// What it plays in, in the midst of an episode.
    pub fn environment(&self) -> &E {
        &self.environment
    }

    /// Steps so far.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Updates so far.
    pub fn updates(&self) -> u64 {
        self.learner.updates
    }

    /// The episodes that are over: the return curve.
    pub fn episodes(&self) -> &[Episode] {
        &self.episodes
    }

    /// The step at which the training converged, when it was asked to look.
    pub fn converged_at(&self) -> Option<u64> {
        self.converged_at
    }

    /// Step and mean return of the best evaluation so far.
    pub fn best_evaluation(&self) -> Option<(u64, f64)> {
        self.best.as_ref().map(|best| (best.step, best.mean))
    }

    /// The best network by evaluation, or without one the network as it is.
    pub fn policy(&self) -> Policy {
        let parameters = self.best.as_ref().map_or(&self.learner.online, |best| &best.parameters);
        Policy::new(self.learner.shape.clone(), parameters.clone())
    }

    fn step(&mut self) {
        let action = self.choose();
        let step = self.environment.step(action);
        self.next_state.resize(self.state.len(), 0.0);
        self.environment.observe(&mut self.next_state);
        let Options { n_step, gamma, .. } = self.options;
        let (replay, next_state) = (&mut self.replay, &self.next_state);
        self.n_step.push((&self.state, action), step.reward, next_state, step.ending, n_step, gamma, |transition| {
            replay.push(transition);
        });
        std::mem::swap(&mut self.state, &mut self.next_state);
        self.steps += 1;
        self.current.length += 1;
        self.current.total += step.reward;
        if step.ending.is_some() {
            self.begin_episode();
        }
        if self.steps >= self.options.learning_starts && self.steps.is_multiple_of(self.options.train_every) {
            (0..self.options.updates_per_round).for_each(|_| self.update());
        }
        self.look();
    }

    fn choose(&mut self) -> usize {
        let mut draws = Draws::new(self.options.seed, Purpose::Explore, self.steps);
        let Learner { shape, online, .. } = &self.learner;
        let (state, work) = (&self.state, &mut self.scratch.work);
        self.options
            .exploration
            .choose(self.steps, shape.actions(), &mut draws, move || forward(shape, online, state, 1, work))
    }

    fn begin_episode(&mut self) {
        self.episodes.push(Episode { step: self.steps, ..self.current });
        self.current = Episode { step: 0, length: 0, total: 0.0 };
        self.environment.reset(Draws::new(self.options.seed, Purpose::Episode, self.episodes.len() as u64));
        self.environment.observe(&mut self.state);
    }

    fn update(&mut self) {
        // The first transition of n steps may come after the first update is due.
        if self.replay.count() == 0 {
            return;
        }
        let options = &self.options;
        let mut draws = Draws::new(options.seed, Purpose::Replay, self.learner.updates);
        let beta = options.importance_exponent.at(self.steps);
        self.replay.sample(options.batch_size, beta, &mut draws, &mut self.scratch.batch);
        self.learner.update(options, options.learning_rate.at(self.steps), &mut self.scratch);
        self.replay.learned(&self.scratch.batch.slots, &self.scratch.errors);
        if options.convergence.is_some() {
            self.convergence.add_errors(&self.scratch.errors);
        }
    }

    /// Evaluation and convergence, when they are due.
    fn look(&mut self) {
        let is_due = |every: u64| every > 0 && self.steps.is_multiple_of(every);
        let Learner { shape, online, .. } = &self.learner;
        if is_due(self.options.evaluate_every) {
            let mut policy = Policy::new(shape.clone(), online.clone());
            let episodes = self.options.evaluation_episodes;
            let mean = evaluate(&mut self.environment.clone(), &mut policy, episodes, self.options.seed).mean();
            // A later network of the same worth has learned more.
            if self.best.as_ref().is_none_or(|best| mean >= best.mean) {
                self.best = Some(Best { step: self.steps, mean, parameters: online.clone() });
            }
        }
        let Some(options) = self.options.convergence.filter(|options| is_due(options.every)) else { return };
        let probes = self.convergence.probes(&self.replay, &options);
        if probes.is_empty() {
            return;
        }
        let values = forward(shape, online, probes, options.probe_states, &mut self.scratch.work);
        if self.convergence.look(values, shape.actions(), &options) {
            self.converged_at.get_or_insert(self.steps);
        }
    }
}

/// The network for an environment.
pub(crate) fn shape(environment: &impl Environment, options: &Options) -> Shape {
    Shape::new(environment.width(), &options.hidden, environment.actions(), options.dueling)
}
