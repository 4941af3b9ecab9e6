//! Channels by name, and what they do to a state.

use super::probability;
use ketflow_circuit::Error;
use num_complex::Complex64;
use serde::Deserialize;
use std::sync::Arc;

/// A channel on one qubit, or by its Kraus operators on one or two.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Channel {
    /// X, Y or Z, each with a third of the probability.
    Depolarizing {
        /// 0 to 1.
        probability: f64,
    },
    /// X with this probability.
    BitFlip {
        /// 0 to 1.
        probability: f64,
    },
    /// Z with this probability.
    PhaseFlip {
        /// 0 to 1.
        probability: f64,
    },
    /// The qubit exchanges energy with its surroundings: a share `gamma` of the way to their state.
    AmplitudeDamping {
        /// 0 to 1.
        gamma: f64,
        /// Probability of |1⟩ in the state of the surroundings.
        #[serde(default)]
        excited: f64,
    },
    /// Coherences shrink by √(1 − `lambda`).
    PhaseDamping {
        /// 0 to 1.
        lambda: f64,
    },
    /// What the times T1 (energy) and T2 (coherence) of a device do while a gate takes its time, all in the same unit: populations go to
    /// their end by e^{−time/T1}, coherences shrink by e^{−time/T2}.
    ThermalRelaxation {
        /// Above 0.
        t1: f64,
        /// Above 0, at most 2·T1.
        t2: f64,
        /// Not negative.
        time: f64,
        /// Probability of |1⟩ in the end.
        #[serde(default)]
        excited: f64,
    },
    /// ρ → Σ KρK† with operators whose Σ K†K is the identity to 1e-9.
    Kraus {
        /// Each 4 or 16 numbers [re, im], row-major; of two qubits the first of the gate (controls come first) is the lowest bit.
        operators: Vec<Vec<[f64; 2]>>,
    },
}

/// Row-major matrices with Σ K†K = 1.
pub(crate) type Operators = Arc<Vec<Vec<Complex64>>>;

/// A part of a channel in the form in which it is simulated.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Effect {
    /// X, Y or Z with the given shares of `probability`, whatever the state.
    Pauli { probability: f64, shares: [f64; 3] },
    /// One of the operators, by how much of the state each leaves.
    Kraus(Operators),
}

/// How far Σ K†K may be from the identity.
const COMPLETENESS: f64 = 1e-9;

impl Effect {
    pub(crate) fn depolarizing(probability: f64) -> Self {
        Self::Pauli { probability, shares: [1.0; 3] }
    }
}

impl Channel {
    /// Qubits that it acts on at once.
    pub(super) fn qubits(&self) -> usize {
        match self {
            Self::Kraus { operators } => operators.first().map_or(1, |first| if first.len() > 4 { 2 } else { 1 }),
            _ => 1,
        }
    }

    /// Its parts, one after the other.
    pub(super) fn effects(&self) -> Vec<Effect> {
        let pauli = |probability: f64, shares: [f64; 3]| Effect::Pauli { probability, shares };
        // diag(1, √(1 − λ)) and diag(0, √λ) make the same of ρ as Z with probability (1 − √(1 − λ))/2.
        let dephasing = |kept: f64| pauli((1.0 - kept) / 2.0, [0.0, 0.0, 1.0]);
        match self {
            Self::Depolarizing { probability } => vec![Effect::depolarizing(*probability)],
            Self::BitFlip { probability } => vec![pauli(*probability, [1.0, 0.0, 0.0])],
            Self::PhaseFlip { probability } => vec![pauli(*probability, [0.0, 0.0, 1.0])],
            Self::AmplitudeDamping { gamma, excited } => vec![damping(*gamma, *excited)],
            Self::PhaseDamping { lambda } => vec![dephasing((1.0 - lambda).sqrt())],
            Self::ThermalRelaxation { t1, t2, time, excited } => {
                // The damping shrinks coherences by e^{−time/2T1}; the rest is up to dephasing.
                let rest = libm::exp(time / (2.0 * t1) - time / t2).min(1.0);
                vec![damping(-libm::expm1(-time / t1), *excited), dephasing(rest)]
            }
            Self::Kraus { operators } => {
                let matrix =
                    |operator: &Vec<[f64; 2]>| operator.iter().map(|[re, im]| Complex64::new(*re, *im)).collect();
                vec![Effect::Kraus(Arc::new(operators.iter().map(matrix).collect()))]
            }
        }
    }

    /// # Errors
    /// `invalid-input` with the field, its value and what it may be.
    pub(super) fn check(&self, place: &str) -> Result<(), Error> {
        match self {
            Self::Depolarizing { probability: p }
            | Self::BitFlip { probability: p }
            | Self::PhaseFlip { probability: p } => probability(&format!("{place}.probability"), *p),
            Self::AmplitudeDamping { gamma, excited } => {
                probability(&format!("{place}.gamma"), *gamma)?;
                probability(&format!("{place}.excited"), *excited)
            }
            Self::PhaseDamping { lambda } => probability(&format!("{place}.lambda"), *lambda),
            Self::ThermalRelaxation { t1, t2, time, excited } => {
                let is_time = |value: f64| value.is_finite() && value > 0.0;
                if !is_time(*t1) || !is_time(*t2) || !(*time == 0.0 || is_time(*time)) {
                    return Err(Error::invalid(format!(
                        "{place} has t1 {t1}, t2 {t2}, time {time}; give positive times in one unit"
                    )));
                }
                if *t2 > 2.0 * t1 {
                    return Err(Error::invalid(format!(
                        "{place}.t2 is {t2}, above 2·t1 = {}, which no channel has; give a shorter t2",
                        2.0 * t1
                    )));
                }
                probability(&format!("{place}.excited"), *excited)
            }
            Self::Kraus { operators } => check_kraus(place, operators),
        }
    }
}

/// Source: Nielsen & Chuang (2010), §8.3.5.
fn damping(gamma: f64, excited: f64) -> Effect {
    let real = |scale: f64, entries: [f64; 4]| -> Vec<Complex64> {
        entries.iter().map(|x| Complex64::new(scale * x, 0.0)).collect()
    };
    let (down, up) = ((1.0 - excited).sqrt(), excited.sqrt());
    let (kept, lost) = ((1.0 - gamma).sqrt(), gamma.sqrt());
    let mut operators = vec![real(down, [1.0, 0.0, 0.0, kept]), real(down, [0.0, lost, 0.0, 0.0])];
    if excited > 0.0 {
        operators.extend([real(up, [kept, 0.0, 0.0, 1.0]), real(up, [0.0, 0.0, lost, 0.0])]);
    }
    Effect::Kraus(Arc::new(operators))
}

fn check_kraus(place: &str, operators: &[Vec<[f64; 2]>]) -> Result<(), Error> {
    let entries = operators.first().map_or(0, Vec::len);
    if !matches!(entries, 4 | 16) || operators.len() > entries || operators.iter().any(|k| k.len() != entries) {
        return Err(Error::invalid(format!(
            "{place}.operators has {} matrices, the first of {entries} entries; give 1 to 4 matrices of 4 entries, or 1 to 16 of 16",
            operators.len()
        )));
    }
    let n = entries.isqrt();
    let mut deviation = 0.0f64;
    for row in 0..n {
        for column in 0..n {
            let mut sum = Complex64::new(if row == column { -1.0 } else { 0.0 }, 0.0);
            for operator in operators {
                for k in 0..n {
                    let [a, b] =
                        [operator[k * n + row], operator[k * n + column]].map(|[re, im]| Complex64::new(re, im));
                    sum += a.conj() * b;
                }
            }
            let size = sum.norm_sqr().sqrt();
            deviation = deviation.max(size);
        }
    }
    if deviation <= COMPLETENESS {
        return Ok(());
    }
    Err(Error::invalid(format!(
        "{place}.operators: ΣK†K is off the identity by {deviation:e}; an entry may be off by {COMPLETENESS:e} at most"
    )))
}
