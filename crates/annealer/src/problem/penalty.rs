//! A model of binary variables and the penalties on them.

use super::Compiled;
use super::descent::{Descent, Slack};
use crate::bqm::{BqmBuilder, Vartype};
use ketflow_error::Error;

/// Energies of whole coefficients are exact below this.
const EXACT_BELOW: f64 = 9_007_199_254_740_992.0;

/// The smallest whole number above a gain of at least 1, or power of two above a smaller one; 1 above none at all. As the weight of
/// a penalty it makes a loss of every gain, and stays in the scale of the objective.
pub(super) fn above(gain: f64) -> f64 {
    if gain <= 0.0 {
        return 1.0;
    }
    let mut unit = 1.0;
    while unit > gain {
        unit /= 2.0;
    }
    ((gain / unit).floor() + 1.0) * unit
}

/// Numbers of which some add up to each of 0 … `most` and none to more: powers of two, the last one cut to fit.
pub(super) fn binary_expansion(most: u64) -> Vec<u64> {
    let (mut left, mut step, mut parts) = (most, 1u64, Vec::new());
    while left > 0 {
        let part = step.min(left);
        parts.push(part);
        left -= part;
        step = step.saturating_mul(2);
    }
    parts
}

/// Variables with what stands before each of them.
pub(super) type Terms = Vec<(usize, f64)>;

/// Puts the model of a problem together.
pub(super) struct Penalised {
    model: BqmBuilder,
    labels: Vec<String>,
    slacks: Vec<Slack>,
}

impl Penalised {
    pub(super) fn new() -> Self {
        Self { model: BqmBuilder::new(Vartype::Binary), labels: Vec::new(), slacks: Vec::new() }
    }

    /// A new variable.
    pub(super) fn variable(&mut self, label: String) -> Result<usize, Error> {
        let index = self.labels.len();
        self.model.reserve(index + 1)?;
        self.labels.push(serde_json::Value::String(label).to_string());
        Ok(index)
    }

    /// New variables whose weighted sum is any of 0 … `most`.
    fn counter(&mut self, name: &str, most: u64) -> Result<Terms, Error> {
        let parts = binary_expansion(most).into_iter();
        parts.map(|part| Ok((self.variable(format!("{name}+{part}"))?, part as f64))).collect()
    }

    pub(super) fn constant(&mut self, value: f64) -> Result<(), Error> {
        self.model.add_offset(value)
    }

    /// Adds `value` · x.
    pub(super) fn linear(&mut self, variable: usize, value: f64) -> Result<(), Error> {
        self.model.add_linear(variable, value)
    }

    /// Adds `value` · x · y; the two may be the same.
    pub(super) fn product(&mut self, x: usize, y: usize, value: f64) -> Result<(), Error> {
        if value == 0.0 { Ok(()) } else { self.model.add_coupling(x, y, value) }
    }

    /// Adds `weight` · (Σ aᵢ xᵢ + `constant`)².
    pub(super) fn square(&mut self, terms: &[(usize, f64)], constant: f64, weight: f64) -> Result<(), Error> {
        add_square(&mut self.model, terms, constant, weight)
    }

    /// Adds `weight` · (Σ aᵢ xᵢ + `constant` + `sign` · slack)² with a new slack of 0 … `most`: nothing where the sum is that far from
    /// 0 on the side that the sign makes up for.
    pub(super) fn square_with_slack(
        &mut self,
        terms: Terms,
        constant: f64,
        weight: f64,
        (name, sign, most): (&str, f64, u64),
    ) -> Result<(), Error> {
        let bits = self.counter(name, most)?;
        self.slacks.push(Slack { terms, constant, weight, sign, bits });
        Ok(())
    }

    /// At least `weight` unless exactly one of the variables is 1.
    pub(super) fn exactly_one(&mut self, variables: &[usize], weight: f64) -> Result<(), Error> {
        let terms: Terms = variables.iter().map(|x| (*x, 1.0)).collect();
        self.square(&terms, -1.0, weight)
    }

    /// `weight` for each pair of the variables that are 1.
    pub(super) fn at_most_one(&mut self, variables: &[usize], weight: f64) -> Result<(), Error> {
        for (k, x) in variables.iter().enumerate() {
            variables[k + 1..].iter().try_for_each(|y| self.product(*x, *y, weight))?;
        }
        Ok(())
    }

    /// `weight` when none of the variables is 1, and else nothing: as a product where that has at most two factors, or with a
    /// counter of how many more than one there are.
    pub(super) fn at_least_one(&mut self, name: &str, variables: &[usize], weight: f64) -> Result<(), Error> {
        if let [x, more @ ..] = variables
            && more.len() < 2
        {
            self.constant(weight)?;
            self.linear(*x, -weight)?;
            for y in more {
                self.linear(*y, -weight)?;
                self.product(*x, *y, weight)?;
            }
            return Ok(());
        }
        let terms: Terms = variables.iter().map(|x| (*x, 1.0)).collect();
        self.square_with_slack(terms, -1.0, weight, (name, -1.0, variables.len() as u64 - 1))
    }

    /// The model.
    ///
    /// # Errors
    /// `too-large` where energies could not be told apart.
    pub(super) fn build(self) -> Result<Compiled, Error> {
        let mut model = self.model.clone();
        for slack in &self.slacks {
            let bits = slack.bits.iter().map(|(bit, part)| (*bit, slack.sign * part));
            let all: Terms = slack.terms.iter().copied().chain(bits).collect();
            add_square(&mut model, &all, slack.constant, slack.weight)?;
        }
        let bqm = model.build()?;
        let all = bqm.linear().iter().copied().chain(bqm.couplings().iter().map(|b| b.value)).chain([bqm.offset()]);
        if all.map(f64::abs).sum::<f64>() >= EXACT_BELOW {
            return Err(Error::too_large(
                "the numbers are so large that energies with their penalties pass 2^53 and would be rounded; scale them down",
            ));
        }
        let descent = if self.slacks.is_empty() { None } else { Some(Descent::new(&self.model.build()?, self.slacks)) };
        Ok(Compiled { bqm, labels: self.labels, descent })
    }
}

fn add_square(model: &mut BqmBuilder, terms: &[(usize, f64)], constant: f64, weight: f64) -> Result<(), Error> {
    model.add_offset(weight * constant * constant)?;
    for (k, (x, a)) in terms.iter().enumerate() {
        model.add_linear(*x, weight * (a * a + 2.0 * constant * a))?;
        for (y, b) in &terms[k + 1..] {
            model.add_coupling(*x, *y, 2.0 * weight * a * b)?;
        }
    }
    Ok(())
}
