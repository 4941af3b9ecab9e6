//! Which instruction set a run uses. It never shows in a result; `KETFLOW_LANES` forces one for tests and benchmarks.

use super::Lanes;
use crate::real::Real;

/// An instruction set that this processor has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Choice {
    /// What the build was compiled for.
    Baseline,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

/// Work that is compiled once for each instruction set.
pub(crate) trait Vectorized<T: Real> {
    /// Inlined into a function of the instruction set of `V`: mark it `#[inline(always)]`.
    fn run<V: Lanes<T>>(self);
}

impl Choice {
    /// All that this processor has, the widest last.
    pub(crate) fn available() -> Vec<Self> {
        #[allow(unused_mut)] // Other architectures have one only.
        let mut all = vec![Self::Baseline];
        #[cfg(target_arch = "x86_64")]
        {
            all.extend(is_x86_feature_detected!("avx2").then_some(Self::Avx2));
            all.extend(is_x86_feature_detected!("avx512f").then_some(Self::Avx512));
        }
        all
    }

    fn name(self) -> &'static str {
        match self {
            Self::Baseline => "baseline",
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => "avx2",
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => "avx512",
        }
    }

    /// The one that `KETFLOW_LANES` names (`baseline`, `avx2`, `avx512`) where the processor has it, otherwise the widest.
    pub(crate) fn of_process() -> Self {
        let available = Self::available();
        let wanted = if cfg!(target_arch = "wasm32") { None } else { std::env::var("KETFLOW_LANES").ok() };
        let named = available.iter().copied().find(|choice| Some(choice.name()) == wanted.as_deref());
        named.or(available.last().copied()).unwrap_or(Self::Baseline)
    }

    /// Runs `work` on vectors of this instruction set.
    pub(crate) fn run<T: Real>(self, work: impl Vectorized<T>) {
        match self {
            // SAFETY: the process runs, so the processor has what the build was compiled for.
            Self::Baseline => unsafe { run_on::<T, T::Vector>(work) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: `available` has found it.
            Self::Avx2 => unsafe { run_on::<T, T::Avx2>(work) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: `available` has found it.
            Self::Avx512 => unsafe { run_on::<T, T::Avx512>(work) },
        }
    }
}

/// # Safety
/// The processor must have the instructions of `V`.
unsafe fn run_on<T: Real, V: Lanes<T>>(work: impl Vectorized<T>) {
    // SAFETY: as the caller promises.
    unsafe {
        V::vectorize(
            #[inline(always)]
            || work.run::<V>(),
        )
    }
}
