//! Number partitioning: spins, E = (Σ aᵢ sᵢ)², the square of the difference of the two sums. There is no penalty.
//!
//! Source: Lucas, "Ising formulations of many NP problems", Frontiers in Physics 2 (2014), §2.1.

use super::fields::{Whole, sum_up_to};
use super::{Checked, Compiled, Kind};
use crate::bqm::{BqmBuilder, Vartype};
use ketflow_error::Error;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Most of all numbers together: the square is below 2⁵³, so that every energy is exact.
const MAX_SUM: u64 = 94_906_265;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fields {
    #[serde(rename = "format")]
    _format: Option<String>,
    #[serde(rename = "problem")]
    _problem: String,
    numbers: Vec<Whole>,
}

/// Numbers, all above 0.
#[derive(Debug, Clone, PartialEq)]
pub struct NumberPartitioning {
    numbers: Vec<u32>,
}

impl NumberPartitioning {
    pub(super) fn new(Fields { numbers, .. }: Fields) -> Result<Self, Error> {
        let numbers: Vec<u32> = numbers.into_iter().map(|Whole(number)| number).collect();
        if numbers.is_empty() {
            return Err(Error::invalid("numbers is empty; a problem has at least one"));
        }
        if let Some(k) = numbers.iter().position(|number| *number == 0) {
            return Err(Error::invalid(format!("numbers[{k}] is 0, which changes no sum; take it out")));
        }
        sum_up_to(MAX_SUM, "numbers", numbers.iter().copied())?;
        Ok(Self { numbers })
    }
}

impl Kind for NumberPartitioning {
    /// Whether each number is in the second set.
    type Solution = Vec<bool>;
    const NAME: &'static str = "number-partitioning";

    fn compile(&self) -> Result<Compiled, Error> {
        let mut model = BqmBuilder::new(Vartype::Spin);
        model.reserve(self.numbers.len())?;
        let numbers: Vec<f64> = self.numbers.iter().copied().map(f64::from).collect();
        for (i, a) in numbers.iter().enumerate() {
            model.add_offset(a * a)?;
            for (j, b) in numbers.iter().enumerate().skip(i + 1) {
                model.add_coupling(i, j, 2.0 * a * b)?;
            }
        }
        let labels = (0..numbers.len()).map(|k| json!(format!("numbers[{k}]")).to_string()).collect();
        Ok(Compiled { bqm: model.build()?, labels, descent: None })
    }

    fn decode(&self, values: &[bool]) -> Vec<bool> {
        values[..self.numbers.len()].to_vec()
    }

    fn check(&self, is_second: &Vec<bool>) -> Checked {
        let difference = self.sum(is_second, true).abs_diff(self.sum(is_second, false));
        Checked { objective: difference as f64, violations: Vec::new() }
    }

    fn describe(&self, is_second: &Vec<bool>) -> Map<String, Value> {
        let set = |wanted: bool| self.set(is_second, wanted).collect::<Vec<u32>>();
        let sums = [self.sum(is_second, false), self.sum(is_second, true)];
        Map::from_iter([("sets".into(), json!([set(false), set(true)])), ("sums".into(), json!(sums))])
    }
}

impl NumberPartitioning {
    fn set(&self, is_second: &[bool], wanted: bool) -> impl Iterator<Item = u32> {
        self.numbers.iter().zip(is_second).filter(move |(_, side)| **side == wanted).map(|(number, _)| *number)
    }

    fn sum(&self, is_second: &[bool], wanted: bool) -> u64 {
        self.set(is_second, wanted).map(u64::from).sum()
    }
}
