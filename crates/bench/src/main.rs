//! The native subject of the benchmarks. Reads requests from standard input, one JSON document per line, and answers each with
//! one line; `docs/benchmarks.md` describes the protocol. With `--naive` the definition answers instead of the engine.

mod naive;
mod stream;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ketflow_circuit::{Circuit, Format, parse};
use ketflow_statevector::{Options, Unmonitored, run};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::io::{BufRead, Write as _};
use std::time::Instant;

#[derive(Deserialize)]
#[serde(untagged)]
enum Request {
    Run {
        run: Box<Job>,
        #[serde(rename = "wantResult")]
        want_result: bool,
    },
    Stream {
        stream: Walk,
    },
}

#[derive(Deserialize)]
struct Job {
    format: String,
    source: String,
    options: Options,
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
    let mut last: Option<(String, Circuit)> = None;
    for line in std::io::stdin().lock().lines() {
        let reply = answer(&line?, is_naive, &mut last).unwrap_or_else(|error| Reply::Error { error });
        serde_json::to_writer(&mut output, &reply)?;
        output.write_all(b"\n")?;
        output.flush()?;
    }
    Ok(())
}

fn answer(line: &str, is_naive: bool, last: &mut Option<(String, Circuit)>) -> Result<Reply, String> {
    let (job, want_result) = match serde_json::from_str(line).map_err(|error| format!("request: {error}"))? {
        Request::Run { run, want_result } => (run, want_result),
        Request::Stream { stream } => {
            let scale_bytes_per_second = stream::scale_bytes_per_second(stream.bytes, stream.repeats)?;
            return Ok(Reply::Stream { scale_bytes_per_second });
        }
    };
    if last.as_ref().is_none_or(|(source, _)| *source != job.source) {
        let format = Format::from_name(&job.format).ok_or_else(|| format!("format {:?} is not known", job.format))?;
        let circuit = parse(format, &job.source).map_err(|error| error.to_string())?.circuit;
        *last = Some((job.source, circuit));
    }
    let Some((_, circuit)) = last else { return Err("no program".into()) };
    let start = Instant::now();
    if is_naive {
        let result = naive::answer(circuit, &job.options)?;
        return Ok(Reply::Naive { engine_ms: milliseconds(start), result: want_result.then_some(result) });
    }
    let container = run(circuit, &job.options, &mut Unmonitored).map_err(|error| error.to_string())?.to_container();
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
