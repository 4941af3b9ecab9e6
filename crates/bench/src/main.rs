//! The native subject of the benchmarks. Reads requests from standard input, one JSON document per line, and answers each with
//! one line; `docs/benchmarks.md` describes the protocol. With `--naive` the definition answers instead of the engine.

mod limit;
mod naive;
mod program;
mod stream;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use program::{Program, text};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::io::{BufRead, Write as _};
use std::time::Instant;

/// Either `run` or `stream`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    #[serde(borrow)]
    run: Option<Job<'a>>,
    #[serde(default)]
    want_result: bool,
    stream: Option<Walk>,
}

#[derive(Deserialize)]
struct Job<'a> {
    #[serde(rename = "type")]
    job_type: String,
    format: String,
    source: String,
    #[serde(borrow)]
    options: &'a RawValue,
}

#[derive(Deserialize)]
struct Walk {
    bytes: usize,
    repeats: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase", untagged)]
enum Reply {
    #[serde(rename_all = "camelCase")]
    Engine {
        engine_ms: f64,
        result_hash: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        container: Option<String>,
    },
    #[serde(rename_all = "camelCase")]
    Naive {
        engine_ms: f64,
        #[serde(skip_serializing_if = "Option::is_none")]
        result: Option<naive::Answer>,
    },
    #[serde(rename_all = "camelCase")]
    Stream {
        scale_bytes_per_second: f64,
    },
    Error {
        error: String,
    },
}

fn main() -> std::io::Result<()> {
    let is_naive = std::env::args().any(|argument| argument == "--naive");
    let mut output = std::io::stdout().lock();
    // The last program stays parsed, as a worker of the pool keeps it: rounds repeat it, and parsing is not measured here.
    let mut last: Option<(String, Program)> = None;
    for line in std::io::stdin().lock().lines() {
        let reply = answer(&line?, is_naive, &mut last).unwrap_or_else(|error| Reply::Error { error });
        serde_json::to_writer(&mut output, &reply)?;
        output.write_all(b"\n")?;
        output.flush()?;
    }
    Ok(())
}

fn answer(line: &str, is_naive: bool, last: &mut Option<(String, Program)>) -> Result<Reply, String> {
    let request: Request = serde_json::from_str(line).map_err(|error| format!("request: {error}"))?;
    if let Some(stream) = request.stream {
        let scale_bytes_per_second = stream::scale_bytes_per_second(stream.bytes, stream.repeats)?;
        return Ok(Reply::Stream { scale_bytes_per_second });
    }
    let (job, want_result) = (request.run.ok_or("request: it has neither run nor stream")?, request.want_result);
    if last.as_ref().is_none_or(|(source, _)| *source != job.source) {
        let program = Program::read(&job.job_type, &job.format, &job.source)?;
        *last = Some((job.source, program));
    }
    let Some((_, program)) = last else { return Err("no program".into()) };
    if is_naive {
        let Program::Circuit(circuit) = program else { return Err("the naive twin runs circuits".into()) };
        let options = ketflow_statevector::Options::from_json(job.options.get()).map_err(text)?;
        let start = Instant::now();
        let result = naive::answer(circuit, &options)?;
        return Ok(Reply::Naive { engine_ms: milliseconds(start), result: want_result.then_some(result) });
    }
    let start = Instant::now();
    let container = program.run(job.options)?;
    let engine_ms = milliseconds(start);
    let mut result_hash = String::new();
    for byte in Sha256::digest(&container) {
        write!(result_hash, "{byte:02x}").map_err(|error| error.to_string())?;
    }
    Ok(Reply::Engine { engine_ms, result_hash, container: want_result.then(|| BASE64_STANDARD.encode(&container)) })
}

fn milliseconds(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1e3
}
