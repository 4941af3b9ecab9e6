//! Graph colouring: x of (vertex, colour), E = Σ over edges and colours of x·x + Σ over vertices of weight · (1 − Σ x)².
//!
//! **Weights.** ⌊degree / colours⌋ + 1 is enough for a vertex: from any sample take all but one colour away from each vertex, which
//! raises nothing; then give each vertex without one the colour that the fewest of its neighbours have, which are at most
//! ⌊degree / colours⌋, because each of them has one colour at most.
//!
//! Source: Lucas (2014), §6.1.

use super::fields::{Id, Whole};
use super::max_cut::{Edge, placed_edges};
use super::penalty::Penalised;
use super::{Checked, Compiled, Kind, Violation};
use ketflow_error::Error;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fields {
    #[serde(rename = "format")]
    _format: Option<String>,
    #[serde(rename = "problem")]
    _problem: String,
    vertices: Vec<Id>,
    edges: Vec<[Id; 2]>,
    colors: Whole,
}

/// A graph and the number of colours that it may have.
#[derive(Debug, Clone, PartialEq)]
pub struct GraphColoring {
    vertices: Vec<Id>,
    /// Each pair once, the lower place first.
    edges: Vec<(usize, usize)>,
    colors: usize,
}

impl GraphColoring {
    pub(super) fn new(Fields { vertices, edges, colors, .. }: Fields) -> Result<Self, Error> {
        if colors.0 == 0 {
            return Err(Error::invalid("colors is 0; give at least 1"));
        }
        let edges: Vec<Edge> = edges.into_iter().map(|[from, to]| Edge::Plain(from, to)).collect();
        let pairs = placed_edges(&vertices, &edges)?.into_iter().map(|(u, v, _)| (u.min(v), u.max(v)));
        let edges = pairs.collect::<BTreeSet<(usize, usize)>>().into_iter().collect();
        Ok(Self { vertices, edges, colors: colors.0 as usize })
    }
}

impl Kind for GraphColoring {
    /// The colours of each vertex.
    type Solution = Vec<Vec<usize>>;
    const NAME: &'static str = "graph-coloring";

    fn compile(&self) -> Result<Compiled, Error> {
        let (mut model, colors) = (Penalised::new(), self.colors);
        let mut degrees = vec![0usize; self.vertices.len()];
        for (u, v) in &self.edges {
            degrees[*u] += 1;
            degrees[*v] += 1;
        }
        for (id, degree) in self.vertices.iter().zip(degrees) {
            let own =
                (0..colors).map(|color| model.variable(format!("{id}:{color}"))).collect::<Result<Vec<_>, _>>()?;
            model.exactly_one(&own, (degree / colors + 1) as f64)?;
        }
        for (u, v) in &self.edges {
            (0..colors).try_for_each(|color| model.product(u * colors + color, v * colors + color, 1.0))?;
        }
        model.build()
    }

    fn decode(&self, values: &[bool]) -> Vec<Vec<usize>> {
        let row = |row: &[bool]| (0..self.colors).filter(|color| row[*color]).collect();
        values.chunks(self.colors).take(self.vertices.len()).map(row).collect()
    }

    fn check(&self, colors: &Vec<Vec<usize>>) -> Checked {
        let mut violations = Vec::new();
        for (id, own) in self.vertices.iter().zip(colors).filter(|(_, own)| own.len() != 1) {
            let message = format!("vertex {id} has {} colors; it needs exactly one", own.len());
            violations.push(Violation::new(format!("vertex {id}"), own.len().abs_diff(1) as f64, message));
        }
        let mut conflicts = 0.0;
        for (u, v) in &self.edges {
            if let Some(color) = colors[*u].iter().find(|color| colors[*v].contains(color)) {
                let (u, v) = (&self.vertices[*u], &self.vertices[*v]);
                let message = format!("both ends of the edge {u} – {v} have color {color}");
                violations.push(Violation::new(format!("edge {u} – {v}"), 1.0, message));
                conflicts += 1.0;
            }
        }
        Checked { objective: conflicts, violations }
    }

    fn describe(&self, colors: &Vec<Vec<usize>>) -> Map<String, Value> {
        let used: BTreeSet<&usize> = colors.iter().flatten().collect();
        let vertex = |(id, own): (&Id, &Vec<usize>)| json!({ "vertex": id, "color": own.first() });
        let list: Value = self.vertices.iter().zip(colors).map(vertex).collect();
        Map::from_iter([("coloring".into(), list), ("colorsUsed".into(), json!(used.len()))])
    }
}
