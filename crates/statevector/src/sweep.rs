//! A sweep: many operations during one walk over the state, on tiles that stay in the nearest cache.
//!
//! A tile holds the lanes and a few more qubits, "held" ones, with all their values; the other qubits have one value each in a tile, so
//! conditions and phases on them are constants of the tile. Operations of a sweep are grouped into stages of rotations, moves and
//! phases, as long as possible, because a stage of phases costs the same for one factor as for all.

use crate::elementary::{Condition, Elementary, Rotation};
use crate::options::Precision;
use crate::phases::Phases;
use crate::schedule::{MOST_HELD, Space};
use crate::state::{LANE_QUBITS, LANES};
use num_complex::Complex64;
use std::sync::Arc;

mod levels;
mod phase_stage;
mod probe_stage;

use levels::{PHASES, PROBES, ROTATIONS, TURN, levels};
pub(crate) use phase_stage::{Inner, PhaseStage, Typed};
pub(crate) use probe_stage::{Probe, ProbeStage};

/// Where a tile lies in the state and what is done to it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sweep {
    /// Bits of the block index that run inside a tile.
    pub(crate) held_blocks: usize,
    pub(crate) stages: Vec<Stage>,
    /// Passes that the stages are worth: what a rotation reads and writes is one.
    pub(crate) weight: usize,
    /// The sums of a backward pass to which its probes add, by their own numbers.
    pub(crate) sums: Vec<u32>,
}

/// A condition by where its qubits are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct TileCondition {
    /// Bits of the tile index.
    pub(crate) tile_mask: usize,
    pub(crate) tile_value: usize,
    /// Bits of the block index inside a tile.
    pub(crate) block_mask: usize,
    pub(crate) block_value: usize,
    pub(crate) lanes: u32,
}

/// Own value · `own` + partner's value · `other`, lane by lane.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct LaneFactors {
    pub(crate) own: [f64; LANES],
    pub(crate) other: [f64; LANES],
}

/// One thing that is done to a whole tile.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Stage {
    /// Rotations of two held qubits, the lower block bit first.
    Pair {
        bits: [usize; 2],
        steep: [bool; 2],
        ratios: [f64; 2],
    },
    /// A rotation of one held qubit.
    Single {
        bit: usize,
        is_steep: bool,
        ratio: f64,
    },
    /// Rotations of lanes, of those in `present` (1, 2, 4, 8 or 15), lowest first, with the factors of each but for its scale: `own` is 1
    /// unless its bit in `steep` is set, when `other` is 1 or −1.
    Lanes {
        present: usize,
        steep: usize,
        factors: Box<[LaneFactors; 4]>,
    },
    /// A rotation of a held qubit under a condition.
    ConditionalBlocks {
        bit: usize,
        condition: TileCondition,
        factors: Box<LaneFactors>,
    },
    /// A rotation of a lane under a condition.
    ConditionalLanes {
        exchange: usize,
        condition: TileCondition,
        factors: Box<LaneFactors>,
    },
    /// Blocks `members[0]` and `members[1]` (relative) exchange the chosen lanes with lane l ⊕ `exchange` of the other.
    Move {
        members: [usize; 2],
        exchange: usize,
        chosen: [u32; 2],
        condition: TileCondition,
    },
    /// Multiplies everything.
    Scale(f64),
    Phases(Arc<PhaseStage>),
    /// Reads, and changes nothing.
    Probes(Box<ProbeStage>),
}

/// Which qubits a tile holds.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    /// Held qubits above the lanes, ascending: bit j of a block index inside a tile.
    pub(crate) held: Vec<u32>,
    /// The other qubits, ascending: bit j of a tile index.
    pub(crate) outer: Vec<u32>,
}

impl Layout {
    fn new(held: u64, qubits: u32) -> Self {
        let mut chosen: Vec<u32> = (LANE_QUBITS..qubits).filter(|qubit| held >> qubit & 1 == 1).collect();
        // Low qubits fill the rest: then longer runs of a tile are contiguous.
        let spare = (LANE_QUBITS..qubits).filter(|qubit| held >> qubit & 1 == 0);
        let spare: Vec<u32> = spare.take((MOST_HELD as usize).saturating_sub(chosen.len())).collect();
        chosen.extend(spare);
        chosen.sort_unstable();
        let outer = (LANE_QUBITS..qubits).filter(|qubit| !chosen.contains(qubit)).collect();
        Self { held: chosen, outer }
    }

    /// Bits of a set of qubits: of the tile index, of the block index inside a tile, of the lane.
    pub(crate) fn split(&self, set: u64) -> (usize, usize, usize) {
        let among = |qubits: &[u32]| {
            qubits.iter().enumerate().fold(0, |bits, (j, qubit)| bits | ((set >> qubit & 1) as usize) << j)
        };
        (among(&self.outer), among(&self.held), set as usize & (LANES - 1))
    }

    fn condition(&self, condition: Condition) -> TileCondition {
        let (tile_mask, block_mask, lane_mask) = self.split(condition.mask);
        let (tile_value, block_value, lane_value) = self.split(condition.value);
        let lanes = (0..LANES as u32).filter(|lane| *lane as usize & lane_mask == lane_value);
        TileCondition {
            tile_mask,
            tile_value,
            block_mask,
            block_value,
            lanes: lanes.fold(0, |mask, lane| mask | 1 << lane),
        }
    }
}

impl TileCondition {
    /// Whether a tile fulfils its part.
    #[inline(always)]
    pub(crate) fn admits(&self, tile: usize) -> bool {
        tile & self.tile_mask == self.tile_value
    }
}

impl Stage {
    fn weight(&self) -> usize {
        match self {
            Self::Pair { .. } | Self::Phases(_) => 2,
            Self::Probes(stage) => stage.weight(),
            Self::Lanes { present, .. } => present.count_ones() as usize,
            _ => 1,
        }
    }
}

impl Sweep {
    /// The sweep that does `operations`, all of whose changed qubits are in `held`, and the phases that nothing in it waits for: they
    /// may as well be part of a later one, unless this `is_last`.
    pub(crate) fn new(
        operations: Vec<Elementary>,
        held: u64,
        Space { qubits, precision, .. }: Space,
        is_last: bool,
    ) -> (Self, Vec<Elementary>) {
        let layout = Layout::new(held, qubits);
        let held_blocks = layout.held.iter().fold(0, |mask, qubit| mask | 1usize << (qubit - LANE_QUBITS));
        let mut builder = Builder {
            layout,
            precision,
            stages: Vec::new(),
            scale: 1.0,
            unscaled: 0,
            last_phases: None,
            sums: Vec::new(),
        };
        let levels = levels(&operations, qubits);
        let changing = operations.iter().zip(&levels).filter(|(op, _)| !op.is_diagonal());
        let last_needed = changing.map(|(_, level)| level.epoch).max().filter(|_| !is_last);
        let mut order: Vec<usize> = (0..operations.len()).collect();
        order.sort_by_key(|index| levels[*index]);
        let mut left = Vec::new();
        for stage in order.chunk_by(|a, b| levels[*a] == levels[*b]) {
            let level = levels[stage[0]];
            let stage = stage.iter().map(|index| &operations[*index]);
            if level.step == PHASES {
                if last_needed.is_some_and(|last| level.epoch >= last) {
                    left.extend(stage.cloned());
                } else {
                    builder.probes(stage.clone());
                    builder.phases(stage);
                }
            } else {
                match level.step % TURN {
                    PROBES => builder.probes(stage),
                    ROTATIONS => builder.rotations(stage),
                    _ => builder.moves(stage),
                }
            }
        }
        builder.rescale();
        let weight = builder.stages.iter().map(Stage::weight).sum::<usize>().max(1);
        (Self { held_blocks, stages: builder.stages, weight, sums: builder.sums }, left)
    }
}

/// Rotations in a row without their scale: they let numbers grow by 2¹⁶ at most.
const MOST_UNSCALED: u32 = 32;

struct Builder {
    layout: Layout,
    precision: Precision,
    stages: Vec<Stage>,
    /// What the rotations so far still have to be multiplied by.
    scale: f64,
    unscaled: u32,
    /// The last stage of phases, and its place among the stages.
    last_phases: Option<(usize, Phases)>,
    /// As [`Sweep::sums`].
    sums: Vec<u32>,
}

impl Builder {
    fn probes<'a>(&mut self, operations: impl Iterator<Item = &'a Elementary>) {
        // What is read is still to be multiplied by the scale, in both states.
        let stage = ProbeStage::new(operations, &self.layout, self.scale * self.scale, &mut self.sums);
        if !stage.is_empty() {
            self.stages.push(Stage::Probes(Box::new(stage)));
        }
    }

    /// Rotations on different qubits, none of which reads the qubit of another.
    fn rotations<'a>(&mut self, operations: impl Iterator<Item = &'a Elementary>) {
        let mut blocks: Vec<(usize, &Rotation)> = Vec::new();
        let mut lanes: Vec<&Rotation> = Vec::new();
        for operation in operations {
            let Elementary::Rotate(rotation) = operation else { continue };
            let (_, bit, lane) = self.layout.split(1 << rotation.target);
            match (rotation.condition.mask, lane) {
                (0, 0) => blocks.push((bit, rotation)),
                (0, _) => lanes.push(rotation),
                _ => self.conditional(rotation, bit, lane),
            }
        }
        blocks.sort_by_key(|(bit, _)| *bit);
        for pair in blocks.chunks(2) {
            match *pair {
                [(a, x), (b, y)] => self.stages.push(Stage::Pair {
                    bits: [a, b],
                    steep: [x.is_steep, y.is_steep],
                    ratios: [x.ratio, y.ratio],
                }),
                [(bit, x)] => self.stages.push(Stage::Single { bit, is_steep: x.is_steep, ratio: x.ratio }),
                _ => {}
            }
            self.unscaled += pair.len() as u32;
            pair.iter().for_each(|(_, rotation)| self.scale *= rotation.scale());
        }
        if !lanes.is_empty() {
            self.lanes(&lanes);
        }
        if self.unscaled >= MOST_UNSCALED {
            self.rescale();
        }
    }

    fn lanes(&mut self, rotations: &[&Rotation]) {
        let mut present = rotations.iter().fold(0, |bits, rotation| bits | 1usize << rotation.target);
        if present.count_ones() > 1 {
            present = LANES - 1;
        }
        let mut all = Box::new([LaneFactors { own: [1.0; LANES], other: [0.0; LANES] }; 4]);
        let mut steep = 0;
        for rotation in rotations {
            all[rotation.target as usize] = factors(rotation, rotation.unscaled(), u32::MAX);
            steep |= usize::from(rotation.is_steep) << rotation.target;
            self.scale *= rotation.scale();
        }
        self.unscaled += rotations.len() as u32;
        self.stages.push(Stage::Lanes { present, steep, factors: all });
    }

    fn conditional(&mut self, rotation: &Rotation, bit: usize, exchange: usize) {
        let condition = self.layout.condition(rotation.condition);
        let factors = Box::new(factors(rotation, rotation.entries(), condition.lanes));
        self.stages.push(if exchange == 0 {
            Stage::ConditionalBlocks { bit, condition, factors }
        } else {
            Stage::ConditionalLanes { exchange, condition, factors }
        });
    }

    fn moves<'a>(&mut self, operations: impl Iterator<Item = &'a Elementary>) {
        for operation in operations {
            let Elementary::Move { flipped, first, condition } = operation else { continue };
            let (_, blocks, exchange) = self.layout.split(*flipped);
            let (_, first_blocks, first_lanes) = self.layout.split(*first);
            let condition = self.layout.condition(*condition);
            let lanes_with = |value: usize| {
                let lanes = (0..LANES).filter(|lane| lane & exchange == value).fold(0, |mask, lane| mask | 1 << lane);
                lanes & condition.lanes
            };
            let chosen = [lanes_with(first_lanes), lanes_with(first_lanes ^ exchange)];
            // Within one block both members are the same.
            let chosen = if blocks == 0 { [chosen[0] | chosen[1]; 2] } else { chosen };
            let members = [first_blocks, first_blocks ^ blocks];
            self.stages.push(Stage::Move { members, exchange, chosen, condition });
        }
    }

    fn phases<'a>(&mut self, operations: impl Iterator<Item = &'a Elementary>) {
        let mut phases = Phases::default();
        for operation in operations {
            if let Elementary::Phase { set, factor } = operation {
                phases.push(*set, *factor);
            }
        }
        if phases.is_empty() {
            return;
        }
        phases.push(0, Complex64::new(std::mem::replace(&mut self.scale, 1.0), 0.0));
        self.unscaled = 0;
        self.stages.push(Stage::Phases(Arc::new(PhaseStage::new(&phases, &self.layout, self.precision))));
        self.last_phases = Some((self.stages.len() - 1, phases));
    }

    /// Multiplies by the scale of the rotations since the last stage of phases, in that stage where there is one.
    fn rescale(&mut self) {
        self.unscaled = 0;
        let scale = std::mem::replace(&mut self.scale, 1.0);
        match self.last_phases.take() {
            _ if scale == 1.0 => {}
            Some((index, mut phases)) => {
                phases.push(0, Complex64::new(scale, 0.0));
                self.stages[index] = Stage::Phases(Arc::new(PhaseStage::new(&phases, &self.layout, self.precision)));
                for stage in &mut self.stages[index + 1..] {
                    if let Stage::Probes(stage) = stage {
                        stage.factor /= scale * scale;
                    }
                }
            }
            None => self.stages.push(Stage::Scale(scale)),
        }
    }
}

/// What the own value and the partner's value are multiplied by, lane by lane, where the target is a lane; where it is a block bit the
/// partner's sign is that of the block instead, and `other` is the sine. Lanes that are not chosen keep their value.
fn factors(rotation: &Rotation, [cosine, sine]: [f64; 2], chosen: u32) -> LaneFactors {
    let is_chosen = |lane: usize| chosen >> lane & 1 == 1;
    let is_negative = |lane: usize| rotation.target < LANE_QUBITS && lane >> rotation.target & 1 == 0;
    let own = std::array::from_fn(|lane| if is_chosen(lane) { cosine } else { 1.0 });
    let other = std::array::from_fn(|lane| match (is_chosen(lane), is_negative(lane)) {
        (false, _) => 0.0,
        (true, false) => sine,
        (true, true) => -sine,
    });
    LaneFactors { own, other }
}
