//! `ketflow-problem/1`: a problem as JSON. `docs/problems.md` has the fields.

use super::Problem;
use super::fields::shortened;
use super::{assignment, graph_coloring, knapsack, max_cut, number_partitioning};
use super::{portfolio, scheduling, set_cover, travelling_salesman};
use ketflow_error::Error;
use serde::Deserialize;
use serde::de::DeserializeOwned;

const FORMAT: &str = "ketflow-problem/1";

/// What every document has; the fields of its kind are read with the kind known.
#[derive(Deserialize)]
struct Head {
    format: Option<String>,
    problem: String,
}

type Reader = fn(&str) -> Result<Problem, Error>;

/// The kinds of problems that are documents.
const KINDS: [(&str, Reader); 9] = [
    ("max-cut", |text| max_cut::MaxCut::new(fields(text)?).map(Problem::MaxCut)),
    ("number-partitioning", |text| {
        number_partitioning::NumberPartitioning::new(fields(text)?).map(Problem::NumberPartitioning)
    }),
    ("graph-coloring", |text| graph_coloring::GraphColoring::new(fields(text)?).map(Problem::GraphColoring)),
    ("knapsack", |text| knapsack::Knapsack::new(fields(text)?).map(Problem::Knapsack)),
    ("set-cover", |text| set_cover::SetCover::new(fields(text)?).map(Problem::SetCover)),
    ("travelling-salesman", |text| {
        travelling_salesman::TravellingSalesman::new(fields(text)?).map(Problem::TravellingSalesman)
    }),
    ("assignment", |text| assignment::Assignment::new(fields(text)?).map(Problem::Assignment)),
    ("portfolio", |text| portfolio::Portfolio::new(fields(text)?).map(Problem::Portfolio)),
    ("scheduling", |text| scheduling::Scheduling::new(fields(text)?).map(Problem::Scheduling)),
];

/// Reads a document.
///
/// # Errors
/// `invalid-input` with line and column where the JSON or a field is wrong, with the path of the field where its value is.
pub(crate) fn read(text: &str) -> Result<Problem, Error> {
    let head: Head = fields(text)?;
    if let Some(format) = head.format.filter(|format| format != FORMAT) {
        let found = shortened(&format);
        return Err(Error::invalid(format!("format is '{found}'; this version reads '{FORMAT}'")).at(1, 1));
    }
    let Some((_, reader)) = KINDS.iter().find(|(name, _)| *name == head.problem) else {
        let (found, known) = (shortened(&head.problem), KINDS.map(|(name, _)| name).join(", "));
        return Err(Error::invalid(format!("problem is '{found}'; give one of {known}")).at(1, 1));
    };
    reader(text)
}

/// The error of serde with its place taken out of the message.
fn fields<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    serde_json::from_str(text).map_err(|error| {
        let message = error.to_string();
        let reason = message.split(" at line ").next().unwrap_or(&message);
        let place = (error.line().max(1) as u32, error.column().max(1) as u32);
        Error::invalid(format!("not a {FORMAT} document: {reason}")).at(place.0, place.1)
    })
}
