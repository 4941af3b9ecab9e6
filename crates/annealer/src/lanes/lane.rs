//! What lanes are, for the kernels and for those who make lanes of registers.

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
