//! What is too large. A schedule is made in one piece between two polls, so the number of tasks also bounds how long a cancel waits.

/// Most bytes of a source: 64 MiB.
pub const MAX_BYTES: usize = 64 << 20;
/// Most tasks of a problem.
pub const MAX_TASKS: usize = 10_000;
/// Most modes of all tasks together.
pub const MAX_MODES: usize = 1_000_000;
/// Most precedences of all tasks together.
pub const MAX_PRECEDENCES: usize = 1_000_000;
/// Most resources.
pub const MAX_RESOURCES: usize = 1_000;
/// Most machines.
pub const MAX_MACHINES: usize = 10_000;
/// Largest duration, release, due time and weight, each.
pub const MAX_TIME: u32 = 1_000_000_000;
/// Largest capacity of a resource.
pub const MAX_CAPACITY: u32 = 1_000_000_000;
/// The latest release and the longest durations of all tasks together: the end of every schedule fits a signed 32-bit number.
pub const MAX_HORIZON: u64 = i32::MAX as u64;
/// Largest value of an objective: a whole number that f64 and JSON hold exactly.
pub const MAX_OBJECTIVE: u64 = (1 << 53) - 1;
/// Most restarts of a run.
pub const MAX_RESTARTS: u32 = 1_000_000;
/// Most iterations of a run.
pub const MAX_ITERATIONS: u64 = 1_000_000_000_000;
/// Most steps of all calendars together.
pub const MAX_STEPS: usize = 100_000;
/// Most set-ups that a problem lists.
pub const MAX_SETUPS: usize = 1_000_000;
/// Most pairs of families, on each machine that has set-ups of its own and on the others together.
pub const MAX_SETUP_CELLS: usize = 4_000_000;

/// No machine, no task, no time: every number of one is below it.
pub(crate) const NONE: u32 = u32::MAX;
