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

/// Appends the steps that do `operations`.
pub(crate) fn schedule(operations: Vec<Elementary>, qubits: u32, precision: Precision, steps: &mut Vec<Step>) {
    let mut waiting = operations;
    while !waiting.is_empty() {
        if let Elementary::Other(_) = waiting[0] {
            if let Elementary::Other(kernel) = waiting.remove(0) {
                steps.push(Step::Apply(kernel));
            }
            continue;
        }
        let (held, mut is_taken) = best_choice(&waiting, qubits, precision);
        let is_end = waiting.iter().zip(&is_taken).all(|(op, taken)| *taken || matches!(op, Elementary::Phase { .. }));
        if is_end {
            // Nothing but phases is left, and what they wait for is in this sweep.
            is_taken.fill(true);
        }
        let (mut taken, mut rest) = (Vec::new(), Vec::new());
        for (operation, is_taken) in waiting.into_iter().zip(is_taken) {
            if is_taken { taken.push(operation) } else { rest.push(operation) }
        }
        let (sweep, mut left) = Sweep::new(taken, held, qubits, precision, is_end);
        if !sweep.stages.is_empty() {
            steps.push(Step::Sweep(Box::new(sweep)));
        }
        left.append(&mut rest);
        waiting = left;
    }
}

/// Qubits above the lanes that a tile may hold: tiles of 32 KiB stay in the nearest cache.
pub(crate) fn most_held(precision: Precision) -> u32 {
    match precision {
        Precision::F32 => 8,
        Precision::F64 => 7,
    }
}

/// The qubits to hold (as a mask) and what is taken with them.
fn best_choice(waiting: &[Elementary], qubits: u32, precision: Precision) -> (u64, Vec<bool>) {
    let most = most_held(precision);
    let high = qubits.saturating_sub(LANE_QUBITS);
    let mut best = choose(waiting, 0, most);
    if high > most {
        // Neighbouring qubits often belong together, and the first operations are not always the best start.
        for start in LANE_QUBITS..=qubits - most {
            let candidate = choose(waiting, (1 << most) - 1 << start, most);
            if candidate.2 > best.2 {
                best = candidate;
            }
        }
    }
    (best.0, best.1)
}

/// With `held` as a beginning: the qubits held, what is taken, and how many operations that are no phases.
fn choose(waiting: &[Elementary], held: u64, most: u32) -> (u64, Vec<bool>, usize) {
    let lanes = (1u64 << LANE_QUBITS) - 1;
    let (mut held, mut count) = (held | lanes, 0);
    let mut is_taken = vec![false; waiting.len()];
    // Qubits that operations left behind change or read.
    let (mut changed, mut read) = (0u64, 0u64);
    for (operation, is_taken) in waiting.iter().zip(&mut is_taken).take(WINDOW) {
        let (changes, reads) = operation.qubits();
        let is_free = changes & (changed | read) == 0 && reads & changed == 0;
        let is_other = matches!(operation, Elementary::Other(_));
        if is_free && !is_other && (held | changes).count_ones() <= most + LANE_QUBITS {
            held |= changes;
            *is_taken = true;
            count += usize::from(changes != 0);
        } else {
            changed |= changes;
            read |= reads;
        }
    }
    (held, is_taken, count)
}
