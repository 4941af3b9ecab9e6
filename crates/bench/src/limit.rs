//! A job's limit of time: engines have no clock, so whoever watches a run ends it.

use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::time::{Duration, Instant};

/// More schedules than a day has room for, as a run with a limit alone has in a worker.
const ENDLESS_ITERATIONS: u64 = 900_000_000_000;

/// Ends a run when its time is over.
pub struct Deadline(Option<Instant>);

impl Deadline {
    /// Splits `timeLimitMs` off the options of a schedule job; its time runs from now on.
    ///
    /// # Errors
    /// A sentence: the options are no object, or the limit is no number above 0.
    pub fn of_schedule(options: &RawValue) -> Result<(String, Self), String> {
        let mut options: Map<String, Value> = serde_json::from_str(options.get()).map_err(|error| error.to_string())?;
        let Some(limit) = options.remove("timeLimitMs") else {
            return Ok((Value::from(options).to_string(), Self(None)));
        };
        let limit = limit.as_f64().filter(|limit| *limit > 0.0).ok_or("timeLimitMs is no number above 0")?;
        options.entry("iterations").or_insert_with(|| ENDLESS_ITERATIONS.into());
        let end = Instant::now() + Duration::try_from_secs_f64(limit / 1e3).map_err(|error| error.to_string())?;
        Ok((Value::from(options).to_string(), Self(Some(end))))
    }
}

impl ketflow_scheduler::Monitor for Deadline {
    fn poll(&mut self, _: ketflow_scheduler::Progress) -> ketflow_scheduler::Answer {
        match self.0 {
            Some(end) if Instant::now() >= end => ketflow_scheduler::Answer::Finish,
            _ => ketflow_scheduler::Answer::Continue,
        }
    }
}
