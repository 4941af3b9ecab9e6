//! What has to happen however a piece or the leader ends.

use crate::{MAX_THREADS, Team};
use std::sync::atomic::Ordering::{Relaxed, SeqCst};

/// A helper that is inside: it leaves also when a piece panics, and says so.
pub(super) struct Inside<'a>(pub(super) &'a Team, pub(super) u32);

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.is_broken.store(true, SeqCst);
        }
        self.0.leave(self.1);
    }
}

/// An open task: it ends when the door is shut and nobody is inside, also when the leader panics.
pub(super) struct Shutting<'a>(pub(super) &'a Team);

impl Drop for Shutting<'_> {
    fn drop(&mut self) {
        self.0.next.fetch_max(self.0.pieces.load(Relaxed), Relaxed);
        self.0.shut_and_wait(|| ());
    }
}

/// Ends the helpers whatever happens to the leader.
struct Dismissing<'a>(&'a Team);

impl Drop for Dismissing<'_> {
    fn drop(&mut self) {
        self.0.dismiss();
    }
}

/// Calls `lead` with a team of `threads` threads, this one included; of fewer where the system starts no more.
pub fn with_helpers<R>(threads: u32, lead: impl FnOnce(&Team) -> R) -> R {
    let team = Team::alone();
    if threads <= 1 {
        return lead(&team);
    }
    std::thread::scope(|scope| {
        let _dismissing = Dismissing(&team);
        while team.helpers.load(Relaxed) + 1 < threads.min(MAX_THREADS) {
            let number = team.helpers.load(Relaxed) + 1;
            let builder = std::thread::Builder::new().name(format!("ketflow-{number}"));
            let team = &team;
            if builder.spawn_scoped(scope, move || team.help(number)).is_err() {
                break;
            }
            team.helpers.store(number, SeqCst);
        }
        lead(&team)
    })
}
