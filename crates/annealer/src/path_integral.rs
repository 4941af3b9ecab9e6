//! Path-integral quantum annealing, simulated: a read is sixteen Trotter slices of a transverse-field Ising model.
//!
//! Slice l of spin k feels the model and, with the strength K = −½ ln tanh(bΓ), its neighbours in the ring of slices, where b is β
//! over the number of slices. The transverse field Γ falls linearly to zero, and with it the slices become one classical state. Each
//! spin is offered a flip in every slice, even slices first, and then one in all of them at once.
//!
//! Source: Martoňák, Santoro, Tosatti, "Quantum annealing by the path-integral Monte Carlo method: the two-dimensional random Ising
//! model", Phys. Rev. B 66, 094203 (2002).

use crate::lanes::{Choice, LANES, Lanes, Work};
use crate::monitor::{Interrupted, Monitor};
use crate::options::Options;
use crate::reads::{Hand, Reads, Share, Unit};
use crate::replicas::{BLOCK, Places, Replicas, field_of};
use crate::rows::Rows;
use crate::schedule::beta_range;
use crate::sought::{Found, Search};
use crate::thresholds::Exponentials;
use ketflow_error::RunError;
use ketflow_team::Team;
use std::ops::Range;

/// bΓ in the first sweep: the slices then hardly know of each other.
const FIRST_FIELD: f64 = 1.5;

/// Offers of a flip share a number of a read with those of other purposes by this bit, which no other read has.
const GLOBAL: u32 = 1 << 31;

/// Spins between two looks at the monitor's counter; a multiple of [`BLOCK`].
const SPINS_PER_PIECE: usize = 1024;

/// Anneals the reads, each on one of the team's threads.
///
/// # Errors
/// [`RunError::Cancelled`] when the monitor ends it.
pub(crate) fn anneal_paths(
    team: &Team,
    search: &Search,
    options: &Options,
    monitor: &mut dyn Monitor,
) -> Result<Found, RunError> {
    let slice_beta = options.beta_range.map_or_else(|| beta_range(&search.ising).0, |(_, last)| last / LANES as f64);
    let rows = Rows::<f64>::new(&search.ising, 1.0);
    let exponentials = Exponentials::new(options.seed);
    Reads::new(search, options, team.threads(), 1)
        .share(team, monitor, |share, hand| anneal_path(&rows, slice_beta, &exponentials, options, share, hand))
}

fn anneal_path(
    rows: &Rows<f64>,
    slice_beta: f64,
    exponentials: &Exponentials,
    options: &Options,
    share: Share,
    hand: &mut Hand,
) -> Result<Unit, Interrupted> {
    let mut slices = Replicas::new(rows, Choice::of_process(), options.seed, share.unit, options.initial.as_deref());
    let key = [options.seed as u32, (options.seed >> 32) as u32];
    let size = rows.size();
    let mut sweeps = 0;
    while sweeps < share.sweeps {
        let field = FIRST_FIELD * (1.0 - f64::from(sweeps) / f64::from(options.sweeps));
        let strength = -0.5 * libm::log(libm::tanh(field));
        for first in (0..size).step_by(SPINS_PER_PIECE) {
            let spins = first..size.min(first + SPINS_PER_PIECE);
            let steps = (spins.len() * 24 + rows.visits(spins.clone()) * 4) as u64;
            let updates = spins.len() as u64;
            let (choice, all) = (slices.choice, &mut slices.spins);
            choice.run(Visit {
                rows,
                all,
                spins,
                sweep: sweeps,
                read: share.unit,
                key,
                slice_beta,
                strength,
                exponentials,
            });
            hand.advance(updates, steps)?;
        }
        sweeps += 1;
        if hand.is_over(share.unit) {
            break;
        }
    }
    // Slices that differ still are as many candidates.
    slices.descend(hand)?;
    let energies = slices.energies();
    let best = (0..LANES).fold(0, |best, lane| if energies[lane] < energies[best] { lane } else { best });
    Ok(Unit { reads: vec![slices.values(best)], sweeps, is_met: false })
}

/// A visit of some spins.
struct Visit<'a> {
    rows: &'a Rows<f64>,
    all: &'a mut [[f64; LANES]],
    /// From a multiple of [`BLOCK`] on.
    spins: Range<usize>,
    sweep: u32,
    read: u32,
    key: [u32; 2],
    slice_beta: f64,
    strength: f64,
    exponentials: &'a Exponentials,
}

impl Work<f64, ()> for Visit<'_> {
    #[inline(always)]
    fn run<L: Lanes<f64>>(self) {
        let Self { rows, all, spins, sweep, read, key, slice_beta, strength, exponentials } = self;
        for first in spins.clone().step_by(BLOCK) {
            let mut places = Places::new(first, sweep, read, key);
            // Reads are fewer than 2³¹, so theirs are other numbers.
            let mut global_places = Places::new(first, sweep, read | GLOBAL, key);
            for k in first..spins.end.min(first + BLOCK) {
                let mut felt = [0.0; LANES];
                field_of::<f64, L>(rows, all, k).store(&mut felt);
                let [a, b] = places.next(k);
                let slices = &mut all[k];
                for slice in (0..LANES).step_by(2).chain((1..LANES).step_by(2)) {
                    let beside = slices[(slice + 1) % LANES] + slices[(slice + LANES - 1) % LANES];
                    let rise = 2.0 * slices[slice] * (strength * beside - slice_beta * felt[slice]);
                    if rise <= f64::from(exponentials.smaller([a + slice, b + slice])) {
                        slices[slice] = -slices[slice];
                    }
                }
                let sum = slices.iter().zip(&felt).fold(0.0, |sum, (spin, felt)| sum + spin * felt);
                if -2.0 * slice_beta * sum <= f64::from(exponentials.smaller(global_places.next(k))) {
                    *slices = slices.map(|spin| -spin);
                }
            }
        }
    }
}
