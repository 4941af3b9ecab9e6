//! The reads of a run, shared by the threads of a team.
//!
//! A read is a pure function of its number, so any thread may do it. What belongs to the result is said in the order of reads,
//! whoever was first: with a target, all reads up to the first one that reaches it; at a time limit, all reads that were done
//! without a gap and the next one as it stood, which is what `sweepLimit` has one thread do again. Reads behind that are given up.

use crate::monitor::{Interrupted, Monitor, Next, POLL_STEPS, Progress};
use crate::options::Options;
use crate::search::{Found, Search};
use ketflow_error::RunError;
use ketflow_team::Team;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicU8, AtomicU32, AtomicU64};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Updates that one thread does at a time: reads of small models are done in batches, because taking one costs 0.1 µs.
const LEAST_UPDATES: u64 = 1 << 16;

/// Batches for each thread, where there are reads enough: one that is held up keeps at most a sixteenth of its share from others.
const BATCHES_PER_THREAD: u64 = 16;

const GO_ON: u8 = 0;
const FINISH: u8 = 1;
const CANCEL: u8 = 2;

/// One read, from its start to its end or to the end of the run.
pub(crate) struct Read {
    pub(crate) values: Vec<bool>,
    /// At least one.
    pub(crate) sweeps: u32,
}

/// Reads that one thread does one after the other.
struct Batch {
    reads: Vec<Vec<bool>>,
    sweeps: u64,
    best: Option<f64>,
    /// None of its reads was cut short or left out.
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
    /// Variables of the model.
    size: u64,
    sweeps_per_read: u64,
    total_sweeps: u64,
    reads_per_batch: u64,
    reads: u64,
    /// Updates that were done.
    done: AtomicU64,
    /// [`GO_ON`], [`FINISH`] or [`CANCEL`].
    order: AtomicU8,
    /// The first read that reached the target, as far as is known; reads behind it are in vain.
    last: AtomicU32,
    ledger: Mutex<Ledger>,
}

impl<'a> Reads<'a> {
    pub(crate) fn new(search: &'a Search, options: &Options, threads: u32) -> Self {
        let (total_sweeps, sweeps_per_read) = (options.total_sweeps(), u64::from(options.sweeps));
        let reads = total_sweeps.div_ceil(sweeps_per_read);
        let size = search.bqm.size() as u64;
        let large_enough = LEAST_UPDATES.div_ceil((sweeps_per_read * size).max(1));
        let reads_per_batch = large_enough.min(reads / (u64::from(threads) * BATCHES_PER_THREAD)).max(1);
        let batches = reads.div_ceil(reads_per_batch) as usize;
        let ledger = Ledger { batches: std::iter::repeat_with(|| None).take(batches).collect(), open: 0, best: None };
        Self {
            search,
            size,
            sweeps_per_read,
            total_sweeps,
            reads_per_batch,
            reads,
            done: AtomicU64::new(0),
            order: AtomicU8::new(GO_ON),
            last: AtomicU32::new(u32::MAX),
            ledger: Mutex::new(ledger),
        }
    }

    /// Does them all. `do_read` takes the number of a read and its sweeps, and ends with the present sweep when
    /// [`Hand::is_over`] says so.
    ///
    /// # Errors
    /// [`RunError::Cancelled`] when the monitor ends it.
    pub(crate) fn share(
        self,
        team: &Team,
        monitor: &mut dyn Monitor,
        do_read: impl Fn(u32, u32, &mut Hand) -> Result<Read, Interrupted> + Sync,
    ) -> Result<Found, RunError> {
        let batches = self.ledger().batches.len();
        let mut leader = Hand { reads: &self, monitor: Some(monitor), updates: 0, steps: 0 };
        let leader = std::cell::RefCell::new(&mut leader);
        team.share_long(
            batches,
            &|batch| {
                let mut hand = Hand { reads: &self, monitor: None, updates: 0, steps: 0 };
                // Interrupted means that the leader knows already.
                _ = self.do_batch(batch, &mut hand, &do_read);
                self.done.fetch_add(hand.updates, Relaxed);
            },
            |batch| self.do_batch(batch, &mut leader.borrow_mut(), &do_read),
            || _ = leader.borrow_mut().report(),
        )?;
        if self.order.load(Relaxed) == CANCEL { Err(RunError::Cancelled) } else { Ok(self.found()) }
    }

    fn do_batch(
        &self,
        batch: usize,
        hand: &mut Hand,
        do_read: &impl Fn(u32, u32, &mut Hand) -> Result<Read, Interrupted>,
    ) -> Result<(), Interrupted> {
        let first = batch as u64 * self.reads_per_batch;
        let mut made = Batch { reads: Vec::new(), sweeps: 0, best: None, is_whole: true };
        for read in first..self.reads.min(first + self.reads_per_batch) {
            // A result has at least one sweep, however short its time.
            if (read > 0 && self.order.load(Relaxed) != GO_ON) || read > u64::from(self.last.load(Relaxed)) {
                made.is_whole = false;
                break;
            }
            // Reads and sweeps of one are counted in 32 bits.
            let wanted = self.sweeps_per_read.min(self.total_sweeps - read * self.sweeps_per_read) as u32;
            let Read { values, sweeps } = do_read(read as u32, wanted, hand)?;
            made.sweeps += u64::from(sweeps);
            if sweeps == wanted {
                let energy = self.search.energy(&values);
                if self.search.is_better(energy, made.best) {
                    made.best = Some(energy);
                }
                if self.search.reaches_target(energy) {
                    self.last.fetch_min(read as u32, Relaxed);
                }
            }
            made.reads.push(values);
            if sweeps < wanted {
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
    fn found(self) -> Found {
        let most = u64::from(self.last.load(Relaxed)) + 1;
        let mut found = Found { reads: Vec::new(), sweeps: 0 };
        for batch in self.ledger.into_inner().unwrap_or_else(PoisonError::into_inner).batches {
            let Some(batch) = batch else { break };
            let is_whole = batch.is_whole;
            found.reads.extend(batch.reads);
            found.sweeps += batch.sweeps;
            if !is_whole {
                break;
            }
        }
        if found.reads.len() as u64 > most {
            found.reads.truncate(most as usize);
            found.sweeps = self.total_sweeps.min(most * self.sweeps_per_read);
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

    /// Whether `read` ends with the present sweep.
    pub(crate) fn is_over(&self, read: u32) -> bool {
        self.reads.order.load(Relaxed) != GO_ON || read > self.reads.last.load(Relaxed)
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
