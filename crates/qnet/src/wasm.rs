//! The JavaScript door: translates, nothing else.

use crate::error::{Error, RunError};
use crate::job::{Options, estimate, infer};
use crate::monitor::{Interrupted, Monitor};
use crate::read::{Document, read};
use js_sys::Reflect;
use wasm_bindgen::prelude::*;

/// A panic becomes a JavaScript `Error` with the code `engine-failure` and the message instead of a bare trap. The instance is
/// unusable afterwards either way.
#[wasm_bindgen(start)]
pub fn start() {
    std::panic::set_hook(Box::new(|info| wasm_bindgen::throw_val(error("engine-failure", &info.to_string(), None))));
}

/// A network that was read, perhaps with its states.
#[wasm_bindgen]
pub struct Program(Document);

#[wasm_bindgen]
impl Program {
    /// Reads the bytes of a `.net.json`; `format` is `net-json` or `auto`.
    pub fn parse(format: &str, source: &[u8]) -> Result<Program, JsValue> {
        if !matches!(format, "net-json" | "auto") {
            let message = format!("unknown format '{format}'; give net-json or auto");
            return Err(error("invalid-input", &message, None));
        }
        read(source).map(Self).map_err(to_js)
    }

    /// What the source was read as.
    pub fn format(&self) -> String {
        "net-json".to_owned()
    }

    /// JSON `{inputs, actions, parameters, states}`; `states` is the number of those in the file.
    pub fn view(&self) -> String {
        let Document { network, states } = &self.0;
        let (inputs, actions, parameters) = (network.inputs(), network.actions(), network.parameters());
        let states = states.as_ref().map_or(0, |states| states.count());
        serde_json::json!({ "inputs": inputs, "actions": actions, "parameters": parameters, "states": states })
            .to_string()
    }

    /// JSON of the engine's `Estimate` for these options.
    pub fn estimate(&self, options: &str) -> Result<String, JsValue> {
        let estimate = Options::from_json(options).and_then(|options| estimate(&self.0, &options)).map_err(to_js)?;
        Ok(serde_json::json!(estimate).to_string())
    }

    /// The result container. `poll(done, total)` is called every few milliseconds and returns 0 to go on, 1 to cancel.
    pub fn run(&self, options: &str, poll: &js_sys::Function) -> Result<Vec<u8>, JsValue> {
        let options = Options::from_json(options).map_err(to_js)?;
        let result = infer(&self.0, &options, &mut Poll(poll)).map_err(|error| match error {
            RunError::Refused(error) => to_js(error),
            RunError::Cancelled => self::error("cancelled", &RunError::Cancelled.to_string(), None),
        })?;
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
