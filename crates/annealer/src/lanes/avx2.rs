//! AVX2. A value of these types exists only where [`super::choice`] has found it, and the methods inline into functions that are
//! compiled for it.

use super::lane::{LANES, Lanes};
use super::registers::lanes_of_registers;
use core::arch::x86_64::*;

lanes_of_registers!(
    I8x16: i8, __m128i, 16 x 1;
    |source: *const i8| _mm_loadu_si128(source.cast()), |target: *mut i8, x| _mm_storeu_si128(target.cast(), x),
    |value| _mm_set1_epi8(value), |x, y| _mm_add_epi8(x, y), |x, y| _mm_sub_epi8(x, y), |x, _| x,
    |x, y| _mm_cmpgt_epi8(x, y), |x, y| _mm_or_si128(x, y),
    |x, mask| _mm_sub_epi8(_mm_xor_si128(x, mask), mask),
    |x, mask| _mm_sub_epi8(mask, _mm_xor_si128(x, mask)),
    |x, y| _mm_and_si128(x, y), |x| _mm_movemask_epi8(x) == 0xffff
);

lanes_of_registers!(
    I16x16: i16, __m256i, 16 x 1;
    |source: *const i16| _mm256_loadu_si256(source.cast()), |target: *mut i16, x| _mm256_storeu_si256(target.cast(), x),
    |value| _mm256_set1_epi16(value), |x, y| _mm256_add_epi16(x, y), |x, y| _mm256_sub_epi16(x, y),
    |x, y| _mm256_mullo_epi16(x, y), |x, y| _mm256_cmpgt_epi16(x, y), |x, y| _mm256_or_si256(x, y),
    |x, mask| _mm256_sub_epi16(_mm256_xor_si256(x, mask), mask),
    |x, mask| _mm256_sub_epi16(mask, _mm256_xor_si256(x, mask)),
    |x, y| _mm256_and_si256(x, y), |x| _mm256_movemask_epi8(x) == -1
);

lanes_of_registers!(
    I32x16: i32, __m256i, 8 x 2;
    |source: *const i32| _mm256_loadu_si256(source.cast()), |target: *mut i32, x| _mm256_storeu_si256(target.cast(), x),
    |value| _mm256_set1_epi32(value), |x, y| _mm256_add_epi32(x, y), |x, y| _mm256_sub_epi32(x, y),
    |x, y| _mm256_mullo_epi32(x, y), |x, y| _mm256_cmpgt_epi32(x, y), |x, y| _mm256_or_si256(x, y),
    |x, mask| _mm256_sub_epi32(_mm256_xor_si256(x, mask), mask),
    |x, mask| _mm256_sub_epi32(mask, _mm256_xor_si256(x, mask)),
    |x, y| _mm256_and_si256(x, y), |x| _mm256_movemask_epi8(x) == -1
);

lanes_of_registers!(
    F64x16: f64, __m256d, 4 x 4;
    |source| _mm256_loadu_pd(source), |target, x| _mm256_storeu_pd(target, x),
    |value| _mm256_set1_pd(value), |x, y| _mm256_add_pd(x, y), |x, y| _mm256_sub_pd(x, y), |x, y| _mm256_mul_pd(x, y),
    |x, y| _mm256_cmp_pd::<_CMP_GT_OQ>(x, y), |x, y| _mm256_or_pd(x, y),
    |x, mask| _mm256_xor_pd(x, _mm256_and_pd(mask, _mm256_set1_pd(-0.0))),
    |x, mask| _mm256_xor_pd(x, _mm256_andnot_pd(mask, _mm256_set1_pd(-0.0))),
    |x, y| _mm256_and_pd(x, y), |x| _mm256_movemask_pd(x) == 15
);
