//! The JavaScript door: translates, nothing else.

use crate::monitor::{Answer, Monitor, Progress};
use crate::options::Options;
use crate::problem::Problem;
use crate::read::{self, Format};
use crate::{estimate, solve, view};
use ketflow_error::js::{refusal, run_error, throw_panics};
use wasm_bindgen::prelude::*;

/// Before everything else.
#[wasm_bindgen(start)]
pub fn start() {
    throw_panics();
}

/// A problem that was read.
#[wasm_bindgen]
pub struct Program {
    format: Format,
    problem: Problem,
}

#[wasm_bindgen]
impl Program {
    /// Reads UTF-8 text; `format` is `rcp`, `jsp`, `fjs`, `schedule-json`, or `auto` for the last one.
    pub fn parse(format: &str, source: &[u8]) -> Result<Program, JsValue> {
        let format = Format::of(format, source).map_err(refusal)?;
        read::read(format, source).map(|problem| Self { format, problem }).map_err(refusal)
    }

    /// What the source was read as.
    pub fn format(&self) -> String {
        self.format.name().to_owned()
    }

    /// JSON of the names that a result's indices mean.
    pub fn view(&self) -> String {
        view(&self.problem)
    }

    /// JSON of the engine's `Estimate` for these options.
    pub fn estimate(&self, options: &str) -> Result<String, JsValue> {
        let options = Options::from_json(options).map_err(refusal)?;
        let estimate = estimate(&self.problem, &options).map_err(refusal)?;
        Ok(serde_json::json!(estimate).to_string())
    }

    /// The result container. `poll(done, total, best)` is called every few milliseconds and returns 0 to go on, 1 to cancel, 2 to
    /// end with the best schedule so far.
    pub fn run(&self, options: &str, poll: &js_sys::Function) -> Result<Vec<u8>, JsValue> {
        let options = Options::from_json(options).map_err(refusal)?;
        let result = solve(&self.problem, &options, &mut Poll(poll)).map_err(run_error)?;
        Ok(result.to_container())
    }
}

struct Poll<'a>(&'a js_sys::Function);

impl Monitor for Poll<'_> {
    fn poll(&mut self, progress: Progress) -> Answer {
        let [done, total, best] = [progress.done, progress.total, progress.best].map(|number| (number as f64).into());
        match self.0.call3(&JsValue::NULL, &done, &total, &best) {
            Ok(answer) if answer.as_f64() == Some(0.0) => Answer::Continue,
            Ok(answer) if answer.as_f64() == Some(2.0) => Answer::Finish,
            _ => Answer::Cancel,
        }
    }
}
