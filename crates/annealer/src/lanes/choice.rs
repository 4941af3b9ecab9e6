//! Which instruction set a run has.

use super::lane::{Lane, Work};

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
