//! The product of a dense layer: panels of sixteen outputs, in the order of sums that [`crate::tree`] defines.
//!
//! A lane of the tree adds its terms for several outputs side by side, so no vector is ever folded; the lanes come one after
//! the other in the order in which the tree joins them. Every output is computed alone, so tiles of any shape give the same bytes.

use crate::tree::LANES;

/// Outputs of a panel.
pub(crate) const PANEL: usize = 16;
/// States of a tile: a weight that was loaded is used for all of them.
const ROWS: usize = 4;
/// Outputs that a tile computes side by side where registers hold four numbers. Eight registers of sums hide the latency of an
/// addition and leave room for the weights; AVX2, with eight numbers in each, takes whole panels.
const NARROW: usize = 8;

/// The lanes in the order of the tree: neighbours are joined first, then pairs of neighbours, and so on.
const ORDER: [usize; LANES] = [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15];

type Tile<const R: usize, const W: usize> = [[f32; W]; R];

/// Weights, row-major with `inputs` columns, as they are multiplied: panel after panel, in each lane after lane, in each the terms
/// in ascending order, sixteen outputs of each. What is missing to whole panels and lanes is 0.
pub(crate) fn pack_weights(weights: &[f32], inputs: usize, outputs: usize) -> Vec<f32> {
    let steps = inputs.div_ceil(LANES);
    let mut packed = Vec::with_capacity(outputs.next_multiple_of(PANEL) * steps * LANES);
    for first in (0..outputs).step_by(PANEL) {
        for lane in ORDER {
            for k in (lane..steps * LANES).step_by(LANES) {
                let weight = |o: usize| if k < inputs && o < outputs { weights[o * inputs + k] } else { 0.0 };
                packed.extend((first..first + PANEL).map(weight));
            }
        }
    }
    packed
}

/// States, `inputs` numbers each at every `stride`, in the order of the weights: tiles of [`ROWS`] states side by side, then
/// single ones.
pub(crate) fn pack_states(states: &[f32], inputs: usize, stride: usize, packed: &mut Vec<f32>) {
    packed.clear();
    let mut rest = states;
    while rest.len() > (ROWS - 1) * stride + inputs - 1 {
        pack_tile::<ROWS>(rest, inputs, stride, packed);
        rest = rest.get(ROWS * stride..).unwrap_or_default();
    }
    while rest.len() >= inputs {
        pack_tile::<1>(rest, inputs, stride, packed);
        rest = rest.get(stride..).unwrap_or_default();
    }
}

#[inline(always)]
fn pack_tile<const R: usize>(states: &[f32], inputs: usize, stride: usize, packed: &mut Vec<f32>) {
    let depth = inputs.next_multiple_of(LANES);
    for lane in ORDER {
        for k in (lane..depth).step_by(LANES) {
            let values: [f32; R] = std::array::from_fn(|row| if k < inputs { states[row * stride + k] } else { 0.0 });
            packed.extend_from_slice(&values);
        }
    }
}

/// The sums of one panel with their bias, for all states: `out` begins at the first output of the panel in the first state and
/// has `stride` numbers for each.
#[inline]
pub(crate) fn multiply(
    panel: &[f32],
    bias: &[f32; PANEL],
    packed: &[f32],
    count: usize,
    out: &mut [f32],
    stride: usize,
) {
    #[cfg(target_arch = "x86_64")]
    match widest() {
        // SAFETY: the processor has AVX-512.
        Registers::Sixteen => return unsafe { multiply_avx512(panel, bias, packed, count, out, stride) },
        // SAFETY: the processor has AVX2.
        Registers::Eight => return unsafe { multiply_avx2(panel, bias, packed, count, out, stride) },
        Registers::Four => {}
    }
    multiply_tiles::<NARROW>(panel, bias, packed, count, out, stride);
}

/// Numbers in a register.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Registers {
    Four,
    Eight,
    Sixteen,
}

/// The widest registers of the processor, or less where `KETFLOW_LANES` says so (`baseline`, `avx2`), as for the statevector engine.
#[cfg(target_arch = "x86_64")]
fn widest() -> Registers {
    static WIDEST: std::sync::OnceLock<Registers> = std::sync::OnceLock::new();
    *WIDEST.get_or_init(|| {
        let allowed = match std::env::var("KETFLOW_LANES").as_deref() {
            Ok("baseline") => Registers::Four,
            Ok("avx2") => Registers::Eight,
            _ => Registers::Sixteen,
        };
        let there = if std::arch::is_x86_feature_detected!("avx512f") {
            Registers::Sixteen
        } else if std::arch::is_x86_feature_detected!("avx2") {
            Registers::Eight
        } else {
            Registers::Four
        };
        allowed.min(there)
    })
}

/// The same code with registers of sixteen numbers: 256 states take 0.68 of the time of AVX2.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
fn multiply_avx512(panel: &[f32], bias: &[f32; PANEL], packed: &[f32], count: usize, out: &mut [f32], stride: usize) {
    multiply_tiles::<PANEL>(panel, bias, packed, count, out, stride);
}

/// The same code with registers of eight numbers: 256 states take 0.43 of the time of four.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn multiply_avx2(panel: &[f32], bias: &[f32; PANEL], packed: &[f32], count: usize, out: &mut [f32], stride: usize) {
    multiply_tiles::<PANEL>(panel, bias, packed, count, out, stride);
}

#[inline(always)]
fn multiply_tiles<const W: usize>(
    panel: &[f32],
    bias: &[f32; PANEL],
    packed: &[f32],
    count: usize,
    out: &mut [f32],
    stride: usize,
) {
    let weights = panel.as_chunks::<PANEL>().0;
    let depth = weights.len();
    let (tiles, singles) = packed.split_at(count / ROWS * ROWS * depth);
    let mut rows = out.chunks_mut(stride);
    for tile in tiles.chunks_exact(ROWS * depth) {
        let values = tile.as_chunks::<ROWS>().0;
        let first: Tile<ROWS, W> = sums::<ROWS, W, 0>(weights, values);
        let second: Tile<ROWS, NARROW> =
            if W < PANEL { sums::<ROWS, NARROW, NARROW>(weights, values) } else { [[0.0; NARROW]; ROWS] };
        for ((first, second), row) in first.iter().zip(&second).zip(rows.by_ref()) {
            let Some(row) = row.first_chunk_mut::<PANEL>() else { continue };
            for o in 0..PANEL {
                row[o] = if o < W { first[o] } else { second[o - W] } + bias[o];
            }
        }
    }
    for (single, row) in singles.chunks_exact(depth).zip(rows) {
        let [sums]: Tile<1, PANEL> = sums::<1, PANEL, 0>(weights, single.as_chunks::<1>().0);
        let Some(row) = row.first_chunk_mut::<PANEL>() else { continue };
        for o in 0..PANEL {
            row[o] = sums[o] + bias[o];
        }
    }
}

/// W sums from output `FIRST` of the panel on, for R states: the tree above four lanes each.
///
/// Neither a closure, which would be compiled without the registers of the caller (a third of the speed), nor an array of parts,
/// which wasm clears by a call of `memory.fill` for each tile.
#[inline(always)]
fn sums<const R: usize, const W: usize, const FIRST: usize>(
    weights: &[[f32; PANEL]],
    values: &[[f32; R]],
) -> Tile<R, W> {
    let size = weights.len() / 4;
    let (mut half, mut total) = ([[0.0; W]; R], [[0.0; W]; R]);
    for k in 0..4 {
        let quarter = quarter_sums::<R, W, FIRST>(&weights[k * size..][..size], &values[k * size..][..size]);
        half = if k % 2 == 0 { quarter } else { join(half, quarter) };
        match k {
            1 => total = half,
            3 => total = join(total, half),
            _ => {}
        }
    }
    total
}

/// Four lanes.
#[inline(always)]
fn quarter_sums<const R: usize, const W: usize, const FIRST: usize>(
    weights: &[[f32; PANEL]],
    values: &[[f32; R]],
) -> Tile<R, W> {
    let ([a, b], [x, y]) = (halves(weights), halves(values));
    join(pair_sums::<R, W, FIRST>(a, x), pair_sums::<R, W, FIRST>(b, y))
}

#[inline(always)]
fn halves<T>(values: &[T]) -> [&[T]; 2] {
    let (first, second) = values.split_at(values.len() / 2);
    [first, second]
}

/// Two lanes that the tree joins first.
#[inline(always)]
fn pair_sums<const R: usize, const W: usize, const FIRST: usize>(
    weights: &[[f32; PANEL]],
    values: &[[f32; R]],
) -> Tile<R, W> {
    let ([left, right], [x, y]) = (halves(weights), halves(values));
    if R > 1 {
        return join(lane_sums::<R, W, FIRST>(left, x), lane_sums::<R, W, FIRST>(right, y));
    }
    // Side by side, since the lane of a single state waits for its additions.
    let (mut first, mut second) = ([[0.0; W]; R], [[0.0; W]; R]);
    for ((left, right), (x, y)) in left.iter().zip(right).zip(x.iter().zip(y)) {
        for o in 0..W {
            first[0][o] += left[FIRST + o] * x[0];
            second[0][o] += right[FIRST + o] * y[0];
        }
    }
    join(first, second)
}

/// The sums of one lane, from +0 on.
#[inline(always)]
fn lane_sums<const R: usize, const W: usize, const FIRST: usize>(
    weights: &[[f32; PANEL]],
    values: &[[f32; R]],
) -> Tile<R, W> {
    let mut sums = [[0.0f32; W]; R];
    for (weights, values) in weights.iter().zip(values) {
        for (sums, value) in sums.iter_mut().zip(values) {
            for o in 0..W {
                sums[o] += weights[FIRST + o] * value;
            }
        }
    }
    sums
}

/// The sum of two parts.
#[inline(always)]
fn join<const R: usize, const W: usize>(mut left: Tile<R, W>, right: Tile<R, W>) -> Tile<R, W> {
    for (left, right) in left.iter_mut().zip(&right) {
        for (left, right) in left.iter_mut().zip(right) {
            *left += right;
        }
    }
    left
}

#[cfg(test)]
mod tests;
