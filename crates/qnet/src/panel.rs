//! The product of a dense layer: z = b + S₀ + S₁ + …, where Sⱼ adds the rounded products of 256 consecutive inputs in ascending
//! order, from +0 on.
//!
//! Many outputs are added up side by side and each is computed alone, so registers of any width give the same bytes. Products
//! are rounded before they are added (no FMA). The chunks bound the error of a long sum.

use crate::terms::{Term, Terms};
use std::ops::Range;

/// Outputs are filled up to a multiple of this.
pub(crate) const PART: usize = 16;

/// Sixteen numbers in one line of the cache: loads that cross lines take twice the time.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(C, align(64))]
pub(crate) struct Part(pub [f32; PART]);

/// Parts of the widest panel: eight registers of sums hide the latency of an addition. Registers hold four numbers in WASM, eight
/// with AVX2; AVX-512 needs four of its sixteen.
const WIDEST: usize = if cfg!(target_arch = "x86_64") { 4 } else { 2 };

/// Outputs that are computed together: `width` parts, the first of them `first`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Panel {
    first: usize,
    pub width: usize,
}

/// The panels of so many parts: the widest that fit.
pub(crate) fn panels(parts: usize) -> impl Iterator<Item = Panel> {
    let panel = move |first: usize| {
        let width = match parts - first {
            4.. if WIDEST >= 4 => 4,
            2.. => 2,
            _ => 1,
        };
        Panel { first, width }
    };
    let next = move |before: &Panel| Some(before.first + before.width).filter(|first| *first < parts).map(panel);
    std::iter::successors(Some(panel(0)), next)
}

/// Weights, row-major with `inputs` columns, as they are multiplied: panel after panel, in each input after input its outputs.
/// What is missing to a whole part is 0.
pub(crate) fn pack_weights(weights: &[f32], inputs: usize, outputs: usize) -> Vec<Part> {
    let weight = |k: usize, o: usize| if o < outputs { weights[o * inputs + k] } else { 0.0 };
    let parts = outputs.div_ceil(PART);
    let mut packed = Vec::with_capacity(parts * inputs);
    for Panel { first, width } in panels(parts) {
        for k in 0..inputs {
            packed.extend((first..first + width).map(|part| Part(std::array::from_fn(|o| weight(k, part * PART + o)))));
        }
    }
    packed
}

/// Adds Sⱼ of the inputs `chunk` to the outputs of one panel; `out` has `parts` for each state.
#[inline]
pub(crate) fn multiply(
    weights: &[Part],
    panel: Panel,
    chunk: &Range<usize>,
    terms: &Terms,
    out: &mut [[f32; PART]],
    parts: usize,
) {
    let (Panel { first, width }, inputs) = (panel, weights.len() / parts);
    let rows = &weights[first * inputs + chunk.start * width..][..chunk.len() * width];
    let out = &mut out[first..];
    #[cfg(target_arch = "x86_64")]
    match widest() {
        // SAFETY: the processor has AVX-512.
        Registers::Sixteen => return unsafe { multiply_avx512(rows, width, terms, out, parts) },
        // SAFETY: the processor has AVX2.
        Registers::Eight => return unsafe { multiply_avx2(rows, width, terms, out, parts) },
        Registers::Four => {}
    }
    multiply_rows(rows, width, terms, out, parts);
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

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
fn multiply_avx512(rows: &[Part], width: usize, terms: &Terms, out: &mut [[f32; PART]], parts: usize) {
    multiply_rows(rows, width, terms, out, parts);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn multiply_avx2(rows: &[Part], width: usize, terms: &Terms, out: &mut [[f32; PART]], parts: usize) {
    multiply_rows(rows, width, terms, out, parts);
}

#[inline(always)]
fn multiply_rows(rows: &[Part], width: usize, terms: &Terms, out: &mut [[f32; PART]], parts: usize) {
    match width {
        4 => add_sums::<4>(rows, terms, out, parts),
        2 => add_sums::<2>(rows, terms, out, parts),
        _ => add_sums::<1>(rows, terms, out, parts),
    }
}

/// Adds the sums of one panel of P parts, state after state.
#[inline(always)]
fn add_sums<const P: usize>(rows: &[Part], terms: &Terms, out: &mut [[f32; PART]], stride: usize) {
    let rows = rows.as_chunks::<P>().0;
    for (terms, out) in terms.states().zip(out.chunks_mut(stride)) {
        let Some(out) = out.first_chunk_mut::<P>() else { continue };
        let sums = sums(rows, terms);
        for p in 0..P {
            for o in 0..PART {
                out[p][o] += sums[p][o];
            }
        }
    }
}

/// Σ w x over the terms of one state.
#[inline(always)]
fn sums<const P: usize>(rows: &[[Part; P]], terms: &[Term]) -> [[f32; PART]; P] {
    let mut sums = [[0.0; PART]; P];
    for (k, value) in terms {
        let Some(row) = rows.get(*k as usize) else { break };
        // Written out, because a loop over parts keeps the sums in memory: a third of the speed.
        add_products(&mut sums, row, *value, 0);
        if P > 1 {
            add_products(&mut sums, row, *value, 1);
        }
        if P > 2 {
            add_products(&mut sums, row, *value, 2);
            add_products(&mut sums, row, *value, 3);
        }
    }
    sums
}

#[inline(always)]
fn add_products<const P: usize>(sums: &mut [[f32; PART]; P], row: &[Part; P], value: f32, part: usize) {
    for (sum, weight) in sums[part].iter_mut().zip(&row[part].0) {
        *sum += weight * value;
    }
}

#[cfg(test)]
mod tests;
