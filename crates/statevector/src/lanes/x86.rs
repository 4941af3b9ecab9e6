//! AVX2 and AVX-512, chosen at run time. Nothing here contracts or reorders: the bytes are those of every other build.
//!
//! The methods inline into functions that [`Lanes::vectorize`] compiles for the instruction set; a value of these types exists only
//! where [`super::Choice`] has found it.

use super::Lanes;
use core::arch::x86_64::*;

/// Eight `f32`.
#[derive(Clone, Copy)]
pub struct F32x8(__m256);

/// Four `f64`.
#[derive(Clone, Copy)]
pub struct F64x4(__m256d);

/// Sixteen `f32`.
#[derive(Clone, Copy)]
pub struct F32x16(__m512);

/// Eight `f64`.
#[derive(Clone, Copy)]
pub struct F64x8(__m512d);

/// The exchanges of the bits of `$mask`, one after the other: constants after inlining.
macro_rules! exchange {
    ($x:expr, $mask:expr, $($bit:literal => $shuffle:expr),+) => {{
        let mut x = $x;
        $(if $mask & $bit != 0 {
            // SAFETY: the instruction set is there, see the head of this file.
            x = unsafe { $shuffle(x) };
        })+
        x
    }};
}

macro_rules! x86_lanes {
    (
        $name:ident, $real:ty, $width:literal, $features:literal,
        $load:ident, $store:ident, $splat:ident, $add:ident, $sub:ident, $mul:ident,
        exchange { $($bit:literal => $shuffle:expr),+ },
        select $select:expr
    ) => {
        impl Lanes<$real> for $name {
            const WIDTH: usize = $width;

            #[inline(always)]
            unsafe fn load(source: *const $real) -> Self {
                // SAFETY: the caller promises WIDTH readable values; the load needs no alignment.
                Self(unsafe { $load(source) })
            }

            #[inline(always)]
            unsafe fn store(self, target: *mut $real) {
                // SAFETY: the caller promises WIDTH writable values; the store needs no alignment.
                unsafe { $store(target, self.0) }
            }

            #[inline(always)]
            fn splat(value: $real) -> Self {
                // SAFETY: the instruction set is there, see the head of this file.
                Self(unsafe { $splat(value) })
            }

            #[inline(always)]
            fn add(self, other: Self) -> Self {
                // SAFETY: the instruction set is there, see the head of this file.
                Self(unsafe { $add(self.0, other.0) })
            }

            #[inline(always)]
            fn sub(self, other: Self) -> Self {
                // SAFETY: the instruction set is there, see the head of this file.
                Self(unsafe { $sub(self.0, other.0) })
            }

            #[inline(always)]
            fn mul(self, other: Self) -> Self {
                // SAFETY: the instruction set is there, see the head of this file.
                Self(unsafe { $mul(self.0, other.0) })
            }

            #[inline(always)]
            fn exchange(self, mask: usize) -> Self {
                Self(exchange!(self.0, mask, $($bit => $shuffle),+))
            }

            #[inline(always)]
            fn select(self, other: Self, bits: u32) -> Self {
                // SAFETY: the instruction set is there, see the head of this file.
                Self(unsafe { $select(self.0, other.0, bits) })
            }

            #[inline]
            unsafe fn vectorize<R>(work: impl FnOnce() -> R) -> R {
                #[target_feature(enable = $features)]
                fn compiled<R>(work: impl FnOnce() -> R) -> R {
                    work()
                }
                // SAFETY: the caller knows that the processor has these instructions.
                unsafe { compiled(work) }
            }
        }
    };
}

x86_lanes!(
    F32x8, f32, 8, "avx2",
    _mm256_loadu_ps, _mm256_storeu_ps, _mm256_set1_ps, _mm256_add_ps, _mm256_sub_ps, _mm256_mul_ps,
    exchange {
        1 => |x| _mm256_permute_ps::<0b10_11_00_01>(x),
        2 => |x| _mm256_permute_ps::<0b01_00_11_10>(x),
        4 => |x| _mm256_permute2f128_ps::<1>(x, x)
    },
    select |x, y, bits: u32| {
        let lanes = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
        let chosen = _mm256_cmpeq_epi32(_mm256_and_si256(_mm256_set1_epi32(bits as i32), lanes), lanes);
        _mm256_blendv_ps(y, x, _mm256_castsi256_ps(chosen))
    }
);

x86_lanes!(
    F64x4, f64, 4, "avx2",
    _mm256_loadu_pd, _mm256_storeu_pd, _mm256_set1_pd, _mm256_add_pd, _mm256_sub_pd, _mm256_mul_pd,
    exchange {
        1 => |x| _mm256_permute_pd::<0b0101>(x),
        2 => |x| _mm256_permute2f128_pd::<1>(x, x)
    },
    select |x, y, bits: u32| {
        let lanes = _mm256_setr_epi64x(1, 2, 4, 8);
        let chosen = _mm256_cmpeq_epi64(_mm256_and_si256(_mm256_set1_epi64x(i64::from(bits)), lanes), lanes);
        _mm256_blendv_pd(y, x, _mm256_castsi256_pd(chosen))
    }
);

x86_lanes!(
    F32x16, f32, 16, "avx512f",
    _mm512_loadu_ps, _mm512_storeu_ps, _mm512_set1_ps, _mm512_add_ps, _mm512_sub_ps, _mm512_mul_ps,
    exchange {
        1 => |x| _mm512_permute_ps::<0b10_11_00_01>(x),
        2 => |x| _mm512_permute_ps::<0b01_00_11_10>(x),
        4 => |x| _mm512_shuffle_f32x4::<0b10_11_00_01>(x, x),
        8 => |x| _mm512_shuffle_f32x4::<0b01_00_11_10>(x, x)
    },
    select |x, y, bits: u32| _mm512_mask_blend_ps(bits as u16, y, x)
);

x86_lanes!(
    F64x8, f64, 8, "avx512f",
    _mm512_loadu_pd, _mm512_storeu_pd, _mm512_set1_pd, _mm512_add_pd, _mm512_sub_pd, _mm512_mul_pd,
    exchange {
        1 => |x| _mm512_permute_pd::<0b0101_0101>(x),
        2 => |x| _mm512_permutex_pd::<0b01_00_11_10>(x),
        4 => |x| _mm512_shuffle_f64x2::<0b01_00_11_10>(x, x)
    },
    select |x, y, bits: u32| _mm512_mask_blend_pd(bits as u8, y, x)
);
