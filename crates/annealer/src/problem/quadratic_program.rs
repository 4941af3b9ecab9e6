//! A quadratic objective of integers under linear constraints, as an LP file gives it.
//!
//! An integer is its lower bound and a binary expansion of what is above it. A constraint is made whole (scaled by a power of ten,
//! divided by the common divisor of its coefficients), so that breaking it means to be off by at least 1, and its penalty is
//! weight · (Σ a x + slack − right side)².
//!
//! **Weight.** `above` the range of the objective over all values within the bounds, by interval arithmetic, is enough for every
//! constraint: what breaks one costs more than the range, and so more than any sample that breaks none.

use super::fields::{number, shortened};
use super::lp_expression::Sum;
use super::lp_tokens::Relation;
use super::penalty::{Penalised, Terms, above, binary_expansion};
use super::{Checked, Compiled, Kind, Violation};
use ketflow_error::Error;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// An integer within bounds.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Variable {
    pub(super) name: String,
    pub(super) lower: i64,
    pub(super) upper: i64,
}

/// Σ aᵢ xᵢ compared with a number, all of them whole.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Constraint {
    pub(super) name: String,
    terms: Vec<(usize, i64)>,
    relation: Relation,
    bound: i64,
    /// What the source's coefficients were multiplied with.
    scale: f64,
}

/// Largest whole coefficient and right side: 2²⁰ of them times values of integers stay far below 2¹²⁷.
const MAX_COEFFICIENT: f64 = 1_099_511_627_776.0;

/// Largest slack.
const MAX_SLACK: i128 = 1 << 40;

fn greatest_common_divisor(a: i64, b: i64) -> i64 {
    if b == 0 { a.abs() } else { greatest_common_divisor(b, a % b) }
}

impl Constraint {
    /// The constraint Σ terms + `constant` (relation) `bound` with whole numbers.
    ///
    /// # Errors
    /// `invalid-input` for what can never hold, `too-large` for coefficients with too many digits.
    pub(super) fn scaled(
        name: String,
        linear: &BTreeMap<usize, f64>,
        relation: Relation,
        bound: f64,
        constant: f64,
    ) -> Result<Self, Error> {
        let numbers: Vec<f64> = linear.values().copied().chain([bound, constant]).collect();
        // The nearest double of a decimal with k places is the quotient of two whole doubles.
        let is_whole = |scale: f64| numbers.iter().all(|value| (value * scale).round() / scale == *value);
        let scale = (0..=6).map(|places| 10f64.powi(places)).find(|scale| is_whole(*scale));
        let whole = |value: f64| (value * scale.unwrap_or(1.0)).round();
        if scale.is_none() || numbers.iter().any(|value| whole(*value).abs() > MAX_COEFFICIENT) {
            return Err(Error::too_large(format!(
                "constraint '{}': coefficients have at most 6 decimals, and {MAX_COEFFICIENT} units of the last one; round them",
                shortened(&name)
            )));
        }
        let terms: Vec<(usize, i64)> =
            linear.iter().map(|(k, a)| (*k, whole(*a) as i64)).filter(|it| it.1 != 0).collect();
        let divisor = terms.iter().fold(0, |divisor, (_, a)| greatest_common_divisor(divisor, *a)).max(1);
        let (bound, never) =
            (whole(bound) as i64 - whole(constant) as i64, "can never hold: its left side is a multiple of");
        let bound = match relation {
            Relation::AtMost => bound.div_euclid(divisor),
            Relation::AtLeast => -(-bound).div_euclid(divisor),
            Relation::Equal if bound % divisor == 0 => bound / divisor,
            Relation::Equal => {
                let scale = scale.unwrap_or(1.0);
                let (left, right) = (divisor as f64 / scale, bound as f64 / scale);
                return Err(Error::invalid(format!(
                    "constraint '{}' {never} {left}, its right side is {right}; correct it",
                    shortened(&name)
                )));
            }
        };
        let terms = terms.into_iter().map(|(k, a)| (k, a / divisor)).collect();
        Ok(Self { name, terms, relation, bound, scale: scale.unwrap_or(1.0) / divisor as f64 })
    }

    fn value(&self, values: &[i64]) -> i128 {
        self.terms.iter().map(|(k, a)| i128::from(*a) * i128::from(values[*k])).sum()
    }

    /// The least and the most of the left side.
    fn range(&self, variables: &[Variable]) -> (i128, i128) {
        let ends = |(k, a): &(usize, i64)| {
            [variables[*k].lower, variables[*k].upper].map(|value| i128::from(*a) * i128::from(value))
        };
        let all = self.terms.iter().map(ends);
        all.fold((0, 0), |(least, most), [a, b]| (least + a.min(b), most + a.max(b)))
    }

    /// By how much it is broken, in the source's unit.
    fn excess(&self, values: &[i64]) -> f64 {
        let off = self.value(values) - i128::from(self.bound);
        let excess = match self.relation {
            Relation::AtMost => off.max(0),
            Relation::AtLeast => (-off).max(0),
            Relation::Equal => off.abs(),
        };
        excess as f64 / self.scale
    }
}

/// Integers, what is wanted of them, and what they keep to.
#[derive(Debug, Clone, PartialEq)]
pub struct QuadraticProgram {
    is_maximised: bool,
    objective: Sum,
    constraints: Vec<Constraint>,
    variables: Vec<Variable>,
}

impl QuadraticProgram {
    pub(super) fn new(
        is_maximised: bool,
        objective: Sum,
        constraints: Vec<Constraint>,
        variables: Vec<Variable>,
    ) -> Result<Self, Error> {
        if variables.is_empty() {
            return Err(Error::invalid("there is no variable; a problem has at least one"));
        }
        for it in &constraints {
            let ((least, most), bound) = (it.range(&variables), i128::from(it.bound));
            let is_possible = match it.relation {
                Relation::AtMost => least <= bound,
                Relation::AtLeast => most >= bound,
                Relation::Equal => (least..=most).contains(&bound),
            };
            if !is_possible {
                let [least, most] = [least, most].map(|value| value as f64 / it.scale);
                return Err(Error::invalid(format!(
                    "constraint '{}' can never hold: within the bounds its left side is from {least} to {most}; correct it",
                    shortened(&it.name)
                )));
            }
        }
        Ok(Self { is_maximised, objective, constraints, variables })
    }

    fn is_binary(&self, k: usize) -> bool {
        (self.variables[k].lower, self.variables[k].upper) == (0, 1)
    }

    /// The most by which two values of the objective can differ.
    fn range(&self) -> f64 {
        let ends = |k: usize| [self.variables[k].lower as f64, self.variables[k].upper as f64];
        let spread = |list: &[f64]| {
            list.iter().copied().fold(f64::NEG_INFINITY, f64::max) - list.iter().copied().fold(f64::INFINITY, f64::min)
        };
        let linear = self.objective.linear.iter().map(|(k, a)| a.abs() * spread(&ends(*k)));
        let quadratic = self.objective.quadratic.iter().map(|((i, j), q)| {
            let ([a, b], [c, d]) = (ends(*i), ends(*j));
            let squares = if a <= 0.0 && b >= 0.0 { vec![0.0, a * a, b * b] } else { vec![a * a, b * b] };
            q.abs() * if i == j { spread(&squares) } else { spread(&[a * c, a * d, b * c, b * d]) }
        });
        linear.chain(quadratic).sum::<f64>()
    }

    /// The bits of each variable, with what each adds to the lower bound.
    fn bits(&self) -> Vec<Vec<u64>> {
        self.variables.iter().map(|it| binary_expansion((it.upper - it.lower) as u64)).collect()
    }
}

impl Kind for QuadraticProgram {
    /// The value of each variable.
    type Solution = Vec<i64>;
    const NAME: &'static str = "quadratic-program";

    fn is_maximised(&self) -> bool {
        self.is_maximised
    }

    fn compile(&self) -> Result<Compiled, Error> {
        let mut model = Penalised::new();
        let sign = if self.is_maximised { -1.0 } else { 1.0 };
        let mut integers: Vec<(f64, Terms)> = Vec::new();
        for (it, parts) in self.variables.iter().zip(self.bits()) {
            let mut terms = Terms::new();
            for part in &parts {
                let is_itself = parts.len() == 1 && it.lower == 0;
                let label = if is_itself { it.name.clone() } else { format!("{}+{part}", it.name) };
                terms.push((model.variable(label)?, *part as f64));
            }
            integers.push((it.lower as f64, terms));
        }
        model.constant(sign * self.objective.constant)?;
        for (k, a) in &self.objective.linear {
            let (lower, terms) = &integers[*k];
            model.constant(sign * a * lower)?;
            terms.iter().try_for_each(|(x, part)| model.linear(*x, sign * a * part))?;
        }
        for ((i, j), q) in &self.objective.quadratic {
            let ((a, xs), (b, ys)) = (&integers[*i], &integers[*j]);
            model.constant(sign * q * a * b)?;
            xs.iter().try_for_each(|(x, part)| model.linear(*x, sign * q * b * part))?;
            ys.iter().try_for_each(|(y, part)| model.linear(*y, sign * q * a * part))?;
            for (x, left) in xs {
                ys.iter().try_for_each(|(y, right)| model.product(*x, *y, sign * q * left * right))?;
            }
        }
        let weight = above(self.range());
        for it in &self.constraints {
            self.constrain(&mut model, it, &integers, weight)?;
        }
        model.build()
    }

    fn decode(&self, values: &[bool]) -> Vec<i64> {
        let mut bits = values.iter();
        let above = |parts: Vec<u64>| {
            parts.iter().zip(bits.by_ref()).filter(|(_, bit)| **bit).map(|(part, _)| part).sum::<u64>()
        };
        self.variables
            .iter()
            .map(|it| it.lower)
            .zip(self.bits().into_iter().map(above))
            .map(|(a, b)| a + b as i64)
            .collect()
    }

    fn check(&self, values: &Vec<i64>) -> Checked {
        let value = |k: &usize| values[*k] as f64;
        let linear = self.objective.linear.iter().map(|(k, a)| a * value(k)).sum::<f64>();
        let quadratic = self.objective.quadratic.iter().map(|((i, j), q)| q * (value(i) * value(j))).sum::<f64>();
        let broken = self.constraints.iter().map(|it| (it, it.excess(values))).filter(|(_, excess)| *excess > 0.0);
        let violation = |(it, excess): (&Constraint, f64)| {
            let side = match it.relation {
                Relation::AtMost => "above",
                Relation::AtLeast => "below",
                Relation::Equal => "off",
            };
            let message = format!("the left side of {} is {excess} {side} its right side", shortened(&it.name));
            Violation::new(it.name.clone(), excess, message)
        };
        Checked { objective: self.objective.constant + linear + quadratic, violations: broken.map(violation).collect() }
    }

    fn describe(&self, values: &Vec<i64>) -> Map<String, Value> {
        let named = self.variables.iter().zip(values).map(|(it, value)| (it.name.clone(), number(*value as f64)));
        let sense = if self.is_maximised { "max" } else { "min" };
        Map::from_iter([("values".into(), Value::Object(named.collect())), ("sense".into(), json!(sense))])
    }
}

impl QuadraticProgram {
    /// Adds the penalty of a constraint.
    fn constrain(
        &self,
        model: &mut Penalised,
        it: &Constraint,
        integers: &[(f64, Terms)],
        weight: f64,
    ) -> Result<(), Error> {
        let ((least, most), bound) = (it.range(&self.variables), i128::from(it.bound));
        let is_free = match it.relation {
            Relation::AtMost => most <= bound,
            Relation::AtLeast => least >= bound,
            Relation::Equal => false,
        };
        if is_free {
            return Ok(());
        }
        let ones: Vec<usize> = it.terms.iter().filter(|(_, a)| *a == 1).map(|(k, _)| *k).collect();
        let is_choice = it.bound == 1 && ones.len() == it.terms.len() && ones.iter().all(|k| self.is_binary(*k));
        let variables: Vec<usize> = ones.iter().flat_map(|k| integers[*k].1.iter().map(|(x, _)| *x)).collect();
        match it.relation {
            Relation::AtMost if is_choice => return model.at_most_one(&variables, weight),
            Relation::AtLeast if is_choice => {
                return model.at_least_one(&format!("{} slack", it.name), &variables, weight);
            }
            _ => {}
        }
        let mut constant = -it.bound as f64;
        let mut terms = Terms::new();
        for (k, a) in &it.terms {
            let (lower, bits) = &integers[*k];
            constant += *a as f64 * lower;
            terms.extend(bits.iter().map(|(x, part)| (*x, *a as f64 * part)));
        }
        let (room, sign) = match it.relation {
            Relation::AtMost => (bound - least, 1.0),
            Relation::AtLeast => (most - bound, -1.0),
            Relation::Equal => (0, 1.0),
        };
        if room > MAX_SLACK {
            return Err(Error::too_large(format!(
                "constraint '{}' leaves {room} units of room, more than {MAX_SLACK}; use coarser coefficients or tighter bounds",
                shortened(&it.name)
            )));
        }
        if it.relation == Relation::Equal {
            return model.square(&terms, constant, weight);
        }
        model.square_with_slack(terms, constant, weight, (&format!("{} slack", it.name), sign, room as u64))
    }
}
