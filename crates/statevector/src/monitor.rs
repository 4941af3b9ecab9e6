//! Progress and cancellation: the caller is asked at least once per 2¹⁸ amplitudes of work.

/// The caller wants the run to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interrupted;

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

/// Counts work and polls the monitor.
pub(crate) struct Progress<'a> {
    monitor: &'a mut dyn Monitor,
    done: u64,
    total: u64,
    polled: u64,
}

impl<'a> Progress<'a> {
    pub(crate) fn new(monitor: &'a mut dyn Monitor, total: u64) -> Self {
        Self { monitor, done: 0, total, polled: 0 }
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
