//! Sixteen reads that walk side by side, one in each lane.
//!
//! A lane's decisions depend on nothing but its own spins and the number of its read, so a read is the same whatever walks beside
//! it. What a spin feels is summed afresh from its neighbours: for lanes that costs less than telling neighbours of flips, because
//! some lane flips nearly always.

use crate::lanes::{Choice, LANES, Lane, Lanes, Work};
use crate::monitor::Interrupted;
use crate::reads::Hand;
use crate::rows::Rows;
use crate::thresholds::{ENTRIES, PLACE_BITS, Thresholds};
use ketflow_rng::philox4x32;
use std::ops::Range;

/// Spins between two looks at the monitor's counter; a multiple of [`BLOCK`].
const SPINS_PER_PIECE: usize = 4096;
/// Sweeps of a descent: where energies are whole it ends by itself, long before.
const MOST_DESCENTS: u32 = 1000;
/// Spins that share a block of random words.
pub(crate) const BLOCK: usize = 64;

/// The top words of counters; part of the reproducibility contract, never reused.
pub(crate) const START: u32 = 0x101;
const FLIP: u32 = 0x102;

/// The spins of sixteen reads.
#[derive(Clone)]
pub(crate) struct Replicas<'a, T> {
    pub(crate) rows: &'a Rows<T>,
    pub(crate) choice: Choice,
    key: [u32; 2],
    /// Its reads are those from 16 times this on.
    unit: u32,
    pub(crate) spins: Vec<[T; LANES]>,
}

impl<'a, T: Lane> Replicas<'a, T> {
    pub(crate) fn new(rows: &'a Rows<T>, choice: Choice, seed: u64, unit: u32, initial: Option<&[i8]>) -> Self {
        let key = [seed as u32, (seed >> 32) as u32];
        let of_sign = |is_up: bool| if is_up { T::ONE } else { T::ONE.negated() };
        let mut spins = vec![[T::ONE; LANES]; rows.size()];
        for (k, lanes) in spins.iter_mut().enumerate() {
            match initial {
                Some(initial) => lanes.fill(of_sign(initial[k] > 0)),
                None => {
                    // Eight spins of sixteen lanes share a block.
                    let words = philox4x32([(k / 8) as u32, 0, unit, START], key);
                    let bits = words[k / 2 % 4] >> (16 * (k % 2));
                    for (lane, spin) in lanes.iter_mut().enumerate() {
                        *spin = of_sign(bits >> lane & 1 == 1);
                    }
                }
            }
        }
        Self { rows, choice, key, unit, spins }
    }

    pub(crate) fn values(&self, lane: usize) -> Vec<bool> {
        self.spins.iter().map(|lanes| lanes[lane].is_above(T::ZERO)).collect()
    }

    /// Of the first `reads` lanes.
    pub(crate) fn all_values(&self, reads: usize) -> Vec<Vec<bool>> {
        (0..reads).map(|lane| self.values(lane)).collect()
    }

    /// Every spin in turn, in all lanes; says whether any was flipped. `reads` is how many reads the lanes are.
    pub(crate) fn sweep(
        &mut self,
        sweep: u32,
        thresholds: &Thresholds<T>,
        reads: usize,
        hand: &mut Hand,
    ) -> Result<bool, Interrupted> {
        let size = self.rows.size();
        let mut is_changed = false;
        for first in (0..size).step_by(SPINS_PER_PIECE) {
            let piece = first..size.min(first + SPINS_PER_PIECE);
            let steps = piece.len() * 4 + self.rows.visits(piece.clone());
            let updates = piece.len() * reads;
            is_changed |= self.visit(piece, sweep, thresholds);
            hand.advance(updates as u64, steps as u64)?;
        }
        Ok(is_changed)
    }

    /// Flips spins as long as that lowers the energy.
    pub(crate) fn descend(&mut self, hand: &mut Hand) -> Result<(), Interrupted> {
        let thresholds = Thresholds::descending();
        let mut sweeps = 0;
        while self.sweep(0, &thresholds, 0, hand)? && sweeps < MOST_DESCENTS {
            sweeps += 1;
        }
        Ok(())
    }

    /// The energies of the lanes in units, without the offset.
    pub(crate) fn energies(&self) -> [f64; LANES] {
        self.choice.run(Energies { rows: self.rows, all: &self.spins })
    }

    /// Exchanges the spins of lane l with those of lane l + 1.
    pub(crate) fn exchange(&mut self, lane: usize) {
        for lanes in &mut self.spins {
            lanes.swap(lane, lane + 1);
        }
    }

    /// Visits these spins in order, and flips each where its rise is at most its threshold; says whether any was flipped. `spins`
    /// starts at a multiple of 64.
    pub(crate) fn visit(&mut self, spins: Range<usize>, sweep: u32, thresholds: &Thresholds<T>) -> bool {
        let Self { rows, choice, key, unit, .. } = *self;
        choice.run(Visit { rows, key, unit, all: &mut self.spins, spins, sweep, thresholds })
    }
}

/// Where the spins of a block enter the two tables of thresholds: a block of Philox seeds two linear congruential generators, one
/// for each half of the spins. Philox for each spin would take as long as all else on a graph of few edges.
pub(crate) struct Places([u64; 2]);

impl Places {
    #[inline(always)]
    pub(crate) fn new(first: usize, sweep: u32, unit: u32, key: [u32; 2]) -> Self {
        let [a, b, c, d] = philox4x32([(first / BLOCK) as u32, sweep, unit, FLIP], key);
        Self([u64::from(b) << 32 | u64::from(a), u64::from(d) << 32 | u64::from(c)])
    }

    /// For spin `k`; spins are asked for in order.
    #[inline(always)]
    pub(crate) fn next(&mut self, k: usize) -> [usize; 2] {
        let state = &mut self.0[k / (BLOCK / 2) % 2];
        // Knuth's MMIX generator: the highest bits are the best.
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        [(*state >> (64 - PLACE_BITS)) as usize, (*state >> (64 - 2 * PLACE_BITS)) as usize % ENTRIES]
    }
}

/// A visit of some spins.
struct Visit<'a, T> {
    rows: &'a Rows<T>,
    key: [u32; 2],
    unit: u32,
    all: &'a mut [[T; LANES]],
    spins: Range<usize>,
    sweep: u32,
    thresholds: &'a Thresholds<T>,
}

impl<T: Lane> Work<T, bool> for Visit<'_, T> {
    #[inline(always)]
    fn run<L: Lanes<T>>(self) -> bool {
        let zero = L::splat(T::ZERO);
        let mut kept = L::splat(T::ONE).above(zero);
        for first in self.spins.clone().step_by(BLOCK) {
            let mut places = Places::new(first, self.sweep, self.unit, self.key);
            for k in first..self.spins.end.min(first + BLOCK) {
                let [a, b] = self.thresholds.lanes(places.next(k));
                let field = field_of::<T, L>(self.rows, self.all, k);
                let spin = L::load(&self.all[k]);
                let rise = field.negated_where(spin.above(zero));
                let keep = rise.above(L::load(a)).or(rise.above(L::load(b)));
                spin.negated_where_not(keep).store(&mut self.all[k]);
                kept = kept.and(keep);
            }
        }
        !kept.is_all()
    }
}

/// A sum over the model.
struct Energies<'a, T> {
    rows: &'a Rows<T>,
    all: &'a [[T; LANES]],
}

impl<T: Lane> Work<T, [f64; LANES]> for Energies<'_, T> {
    #[inline(always)]
    fn run<L: Lanes<T>>(self) -> [f64; LANES] {
        let mut sums = [0.0; LANES];
        for k in 0..self.rows.size() {
            let mut felt = [T::ZERO; LANES];
            field_of::<T, L>(self.rows, self.all, k).store(&mut felt);
            let own = self.rows.fields[k].real();
            for (sum, (felt, spin)) in sums.iter_mut().zip(felt.iter().zip(&self.all[k])) {
                *sum += (felt.real() + own) * spin.real();
            }
        }
        sums.map(|sum| sum / 2.0)
    }
}

/// What spin `k` feels in each lane.
#[inline(always)]
pub(crate) fn field_of<T: Lane, L: Lanes<T>>(rows: &Rows<T>, all: &[[T; LANES]], k: usize) -> L {
    // SAFETY: `Rows` is made of a model whose couplings are between its own spins, and there are lanes for all of them.
    let of = |spin: u32| L::load(unsafe { all.get_unchecked(spin as usize) });
    let (plus, rest) = rows.neighbours(k);
    let mut field = L::splat(rows.fields[k]);
    if T::IS_UNIT {
        // Four at a time: counting and comparing took as long as adding.
        let sum_of = |four: &[u32; 4]| of(four[0]).add(of(four[1])).add(of(four[2]).add(of(four[3])));
        let (fours, others) = plus.as_chunks::<4>();
        for four in fours {
            field = field.add(sum_of(four));
        }
        for j in others {
            field = field.add(of(*j));
        }
        let (fours, others) = rest.as_chunks::<4>();
        for four in fours {
            field = field.sub(sum_of(four));
        }
        for j in others {
            field = field.sub(of(*j));
        }
    } else {
        for (j, weight) in rest.iter().zip(rows.weights(k)) {
            field = field.add(of(*j).mul(L::splat(*weight)));
        }
    }
    field
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bqm::{BqmBuilder, Vartype};
    use crate::ising::Ising;
    use crate::rows::{Class, classify};
    use crate::thresholds::Exponentials;

    /// A model of couplings that are whole multiples of 1/2 up to `largest` halves, or only ±1/2, with fields.
    fn ising(size: usize, largest: u32) -> Ising {
        let mut builder = BqmBuilder::new(Vartype::Spin);
        let number = |k: usize| philox4x32([k as u32, 0, 0, 0], [3, 1])[0];
        let value = |word: u32| {
            let magnitude = 1 + (word >> 1) % largest;
            f64::from(magnitude) / if word & 1 == 1 { 2.0 } else { -2.0 }
        };
        for i in 0..size {
            for j in (i + 2..size).filter(|j| number(i * size + j).is_multiple_of(30)) {
                builder.add_coupling(i, j, value(number(i + j * size))).unwrap();
            }
        }
        for k in 0..size - 1 {
            builder.add_coupling(k, k + 1, value(number(k))).unwrap();
            builder.add_linear(k, value(number(k + 7))).unwrap();
        }
        Ising::new(&builder.build().unwrap())
    }

    /// One read by the definition: real numbers, and a spin at a time.
    fn walk(ising: &Ising, seed: u64, read: u32, betas: &[f64]) -> Vec<bool> {
        let (unit, lane) = (read / 16, read as usize % 16);
        let key = [seed as u32, (seed >> 32) as u32];
        let exponentials = Exponentials::new(seed);
        let start = |k: usize| {
            let word = philox4x32([(k / 8) as u32, 0, unit, START], key)[k / 2 % 4];
            if word >> (16 * (k % 2) + lane) & 1 == 1 { 1.0 } else { -1.0 }
        };
        let mut spins: Vec<f64> = (0..ising.size()).map(start).collect();
        for (sweep, beta) in (0u32..).zip(betas) {
            for k in 0..spins.len() {
                let words = philox4x32([(k / 64) as u32, sweep, unit, FLIP], key).map(u64::from);
                let mut state = words[k / 32 % 2 * 2] + (words[k / 32 % 2 * 2 + 1] << 32);
                for _ in 0..=k % 32 {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                }
                let (a, b) = ((state >> 53) as usize, (state >> 42) as usize % 2048);
                let rise = -2.0 * spins[k] * ising.local_field(&spins, k);
                if rise * beta <= f64::from(exponentials.smaller([a + lane, b + lane])) {
                    spins[k] = -spins[k];
                }
            }
        }
        spins.into_iter().map(|spin| spin > 0.0).collect()
    }

    fn check<T: Lane>(ising: &Ising, unit: f64) {
        let rows = Rows::<T>::new(ising, unit);
        let betas = [0.011, 0.05, 0.23, 0.7, 1.9];
        for choice in [Choice::Baseline, Choice::of_process()] {
            for number in [0, 5] {
                let mut replicas = Replicas::new(&rows, choice, 77, number, None);
                let mut thresholds = Thresholds::descending();
                for (sweep, beta) in (0..).zip(betas) {
                    thresholds.set(&Exponentials::new(77), beta, unit);
                    replicas.visit(0..64, sweep, &thresholds);
                    replicas.visit(64..rows.size(), sweep, &thresholds);
                }
                for lane in 0..LANES {
                    let read = number * 16 + lane as u32;
                    assert_eq!(replicas.values(lane), walk(ising, 77, read, &betas), "{choice:?}, read {read}");
                }
                assert!(replicas.values(0) != replicas.values(1));
            }
        }
    }

    #[test]
    fn every_lane_walks_as_its_read_would_alone() {
        for (largest, expected) in [(1, Class::I8), (50, Class::I16), (1 << 24, Class::I32)] {
            let ising = ising(150, largest);
            let (class, unit) = classify(&ising);
            assert_eq!(class, expected);
            match class {
                Class::I8 => check::<i8>(&ising, unit),
                Class::I16 => check::<i16>(&ising, unit),
                _ => check::<i32>(&ising, unit),
            }
            check::<f64>(&ising, 1.0);
        }
    }
}
