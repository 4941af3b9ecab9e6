//! Problems of their own words: from their data to a binary quadratic model, and from a sample back to a solution that is checked.
//!
//! Each kind is a file with three parts that know as little as possible of each other: `compile` makes the model, with penalties
//! whose size the file justifies; `decode` reads a sample, whatever it breaks; `check` judges what was decoded by the problem's
//! data alone, never by the model, so that a wrong penalty cannot vouch for itself.

mod assignment;
mod descent;
mod document;
mod fields;
mod graph_coloring;
mod knapsack;
mod lp_expression;
mod lp_file;
mod lp_tokens;
mod max_cut;
mod number_partitioning;
mod penalty;
mod permutation;
mod portfolio;
mod quadratic_program;
mod scheduling;
mod set_cover;
mod travelling_salesman;

use crate::bqm::Bqm;
use ketflow_error::Error;
use serde_json::{Map, Value, json};

pub(crate) use descent::Descent;
pub(crate) use document::read;
pub(crate) use lp_file::read as read_lp;

/// The model of a problem.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Compiled {
    pub(crate) bqm: Bqm,
    /// What its variables stand for, as JSON.
    pub(crate) labels: Vec<String>,
    /// Where there are slacks.
    pub(crate) descent: Option<Descent>,
}

/// Something that a solution breaks.
#[derive(Debug, Clone, PartialEq)]
pub struct Violation {
    /// What is broken, such as `capacity`, or the name of a constraint.
    pub constraint: String,
    /// By how much, above 0.
    pub by: f64,
    /// The same for a person.
    pub message: String,
}

impl Violation {
    fn new(constraint: impl Into<String>, by: f64, message: String) -> Self {
        Self { constraint: constraint.into(), by, message }
    }
}

/// What a solution is worth.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    /// In the problem's own sense and unit; what an infeasible solution would be worth is no promise.
    pub objective: f64,
    /// None where the solution is feasible.
    pub violations: Vec<Violation>,
}

/// A kind of problem.
trait Kind {
    /// What a sample means, feasible or not.
    type Solution;
    /// As the document calls it.
    const NAME: &'static str;
    /// Large objectives are wanted.
    const IS_MAXIMISED: bool = false;

    fn compile(&self) -> Result<Compiled, Error>;
    fn decode(&self, values: &[bool]) -> Self::Solution;
    fn check(&self, solution: &Self::Solution) -> Checked;
    /// The fields of the solution that belong to its kind.
    fn describe(&self, solution: &Self::Solution) -> Map<String, Value>;

    fn is_maximised(&self) -> bool {
        Self::IS_MAXIMISED
    }
}

/// A problem of one of the kinds.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Problem {
    /// Two sides of a graph with as much weight between them as possible.
    MaxCut(max_cut::MaxCut),
    /// Two sets of numbers with sums as equal as possible.
    NumberPartitioning(number_partitioning::NumberPartitioning),
    /// Colours for vertices, different ones at the ends of each edge.
    GraphColoring(graph_coloring::GraphColoring),
    /// Items of much value within a capacity.
    Knapsack(knapsack::Knapsack),
    /// Cheap sets that hold every element.
    SetCover(set_cover::SetCover),
    /// A short tour through all cities.
    TravellingSalesman(travelling_salesman::TravellingSalesman),
    /// Facilities at locations, so that what flows between them goes short ways.
    Assignment(assignment::Assignment),
    /// A number of assets of much return and little risk.
    Portfolio(portfolio::Portfolio),
    /// Jobs on identical machines that end early.
    Scheduling(scheduling::Scheduling),
    /// Integers under linear constraints.
    QuadraticProgram(quadratic_program::QuadraticProgram),
}

macro_rules! with_kind {
    ($problem:expr, $kind:ident => $body:expr) => {
        match $problem {
            Problem::MaxCut($kind) => $body,
            Problem::NumberPartitioning($kind) => $body,
            Problem::GraphColoring($kind) => $body,
            Problem::Knapsack($kind) => $body,
            Problem::SetCover($kind) => $body,
            Problem::TravellingSalesman($kind) => $body,
            Problem::Assignment($kind) => $body,
            Problem::Portfolio($kind) => $body,
            Problem::Scheduling($kind) => $body,
            Problem::QuadraticProgram($kind) => $body,
        }
    };
}

impl Problem {
    pub(crate) fn compile(&self) -> Result<Compiled, Error> {
        with_kind!(self, kind => kind.compile())
    }

    /// As the document calls it.
    pub fn kind(&self) -> &'static str {
        fn name<K: Kind>(_: &K) -> &'static str {
            K::NAME
        }
        with_kind!(self, kind => name(kind))
    }

    /// Whether large objectives are wanted.
    pub fn is_maximised(&self) -> bool {
        with_kind!(self, kind => kind.is_maximised())
    }

    /// What a sample of the problem's model is worth, judged by the problem's data alone.
    ///
    /// # Panics
    /// When the sample is shorter than the model.
    pub fn check(&self, values: &[bool]) -> Checked {
        with_kind!(self, kind => kind.check(&kind.decode(values)))
    }

    /// The solution that a sample stands for: `{problem, objective, feasible, violations, …}` with the fields of its kind.
    ///
    /// # Panics
    /// When the sample is shorter than the model.
    pub fn solution(&self, values: &[bool]) -> Value {
        let (mut fields, checked) = with_kind!(self, kind => {
            let solution = kind.decode(values);
            (kind.describe(&solution), kind.check(&solution))
        });
        let violation = |it: &Violation| json!({ "constraint": it.constraint, "by": it.by, "message": it.message });
        fields.insert("problem".into(), self.kind().into());
        fields.insert("objective".into(), fields::number(checked.objective));
        fields.insert("feasible".into(), checked.violations.is_empty().into());
        fields.insert("violations".into(), checked.violations.iter().map(violation).collect());
        Value::Object(fields)
    }
}
