//! A job that was checked: everything that can be refused is refused here, before a state is allocated.

use crate::density::Density;
use crate::gradient::Backward;
use crate::idle::{Idle, Narrowed, kept};
use crate::observable::{PauliSum, read_sum};
use crate::options::{Method, Options, Precision};
use crate::plan::Plan;
use crate::result::CircuitResult;
use crate::source;
use crate::state::State;
use crate::subsets::{check_subsets, union};
use ketflow_circuit::shape::Shape;
use ketflow_circuit::{Circuit, Error};
use serde::Serialize;
use std::borrow::Cow;
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
    /// `statevector`, `trajectory`, `density`, `stabilizer` or `mps`.
    pub method: &'static str,
    /// What the circuit is made of.
    pub shape: Shape,
}

/// A checked job.
pub(crate) struct Job<'a> {
    pub(crate) options: Cow<'a, Options>,
    /// Qubits that the plan and the options are without.
    idle: Option<Idle<'a>>,
    pub(crate) plan: Plan,
    pub(crate) other: Option<Plan>,
    pub(crate) observable: Option<PauliSum>,
    pub(crate) backward: Option<Backward>,
    pub(crate) density: Option<Density>,
    /// Whether all possible outcomes are followed.
    pub(crate) is_exact: bool,
    /// Subsets whose density matrix is needed, with the complement in place of a larger subset of a pure state.
    pub(crate) densities: BTreeMap<Vec<u32>, Vec<u32>>,
}

impl<'a> Job<'a> {
    pub(crate) fn new(circuit: &Circuit, options: &'a Options) -> Result<Self, Error> {
        options.check()?;
        check_subsets(options, circuit.qubit_count())?;
        match kept(circuit, options) {
            Some(kept) => {
                let Narrowed { circuit, options, idle } = Narrowed::new(circuit, options, kept);
                Self::of_kept(&circuit, Cow::Owned(options), Some(idle))
            }
            None => Self::of_kept(circuit, Cow::Borrowed(options), None),
        }
    }

    fn of_kept(circuit: &Circuit, given: Cow<'a, Options>, idle: Option<Idle<'a>>) -> Result<Self, Error> {
        let options = &*given;
        let qubits = circuit.qubit_count();
        // Beyond 63 qubits byte counts and basis indices would overflow; no machine holds such a state.
        if qubits > 63 {
            return Err(Error::too_large(format!(
                "{} qubits need 2^{} amplitudes; the statevector method ends at 63 qubits in theory and at the memory limit in \
                 practice: use method stabilizer for Clifford gates, or method mps for little entanglement",
                qubits, qubits
            )));
        }
        let inputs = ketflow_circuit::bind(circuit, &options.inputs)?;
        let plan = Plan::new(circuit, &inputs, options)?;
        let observable = match &options.observable {
            Some(text) => {
                let mut products = read_sum(text, idle.as_ref().map_or(plan.qubits, |idle| idle.qubits))?;
                if let Some(idle) = &idle {
                    products = products.into_iter().map(|product| idle.product(product)).collect();
                }
                Some(PauliSum::of_products(products).placed(&plan.places))
            }
            None => None,
        };
        let backward = if options.gradient { Some(Backward::new(circuit, &inputs, &plan, options)?) } else { None };
        let density = Density::new(circuit, &inputs, options)?;
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
        if density.is_some() && wants_state {
            return Err(Error::unsupported(
                "method density gives counts, probabilities and an observable; leave the other results out, or the method",
            ));
        }
        if density.is_none() && options.noise.is_some() && (options.probabilities || wants_state || options.amplitudes)
        {
            return Err(Error::unsupported(
                "exact results under noise need the method density, which gives probabilities and an observable; ask for it, for counts, \
                 or remove noise",
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
        let mut job = Self {
            options: given,
            idle,
            plan,
            other,
            observable,
            backward,
            density,
            is_exact,
            densities: BTreeMap::new(),
        };
        job.find_densities()?;
        Ok(job)
    }

    fn other_plan(plan: &Plan, options: &Options) -> Result<Option<Plan>, Error> {
        let Some(other) = &options.fidelity else { return Ok(None) };
        // A place in the other circuit is none in this one.
        let named = |mut error: Error| {
            let place = match error.position.take() {
                Some((line, column)) => format!("fidelity.source, line {line}, column {column}"),
                None => "fidelity".to_owned(),
            };
            error.message = format!("{place}: {}", error.message);
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

    /// The density matrices that the results need.
    fn find_densities(&mut self) -> Result<(), Error> {
        let options = &*self.options;
        let mut densities: BTreeMap<Vec<u32>, Vec<u32>> =
            options.reduced_density.iter().map(|qubits| (qubits.clone(), qubits.clone())).collect();
        let entropies = options.entropy.iter().map(|qubits| ("entropy", qubits.clone()));
        let pairs = options.mutual_information.iter().flat_map(|pair| {
            [pair.a.clone(), pair.b.clone(), union(&pair.a, &pair.b)].map(|qubits| ("mutualInformation", qubits))
        });
        for (field, qubits) in entropies.chain(pairs) {
            let complement: Vec<u32> = (0..self.plan.qubits).filter(|qubit| !qubits.contains(qubit)).collect();
            let is_pure = self.plan.is_pure();
            let smaller = if is_pure && complement.len() < qubits.len() { complement } else { qubits.clone() };
            if smaller.len() > MAX_DENSITY_QUBITS {
                return Err(Error::too_large(format!(
                    "{field} needs the density matrix of {} qubits; the limit is {MAX_DENSITY_QUBITS}{}",
                    smaller.len(),
                    if is_pure { " for a subset or its complement" } else { ", because the state is mixed" }
                )));
            }
            densities.entry(qubits).or_insert(smaller);
        }
        self.densities = densities;
        Ok(())
    }

    /// A result for all qubits of the circuit.
    pub(crate) fn filled_in(&self, result: CircuitResult) -> CircuitResult {
        match &self.idle {
            Some(idle) => idle.filled_in(result),
            None => result,
        }
    }

    /// Distinct measured qubits in order of their lowest outcome bit.
    pub(crate) fn measured_qubits(&self) -> Vec<u32> {
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

    pub(crate) fn state_bytes(&self) -> u128 {
        self.of_precision(self.plan.qubits)
    }

    /// Bytes of a state of so many qubits.
    fn of_precision(&self, qubits: u32) -> u128 {
        match self.options.precision {
            Precision::F32 => State::<f32>::bytes(qubits),
            Precision::F64 => State::<f64>::bytes(qubits),
        }
    }

    /// Of the state.
    pub(crate) fn amplitudes(&self) -> u128 {
        1 << self.plan.qubits
    }

    /// Of the largest state.
    pub(crate) fn amplitudes_at_most(&self) -> u128 {
        self.density.as_ref().map_or(self.amplitudes(), |density| 1 << density.qubits_of_state())
    }

    /// Bytes without waiting copies.
    pub(crate) fn bytes(&self) -> u128 {
        let state = self.state_bytes();
        // ψ and λ on the way back are one state of twice the size.
        let states = state * (1 + u128::from(self.other.is_some()) + 2 * u128::from(self.backward.is_some()));
        let row = 8 * (u128::from(self.plan.outcome_bits).div_ceil(64) + 1);
        let states = states + self.density.as_ref().map_or(0, |density| self.of_precision(density.qubits_of_state()));
        // Groups hold shots twice while they split; draws are (f64, u32), twice; counts have at most a row per shot, kept twice.
        let per_shot = 4 * 2 + 2 * 16 + if self.plan.noise.has_gate_errors() { 32 } else { 0 } + 2 * row;
        let shots = u128::from(self.options.shots) * per_shot;
        // The dense distribution, its table while merging, and the container.
        let measured = self.measured_qubits().len();
        let table = if self.options.probabilities { (1u128 << measured) * (16 + 3 * row) } else { 0 };
        let amplitudes = if self.options.amplitudes { 2 * state } else { 0 };
        let given = self.idle.as_ref().map_or(&*self.options, |idle| idle.options);
        let marginals: u128 = given.marginals.iter().map(|qubits| (1u128 << qubits.len()) * 24).sum();
        let densities: u128 = self.densities.values().map(|qubits| (1u128 << (2 * qubits.len())) * 48).sum();
        let plans = (self.plan.steps.len() as u128) * 256;
        states + shots + table + amplitudes + marginals + densities + plans
    }

    pub(crate) fn check_memory(&self) -> Result<(), Error> {
        let (bytes, limit) = (self.bytes(), self.options.memory_limit_bytes());
        if bytes <= limit {
            return Ok(());
        }
        let n = self.plan.qubits;
        let remedy = match self.options.precision {
            Precision::F64 if self.bytes() - self.state_bytes() / 2 <= limit => "use precision f32",
            _ if self.state_bytes() <= limit => "ask for fewer shots or results, or raise memoryLimitMiB",
            _ => {
                "use fewer qubits, method mps where entanglement is little, or raise memoryLimitMiB where the machine has the memory"
            }
        };
        Err(Error::too_large(format!(
            "{n} {}qubits need {bytes} bytes ({} MiB) with these options; the limit is {limit} bytes ({} MiB): {remedy}",
            if self.idle.is_some() { "touched " } else { "" },
            bytes.div_ceil(1 << 20),
            limit >> 20
        )))
    }

    pub(crate) fn estimate(&self, shape: Shape) -> Estimate {
        Estimate {
            qubits: self.idle.as_ref().map_or(self.plan.qubits, |idle| idle.qubits),
            bytes: u64::try_from(self.bytes()).unwrap_or(u64::MAX),
            passes: self.plan.passes(),
            amplitude_updates: self.amplitude_updates(),
            branches_up_to: self.branches(),
            method: if self.density.is_some() {
                "density"
            } else if self.has_gate_errors() || self.options.method == Method::Trajectory {
                "trajectory"
            } else {
                "statevector"
            },
            shape,
        }
    }

    /// As [`Estimate::amplitude_updates`].
    pub(crate) fn amplitude_updates(&self) -> u64 {
        let amplitudes = self.amplitudes();
        let terms = self.observable.as_ref().map_or(0, PauliSum::passes) as u128;
        let passes = self.density.as_ref().map_or(self.plan.amplitude_updates(), Density::amplitude_updates);
        let densities: u128 = self.densities.values().map(|qubits| 1u128 << qubits.len()).sum();
        let other = self.other.as_ref().map_or(0, |plan| plan.amplitude_updates() + amplitudes);
        let ends =
            3 + terms + self.options.marginals.len() as u128 + densities + u128::from(self.options.probabilities);
        let back =
            self.backward.as_ref().map_or(0, |back| back.amplitude_updates(self.plan.qubits) + terms * amplitudes);
        let updates = u128::from(self.branches().min(64)) * (passes + amplitudes * ends)
            + other
            + back
            + u128::from(self.options.shots);
        u64::try_from(updates).unwrap_or(u64::MAX)
    }

    /// As [`Estimate::branches_up_to`].
    fn branches(&self) -> u64 {
        let points = self.plan.branch_points().min(63) as u32;
        if self.density.is_some() {
            return 1;
        }
        match (self.is_exact, self.has_gate_errors()) {
            (true, _) => 1u64 << points,
            (false, true) => self.options.shots,
            (false, false) => self.options.shots.min(1 << points),
        }
    }

    fn has_gate_errors(&self) -> bool {
        self.options.noise.has_gate_errors()
    }
}
