//! The reads of a run, shared by the threads of a team.
//!
//! A read is a pure function of its number, so any thread may do it. Reads are done in units: those of one unit walk side by side,
//! a sweep of all before the next. What belongs to the result is said in their order, whoever was first: with a target, all reads up
//! to the first one that reaches it; at a time limit, all units that were done without a gap and the next one as it stood, which is
//! what `sweepLimit` has one thread do again. Units behind that are given up.

use crate::monitor::{Interrupted, Monitor, Next, POLL_STEPS, Progress};
use crate::options::Options;
use crate::sought::{Found, Search};
use ketflow_error::RunError;
use ketflow_team::Team;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicU8, AtomicU32, AtomicU64};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Updates that one thread does at a time: units of small models are done in batches, because taking one costs 0.1 µs.
const LEAST_UPDATES: u64 = 1 << 16;

/// Batches for each thread, where there are units enough: one that is held up keeps at most a sixteenth of its share from others.
const BATCHES_PER_THREAD: u64 = 16;

const GO_ON: u8 = 0;
const FINISH: u8 = 1;
const CANCEL: u8 = 2;

/// The reads of a unit, from their start to their end or to the end of the run.
pub(crate) struct Unit {
    /// The values that each ended with.
    pub(crate) reads: Vec<Vec<bool>>,
    /// Of each, at least one.
    pub(crate) sweeps: u32,
    /// They ended together, before their time, because one of them has reached the target.
    pub(crate) is_met: bool,
}

/// What a unit is to do.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Share {
    /// The number of the unit.
    pub(crate) unit: u32,
    /// Number of its reads.
    pub(crate) reads: usize,
    /// Of each.
    pub(crate) sweeps: u32,
}

/// Units that one thread does one after the other.
struct Batch {
    reads: Vec<Vec<bool>>,
    energies: Vec<f64>,
    sweeps: u64,
    /// Of each read of its last unit.
    last_sweeps: u64,
    best: Option<f64>,
    /// None of its units was cut short or left out.
    is_whole: bool,
}

/// What came of the batches that have ended.
struct Ledger {
    batches: Vec<Option<Batch>>,
    /// The first batch that has not ended, or not as a whole.
    open: usize,
    /// Of all batches before that one.
    best: Option<f64>,
}

/// The reads of a run, as all of its threads see them.
pub(crate) struct Reads<'a> {
    search: &'a Search,
    options: &'a Options,
    /// Variables of the model.
    size: u64,
    reads_per_unit: u64,
    total_sweeps: u64,
    units_per_batch: u64,
    units: u64,
    /// Updates that were done.
    done: AtomicU64,
    /// [`GO_ON`], [`FINISH`] or [`CANCEL`].
    order: AtomicU8,
    /// The first read that reached the target, as far as is known; reads behind it are in vain.
    last: AtomicU32,
    ledger: Mutex<Ledger>,
}

impl<'a> Reads<'a> {
    pub(crate) fn new(search: &'a Search, options: &'a Options, threads: u32, reads_per_unit: usize) -> Self {
        let reads_per_unit = reads_per_unit as u64;
        let sweeps_per_unit = reads_per_unit * u64::from(options.sweeps);
        let units = options.total_sweeps().div_ceil(sweeps_per_unit);
        let size = search.bqm.size() as u64;
        let large_enough = LEAST_UPDATES.div_ceil(sweeps_per_unit.saturating_mul(size).max(1));
        let units_per_batch = large_enough.min(units / (u64::from(threads) * BATCHES_PER_THREAD)).max(1);
        let batches = units.div_ceil(units_per_batch) as usize;
        let ledger = Ledger { batches: std::iter::repeat_with(|| None).take(batches).collect(), open: 0, best: None };
        Self {
            search,
            options,
            size,
            reads_per_unit,
            total_sweeps: options.total_sweeps(),
            units_per_batch,
            units,
            done: AtomicU64::new(0),
            order: AtomicU8::new(GO_ON),
            last: AtomicU32::new(u32::MAX),
            ledger: Mutex::new(ledger),
        }
    }

    /// Does them all. `do_unit` ends with the present sweep when [`Hand::is_over`] says so.
    ///
    /// # Errors
    /// [`RunError::Cancelled`] when the monitor ends it.
    pub(crate) fn share(
        self,
        team: &Team,
        monitor: &mut dyn Monitor,
        do_unit: impl Fn(Share, &mut Hand) -> Result<Unit, Interrupted> + Sync,
    ) -> Result<Found, RunError> {
        let batches = self.ledger().batches.len();
        let mut leader = Hand { reads: &self, monitor: Some(monitor), updates: 0, steps: 0 };
        let leader = std::cell::RefCell::new(&mut leader);
        team.share_long(
            batches,
            &|batch| {
                let mut hand = Hand { reads: &self, monitor: None, updates: 0, steps: 0 };
                // Interrupted means that the leader knows already.
                _ = self.do_batch(batch, &mut hand, &do_unit);
                self.done.fetch_add(hand.updates, Relaxed);
            },
            |batch| self.do_batch(batch, &mut leader.borrow_mut(), &do_unit),
            || _ = leader.borrow_mut().report(),
        )?;
        if self.order.load(Relaxed) == CANCEL { Err(RunError::Cancelled) } else { Ok(self.found()) }
    }

    /// What a unit is to do: what the limit leaves to it is shared equally by its reads. No share where that is less than a sweep,
    /// but to the first, because a result has at least one.
    fn share_of(&self, unit: u64) -> Option<Share> {
        let before = unit * self.reads_per_unit;
        let reads = self.reads_per_unit.min(u64::from(self.options.reads) - before);
        let left = self.total_sweeps - before * u64::from(self.options.sweeps);
        let sweeps = u64::from(self.options.sweeps).min(left / reads).max(u64::from(unit == 0));
        // Reads and sweeps of one are counted in 32 bits.
        (sweeps > 0).then_some(Share { unit: unit as u32, reads: reads as usize, sweeps: sweeps as u32 })
    }

    fn do_batch(
        &self,
        batch: usize,
        hand: &mut Hand,
        do_unit: &impl Fn(Share, &mut Hand) -> Result<Unit, Interrupted>,
    ) -> Result<(), Interrupted> {
        let first = batch as u64 * self.units_per_batch;
        let mut made =
            Batch { reads: Vec::new(), energies: Vec::new(), sweeps: 0, last_sweeps: 0, best: None, is_whole: true };
        for unit in first..self.units.min(first + self.units_per_batch) {
            let first_read = unit * self.reads_per_unit;
            // A result has at least one sweep, however short its time.
            let is_over =
                (unit > 0 && self.order.load(Relaxed) != GO_ON) || first_read > self.last.load(Relaxed).into();
            let Some(share) = self.share_of(unit).filter(|_| !is_over) else {
                made.is_whole = false;
                break;
            };
            let Unit { reads, sweeps, is_met } = do_unit(share, hand)?;
            made.sweeps += u64::from(sweeps) * share.reads as u64;
            made.last_sweeps = sweeps.into();
            let energies = reads.iter().map(|values| self.search.energy(values));
            made.energies.extend(energies);
            // A read alone may end early with the target; of several that were cut short, by time or by `sweepLimit`, none has ended.
            if sweeps == self.options.sweeps || share.reads == 1 || is_met {
                let energies = &made.energies[made.reads.len()..];
                for (read, energy) in (first_read as u32..).zip(energies.iter().copied()) {
                    if self.search.is_better(energy, made.best) {
                        made.best = Some(energy);
                    }
                    if self.search.reaches_target(energy) {
                        self.last.fetch_min(read, Relaxed);
                    }
                }
            }
            made.reads.extend(reads);
            if sweeps < share.sweeps {
                made.is_whole = false;
                break;
            }
        }
        self.enter(batch, made);
        Ok(())
    }

    fn enter(&self, batch: usize, made: Batch) {
        let mut ledger = self.ledger();
        ledger.batches[batch] = Some(made);
        while let Some(Some(Batch { best, is_whole: true, .. })) = ledger.batches.get(ledger.open) {
            if let Some(energy) = *best
                && self.search.is_better(energy, ledger.best)
            {
                ledger.best = Some(energy);
            }
            ledger.open += 1;
        }
    }

    /// The reads from the first one to the last that counts.
    fn found(&self) -> Found {
        let most = u64::from(self.last.load(Relaxed)) + 1;
        let mut found = Found { reads: Vec::new(), energies: Vec::new(), sweeps: 0 };
        for batch in std::mem::take(&mut self.ledger().batches) {
            let Some(batch) = batch else { break };
            let is_whole = batch.is_whole;
            found.reads.extend(batch.reads);
            found.energies.extend(batch.energies);
            found.sweeps += batch.sweeps;
            if let Some(behind) = (found.reads.len() as u64).checked_sub(most) {
                // Those behind the last one walked beside it, in the last unit: they are not counted.
                found.reads.truncate(most as usize);
                found.energies.truncate(most as usize);
                found.sweeps -= behind * batch.last_sweeps;
                break;
            }
            if !is_whole {
                break;
            }
        }
        found
    }

    /// A thread that panics here ends the run, so what it leaves is read by nobody.
    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One thread at its reads: counts its work, and hears when to end. The leader's speaks with the monitor.
pub(crate) struct Hand<'a> {
    reads: &'a Reads<'a>,
    monitor: Option<&'a mut dyn Monitor>,
    updates: u64,
    steps: u64,
}

impl Hand<'_> {
    /// Adds finished work, and says and hears how things are when enough of it has gathered.
    #[inline]
    pub(crate) fn advance(&mut self, updates: u64, steps: u64) -> Result<(), Interrupted> {
        self.updates += updates;
        self.steps += steps;
        if self.steps < POLL_STEPS {
            return Ok(());
        }
        self.report()
    }

    /// Whether `unit` ends with the present sweep.
    pub(crate) fn is_over(&self, unit: u32) -> bool {
        let first_read = u64::from(unit) * self.reads.reads_per_unit;
        self.reads.order.load(Relaxed) != GO_ON || first_read > self.reads.last.load(Relaxed).into()
    }

    #[cold]
    fn report(&mut self) -> Result<(), Interrupted> {
        let reads = self.reads;
        self.steps = 0;
        let done = reads.done.fetch_add(self.updates, Relaxed) + self.updates;
        self.updates = 0;
        if let Some(monitor) = &mut self.monitor
            && reads.order.load(Relaxed) != CANCEL
        {
            let total = reads.total_sweeps.saturating_mul(reads.size);
            let best = reads.ledger().best;
            match monitor.poll(Progress { done, total, best }) {
                Ok(Next::Continue) => {}
                Ok(Next::Finish) => reads.order.store(FINISH, Relaxed),
                Err(Interrupted) => reads.order.store(CANCEL, Relaxed),
            }
        }
        if reads.order.load(Relaxed) == CANCEL { Err(Interrupted) } else { Ok(()) }
    }
}
