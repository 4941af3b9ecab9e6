//! In which order a sweep does its operations, so that its stages are long.

use crate::elementary::Elementary;

/// When an operation of a sweep is done: epochs end with a stage of phases; before it, steps are probes, rotations and moves in turn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Level {
    pub(super) epoch: u32,
    pub(super) step: u32,
}

/// The last step of an epoch.
pub(super) const PHASES: u32 = u32::MAX;

/// Steps before they begin again.
pub(super) const TURN: u32 = 3;
/// Probes, by their place in a turn.
pub(super) const PROBES: u32 = 0;
/// Rotations.
pub(super) const ROTATIONS: u32 = 1;
/// Moves.
const MOVES: u32 = 2;

/// The earliest level of each operation: after all that it does not commute with. Operations of one level that are no phases have no
/// qubit in common that one of them changes.
pub(super) fn levels(operations: &[Elementary], qubits: u32) -> Vec<Level> {
    // For each qubit: the first level after the last change of it, and after all that changed or read it.
    let (mut since_change, mut since_use) =
        (vec![Level::default(); qubits as usize], vec![Level::default(); qubits as usize]);
    let bits = |mask: u64| {
        let mut rest = mask;
        std::iter::from_fn(move || {
            let qubit = rest.trailing_zeros() as usize;
            rest &= rest.wrapping_sub(1);
            (qubit < 64).then_some(qubit)
        })
    };
    let level_of = |operation: &Elementary| {
        let (changes, reads) = operation.qubits();
        let after_change = bits(reads).map(|qubit| since_change[qubit]).max().unwrap_or_default();
        let after_use = bits(changes).map(|qubit| since_use[qubit]).max().unwrap_or_default();
        let earliest = after_change.max(after_use);
        let place = match operation {
            Elementary::Phase { .. } | Elementary::PhaseProbe { .. } => None,
            Elementary::Probe { .. } => Some(PROBES),
            Elementary::Rotate(_) | Elementary::Other(_) => Some(ROTATIONS),
            Elementary::Move { .. } => Some(MOVES),
        };
        let (level, next) = match place {
            None => (Level { step: PHASES, ..earliest }, Level { epoch: earliest.epoch + 1, step: 0 }),
            Some(place) => {
                let step = earliest.step + (TURN + place - earliest.step % TURN) % TURN;
                (Level { step, ..earliest }, Level { epoch: earliest.epoch, step: step + 1 })
            }
        };
        for qubit in bits(changes) {
            (since_change[qubit], since_use[qubit]) = (next, next);
        }
        for qubit in bits(reads) {
            since_use[qubit] = since_use[qubit].max(next);
        }
        level
    };
    operations.iter().map(level_of).collect()
}
