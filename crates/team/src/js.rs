//! The team of a WebAssembly memory, as the workers of its host join and read it. An engine that uses the team exports these
//! functions beside its own.

use crate::Team;
use wasm_bindgen::prelude::*;

/// The leader and helpers of this memory. In a build for one thread nobody ever enrols.
pub static TEAM: Team = Team::alone();

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    pub(crate) fn now_ms() -> f64;
}

/// Adds the calling worker to the team of this memory, before it calls `help`; 0 when the team is full.
#[wasm_bindgen(js_name = enrolHelper)]
pub fn enrol_helper() -> u32 {
    TEAM.enrol().unwrap_or(0)
}

/// Helps the leader; does not return, so the worker has to be terminated from outside.
#[wasm_bindgen]
pub fn help(number: u32) {
    TEAM.help(number);
}

/// Tells the leader that `help` has thrown.
#[wasm_bindgen(js_name = loseHelper)]
pub fn lose_helper(number: u32) {
    TEAM.lose_helper(number);
}

/// What each thread of the last run did: for each, the leader first, milliseconds and pieces. Those of helpers are the
/// time in which they worked, those of the leader the time in which it waited for helpers.
#[wasm_bindgen(js_name = threadUse)]
pub fn thread_use() -> Vec<f64> {
    TEAM.usage().iter().flat_map(|thread| [thread.ms, thread.pieces as f64]).collect()
}
