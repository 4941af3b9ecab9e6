//! From elementary operations to sweeps: which qubits a sweep holds in its tiles, and which operations it does.
//!
//! An operation may be taken before others that it commutes with: diagonals commute with diagonals and with what only reads their
//! qubits. A sweep takes all that its qubits allow; the rest waits for the next one. The choice depends on the operations, the number
//! of qubits and the precision alone.

use crate::elementary::Elementary;
use crate::options::Precision;
use crate::plan::Step;
use crate::state::LANE_QUBITS;
use crate::sweep::Sweep;

/// Operations that are looked at for one sweep: beyond that the cost of looking would grow with the square of their number.
const WINDOW: usize = 1024;

/// The state that a schedule is made for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Space {
    pub(crate) qubits: u32,
    /// Qubits above the lanes that every tile must hold, as a mask.
    pub(crate) held: u64,
    pub(crate) precision: Precision,
}

/// Appends the steps that do `operations`.
pub(crate) fn schedule(operations: Vec<Elementary>, space: Space, steps: &mut Vec<Step>) {
    let mut waiting = operations;
    while !waiting.is_empty() {
        let others = waiting.iter().take_while(|op| matches!(op, Elementary::Other(_))).count();
        for operation in waiting.drain(..others) {
            if let Elementary::Other(kernel) = operation {
                steps.push(Step::Apply(*kernel));
            }
        }
        if waiting.is_empty() {
            return;
        }
        let choice = best_choice(&waiting, space);
        // When nothing but phases is left, what they wait for is in this sweep.
        let is_end = waiting.iter().zip(&choice.is_taken).all(|(op, taken)| *taken || op.is_diagonal());
        let (mut taken, mut rest) = (Vec::new(), Vec::new());
        for (operation, is_taken) in waiting.into_iter().zip(choice.is_taken) {
            if is_taken || is_end { taken.push(operation) } else { rest.push(operation) }
        }
        let (sweep, mut left) = Sweep::new(taken, choice.held, space, is_end);
        if !sweep.stages.is_empty() {
            steps.push(Step::Sweep(Box::new(sweep)));
        }
        left.append(&mut rest);
        waiting = left;
    }
}

/// Qubits above the lanes that a tile may hold: tiles of 2¹⁴ amplitudes, 128 or 256 KiB, stay in the second cache. With tiles that stay
/// in the first one sweeps do fewer gates, and their copies cost more than the nearer cache gains (brick20, f64: 55 ms with 7 held
/// qubits, 52 with 9, 48 with 10).
pub(crate) const MOST_HELD: u32 = 10;

/// What a sweep would do.
struct Choice {
    /// The qubits to hold, as a mask.
    held: u64,
    is_taken: Vec<bool>,
    /// How many of the taken are no phases.
    count: usize,
}

fn best_choice(waiting: &[Elementary], Space { qubits, held, .. }: Space) -> Choice {
    let most = MOST_HELD;
    let window = if qubits <= most + LANE_QUBITS { waiting.len() } else { WINDOW };
    let needs: Vec<Need> = waiting.iter().take(window).map(Need::of).collect();
    let mut best = choose(&needs, held, most);
    if qubits > most + LANE_QUBITS {
        // Neighbouring qubits often belong together, and the first operations are not always the best start.
        let free = most - held.count_ones();
        for start in LANE_QUBITS..=qubits - most {
            let candidate = choose(&needs, held | ((1 << free) - 1) << start, most);
            if candidate.count > best.count {
                best = candidate;
            }
        }
    }
    best.is_taken.resize(waiting.len(), false);
    best
}

/// What decides whether an operation can be taken.
struct Need {
    changes: u64,
    reads: u64,
    is_other: bool,
}

impl Need {
    fn of(operation: &Elementary) -> Self {
        let (changes, reads) = operation.qubits();
        Self { changes, reads, is_other: matches!(operation, Elementary::Other(_)) }
    }
}

/// With `held` as a beginning, operations in their order, as far as they fit.
fn choose(needs: &[Need], held: u64, most: u32) -> Choice {
    let lanes = (1u64 << LANE_QUBITS) - 1;
    let mut choice = Choice { held: held | lanes, is_taken: vec![false; needs.len()], count: 0 };
    // Qubits that operations left behind change or read.
    let (mut changed, mut read) = (0u64, 0u64);
    for (Need { changes, reads, is_other }, is_taken) in needs.iter().zip(&mut choice.is_taken) {
        let is_free = changes & (changed | read) == 0 && reads & changed == 0 && !is_other;
        if is_free && (choice.held | changes).count_ones() <= most + LANE_QUBITS {
            choice.held |= changes;
            *is_taken = true;
            choice.count += usize::from(*changes != 0);
        } else {
            changed |= changes;
            read |= reads;
        }
    }
    choice
}
