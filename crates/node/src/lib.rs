//! The door of Node: the four engines as one addon (Node-API 8). Its programs answer as those of the WASM packages do, to the same
//! bytes, without their 4 GiB and with the widest vectors of the processor.
//!
//! An error's message is JSON `{code, message, line?, column?}`.

mod engine;
mod poll;
#[cfg(feature = "seeded-panic")]
mod seeded_panic;

use engine::Engine;
use ketflow_error::{Error, RunError};
use ketflow_team::{MAX_THREADS, with_helpers};
use napi::bindgen_prelude::{FnArgs, Function, Uint8Array};
use napi_derive::napi;
use poll::Poll;

/// A source that its engine has read.
#[napi]
pub struct Program(Engine);

/// What a run gives.
#[napi(object)]
pub struct Run {
    /// The result container.
    pub container: Uint8Array,
    /// What each thread did, the leader first: of helpers milliseconds of work, of the leader those in which it waited.
    pub threads: Vec<Share>,
}

/// What one thread did.
#[napi(object)]
pub struct Share {
    /// Milliseconds.
    pub ms: f64,
    /// Pieces of shared tasks.
    pub pieces: f64,
}

#[napi]
impl Program {
    /// Reads the bytes of a source; `engine` is `statevector`, `annealer`, `scheduler` or `qnet`, `format` one of its formats or `auto`.
    #[napi(factory, catch_unwind)]
    pub fn parse(engine: String, format: String, source: Uint8Array) -> napi::Result<Self> {
        Engine::read(&engine, &format, &source).map(Self).map_err(refusal)
    }

    /// What the source was read as.
    #[napi(catch_unwind)]
    pub fn format(&self) -> String {
        self.0.format().to_owned()
    }

    /// JSON of what a picture or a result needs of the source.
    #[napi(catch_unwind)]
    pub fn view(&self) -> String {
        self.0.view()
    }

    /// JSON `[{line, column, message}]`: what was accepted without effect.
    #[napi(catch_unwind)]
    pub fn notes(&self) -> String {
        self.0.notes()
    }

    /// The circuit as an OpenQASM 3 program.
    #[napi(catch_unwind)]
    pub fn to_openqasm3(&self) -> napi::Result<String> {
        self.0.circuit().map(ketflow_circuit::print_openqasm3).map_err(refusal)
    }

    /// The circuit as the `input` of a job at IonQ.
    #[napi(catch_unwind)]
    pub fn to_ionq_json(&self) -> napi::Result<String> {
        self.0.circuit().and_then(ketflow_circuit::to_ionq_json).map_err(refusal)
    }

    /// JSON of the engine's `Estimate` for these options.
    #[napi(catch_unwind)]
    pub fn estimate(&self, options: String) -> napi::Result<String> {
        self.0.estimate(&options).map_err(refusal)
    }

    /// Runs it with at most `threads` threads. `poll(done, total, best)` is called every few milliseconds and returns 0 to go on, 1 to
    /// cancel, 2 to end a search with what was found.
    #[napi(catch_unwind)]
    pub fn run(
        &self,
        options: String,
        poll: Function<'_, FnArgs<(f64, f64, Option<f64>)>, u32>,
        threads: u32,
    ) -> napi::Result<Run> {
        with_helpers(threads.clamp(1, MAX_THREADS), |team| {
            #[cfg(feature = "seeded-panic")]
            seeded_panic::strike(team, &options);
            let container = self.0.run(team, &options, &mut Poll::new(&poll)).map_err(run_error)?;
            let threads = team.usage().into_iter().map(|used| Share { ms: used.ms, pieces: used.pieces as f64 }).collect();
            Ok(Run { container: container.into(), threads })
        })
    }
}

fn refusal(error: Error) -> napi::Error {
    said(error.code.as_str(), &error.message, error.position)
}

fn run_error(error: RunError) -> napi::Error {
    match error {
        RunError::Refused(error) => refusal(error),
        other => said(other.code(), &other.to_string(), None),
    }
}

fn said(code: &str, message: &str, position: Option<(u32, u32)>) -> napi::Error {
    let mut error = serde_json::json!({ "code": code, "message": message });
    if let Some((line, column)) = position {
        error["line"] = line.into();
        error["column"] = column.into();
    }
    napi::Error::from_reason(error.to_string())
}
