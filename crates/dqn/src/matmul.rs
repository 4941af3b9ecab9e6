//! The one matrix product of the training: out += A B, the terms of each number in ascending order.
//!
//! Every number of `out` is computed alone, so blocks and vectors of any size give the same bytes. Products are rounded before
//! they are added (no FMA).

/// Numbers that are computed side by side in a row.
pub(crate) const LANES: usize = 16;
/// Rows that are computed together, so that a row of B is loaded once for all of them.
const ROWS: usize = 4;

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
#[inline]
pub(crate) fn accumulate(out: &mut [f32], a: Left, b: &[f32], stride: usize, packed: &mut Vec<f32>) {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2.
        return unsafe { accumulate_avx2(out, a, b, stride, packed) };
    }
    accumulate_blocks(out, a, b, stride, packed);
}

/// The same code with wider registers: a training takes half the time.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn accumulate_avx2(out: &mut [f32], a: Left, b: &[f32], stride: usize, packed: &mut Vec<f32>) {
    accumulate_blocks(out, a, b, stride, packed);
}

#[inline(always)]
fn accumulate_blocks(out: &mut [f32], a: Left, b: &[f32], stride: usize, packed: &mut Vec<f32>) {
    let whole = a.rows / ROWS * ROWS;
    let (blocks, rest) = out.split_at_mut(whole * stride);
    for (k, block) in blocks.chunks_exact_mut(ROWS * stride).enumerate() {
        pack::<ROWS>(a, k * ROWS, packed);
        accumulate_rows::<ROWS>(block, packed, b, stride);
    }
    for (k, row) in rest.chunks_exact_mut(stride).take(a.rows - whole).enumerate() {
        pack::<1>(a, whole + k, packed);
        accumulate_rows::<1>(row, packed, b, stride);
    }
}

/// `R` rows from `first` on, column after column.
#[inline(always)]
fn pack<const R: usize>(a: Left, first: usize, packed: &mut Vec<f32>) {
    packed.clear();
    for column in 0..a.columns {
        let at = first * a.row + column * a.column;
        packed.extend((0..R).map(|row| a.values[at + row * a.row]));
    }
}

#[inline(always)]
fn accumulate_rows<const R: usize>(out: &mut [f32], packed: &[f32], b: &[f32], stride: usize) {
    let (columns, _) = packed.as_chunks::<R>();
    for first in (0..stride).step_by(LANES) {
        let mut sums = [[0.0f32; LANES]; R];
        for (row, sum) in sums.iter_mut().enumerate() {
            sum.copy_from_slice(&out[row * stride + first..][..LANES]);
        }
        for (column, row) in columns.iter().zip(b.chunks_exact(stride)) {
            let Some(values) = row[first..].first_chunk::<LANES>() else { continue };
            for (sum, factor) in sums.iter_mut().zip(column) {
                for lane in 0..LANES {
                    sum[lane] += factor * values[lane];
                }
            }
        }
        for (row, sum) in sums.iter().enumerate() {
            out[row * stride + first..][..LANES].copy_from_slice(sum);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Bit for bit the definition, for both orders of A in memory and for whole and broken blocks.
        #[test]
        fn is_the_definition(rows in 1usize..10, columns in 0usize..9, width in 1usize..40, seed in any::<u32>()) {
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
                for product in [accumulate, accumulate_blocks] {
                    let mut out = start.clone();
                    product(&mut out, Left { values, rows, columns, row, column }, &b, stride, &mut Vec::new());
                    let bits: Vec<u32> = out.iter().map(|value| value.to_bits()).collect();
                    prop_assert_eq!(&bits, &expected);
                }
            }
        }
    }
}
