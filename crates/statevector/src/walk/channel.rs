//! Channels whose operators act with probabilities that the state decides.

use super::Walker;
use super::group::{Branch, Group, NextError};
use crate::information::reduced_density;
use crate::monitor::{Interrupted, Progress};
use crate::noise::Operators;
use crate::real::Real;
use crate::reduce::outcome_weights;
use crate::state::State;
use ketflow_error::RunError;
use ketflow_rng::{Purpose, uniform};
use num_complex::Complex64;

impl<T: Real> Walker<'_, '_, '_, T> {
    /// One part per operator of a channel. Each shot takes operator k with the probability Tr(Kₖ†Kₖ ρ), as if the surroundings measured.
    pub(super) fn split_by_channel(
        &mut self,
        group: &mut Group,
        qubits: &[u32],
        operators: &Operators,
        event: u32,
    ) -> Result<Vec<Group>, RunError> {
        let mut weights = channel_weights(self.state, qubits, operators, self.progress)?;
        let total: f64 = weights.iter().sum();
        weights.iter_mut().for_each(|weight| *weight = if *weight <= T::BRANCH_FLOOR * total { 0.0 } else { *weight });
        let total: f64 = weights.iter().sum();
        let last = weights.iter().rposition(|weight| *weight > 0.0).unwrap_or_default();
        let mut parts: Vec<(Vec<u32>, Vec<NextError>)> = vec![Default::default(); operators.len()];
        for (k, &shot) in group.shots.iter().enumerate() {
            let mut left = uniform(self.settings.seed, Purpose::Measurement, u64::from(shot), event) * total;
            let chosen = weights.iter().position(|weight| {
                let is_here = left < *weight;
                left -= weight;
                is_here
            });
            let (shots, errors) = &mut parts[chosen.unwrap_or(last)];
            shots.push(shot);
            errors.extend(group.errors.get(k));
        }
        self.progress.advance(group.shots.len() as u64)?;
        let parts = parts.into_iter().enumerate().filter(|(_, (shots, _))| !shots.is_empty());
        Ok(parts
            .map(|(operator, (shots, errors))| {
                let scale = 1.0 / weights[operator].sqrt();
                self.part(group, shots, errors, 1.0, Branch::Kraus { step: group.step, operator, scale }, None)
            })
            .collect())
    }
}

/// ‖Kψ‖² for each operator.
fn channel_weights<T: Real>(
    state: &State<T>,
    qubits: &[u32],
    operators: &Operators,
    progress: &mut Progress,
) -> Result<Vec<f64>, Interrupted> {
    let n = 1usize << qubits.len();
    // K†K of damping is diagonal, so that the weights of the two outcomes say it all.
    let is_diagonal = operators.iter().all(|operator| {
        let overlap: Complex64 = (0..n).map(|row| operator[row * n].conj() * operator[row * n + 1]).sum();
        n == 2 && overlap == Complex64::new(0.0, 0.0)
    });
    let rho = if is_diagonal {
        let [zero, one] = outcome_weights(state, qubits[0], progress)?.map(|weight| Complex64::new(weight, 0.0));
        vec![zero, Complex64::default(), Complex64::default(), one]
    } else {
        reduced_density(state, qubits, progress)?
    };
    let weight = |operator: &Vec<Complex64>| {
        let mut sum = 0.0;
        for row in operator.chunks(n) {
            for (a, x) in row.iter().enumerate() {
                for (b, y) in row.iter().enumerate() {
                    sum += (x * rho[a * n + b] * y.conj()).re;
                }
            }
        }
        sum.max(0.0)
    };
    Ok(operators.iter().map(weight).collect())
}
