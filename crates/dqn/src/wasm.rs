//! The JavaScript door: translates, nothing else.

use crate::evaluate::evaluate;
use crate::named::NamedEnvironment;
use crate::options::Options;
use crate::trainer::Trainer;
use ketflow_error::js::{refusal, throw_panics};
use wasm_bindgen::prelude::*;

/// Before everything else.
#[wasm_bindgen(start)]
pub fn start() {
    throw_panics();
}

/// A training, which its caller advances.
#[wasm_bindgen]
pub struct Training(Trainer<NamedEnvironment>);

#[wasm_bindgen]
impl Training {
    /// Ready for the first step; both are JSON.
    pub fn begin(environment: &str, options: &str) -> Result<Training, JsValue> {
        let environment = NamedEnvironment::from_json(environment).map_err(refusal)?;
        let options = Options::from_json(options).map_err(refusal)?;
        Trainer::new(environment, options).map(Self).map_err(refusal)
    }

    /// Goes on from a checkpoint to the same bits.
    pub fn resume(checkpoint: &[u8]) -> Result<Training, JsValue> {
        Trainer::resume(checkpoint).map(Self).map_err(refusal)
    }

    /// Goes on for at most `steps` steps; gives how many it did, 0 when the training is over.
    pub fn advance(&mut self, steps: u32) -> u32 {
        self.0.advance(u64::from(steps)) as u32
    }

    /// JSON `{steps, totalSteps, updates, isOver, convergedAt?, best?: {step, mean}}`.
    pub fn view(&self) -> String {
        let best = self.0.best_evaluation().map(|(step, mean)| serde_json::json!({ "step": step, "mean": mean }));
        let mut view = serde_json::json!({
            "steps": self.0.steps(), "totalSteps": self.0.total_steps(), "updates": self.0.updates(),
            "isOver": self.0.is_over(),
        });
        let known = [("best", best), ("convergedAt", self.0.converged_at().map(Into::into))];
        for (name, value) in known.into_iter().filter_map(|(name, value)| Some((name, value?))) {
            view[name] = value;
        }
        view.to_string()
    }

    /// JSON of the episodes from number `first` on: `[{step, length, total}, …]`.
    pub fn episodes(&self, first: usize) -> String {
        serde_json::json!(self.0.episodes().get(first..).unwrap_or_default()).to_string()
    }

    /// The best network by evaluation, or without one the network as it is, as a `.net.json` document.
    pub fn network(&self) -> String {
        self.0.policy().to_net_json()
    }

    /// Mean return of so many episodes of that network, without exploration.
    pub fn evaluate(&self, episodes: u32, seed: u64) -> f64 {
        evaluate(&mut self.0.environment().clone(), &mut self.0.policy(), episodes, seed).mean()
    }

    /// Everything that the training goes on from.
    pub fn checkpoint(&self) -> Result<Vec<u8>, JsValue> {
        self.0.checkpoint().map_err(refusal)
    }
}
