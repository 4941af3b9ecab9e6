//! What no sample's energy can pass, with a witness that is easy to check.
//!
//! With spins, E = offset + ½ xᵀ M x, where M holds the couplings and, as one more spin that is always up, the fields. For any u that
//! makes M + diag(u) positive semidefinite, xᵀ M x ≥ −Σ u, and so E ≥ offset − ½ Σ u. The best u is the dual of the semidefinite
//! relaxation of Goemans and Williamson. That is solved with vectors on spheres in the place of spins, one moved at a time to where
//! it is best (mixing method); at the optimum uᵢ is the length of what pulls at vector i. What is missing to a semidefinite matrix is
//! added to all of u, and proved enough by a factorisation ([`crate::positive`]).
//!
//! Sources: Delorme, Poljak, "Laplacian eigenvalues and the maximum cut problem", Mathematical Programming 62 (1993); Goemans,
//! Williamson, Journal of the ACM 42 (1995); Burer, Monteiro, Mathematical Programming 95 (2003); Wang, Chang, Kolter, "The mixing
//! method" (2017).

use crate::bqm::{Bqm, Vartype};
use crate::coupling_matrix::CouplingMatrix;
use crate::lanczos::least_eigenvalue;
use crate::monitor::{Interrupted, Monitor, Progress};
use crate::options::{Options, Sense};
use crate::positive::{Symmetric, dot};
use ketflow_error::Error;
use ketflow_rng::philox4x32;

/// Most variables of a model with a bound: the factorisation takes n³ / 6 products and n² / 2 numbers.
pub const MAX_BOUND_VARIABLES: usize = 3000;

/// The top word of the counters of the vectors' beginnings; part of the reproducibility contract, never reused.
const VECTORS: u32 = 0x1f1;

/// A proved end of the energies of a model.
#[derive(Debug, Clone, PartialEq)]
pub struct Bound {
    /// No sample has a lower energy, or with sense max a higher one.
    pub energy: f64,
    /// The diagonal u: a number for each variable, and where the model of spins has fields one more for the spin that is always up.
    pub witness: Vec<f64>,
}

/// # Errors
/// `too-large` above [`MAX_BOUND_VARIABLES`].
pub(crate) fn check_size(bqm: &Bqm, options: &Options) -> Result<(), Error> {
    if options.bound && bqm.size() > MAX_BOUND_VARIABLES {
        let message =
            format!("bound is for models up to {MAX_BOUND_VARIABLES} variables, not {}; leave it out", bqm.size());
        return Err(Error::too_large(message));
    }
    Ok(())
}

/// Finds a bound; a function of the model and the sense alone.
///
/// # Errors
/// [`Interrupted`] by the monitor, whose wish to finish is not heard: half a proof proves nothing.
#[inline(never)]
pub(crate) fn find(bqm: &Bqm, sense: Sense, monitor: &mut dyn Monitor) -> Result<Bound, Interrupted> {
    let wanted = if sense == Sense::Max { bqm.negated() } else { bqm.clone() };
    let spins = wanted.to_vartype(Vartype::Spin);
    let (unit, spins_in_units) = in_units(&spins);
    let rows = CouplingMatrix::new(&spins_in_units);
    let mut u = pulls(&rows, monitor)?;
    let scale = u.iter().sum::<f64>() / u.len().max(1) as f64;
    let mut missing = (-least_eigenvalue(&rows, &u)).max(0.0) * 1.001 + scale * 1e-9;
    loop {
        let raised: Vec<f64> = u.iter().map(|value| value + missing).collect();
        if scale == 0.0 || is_proof(&rows, &raised, monitor)? {
            u = raised.iter().map(|value| scaled_up(*value, unit)).collect();
            break;
        }
        missing *= 2.0;
    }
    let energy = least_energy(&wanted, lower_end(&spins, &u));
    Ok(Bound { energy: if sense == Sense::Max { -energy } else { energy }, witness: u })
}

/// A power of two and the model in units of it, whose largest coefficient besides the offset is at least 1 and below 2: squares of
/// larger ones can be infinite and of smaller ones 0, and neither proves anything. What becomes 0 itself, beside 1, is far less than the
/// margin of the factorisation.
fn in_units(spins: &Bqm) -> (f64, Bqm) {
    let all = spins.linear().iter().copied().chain(spins.couplings().iter().map(|b| b.value));
    let largest = all.map(f64::abs).fold(0.0, f64::max);
    if largest == 0.0 {
        return (1.0, spins.clone());
    }
    let exponent = libm::ilogb(largest);
    // In two steps, because the reciprocal of the least powers is infinite.
    let half = -exponent / 2;
    let model = spins.scaled(libm::ldexp(1.0, half)).scaled(libm::ldexp(1.0, -exponent - half));
    (libm::ldexp(1.0, exponent), model)
}

/// `value` × `unit`, rounded up where it is too small for all of its digits.
fn scaled_up(value: f64, unit: f64) -> f64 {
    let product = value * unit;
    if product / unit < value { product.next_up() } else { product }
}

/// How hard each vector is pulled at the end of the mixing method.
fn pulls(rows: &CouplingMatrix, monitor: &mut dyn Monitor) -> Result<Vec<f64>, Interrupted> {
    let size = rows.0.len();
    // Ranks above √(2n) have no local optima that are not global ones.
    let rank = ((2.0 * size as f64).sqrt() as usize + 1).next_multiple_of(4);
    let mut vectors = vec![0.0; size * rank];
    for (k, value) in vectors.iter_mut().enumerate() {
        let words = philox4x32([(k / 4) as u32, 0, 0, VECTORS], [0, 0]);
        *value = f64::from(words[k % 4]) / 2_147_483_648.0 - 1.0;
    }
    for vector in vectors.chunks_exact_mut(rank) {
        let length = dot(vector, vector).sqrt();
        vector.iter_mut().for_each(|value| *value /= length);
    }
    let mut lengths = vec![0.0; size];
    let mut pull = vec![0.0; rank];
    for sweep in 0..MOST_SWEEPS {
        monitor.poll(Progress { done: sweep, total: MOST_SWEEPS, best: None })?;
        let (mut gained, mut sum) = (0.0, 0.0);
        for i in 0..size {
            pull.fill(0.0);
            for (j, value) in &rows.0[i] {
                let other = &vectors[j * rank..][..rank];
                pull.iter_mut().zip(other).for_each(|(sum, x)| *sum += value * x);
            }
            let length = dot(&pull, &pull).sqrt();
            lengths[i] = length;
            if length > 0.0 {
                let own = &mut vectors[i * rank..][..rank];
                gained += dot(&pull, own) + length;
                sum += length;
                own.iter_mut().zip(&pull).for_each(|(x, pull)| *x = -pull / length);
            }
        }
        if gained <= sum * ENOUGH {
            break;
        }
    }
    Ok(lengths)
}

/// The mixing method ends with the sweep that gains less than this part of the sum of pulls.
const ENOUGH: f64 = 1e-7;
const MOST_SWEEPS: u64 = 1000;

/// Whether M + diag(u) is proved positive semidefinite.
fn is_proof(rows: &CouplingMatrix, u: &[f64], monitor: &mut dyn Monitor) -> Result<bool, Interrupted> {
    let mut matrix = Symmetric::zero(u.len());
    for (i, row) in rows.0.iter().enumerate() {
        *matrix.entry(i, i) = u[i];
        row.iter().filter(|(j, _)| *j < i).for_each(|(j, value)| *matrix.entry(i, *j) += value);
    }
    let margin = matrix.margin();
    (0..u.len()).for_each(|k| *matrix.entry(k, k) -= margin);
    matrix.has_factor(monitor)
}

/// offset − ½ Σ u, rounded down by more than its sum, and the coefficients as those of spins, can be wrong.
fn lower_end(spins: &Bqm, u: &[f64]) -> f64 {
    let couplings = spins.couplings().iter().map(|b| b.value);
    let all = couplings.chain(spins.linear().iter().copied()).chain(u.iter().copied()).chain([spins.offset()]);
    // Below MIN_POSITIVE a rounding is not relative: at most ε times that.
    // Halves and parts are summed, whose sums are finite where those of the wholes are not.
    let parts = all.map(|value| f64::EPSILON * (value.abs() + f64::MIN_POSITIVE)).sum::<f64>();
    spins.offset() - u.iter().map(|value| value / 2.0).sum::<f64>() - (u.len() as f64 + 4.0) * parts
}

/// The least energy that a model can have above a bound: with whole coefficients all energies are whole, and those of spins are all even
/// or all odd.
fn least_energy(bqm: &Bqm, bound: f64) -> f64 {
    let couplings = bqm.couplings().iter().map(|b| b.value);
    let coefficients: Vec<f64> = bqm.linear().iter().copied().chain(couplings).chain([bqm.offset()]).collect();
    // Sums below 2⁵³ are exact.
    if coefficients.iter().any(|value| value.fract() != 0.0)
        || coefficients.iter().map(|it| it.abs()).sum::<f64>() >= 9e15
    {
        return bound;
    }
    let (step, one) = match bqm.vartype() {
        Vartype::Binary => (1.0, 0.0),
        Vartype::Spin => (2.0, coefficients.iter().sum::<f64>()),
    };
    one + ((bound - one) / step).ceil() * step
}
