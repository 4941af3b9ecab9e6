//! The JavaScript door: translates, nothing else.

use crate::bqm::Vartype;
use crate::monitor::{Interrupted, Monitor, Next, Progress};
use crate::options::Options;
use crate::read::{Format, Model, read};
use crate::search::{estimate, run_on};
use ketflow_error::js::{refusal, run_error, throw_panics};
use ketflow_team::js::TEAM;
use wasm_bindgen::prelude::*;

/// Before everything else.
#[wasm_bindgen(start)]
pub fn start() {
    throw_panics();
}

/// A model that was read.
#[wasm_bindgen]
pub struct Program(Model);

#[wasm_bindgen]
impl Program {
    /// Reads the bytes of a source; `format` is a name of the crate's table or `auto`.
    pub fn parse(format: &str, source: &[u8]) -> Result<Program, JsValue> {
        Format::named(format, source).and_then(|format| read(format, source)).map(Self).map_err(refusal)
    }

    /// What the source was read as.
    pub fn format(&self) -> String {
        self.0.format.name().to_owned()
    }

    /// JSON `{vartype, variables, couplings, offset, problem?}`.
    pub fn view(&self) -> String {
        let bqm = &self.0.bqm;
        let vartype = if bqm.vartype() == Vartype::Spin { "spin" } else { "binary" };
        let (variables, couplings) = (bqm.size(), bqm.couplings().len());
        let mut view = serde_json::json!({
            "vartype": vartype, "variables": variables, "couplings": couplings, "offset": bqm.offset(),
        });
        if let Some(problem) = &self.0.problem {
            view["problem"] = problem.kind().into();
        }
        view.to_string()
    }

    /// JSON of the engine's `Estimate` for these options.
    pub fn estimate(&self, options: &str) -> Result<String, JsValue> {
        let estimate = Options::from_json(options).and_then(|options| estimate(&self.0, &options)).map_err(refusal)?;
        Ok(serde_json::json!(estimate).to_string())
    }

    /// The result container. `poll(done, total, best)` is called every few milliseconds and returns 0 to go on, 1 to cancel, 2 to
    /// end with what was found; `best` is `undefined` before the end of the first read.
    pub fn run(&self, options: &str, poll: &js_sys::Function) -> Result<Vec<u8>, JsValue> {
        let options = Options::from_json(options).map_err(refusal)?;
        let result = run_on(&TEAM, &self.0, &options, &mut Poll(poll)).map_err(run_error)?;
        Ok(result.to_container())
    }
}

struct Poll<'a>(&'a js_sys::Function);

impl Monitor for Poll<'_> {
    fn poll(&mut self, Progress { done, total, best }: Progress) -> Result<Next, Interrupted> {
        let best = best.map_or(JsValue::UNDEFINED, JsValue::from_f64);
        let answer = self.0.call3(&JsValue::NULL, &(done as f64).into(), &(total as f64).into(), &best);
        match answer.ok().and_then(|answer| answer.as_f64()) {
            Some(0.0) => Ok(Next::Continue),
            Some(2.0) => Ok(Next::Finish),
            _ => Err(Interrupted),
        }
    }
}
