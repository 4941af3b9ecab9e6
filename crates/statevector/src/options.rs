//! The options of a circuit job, as they come in JSON: the same names as the flags of the command line.

pub use crate::noise::Noise;
use ketflow_circuit::Error;
use ketflow_team::MAX_THREADS;
use serde::Deserialize;
use std::collections::BTreeMap;

/// What to compute and how.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Options {
    /// Number of shots, 1 to [`MAX_SHOTS`].
    pub shots: u64,
    /// Type of the amplitudes.
    pub precision: Precision,
    /// Key of every random number, 0 to 2⁵³ − 1.
    pub seed: u64,
    /// Values of the circuit's input parameters.
    pub inputs: BTreeMap<String, f64>,
    /// The exact distribution of the outcomes.
    pub probabilities: bool,
    /// A Pauli sum whose expectation is wanted.
    pub observable: Option<String>,
    /// The derivatives of that expectation by the circuit's inputs.
    pub gradient: bool,
    /// The amplitudes before the final measurements.
    pub amplitudes: bool,
    /// Distributions over subsets of the qubits.
    pub marginals: Vec<Vec<u32>>,
    /// Subsets whose von Neumann entropy and purity are wanted.
    pub entropy: Vec<Vec<u32>>,
    /// Subsets whose reduced density matrix is wanted.
    pub reduced_density: Vec<Vec<u32>>,
    /// Pairs of disjoint subsets whose mutual information is wanted.
    pub mutual_information: Vec<SubsetPair>,
    /// A circuit whose final state is compared with this one's.
    pub fidelity: Option<OtherCircuit>,
    /// Noise on gates and readout.
    pub noise: Noise,
    /// How to simulate.
    pub method: Method,
    /// Widest bond of a matrix product state, 1 to [`MAX_BOND`].
    pub max_bond: u32,
    /// Largest share of the norm that one cut of a matrix product state may drop although its bond has room, 0 to 1.
    pub truncation_threshold: f64,
    /// Limit on the memory of the run.
    #[serde(rename = "memoryLimitMiB")]
    pub memory_limit_mib: u64,
    /// Most threads to use, 1 to [`MAX_THREADS`]. Never changes a byte of the result.
    pub threads: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            shots: 1024,
            precision: Precision::F64,
            seed: 0,
            inputs: BTreeMap::new(),
            probabilities: false,
            observable: None,
            gradient: false,
            amplitudes: false,
            marginals: Vec::new(),
            entropy: Vec::new(),
            reduced_density: Vec::new(),
            mutual_information: Vec::new(),
            fidelity: None,
            noise: Noise::default(),
            method: Method::Auto,
            max_bond: 64,
            truncation_threshold: 1e-12,
            memory_limit_mib: DEFAULT_MEMORY_LIMIT_MIB,
            threads: 1,
        }
    }
}

/// Ten million shots take 240 MB of lists; beyond that the exact distribution says more for less.
pub const MAX_SHOTS: u64 = 10_000_000;

/// A cut of this bond takes minutes.
pub const MAX_BOND: u32 = 1024;

/// The address space of wasm32 less room for code, circuit and result; natively the same, so that both refuse alike.
pub const DEFAULT_MEMORY_LIMIT_MIB: u64 = 4096 - 256;

/// Type of the amplitudes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Precision {
    /// 24 bits of mantissa.
    F32,
    /// 53 bits of mantissa.
    F64,
}

/// How to simulate. `statevector` and `trajectory` give the same bytes where both accept the circuit, because a shot is
/// a random stream and states are only shared between shots; `auto` gives those of the method that it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// `stabilizer` for wide Clifford circuits; `mps` where the amplitudes exceed the memory limit and no bond can exceed
    /// `max_bond`; otherwise `trajectory` when there is noise, and `statevector` when not.
    Auto,
    /// Pure states, branching at mid-circuit measurements and resets; refuses gate noise.
    Statevector,
    /// Every shot follows one random path; with noise, errors are drawn per shot.
    Trajectory,
    /// Clifford circuits by tableau and Pauli frames, thousands of qubits; refuses other gates.
    Stabilizer,
    /// The whole density matrix: exact results under noise, for at most [`MAX_MIXED_QUBITS`](crate::MAX_MIXED_QUBITS) qubits.
    Density,
    /// A matrix product state: wide circuits of little entanglement, with a truncation error.
    Mps,
}

/// Two disjoint subsets of the qubits.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubsetPair {
    /// One subset.
    pub a: Vec<u32>,
    /// The other.
    pub b: Vec<u32>,
}

/// A circuit in text form.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OtherCircuit {
    /// `openqasm2`, `openqasm3`, `ionq-json` or `auto`.
    pub format: String,
    /// The text.
    pub source: String,
}

impl Options {
    /// Reads and checks options.
    ///
    /// # Errors
    /// `invalid-input` for bad JSON, unknown fields and values out of range; `unsupported` for methods of a later version.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        let options: Self = serde_json::from_str(text).map_err(|error| Error::invalid(format!("options: {error}")))?;
        options.check()?;
        Ok(options)
    }

    /// The checks that need no circuit.
    ///
    /// # Errors
    /// As [`Options::from_json`].
    pub fn check(&self) -> Result<(), Error> {
        if self.shots == 0 || self.shots > MAX_SHOTS {
            return Err(Error::invalid(format!("shots is {}; give 1 to {MAX_SHOTS}", self.shots)));
        }
        if self.seed >= 1 << 53 {
            return Err(Error::invalid(format!("seed is {}; give 0 to 9007199254740991 (2^53 - 1)", self.seed)));
        }
        if self.threads == 0 || self.threads > MAX_THREADS {
            return Err(Error::invalid(format!("threads is {}; give 1 to {MAX_THREADS}", self.threads)));
        }
        if self.max_bond == 0 || self.max_bond > MAX_BOND {
            return Err(Error::invalid(format!("maxBond is {}; give 1 to {MAX_BOND}", self.max_bond)));
        }
        if !(0.0..1.0).contains(&self.truncation_threshold) {
            return Err(Error::invalid(format!(
                "truncationThreshold is {}; give a share of the norm from 0 to less than 1",
                self.truncation_threshold
            )));
        }
        if self.memory_limit_mib == 0 {
            return Err(Error::invalid("memoryLimitMiB is 0; give at least 1, or leave it out"));
        }
        self.noise.check()?;
        for (name, value) in &self.inputs {
            if !value.is_finite() {
                return Err(Error::invalid(format!("inputs.{name} is {value}; give a finite number")));
            }
        }
        Ok(())
    }

    /// The memory limit in bytes.
    pub fn memory_limit_bytes(&self) -> u128 {
        u128::from(self.memory_limit_mib) << 20
    }
}
