//! What every method is given to search, and what it ends in.

use crate::bqm::Bqm;
use crate::ising::Ising;
use crate::options::Sense;
use crate::rows::{Class, classify};

/// The model as it is searched: low energies are wanted of it.
pub(crate) struct Search {
    pub(crate) bqm: Bqm,
    /// The same as spins.
    pub(crate) ising: Ising,
    pub(crate) class: Class,
    /// Of the class.
    pub(crate) unit: f64,
    sense: Sense,
    target: Option<f64>,
}

impl Search {
    /// `bqm` is negated already where high energies are wanted; `target` is of the model that was given.
    #[inline(never)]
    pub(crate) fn new(bqm: Bqm, sense: Sense, target: Option<f64>) -> Self {
        let ising = Ising::new(&bqm);
        let (class, unit) = classify(&ising);
        Self { bqm, ising, class, unit, sense, target }
    }

    /// The energy of the model that was given, exactly.
    pub(crate) fn energy(&self, values: &[bool]) -> f64 {
        self.given(self.bqm.energy(values))
    }

    fn given(&self, energy: f64) -> f64 {
        if self.sense == Sense::Max { -energy } else { energy }
    }

    /// Whether an energy is better than another, or the first.
    pub(crate) fn is_better(&self, energy: f64, best: Option<f64>) -> bool {
        best.is_none_or(|best| if self.sense == Sense::Max { energy > best } else { energy < best })
    }

    pub(crate) fn has_target(&self) -> bool {
        self.target.is_some()
    }

    pub(crate) fn reaches_target(&self, energy: f64) -> bool {
        self.target.is_some_and(|target| !self.is_better(target, Some(energy)))
    }
}

/// The target as a walk sees it, which knows its energy in units, without the offset, and up to rounding.
pub(crate) struct Goal<'a> {
    search: &'a Search,
    /// Energies above this one do not reach the target.
    most: f64,
}

impl<'a> Goal<'a> {
    pub(crate) fn new(search: &'a Search, unit: f64) -> Self {
        let Some(target) = search.target else { return Self { search, most: f64::NEG_INFINITY } };
        let ising = &search.ising;
        Self { search, most: (search.given(target) - ising.offset + 1e-9 * ising.scale()) / unit }
    }

    /// Whether a sample whose energy a walk says is `energy` reaches the target.
    pub(crate) fn is_met(&self, energy: f64, values: impl FnOnce() -> Vec<bool>) -> bool {
        energy <= self.most && self.search.reaches_target(self.search.energy(&values()))
    }
}

/// What a search ended in.
pub(crate) struct Found {
    /// The values of each read.
    pub(crate) reads: Vec<Vec<bool>>,
    /// Of each.
    pub(crate) energies: Vec<f64>,
    /// Of all reads together.
    pub(crate) sweeps: u64,
}
