//! Simulated annealing: reads from random starts, each of sweeps of Metropolis flips while β rises geometrically.
//!
//! Source: Kirkpatrick, Gelatt, Vecchi, "Optimization by simulated annealing", Science 220 (1983).

use crate::ising::Ising;
use crate::lanes::{Choice, LANES};
use crate::monitor::{Interrupted, Monitor};
use crate::options::Options;
use crate::reads::{Hand, Reads, Share, Unit};
use crate::replicas::Replicas;
use crate::rows::{Class, Lane, Rows, classify};
use crate::schedule::{Schedule, beta_range};
use crate::search::{Found, Search};
use crate::thresholds::{Exponentials, Thresholds};
use ketflow_error::RunError;
use ketflow_team::Team;

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
    match classify(&ising) {
        (Class::I8, unit) => anneal_as::<i8>(team, search, options, monitor, &ising, unit),
        (Class::I16, unit) => anneal_as::<i16>(team, search, options, monitor, &ising, unit),
        (Class::I32, unit) => anneal_as::<i32>(team, search, options, monitor, &ising, unit),
        (Class::F64, unit) => anneal_as::<f64>(team, search, options, monitor, &ising, unit),
    }
}

fn anneal_as<T: Lane>(
    team: &Team,
    search: &Search,
    options: &Options,
    monitor: &mut dyn Monitor,
    ising: &Ising,
    unit: f64,
) -> Result<Found, RunError> {
    let rows = Rows::<T>::new(ising, unit);
    let annealing = Annealing {
        rows: &rows,
        unit,
        options,
        schedule: Schedule::new(options.beta_range.unwrap_or_else(|| beta_range(ising)), options.sweeps),
        exponentials: Exponentials::new(options.seed),
        choice: Choice::of_process(),
    };
    Reads::new(search, options, team.threads(), LANES)
        .share(team, monitor, |share, hand| annealing.anneal_unit(share, hand))
}

/// What the reads of a run have in common.
struct Annealing<'a, T> {
    rows: &'a Rows<T>,
    unit: f64,
    options: &'a Options,
    schedule: Schedule,
    exponentials: Exponentials,
    choice: Choice,
}

impl<T: Lane> Annealing<'_, T> {
    fn anneal_unit(&self, share: Share, hand: &mut Hand) -> Result<Unit, Interrupted> {
        let initial = self.options.initial.as_deref();
        let mut replicas = Replicas::new(self.rows, self.choice, self.options.seed, share.unit, initial);
        let mut thresholds = Thresholds::descending();
        let mut sweeps = 0;
        while sweeps < share.sweeps {
            if self.schedule.is_step(sweeps) {
                thresholds.set(&self.exponentials, self.schedule.beta(sweeps), self.unit);
            }
            replicas.sweep(sweeps, &thresholds, share.reads, hand)?;
            sweeps += 1;
            if hand.is_over(share.unit) {
                break;
            }
        }
        // Who gives a range wants what is found at its end, be it a sample of the distribution at that β.
        if self.options.beta_range.is_none() {
            replicas.descend(hand)?;
        }
        Ok(Unit { reads: (0..share.reads).map(|lane| replicas.values(lane)).collect(), sweeps })
    }
}
