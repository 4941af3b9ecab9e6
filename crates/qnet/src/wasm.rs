//! The JavaScript door: translates, nothing else.

use crate::job::{Options, estimate, infer};
use crate::monitor::{Interrupted, Monitor};
use crate::read::{Document, read_as};
use ketflow_error::js::{refusal, run_error, throw_panics};
use wasm_bindgen::prelude::*;

/// Before everything else.
#[wasm_bindgen(start)]
pub fn start() {
    throw_panics();
}

/// A network that was read, perhaps with its states.
#[wasm_bindgen]
pub struct Program {
    format: &'static str,
    document: Document,
}

#[wasm_bindgen]
impl Program {
    /// Reads the bytes of a network; `format` is `net-json`, `onnx` or `auto`.
    pub fn parse(format: &str, source: &[u8]) -> Result<Program, JsValue> {
        read_as(format, source).map(|(format, document)| Self { format, document }).map_err(refusal)
    }

    /// What the source was read as.
    pub fn format(&self) -> String {
        self.format.to_owned()
    }

    /// JSON `{inputs, actions, parameters, states}`; `states` is the number of those in the file.
    pub fn view(&self) -> String {
        let Document { network, states } = &self.document;
        let (inputs, actions, parameters) = (network.inputs(), network.actions(), network.parameters());
        let states = states.as_ref().map_or(0, |states| states.count());
        serde_json::json!({ "inputs": inputs, "actions": actions, "parameters": parameters, "states": states })
            .to_string()
    }

    /// JSON of the engine's `Estimate` for these options.
    pub fn estimate(&self, options: &str) -> Result<String, JsValue> {
        let estimate =
            Options::from_json(options).and_then(|options| estimate(&self.document, &options)).map_err(refusal)?;
        Ok(serde_json::json!(estimate).to_string())
    }

    /// The result container. `poll(done, total)` is called every few milliseconds and returns 0 to go on, 1 to cancel.
    pub fn run(&self, options: &str, poll: &js_sys::Function) -> Result<Vec<u8>, JsValue> {
        let options = Options::from_json(options).map_err(refusal)?;
        let result = infer(&self.document, &options, &mut Poll(poll)).map_err(run_error)?;
        Ok(result.to_container())
    }
}

struct Poll<'a>(&'a js_sys::Function);

impl Monitor for Poll<'_> {
    fn poll(&mut self, done: u64, total: u64) -> Result<(), Interrupted> {
        let answer = self.0.call2(&JsValue::NULL, &(done as f64).into(), &(total as f64).into());
        if answer.is_ok_and(|answer| answer.as_f64() == Some(0.0)) { Ok(()) } else { Err(Interrupted) }
    }
}
