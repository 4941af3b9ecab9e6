//! The naive twin as a subject: marginals and expectations by their definition, from the states of all histories.

use ketflow_circuit::{Circuit, bind};
use ketflow_statevector::Options;
use ketflow_statevector::naive::{History, histories};
use num_complex::Complex64;
use serde::Serialize;

/// What the twin can answer: the exact parts of a result.
#[derive(Serialize)]
pub struct Answer {
    #[serde(skip_serializing_if = "Option::is_none")]
    expectation: Option<f64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    marginals: Vec<Marginal>,
}

#[derive(Serialize)]
struct Marginal {
    qubits: Vec<u32>,
    probabilities: Vec<f64>,
}

/// Runs the circuit and evaluates the marginals and the observable of the options.
///
/// # Errors
/// A sentence when the inputs or the observable cannot be read.
pub fn answer(circuit: &Circuit, options: &Options) -> Result<Answer, String> {
    let inputs = bind(circuit, &options.inputs).map_err(|error| error.to_string())?;
    let histories = histories(circuit, &inputs);
    let expectation = match &options.observable {
        Some(text) => Some(expectation(&histories, &terms(text)?)),
        None => None,
    };
    let marginals = options.marginals.iter().map(|qubits| marginal(&histories, qubits)).collect();
    Ok(Answer { expectation, marginals })
}

fn marginal(histories: &[History], qubits: &[u32]) -> Marginal {
    let mut probabilities = vec![0.0; 1 << qubits.len()];
    for history in histories {
        for (index, amplitude) in history.state.iter().enumerate() {
            let subset = qubits.iter().enumerate().fold(0, |sum, (k, qubit)| sum | ((index >> qubit) & 1) << k);
            probabilities[subset] += history.probability * amplitude.norm_sqr();
        }
    }
    Marginal { qubits: qubits.to_vec(), probabilities }
}

/// `weight*LETTERS + weight*LETTERS …`, the form that the workloads use; the leftmost letter is the highest qubit.
fn terms(text: &str) -> Result<Vec<(f64, &[u8])>, String> {
    text.split(" + ")
        .map(|term| {
            let (weight, letters) = term.split_once('*').ok_or_else(|| format!("term {term:?} has no '*'"))?;
            let weight = weight.trim().parse().map_err(|_| format!("weight {weight:?} is not a number"))?;
            Ok((weight, letters.trim().as_bytes()))
        })
        .collect()
}

/// Σ over terms of weight · ⟨ψ|P|ψ⟩, where P|i⟩ is a phase times one other basis state.
fn expectation(histories: &[History], terms: &[(f64, &[u8])]) -> f64 {
    let mut sum = 0.0;
    for (weight, letters) in terms {
        for History { probability, state, .. } in histories {
            for (index, amplitude) in state.iter().enumerate() {
                let (mut target, mut phase) = (index, Complex64::new(1.0, 0.0));
                for (qubit, letter) in letters.iter().rev().enumerate() {
                    let sign = if (index >> qubit) & 1 == 1 { -1.0 } else { 1.0 };
                    match letter {
                        b'X' => target ^= 1 << qubit,
                        b'Y' => {
                            target ^= 1 << qubit;
                            phase *= Complex64::new(0.0, sign);
                        }
                        b'Z' => phase *= sign,
                        _ => {}
                    }
                }
                sum += weight * probability * (state[target].conj() * phase * amplitude).re;
            }
        }
    }
    sum
}
