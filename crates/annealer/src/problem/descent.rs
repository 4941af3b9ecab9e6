//! The last steps of a sample: down, as long as one variable or two unlike ones can be turned, with every slack set anew to what is
//! best for the others.
//!
//! A search that turns one variable at a time seldom goes from one load of a knapsack to the next: an item and several bits of the
//! slack would have to turn at once. Here the slack counts as what it can be: Ê(x) = min over slack of E(x, slack). What comes out is
//! a sample of the same model with at most the same energy.

use super::penalty::Terms;
use crate::bqm::Bqm;
use crate::monitor::{Interrupted, Monitor, Progress};

/// weight · (Σ terms + constant + sign · slack)², the slack a sum of bits from 0 to `most`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Slack {
    pub(super) terms: Terms,
    pub(super) constant: f64,
    pub(super) weight: f64,
    /// 1 or −1.
    pub(super) sign: f64,
    /// As `binary_expansion` makes them: powers of two, and the last one cut to fit.
    pub(super) bits: Terms,
}

impl Slack {
    fn most(&self) -> f64 {
        self.bits.iter().map(|(_, part)| part).sum()
    }

    /// The best slack for the rest of the sum.
    fn best(&self, rest: f64) -> f64 {
        (-self.sign * rest).clamp(0.0, self.most())
    }

    fn cost(&self, rest: f64) -> f64 {
        let off = rest + self.sign * self.best(rest);
        self.weight * off * off
    }

    fn set_bits(&self, mut value: f64, values: &mut [bool]) {
        let Some(((last, part), powers)) = self.bits.split_last() else { return };
        // Without the cut part the powers of two reach this far, without a gap.
        values[*last] = value > self.most() - part;
        value -= if values[*last] { *part } else { 0.0 };
        for (bit, part) in powers.iter().rev() {
            values[*bit] = value >= *part;
            value -= if values[*bit] { *part } else { 0.0 };
        }
    }
}

/// Above this many variables only single ones are turned.
const MAX_PAIRED: usize = 2048;

/// A model, ready to go down in.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Descent {
    linear: Vec<f64>,
    rows: Vec<Vec<(usize, f64)>>,
    slacks: Vec<Slack>,
    /// By variable, the slacks whose sum it is in.
    sums: Vec<Vec<(usize, f64)>>,
    /// Variables that are no bits of a slack.
    free: Vec<usize>,
    /// A step goes down by more than rounding.
    least_step: f64,
}

impl Descent {
    /// `plain` is the model without the squares that have a slack.
    pub(super) fn new(plain: &Bqm, slacks: Vec<Slack>) -> Self {
        let size = plain.size();
        let (mut rows, mut sums, mut is_free) = (vec![Vec::new(); size], vec![Vec::new(); size], vec![true; size]);
        for b in plain.couplings() {
            rows[b.i as usize].push((b.j as usize, b.value));
            rows[b.j as usize].push((b.i as usize, b.value));
        }
        for (k, slack) in slacks.iter().enumerate() {
            slack.terms.iter().for_each(|(x, a)| sums[*x].push((k, *a)));
            slack.bits.iter().for_each(|(bit, _)| is_free[*bit] = false);
        }
        let scale: f64 = plain.linear().iter().chain(plain.couplings().iter().map(|b| &b.value)).map(|a| a.abs()).sum();
        let free = (0..size).filter(|k| is_free[*k]).collect();
        Self { linear: plain.linear().to_vec(), rows, slacks, sums, free, least_step: scale * 1e-12 }
    }

    /// Takes a sample down.
    ///
    /// # Errors
    /// [`Interrupted`] by the monitor.
    pub(crate) fn descend(&self, values: &mut [bool], monitor: &mut dyn Monitor) -> Result<(), Interrupted> {
        let mut walk = Walk::new(self, values);
        let has_pairs = self.free.len() <= MAX_PAIRED;
        let mut is_lower = true;
        while is_lower {
            is_lower = false;
            for (at, i) in self.free.iter().enumerate() {
                if at % 64 == 0 {
                    monitor.poll(Progress { done: at as u64, total: self.free.len() as u64, best: None })?;
                }
                let first = walk.change(*i);
                if first < -self.least_step {
                    walk.turn(*i);
                    is_lower = true;
                } else if has_pairs {
                    walk.turn(*i);
                    let unlike = self.free[at + 1..]
                        .iter()
                        .find(|j| walk.values[**j] == walk.values[*i] && first + walk.change(**j) < -self.least_step);
                    walk.turn(*unlike.unwrap_or(i));
                    is_lower |= unlike.is_some();
                }
            }
        }
        let rests = walk.rests;
        self.slacks.iter().zip(rests).for_each(|(slack, rest)| slack.set_bits(slack.best(rest), values));
        Ok(())
    }
}

/// A sample on its way down.
struct Walk<'a, 'v> {
    model: &'a Descent,
    values: &'v mut [bool],
    /// What turning a variable from 0 to 1 adds, without slacks.
    fields: Vec<f64>,
    /// The sum of each slack's square without the slack.
    rests: Vec<f64>,
}

impl<'a, 'v> Walk<'a, 'v> {
    fn new(model: &'a Descent, values: &'v mut [bool]) -> Self {
        let sum = |terms: &[(usize, f64)]| terms.iter().filter(|(k, _)| values[*k]).map(|(_, a)| a).sum::<f64>();
        let fields = model.linear.iter().zip(&model.rows).map(|(a, row)| a + sum(row)).collect();
        let rests = model.slacks.iter().map(|slack| slack.constant + sum(&slack.terms)).collect();
        Self { model, values, fields, rests }
    }

    /// What turning a variable adds to Ê.
    fn change(&self, k: usize) -> f64 {
        let sign = if self.values[k] { -1.0 } else { 1.0 };
        let slacks = self.model.sums[k].iter().map(|(s, a)| {
            let (slack, rest) = (&self.model.slacks[*s], self.rests[*s]);
            slack.cost(rest + sign * a) - slack.cost(rest)
        });
        sign * self.fields[k] + slacks.sum::<f64>()
    }

    fn turn(&mut self, k: usize) {
        let sign = if self.values[k] { -1.0 } else { 1.0 };
        self.values[k] = !self.values[k];
        self.model.rows[k].iter().for_each(|(j, value)| self.fields[*j] += sign * value);
        self.model.sums[k].iter().for_each(|(s, a)| self.rests[*s] += sign * a);
    }
}
