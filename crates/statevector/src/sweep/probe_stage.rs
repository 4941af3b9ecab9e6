//! What a sweep of a backward pass reads: its state is ψ where the highest qubit is 0 and λ where it is 1, and every tile holds both.

use super::Layout;
use crate::elementary::Elementary;

/// Sums of one qubit, by where it is: a bit of the block index inside a tile or a lane bit, the other one 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Probe {
    pub(crate) block: usize,
    pub(crate) lane: usize,
    pub(crate) needs_x: bool,
    /// Place of its three sums among those of the sweep.
    pub(crate) sum: usize,
}

/// The sum of a set of qubits, as in [`super::TileCondition`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct PhaseProbe {
    pub(crate) tile: usize,
    pub(crate) blocks: usize,
    pub(crate) lanes: usize,
    /// Place among the sums of the sweep.
    pub(crate) sum: usize,
}

/// Probes that read the same numbers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ProbeStage {
    pub(crate) qubits: Vec<Probe>,
    pub(crate) sets: Vec<PhaseProbe>,
    /// What the sums have to be multiplied by.
    pub(crate) factor: f64,
}

impl ProbeStage {
    /// The probes among `operations`; their sums are appended to `sums`.
    pub(super) fn new<'a>(
        operations: impl Iterator<Item = &'a Elementary>,
        layout: &Layout,
        factor: f64,
        sums: &mut Vec<u32>,
    ) -> Self {
        let mut stage = Self { qubits: Vec::new(), sets: Vec::new(), factor };
        for operation in operations {
            let place = sums.len();
            match operation {
                Elementary::Probe { target, needs_x, sum } => {
                    let (_, block, lane) = layout.split(1 << target);
                    stage.qubits.push(Probe { block, lane, needs_x: *needs_x, sum: place });
                    sums.extend([*sum, sum + 1, sum + 2]);
                }
                Elementary::PhaseProbe { set, sum } => {
                    let (tile, blocks, lanes) = layout.split(*set);
                    stage.sets.push(PhaseProbe { tile, blocks, lanes, sum: place });
                    sums.push(*sum);
                }
                _ => {}
            }
        }
        stage
    }

    pub(super) fn is_empty(&self) -> bool {
        self.qubits.is_empty() && self.sets.is_empty()
    }

    pub(super) fn weight(&self) -> usize {
        self.qubits.len() + 4 * usize::from(!self.sets.is_empty())
    }
}
