//! What a layer multiplies: the inputs of its states that are not 0.
//!
//! A product of a finite weight and 0 is ±0, and no sum of [`crate::panel`] is ever −0: leaving such a term out changes no bit.
//! After a ReLU half of the terms or more go.

use std::ops::Range;

/// Terms that are added up before their sum goes to the total; see [`crate::panel`].
pub(crate) const CHUNK: usize = 256;

/// An input that is not 0: which one of its chunk, and its value.
pub(crate) type Term = (u32, f32);

/// The terms of a block of states for one chunk of the inputs, in ascending order.
#[derive(Debug, Default)]
pub(crate) struct Terms {
    /// [`CHUNK`] places per state, of which the first of its count are used.
    terms: Vec<[Term; CHUNK]>,
    counts: Vec<usize>,
}

impl Terms {
    /// Takes those of the inputs `chunk`, at most [`CHUNK`], from each row of `stride` numbers.
    pub fn fill(&mut self, rows: &[f32], stride: usize, chunk: Range<usize>) {
        let count = rows.len() / stride;
        if self.terms.len() < count {
            self.terms.resize(count, [(0, 0.0); CHUNK]);
        }
        self.counts.clear();
        for (row, terms) in rows.chunks_exact(stride).zip(&mut self.terms) {
            let mut next = 0;
            // Without a branch on the value: which inputs are 0 cannot be predicted.
            for (k, value) in row[chunk.clone()].iter().enumerate() {
                terms[next % CHUNK] = (k as u32, *value);
                next += usize::from(*value != 0.0);
            }
            self.counts.push(next);
        }
    }

    /// State after state.
    pub fn states(&self) -> impl Iterator<Item = &[Term]> {
        self.terms.iter().zip(&self.counts).map(|(terms, count)| &terms[..*count])
    }
}
