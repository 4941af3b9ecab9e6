//! Pauli sums: their expectation in a state, and what they make of it.

mod group;
mod read;

use crate::lanes::{Lanes, Vectorized};
use crate::monitor::{Interrupted, Progress};
use crate::parts::Parts;
use crate::real::Real;
use crate::reduce::CHUNK_BLOCKS;
use crate::state::{Block, LANES, State};
use group::{Group, Table};
use ketflow_circuit::Error;
use num_complex::Complex64;
use std::collections::BTreeMap;
use std::ops::Range;

pub(crate) use read::{Letter, Product, read_sum};

/// A real combination of products of Pauli matrices.
#[derive(Debug, Clone, PartialEq)]
pub struct PauliSum {
    terms: Vec<Term>,
}

/// coefficient · i^(number of Y) · X^x · Z^z, with x and z masks over the qubits; a qubit in both masks is a Y.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Term {
    coefficient: f64,
    x: u64,
    z: u64,
}

impl PauliSum {
    /// Reads a sum such as `0.5*XXI - ZZZ`: the leftmost letter is the highest qubit, equal products are added up.
    ///
    /// # Errors
    /// `invalid-input` with the sum and the character of it, from 1, at which it is wrong; it is no place in the circuit.
    pub fn parse(text: &str, qubits: u32) -> Result<Self, Error> {
        Ok(Self::of_products(read_sum(text, qubits)?))
    }

    /// Of products on at most 64 qubits.
    pub(crate) fn of_products(products: Vec<Product>) -> Self {
        let mut terms: Vec<Term> = Vec::new();
        let mut known = BTreeMap::new();
        for product in products {
            let mask = |is_set: fn(&Letter) -> bool| {
                product.letters.iter().fold(0u64, |mask, letter| mask << 1 | u64::from(is_set(letter)))
            };
            let (x, z) = (mask(|letter| letter.0), mask(|letter| letter.1));
            let at = *known.entry((x, z)).or_insert(terms.len());
            match terms.get_mut(at) {
                Some(same) => same.coefficient += product.coefficient,
                None => terms.push(Term { coefficient: product.coefficient, x, z }),
            }
        }
        Self { terms }
    }

    /// The same sum for a state in which qubit k is at `places[k]`.
    pub(crate) fn placed(mut self, places: &[u32]) -> Self {
        let moved =
            |mask: u64| places.iter().enumerate().fold(0, |moved, (qubit, place)| moved | (mask >> qubit & 1) << place);
        for term in &mut self.terms {
            (term.x, term.z) = (moved(term.x), moved(term.z));
        }
        self
    }

    /// Number of different products.
    pub fn len(&self) -> usize {
        self.terms.len()
    }

    /// Passes over the state that an expectation takes.
    pub(crate) fn passes(&self) -> usize {
        Group::all(&self.terms).len()
    }

    /// Never: a sum has at least one term.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// ⟨ψ|sum|ψ⟩: one pass for all terms that exchange the same amplitudes.
    pub(crate) fn expectation<T: Real>(&self, state: &State<T>, progress: &mut Progress) -> Result<f64, Interrupted> {
        let mut sum = 0.0;
        for group in Group::all(&self.terms) {
            sum += group.expectation(state, progress)?;
        }
        Ok(sum)
    }

    /// Tr(sum·ρ) of a density matrix of `size` rows, whose entries (row, column) `entry` gives.
    pub(crate) fn expectation_of(&self, size: usize, entry: impl Fn(usize, usize) -> Complex64) -> f64 {
        let mut sum = 0.0;
        for Term { coefficient, x, z } in &self.terms {
            // Tr(Pρ) = Σⱼ phase(j) ρ(j, j ⊕ x) with P|j⟩ = phase(j)|j ⊕ x⟩.
            let of_term: Complex64 = (0..size)
                .map(|j| {
                    let value = entry(j, j ^ *x as usize);
                    if (j as u64 & z).count_ones().is_multiple_of(2) { value } else { -value }
                })
                .sum();
            let power = (x & z).count_ones() % 4;
            sum += coefficient * [of_term.re, -of_term.im, -of_term.re, of_term.im][power as usize];
        }
        sum
    }

    /// sum·ψ into `image`, the blocks of a state of the same size in pieces of equal length; added up in f64 and rounded once.
    pub(crate) fn image<T: Real>(
        &self,
        state: &State<T>,
        image: Vec<&mut [Block<T>]>,
        progress: &mut Progress,
    ) -> Result<(), Interrupted> {
        let groups = Group::all(&self.terms);
        let choice = progress.lanes;
        for (piece, image) in image.into_iter().enumerate() {
            let (before, length) = (piece * image.len(), image.len().min(CHUNK_BLOCKS));
            let chunks = image.len() / length;
            let image = Parts::new(image);
            progress.pass(chunks, length * LANES * groups.len(), |range| {
                choice.run(Images { groups: &groups, state, image: &image, before, length, range });
            })?;
        }
        Ok(())
    }
}

/// Chunks of the image of a state.
struct Images<'a, T> {
    groups: &'a [Group],
    state: &'a State<T>,
    image: &'a Parts<'a, Block<T>>,
    /// Blocks before `image`.
    before: usize,
    /// Blocks of a chunk.
    length: usize,
    range: Range<usize>,
}

impl<T: Real> Vectorized<T> for Images<'_, T> {
    #[inline(always)]
    fn run<V: Lanes<T>>(self) {
        let mut sums = vec![[[0.0; LANES]; 2]; self.length];
        for chunk in self.range {
            let first = chunk * self.length;
            sums.fill([[0.0; LANES]; 2]);
            // Groups without a table together, so that the sums of a block stay in registers; a table with its group alone in the cache.
            for groups in self.groups.chunk_by(|a, b| !a.is_tabulated() && !b.is_tabulated()) {
                let tables: Vec<Table> =
                    groups.iter().map(|group| Table::new(group, self.before + first, self.length)).collect();
                for (k, sums) in sums.iter_mut().enumerate() {
                    let mut added = *sums;
                    for (group, table) in groups.iter().zip(&tables) {
                        group.add_image(self.state, self.before + first, table, k, &mut added);
                    }
                    *sums = added;
                }
            }
            // SAFETY: ranges are disjoint.
            let blocks = unsafe { self.image.part(first..first + self.length) };
            for (block, [re, im]) in blocks.iter_mut().zip(&sums) {
                block.re = re.map(T::from_f64);
                block.im = im.map(T::from_f64);
            }
        }
    }
}
