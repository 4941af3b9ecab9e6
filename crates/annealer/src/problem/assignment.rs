//! Quadratic assignment: x of (facility, location), E = Σ flow · distance · x · x + Σ cost · x + the penalties of `permutation.rs`.
//! With costs alone it is the linear assignment.
//!
//! **Weight.** One more facility a at an empty location k adds its cost and what flows between it and the others. These stand at
//! different locations, so that is at most the sum of flows times distances with both in descending order (rearrangement
//! inequality), from and to. `above` half of the largest such rise over all (a, k) is enough.
//!
//! Source: Koopmans, Beckmann, "Assignment problems and the location of economic activities", Econometrica 25 (1957).

use super::fields::{Id, NotNegative, Places, check_square};
use super::penalty::{Penalised, above};
use super::{Checked, Compiled, Kind, permutation};
use ketflow_error::Error;
use serde::Deserialize;
use serde_json::{Map, Value, json};

type Matrix = Vec<Vec<f64>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fields {
    #[serde(rename = "format")]
    _format: Option<String>,
    #[serde(rename = "problem")]
    _problem: String,
    facilities: Vec<Id>,
    locations: Vec<Id>,
    flows: Option<Vec<Vec<NotNegative>>>,
    distances: Option<Vec<Vec<NotNegative>>>,
    costs: Option<Vec<Vec<NotNegative>>>,
}

/// As many facilities as locations, and what it costs where they are.
#[derive(Debug, Clone, PartialEq)]
pub struct Assignment {
    facilities: Vec<Id>,
    locations: Vec<Id>,
    flows: Matrix,
    distances: Matrix,
    costs: Matrix,
}

impl Assignment {
    pub(super) fn new(fields: Fields) -> Result<Self, Error> {
        let Fields { facilities, locations, .. } = fields;
        Places::new("facilities", &facilities)?;
        Places::new("locations", &locations)?;
        let size = facilities.len();
        if locations.len() != size {
            let count = locations.len();
            return Err(Error::invalid(format!(
                "there are {size} facilities and {count} locations; give as many of both"
            )));
        }
        if fields.flows.is_some() != fields.distances.is_some() || fields.flows.is_none() && fields.costs.is_none() {
            return Err(Error::invalid("give flows and distances, or costs, or all three"));
        }
        let matrix = |name: &str, rows: Option<Vec<Vec<NotNegative>>>| {
            let Some(rows) = rows else { return Ok(vec![vec![0.0; size]; size]) };
            check_square(name, &rows, size)?;
            Ok(rows.into_iter().map(|row| row.into_iter().map(|it| it.0).collect()).collect())
        };
        Ok(Self {
            flows: matrix("flows", fields.flows)?,
            distances: matrix("distances", fields.distances)?,
            costs: matrix("costs", fields.costs)?,
            facilities,
            locations,
        })
    }

    /// The most that one more facility at a location can add.
    fn largest_rise(&self) -> f64 {
        let size = self.facilities.len();
        let others = |k: usize, value: &dyn Fn(usize) -> f64| {
            let mut list: Vec<f64> = (0..size).filter(|other| *other != k).map(value).collect();
            list.sort_unstable_by(f64::total_cmp);
            list
        };
        let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let sorted = |matrix: &Matrix| -> Vec<[Vec<f64>; 2]> {
            (0..size).map(|k| [others(k, &|other| matrix[k][other]), others(k, &|other| matrix[other][k])]).collect()
        };
        let (flows, distances) = (sorted(&self.flows), sorted(&self.distances));
        let mut largest = 0.0f64;
        for (a, own) in flows.iter().enumerate() {
            for (k, ways) in distances.iter().enumerate() {
                let ways = product(&own[0], &ways[0]) + product(&own[1], &ways[1]);
                largest = largest.max(self.costs[a][k] + self.flows[a][a] * self.distances[k][k] + ways);
            }
        }
        largest
    }
}

impl Kind for Assignment {
    /// The locations of each facility.
    type Solution = Vec<Vec<usize>>;
    const NAME: &'static str = "assignment";

    fn compile(&self) -> Result<Compiled, Error> {
        let (mut model, size) = (Penalised::new(), self.facilities.len());
        let label = |a: usize, k: usize| format!("{}@{}", self.facilities[a], self.locations[k]);
        permutation::compile(&mut model, size, above(self.largest_rise() / 2.0), label)?;
        let x = |facility: usize, location: usize| facility * size + location;
        for a in 0..size {
            for k in 0..size {
                model.linear(x(a, k), self.costs[a][k] + self.flows[a][a] * self.distances[k][k])?;
            }
            for b in (0..size).filter(|b| *b != a && self.flows[a][*b] != 0.0) {
                for k in 0..size {
                    let others = (0..size).filter(|l| *l != k);
                    others
                        .into_iter()
                        .try_for_each(|l| model.product(x(a, k), x(b, l), self.flows[a][b] * self.distances[k][l]))?;
                }
            }
        }
        model.build()
    }

    fn decode(&self, values: &[bool]) -> Vec<Vec<usize>> {
        permutation::decode(values, self.facilities.len())
    }

    fn check(&self, locations: &Vec<Vec<usize>>) -> Checked {
        let words = ["facility", "location"];
        let violations = permutation::violations(locations, &self.facilities, &self.locations, words);
        let mut cost = 0.0;
        for (a, from) in locations.iter().enumerate() {
            for k in from {
                cost += self.costs[a][*k];
                let ways = locations.iter().enumerate().flat_map(|(b, to)| to.iter().map(move |l| (b, *l)));
                cost += ways.map(|(b, l)| self.flows[a][b] * self.distances[*k][l]).sum::<f64>();
            }
        }
        Checked { objective: cost, violations }
    }

    fn describe(&self, locations: &Vec<Vec<usize>>) -> Map<String, Value> {
        let row = |(id, at): (&Id, &Vec<usize>)| json!({ "facility": id, "location": at.first().map(|location| &self.locations[*location]) });
        Map::from_iter([("assignment".into(), self.facilities.iter().zip(locations).map(row).collect())])
    }
}
