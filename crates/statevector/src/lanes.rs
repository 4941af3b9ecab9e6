//! What a kernel needs of a vector: the algorithm is written once over [`Lanes`], with one thin file per instruction set.
//!
//! Every operation is element by element (or a pure move), so the width of a vector never shows in the result.

mod choice;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(crate) mod simd128;
#[cfg(target_arch = "x86_64")]
pub(crate) mod x86;

pub(crate) use choice::{Choice, Vectorized};

/// `WIDTH` consecutive values of one half of a block; WIDTH is a power of two of at most 16.
pub trait Lanes<T>: Copy {
    /// Number of values.
    const WIDTH: usize;

    /// Reads `WIDTH` values.
    ///
    /// # Safety
    /// `source` must be readable for `WIDTH` values.
    unsafe fn load(source: *const T) -> Self;

    /// Writes `WIDTH` values.
    ///
    /// # Safety
    /// `target` must be writable for `WIDTH` values.
    unsafe fn store(self, target: *mut T);

    /// The same value in every lane.
    fn splat(value: T) -> Self;

    /// self + other
    fn add(self, other: Self) -> Self;

    /// self − other
    fn sub(self, other: Self) -> Self;

    /// self · other
    fn mul(self, other: Self) -> Self;

    /// Lane l takes the value of lane l ⊕ `mask`; `mask` < `WIDTH`, a constant after inlining.
    fn exchange(self, mask: usize) -> Self;

    /// `self` in the lanes whose bit in `bits` is set, `other` in the rest; bit 0 is lane 0.
    fn select(self, other: Self, bits: u32) -> Self;

    /// Calls `work` compiled for the instruction set of this vector; what is to profit must be inlined into it.
    ///
    /// # Safety
    /// The processor must have that instruction set.
    #[inline(always)]
    unsafe fn vectorize<R>(work: impl FnOnce() -> R) -> R {
        work()
    }
}

/// The scalar build: an array whose loops the compiler may vectorise.
#[derive(Clone, Copy)]
#[cfg_attr(all(target_arch = "wasm32", target_feature = "simd128"), allow(dead_code))]
pub struct Plain<T, const W: usize>([T; W]);

macro_rules! plain_lanes {
    ($real:ty, $width:literal) => {
        impl Lanes<$real> for Plain<$real, $width> {
            const WIDTH: usize = $width;

            #[inline(always)]
            unsafe fn load(source: *const $real) -> Self {
                // SAFETY: the caller promises WIDTH readable values; an array of them has the same layout.
                Self(unsafe { source.cast::<[$real; $width]>().read() })
            }

            #[inline(always)]
            unsafe fn store(self, target: *mut $real) {
                // SAFETY: the caller promises WIDTH writable values; an array of them has the same layout.
                unsafe { target.cast::<[$real; $width]>().write(self.0) }
            }

            #[inline(always)]
            fn splat(value: $real) -> Self {
                Self([value; $width])
            }

            #[inline(always)]
            fn add(self, other: Self) -> Self {
                Self(std::array::from_fn(|l| self.0[l] + other.0[l]))
            }

            #[inline(always)]
            fn sub(self, other: Self) -> Self {
                Self(std::array::from_fn(|l| self.0[l] - other.0[l]))
            }

            #[inline(always)]
            fn mul(self, other: Self) -> Self {
                Self(std::array::from_fn(|l| self.0[l] * other.0[l]))
            }

            #[inline(always)]
            fn exchange(self, mask: usize) -> Self {
                Self(std::array::from_fn(|l| self.0[(l ^ mask) % $width]))
            }

            #[inline(always)]
            fn select(self, other: Self, bits: u32) -> Self {
                Self(std::array::from_fn(|l| if bits >> l & 1 == 1 { self.0[l] } else { other.0[l] }))
            }
        }
    };
}

plain_lanes!(f32, 4);
plain_lanes!(f64, 2);
