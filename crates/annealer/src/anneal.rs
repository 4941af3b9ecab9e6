//! Simulated annealing: reads from random starts, each of sweeps of Metropolis flips while β rises geometrically.
//!
//! Source: Kirkpatrick, Gelatt, Vecchi, "Optimization by simulated annealing", Science 220 (1983). The automatic range of β is that
//! the largest change of energy is accepted half of the time at its start, and the smallest once in a hundred times at its end.

use crate::ising::Ising;
use crate::monitor::{Interrupted, Monitor};
use crate::options::Options;
use crate::reads::{Hand, Read, Reads};
use crate::search::{Found, Search};
use ketflow_error::RunError;
use ketflow_rng::philox4x32;
use ketflow_team::Team;

/// The top words of the counters of this engine's random numbers; part of the reproducibility contract, never reused.
const START: u32 = 0x101;
const FLIP: u32 = 0x102;

/// Anneals the reads, each on one of the team's threads.
///
/// # Errors
/// [`RunError::Cancelled`] when the monitor ends it.
pub(crate) fn anneal(
    team: &Team,
    search: &Search,
    options: &Options,
    monitor: &mut dyn Monitor,
) -> Result<Found, RunError> {
    let ising = Ising::new(&search.bqm);
    let schedule = Schedule::new(options.beta_range.unwrap_or_else(|| beta_range(&ising)), options.sweeps);
    Reads::new(search, options, team.threads()).share(team, monitor, |read, sweeps, hand| {
        let mut walker = Walker::new(&ising, options, read);
        let mut sweep = 0;
        while sweep < sweeps {
            walker.sweep(sweep, schedule.beta(sweep), hand)?;
            sweep += 1;
            if hand.is_over(read) {
                break;
            }
        }
        Ok(Read { values: walker.values(), sweeps: sweep })
    })
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

/// Spins between two looks at the monitor's counter; a multiple of four, so that no block of random words is split.
const SPINS_PER_PIECE: usize = 4096;

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
    fn new(ising: &'a Ising, options: &Options, read: u32) -> Self {
        let key = [options.seed as u32, (options.seed >> 32) as u32];
        let at_random = |k: usize| {
            let words = philox4x32([(k / 128) as u32, 0, read, START], key);
            words[k / 32 % 4] >> (k % 32) & 1 == 1
        };
        let is_up = |k: usize| options.initial.as_ref().map_or_else(|| at_random(k), |initial| initial[k] > 0);
        let spins: Vec<f64> = (0..ising.size()).map(|k| if is_up(k) { 1.0 } else { -1.0 }).collect();
        let local = (0..ising.size()).map(|k| ising.local_field(&spins, k)).collect();
        Self { ising, key, read, spins, local }
    }

    fn values(&self) -> Vec<bool> {
        self.spins.iter().map(|spin| *spin > 0.0).collect()
    }

    /// Every spin in turn: a flip that does not raise the energy is done, another with probability exp(−β ΔE).
    fn sweep(&mut self, sweep: u32, beta: f64, hand: &mut Hand) -> Result<(), Interrupted> {
        let size = self.spins.len();
        for first in (0..size).step_by(SPINS_PER_PIECE) {
            let piece = first..size.min(first + SPINS_PER_PIECE);
            let updates = piece.len() as u64;
            let visits = self.sweep_piece(piece, sweep, beta);
            hand.advance(updates, updates + visits)?;
        }
        Ok(())
    }

    /// The spins of a piece; gives the number of neighbours that were told of a flip.
    fn sweep_piece(&mut self, piece: std::ops::Range<usize>, sweep: u32, beta: f64) -> u64 {
        // Four spins share a block of random words, which is made only where one of them needs it.
        let (mut block, mut words) = (usize::MAX, [0u32; 4]);
        let mut visits = 0;
        for k in piece {
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
            visits += self.ising.degree(k) as u64;
            self.ising.flip_felt(&mut self.local, &self.spins, k);
        }
        visits
    }
}
