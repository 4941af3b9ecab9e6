//! Noise of a simulated device: what happens to the qubits of a gate after it, and to recorded outcomes.

mod channel;

pub use channel::Channel;
pub(crate) use channel::{Effect, Operators};

use ketflow_circuit::Error;
use ketflow_circuit::gates::{GATES, Gate};
use ketflow_circuit::ir::GateOp;
use serde::Deserialize;

/// Noise of a simulated device.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Noise {
    /// After a gate on one qubit that qubit suffers X, Y or Z, each with a third of this probability.
    pub depolarizing1: f64,
    /// After a gate on several qubits each of them (controls too) suffers X, Y or Z, each with a third of this probability.
    pub depolarizing2: f64,
    /// How recorded outcomes are flipped.
    pub readout: Readout,
    /// Channels after gates, in this order, after the two above.
    pub channels: Vec<Rule>,
}

/// With which probability an outcome is recorded as the other one. In JSON also one number, for both.
#[derive(Debug, Clone, Copy, PartialEq, Default, Deserialize)]
#[serde(from = "ReadoutJson")]
pub struct Readout {
    /// 0 is recorded as 1.
    pub zero_to_one: f64,
    /// 1 is recorded as 0.
    pub one_to_zero: f64,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ReadoutJson {
    Both(f64),
    Each(ReadoutRates),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ReadoutRates {
    #[serde(default)]
    zero_to_one: f64,
    #[serde(default)]
    one_to_zero: f64,
}

impl From<ReadoutJson> for Readout {
    fn from(json: ReadoutJson) -> Self {
        match json {
            ReadoutJson::Both(rate) => Self { zero_to_one: rate, one_to_zero: rate },
            ReadoutJson::Each(ReadoutRates { zero_to_one, one_to_zero }) => Self { zero_to_one, one_to_zero },
        }
    }
}

impl Readout {
    /// The probability that `outcome` is recorded as the other one.
    pub(crate) fn rate(&self, outcome: bool) -> f64 {
        if outcome { self.one_to_zero } else { self.zero_to_one }
    }

    pub(crate) fn is_some(&self) -> bool {
        self.zero_to_one > 0.0 || self.one_to_zero > 0.0
    }
}

/// A channel and the gates after which it acts.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Names of gates such as `rx` or `cx`, a `c` for each control; all gates where none is named.
    #[serde(default)]
    pub after: Vec<String>,
    /// Only gates on as many qubits, controls included.
    pub arity: Option<u32>,
    /// Acts on each qubit of the gate; one on two qubits on both qubits of a gate on two.
    pub channel: Channel,
}

impl Rule {
    fn applies(&self, op: &GateOp) -> bool {
        let qubits = op.controls.len() + op.targets.len();
        self.arity.is_none_or(|arity| arity as usize == qubits)
            && (self.channel.qubits() == 1 || qubits == 2)
            && (self.after.is_empty() || self.after.contains(&name(op)))
    }
}

/// The name of a gate in rules: that of the gate table in lower case, after a `c` for each control.
fn name(op: &GateOp) -> String {
    let plain = op.gate.row().map_or("unitary".to_owned(), |row| row.name.to_lowercase());
    "c".repeat(op.controls.len()) + &plain
}

impl Noise {
    /// Whether gates are noisy, so that shots take different paths.
    pub(crate) fn has_gate_errors(&self) -> bool {
        self.depolarizing1 > 0.0 || self.depolarizing2 > 0.0 || !self.channels.is_empty()
    }

    /// Whether anything is noisy.
    pub(crate) fn is_some(&self) -> bool {
        self.has_gate_errors() || self.readout.is_some()
    }

    /// What happens after a gate whose qubits, controls first, are `qubits`: effects and the qubits of each.
    pub(crate) fn after(&self, op: &GateOp, qubits: &[u32]) -> Vec<(Effect, Vec<u32>)> {
        let depolarizing = if qubits.len() == 1 { self.depolarizing1 } else { self.depolarizing2 };
        let mut effects = Vec::new();
        if depolarizing > 0.0 {
            let effect = Effect::depolarizing(depolarizing);
            effects.extend(qubits.iter().map(|qubit| (effect.clone(), vec![*qubit])));
        }
        for rule in self.channels.iter().filter(|rule| rule.applies(op)) {
            for effect in rule.channel.effects() {
                match rule.channel.qubits() {
                    1 => effects.extend(qubits.iter().map(|qubit| (effect.clone(), vec![*qubit]))),
                    _ => effects.push((effect, qubits.to_vec())),
                }
            }
        }
        effects
    }

    /// Whether all errors strike with fixed probabilities, so that their places can be drawn before anything runs.
    pub(crate) fn is_pauli(&self) -> bool {
        self.channels
            .iter()
            .flat_map(|rule| rule.channel.effects())
            .all(|effect| matches!(effect, Effect::Pauli { .. }))
    }

    /// # Errors
    /// `invalid-input` for a probability outside 0 to 1, a gate that does not exist and operators that are no channel.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let rates = [
            ("depolarizing1", self.depolarizing1),
            ("depolarizing2", self.depolarizing2),
            ("readout", self.readout.zero_to_one),
            ("readout", self.readout.one_to_zero),
        ];
        for (name, value) in rates {
            probability(&format!("noise.{name}"), value)?;
        }
        for (k, rule) in self.channels.iter().enumerate() {
            let place = format!("noise.channels[{k}]");
            for name in &rule.after {
                let plain = name.trim_start_matches('c');
                let is_known = |known: &str| known.to_lowercase() == plain;
                if plain != "unitary" && !GATES.iter().any(|row| row.gate != Gate::GPhase && is_known(row.name)) {
                    return Err(Error::invalid(format!(
                        "{place}.after names '{name}'; give gates of the gate table in lower case, with a c for each control, such as \
                         rx, u, cx or ccx"
                    )));
                }
            }
            if rule.arity == Some(0) {
                return Err(Error::invalid(format!("{place}.arity is 0; give at least 1, or leave it out")));
            }
            rule.channel.check(&format!("{place}.channel"))?;
        }
        Ok(())
    }
}

fn probability(place: &str, value: f64) -> Result<(), Error> {
    if (0.0..=1.0).contains(&value) {
        return Ok(());
    }
    Err(Error::invalid(format!("{place} is {value}; give a probability from 0 to 1")))
}
