//! Progress, and the caller's say in how a run goes on.

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Schedules made, by all restarts.
    pub done: u64,
    /// Schedules of the whole budget.
    pub total: u64,
    /// The lowest objective so far.
    pub best: u64,
}

/// What the caller wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Go on.
    Continue,
    /// Stop here; the best schedule so far is the result.
    Finish,
    /// Stop here without a result.
    Cancel,
}

/// Told about progress, asked whether to go on.
pub trait Monitor {
    /// Called with schedules of at most 2¹³ tasks, or one schedule, in between: some milliseconds at most, but for the largest
    /// problems.
    fn poll(&mut self, progress: Progress) -> Answer;
}

/// Never stops, reports nothing.
#[derive(Debug, Default)]
pub struct Unmonitored;

impl Monitor for Unmonitored {
    fn poll(&mut self, _: Progress) -> Answer {
        Answer::Continue
    }
}
