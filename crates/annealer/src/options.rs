//! The options of an anneal job, as they come in JSON: the same names as the flags of the command line.

use ketflow_error::Error;
use ketflow_team::MAX_THREADS;
use serde::Deserialize;

/// Most reads of a job.
pub const MAX_READS: u32 = 1_000_000;
/// Most sweeps of a read.
pub const MAX_SWEEPS: u32 = 100_000_000;
/// Most samples of a result.
pub const MAX_SAMPLES: u32 = 1_000_000;
/// The address space of wasm32 less room for code; natively the same, so that both refuse alike.
pub const DEFAULT_MEMORY_LIMIT_MIB: u64 = 4096 - 256;

/// What to search for and how long.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Options {
    /// Independent runs, 1 to [`MAX_READS`].
    pub reads: u32,
    /// Passes over all variables in each, 1 to [`MAX_SWEEPS`].
    pub sweeps: u32,
    /// The run ends after this many sweeps of all reads together, taken unit after unit: sixteen reads where they anneal, one read
    /// otherwise. Those then under way count as they stand. What a run that was ended by its time limit records, so that it can be
    /// repeated.
    pub sweep_limit: Option<u64>,
    /// The run ends with the first read whose energy is at least as good.
    pub target_energy: Option<f64>,
    /// How to search.
    pub method: Method,
    /// First and last inverse temperature, both above 0 and the first not above the second, of a ladder those of its ends; paths take
    /// the last for all of their slices together. From the model by default.
    pub beta_range: Option<(f64, f64)>,
    /// Where every read begins, one value per variable: −1 and 1, or 0 and 1; at random by default.
    pub initial: Option<Vec<i8>>,
    /// Whether low or high energies are wanted; low by default, but Beasley's programs, which are maximised, have to say it.
    pub sense: Option<Sense>,
    /// Distinct samples that are kept, the best, 1 to [`MAX_SAMPLES`].
    pub max_samples: u32,
    /// Whether to prove what no energy can pass; for models up to [`crate::MAX_BOUND_VARIABLES`] variables.
    pub bound: bool,
    /// Of all random numbers, 0 to 2⁵³ − 1.
    pub seed: u64,
    /// Limit on the memory of the run.
    #[serde(rename = "memoryLimitMiB")]
    pub memory_limit_mib: u64,
    /// Most threads that share the reads, 1 to [`MAX_THREADS`]. Never changes a byte of the result.
    pub threads: u32,
}

/// How to search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// `anneal`.
    Auto,
    /// Simulated annealing.
    Anneal,
    /// All samples of a small model.
    Exact,
    /// Parallel tempering: sixteen replicas a read.
    Temper,
    /// Path-integral quantum annealing, simulated: sixteen Trotter slices a read.
    PathIntegral,
    /// One-flip tabu search with path relinking; a sweep is one flip, chosen among all.
    Tabu,
}

/// Whether low or high energies are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sense {
    /// Low.
    Min,
    /// High.
    Max,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            reads: 64,
            sweeps: 1000,
            sweep_limit: None,
            target_energy: None,
            method: Method::Auto,
            beta_range: None,
            initial: None,
            sense: None,
            max_samples: 100,
            bound: false,
            seed: 0,
            memory_limit_mib: DEFAULT_MEMORY_LIMIT_MIB,
            threads: 1,
        }
    }
}

impl Options {
    /// Reads and checks options.
    ///
    /// # Errors
    /// `invalid-input` for bad JSON, unknown fields and values out of range.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        let options: Self = serde_json::from_str(text).map_err(|error| Error::invalid(format!("options: {error}")))?;
        options.check()?;
        Ok(options)
    }

    /// The checks that need no model.
    ///
    /// # Errors
    /// As [`Options::from_json`].
    pub fn check(&self) -> Result<(), Error> {
        for (name, value, most) in [
            ("reads", self.reads, MAX_READS),
            ("sweeps", self.sweeps, MAX_SWEEPS),
            ("maxSamples", self.max_samples, MAX_SAMPLES),
            ("threads", self.threads, MAX_THREADS),
        ] {
            if value == 0 || value > most {
                return Err(Error::invalid(format!("{name} is {value}; give 1 to {most}")));
            }
        }
        if self.sweep_limit == Some(0) {
            return Err(Error::invalid("sweepLimit is 0; give at least 1, or leave it out"));
        }
        if self.seed >= 1 << 53 {
            return Err(Error::invalid(format!("seed is {}; give 0 to 9007199254740991 (2^53 - 1)", self.seed)));
        }
        if self.memory_limit_mib == 0 {
            return Err(Error::invalid("memoryLimitMiB is 0; give at least 1, or leave it out"));
        }
        if let Some(target) = self.target_energy.filter(|target| !target.is_finite()) {
            return Err(Error::invalid(format!("targetEnergy is {target}; give a finite number")));
        }
        if let Some((first, last)) = self.beta_range
            && !(first > 0.0 && first <= last && last.is_finite())
        {
            return Err(Error::invalid(format!(
                "betaRange is [{first}, {last}]; give two numbers above 0, the smaller one first"
            )));
        }
        Ok(())
    }

    /// Sweeps of all reads together.
    pub fn total_sweeps(&self) -> u64 {
        let all = u64::from(self.reads) * u64::from(self.sweeps);
        self.sweep_limit.map_or(all, |limit| limit.min(all))
    }
}
