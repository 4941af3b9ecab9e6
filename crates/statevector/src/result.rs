//! The result of a run, and its canonical bytes.

use crate::outcomes::OutcomeTable;
use ketflow_container::{Container, Data};
use num_complex::Complex64;

/// Schema id in the container.
pub const SCHEMA: &str = "circuit-result/1";

/// Everything that was asked for. Outcomes are the classical bits (bit 0 of word 0 = first declared bit), or the qubits where
/// the program records nothing.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CircuitResult {
    /// Width of an outcome.
    pub bits: u32,
    /// Shots per outcome, ascending.
    pub counts: OutcomeTable<u64>,
    /// Exact probability per outcome, ascending.
    pub probabilities: Option<OutcomeTable<f64>>,
    /// Of the observable.
    pub expectation: Option<f64>,
    /// Of the expectation.
    pub gradient: Option<Gradient>,
    /// Before the final measurements.
    pub amplitudes: Option<Amplitudes>,
    /// Per subset of the options.
    pub marginals: Vec<Vec<f64>>,
    /// Von Neumann entropy in bits, per subset of the options.
    pub entropy: Vec<f64>,
    /// Tr ρ², per subset of `entropy`.
    pub purity: Vec<f64>,
    /// Per subset of the options.
    pub reduced_density: Vec<Reduced>,
    /// In bits, per pair of the options.
    pub mutual_information: Vec<f64>,
    /// ⟨φ|ρ|φ⟩ with the other circuit's state φ.
    pub fidelity: Option<f64>,
    /// `stabilizer` or `mps` where that method ran; none for amplitudes.
    pub method: Option<&'static str>,
    /// Of a matrix product state.
    pub mps: Option<MpsFacts>,
}

/// re, im, re, im, … in ascending basis order, in the precision of the run.
#[derive(Debug, Clone, PartialEq)]
pub enum Amplitudes {
    /// From an f32 state.
    F32(Vec<f32>),
    /// From an f64 state.
    F64(Vec<f64>),
}

/// How wide and how exact a matrix product state was.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MpsFacts {
    /// The widest bond of the run.
    pub bond: u32,
    /// 1 − ∏(1 − share of the norm that a split dropped), over all splits.
    pub truncation_error: f64,
}

/// Derivatives by the inputs of type float and angle, in the order of their declaration.
#[derive(Debug, Clone, PartialEq)]
pub struct Gradient {
    /// Of the inputs.
    pub names: Vec<String>,
    /// One for each name.
    pub values: Vec<f64>,
}

/// A density matrix.
#[derive(Debug, Clone, PartialEq)]
pub struct Reduced {
    /// Number of qubits.
    pub qubits: u32,
    /// Row-major, 2ᵏ × 2ᵏ.
    pub matrix: Vec<Complex64>,
}

impl CircuitResult {
    /// The bytes that are hashed; `docs/result-container.md` specifies them.
    ///
    /// # Panics
    /// When a number is NaN, which only a fault of the engine can cause.
    pub fn to_container(&self) -> Vec<u8> {
        let densities: Vec<Vec<f64>> = self
            .reduced_density
            .iter()
            .map(|reduced| reduced.matrix.iter().flat_map(|x| [x.re, x.im]).collect())
            .collect();
        let bits = [self.bits];
        let mut container = Container::default();
        container.add("bits", &[1], Data::U32(&bits));
        let shape = |table: (usize, usize)| [table.0, table.1];
        let rows = self.counts.values().len();
        container.add("counts.words", &shape((rows, self.counts.words_per_row())), Data::U64(self.counts.words()));
        container.add("counts.shots", &[rows], Data::U64(self.counts.values()));
        if let Some(table) = &self.probabilities {
            let rows = table.values().len();
            container.add("probabilities.words", &shape((rows, table.words_per_row())), Data::U64(table.words()));
            container.add("probabilities.values", &[rows], Data::F64(table.values()));
        }
        if let Some(value) = &self.expectation {
            container.add("expectation", &[1], Data::F64(std::slice::from_ref(value)));
        }
        let names = self.gradient.as_ref().map(|gradient| serde_json::json!(gradient.names).to_string());
        if let (Some(gradient), Some(names)) = (&self.gradient, &names) {
            container.add("gradient.names", &[names.len()], Data::U8(names.as_bytes()));
            container.add("gradient.values", &[gradient.values.len()], Data::F64(&gradient.values));
        }
        match &self.amplitudes {
            Some(Amplitudes::F32(values)) => container.add("amplitudes", &[values.len() / 2, 2], Data::F32(values)),
            Some(Amplitudes::F64(values)) => container.add("amplitudes", &[values.len() / 2, 2], Data::F64(values)),
            None => {}
        }
        for (k, values) in self.marginals.iter().enumerate() {
            container.add(format!("marginals.{k}"), &[values.len()], Data::F64(values));
        }
        if !self.entropy.is_empty() {
            container.add("entropy", &[self.entropy.len()], Data::F64(&self.entropy));
            container.add("purity", &[self.purity.len()], Data::F64(&self.purity));
        }
        for (k, (reduced, values)) in self.reduced_density.iter().zip(&densities).enumerate() {
            let dimension = 1usize << reduced.qubits;
            container.add(format!("reduced-density.{k}"), &[dimension, dimension, 2], Data::F64(values));
        }
        if !self.mutual_information.is_empty() {
            container.add("mutual-information", &[self.mutual_information.len()], Data::F64(&self.mutual_information));
        }
        if let Some(value) = &self.fidelity {
            container.add("fidelity", &[1], Data::F64(std::slice::from_ref(value)));
        }
        if let Some(method) = self.method {
            container.add("method", &[method.len()], Data::U8(method.as_bytes()));
        }
        if let Some(MpsFacts { bond, truncation_error }) = &self.mps {
            container.add("mps.bond", &[1], Data::U32(std::slice::from_ref(bond)));
            container.add("mps.truncation-error", &[1], Data::F64(std::slice::from_ref(truncation_error)));
        }
        container.to_bytes(SCHEMA)
    }
}
