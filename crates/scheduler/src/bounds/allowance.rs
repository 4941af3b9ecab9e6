//! How much work a bound may take, and how it hears of a cancel.

/// Between two questions whether to stop: a millisecond or so.
pub(super) const POLL_WORK: usize = 500_000;

/// Work that a part of a bound may take, and who may stop it.
pub(super) struct Allowance<'a> {
    pub(super) left: usize,
    pub(super) until_poll: usize,
    pub(super) is_cancelled: &'a mut dyn FnMut() -> bool,
    pub(super) has_ended: bool,
}

impl Allowance<'_> {
    /// Takes some of it; none when that much is not there any more.
    pub(super) fn take(&mut self, work: usize) -> Option<()> {
        self.left = self.left.checked_sub(work)?;
        match self.until_poll.checked_sub(work) {
            Some(rest) => self.until_poll = rest,
            None => {
                self.until_poll = POLL_WORK;
                if (self.is_cancelled)() {
                    (self.left, self.has_ended) = (0, true);
                    return None;
                }
            }
        }
        Some(())
    }
}
