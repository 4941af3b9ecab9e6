//! How β rises in the course of a read, and the range that suits a model.

use crate::ising::Ising;

/// Levels of a schedule: on each the thresholds are made once.
const MOST_LEVELS: u32 = 128;

/// A geometric series of levels from the first β to the last, each held for the same number of sweeps.
pub(crate) struct Schedule {
    first: f64,
    span: f64,
    held: u32,
    steps: f64,
}

impl Schedule {
    pub(crate) fn new((first, last): (f64, f64), sweeps: u32) -> Self {
        let held = sweeps.div_ceil(MOST_LEVELS);
        let levels = sweeps.div_ceil(held);
        Self { first, span: libm::log(last / first), held, steps: f64::from(levels.max(2) - 1) }
    }

    /// Whether β changes with this sweep.
    pub(crate) fn is_step(&self, sweep: u32) -> bool {
        sweep.is_multiple_of(self.held)
    }

    pub(crate) fn beta(&self, sweep: u32) -> f64 {
        self.first * libm::exp(self.span * (f64::from(sweep / self.held) / self.steps))
    }
}

/// The range that suits the model; (1, 1) where no flip changes anything.
///
/// It starts at the temperature of 0.8 times what the spin with the largest couplings feels of neighbours at random, √(h² + Σ J²):
/// spin glasses freeze a little below it, and hotter sweeps were found to be wasted. It ends where the smallest change is accepted
/// once in a hundred times.
pub(crate) fn beta_range(ising: &Ising) -> (f64, f64) {
    let (mut largest, mut smallest) = (0.0f64, f64::INFINITY);
    for k in 0..ising.size() {
        let parts = || ising.row(k).map(|(_, weight)| weight.abs()).chain([ising.fields[k].abs()]);
        // Scaled, so that no square overflows.
        let most = parts().fold(0.0, f64::max);
        if most > 0.0 {
            largest = largest.max(most * parts().map(|part| (part / most) * (part / most)).sum::<f64>().sqrt());
        }
        smallest = parts().filter(|part| *part > 0.0).fold(smallest, |least, part| least.min(2.0 * part));
    }
    if largest == 0.0 {
        return (1.0, 1.0);
    }
    let (first, last) = (1.0 / (0.8 * largest), libm::log(100.0) / smallest);
    (first, last.max(first))
}
