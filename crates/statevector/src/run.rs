//! A run from circuit and options to the result; everything that can be refused is refused before the state is allocated.

use crate::error::RunError;
use crate::information::{entropy_and_purity, fidelity, marginal, reduced_density};
use crate::monitor::{Monitor, Progress};
use crate::observable::PauliSum;
use crate::options::{Method, Options, Precision};
use crate::outcomes::{OutcomeTable, Scatter};
use crate::plan::Plan;
use crate::real::Real;
use crate::result::{Amplitudes, CircuitResult, Reduced};
use crate::sample::sample;
use crate::source;
use crate::state::{Block, State};
use crate::walk::{Leaf, Settings, walk};
use ketflow_circuit::{Circuit, Error};
use ketflow_rng::{Purpose, uniform};
use num_complex::Complex64;
use serde::Serialize;
use std::collections::BTreeMap;

/// Largest subset with a density matrix: 2¹⁰ × 2¹⁰ entries of 16 bytes.
pub const MAX_DENSITY_QUBITS: usize = 10;

/// What a run will take, known without allocating anything.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Estimate {
    /// Qubits of the circuit.
    pub qubits: u32,
    /// Bytes at the peak: states, shot lists, results. More states are kept while the limit allows.
    pub bytes: u64,
    /// Passes over the state of one walk through the program.
    pub passes: u64,
    /// Amplitudes touched by all passes, samples and branches, where the number of branches is that of `branches_up_to` but at
    /// most 64: what a calibration turns into milliseconds.
    pub amplitude_updates: u64,
    /// Groups of shots or exact branches at the end, at most.
    pub branches_up_to: u64,
    /// `statevector` or `trajectory`.
    pub method: &'static str,
}

/// What a run will take.
///
/// # Errors
/// Whatever [`run`] refuses before it starts, except the memory limit: an estimate may say that the limit is too low.
pub fn estimate(circuit: &Circuit, options: &Options) -> Result<Estimate, Error> {
    Ok(Job::new(circuit, options)?.estimate())
}

/// Runs the circuit.
///
/// # Errors
/// `invalid-input`, `unsupported` and `too-large` before anything is allocated; `too-large` later only when the exact result
/// has too many branches or the allocator refuses; [`RunError::Cancelled`] when the monitor stops the run.
pub fn run(circuit: &Circuit, options: &Options, monitor: &mut dyn Monitor) -> Result<CircuitResult, RunError> {
    let job = Job::new(circuit, options)?;
    job.check_memory()?;
    match options.precision {
        Precision::F32 => job.run::<f32>(monitor),
        Precision::F64 => job.run::<f64>(monitor),
    }
}

/// A checked job.
struct Job<'a> {
    options: &'a Options,
    plan: Plan,
    other: Option<Plan>,
    observable: Option<PauliSum>,
    /// Whether all possible outcomes are followed.
    is_exact: bool,
    /// Subsets whose density matrix is needed, with the complement in place of a larger subset of a pure state.
    densities: BTreeMap<Vec<u32>, Vec<u32>>,
}

impl<'a> Job<'a> {
    fn new(circuit: &Circuit, options: &'a Options) -> Result<Self, Error> {
        options.check()?;
        let inputs = ketflow_circuit::bind(circuit, &options.inputs)?;
        let plan = Plan::new(circuit, &inputs, options)?;
        // Beyond 63 qubits byte counts and basis indices would overflow; no machine holds such a state.
        if plan.qubits > 63 {
            return Err(Error::too_large(format!(
                "{} qubits need 2^{} amplitudes; the statevector method ends at 63 qubits in theory and at the memory limit in \
                 practice",
                plan.qubits, plan.qubits
            )));
        }
        let observable = match &options.observable {
            Some(text) => Some(PauliSum::parse(text, plan.qubits)?),
            None => None,
        };
        let other = Self::other_plan(&plan, options)?;
        let wants_state = !options.marginals.is_empty()
            || !options.entropy.is_empty()
            || !options.reduced_density.is_empty()
            || !options.mutual_information.is_empty()
            || other.is_some();
        if options.method == Method::Statevector && options.noise.has_gate_errors() {
            return Err(Error::unsupported(
                "method statevector cannot simulate gate noise, which makes the state mixed; use auto or trajectory",
            ));
        }
        if options.noise.is_some() && (options.probabilities || wants_state || options.amplitudes) {
            return Err(Error::unsupported(
                "exact results under noise are not available in this version; ask for counts or an observable, or remove noise",
            ));
        }
        if options.amplitudes && plan.branch_points() > 0 {
            return Err(Error::unsupported(format!(
                "the circuit has no single final state: {} measurements or resets lie before its end; ask for probabilities, \
                 an observable or reducedDensity instead of amplitudes, or move them to the end",
                plan.branch_points()
            )));
        }
        let is_exact = plan.branch_points() > 0
            && !options.noise.is_some()
            && (options.probabilities || observable.is_some() || wants_state);
        let mut job = Self { options, plan, other, observable, is_exact, densities: BTreeMap::new() };
        job.check_subsets()?;
        Ok(job)
    }

    fn other_plan(plan: &Plan, options: &Options) -> Result<Option<Plan>, Error> {
        let Some(other) = &options.fidelity else { return Ok(None) };
        let named = |mut error: Error| {
            error.message = format!("fidelity: {}", error.message);
            error
        };
        let circuit = source::read(&other.format, other.source.as_bytes()).map_err(named)?.circuit;
        if circuit.qubit_count() != plan.qubits {
            return Err(Error::invalid(format!(
                "fidelity: the other circuit has {} qubits, this one {}; give both the same number",
                circuit.qubit_count(),
                plan.qubits
            )));
        }
        let inputs: BTreeMap<String, f64> = options
            .inputs
            .iter()
            .filter(|(name, _)| circuit.inputs.iter().any(|input| input.name == **name))
            .map(|(name, value)| (name.clone(), *value))
            .collect();
        let inputs = ketflow_circuit::bind(&circuit, &inputs).map_err(named)?;
        let other = Plan::new(&circuit, &inputs, options)?;
        if other.branch_points() > 0 {
            return Err(Error::unsupported(
                "fidelity: the other circuit measures or resets before its end, so it has no pure final state; remove that",
            ));
        }
        Ok(Some(other))
    }

    fn check_subsets(&mut self) -> Result<(), Error> {
        let n = self.plan.qubits;
        let options = self.options;
        let check = |field: &str, qubits: &[u32]| {
            for (k, qubit) in qubits.iter().enumerate() {
                if *qubit >= n {
                    return Err(Error::invalid(format!(
                        "{field} names qubit {qubit}; the circuit has qubits 0 to {}",
                        n - 1
                    )));
                }
                if qubits[..k].contains(qubit) {
                    return Err(Error::invalid(format!("{field} names qubit {qubit} twice; give distinct qubits")));
                }
            }
            if qubits.is_empty() {
                return Err(Error::invalid(format!("{field} has an empty subset; name at least one qubit")));
            }
            Ok(())
        };
        for qubits in &options.marginals {
            check("marginals", qubits)?;
        }
        for qubits in &options.reduced_density {
            check("reducedDensity", qubits)?;
            if qubits.len() > MAX_DENSITY_QUBITS {
                return Err(Error::too_large(format!(
                    "reducedDensity of {} qubits; the limit is {MAX_DENSITY_QUBITS}, name fewer",
                    qubits.len()
                )));
            }
            self.densities.insert(qubits.clone(), qubits.clone());
        }
        let mut wanted: Vec<(&str, Vec<u32>)> = Vec::new();
        for qubits in &options.entropy {
            check("entropy", qubits)?;
            wanted.push(("entropy", qubits.clone()));
        }
        for pair in &options.mutual_information {
            check("mutualInformation", &pair.a)?;
            check("mutualInformation", &pair.b)?;
            let both = union(&pair.a, &pair.b);
            if let Some(qubit) = pair.a.iter().find(|qubit| pair.b.contains(qubit)) {
                return Err(Error::invalid(format!(
                    "mutualInformation has qubit {qubit} on both sides; give disjoint subsets"
                )));
            }
            wanted.extend([pair.a.clone(), pair.b.clone(), both].map(|qubits| ("mutualInformation", qubits)));
        }
        for (field, qubits) in wanted {
            let complement: Vec<u32> = (0..n).filter(|qubit| !qubits.contains(qubit)).collect();
            let is_pure = self.plan.is_pure();
            let smaller = if is_pure && complement.len() < qubits.len() { complement } else { qubits.clone() };
            if smaller.len() > MAX_DENSITY_QUBITS {
                return Err(Error::too_large(format!(
                    "{field} needs the density matrix of {} qubits; the limit is {MAX_DENSITY_QUBITS}{}",
                    smaller.len(),
                    if is_pure { " for a subset or its complement" } else { ", because the state is mixed" }
                )));
            }
            self.densities.entry(qubits).or_insert(smaller);
        }
        Ok(())
    }

    /// Distinct measured qubits in order of their lowest outcome bit.
    fn measured_qubits(&self) -> Vec<u32> {
        let mut finals: Vec<_> = self.plan.finals.clone();
        finals.sort_by_key(|m| m.bit);
        let mut qubits: Vec<u32> = Vec::new();
        finals.iter().for_each(|m| {
            if !qubits.contains(&m.qubit) {
                qubits.push(m.qubit)
            }
        });
        qubits
    }

    fn state_bytes(&self) -> u128 {
        match self.options.precision {
            Precision::F32 => State::<f32>::bytes(self.plan.qubits),
            Precision::F64 => State::<f64>::bytes(self.plan.qubits),
        }
    }

    /// Bytes without waiting copies.
    fn bytes(&self) -> u128 {
        let state = self.state_bytes();
        let states = if self.other.is_some() { 2 * state } else { state };
        let row = 8 * (u128::from(self.plan.outcome_bits).div_ceil(64) + 1);
        // Groups hold shots twice while they split; draws are (f64, u32), twice; counts have at most a row per shot, kept twice.
        let per_shot = 4 * 2 + 2 * 16 + if self.plan.noise.has_gate_errors() { 32 } else { 0 } + 2 * row;
        let shots = u128::from(self.options.shots) * per_shot;
        // The dense distribution, its table while merging, and the container.
        let measured = self.measured_qubits().len();
        let table = if self.options.probabilities { (1u128 << measured) * (8 + 3 * row) } else { 0 };
        let amplitudes = if self.options.amplitudes { 2 * state } else { 0 };
        let marginals: u128 = self.options.marginals.iter().map(|qubits| (1u128 << qubits.len()) * 24).sum();
        let densities: u128 = self.densities.values().map(|qubits| (1u128 << (2 * qubits.len())) * 48).sum();
        let plans = (self.plan.steps.len() as u128) * 256;
        states + shots + table + amplitudes + marginals + densities + plans
    }

    fn check_memory(&self) -> Result<(), Error> {
        let (bytes, limit) = (self.bytes(), self.options.memory_limit_bytes());
        if bytes <= limit {
            return Ok(());
        }
        let n = self.plan.qubits;
        let remedy = match self.options.precision {
            Precision::F64 if self.bytes() - self.state_bytes() / 2 <= limit => "use precision f32",
            _ if self.state_bytes() <= limit => "ask for fewer shots or results, or raise memoryLimitMiB",
            _ => "use fewer qubits, or raise memoryLimitMiB where the machine has the memory",
        };
        Err(Error::too_large(format!(
            "{n} qubits need {bytes} bytes ({} MiB) with these options; the limit is {limit} bytes ({} MiB): {remedy}",
            bytes.div_ceil(1 << 20),
            limit >> 20
        )))
    }

    fn estimate(&self) -> Estimate {
        let points = self.plan.branch_points().min(63) as u32;
        let has_noise = self.options.noise.has_gate_errors();
        let branches = match (self.is_exact, has_noise) {
            (true, _) => 1u64 << points,
            (false, true) => self.options.shots,
            (false, false) => self.options.shots.min(1 << points),
        };
        let amplitudes = 1u128 << self.plan.qubits;
        let terms = self.observable.as_ref().map_or(0, PauliSum::len) as u128;
        let passes = u128::from(self.plan.passes());
        let densities: u128 = self.densities.values().map(|qubits| 1u128 << qubits.len()).sum();
        let other = self.other.as_ref().map_or(0, |plan| u128::from(plan.passes()) + 1);
        let ends =
            3 + terms + self.options.marginals.len() as u128 + densities + u128::from(self.options.probabilities);
        let updates =
            amplitudes * (u128::from(branches.min(64)) * (passes + ends) + other) + u128::from(self.options.shots);
        Estimate {
            qubits: self.plan.qubits,
            bytes: u64::try_from(self.bytes()).unwrap_or(u64::MAX),
            passes: self.plan.passes(),
            amplitude_updates: u64::try_from(updates).unwrap_or(u64::MAX),
            branches_up_to: branches,
            method: if has_noise || self.options.method == Method::Trajectory { "trajectory" } else { "statevector" },
        }
    }

    fn run<T: Real + Into<Amplitude>>(&self, monitor: &mut dyn Monitor) -> Result<CircuitResult, RunError> {
        let (options, plan) = (self.options, &self.plan);
        let mut progress = Progress::new(monitor, self.estimate().amplitude_updates);
        let spare = options.memory_limit_bytes() - self.bytes();
        let settings = Settings {
            seed: options.seed,
            shots: options.shots as u32,
            is_exact: self.is_exact,
            max_copies: usize::try_from(spare / self.state_bytes()).unwrap_or(usize::MAX),
        };
        let other = match &self.other {
            Some(plan) => {
                let mut state = State::<T>::zero(plan.qubits, &mut progress)?;
                let once = Settings { shots: 0, is_exact: false, max_copies: 0, ..settings };
                walk(plan, once, &mut state, &mut progress, |_, _, _| Ok(()))?;
                Some(state)
            }
            None => None,
        };
        let mut state = State::<T>::zero(plan.qubits, &mut progress)?;
        let mut totals = Totals::<T>::new(self, other);
        walk(plan, settings, &mut state, &mut progress, |state, leaf, progress| totals.add(state, leaf, progress))?;
        totals.finish(&mut progress)
    }
}

fn union(a: &[u32], b: &[u32]) -> Vec<u32> {
    let mut both: Vec<u32> = a.iter().chain(b).copied().collect();
    both.sort_unstable();
    both
}

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

/// Sums over the leaves of a walk, in the order in which it reaches them.
struct Totals<'a, T> {
    job: &'a Job<'a>,
    other: Option<State<T>>,
    counts: OutcomeTable<u64>,
    probabilities: OutcomeTable<f64>,
    expectation: f64,
    amplitudes: Option<Amplitudes>,
    marginals: Vec<Vec<f64>>,
    densities: BTreeMap<Vec<u32>, Vec<Complex64>>,
    fidelity: f64,
}

impl<'a, T: Real + Into<Amplitude>> Totals<'a, T> {
    fn new(job: &'a Job<'a>, other: Option<State<T>>) -> Self {
        let bits = job.plan.outcome_bits;
        Self {
            job,
            other,
            counts: OutcomeTable::new(bits),
            probabilities: OutcomeTable::new(bits),
            expectation: 0.0,
            amplitudes: None,
            marginals: job.options.marginals.iter().map(|qubits| vec![0.0; 1 << qubits.len()]).collect(),
            densities: BTreeMap::new(),
            fidelity: 0.0,
        }
    }

    fn add(&mut self, state: &State<T>, leaf: &Leaf, progress: &mut Progress) -> Result<(), RunError> {
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
        }
        for (sums, qubits) in self.marginals.iter_mut().zip(&job.options.marginals) {
            for (sum, p) in sums.iter_mut().zip(marginal(state, qubits, progress)?) {
                *sum += leaf.probability * p;
            }
        }
        for subset in job.densities.values() {
            let rho = reduced_density(state, subset, progress)?;
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
            if readout > 0.0 {
                scatter.write(index, &mut words);
                for m in &plan.finals {
                    if uniform(seed, Purpose::Readout, u64::from(shot), m.event) < readout {
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

    fn finish(mut self, progress: &mut Progress) -> Result<CircuitResult, RunError> {
        let job = self.job;
        let options = job.options;
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
