//! Tables of outcomes: packed words in, rows sorted by outcome out.

use crate::walk::set_bit;

/// Rows (outcome, value) that are merged by adding the values of equal outcomes, in the order in which they came.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OutcomeTable<V> {
    words_per_row: usize,
    words: Vec<u64>,
    values: Vec<V>,
    /// Rows at the front that are already sorted and merged.
    merged: usize,
}

impl<V: Copy + std::ops::AddAssign> OutcomeTable<V> {
    /// For outcomes of `bits` bits; with no bits there is one outcome, the empty one.
    pub(crate) fn new(bits: u32) -> Self {
        Self { words_per_row: (bits as usize).div_ceil(64), words: Vec::new(), values: Vec::new(), merged: 0 }
    }

    /// Of rows in any order.
    pub(crate) fn of_rows<'a>(bits: u32, rows: impl IntoIterator<Item = (&'a [u64], V)>) -> Self {
        let mut table = Self::new(bits);
        rows.into_iter().for_each(|(words, value)| table.push(words, value));
        table.merge();
        table
    }

    /// Adds a row; `words` has the least significant word first.
    pub(crate) fn push(&mut self, words: &[u64], value: V) {
        self.words.extend_from_slice(words);
        self.values.push(value);
        // Amortised: the table at least doubles between two merges.
        if self.values.len() >= 1 << 16 && self.values.len() >= 2 * self.merged {
            self.merge();
        }
    }

    fn row(&self, index: usize) -> &[u64] {
        &self.words[index * self.words_per_row..(index + 1) * self.words_per_row]
    }

    /// Sorts the rows by outcome as a number and adds up equal ones, earlier rows first.
    pub(crate) fn merge(&mut self) {
        let n = self.values.len();
        let ascending = |a: usize, b: usize| self.row(a).iter().rev().cmp(self.row(b).iter().rev());
        if !(1..n).all(|k| ascending(k - 1, k).is_lt()) {
            // The topmost words decide nearly always, and lie beside each other here.
            let top = |k: usize| self.row(k).last().copied().unwrap_or(0);
            let mut order: Vec<(u64, usize)> = (0..n).map(|k| (top(k), k)).collect();
            order.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| ascending(a.1, b.1)).then(a.1.cmp(&b.1)));
            let mut words: Vec<u64> = Vec::with_capacity(self.words.len());
            let mut values: Vec<V> = Vec::with_capacity(n);
            for (_, k) in order {
                let row = self.row(k);
                match values.last_mut() {
                    Some(last) if words[words.len() - row.len()..] == *row => *last += self.values[k],
                    _ => {
                        words.extend_from_slice(row);
                        values.push(self.values[k]);
                    }
                }
            }
            (self.words, self.values) = (words, values);
        }
        self.merged = self.values.len();
    }

    /// The outcomes, least significant word first, `words_per_row` words each.
    pub fn words(&self) -> &[u64] {
        &self.words
    }

    /// Words per outcome: ⌈bits / 64⌉.
    pub fn words_per_row(&self) -> usize {
        self.words_per_row
    }

    /// One value per outcome.
    pub fn values(&self) -> &[V] {
        &self.values
    }
}

/// Moves chosen bits of a basis index to chosen bits of an outcome.
pub(crate) struct Scatter {
    moves: Vec<(u32, u32)>,
    /// The outcome bits, where all of them are the bits of the index and lie in the first word: the common case.
    same: Option<u64>,
}

impl Scatter {
    /// Pairs (bit of the index, bit of the outcome).
    pub(crate) fn new(moves: impl IntoIterator<Item = (u32, u32)>) -> Self {
        let moves: Vec<(u32, u32)> = moves.into_iter().collect();
        let is_same = moves.iter().all(|(from, to)| from == to && *to < 64);
        let same = is_same.then(|| moves.iter().fold(0, |mask, (_, to)| mask | 1 << to));
        Self { moves, same }
    }

    /// Sets the chosen bits of `words`, which has the other bits already.
    pub(crate) fn write(&self, index: usize, words: &mut [u64]) {
        if let (Some(mask), Some(word)) = (self.same, words.first_mut()) {
            *word = *word & !mask | index as u64 & mask;
            return;
        }
        for &(from, to) in &self.moves {
            set_bit(words, to, index >> from & 1 == 1);
        }
    }
}
