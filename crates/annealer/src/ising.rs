//! The model as the search walks it: fields and, for each spin, its neighbours in one row of memory.

use crate::bqm::{Bqm, Vartype};

/// Fields and couplings of a spin model, the couplings as compressed sparse rows.
pub(crate) struct Ising {
    pub(crate) fields: Vec<f64>,
    pub(crate) offset: f64,
    starts: Vec<usize>,
    neighbours: Vec<u32>,
    weights: Vec<f64>,
}

impl Ising {
    #[inline(never)]
    pub(crate) fn new(bqm: &Bqm) -> Self {
        let spin = bqm.to_vartype(Vartype::Spin);
        let size = spin.size();
        let mut starts = vec![0usize; size + 1];
        for b in spin.couplings() {
            starts[b.i as usize + 1] += 1;
            starts[b.j as usize + 1] += 1;
        }
        for k in 0..size {
            starts[k + 1] += starts[k];
        }
        let mut next = starts.clone();
        let total = starts[size];
        let (mut neighbours, mut weights) = (vec![0u32; total], vec![0.0; total]);
        for b in spin.couplings() {
            for (from, to) in [(b.i, b.j), (b.j, b.i)] {
                let place = next[from as usize];
                next[from as usize] += 1;
                neighbours[place] = to;
                weights[place] = b.value;
            }
        }
        Self { fields: spin.linear().to_vec(), offset: spin.offset(), starts, neighbours, weights }
    }

    pub(crate) fn size(&self) -> usize {
        self.fields.len()
    }

    /// Neighbours of a spin with the weights of the couplings, ascending.
    pub(crate) fn row(&self, spin: usize) -> impl Iterator<Item = (usize, f64)> {
        let range = self.starts[spin]..self.starts[spin + 1];
        self.neighbours[range.clone()].iter().map(|k| *k as usize).zip(self.weights[range].iter().copied())
    }

    /// The sum of all magnitudes: no energy is further from the offset.
    pub(crate) fn scale(&self) -> f64 {
        let sum = |values: &[f64]| values.iter().map(|value| value.abs()).sum::<f64>();
        sum(&self.fields) + sum(&self.weights) / 2.0
    }

    /// hᵢ + Σⱼ Jᵢⱼ sⱼ: flipping spin i changes the energy by −2 sᵢ times this.
    #[cfg(test)]
    pub(crate) fn local_field(&self, spins: &[f64], spin: usize) -> f64 {
        self.row(spin).fold(self.fields[spin], |sum, (k, weight)| sum + weight * spins[k])
    }
}
