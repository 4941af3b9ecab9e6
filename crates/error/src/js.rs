//! Errors as JavaScript sees them: an `Error` with `code` and, where it has a place, `line` and `column`.

use crate::{Error, RunError};
use js_sys::Reflect;
use wasm_bindgen::JsValue;

/// A panic becomes a JavaScript `Error` with the code `engine-failure` and the message instead of a bare trap. The instance is
/// unusable afterwards either way.
pub fn throw_panics() {
    std::panic::set_hook(Box::new(|info| wasm_bindgen::throw_val(js_error("engine-failure", &info.to_string(), None))));
}

/// What was refused.
pub fn refusal(error: Error) -> JsValue {
    js_error(error.code.as_str(), &error.message, error.position)
}

/// Why a run gave no result.
pub fn run_error(error: RunError) -> JsValue {
    match error {
        RunError::Refused(error) => refusal(error),
        RunError::Cancelled => js_error(error.code(), &error.to_string(), None),
    }
}

fn js_error(code: &str, message: &str, position: Option<(u32, u32)>) -> JsValue {
    let error = js_sys::Error::new(message);
    let set = |name: &str, value: JsValue| Reflect::set(&error, &name.into(), &value).is_ok();
    set("code", code.into());
    if let Some((line, column)) = position {
        set("line", line.into());
        set("column", column.into());
    }
    error.into()
}
