//! A product of phases in the form in which a tile is multiplied by it.
//!
//! Amplitude (block k, lane l) of tile t takes `blocks`[k] · `lanes`[l] · `patterns`[`pattern_of`[k]][l]: what depends on the block
//! alone, on the lane alone, and on both. The patterns are as many as the block bits that share a factor with a lane have values; where
//! there are any, the factors of lanes are part of them.
//! Factors on qubits outside the tile depend on t as well; they are kept by what they share with the tile's qubits.

use super::Layout;
use crate::options::Precision;
use crate::phases::{Phases, table};
use crate::real::Real;
use crate::state::{Block, LANE_QUBITS, LANES};
use num_complex::Complex64;

/// Complex numbers rounded to the precision of the run, sixteen to a block.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Typed {
    pub(crate) narrow: Vec<Block<f32>>,
    pub(crate) wide: Vec<Block<f64>>,
}

impl Typed {
    fn new(precision: Precision, values: &[Complex64]) -> Self {
        match precision {
            Precision::F32 => Self { narrow: blocks_of(values), wide: Vec::new() },
            Precision::F64 => Self { narrow: Vec::new(), wide: blocks_of(values) },
        }
    }
}

/// The numbers in blocks of sixteen, the last filled up with zeros.
pub(crate) fn blocks_of<T: Real>(values: &[Complex64]) -> Vec<Block<T>> {
    let mut blocks = vec![Block::ZERO; values.len().div_ceil(LANES)];
    for (k, value) in values.iter().enumerate() {
        blocks[k / LANES].re[k % LANES] = T::from_f64(value.re);
        blocks[k / LANES].im[k % LANES] = T::from_f64(value.im);
    }
    blocks
}

/// What a factor on outside qubits shares with the qubits of the tile: masks of the block index inside it and of the lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Inner {
    pub(crate) blocks: usize,
    pub(crate) lanes: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PhaseStage {
    /// Real and imaginary parts by block, for tiles that multiply them further.
    pub(crate) block_values: [Vec<f64>; 2],
    /// The same, rounded.
    pub(crate) blocks: Typed,
    pub(crate) lane_values: [Complex64; LANES],
    /// Empty when no factor belongs to lanes and blocks.
    pub(crate) patterns: Typed,
    pub(crate) pattern_of: Vec<u32>,
    /// Factors on qubits outside: for each part that they share with the tile, (mask of the tile index, factor).
    pub(crate) outer: Vec<(Inner, Vec<(usize, Complex64)>)>,
}

impl PhaseStage {
    pub(crate) fn new(phases: &Phases, layout: &Layout, precision: Precision) -> Self {
        let (mut of_blocks, mut of_lanes, mut of_both) = (Vec::new(), Vec::new(), Vec::new());
        let mut outer: Vec<(Inner, Vec<(usize, Complex64)>)> = Vec::new();
        for (set, factor) in phases.iter() {
            let (tile, blocks, lanes) = layout.split(set);
            match (tile, blocks, lanes) {
                (0, _, 0) => of_blocks.push((blocks as u64, factor)),
                (0, 0, _) => of_lanes.push((lanes as u64, factor)),
                (0, _, _) => of_both.push((blocks, lanes, factor)),
                _ => {
                    let inner = Inner { blocks, lanes };
                    match outer.iter_mut().find(|(known, _)| *known == inner) {
                        Some((_, factors)) => factors.push((tile, factor)),
                        None => outer.push((inner, vec![(tile, factor)])),
                    }
                }
            }
        }
        outer.sort_by_key(|(inner, _)| *inner);
        if !of_both.is_empty() {
            // The patterns take the factors of lanes along: one product less for each amplitude.
            of_both.extend(of_lanes.drain(..).map(|(lanes, factor)| (0, lanes as usize, factor)));
        }
        let block_bits = layout.held.len() as u32;
        let values = table(&of_blocks, block_bits);
        let lane_table = table(&of_lanes, LANE_QUBITS);
        let (patterns, pattern_of) = patterns(&of_both, block_bits);
        Self {
            block_values: [values.iter().map(|x| x.re).collect(), values.iter().map(|x| x.im).collect()],
            blocks: Typed::new(precision, &values),
            lane_values: std::array::from_fn(|lane| lane_table[lane]),
            patterns: Typed::new(precision, &patterns),
            pattern_of,
            outer,
        }
    }
}

/// Tables of lanes for the factors (blocks, lanes, factor), one after the other, and which one each block takes.
fn patterns(factors: &[(usize, usize, Complex64)], block_bits: u32) -> (Vec<Complex64>, Vec<u32>) {
    if factors.is_empty() {
        return (Vec::new(), Vec::new());
    }
    let shared = factors.iter().fold(0, |mask, (blocks, ..)| mask | blocks);
    let bits: Vec<u32> = (0..block_bits).filter(|bit| shared >> bit & 1 == 1).collect();
    let among =
        |blocks: usize| bits.iter().enumerate().fold(0u64, |sum, (j, bit)| sum | (blocks as u64 >> bit & 1) << j);
    let terms: Vec<(u64, Complex64)> = factors
        .iter()
        .map(|(blocks, lanes, factor)| (among(*blocks) << LANE_QUBITS | *lanes as u64, *factor))
        .collect();
    let pattern_of = (0..1usize << block_bits).map(|block| among(block) as u32).collect();
    (table(&terms, bits.len() as u32 + LANE_QUBITS), pattern_of)
}
