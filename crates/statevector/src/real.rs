//! The two number types a state can have.

use crate::lanes::Lanes;
use crate::state::Block;
use crate::sweep::Typed;

/// `f32` or `f64`; sealed by being implemented here only.
pub trait Real: Copy + Default + PartialEq + Send + Sync + std::fmt::Debug + 'static {
    /// The widest vector that every processor of this build has.
    type Vector: Lanes<Self>;
    /// 256 bits, where the processor has AVX2.
    #[cfg(target_arch = "x86_64")]
    type Avx2: Lanes<Self>;
    /// 512 bits, where the processor has AVX-512.
    #[cfg(target_arch = "x86_64")]
    type Avx512: Lanes<Self>;
    /// 0
    const ZERO: Self;
    /// 1
    const ONE: Self;
    /// An outcome whose probability is at most this (relative to the norm) counts as impossible: rounding leaves amplitudes
    /// of about 2⁻⁵³·√depth (f64) or 2⁻²⁴·√depth (f32) where the exact value is 0, so their squares stay far below.
    const BRANCH_FLOOR: f64;
    /// Rows of the exact distribution below this are the square of rounding residue and are left out.
    const PROBABILITY_FLOOR: f64;
    /// Rounds once, to nearest.
    fn from_f64(value: f64) -> Self;
    /// Exact.
    fn to_f64(self) -> f64;
    /// The numbers of this type.
    fn typed(typed: &Typed) -> &[Block<Self>];
}

impl Real for f32 {
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    type Vector = crate::lanes::simd128::F32x4;
    #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
    type Vector = crate::lanes::Plain<f32, 4>;
    #[cfg(target_arch = "x86_64")]
    type Avx2 = crate::lanes::x86::F32x8;
    #[cfg(target_arch = "x86_64")]
    type Avx512 = crate::lanes::x86::F32x16;
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;
    const BRANCH_FLOOR: f64 = 1e-12;
    const PROBABILITY_FLOOR: f64 = 1e-13;

    #[inline(always)]
    fn from_f64(value: f64) -> Self {
        value as f32
    }

    #[inline(always)]
    fn to_f64(self) -> f64 {
        f64::from(self)
    }

    #[inline(always)]
    fn typed(typed: &Typed) -> &[Block<Self>] {
        &typed.narrow
    }
}

impl Real for f64 {
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    type Vector = crate::lanes::simd128::F64x2;
    #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
    type Vector = crate::lanes::Plain<f64, 2>;
    #[cfg(target_arch = "x86_64")]
    type Avx2 = crate::lanes::x86::F64x4;
    #[cfg(target_arch = "x86_64")]
    type Avx512 = crate::lanes::x86::F64x8;
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;
    const BRANCH_FLOOR: f64 = 1e-14;
    const PROBABILITY_FLOOR: f64 = 1e-28;

    #[inline(always)]
    fn from_f64(value: f64) -> Self {
        value
    }

    #[inline(always)]
    fn to_f64(self) -> f64 {
        self
    }

    #[inline(always)]
    fn typed(typed: &Typed) -> &[Block<Self>] {
        &typed.wide
    }
}
