//! Counts the work of a run in words of 64 bits and asks the caller whether to go on.

use ketflow_error::Interrupted;

/// Told how many of how many word operations are done; the total is a prediction and may grow.
pub type Poll<'a> = dyn FnMut(u64, u64) -> Result<(), Interrupted> + 'a;

/// Word operations between two polls: well under a millisecond.
const POLL_WORDS: u64 = 1 << 20;

pub(crate) struct Work<'a> {
    poll: &'a mut Poll<'a>,
    done: u64,
    polled: u64,
    total: u64,
}

impl<'a> Work<'a> {
    pub fn new(poll: &'a mut Poll<'a>, total: u64) -> Self {
        Self { poll, done: 0, polled: 0, total }
    }

    #[inline]
    pub fn advance(&mut self, words: u64) -> Result<(), Interrupted> {
        self.done += words;
        if self.done - self.polled < POLL_WORDS {
            return Ok(());
        }
        self.polled = self.done;
        self.total = self.total.max(self.done);
        (self.poll)(self.done, self.total)
    }
}
