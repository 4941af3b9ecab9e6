//! WebAssembly SIMD.

use super::lane::{LANES, Lanes};
use super::registers::lanes_of_registers;
use core::arch::wasm32::*;

lanes_of_registers!(
    I8x16: i8, v128, 16 x 1;
    |source: *const i8| v128_load(source.cast()), |target: *mut i8, x| v128_store(target.cast(), x),
    i8x16_splat, i8x16_add, i8x16_sub, |x, _| x, i8x16_gt, v128_or,
    |x, mask| i8x16_sub(v128_xor(x, mask), mask), |x, mask| i8x16_sub(mask, v128_xor(x, mask)), v128_and, i8x16_all_true
);

lanes_of_registers!(
    I16x16: i16, v128, 8 x 2;
    |source: *const i16| v128_load(source.cast()), |target: *mut i16, x| v128_store(target.cast(), x),
    i16x8_splat, i16x8_add, i16x8_sub, i16x8_mul, i16x8_gt, v128_or,
    |x, mask| i16x8_sub(v128_xor(x, mask), mask), |x, mask| i16x8_sub(mask, v128_xor(x, mask)), v128_and, i16x8_all_true
);

lanes_of_registers!(
    I32x16: i32, v128, 4 x 4;
    |source: *const i32| v128_load(source.cast()), |target: *mut i32, x| v128_store(target.cast(), x),
    i32x4_splat, i32x4_add, i32x4_sub, i32x4_mul, i32x4_gt, v128_or,
    |x, mask| i32x4_sub(v128_xor(x, mask), mask), |x, mask| i32x4_sub(mask, v128_xor(x, mask)), v128_and, i32x4_all_true
);

lanes_of_registers!(
    F64x16: f64, v128, 2 x 8;
    |source: *const f64| v128_load(source.cast()), |target: *mut f64, x| v128_store(target.cast(), x),
    f64x2_splat, f64x2_add, f64x2_sub, f64x2_mul, f64x2_gt, v128_or,
    |x, mask| v128_xor(x, v128_and(mask, f64x2_splat(-0.0))), |x, mask| v128_xor(x, v128_andnot(f64x2_splat(-0.0), mask)),
    v128_and, i64x2_all_true
);
