//! The model as lanes walk it: coefficients as small whole numbers of one unit where they are that, and f64 otherwise.

use crate::ising::Ising;
use crate::lanes::Lanes;
#[cfg(target_arch = "x86_64")]
use crate::lanes::avx2;
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
use crate::lanes::plain;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
use crate::lanes::simd128;
use std::ops::{Add, Mul, Neg};

/// A type of lane: what a spin, a coupling and the field that a spin feels are numbers of.
pub(crate) trait Lane: Copy + Send + Sync + 'static {
    const ZERO: Self;
    const ONE: Self;
    /// Above all that a rise can be.
    const MOST: Self;
    /// The largest number below 0 that a rise can be.
    const BELOW_ZERO: Self;
    /// Whether all couplings are ±1, so that nothing is multiplied.
    const IS_UNIT: bool;
    /// Sixteen of them as the build was compiled.
    type Baseline: Lanes<Self>;
    #[cfg(target_arch = "x86_64")]
    type Avx2: Lanes<Self>;

    fn plus(self, other: Self) -> Self;
    fn times(self, other: Self) -> Self;
    fn negated(self) -> Self;
    fn is_above(self, other: Self) -> bool;
    /// The largest number of this type that is at most `value`, which is not negative.
    fn floor(value: f32) -> Self;
    fn real(self) -> f64;
    /// A coefficient, which is known to fit.
    fn exactly(value: f64) -> Self;
}

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

/// Fields and couplings as compressed sparse rows of one type of lane.
pub(crate) struct Rows<T> {
    /// Of each spin, in units.
    pub(crate) fields: Vec<T>,
    /// Where the row of a spin starts, and where in it the couplings of −1 do; n + 1 entries.
    starts: Vec<[u32; 2]>,
    neighbours: Vec<u32>,
    /// Of the same order; empty where all are ±1.
    weights: Vec<T>,
}

impl<T: Lane> Rows<T> {
    pub(crate) fn new(ising: &Ising, unit: f64) -> Self {
        let scaled = |value: f64| T::exactly(value / unit);
        let fields = ising.fields.iter().map(|field| scaled(*field)).collect();
        let (mut starts, mut neighbours, mut weights) = (Vec::new(), Vec::new(), Vec::new());
        for k in 0..ising.size() {
            let first = neighbours.len() as u32;
            if T::IS_UNIT {
                neighbours.extend(ising.row(k).filter(|(_, weight)| *weight > 0.0).map(|(j, _)| j as u32));
                starts.push([first, neighbours.len() as u32]);
                neighbours.extend(ising.row(k).filter(|(_, weight)| *weight < 0.0).map(|(j, _)| j as u32));
            } else {
                starts.push([first, first]);
                neighbours.extend(ising.row(k).map(|(j, _)| j as u32));
                weights.extend(ising.row(k).map(|(_, weight)| scaled(weight)));
            }
        }
        starts.push([neighbours.len() as u32; 2]);
        Self { fields, starts, neighbours, weights }
    }

    pub(crate) fn size(&self) -> usize {
        self.fields.len()
    }

    /// The neighbours with couplings +1 and those with −1; all in the second part where there are weights.
    #[inline(always)]
    pub(crate) fn neighbours(&self, spin: usize) -> (&[u32], &[u32]) {
        let ([first, middle], [end, _]) = (self.starts[spin], self.starts[spin + 1]);
        (&self.neighbours[first as usize..middle as usize], &self.neighbours[middle as usize..end as usize])
    }

    /// Neighbours of these spins.
    pub(crate) fn visits(&self, spins: std::ops::Range<usize>) -> usize {
        (self.starts[spins.end][0] - self.starts[spins.start][0]) as usize
    }

    #[inline(always)]
    pub(crate) fn weights(&self, spin: usize) -> &[T] {
        &self.weights[self.starts[spin][0] as usize..self.starts[spin + 1][0] as usize]
    }
}

/// The type of lane that holds a model exactly, the smallest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// All couplings are plus or minus the unit.
    I8,
    I16,
    I32,
    F64,
}

/// The class of a model, and its unit: all coefficients are whole multiples of it, but for [`Class::F64`], where it is 1.
pub(crate) fn classify(ising: &Ising) -> (Class, f64) {
    let Some(unit) = unit(ising) else { return (Class::F64, 1.0) };
    let (mut largest, mut is_unit) = (0.0f64, true);
    for k in 0..ising.size() {
        largest = largest.max(ising.row(k).fold(ising.fields[k].abs(), |sum, (_, weight)| sum + weight.abs()));
        is_unit &= ising.row(k).all(|(_, weight)| weight.abs() == unit);
    }
    // What a spin feels is between − and + the largest, and so is its negative.
    let class = match largest / unit {
        sum if is_unit && sum <= f64::from(i8::MAX) => Class::I8,
        sum if sum <= f64::from(i16::MAX) => Class::I16,
        sum if sum <= f64::from(i32::MAX) => Class::I32,
        _ => return (Class::F64, 1.0),
    };
    (class, unit)
}

/// The greatest number of which all coefficients are whole multiples, where they are whole multiples of 2⁻²⁰ that fit; 1 for none.
fn unit(ising: &Ising) -> Option<f64> {
    const FINEST: f64 = 1.0 / (1 << 20) as f64;
    const MOST: f64 = (1u64 << 52) as f64;
    let mut divisor = 0u64;
    let all =
        (0..ising.size()).flat_map(|k| ising.row(k).map(|(_, weight)| weight)).chain(ising.fields.iter().copied());
    for value in all {
        let multiple = value.abs() / FINEST;
        if multiple > MOST || multiple != multiple.trunc() {
            return None;
        }
        divisor = greatest_common(divisor, multiple as u64);
    }
    Some(if divisor == 0 { 1.0 } else { divisor as f64 * FINEST })
}

fn greatest_common(mut a: u64, mut b: u64) -> u64 {
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a
}
