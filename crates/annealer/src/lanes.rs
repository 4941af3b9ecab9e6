//! Sixteen lanes as the registers of an instruction set: the kernels are written once over [`Lanes`].
//!
//! Every operation is lane by lane, so the instruction set never shows in a result. Loops over arrays of lanes, left to the
//! compiler, took six times as long: it does not keep sums of lanes in vectors.

#[cfg(target_arch = "x86_64")]
pub(crate) mod avx2;
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
pub(crate) mod plain;
#[cfg(any(target_arch = "x86_64", target_arch = "wasm32"))]
mod registers;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(crate) mod simd128;

use crate::rows::Lane;

/// Reads that walk together: part of the reproducibility contract, because they share places in the tables of thresholds.
pub(crate) const LANES: usize = 16;

/// Sixteen numbers, or sixteen answers: a mask has all bits of a lane set or none.
pub(crate) trait Lanes<T>: Copy {
    fn load(source: &[T; LANES]) -> Self;
    fn store(self, target: &mut [T; LANES]);
    fn splat(value: T) -> Self;
    fn add(self, other: Self) -> Self;
    fn sub(self, other: Self) -> Self;
    /// Not for bytes: models in bytes have no weights.
    fn mul(self, other: Self) -> Self;
    /// A mask of the lanes where self > other.
    fn above(self, other: Self) -> Self;
    /// Of two masks.
    fn and(self, other: Self) -> Self;
    /// Of two masks.
    fn or(self, other: Self) -> Self;
    /// Negative in the lanes of the mask.
    fn negated_where(self, mask: Self) -> Self;
    /// As above, in the other lanes.
    fn negated_where_not(self, mask: Self) -> Self;
    /// Whether a mask has all lanes.
    fn is_all(self) -> bool;
}

/// Work over the lanes of an instruction set.
pub(crate) trait Work<T, R> {
    /// Inlined into a function of the instruction set of `L`: mark it `#[inline(always)]`.
    fn run<L: Lanes<T>>(self) -> R;
}

/// An instruction set that this processor has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Choice {
    /// What the build was compiled for.
    Baseline,
    #[cfg(target_arch = "x86_64")]
    Avx2,
}

impl Choice {
    /// The widest; `KETFLOW_LANES=baseline` takes the baseline, for tests.
    pub(crate) fn of_process() -> Self {
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") && std::env::var("KETFLOW_LANES").ok().as_deref() != Some("baseline") {
            return Self::Avx2;
        }
        Self::Baseline
    }

    /// Runs `work` on the lanes of this instruction set.
    #[inline]
    pub(crate) fn run<T: Lane, R>(self, work: impl Work<T, R>) -> R {
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = "avx2")]
        fn on_avx2<T: Lane, R>(work: impl Work<T, R>) -> R {
            work.run::<T::Avx2>()
        }
        match self {
            Self::Baseline => work.run::<T::Baseline>(),
            #[cfg(target_arch = "x86_64")]
            // SAFETY: `of_process` has found it.
            Self::Avx2 => unsafe { on_avx2(work) },
        }
    }
}
