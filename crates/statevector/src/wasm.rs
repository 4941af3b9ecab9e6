//! The JavaScript door: translates, nothing else.

use crate::monitor::{Interrupted, Monitor};
use crate::options::Options;
use crate::{estimate, format_of, run_on};
use ketflow_circuit::{Format, Parsed, parse_bytes};
use ketflow_error::js::{refusal, run_error, throw_panics};
use ketflow_team::js::TEAM;
use wasm_bindgen::prelude::*;

/// Before everything else.
#[wasm_bindgen(start)]
pub fn start() {
    throw_panics();
}

/// A circuit that was read.
#[wasm_bindgen]
pub struct Program {
    format: Format,
    parsed: Parsed,
}

#[wasm_bindgen]
impl Program {
    /// Reads UTF-8 text; `format` is `openqasm2`, `openqasm3`, `ionq-json` or `auto`.
    pub fn parse(format: &str, source: &[u8]) -> Result<Program, JsValue> {
        let format = format_of(format, source).map_err(refusal)?;
        parse_bytes(format, source).map(|parsed| Self { format, parsed }).map_err(refusal)
    }

    /// `openqasm2`, `openqasm3` or `ionq-json`: what the source was read as.
    pub fn format(&self) -> String {
        self.format.name().to_owned()
    }

    /// JSON of the circuit as a drawer needs it.
    pub fn view(&self) -> String {
        ketflow_circuit::view::to_json(&self.parsed.circuit)
    }

    /// The circuit as an OpenQASM 3 program.
    #[wasm_bindgen(js_name = toOpenqasm3)]
    pub fn to_openqasm3(&self) -> String {
        ketflow_circuit::print_openqasm3(&self.parsed.circuit)
    }

    /// The circuit as the `input` of a job at IonQ; an error where IonQ has nothing for one of its operations.
    #[wasm_bindgen(js_name = toIonqJson)]
    pub fn to_ionq_json(&self) -> Result<String, JsValue> {
        ketflow_circuit::to_ionq_json(&self.parsed.circuit).map_err(refusal)
    }

    /// JSON `[{line, column, message}]`: what was accepted without effect.
    pub fn notes(&self) -> String {
        ketflow_circuit::view::notes_to_json(&self.parsed.notes)
    }

    /// JSON of the engine's `Estimate` for these options.
    pub fn estimate(&self, options: &str) -> Result<String, JsValue> {
        let options = Options::from_json(options).map_err(refusal)?;
        let estimate = estimate(&self.parsed.circuit, &options).map_err(refusal)?;
        Ok(serde_json::json!(estimate).to_string())
    }

    /// The result container. `poll(done, total)` is called every few milliseconds and returns 0 to go on, 1 to cancel.
    pub fn run(&self, options: &str, poll: &js_sys::Function) -> Result<Vec<u8>, JsValue> {
        let options = Options::from_json(options).map_err(refusal)?;
        let result = run_on(&TEAM, &self.parsed.circuit, &options, &mut Poll(poll)).map_err(run_error)?;
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
