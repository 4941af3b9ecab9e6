//! WebAssembly SIMD.

use super::Lanes;
use core::arch::wasm32::*;

/// Four `f32`.
#[derive(Clone, Copy)]
pub struct F32x4(v128);

/// Two `f64`.
#[derive(Clone, Copy)]
pub struct F64x2(v128);

impl Lanes<f32> for F32x4 {
    const WIDTH: usize = 4;

    #[inline(always)]
    unsafe fn load(source: *const f32) -> Self {
        // SAFETY: the caller promises 16 readable bytes; v128.load needs no alignment.
        Self(unsafe { v128_load(source.cast()) })
    }

    #[inline(always)]
    unsafe fn store(self, target: *mut f32) {
        // SAFETY: the caller promises 16 writable bytes; v128.store needs no alignment.
        unsafe { v128_store(target.cast(), self.0) }
    }

    #[inline(always)]
    fn splat(value: f32) -> Self {
        Self(f32x4_splat(value))
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(f32x4_add(self.0, other.0))
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self(f32x4_sub(self.0, other.0))
    }

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Self(f32x4_mul(self.0, other.0))
    }

    #[inline(always)]
    fn exchange(self, mask: usize) -> Self {
        let x = self.0;
        Self(match mask & 3 {
            0 => x,
            1 => i32x4_shuffle::<1, 0, 3, 2>(x, x),
            2 => i32x4_shuffle::<2, 3, 0, 1>(x, x),
            _ => i32x4_shuffle::<3, 2, 1, 0>(x, x),
        })
    }

    #[inline(always)]
    fn select(self, other: Self, bits: u32) -> Self {
        let lane = |l: u32| -((bits >> l & 1) as i32);
        Self(v128_bitselect(self.0, other.0, i32x4(lane(0), lane(1), lane(2), lane(3))))
    }

    #[inline(always)]
    unsafe fn vectorize<R>(work: impl FnOnce() -> R) -> R {
        apart(work)
    }
}

impl Lanes<f64> for F64x2 {
    const WIDTH: usize = 2;

    #[inline(always)]
    unsafe fn load(source: *const f64) -> Self {
        // SAFETY: the caller promises 16 readable bytes; v128.load needs no alignment.
        Self(unsafe { v128_load(source.cast()) })
    }

    #[inline(always)]
    unsafe fn store(self, target: *mut f64) {
        // SAFETY: the caller promises 16 writable bytes; v128.store needs no alignment.
        unsafe { v128_store(target.cast(), self.0) }
    }

    #[inline(always)]
    fn splat(value: f64) -> Self {
        Self(f64x2_splat(value))
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(f64x2_add(self.0, other.0))
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self(f64x2_sub(self.0, other.0))
    }

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Self(f64x2_mul(self.0, other.0))
    }

    #[inline(always)]
    fn exchange(self, mask: usize) -> Self {
        let x = self.0;
        Self(if mask & 1 == 0 { x } else { i64x2_shuffle::<1, 0>(x, x) })
    }

    #[inline(always)]
    fn select(self, other: Self, bits: u32) -> Self {
        let lane = |l: u32| -i64::from(bits >> l & 1);
        Self(v128_bitselect(self.0, other.0, i64x2(lane(0), lane(1))))
    }

    #[inline(always)]
    unsafe fn vectorize<R>(work: impl FnOnce() -> R) -> R {
        apart(work)
    }
}

/// A function for each kernel. All of them in one made a function of 200 KB, which V8 ran without optimising it during the first three
/// runs of brick20, until its compiler was through, and whose loop variables it kept in memory.
#[inline(never)]
fn apart<R>(work: impl FnOnce() -> R) -> R {
    work()
}
