//! Portfolio: choose exactly k assets; E = riskAversion · xᵀ Σ x − returnsᵀ x + weight · (Σ x − k)².
//!
//! **Weight.** A choice of t assets too many or too few costs t² ≥ t weights and is mended by t steps, each taking one out or in.
//! `above` the most that such a step can cost, over all assets and all choices of the others, is enough.
//!
//! Source: Markowitz, "Portfolio selection", Journal of Finance 7 (1952), with whole assets.

use super::fields::{Id, NotNegative, Places, Whole, check_square, number};
use super::penalty::{Penalised, Terms, above};
use super::{Checked, Compiled, Kind, Violation};
use ketflow_error::Error;
use serde::Deserialize;
use serde_json::{Map, Value, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Fields {
    #[serde(rename = "format")]
    _format: Option<String>,
    #[serde(rename = "problem")]
    _problem: String,
    assets: Vec<Id>,
    returns: Vec<f64>,
    covariance: Vec<Vec<f64>>,
    risk_aversion: NotNegative,
    choose: Whole,
}

/// Assets, of which some are chosen.
#[derive(Debug, Clone, PartialEq)]
pub struct Portfolio {
    assets: Vec<Id>,
    returns: Vec<f64>,
    covariance: Vec<Vec<f64>>,
    risk_aversion: f64,
    choose: usize,
}

impl Portfolio {
    pub(super) fn new(fields: Fields) -> Result<Self, Error> {
        let Fields { assets, returns, covariance, .. } = fields;
        Places::new("assets", &assets)?;
        let (size, choose) = (assets.len(), fields.choose.0 as usize);
        if returns.len() != size {
            return Err(Error::invalid(format!("returns has {} entries; give {size}", returns.len())));
        }
        check_square("covariance", &covariance, size)?;
        for (i, row) in covariance.iter().enumerate() {
            if row[i] < 0.0 {
                return Err(Error::invalid(format!(
                    "covariance[{i}][{i}] is a variance; give a number that is not below 0"
                )));
            }
            if let Some(j) = (0..i).find(|j| row[*j] != covariance[*j][i]) {
                return Err(Error::invalid(format!(
                    "covariance[{i}][{j}] is not covariance[{j}][{i}]; give the same twice"
                )));
            }
        }
        if choose == 0 || choose > size {
            return Err(Error::invalid(format!("choose is {choose}; give 1 to {size}, the number of assets")));
        }
        Ok(Self { assets, returns, covariance, risk_aversion: fields.risk_aversion.0, choose })
    }

    /// The most that one asset more or less can cost.
    fn largest_step(&self) -> f64 {
        let step = |i: usize| {
            let own = self.risk_aversion * self.covariance[i][i] - self.returns[i];
            let others =
                (0..self.assets.len()).filter(|j| *j != i).map(|j| 2.0 * self.risk_aversion * self.covariance[i][j]);
            let (mut risen, mut fallen) = (0.0, 0.0);
            others.for_each(|both| if both > 0.0 { risen += both } else { fallen += both });
            (own + risen).max(-own - fallen)
        };
        (0..self.assets.len()).map(step).fold(0.0, f64::max)
    }

    fn sums(&self, chosen: &[bool]) -> (f64, f64) {
        let list: Vec<usize> = (0..self.assets.len()).filter(|k| chosen[*k]).collect();
        let variance = list.iter().map(|i| list.iter().map(|j| self.covariance[*i][*j]).sum::<f64>()).sum::<f64>();
        (list.iter().map(|k| self.returns[*k]).sum::<f64>(), variance)
    }
}

impl Kind for Portfolio {
    /// Whether each asset is chosen.
    type Solution = Vec<bool>;
    const NAME: &'static str = "portfolio";

    fn compile(&self) -> Result<Compiled, Error> {
        let mut model = Penalised::new();
        let mut terms: Terms = Vec::new();
        for (i, id) in self.assets.iter().enumerate() {
            let x = model.variable(id.to_string())?;
            terms.push((x, 1.0));
            model.linear(x, self.risk_aversion * self.covariance[i][i] - self.returns[i])?;
        }
        for i in 0..self.assets.len() {
            (0..i).try_for_each(|j| model.product(i, j, 2.0 * self.risk_aversion * self.covariance[i][j]))?;
        }
        model.square(&terms, -(self.choose as f64), above(self.largest_step()))?;
        model.build()
    }

    fn decode(&self, values: &[bool]) -> Vec<bool> {
        values[..self.assets.len()].to_vec()
    }

    fn check(&self, chosen: &Vec<bool>) -> Checked {
        let (returned, variance) = self.sums(chosen);
        let count = chosen.iter().filter(|is_in| **is_in).count();
        let message = format!("{count} assets are chosen; choose is {}", self.choose);
        let off = count.abs_diff(self.choose);
        let violation = (off > 0).then(|| Violation::new("choose", off as f64, message));
        Checked { objective: self.risk_aversion * variance - returned, violations: violation.into_iter().collect() }
    }

    fn describe(&self, chosen: &Vec<bool>) -> Map<String, Value> {
        let (returned, variance) = self.sums(chosen);
        let ids: Vec<&Id> = self.assets.iter().zip(chosen).filter(|(_, is_in)| **is_in).map(|(id, _)| id).collect();
        Map::from_iter([
            ("assets".into(), json!(ids)),
            ("return".into(), number(returned)),
            ("variance".into(), number(variance)),
        ])
    }
}
