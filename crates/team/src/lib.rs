//! Threads that share the work of a run: fork and join over numbered pieces, thousands of times a second.
//!
//! One thread leads. It runs the program, and opens every large part of it as a task of numbered pieces; helpers that are at hand enter
//! and take pieces beside it. When none is left the leader shuts the door and waits for those inside: a helper that comes later
//! finds it shut and delays nobody. Which thread does which piece never shows in a result, because every piece writes to places
//! of its own and the leader puts sums together in one fixed order.
//!
//! The helpers are threads of the standard library natively ([`with_helpers`]) and workers of the host in WebAssembly, where
//! each calls [`Team::enrol`] and [`Team::help`] on the one team of the shared memory.

mod clock;
mod guards;
#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
pub mod js;
#[cfg(test)]
mod tests;

use clock::now_ms;
pub use guards::with_helpers;
use guards::{Inside, Shutting};
use std::cell::UnsafeCell;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Most threads of a team, the leader included.
pub const MAX_THREADS: u32 = 256;

/// The bit of `door` that lets nobody in.
const SHUT: u32 = 1 << 31;

/// Looks at a word before going to sleep: 20 to 50 µs, what the leader of a circuit needs between two passes. Waking a thread costs as much.
const SPINS: u32 = if cfg!(target_arch = "wasm32") { 20_000 } else { 1_000 };

/// How long a leader waits for its helpers before it looks after its caller, who wants an end within 10 ms.
pub const WAIT: Duration = Duration::from_millis(4);

type Work = dyn Fn(usize) + Sync;

/// What a thread did for the present run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ThreadUse {
    /// Time inside pieces; of the leader, time that it waited for the others.
    pub ms: f64,
    /// Pieces of shared tasks.
    pub pieces: u64,
}

#[derive(Debug)]
struct Tally {
    ns: AtomicU64,
    pieces: AtomicU64,
    is_inside: AtomicBool,
}

impl Tally {
    const fn none() -> Self {
        Self { ns: AtomicU64::new(0), pieces: AtomicU64::new(0), is_inside: AtomicBool::new(false) }
    }

    fn add(&self, ms: f64, pieces: u64) {
        self.ns.fetch_add((ms * 1e6) as u64, Relaxed);
        self.pieces.fetch_add(pieces, Relaxed);
    }
}

/// A leader and its helpers. One leader at a time.
pub struct Team {
    /// Written by the leader while the door is shut and nobody is inside, read by those inside.
    work: UnsafeCell<Option<*const Work>>,
    pieces: AtomicUsize,
    /// The next piece to take.
    next: AtomicUsize,
    /// How many helpers are inside, and [`SHUT`].
    door: AtomicU32,
    /// Counts the tasks.
    calls: AtomicU32,
    is_over: AtomicBool,
    /// A helper left in the middle of a piece.
    is_broken: AtomicBool,
    /// Helpers that enrolled.
    helpers: AtomicU32,
    /// Threads of the present run.
    width: AtomicU32,
    sleeping: AtomicU32,
    bed: Mutex<()>,
    called: Condvar,
    left: Condvar,
    tallies: [Tally; MAX_THREADS as usize],
}

// SAFETY: `work` is the only field that is not Sync. The leader writes it while the door is shut and nobody is inside; helpers
// read it after they entered (Acquire) through the door that it then opened (Release), and leave before it is written again.
unsafe impl Sync for Team {}
// SAFETY: `work` is `None` or points to a `Sync` closure, which any thread may call.
unsafe impl Send for Team {}

impl std::fmt::Debug for Team {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Team").field("helpers", &self.helpers).field("width", &self.width).finish_non_exhaustive()
    }
}

impl Default for Team {
    fn default() -> Self {
        Self::alone()
    }
}

impl Team {
    /// A leader without helpers.
    pub const fn alone() -> Self {
        Self {
            work: UnsafeCell::new(None),
            pieces: AtomicUsize::new(0),
            next: AtomicUsize::new(0),
            door: AtomicU32::new(SHUT),
            calls: AtomicU32::new(0),
            is_over: AtomicBool::new(false),
            is_broken: AtomicBool::new(false),
            helpers: AtomicU32::new(0),
            width: AtomicU32::new(1),
            sleeping: AtomicU32::new(0),
            bed: Mutex::new(()),
            called: Condvar::new(),
            left: Condvar::new(),
            tallies: [const { Tally::none() }; MAX_THREADS as usize],
        }
    }

    /// Threads of the present run.
    pub fn threads(&self) -> u32 {
        self.width.load(Relaxed)
    }

    /// Begins a run of at most `threads` threads: sets all tallies to zero.
    pub fn begin(&self, threads: u32) {
        self.width.store(threads.clamp(1, self.helpers.load(SeqCst) + 1), SeqCst);
        for tally in &self.tallies {
            tally.ns.store(0, Relaxed);
            tally.pieces.store(0, Relaxed);
        }
    }

    /// What each thread of the last run did, the leader first.
    pub fn usage(&self) -> Vec<ThreadUse> {
        let tallies = self.tallies.iter().take(self.threads() as usize);
        tallies.map(|t| ThreadUse { ms: t.ns.load(Relaxed) as f64 / 1e6, pieces: t.pieces.load(Relaxed) }).collect()
    }

    /// Adds a helper and gives its number, from 1; `None` when the team is full. It must call [`help`](Self::help) soon.
    pub fn enrol(&self) -> Option<u32> {
        let full = |count: u32| (count + 1 < MAX_THREADS).then_some(count + 1);
        self.helpers.fetch_update(SeqCst, SeqCst, full).ok().map(|before| before + 1)
    }

    /// Takes pieces as helper `number` until the team is dismissed; does not return before.
    pub fn help(&self, number: u32) {
        let mut seen = 0;
        loop {
            seen = self.next_call(number, seen);
            if self.is_over.load(SeqCst) {
                return;
            }
            if number < self.threads() && self.enter(number) {
                let inside = Inside(self, number);
                // SAFETY: inside, so the leader has written `work` and does not write it again before this thread has left.
                let work = unsafe { *self.work.get() };
                if let Some(work) = work {
                    // SAFETY: the leader keeps what `work` points to until all have left.
                    self.take_pieces(number, unsafe { &*work });
                }
                drop(inside);
            }
        }
    }

    /// Helper `number` has stopped in a way that runs no destructors: what the host catches in WebAssembly. If that was in the
    /// middle of a piece the leader panics, because the state is half done.
    pub fn lose_helper(&self, number: u32) {
        if self.tallies[number as usize].is_inside.load(Relaxed) {
            self.is_broken.store(true, SeqCst);
            self.leave(number);
        }
    }

    /// Ends [`help`](Self::help) in all helpers.
    pub fn dismiss(&self) {
        self.is_over.store(true, SeqCst);
        self.call();
    }

    /// Does `work(0)` … `work(pieces − 1)`, each once, on whichever thread takes it, and returns when all are done. After each of
    /// its own pieces the leader calls `after` with its number; when that fails, pieces that nobody has taken are left undone.
    ///
    /// For pieces of at most a few milliseconds: only between two of its own is the leader asked anything.
    ///
    /// # Panics
    /// When a helper stopped in the middle of a piece.
    pub fn share<E>(
        &self,
        pieces: usize,
        work: &(dyn Fn(usize) + Sync),
        mut after: impl FnMut(usize) -> Result<(), E>,
    ) -> Result<(), E> {
        let own = |piece| {
            work(piece);
            after(piece)
        };
        self.share_long(pieces, work, own, || ())
    }

    /// As [`share`](Self::share), for pieces of any length. The leader does its own by `own`, which can listen to the caller
    /// meanwhile, and calls `waiting` every [`WAIT`] as long as it waits for helpers. Whoever wants the end of the task has to tell
    /// the helpers, through what `work` looks at.
    ///
    /// # Panics
    /// When a helper stopped in the middle of a piece.
    pub fn share_long<E>(
        &self,
        pieces: usize,
        work: &(dyn Fn(usize) + Sync),
        mut own: impl FnMut(usize) -> Result<(), E>,
        waiting: impl FnMut(),
    ) -> Result<(), E> {
        // SAFETY: only the lifetime changes. The pointer is read by helpers inside, and `shutting` waits for them before this
        // function ends, on every way out.
        let work_of_helpers = unsafe { std::mem::transmute::<*const (dyn Fn(usize) + Sync + '_), *const Work>(work) };
        // SAFETY: the door is shut and nobody is inside: it is so at first, and `shutting` left it so after every task.
        unsafe { *self.work.get() = Some(work_of_helpers) };
        self.pieces.store(pieces, Relaxed);
        self.next.store(0, Relaxed);
        self.door.store(0, Release);
        let shutting = Shutting(self);
        self.call();
        let mut outcome = Ok(());
        let mut done = 0;
        while outcome.is_ok() {
            let piece = self.next.fetch_add(1, Relaxed);
            if piece >= pieces {
                break;
            }
            outcome = own(piece);
            done += 1;
        }
        self.tallies[0].pieces.fetch_add(done, Relaxed);
        self.next.fetch_max(pieces, Relaxed);
        self.shut_and_wait(waiting);
        drop(shutting);
        assert!(!self.is_broken.load(SeqCst), "a helper thread stopped in the middle of a piece");
        outcome
    }

    fn take_pieces(&self, number: u32, work: &Work) {
        let pieces = self.pieces.load(Relaxed);
        let mut taken = 0;
        let mut start = 0.0;
        loop {
            let piece = self.next.fetch_add(1, Relaxed);
            if piece >= pieces {
                break;
            }
            if taken == 0 {
                start = now_ms();
            }
            work(piece);
            taken += 1;
        }
        if taken > 0 {
            self.tallies[number as usize].add(now_ms() - start, taken);
        }
    }

    /// Announces a task (or the end) to helpers that look and to those that sleep.
    fn call(&self) {
        self.calls.fetch_add(1, SeqCst);
        // A helper counts itself before it looks for the last time and goes to sleep: either it sees the new number or it is
        // counted here, and the lock is free only once it really waits.
        if self.sleeping.load(SeqCst) > 0 {
            drop(self.lock());
            self.called.notify_all();
        }
    }

    /// Waits for the next call after number `seen`.
    fn next_call(&self, number: u32, seen: u32) -> u32 {
        let is_needed = number < self.threads();
        for _ in 0..if is_needed { SPINS } else { 0 } {
            let calls = self.calls.load(Acquire);
            if calls != seen {
                return calls;
            }
            std::hint::spin_loop();
        }
        let mut lock = self.lock();
        self.sleeping.fetch_add(1, SeqCst);
        let calls = loop {
            let calls = self.calls.load(SeqCst);
            if calls != seen {
                break calls;
            }
            lock = self.called.wait(lock).unwrap_or_else(PoisonError::into_inner);
        };
        self.sleeping.fetch_sub(1, SeqCst);
        calls
    }

    fn enter(&self, number: u32) -> bool {
        let is_in = self.door.fetch_update(Acquire, Relaxed, |door| (door & SHUT == 0).then_some(door + 1)).is_ok();
        self.tallies[number as usize].is_inside.store(is_in, Relaxed);
        is_in
    }

    fn leave(&self, number: u32) {
        self.tallies[number as usize].is_inside.store(false, Relaxed);
        if self.door.fetch_sub(1, Release) == SHUT + 1 {
            // The leader may sleep: with the lock it has either not looked yet or really waits.
            drop(self.lock());
            self.left.notify_all();
        }
    }

    /// Calls `waiting` every [`WAIT`] until nobody is inside.
    fn shut_and_wait(&self, mut waiting: impl FnMut()) {
        if self.door.fetch_or(SHUT, Acquire) == 0 {
            return;
        }
        let start = now_ms();
        let is_empty = || self.door.load(Acquire) == SHUT;
        for _ in 0..SPINS {
            if is_empty() {
                break;
            }
            std::hint::spin_loop();
        }
        let mut lock = self.lock();
        while !is_empty() {
            let (woken, timeout) = self.left.wait_timeout(lock, WAIT).unwrap_or_else(PoisonError::into_inner);
            lock = woken;
            if timeout.timed_out() {
                drop(lock);
                waiting();
                lock = self.lock();
            }
        }
        self.tallies[0].add(now_ms() - start, 0);
    }

    /// The mutex guards no data, only sleep, so a panic under it leaves nothing half done.
    fn lock(&self) -> MutexGuard<'_, ()> {
        self.bed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
