//! The one matrix product of the training: out += A B, the terms of each number in ascending order.
//!
//! Every number of `out` is computed alone, so blocks and vectors of any size give the same bytes. Products are rounded before
//! they are added (no FMA).

/// Numbers that are computed side by side in a row.
pub(crate) const LANES: usize = 16;

/// Numbers that a row of `width` takes in memory.
pub(crate) fn stride(width: usize) -> usize {
    width.next_multiple_of(LANES)
}

/// A matrix whose number (r, c) is `values[r * row + c * column]`: so a transposed one needs no copy.
#[derive(Clone, Copy)]
pub(crate) struct Left<'a> {
    pub values: &'a [f32],
    pub rows: usize,
    pub columns: usize,
    pub row: usize,
    pub column: usize,
}

/// out[r][n] += Σ_c a(r, c) · b[c][n], c ascending. Rows of `out` and `b` have `stride` numbers, a multiple of [`LANES`].
///
/// Tiles are as large as the registers: eight sums hide the latency of an addition, and AVX-512 has room for two rows of a wide
/// tile, so that a row of B is loaded for both.
#[inline]
pub(crate) fn accumulate(out: &mut [f32], a: Left, b: &[f32], stride: usize) {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx512f") {
        // SAFETY: the processor has AVX-512.
        return unsafe { accumulate_avx512(out, a, b, stride) };
    } else if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2.
        return unsafe { accumulate_avx2(out, a, b, stride) };
    }
    accumulate_tiles::<0, 1, 2>(out, a, b, stride);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
fn accumulate_avx512(out: &mut [f32], a: Left, b: &[f32], stride: usize) {
    accumulate_tiles::<2, 4, 4>(out, a, b, stride);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn accumulate_avx2(out: &mut [f32], a: Left, b: &[f32], stride: usize) {
    accumulate_tiles::<1, 2, 4>(out, a, b, stride);
}

/// With tiles of so many rows where they have four parts of sixteen numbers (none if 0), two, and one.
#[inline(always)]
fn accumulate_tiles<const FOUR: usize, const TWO: usize, const ONE: usize>(
    out: &mut [f32],
    a: Left,
    b: &[f32],
    stride: usize,
) {
    let mut first = 0;
    while first < stride {
        first += match (stride - first) / LANES {
            4.. if FOUR > 0 => accumulate_panel::<FOUR, 4>(out, a, b, stride, first),
            2.. => accumulate_panel::<TWO, 2>(out, a, b, stride, first),
            _ => accumulate_panel::<ONE, 1>(out, a, b, stride, first),
        };
    }
}

/// All rows of P parts from `first` on; gives their numbers.
#[inline(always)]
fn accumulate_panel<const R: usize, const P: usize>(
    out: &mut [f32],
    a: Left,
    b: &[f32],
    stride: usize,
    first: usize,
) -> usize {
    let whole = a.rows / R * R;
    let (blocks, rest) = out.split_at_mut(whole * stride);
    for (k, block) in blocks.chunks_exact_mut(R * stride).enumerate() {
        accumulate_tile::<R, P>(block, a, k * R, b, stride, first);
    }
    for (k, row) in rest.chunks_exact_mut(stride).take(a.rows - whole).enumerate() {
        accumulate_tile::<1, P>(row, a, whole + k, b, stride, first);
    }
    P * LANES
}

#[inline(always)]
fn accumulate_tile<const R: usize, const P: usize>(
    out: &mut [f32],
    a: Left,
    row: usize,
    b: &[f32],
    stride: usize,
    first: usize,
) {
    let mut sums = [[[0.0f32; LANES]; P]; R];
    for (sums, out) in sums.iter_mut().zip(out.chunks_exact(stride)) {
        sums.as_flattened_mut().copy_from_slice(&out[first..first + P * LANES]);
    }
    for (c, values) in b.chunks_exact(stride).take(a.columns).enumerate() {
        // A copy, because the compiler puts loads for two rows together from pieces: a tenth of a training.
        let Some(values) = values[first..].as_chunks::<LANES>().0.first_chunk::<P>().copied() else { continue };
        let at = row * a.row + c * a.column;
        // Written out, because loops over rows and parts keep the sums in memory.
        add_products(&mut sums[0], a.values[at], &values);
        if R > 1 {
            add_products(&mut sums[1], a.values[at + a.row], &values);
        }
        if R > 2 {
            add_products(&mut sums[2], a.values[at + 2 * a.row], &values);
            add_products(&mut sums[3], a.values[at + 3 * a.row], &values);
        }
    }
    for (sums, out) in sums.iter().zip(out.chunks_exact_mut(stride)) {
        out[first..first + P * LANES].copy_from_slice(sums.as_flattened());
    }
}

#[inline(always)]
fn add_products<const P: usize>(sums: &mut [[f32; LANES]; P], factor: f32, values: &[[f32; LANES]; P]) {
    add_part(&mut sums[0], factor, &values[0]);
    if P > 1 {
        add_part(&mut sums[1], factor, &values[1]);
    }
    if P > 2 {
        add_part(&mut sums[2], factor, &values[2]);
        add_part(&mut sums[3], factor, &values[3]);
    }
}

#[inline(always)]
fn add_part(sums: &mut [f32; LANES], factor: f32, values: &[f32; LANES]) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum += factor * value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Bit for bit the definition, for both orders of A in memory and for whole and broken blocks.
        #[test]
        fn is_the_definition(rows in 1usize..10, columns in 0usize..9, width in 1usize..140, seed in any::<u32>()) {
            let mut state = seed;
            let mut number = || {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 8) as f32 / 1e6 - 8.0
            };
            let stride = stride(width);
            let a: Vec<f32> = (0..rows * columns).map(|_| number()).collect();
            let b: Vec<f32> = (0..columns * stride).map(|_| number()).collect();
            let start: Vec<f32> = (0..rows * stride).map(|_| number()).collect();
            let expected: Vec<u32> = (0..rows * stride)
                .map(|k| {
                    let (r, n) = (k / stride, k % stride);
                    (0..columns).fold(start[k], |sum, c| sum + a[r * columns + c] * b[c * stride + n]).to_bits()
                })
                .collect();
            let transposed: Vec<f32> = (0..columns * rows).map(|k| a[k % rows * columns + k / rows]).collect();
            for (values, row, column) in [(&a, columns, 1), (&transposed, 1, rows)] {
                for product in [accumulate, accumulate_tiles::<0, 1, 2>, accumulate_tiles::<2, 4, 4>] {
                    let mut out = start.clone();
                    product(&mut out, Left { values, rows, columns, row, column }, &b, stride);
                    let bits: Vec<u32> = out.iter().map(|value| value.to_bits()).collect();
                    prop_assert_eq!(&bits, &expected);
                }
            }
        }
    }
}
