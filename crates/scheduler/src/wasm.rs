//! The JavaScript door: translates, nothing else.

use crate::error::{Error, RunError};
use crate::monitor::{Answer, Monitor, Progress};
use crate::options::Options;
use crate::problem::Problem;
use crate::read::{self, Format};
use crate::{estimate, solve, view};
use js_sys::Reflect;
use wasm_bindgen::prelude::*;

/// A panic becomes a JavaScript `Error` with the code `engine-failure` and the message instead of a bare trap. The instance is
/// unusable afterwards either way.
#[wasm_bindgen(start)]
pub fn start() {
    std::panic::set_hook(Box::new(|info| wasm_bindgen::throw_val(error("engine-failure", &info.to_string(), None))));
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
        let format = Format::of(format, source).map_err(to_js)?;
        read::read(format, source).map(|problem| Self { format, problem }).map_err(to_js)
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
        let options = Options::from_json(options).map_err(to_js)?;
        let estimate = estimate(&self.problem, &options).map_err(to_js)?;
        Ok(serde_json::json!(estimate).to_string())
    }

    /// The result container. `poll(done, total, best)` is called every few milliseconds and returns 0 to go on, 1 to cancel, 2 to
    /// end with the best schedule so far.
    pub fn run(&self, options: &str, poll: &js_sys::Function) -> Result<Vec<u8>, JsValue> {
        let options = Options::from_json(options).map_err(to_js)?;
        let result = solve(&self.problem, &options, &mut Poll(poll)).map_err(|error| match error {
            RunError::Refused(error) => to_js(error),
            RunError::Cancelled => self::error("cancelled", &RunError::Cancelled.to_string(), None),
        })?;
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

fn to_js(refused: Error) -> JsValue {
    error(refused.code.as_str(), &refused.message, refused.position)
}

fn error(code: &str, message: &str, position: Option<(u32, u32)>) -> JsValue {
    let error = js_sys::Error::new(message);
    let set = |name: &str, value: JsValue| Reflect::set(&error, &name.into(), &value).is_ok();
    set("code", code.into());
    if let Some((line, column)) = position {
        set("line", line.into());
        set("column", column.into());
    }
    error.into()
}
