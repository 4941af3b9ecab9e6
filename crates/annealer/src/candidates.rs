//! The best flip that is not tabu, without a look at all spins for every flip.
//!
//! Spins are kept in blocks, each with its least rise among those that are free. A flip changes the rises of its neighbours, so only
//! their blocks are looked at again: in a loop without branches, which becomes vectors.

use crate::lanes::{Lane, Lanes, Work};

/// Spins of a block: several vectors of the widest lanes, so that taking their least costs more than adding up.
const BLOCK: usize = 64;

/// Which spins are tabu, and the least rise of each block.
pub(crate) struct Candidates<T> {
    /// [`Lane::MOST`] where a spin is tabu, otherwise its negative.
    masks: Vec<T>,
    /// Least rise of the free spins of each block; [`Lane::MOST`] where there are none.
    least: Vec<T>,
    is_stale: Vec<bool>,
    /// The tabu spins, each with the sweep from which it is free.
    tabu: Vec<(u32, u32)>,
}

impl<T: Lane + PartialOrd> Candidates<T> {
    /// All spins of a model are free.
    pub(crate) fn new(size: usize) -> Self {
        let blocks = size.div_ceil(BLOCK);
        let (masks, least) = (vec![T::MOST.negated(); size], vec![T::MOST; blocks]);
        Self { masks, least, is_stale: vec![true; blocks], tabu: Vec::new() }
    }

    /// Frees all spins, whose rises are others now.
    pub(crate) fn clear(&mut self) {
        self.masks.fill(T::MOST.negated());
        self.is_stale.fill(true);
        self.tabu.clear();
    }

    /// The rise of a spin has changed.
    #[inline(always)]
    pub(crate) fn touch(&mut self, spin: usize) {
        self.is_stale[spin / BLOCK] = true;
    }

    /// Many rises have.
    pub(crate) fn touch_all(&mut self) {
        self.is_stale.fill(true);
    }

    /// Whether a flip with so many neighbours leaves hardly a block as it was.
    pub(crate) fn is_wide(&self, degree: usize) -> bool {
        degree > 2 * self.least.len()
    }

    /// Forbids a spin until a sweep.
    pub(crate) fn forbid(&mut self, spin: usize, until: u32) {
        match self.tabu.iter_mut().find(|(_, other)| *other as usize == spin) {
            Some(entry) => entry.0 = until,
            None => self.tabu.push((until, spin as u32)),
        }
        self.masks[spin] = T::MOST;
        self.touch(spin);
    }

    /// Frees the spins whose time is over with this sweep.
    pub(crate) fn release(&mut self, sweep: u32) {
        let Self { masks, is_stale, tabu, .. } = self;
        tabu.retain(|(until, spin)| {
            let is_over = *until <= sweep;
            if is_over {
                masks[*spin as usize] = T::MOST.negated();
                is_stale[*spin as usize / BLOCK] = true;
            }
            !is_over
        });
    }

    /// The tabu spin of the least rise.
    pub(crate) fn least_tabu(&self, rises: &[T]) -> Option<usize> {
        let spins = self.tabu.iter().map(|(_, spin)| *spin as usize);
        spins.reduce(|least, spin| if rises[spin] < rises[least] { spin } else { least })
    }
}

/// The free spin of the least rise; of equals the first one in the blocks from that of `from` on. None where all are tabu.
pub(crate) struct Least<'a, T> {
    pub(crate) candidates: &'a mut Candidates<T>,
    pub(crate) rises: &'a [T],
    pub(crate) from: usize,
}

impl<T: Lane + PartialOrd> Work<T, Option<usize>> for Least<'_, T> {
    #[inline(always)]
    fn run<L: Lanes<T>>(self) -> Option<usize> {
        let Self { candidates: Candidates { masks, least, is_stale, .. }, rises, from } = self;
        let blocks = rises.chunks(BLOCK).zip(masks.chunks(BLOCK));
        let mut all = T::MOST;
        for ((least, is_stale), (rises, masks)) in least.iter_mut().zip(is_stale.iter_mut()).zip(blocks) {
            if *is_stale {
                *is_stale = false;
                *least = least_of(rises, masks);
            }
            all = if *least < all { *least } else { all };
        }
        if !T::MOST.is_above(all) {
            return None;
        }
        let first = from / BLOCK;
        let block = (first..least.len()).chain(0..first).find(|block| least[*block] == all)?;
        // In the first block only what is from `from` on, unless there is nothing.
        let (start, end) = (block * BLOCK, rises.len().min((block + 1) * BLOCK));
        let is_it = |k: &usize| rises[*k] == all && T::MOST.is_above(masks[*k]);
        let middle = if block == first { from } else { start };
        (middle..end).chain(start..middle).find(is_it)
    }
}

#[inline(always)]
fn least_of<T: Lane + PartialOrd>(rises: &[T], masks: &[T]) -> T {
    let allowed = |(rise, mask): (&T, &T)| if *rise > *mask { *rise } else { *mask };
    let smaller = |a: T, b: T| if b < a { b } else { a };
    match (<&[T; BLOCK]>::try_from(rises), <&[T; BLOCK]>::try_from(masks)) {
        (Ok(rises), Ok(masks)) => rises.iter().zip(masks).map(allowed).fold(T::MOST, smaller),
        _ => rises.iter().zip(masks).map(allowed).fold(T::MOST, smaller),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bqm::{BqmBuilder, Vartype};
    use crate::ising::Ising;
    use crate::lanes::Choice;
    use crate::rows::Rows;
    use crate::walk::Walk;
    use ketflow_rng::philox4x32;

    fn number(k: usize, of: u32) -> usize {
        philox4x32([k as u32, of, 0, 0], [5, 1])[0] as usize
    }

    /// The least rise of what is free, by a look at all.
    fn least(walk: &Walk<i16>, free_at: &[u32], sweep: u32) -> Option<i16> {
        let free = (0..walk.size()).filter(|k| free_at[*k] <= sweep);
        free.map(|k| walk.rises()[k]).min()
    }

    fn check(size: usize, neighbours: usize, choice: Choice) {
        let mut builder = BqmBuilder::new(Vartype::Spin);
        for k in 0..size * neighbours {
            let (i, j) = (k % size, number(k, 1) % size);
            if i != j {
                builder.add_coupling(i, j, (number(k, 2) % 19) as f64 - 9.0).unwrap();
            }
        }
        let rows = Rows::<i16>::new(&Ising::new(&builder.build().unwrap()), 1.0);
        let mut walk = Walk::new(&rows);
        let mut candidates = Candidates::new(size);
        let mut free_at = vec![0; size];
        for sweep in 1..400u32 {
            candidates.release(sweep);
            let expected = least(&walk, &free_at, sweep);
            let from = number(sweep as usize, 3) % size;
            let found = choice.run(Least { candidates: &mut candidates, rises: walk.rises(), from });
            assert_eq!(found.map(|k| walk.rises()[k]), expected, "sweep {sweep}");
            let tabu = (0..size).filter(|k| free_at[*k] > sweep).map(|k| walk.rises()[k]).min();
            assert_eq!(candidates.least_tabu(walk.rises()).map(|k| walk.rises()[k]), tabu);
            let Some(k) = found else { continue };
            assert!(free_at[k] <= sweep, "spin {k} is tabu until {}", free_at[k]);
            if candidates.is_wide(walk.degree(k)) {
                walk.flip(k, |_| ());
                candidates.touch_all();
            } else {
                walk.flip(k, |j| candidates.touch(j));
            }
            free_at[k] = sweep + 1 + (number(sweep as usize, 4) % 12) as u32;
            candidates.forbid(k, free_at[k]);
        }
    }

    #[test]
    fn the_best_free_flip_is_that_of_a_look_at_all() {
        for choice in [Choice::Baseline, Choice::of_process()] {
            // Blocks that are full, cut short and alone; few neighbours and many; all spins tabu at times.
            for (size, neighbours) in [(1000, 3), (130, 40), (64, 2), (7, 2)] {
                check(size, neighbours, choice);
            }
        }
    }
}
