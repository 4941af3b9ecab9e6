//! Parallel tempering: every read is a ladder of sixteen replicas at fixed temperatures, which exchange their places.
//!
//! Source: Hukushima, Nemoto, "Exchange Monte Carlo method and application to spin glass simulations", J. Phys. Soc. Jpn. 65 (1996).

use crate::lanes::{Choice, LANES, Lane};
use crate::monitor::{Interrupted, Monitor};
use crate::options::Options;
use crate::reads::{Hand, Reads, Share, Unit};
use crate::replicas::Replicas;
use crate::rows::{Class, Rows};
use crate::schedule::{Schedule, beta_range};
use crate::sought::{Found, Goal, Search};
use crate::thresholds::{Exponentials, Thresholds};
use ketflow_error::RunError;
use ketflow_rng::philox4x32;
use ketflow_team::Team;

/// The top word of the counters of exchanges; part of the reproducibility contract, never reused.
const EXCHANGE: u32 = 0x104;

/// Sweeps between two rounds of exchanges, each of which costs the energies of all replicas: about half a sweep.
const SWEEPS_PER_ROUND: u32 = 4;

/// Tempers the reads, each on one of the team's threads.
///
/// # Errors
/// [`RunError::Cancelled`] when the monitor ends it.
pub(crate) fn temper(
    team: &Team,
    search: &Search,
    options: &Options,
    monitor: &mut dyn Monitor,
) -> Result<Found, RunError> {
    match search.class {
        Class::I8 => temper_as::<i8>(team, search, options, monitor),
        Class::I16 => temper_as::<i16>(team, search, options, monitor),
        Class::I32 => temper_as::<i32>(team, search, options, monitor),
        Class::F64 => temper_as::<f64>(team, search, options, monitor),
    }
}

fn temper_as<T: Lane>(
    team: &Team,
    search: &Search,
    options: &Options,
    monitor: &mut dyn Monitor,
) -> Result<Found, RunError> {
    let Search { ising, unit, .. } = search;
    let unit = *unit;
    let range = options.beta_range.unwrap_or_else(|| beta_range(ising));
    let ladder = Schedule::new(range, LANES as u32);
    let betas: [f64; LANES] = std::array::from_fn(|lane| ladder.beta(lane as u32));
    let rows = Rows::<T>::new(ising, unit);
    let thresholds = Thresholds::ladder(&Exponentials::new(options.seed), &betas, unit);
    let tempering = Tempering {
        rows: &rows,
        unit,
        options,
        betas,
        thresholds,
        choice: Choice::of_process(),
        goal: Goal::new(search, unit),
    };
    Reads::new(search, options, team.threads(), 1).share(team, monitor, |share, hand| tempering.temper(share, hand))
}

/// What the reads of a run have in common.
struct Tempering<'a, T> {
    rows: &'a Rows<T>,
    unit: f64,
    options: &'a Options,
    /// Rising from lane to lane.
    betas: [f64; LANES],
    thresholds: Thresholds<T>,
    choice: Choice,
    goal: Goal<'a>,
}

/// The best sample that a read has seen.
struct Best {
    energy: f64,
    values: Vec<bool>,
}

impl Best {
    fn look<T: Lane>(&mut self, replicas: &Replicas<T>, energies: &[f64; LANES]) {
        for (lane, energy) in energies.iter().enumerate() {
            if *energy < self.energy {
                *self = Self { energy: *energy, values: replicas.values(lane) };
            }
        }
    }
}

impl<T: Lane> Tempering<'_, T> {
    fn temper(&self, share: Share, hand: &mut Hand) -> Result<Unit, Interrupted> {
        let Options { seed, initial, .. } = self.options;
        let mut replicas = Replicas::new(self.rows, self.choice, *seed, share.unit, initial.as_deref());
        let mut best = Best { energy: f64::INFINITY, values: Vec::new() };
        let mut sweeps = 0;
        while sweeps < share.sweeps {
            replicas.sweep(sweeps, &self.thresholds, 1, hand)?;
            sweeps += 1;
            if sweeps.is_multiple_of(SWEEPS_PER_ROUND) {
                let mut energies = replicas.energies();
                best.look(&replicas, &energies);
                if self.options.beta_range.is_none() && self.goal.is_met(best.energy, || best.values.clone()) {
                    return Ok(Unit { reads: vec![best.values], sweeps, is_met: false });
                }
                self.exchange(&mut replicas, &mut energies, sweeps / SWEEPS_PER_ROUND, share.unit);
            }
            if hand.is_over(share.unit) {
                break;
            }
        }
        // Who gives a range wants the coldest replica as it is: a sample of the distribution at that β.
        if self.options.beta_range.is_some() {
            return Ok(Unit { reads: vec![replicas.values(LANES - 1)], sweeps, is_met: false });
        }
        replicas.descend(hand)?;
        best.look(&replicas, &replicas.energies());
        Ok(Unit { reads: vec![best.values], sweeps, is_met: false })
    }

    /// Every second pair of neighbours on the ladder, in turn: exchanged with the probability min(1, exp((βₐ − βᵦ)(Eₐ − Eᵦ))).
    fn exchange(&self, replicas: &mut Replicas<T>, energies: &mut [f64; LANES], round: u32, read: u32) {
        let key = [self.options.seed as u32, (self.options.seed >> 32) as u32];
        for lane in ((round % 2) as usize..LANES - 1).step_by(2) {
            let gain = (self.betas[lane] - self.betas[lane + 1]) * (energies[lane] - energies[lane + 1]) * self.unit;
            let [word, ..] = philox4x32([lane as u32, round, read, EXCHANGE], key);
            if gain >= 0.0 || f64::from(word) < libm::exp(gain) * 4_294_967_296.0 {
                replicas.exchange(lane);
                energies.swap(lane, lane + 1);
            }
        }
    }
}
