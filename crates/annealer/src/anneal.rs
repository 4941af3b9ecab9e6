//! Simulated annealing: reads from random starts, each of sweeps of Metropolis flips while β rises geometrically.
//!
//! Source: Kirkpatrick, Gelatt, Vecchi, "Optimization by simulated annealing", Science 220 (1983).

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
use ketflow_team::Team;

/// Parts of a read after each of which, in its second half, it is looked at; each look costs about ten sweeps.
const LOOKS: u32 = 16;

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
    match search.class {
        Class::I8 => anneal_as::<i8>(team, search, options, monitor),
        Class::I16 => anneal_as::<i16>(team, search, options, monitor),
        Class::I32 => anneal_as::<i32>(team, search, options, monitor),
        Class::F64 => anneal_as::<f64>(team, search, options, monitor),
    }
}

fn anneal_as<T: Lane>(
    team: &Team,
    search: &Search,
    options: &Options,
    monitor: &mut dyn Monitor,
) -> Result<Found, RunError> {
    let Search { ising, unit, .. } = search;
    let rows = Rows::<T>::new(ising, *unit);
    let annealing = Annealing {
        rows: &rows,
        unit: *unit,
        options,
        schedule: Schedule::new(options.beta_range.unwrap_or_else(|| beta_range(ising)), options.sweeps),
        exponentials: Exponentials::new(options.seed),
        choice: Choice::of_process(),
        goal: Goal::new(search, *unit),
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
    goal: Goal<'a>,
}

impl<T: Lane> Annealing<'_, T> {
    fn anneal_unit(&self, share: Share, hand: &mut Hand) -> Result<Unit, Interrupted> {
        let initial = self.options.initial.as_deref();
        let mut replicas = Replicas::new(self.rows, self.choice, self.options.seed, share.unit, initial);
        let mut thresholds = Thresholds::descending();
        let mut sweeps = 0;
        while sweeps < share.sweeps {
            if self.is_looked_at(sweeps)
                && let Some(reads) = self.look(&replicas, share, hand)?
            {
                return Ok(Unit { reads, sweeps, is_met: true });
            }
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
        Ok(Unit { reads: replicas.all_values(share.reads), sweeps, is_met: false })
    }

    /// Whether the reads are looked at before this sweep: a few times where there is a target, once they begin to freeze.
    fn is_looked_at(&self, sweep: u32) -> bool {
        let length = self.options.sweeps;
        self.options.target_energy.is_some()
            && self.options.beta_range.is_none()
            && sweep > length / 2
            && sweep.is_multiple_of(length.div_ceil(LOOKS))
    }

    /// What the reads would descend to now, where one of them reaches the target with that.
    fn look(
        &self,
        replicas: &Replicas<T>,
        share: Share,
        hand: &mut Hand,
    ) -> Result<Option<Vec<Vec<bool>>>, Interrupted> {
        let mut replicas = replicas.clone();
        replicas.descend(hand)?;
        let energies = replicas.energies();
        let is_met = (0..share.reads).any(|lane| self.goal.is_met(energies[lane], || replicas.values(lane)));
        // Where the time has ended meanwhile, the unit is what it was before.
        Ok((is_met && !hand.is_over(share.unit)).then(|| replicas.all_values(share.reads)))
    }
}
