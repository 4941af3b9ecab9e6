//! The types of lanes, and the registers that each build has for them.

#[cfg(target_arch = "x86_64")]
use super::avx2;
use super::lane::Lane;
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
use super::plain;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
use super::simd128;
use std::ops::{Add, Mul, Neg};

macro_rules! lane {
    ($type:ident, $lanes:ident, $is_unit:literal, $below_zero:expr, $plus:ident, $times:ident, $negated:ident) => {
        impl Lane for $type {
            const ZERO: Self = 0 as $type;
            const ONE: Self = 1 as $type;
            const MOST: Self = $type::MAX;
            const BELOW_ZERO: Self = $below_zero;
            const IS_UNIT: bool = $is_unit;
            #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
            type Baseline = simd128::$lanes;
            #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
            type Baseline = plain::Plain<$type>;
            #[cfg(target_arch = "x86_64")]
            type Avx2 = avx2::$lanes;

            #[inline(always)]
            fn plus(self, other: Self) -> Self {
                self.$plus(other)
            }
            #[inline(always)]
            fn times(self, other: Self) -> Self {
                self.$times(other)
            }
            #[inline(always)]
            fn negated(self) -> Self {
                self.$negated()
            }
            #[inline(always)]
            fn is_above(self, other: Self) -> bool {
                self > other
            }
            #[inline(always)]
            fn floor(value: f32) -> Self {
                value as $type
            }
            #[inline(always)]
            fn real(self) -> f64 {
                self as f64
            }
            fn exactly(value: f64) -> Self {
                value as $type
            }
        }
    };
}

// Sums that fit are the same with and without wrapping, and `classify` sees to it that they do.
lane!(i8, I8x16, true, -1, wrapping_add, wrapping_mul, wrapping_neg);
lane!(i16, I16x16, false, -1, wrapping_add, wrapping_mul, wrapping_neg);
lane!(i32, I32x16, false, -1, wrapping_add, wrapping_mul, wrapping_neg);
lane!(f64, F64x16, false, -f64::MIN_POSITIVE, add, mul, neg);
