//! What the end points of a walk add up to, in the order in which it reaches them.

use crate::information::{entropy_and_purity, fidelity, marginal, reduced_density};
use crate::job::Job;
use crate::monitor::Progress;
use crate::outcomes::{OutcomeTable, Scatter};
use crate::real::Real;
use crate::result::{Amplitudes, CircuitResult, Gradient, Reduced};
use crate::sample::sample;
use crate::state::{Block, State};
use crate::subsets::union;
use crate::walk::Leaf;
use ketflow_circuit::Error;
use ketflow_error::RunError;
use ketflow_rng::{Purpose, uniform};
use num_complex::Complex64;
use std::collections::BTreeMap;

/// Either width of amplitude, so that the result keeps the type of the state.
pub(crate) enum Amplitude {
    F32(f32),
    F64(f64),
}

impl From<f32> for Amplitude {
    fn from(value: f32) -> Self {
        Self::F32(value)
    }
}

impl From<f64> for Amplitude {
    fn from(value: f64) -> Self {
        Self::F64(value)
    }
}

/// Sums over the leaves of a walk.
pub(crate) struct Totals<'a, T> {
    job: &'a Job<'a>,
    other: Option<State<T>>,
    counts: OutcomeTable<u64>,
    probabilities: OutcomeTable<f64>,
    expectation: f64,
    gradient: Vec<f64>,
    amplitudes: Option<Amplitudes>,
    marginals: Vec<Vec<f64>>,
    densities: BTreeMap<Vec<u32>, Vec<Complex64>>,
    fidelity: f64,
}

impl<'a, T: Real + Into<Amplitude>> Totals<'a, T> {
    pub(crate) fn new(job: &'a Job<'a>, other: Option<State<T>>) -> Self {
        let bits = job.plan.outcome_bits;
        Self {
            job,
            other,
            counts: OutcomeTable::new(bits),
            probabilities: OutcomeTable::new(bits),
            expectation: 0.0,
            gradient: Vec::new(),
            amplitudes: None,
            marginals: job.options.marginals.iter().map(|qubits| vec![0.0; 1 << qubits.len()]).collect(),
            densities: BTreeMap::new(),
            fidelity: 0.0,
        }
    }

    pub(crate) fn add(&mut self, state: &State<T>, leaf: &Leaf, progress: &mut Progress) -> Result<(), RunError> {
        let job = self.job;
        let outcome = self.recorded(leaf);
        self.sample(state, leaf, &outcome, progress)?;
        if job.options.probabilities {
            self.distribution(state, leaf, &outcome, progress)?;
        }
        if let Some(observable) = &job.observable {
            // Under noise the walk is not exact: then a leaf weighs what share of the shots it has.
            let weight = if job.options.noise.has_gate_errors() || (job.plan.branch_points() > 0 && !job.is_exact) {
                leaf.shots.len() as f64 / job.options.shots as f64
            } else {
                leaf.probability
            };
            self.expectation += weight * observable.expectation(state, progress)?;
            if let Some(backward) = &job.backward {
                self.gradient = backward.gradient(state, observable, progress)?;
            }
        }
        for (sums, qubits) in self.marginals.iter_mut().zip(&job.options.marginals) {
            for (sum, p) in sums.iter_mut().zip(marginal(state, &job.plan.placed(qubits), progress)?) {
                *sum += leaf.probability * p;
            }
        }
        for subset in job.densities.values() {
            let rho = reduced_density(state, &job.plan.placed(subset), progress)?;
            let sums = self.densities.entry(subset.clone()).or_insert_with(|| vec![Complex64::default(); rho.len()]);
            for (sum, x) in sums.iter_mut().zip(rho) {
                *sum += x * leaf.probability;
            }
        }
        if let Some(other) = &self.other {
            self.fidelity += leaf.probability * fidelity(state, other, progress)?;
        }
        if job.options.amplitudes {
            self.amplitudes = Some(copy_amplitudes(state, progress)?);
        }
        Ok(())
    }

    /// The outcome as far as the path has recorded it.
    fn recorded(&self, leaf: &Leaf) -> Vec<u64> {
        if self.job.plan.records_bits {
            leaf.bits.to_vec()
        } else {
            vec![0; (self.job.plan.outcome_bits as usize).div_ceil(64)]
        }
    }

    fn sample(
        &mut self,
        state: &State<T>,
        leaf: &Leaf,
        recorded: &[u64],
        progress: &mut Progress,
    ) -> Result<(), RunError> {
        if leaf.shots.is_empty() {
            return Ok(());
        }
        let plan = &self.job.plan;
        let seed = self.job.options.seed;
        if plan.finals.is_empty() {
            self.counts.push(recorded, leaf.shots.len() as u64);
            return Ok(());
        }
        let scatter = Scatter::new(plan.finals.iter().map(|m| (m.qubit, m.bit)));
        let readout = plan.noise.readout;
        let mut words = recorded.to_vec();
        // Equal neighbours are one row: the samples come in ascending order.
        let mut run: Option<(usize, u64)> = None;
        let counts = &mut self.counts;
        sample(state, seed, leaf.shots, progress, |index, shot| {
            if readout.is_some() {
                scatter.write(index, &mut words);
                for m in &plan.finals {
                    let rate = readout.rate(index >> m.qubit & 1 == 1);
                    if rate > 0.0 && uniform(seed, Purpose::Readout, u64::from(shot), m.event) < rate {
                        words[m.bit as usize / 64] ^= 1 << (m.bit % 64);
                    }
                }
                counts.push(&words, 1);
                return;
            }
            match &mut run {
                Some((same, count)) if *same == index => *count += 1,
                _ => {
                    if let Some((index, count)) = run.replace((index, 1)) {
                        scatter.write(index, &mut words);
                        counts.push(&words, count);
                    }
                }
            }
        })?;
        if let Some((index, count)) = run {
            scatter.write(index, &mut words);
            counts.push(&words, count);
        }
        Ok(())
    }

    fn distribution(
        &mut self,
        state: &State<T>,
        leaf: &Leaf,
        recorded: &[u64],
        progress: &mut Progress,
    ) -> Result<(), RunError> {
        let job = self.job;
        let qubits = job.measured_qubits();
        let position = |qubit: u32| qubits.iter().position(|q| *q == qubit).unwrap_or_default() as u32;
        let scatter = Scatter::new(job.plan.finals.iter().map(|m| (position(m.qubit), m.bit)));
        let mut words = recorded.to_vec();
        let distribution = marginal(state, &qubits, progress)?;
        for (index, p) in distribution.into_iter().enumerate().filter(|(_, p)| *p > T::PROBABILITY_FLOOR) {
            scatter.write(index, &mut words);
            self.probabilities.push(&words, leaf.probability * p);
            progress.advance(1)?;
        }
        Ok(())
    }

    pub(crate) fn finish(mut self, progress: &mut Progress) -> Result<CircuitResult, RunError> {
        let job = self.job;
        let options = &*job.options;
        self.counts.merge();
        self.probabilities.merge();
        let mut measures = BTreeMap::new();
        for (wanted, subset) in &job.densities {
            let is_needed = |qubits: &Vec<u32>| qubits == wanted;
            let for_pair = options
                .mutual_information
                .iter()
                .any(|p| is_needed(&p.a) || is_needed(&p.b) || union(&p.a, &p.b) == *wanted);
            if for_pair || options.entropy.iter().any(is_needed) {
                measures.insert(wanted.clone(), entropy_and_purity(&self.densities[subset], progress)?);
            }
        }
        let entropy_of = |qubits: &[u32]| measures.get(qubits).map_or(f64::NAN, |(entropy, _)| *entropy);
        Ok(CircuitResult {
            bits: job.plan.outcome_bits,
            counts: self.counts,
            probabilities: options.probabilities.then_some(self.probabilities),
            expectation: job.observable.is_some().then_some(self.expectation),
            gradient: job.backward.as_ref().map(|back| Gradient { names: back.names.clone(), values: self.gradient }),
            amplitudes: self.amplitudes,
            marginals: self.marginals,
            entropy: options.entropy.iter().map(|qubits| entropy_of(qubits)).collect(),
            purity: options.entropy.iter().map(|q| measures.get(q).map_or(f64::NAN, |(_, purity)| *purity)).collect(),
            reduced_density: options
                .reduced_density
                .iter()
                .map(|qubits| Reduced { qubits: qubits.len() as u32, matrix: self.densities[qubits].clone() })
                .collect(),
            mutual_information: options
                .mutual_information
                .iter()
                .map(|p| (entropy_of(&p.a) + entropy_of(&p.b) - entropy_of(&union(&p.a, &p.b))).max(0.0))
                .collect(),
            fidelity: self.other.is_some().then_some(self.fidelity),
            method: None,
            mps: None,
        })
    }
}

fn copy_amplitudes<T: Real + Into<Amplitude>>(
    state: &State<T>,
    progress: &mut Progress,
) -> Result<Amplitudes, RunError> {
    let n = state.amplitudes();
    let refused =
        || Error::too_large(format!("the machine refused memory for {n} amplitudes; ask for probabilities instead"));
    let (mut narrow, mut wide) = (Vec::new(), Vec::new());
    match T::ZERO.into() {
        Amplitude::F32(_) => narrow.try_reserve_exact(2 * n).map_err(|_| refused())?,
        Amplitude::F64(_) => wide.try_reserve_exact(2 * n).map_err(|_| refused())?,
    }
    let mut push = |value: T| match value.into() {
        Amplitude::F32(value) => narrow.push(value),
        Amplitude::F64(value) => wide.push(value),
    };
    for index in 0..state.block_count() {
        let Block { re, im } = state.block(index);
        for (re, im) in re.iter().zip(im).take(n) {
            push(*re);
            push(*im);
        }
        progress.advance(re.len() as u64)?;
    }
    Ok(match T::ZERO.into() {
        Amplitude::F32(_) => Amplitudes::F32(narrow),
        Amplitude::F64(_) => Amplitudes::F64(wide),
    })
}
