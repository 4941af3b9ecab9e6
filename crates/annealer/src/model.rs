//! A model as it was read, with what it was compiled from.

use crate::bqm::Bqm;
use crate::format::Format;
use crate::labels::Labels;
use crate::problem::{Descent, Problem};

/// A model as it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// The model itself, over variables 0, 1, ….
    pub bqm: Bqm,
    /// What the source calls them.
    pub labels: Labels,
    /// As what it was read.
    pub format: Format,
    /// What the model was compiled from, where that is a problem of its own words.
    pub problem: Option<Problem>,
    /// How its samples go down at the end of a search.
    pub(crate) descent: Option<Descent>,
}

impl Model {
    /// A model that no problem was compiled to.
    pub fn new(bqm: Bqm, labels: Labels, format: Format) -> Self {
        Self { bqm, labels, format, problem: None, descent: None }
    }

    /// Whether the source is a graph whose edges are to be cut.
    pub fn is_graph(&self) -> bool {
        self.format == Format::Rudy || matches!(self.problem, Some(Problem::MaxCut(_)))
    }
}
