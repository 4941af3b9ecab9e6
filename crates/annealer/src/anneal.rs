//! Simulated annealing: reads from random starts, each of sweeps of Metropolis flips while β rises geometrically.
//!
//! Source: Kirkpatrick, Gelatt, Vecchi, "Optimization by simulated annealing", Science 220 (1983). The automatic range of β is that
//! the largest change of energy is accepted half of the time at its start, and the smallest once in a hundred times at its end.

use crate::bqm::Bqm;
use crate::error::Error;
use crate::ising::Ising;
use crate::samples::SampleSet;
use ketflow_rng::philox4x32;

/// The top words of the counters of this engine's random numbers; part of the reproducibility contract, never reused.
const START: u32 = 0x101;
const FLIP: u32 = 0x102;

/// Most reads of a job.
pub const MAX_READS: u32 = 1_000_000;
/// Most sweeps of a read.
pub const MAX_SWEEPS: u32 = 100_000_000;

/// How to anneal.
#[derive(Debug, Clone, PartialEq)]
pub struct AnnealOptions {
    /// Independent runs, 1 to [`MAX_READS`]; 64 by default.
    pub reads: u32,
    /// Passes over all variables in each, 1 to [`MAX_SWEEPS`]; 1,000 by default.
    pub sweeps: u32,
    /// First and last inverse temperature, both above 0 and the first not above the second; from the model by default.
    pub beta_range: Option<(f64, f64)>,
    /// Distinct samples that are kept, the lowest; 100 by default.
    pub max_samples: usize,
    /// Of all random numbers.
    pub seed: u64,
}

impl Default for AnnealOptions {
    fn default() -> Self {
        Self { reads: 64, sweeps: 1000, beta_range: None, max_samples: 100, seed: 0 }
    }
}

impl AnnealOptions {
    fn check(&self) -> Result<(), Error> {
        let within = |name: &str, value: u32, most: u32| match value {
            0 => Err(Error::invalid(format!("{name}: 0; give 1 to {most}"))),
            value if value > most => Err(Error::invalid(format!("{name}: {value}; give 1 to {most}"))),
            _ => Ok(()),
        };
        within("reads", self.reads, MAX_READS)?;
        within("sweeps", self.sweeps, MAX_SWEEPS)?;
        match self.beta_range {
            Some((first, last)) if !(first > 0.0 && first <= last && last.is_finite()) => Err(Error::invalid(format!(
                "betaRange: [{first}, {last}]; give two numbers above 0, the smaller one first"
            ))),
            _ => Ok(()),
        }
    }
}

/// Watches a run.
pub trait Monitor {
    /// Called at least after every sweep of every read.
    ///
    /// # Errors
    /// [`Interrupted`] ends the run.
    fn poll(&mut self, progress: Progress) -> Result<(), Interrupted>;
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// Sweeps done, of all reads.
    pub done: u64,
    /// Sweeps of all reads.
    pub total: u64,
    /// The lowest energy at the end of a read so far.
    pub best: Option<f64>,
}

/// The monitor wants the run to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interrupted;

/// Why there is no result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnnealError {
    /// Something is wrong with the options.
    Refused(Error),
    /// The monitor ended the run.
    Cancelled,
}

impl From<Error> for AnnealError {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

impl From<Interrupted> for AnnealError {
    fn from(_: Interrupted) -> Self {
        Self::Cancelled
    }
}

/// Anneals all reads, one after the other.
///
/// # Errors
/// [`AnnealError::Refused`] before anything runs, [`AnnealError::Cancelled`] when the monitor ends it.
pub fn anneal(bqm: &Bqm, options: &AnnealOptions, monitor: &mut dyn Monitor) -> Result<SampleSet, AnnealError> {
    options.check()?;
    let ising = Ising::new(bqm);
    let schedule = Schedule::new(options.beta_range.unwrap_or_else(|| beta_range(&ising)), options.sweeps);
    let total = u64::from(options.reads) * u64::from(options.sweeps);
    let mut progress = Progress { done: 0, total, best: None };
    let mut reads = Vec::with_capacity(options.reads as usize);
    for read in 0..options.reads {
        let mut walker = Walker::new(&ising, options.seed, read);
        for sweep in 0..options.sweeps {
            walker.sweep(sweep, schedule.beta(sweep));
            progress.done += 1;
            monitor.poll(progress)?;
        }
        let values: Vec<bool> = walker.spins.iter().map(|spin| *spin > 0.0).collect();
        let energy = bqm.energy(&values);
        progress.best = Some(progress.best.map_or(energy, |best| best.min(energy)));
        reads.push(values);
    }
    Ok(SampleSet::collect(bqm, reads, options.max_samples))
}

/// A geometric series from the first β to the last.
struct Schedule {
    first: f64,
    span: f64,
    steps: f64,
}

impl Schedule {
    fn new((first, last): (f64, f64), sweeps: u32) -> Self {
        Self { first, span: libm::log(last / first), steps: f64::from(sweeps.max(2) - 1) }
    }

    fn beta(&self, sweep: u32) -> f64 {
        self.first * libm::exp(self.span * (f64::from(sweep) / self.steps))
    }
}

/// The range that suits the model; (1, 1) where no flip changes anything.
fn beta_range(ising: &Ising) -> (f64, f64) {
    let (mut largest, mut smallest) = (0.0f64, f64::INFINITY);
    for k in 0..ising.size() {
        let all = ising.row(k).fold(ising.fields[k].abs(), |sum, (_, weight)| sum + weight.abs());
        largest = largest.max(2.0 * all);
        let parts = ising.row(k).map(|(_, weight)| weight.abs()).chain([ising.fields[k].abs()]);
        smallest = parts.filter(|part| *part > 0.0).fold(smallest, |least, part| least.min(2.0 * part));
    }
    if largest == 0.0 {
        return (1.0, 1.0);
    }
    let (first, last) = (libm::log(2.0) / largest, libm::log(100.0) / smallest);
    (first, last.max(first))
}

/// Beyond this, exp(−x) is less than 2⁻³²: no 32-bit number is below it.
const NEVER: f64 = 22.181;
const TWO_TO_32: f64 = 4_294_967_296.0;

/// One read: the spins as they are, and what each of them feels.
struct Walker<'a> {
    ising: &'a Ising,
    key: [u32; 2],
    read: u32,
    spins: Vec<f64>,
    local: Vec<f64>,
}

impl<'a> Walker<'a> {
    fn new(ising: &'a Ising, seed: u64, read: u32) -> Self {
        let key = [seed as u32, (seed >> 32) as u32];
        let spins: Vec<f64> = (0..ising.size())
            .map(|k| {
                let words = philox4x32([(k / 128) as u32, 0, read, START], key);
                let bit = words[k / 32 % 4] >> (k % 32) & 1;
                if bit == 1 { 1.0 } else { -1.0 }
            })
            .collect();
        let local = (0..ising.size()).map(|k| ising.local_field(&spins, k)).collect();
        Self { ising, key, read, spins, local }
    }

    /// Every spin in turn: a flip that does not raise the energy is done, another with probability exp(−β ΔE).
    fn sweep(&mut self, sweep: u32, beta: f64) {
        // Four spins share a block of random words, which is made only where one of them needs it.
        let (mut block, mut words) = (usize::MAX, [0u32; 4]);
        for k in 0..self.spins.len() {
            let rise = -2.0 * self.spins[k] * self.local[k];
            if rise > 0.0 {
                let x = beta * rise;
                if x > NEVER {
                    continue;
                }
                if block != k / 4 {
                    block = k / 4;
                    words = philox4x32([block as u32, sweep, self.read, FLIP], self.key);
                }
                if f64::from(words[k % 4]) >= libm::exp(-x) * TWO_TO_32 {
                    continue;
                }
            }
            self.spins[k] = -self.spins[k];
            self.ising.flip_felt(&mut self.local, &self.spins, k);
        }
    }
}
