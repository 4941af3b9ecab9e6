//! Progress and cancellation: the caller is asked at least once per 2¹⁸ amplitudes of work. Whoever counts the work also hands it
//! out: here a pass is cut into pieces, and shared with other threads where it is large enough.

pub use ketflow_error::Interrupted;

use crate::lanes::Choice;
use ketflow_team::Team;
use std::ops::Range;

/// Told about progress, asked whether to go on.
pub trait Monitor {
    /// `done` of `total` amplitude updates are behind us; `total` is a prediction and may grow.
    ///
    /// # Errors
    /// [`Interrupted`] to stop the run.
    fn poll(&mut self, done: u64, total: u64) -> Result<(), Interrupted>;
}

/// Never stops, reports nothing.
#[derive(Debug, Default)]
pub struct Unmonitored;

impl Monitor for Unmonitored {
    fn poll(&mut self, _done: u64, _total: u64) -> Result<(), Interrupted> {
        Ok(())
    }
}

/// Work between two polls: 2¹⁸ amplitudes take 0.1 ms to 2 ms, far below the 10 ms in which a cancel must be seen.
pub(crate) const POLL_AMPLITUDES: u64 = 1 << 18;

/// Passes over fewer amplitudes are not worth a call to the others (measured on two cores: at 2¹⁵ amplitudes two threads take as
/// long as one, at 2¹⁷ little more than half).
pub(crate) const SHARE_FROM_AMPLITUDES: usize = 1 << 16;

/// Least amplitudes of a piece of a shared pass.
const LEAST_PIECE: usize = 1 << 13;

/// Pieces for each thread of a shared pass: one that is held up keeps at most a quarter of its share from the others.
const PIECES_PER_THREAD: usize = 4;

/// Counts work, polls the monitor, and hands out the pieces of a pass.
pub(crate) struct Progress<'a> {
    monitor: &'a mut dyn Monitor,
    team: &'a Team,
    /// Which vectors the passes use.
    pub(crate) lanes: Choice,
    done: u64,
    total: u64,
    polled: u64,
}

impl<'a> Progress<'a> {
    pub(crate) fn new(monitor: &'a mut dyn Monitor, team: &'a Team, total: u64) -> Self {
        Self { monitor, team, lanes: Choice::Baseline, done: 0, total, polled: 0 }
    }

    /// A pass over `items` of `amplitudes` each: calls `work` with ranges that cover `0..items` once, in order when one thread does
    /// it all. The ranges depend on the number of threads, so what `work` writes must not depend on the ranges.
    ///
    /// Ranges have a power of two of items and begin at a multiple of it, but for the last.
    pub(crate) fn pass(
        &mut self,
        items: usize,
        amplitudes: usize,
        work: impl Fn(Range<usize>) + Sync,
    ) -> Result<(), Interrupted> {
        self.pieces(items, amplitudes, &work)
    }

    /// [`pass`](Self::pass) without its type parameter: kernels are large, and compiled once instead of once for each call here.
    fn pieces(
        &mut self,
        items: usize,
        amplitudes: usize,
        work: &(dyn Fn(Range<usize>) + Sync),
    ) -> Result<(), Interrupted> {
        let (total, threads) = (items.saturating_mul(amplitudes), self.team.threads() as usize);
        let is_shared = threads > 1 && total >= SHARE_FROM_AMPLITUDES;
        let most = POLL_AMPLITUDES as usize;
        let piece = if is_shared { (total / (threads * PIECES_PER_THREAD)).clamp(LEAST_PIECE, most) } else { most };
        let length = 1usize << (piece / amplitudes).max(1).ilog2();
        let range = |index: usize| index * length..items.min((index + 1) * length);
        let pieces = items.div_ceil(length);
        if !is_shared || pieces < 2 {
            for index in 0..pieces {
                work(range(index));
                self.advance((range(index).len() * amplitudes) as u64)?;
            }
            return Ok(());
        }
        let (team, before) = (self.team, self.done);
        team.share(pieces, &|index| work(range(index)), |index| {
            self.advance((range(index).len() * amplitudes) as u64)
        })?;
        self.done = before;
        self.advance(total as u64)
    }

    /// Adds finished work and polls when enough of it has gathered.
    #[inline]
    pub(crate) fn advance(&mut self, amplitudes: u64) -> Result<(), Interrupted> {
        self.done += amplitudes;
        if self.done - self.polled < POLL_AMPLITUDES {
            return Ok(());
        }
        self.polled = self.done;
        self.total = self.total.max(self.done);
        self.monitor.poll(self.done, self.total)
    }

    pub(crate) fn done(&self) -> u64 {
        self.done
    }
}
