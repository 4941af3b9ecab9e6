//! Set cover: E = Σ cost · x + Σ over elements of weight when no chosen set holds it.
//!
//! **Weights.** `above` the cost of the cheapest set that holds the element is enough: to choose that set costs less than the penalty,
//! and raises no other. An element that three sets or more hold counts with a slack how many more than one of them are chosen.
//!
//! Source: Lucas (2014), §5.1.

use super::fields::{Id, NotNegative, Places};
use super::penalty::{Penalised, above};
use super::{Checked, Compiled, Kind, Violation};
use ketflow_error::Error;
use serde::Deserialize;
use serde_json::{Map, Value, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fields {
    #[serde(rename = "format")]
    _format: Option<String>,
    #[serde(rename = "problem")]
    _problem: String,
    elements: Vec<Id>,
    sets: Vec<SetFields>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetFields {
    id: Id,
    covers: Vec<Id>,
    cost: Option<NotNegative>,
}

/// Elements, and sets of them with costs.
#[derive(Debug, Clone, PartialEq)]
pub struct SetCover {
    elements: Vec<Id>,
    /// By element, the sets that hold it.
    holders: Vec<Vec<usize>>,
    sets: Vec<(Id, f64)>,
}

impl SetCover {
    pub(super) fn new(Fields { elements, sets, .. }: Fields) -> Result<Self, Error> {
        let places = Places::new("elements", &elements)?;
        Places::new("sets", sets.iter().map(|set| &set.id))?;
        let mut holders = vec![Vec::new(); elements.len()];
        for (k, set) in sets.iter().enumerate() {
            for (j, id) in set.covers.iter().enumerate() {
                let element = places.of(id, &format!("sets[{k}].covers[{j}]"), "elements")?;
                if holders[element].last() == Some(&k) {
                    return Err(Error::invalid(format!("sets[{k}].covers[{j}]: '{id}' is there twice; give it once")));
                }
                holders[element].push(k);
            }
        }
        if let Some(k) = holders.iter().position(Vec::is_empty) {
            return Err(Error::invalid(format!(
                "elements[{k}]: no set covers '{}'; add one, or take it out",
                elements[k]
            )));
        }
        let sets = sets.into_iter().map(|set| (set.id, set.cost.map_or(1.0, |cost| cost.0))).collect();
        Ok(Self { elements, holders, sets })
    }
}

impl Kind for SetCover {
    /// Whether each set is chosen.
    type Solution = Vec<bool>;
    const NAME: &'static str = "set-cover";

    fn compile(&self) -> Result<Compiled, Error> {
        let mut model = Penalised::new();
        for (id, cost) in &self.sets {
            let x = model.variable(id.to_string())?;
            model.linear(x, *cost)?;
        }
        for (id, sets) in self.elements.iter().zip(&self.holders) {
            let cheapest = sets.iter().map(|set| self.sets[*set].1).fold(f64::INFINITY, f64::min);
            model.at_least_one(&format!("more {id}"), sets, above(cheapest))?;
        }
        model.build()
    }

    fn decode(&self, values: &[bool]) -> Vec<bool> {
        values[..self.sets.len()].to_vec()
    }

    fn check(&self, chosen: &Vec<bool>) -> Checked {
        let cost = self.sets.iter().zip(chosen).filter(|(_, is_in)| **is_in).map(|((_, cost), _)| cost);
        let bare = self.elements.iter().zip(&self.holders).filter(|(_, sets)| !sets.iter().any(|set| chosen[*set]));
        let violation = |(id, _): (&Id, _)| {
            Violation::new(format!("element {id}"), 1.0, format!("no chosen set covers element {id}"))
        };
        Checked { objective: cost.sum::<f64>(), violations: bare.map(violation).collect() }
    }

    fn describe(&self, chosen: &Vec<bool>) -> Map<String, Value> {
        let ids: Vec<&Id> = self.sets.iter().zip(chosen).filter(|(_, is_in)| **is_in).map(|((id, _), _)| id).collect();
        Map::from_iter([("sets".into(), json!(ids))])
    }
}
