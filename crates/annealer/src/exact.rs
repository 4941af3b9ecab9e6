//! Every sample of a small model, by a Gray code: one spin is flipped from each to the next.

use crate::bqm::Bqm;
use crate::error::Error;
use crate::ising::Ising;
use crate::samples::SampleSet;

/// Most variables that are searched exactly: 2²⁴ samples take about a tenth of a second for each coupling of a variable.
pub const MAX_EXACT_VARIABLES: usize = 24;

/// The ground states, at most `most` of them.
///
/// # Errors
/// `too-large` above [`MAX_EXACT_VARIABLES`].
pub fn solve_exactly(bqm: &Bqm, most: usize) -> Result<SampleSet, Error> {
    let size = bqm.size();
    if size > MAX_EXACT_VARIABLES {
        return Err(Error::too_large(format!(
            "method exact looks at all 2^{size} samples; it ends at {MAX_EXACT_VARIABLES} variables, use anneal"
        )));
    }
    let ising = Ising::new(bqm);
    // Energies that are summed step by step drift by rounding: what is this near to the lowest is summed afresh.
    let scale: f64 =
        bqm.linear().iter().map(|a| a.abs()).sum::<f64>() + bqm.couplings().iter().map(|b| b.value.abs()).sum::<f64>();
    let slack = scale * 1e-9;
    let mut lowest = f64::INFINITY;
    walk(&ising, |energy, _| lowest = lowest.min(energy));
    let mut reads: Vec<Vec<bool>> = Vec::new();
    let mut kept = f64::INFINITY;
    walk(&ising, |energy, spins| {
        if energy > lowest + slack {
            return;
        }
        let values: Vec<bool> = spins.iter().map(|spin| *spin > 0.0).collect();
        let exact = bqm.energy(&values);
        if exact < kept {
            kept = exact;
            reads.clear();
        }
        if exact == kept {
            reads.push(values);
        }
    });
    Ok(SampleSet::collect(bqm, reads, most))
}

/// Calls `visit` with each sample and its energy, less a constant.
fn walk(ising: &Ising, mut visit: impl FnMut(f64, &[f64])) {
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
    }
}
