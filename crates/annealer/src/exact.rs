//! Every sample of a small model, by a Gray code: one spin is flipped from each to the next.

use crate::ising::Ising;
use crate::monitor::{Interrupted, Monitor, Watch};
use crate::search::{Found, Search};
use ketflow_error::{Error, RunError};
use std::collections::BTreeSet;

/// Most variables that are searched exactly: 2²⁴ samples take about a tenth of a second for each coupling of a variable.
pub const MAX_EXACT_VARIABLES: usize = 24;

/// Finds the ground states, at most `most` of them: those whose values come first.
///
/// # Errors
/// `too-large` above [`MAX_EXACT_VARIABLES`], [`RunError::Cancelled`] by the monitor.
pub(crate) fn solve_exactly(search: &Search, most: usize, monitor: &mut dyn Monitor) -> Result<Found, RunError> {
    let bqm = &search.bqm;
    let size = bqm.size();
    check_size(size)?;
    let ising = Ising::new(bqm);
    // Energies that are summed step by step drift by rounding: what is this near to the lowest is summed afresh.
    let scale: f64 =
        bqm.linear().iter().map(|a| a.abs()).sum::<f64>() + bqm.couplings().iter().map(|b| b.value.abs()).sum::<f64>();
    let slack = scale * 1e-9;
    let mut watch = Watch::new(monitor, 2 << size);
    let mut lowest = f64::INFINITY;
    walk(&ising, &mut watch, |energy, _| lowest = lowest.min(energy))?;
    let mut kept: BTreeSet<Vec<bool>> = BTreeSet::new();
    let mut least = f64::INFINITY;
    walk(&ising, &mut watch, |energy, spins| {
        if energy > lowest + slack {
            return;
        }
        let values: Vec<bool> = spins.iter().map(|spin| *spin > 0.0).collect();
        let exact = bqm.energy(&values);
        if exact < least {
            least = exact;
            kept.clear();
        }
        if exact == least {
            kept.insert(values);
            // A model without terms has 2ⁿ ground states.
            if kept.len() > most {
                kept.pop_last();
            }
        }
    })?;
    Ok(Found { reads: kept.into_iter().collect(), sweeps: 0 })
}

/// # Errors
/// `too-large` above [`MAX_EXACT_VARIABLES`].
pub(crate) fn check_size(size: usize) -> Result<(), Error> {
    if size > MAX_EXACT_VARIABLES {
        return Err(Error::too_large(format!(
            "method exact looks at all 2^{size} samples; it ends at {MAX_EXACT_VARIABLES} variables, use anneal"
        )));
    }
    Ok(())
}

/// Samples between two looks at the monitor's counter.
const SAMPLES_PER_PIECE: u32 = 4096;

/// Calls `visit` with each sample and its energy, less a constant.
fn walk(ising: &Ising, watch: &mut Watch, mut visit: impl FnMut(f64, &[f64])) -> Result<(), Interrupted> {
    let size = ising.size();
    let mut spins = vec![-1.0; size];
    let mut local: Vec<f64> = (0..size).map(|k| ising.local_field(&spins, k)).collect();
    let mut energy = 0.0;
    visit(energy, &spins);
    for step in 1u32..1 << size {
        let k = step.trailing_zeros() as usize;
        energy -= 2.0 * spins[k] * local[k];
        spins[k] = -spins[k];
        ising.flip_felt(&mut local, &spins, k);
        visit(energy, &spins);
        if step % SAMPLES_PER_PIECE == 0 {
            watch.advance(SAMPLES_PER_PIECE.into(), u64::from(SAMPLES_PER_PIECE) * 8)?;
        }
    }
    Ok(())
}
