//! Progress, cancellation, and the end that a caller gives to a search: asked for at least once per 2¹⁸ steps of work.

pub use ketflow_error::Interrupted;

/// Watches a run.
pub trait Monitor {
    /// Called every few milliseconds of work.
    ///
    /// # Errors
    /// [`Interrupted`] ends the run without a result.
    fn poll(&mut self, progress: Progress) -> Result<Next, Interrupted>;
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// Updates of variables done, of all reads.
    pub done: u64,
    /// Updates of all reads.
    pub total: u64,
    /// The best energy at the end of a read so far, where all reads before it have ended too: what a run that ends now has found.
    pub best: Option<f64>,
}

/// What a run does after a poll.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Goes on.
    Continue,
    /// Ends after the present sweep, with what it has found.
    Finish,
}

/// Never stops, reports nothing.
#[derive(Debug, Default)]
pub struct Unmonitored;

impl Monitor for Unmonitored {
    fn poll(&mut self, _progress: Progress) -> Result<Next, Interrupted> {
        Ok(Next::Continue)
    }
}

/// Steps between two polls, an update of a variable or a visit of a neighbour each: 2¹⁸ take about 1 ms, far below the 10 ms in
/// which a cancel must be seen.
pub(crate) const POLL_STEPS: u64 = 1 << 18;

/// Counts the work of an exact search and polls the monitor.
pub(crate) struct Watch<'a> {
    monitor: &'a mut dyn Monitor,
    progress: Progress,
    steps: u64,
}

impl<'a> Watch<'a> {
    pub(crate) fn new(monitor: &'a mut dyn Monitor, total: u64) -> Self {
        Self { monitor, progress: Progress { done: 0, total, best: None }, steps: 0 }
    }

    /// Says what a run that ends now has.
    pub(crate) fn found(&mut self, energy: f64) {
        self.progress.best = Some(energy);
    }

    /// Adds finished work and polls when enough of it has gathered.
    pub(crate) fn advance(&mut self, updates: u64, steps: u64) -> Result<Next, Interrupted> {
        self.progress.done += updates;
        self.steps += steps;
        if self.steps < POLL_STEPS {
            return Ok(Next::Continue);
        }
        self.steps = 0;
        self.monitor.poll(self.progress)
    }
}
