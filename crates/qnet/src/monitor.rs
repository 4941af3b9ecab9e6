//! Progress and cancellation: the caller is asked at least once per 2²¹ operations. A multiplication
//! is one operation; the activation of an output counts as sixteen.

pub use ketflow_error::Interrupted;

/// Told about progress, asked whether to go on.
pub trait Monitor {
    /// `done` of `total` operations are behind us.
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

/// Work between two polls: 2²¹ operations take about 1 ms, far below the 10 ms in which a cancel must be seen.
const POLL_OPERATIONS: u64 = 1 << 21;

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
    pub(crate) fn advance(&mut self, operations: u64) -> Result<(), Interrupted> {
        self.done += operations;
        if self.done - self.polled < POLL_OPERATIONS {
            return Ok(());
        }
        self.polled = self.done;
        self.monitor.poll(self.done, self.total)
    }
}
