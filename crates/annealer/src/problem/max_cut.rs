//! Maximum cut: spins, E = Σ w s s, and the cut weighs (W − E) / 2. Nothing can be broken, so there is no penalty.

use super::fields::{Id, Places, number};
use super::{Checked, Compiled, Kind};
use crate::bqm::{BqmBuilder, Vartype};
use ketflow_error::Error;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// An edge, `[u, v]` or `[u, v, weight]`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged, expecting = "an edge: give [u, v] or [u, v, weight]")]
pub(super) enum Edge {
    Plain(Id, Id),
    Weighted(Id, Id, f64),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fields {
    #[serde(rename = "format")]
    _format: Option<String>,
    #[serde(rename = "problem")]
    _problem: String,
    vertices: Vec<Id>,
    edges: Vec<Edge>,
}

/// A graph with weights.
#[derive(Debug, Clone, PartialEq)]
pub struct MaxCut {
    vertices: Vec<Id>,
    edges: Vec<(usize, usize, f64)>,
}

/// The ends of edges by the places of their vertices.
///
/// # Errors
/// `invalid-input` for unknown vertices and for an edge from a vertex to itself.
pub(super) fn placed_edges(vertices: &[Id], edges: &[Edge]) -> Result<Vec<(usize, usize, f64)>, Error> {
    let places = Places::new("vertices", vertices)?;
    let placed = |(k, edge): (usize, &Edge)| {
        let (from, to, weight) = match edge {
            Edge::Plain(from, to) => (from, to, 1.0),
            Edge::Weighted(from, to, weight) => (from, to, *weight),
        };
        let path = format!("edges[{k}]");
        let ends = (places.of(from, &path, "vertices")?, places.of(to, &path, "vertices")?);
        if ends.0 == ends.1 {
            return Err(Error::invalid(format!("{path}: an edge from '{from}' to itself; take it out")));
        }
        Ok((ends.0, ends.1, weight))
    };
    edges.iter().enumerate().map(placed).collect()
}

impl MaxCut {
    pub(super) fn new(Fields { vertices, edges, .. }: Fields) -> Result<Self, Error> {
        let edges = placed_edges(&vertices, &edges)?;
        Ok(Self { vertices, edges })
    }
}

impl Kind for MaxCut {
    /// Whether each vertex is on the second side.
    type Solution = Vec<bool>;
    const NAME: &'static str = "max-cut";
    const IS_MAXIMISED: bool = true;

    fn compile(&self) -> Result<Compiled, Error> {
        let mut model = BqmBuilder::new(Vartype::Spin);
        model.reserve(self.vertices.len())?;
        self.edges.iter().try_for_each(|(from, to, weight)| model.add_coupling(*from, *to, *weight))?;
        let labels = self.vertices.iter().map(|id| json!(id).to_string()).collect();
        Ok(Compiled { bqm: model.build()?, labels, descent: None })
    }

    fn decode(&self, values: &[bool]) -> Vec<bool> {
        values[..self.vertices.len()].to_vec()
    }

    fn check(&self, sides: &Vec<bool>) -> Checked {
        let cut = self.edges.iter().filter(|(from, to, _)| sides[*from] != sides[*to]).map(|(_, _, weight)| weight);
        Checked { objective: cut.sum::<f64>(), violations: Vec::new() }
    }

    fn describe(&self, sides: &Vec<bool>) -> Map<String, Value> {
        let side = |wanted: bool| -> Vec<&Id> {
            self.vertices.iter().zip(sides).filter(|(_, side)| **side == wanted).map(|(id, _)| id).collect()
        };
        let weight = self.edges.iter().map(|(_, _, weight)| weight).sum::<f64>();
        Map::from_iter([("sides".into(), json!([side(false), side(true)])), ("totalWeight".into(), number(weight))])
    }
}
