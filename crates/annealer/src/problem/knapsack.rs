//! Knapsack: E = −Σ value · x + weight · (Σ weight · x + slack − capacity)², the slack any of 0 … capacity.
//!
//! **Weight.** `above` the largest value is enough: a load that is t above the capacity costs t² ≥ t weights, and at most t items of
//! weight 1 or more have to be taken out until it fits. The slack of what fits makes the square 0.
//!
//! Source: Lucas (2014), §5.2, with the slack in binary as in his §2.4 (log trick).

use super::fields::{Id, NotNegative, Places, Whole, number, sum_up_to};
use super::penalty::{Penalised, Terms, above};
use super::{Checked, Compiled, Kind, Violation};
use ketflow_error::Error;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Most of all weights together, and largest capacity.
const MAX_SUM: u64 = 1 << 24;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fields {
    #[serde(rename = "format")]
    _format: Option<String>,
    #[serde(rename = "problem")]
    _problem: String,
    capacity: Whole,
    items: Vec<ItemFields>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ItemFields {
    id: Id,
    weight: Whole,
    value: NotNegative,
}

#[derive(Debug, Clone, PartialEq)]
struct Item {
    id: Id,
    weight: u32,
    value: f64,
}

/// Items and what they may weigh together.
#[derive(Debug, Clone, PartialEq)]
pub struct Knapsack {
    capacity: u64,
    items: Vec<Item>,
}

impl Knapsack {
    pub(super) fn new(Fields { capacity, items, .. }: Fields) -> Result<Self, Error> {
        Places::new("items", items.iter().map(|item| &item.id))?;
        sum_up_to(MAX_SUM, "the weights of items", items.iter().map(|item| item.weight.0))?;
        let capacity = u64::from(capacity.0);
        if capacity > MAX_SUM {
            return Err(Error::too_large(format!(
                "capacity is {capacity}, more than {MAX_SUM}; scale it down with the weights"
            )));
        }
        let item = |it: ItemFields| Item { id: it.id, weight: it.weight.0, value: it.value.0 };
        Ok(Self { capacity, items: items.into_iter().map(item).collect() })
    }

    fn load(&self, chosen: &[bool]) -> u64 {
        self.items.iter().zip(chosen).filter(|(_, is_in)| **is_in).map(|(item, _)| u64::from(item.weight)).sum()
    }
}

impl Kind for Knapsack {
    /// Whether each item is taken.
    type Solution = Vec<bool>;
    const NAME: &'static str = "knapsack";
    const IS_MAXIMISED: bool = true;

    fn compile(&self) -> Result<Compiled, Error> {
        let mut model = Penalised::new();
        let mut terms: Terms = Vec::new();
        for item in &self.items {
            let x = model.variable(item.id.to_string())?;
            model.linear(x, -item.value)?;
            terms.push((x, item.weight.into()));
        }
        // What always fits needs no constraint.
        if self.load(&vec![true; self.items.len()]) > self.capacity {
            let most = self.items.iter().map(|item| item.value).fold(0.0, f64::max);
            model.square_with_slack(terms, -(self.capacity as f64), above(most), ("slack", 1.0, self.capacity))?;
        }
        model.build()
    }

    fn decode(&self, values: &[bool]) -> Vec<bool> {
        values[..self.items.len()].to_vec()
    }

    fn check(&self, chosen: &Vec<bool>) -> Checked {
        let value = self.items.iter().zip(chosen).filter(|(_, is_in)| **is_in).map(|(item, _)| item.value);
        let load = self.load(chosen);
        let excess = load.saturating_sub(self.capacity);
        let message = format!("the items weigh {load}; the capacity is {}", self.capacity);
        let violation = (excess > 0).then(|| Violation::new("capacity", excess as f64, message));
        Checked { objective: value.sum::<f64>(), violations: violation.into_iter().collect() }
    }

    fn describe(&self, chosen: &Vec<bool>) -> Map<String, Value> {
        let ids: Vec<&Id> = self.items.iter().zip(chosen).filter(|(_, is_in)| **is_in).map(|(it, _)| &it.id).collect();
        let [load, capacity] = [self.load(chosen), self.capacity].map(|weight| number(weight as f64));
        Map::from_iter([("items".into(), json!(ids)), ("weight".into(), load), ("capacity".into(), capacity)])
    }
}
