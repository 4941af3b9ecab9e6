//! The random part of a Metropolis decision, as numbers that a rise of energy is compared with.
//!
//! A rise Δ is accepted with probability exp(−βΔ): when a uniform number is below that, which is when Δ ≤ E/β with E = −ln u
//! exponentially distributed. The smaller of two exponential numbers of mean 2 is one of mean 1, so two tables of n numbers, each
//! entered at a random place for each spin, give n² pairs. The tables hold the quantiles of their distribution, shuffled once for a seed; for a
//! β they are scaled and rounded down to the type of the lanes, which decides the same where rises are whole numbers.
//!
//! That costs two loads, a minimum and a comparison for a vector of lanes, where Philox for each would take twenty times as long.

use crate::lanes::{LANES, Lane};
use ketflow_rng::philox4x32;

/// The top word of the counters that shuffle the tables; part of the reproducibility contract, never reused.
const SHUFFLE: u32 = 0x103;

/// Bits of a place in a table.
pub(crate) const PLACE_BITS: u32 = 11;
/// Numbers in each table. An acceptance is off by at most 1/2n of its square root: less than 0.00025.
pub(crate) const ENTRIES: usize = 1 << PLACE_BITS;

/// Quantiles of the exponential distribution of mean 2 in two random orders.
pub(crate) struct Exponentials([Vec<f32>; 2]);

impl Exponentials {
    pub(crate) fn new(seed: u64) -> Self {
        let key = [seed as u32, (seed >> 32) as u32];
        Self([0, 1].map(|table| {
            let quantile = |k: usize| (-2.0 * libm::log((k as f64 + 0.5) / ENTRIES as f64)) as f32;
            let mut numbers: Vec<f32> = (0..ENTRIES).map(quantile).collect();
            // Fisher and Yates.
            for k in (1..ENTRIES).rev() {
                let word = philox4x32([k as u32, table, 0, SHUFFLE], key)[0];
                numbers.swap(k, ((u64::from(word) * (k as u64 + 1)) >> 32) as usize);
            }
            // So that lanes may start anywhere.
            numbers.extend_from_within(..LANES);
            numbers
        }))
    }
}

impl Exponentials {
    /// The smaller of the numbers at two places: exponentially distributed, of mean 1.
    pub(crate) fn smaller(&self, places: [usize; 2]) -> f32 {
        self.0[0][places[0]].min(self.0[1][places[1]])
    }
}

/// The tables for one β: a spin whose flip raises the energy by 2 r units is flipped where r is at most the smaller of two of these.
pub(crate) struct Thresholds<T> {
    tables: [Vec<T>; 2],
    /// Numbers from one place to the next: 1 where all lanes have one β, otherwise a number for each lane.
    stride: usize,
}

impl<T: Lane> Thresholds<T> {
    /// Those that accept only what lowers the energy.
    pub(crate) fn descending() -> Self {
        let table = vec![T::BELOW_ZERO; ENTRIES + LANES];
        Self { tables: [table.clone(), table], stride: 1 }
    }

    pub(crate) fn set(&mut self, exponentials: &Exponentials, beta: f64, unit: f64) {
        let scale = (1.0 / (2.0 * unit * beta)) as f32;
        for (table, numbers) in self.tables.iter_mut().zip(&exponentials.0) {
            for (threshold, number) in table.iter_mut().zip(numbers) {
                *threshold = T::floor(number * scale);
            }
        }
    }

    /// Those of a ladder, a β for each lane.
    pub(crate) fn ladder(exponentials: &Exponentials, betas: &[f64; LANES], unit: f64) -> Self {
        let scales = betas.map(|beta| (1.0 / (2.0 * unit * beta)) as f32);
        let table = |numbers: &Vec<f32>| {
            let places = numbers.windows(LANES).take(ENTRIES);
            places.flat_map(|row| row.iter().zip(scales).map(|(number, scale)| T::floor(number * scale))).collect()
        };
        Self { tables: [table(&exponentials.0[0]), table(&exponentials.0[1])], stride: LANES }
    }

    /// Those from `places` on, each below [`ENTRIES`], a lane after the other.
    #[inline(always)]
    pub(crate) fn lanes(&self, places: [usize; 2]) -> [&[T; LANES]; 2] {
        [0, 1].map(|table| {
            let first = places[table] * self.stride;
            // SAFETY: the tables have LANES numbers more than ENTRIES, or LANES for each of ENTRIES.
            unsafe { &*self.tables[table].as_ptr().add(first).cast::<[T; LANES]>() }
        })
    }
}
