//! Travelling salesman: x of (city, position) for all cities but the first, which stands at position 0; E = the distances between
//! cities at neighbouring positions + the penalties of `permutation.rs`.
//!
//! **Weight.** One more city at an empty position adds its distances from the one before and to the one behind: at most twice the
//! largest distance, so `above` the largest distance is enough.
//!
//! Source: Lucas (2014), §7.2.

use super::fields::{Id, NotNegative, Places, check_square};
use super::penalty::{Penalised, above};
use super::{Checked, Compiled, Kind, permutation};
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
    cities: Vec<Id>,
    distances: Option<Vec<Vec<NotNegative>>>,
    coordinates: Option<Vec<[f64; 2]>>,
}

/// Cities and the distance from each to each.
#[derive(Debug, Clone, PartialEq)]
pub struct TravellingSalesman {
    cities: Vec<Id>,
    distances: Vec<Vec<f64>>,
}

impl TravellingSalesman {
    pub(super) fn new(Fields { cities, distances, coordinates, .. }: Fields) -> Result<Self, Error> {
        Places::new("cities", &cities)?;
        let size = cities.len();
        if size < 2 {
            return Err(Error::invalid("cities has one entry; a tour has at least 2"));
        }
        let distances: Vec<Vec<f64>> = match (distances, coordinates) {
            (Some(rows), None) => {
                check_square("distances", &rows, size)?;
                rows.into_iter().map(|row| row.into_iter().map(|it| it.0).collect()).collect()
            }
            (None, Some(points)) if points.len() == size => {
                let distance = |[a, b]: [f64; 2], [c, d]: [f64; 2]| ((a - c) * (a - c) + (b - d) * (b - d)).sqrt();
                points.iter().map(|from| points.iter().map(|to| distance(*from, *to)).collect()).collect()
            }
            (None, Some(points)) => {
                return Err(Error::invalid(format!("coordinates has {} entries; give {size}", points.len())));
            }
            _ => return Err(Error::invalid("give distances or coordinates, and not both")),
        };
        Ok(Self { cities, distances })
    }

    /// Cities and positions behind the first.
    fn rest(&self) -> usize {
        self.cities.len() - 1
    }
}

impl Kind for TravellingSalesman {
    /// The positions behind the first one of each city but the first, counted from 0.
    type Solution = Vec<Vec<usize>>;
    const NAME: &'static str = "travelling-salesman";

    fn compile(&self) -> Result<Compiled, Error> {
        let (mut model, size) = (Penalised::new(), self.rest());
        // The diagonal is no way to anywhere.
        let ways = self.distances.iter().enumerate().flat_map(|(k, row)| row[..k].iter().chain(&row[k + 1..]));
        let longest = ways.copied().fold(0.0, f64::max);
        let label = |city: usize, position: usize| format!("{}@{}", self.cities[city + 1], position + 1);
        permutation::compile(&mut model, size, above(longest), label)?;
        let x = |city: usize, position: usize| (city - 1) * size + position;
        for city in 1..=size {
            model.linear(x(city, 0), self.distances[0][city])?;
            model.linear(x(city, size - 1), self.distances[city][0])?;
            for next in (1..=size).filter(|next| *next != city) {
                let distance = self.distances[city][next];
                (1..size).try_for_each(|k| model.product(x(city, k - 1), x(next, k), distance))?;
            }
        }
        model.build()
    }

    fn decode(&self, values: &[bool]) -> Vec<Vec<usize>> {
        permutation::decode(values, self.rest())
    }

    fn check(&self, positions: &Vec<Vec<usize>>) -> Checked {
        let names: Vec<Id> = (1..=self.rest() as u64).map(Id::Number).collect();
        let violations = permutation::violations(positions, &self.cities[1..], &names, ["city", "position"]);
        let tour: Vec<usize> = self.tour(positions).into_iter().flatten().collect();
        let steps = tour.iter().zip(tour.iter().cycle().skip(1)).filter(|(from, to)| from != to);
        Checked { objective: steps.map(|(from, to)| self.distances[*from][*to]).sum::<f64>(), violations }
    }

    fn describe(&self, positions: &Vec<Vec<usize>>) -> Map<String, Value> {
        let tour: Vec<Option<&Id>> = self.tour(positions).into_iter().map(|at| at.map(|k| &self.cities[k])).collect();
        Map::from_iter([("tour".into(), json!(tour))])
    }
}

impl TravellingSalesman {
    /// The city at each position, the first one of several.
    fn tour(&self, positions: &[Vec<usize>]) -> Vec<Option<usize>> {
        let at = |position: usize| (0..self.rest()).find(|city| positions[*city].contains(&position));
        std::iter::once(Some(0)).chain((0..self.rest()).map(|position| at(position).map(|city| city + 1))).collect()
    }
}
