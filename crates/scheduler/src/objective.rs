//! What is to be small: one component of a schedule, or a weighted sum of several.

use crate::limits::MAX_TIME;
use ketflow_error::Error;
use serde::de::{Deserializer, MapAccess, Visitor, value::MapAccessDeserializer};
use serde::{Deserialize, Serialize};

/// What is to be small.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Objective {
    /// The end of the last task.
    Makespan,
    /// The sum of weight · max(0, end − due) over the tasks that have a due time.
    TotalWeightedTardiness,
    /// What modes, machines and resources cost.
    Cost,
    /// The sum over resources and units of time of the square of what is in use.
    Levelling,
    /// A weighted sum of components, of which at least one counts.
    Mix(Weights),
}

/// How much a unit of each component counts in a mix, 0 to [`MAX_TIME`] each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Weights {
    /// Of the end of the last task.
    pub makespan: u32,
    /// Of weighted tardiness.
    pub tardiness: u32,
    /// Of costs.
    pub cost: u32,
    /// Of the squares of what is in use.
    pub levelling: u32,
    /// Of the benefits that are missed.
    pub affinity: u32,
    /// Of shifts and changes of machines against the plan that runs.
    pub disruption: u32,
}

/// The components of a schedule's value, each a whole number below 2⁵³.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Components {
    /// The end of the last task.
    pub makespan: u64,
    /// Weighted tardiness.
    pub tardiness: u64,
    /// Costs of modes, machines and resources.
    pub cost: u64,
    /// Sum of the squares of what is in use.
    pub levelling: u64,
    /// Benefits that are missed.
    pub affinity: u64,
    /// Shifts and changes of machines.
    pub disruption: u64,
}

/// One of the components.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Component {
    Makespan,
    Tardiness,
    Cost,
    Levelling,
    Affinity,
    Disruption,
}

impl Component {
    /// Every component, in the order of the fields of [`Components`].
    pub const ALL: [(&'static str, Self); 6] = [
        ("makespan", Self::Makespan),
        ("tardiness", Self::Tardiness),
        ("cost", Self::Cost),
        ("levelling", Self::Levelling),
        ("affinity", Self::Affinity),
        ("disruption", Self::Disruption),
    ];
}

impl Weights {
    /// In the order of [`Component::ALL`].
    pub fn all(&self) -> [u32; 6] {
        [self.makespan, self.tardiness, self.cost, self.levelling, self.affinity, self.disruption]
    }

    /// The components that count, each with its weight.
    pub fn counting(&self) -> impl Iterator<Item = (Component, u64)> + use<> {
        let weights = self.all();
        Component::ALL.into_iter().zip(weights).filter(|(_, weight)| *weight > 0).map(|((_, it), w)| (it, u64::from(w)))
    }
}

impl Components {
    /// In the order of [`Component::ALL`].
    pub fn all(&self) -> [u64; 6] {
        [self.makespan, self.tardiness, self.cost, self.levelling, self.affinity, self.disruption]
    }

    /// The value of an objective.
    pub fn value(&self, objective: Objective) -> u64 {
        objective.weights().all().iter().zip(self.all()).map(|(weight, value)| u64::from(*weight) * value).sum()
    }
}

impl Objective {
    /// Every objective that has a name, by the name under which a job gives it.
    pub const ALL: [(&'static str, Self); 4] = [
        ("makespan", Self::Makespan),
        ("total-weighted-tardiness", Self::TotalWeightedTardiness),
        ("cost", Self::Cost),
        ("levelling", Self::Levelling),
    ];

    /// It as a mix.
    pub fn weights(self) -> Weights {
        let none = Weights::default();
        match self {
            Self::Makespan => Weights { makespan: 1, ..none },
            Self::TotalWeightedTardiness => Weights { tardiness: 1, ..none },
            Self::Cost => Weights { cost: 1, ..none },
            Self::Levelling => Weights { levelling: 1, ..none },
            Self::Mix(weights) => weights,
        }
    }

    /// The mix of these weights, by its name where it has one.
    fn of(weights: Weights) -> Self {
        let named = Self::ALL.into_iter().map(|(_, it)| it).find(|it| it.weights() == weights);
        named.unwrap_or(Self::Mix(weights))
    }

    /// Only ends count, and one component: what shops and turned lists are for.
    pub(crate) fn is_classic(self) -> bool {
        matches!(self, Self::Makespan | Self::TotalWeightedTardiness)
    }

    /// The checks that need no problem.
    pub(crate) fn check(self) -> Result<(), Error> {
        let weights = self.weights().all();
        if weights.iter().all(|weight| *weight == 0) {
            return Err(Error::invalid("objective: every weight is 0; give one above it to makespan, say"));
        }
        for ((name, _), weight) in Component::ALL.iter().zip(weights) {
            if weight > MAX_TIME {
                return Err(Error::too_large(format!("objective.{name} is {weight}; at most {MAX_TIME} is taken")));
            }
        }
        Ok(())
    }
}

/// A name, or an object of weights.
impl<'de> Deserialize<'de> for Objective {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameOrWeights;
        impl<'de> Visitor<'de> for NameOrWeights {
            type Value = Objective;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("the name of an objective, or an object such as {\"makespan\": 1, \"cost\": 2}")
            }

            fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<Objective, E> {
                const NAMES: [&str; 4] = ["makespan", "total-weighted-tardiness", "cost", "levelling"];
                let found = Objective::ALL.iter().find(|(known, _)| *known == name);
                found.map(|(_, it)| *it).ok_or_else(|| E::unknown_variant(name, &NAMES))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Objective, A::Error> {
                Weights::deserialize(MapAccessDeserializer::new(map)).map(Objective::of)
            }
        }
        deserializer.deserialize_any(NameOrWeights)
    }
}
