//! One sample that is flipped a spin at a time, with what every flip would change.

use crate::lanes::Lane;
use crate::rows::Rows;

/// A sample, and half of the rise of energy that the flip of each spin would bring, in units.
#[derive(Clone)]
pub(crate) struct Walk<'a, T> {
    rows: &'a Rows<T>,
    spins: Vec<T>,
    rises: Vec<T>,
    /// In units, without the offset.
    energy: f64,
}

impl<'a, T: Lane> Walk<'a, T> {
    /// All spins down.
    pub(crate) fn new(rows: &'a Rows<T>) -> Self {
        let mut walk = Self { rows, spins: vec![T::ONE; rows.size()], rises: vec![T::ZERO; rows.size()], energy: 0.0 };
        walk.start(|_| false);
        walk
    }

    pub(crate) fn size(&self) -> usize {
        self.spins.len()
    }

    /// In units, without the offset.
    pub(crate) fn energy(&self) -> f64 {
        self.energy
    }

    pub(crate) fn rises(&self) -> &[T] {
        &self.rises
    }

    pub(crate) fn degree(&self, k: usize) -> usize {
        self.rows.visits(k..k + 1)
    }

    pub(crate) fn values(&self) -> Vec<bool> {
        self.spins.iter().map(|spin| spin.is_above(T::ZERO)).collect()
    }

    /// Goes to a sample.
    pub(crate) fn start(&mut self, is_up: impl FnMut(usize) -> bool) {
        let signs = (0..self.size()).map(is_up);
        self.spins = signs.map(|is_up| if is_up { T::ONE } else { T::ONE.negated() }).collect();
        self.energy = 0.0;
        for k in 0..self.size() {
            let field = self.row(k).fold(self.rows.fields[k], |sum, (j, weight)| sum.plus(weight.times(self.spins[j])));
            self.rises[k] = self.spins[k].times(field).negated();
            self.energy += self.spins[k].real() * (field.real() + self.rows.fields[k].real()) / 2.0;
        }
    }

    /// Flips a spin, and says whose rises that has changed besides its own.
    #[inline(always)]
    pub(crate) fn flip(&mut self, k: usize, mut is_changed: impl FnMut(usize)) {
        let rows = self.rows;
        self.energy += 2.0 * self.rises[k].real();
        let spin = self.spins[k].negated();
        self.spins[k] = spin;
        self.rises[k] = self.rises[k].negated();
        let (_, neighbours) = rows.neighbours(k);
        let twice = spin.plus(spin).negated();
        for (j, weight) in neighbours.iter().zip(rows.weights(k)) {
            let j = *j as usize;
            self.rises[j] = self.rises[j].plus(twice.times(*weight).times(self.spins[j]));
            is_changed(j);
        }
    }

    fn row(&self, k: usize) -> impl Iterator<Item = (usize, T)> {
        let (_, neighbours) = self.rows.neighbours(k);
        neighbours.iter().map(|j| *j as usize).zip(self.rows.weights(k).iter().copied())
    }
}
