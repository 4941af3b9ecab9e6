//! The outcomes of a program without noise and feed-forward: a fixed one plus any combination over GF(2) of the rows of a basis.

use crate::draws::Draws;
use crate::frames::{Frames, Turns};
use crate::outcomes::{Outcomes, transposed};
use crate::pauli::{add, bit};
use crate::program::Program;
use crate::reference::Reference;
use crate::work::Work;
use ketflow_error::Interrupted;

/// All outcomes are equally likely.
pub(crate) struct Affine {
    bits: u32,
    width: usize,
    /// The least outcome: zero at the highest bit of every row.
    origin: Vec<u64>,
    /// Reduced: rows by descending highest bits, and no other row has a one there. So outcomes ascend as their coefficients do.
    rows: Vec<u64>,
}

/// Rows of a table of combinations are looked up by so many coefficients at once.
const TABLE_BITS: usize = 8;

impl Affine {
    /// How many random turns a program has: so many generators.
    pub fn generators(program: &Program) -> u64 {
        u64::from(program.qubits) + u64::from(program.events)
    }

    pub fn of(program: &Program, reference: &Reference, work: &mut Work) -> Result<Self, Interrupted> {
        let bits = program.outcome_bits;
        let generators = Self::generators(program) as usize;
        let (columns, width) = Frames::run(program, reference, Turns::OneByOne, generators, work)?;
        let mut found = Vec::new();
        transposed(&columns, width, bits as usize, generators, &mut found);
        let width = (bits as usize).div_ceil(64);
        let mut affine = Self { bits, width, origin: vec![0; width], rows: Vec::new() };
        if width == 0 {
            return Ok(affine);
        }
        // Every row of the frames has the reference added; an outcome without any turn is the reference itself.
        for measurement in recorded(program) {
            let value = reference.outcomes[measurement.1 as usize];
            affine.origin[measurement.0 as usize / 64] |= u64::from(value) << (measurement.0 % 64);
        }
        for row in found.chunks_exact_mut(width) {
            add(row, &affine.origin);
            affine.insert(row, work)?;
        }
        affine.reduce(work)?;
        Ok(affine)
    }

    /// Number of coefficients: there are 2^rank outcomes.
    pub fn rank(&self) -> usize {
        self.rows.len().checked_div(self.width).unwrap_or(0)
    }

    fn row(&self, k: usize) -> &[u64] {
        &self.rows[k * self.width..][..self.width]
    }

    /// Adds a row to the basis unless it is a combination of those that are there.
    fn insert(&mut self, row: &mut [u64], work: &mut Work) -> Result<(), Interrupted> {
        let mut at = 0;
        while let Some(highest) = highest(row) {
            while at < self.rank() && self::highest(self.row(at)) > Some(highest) {
                at += 1;
            }
            if at == self.rank() || self::highest(self.row(at)) < Some(highest) {
                let from = at * self.width;
                self.rows.splice(from..from, row.iter().copied());
                return work.advance(self.rows.len() as u64);
            }
            add(row, self.row(at));
            work.advance(self.width as u64)?;
        }
        Ok(())
    }

    /// Clears the highest bit of every row in the others and in the origin.
    fn reduce(&mut self, work: &mut Work) -> Result<(), Interrupted> {
        for k in (0..self.rank()).rev() {
            let (above, below) = self.rows.split_at_mut(k * self.width);
            let row = &below[..self.width];
            let Some(pivot) = highest(row) else { continue };
            for other in above.chunks_exact_mut(self.width).filter(|other| bit(other, pivot)) {
                add(other, row);
            }
            if bit(&self.origin, pivot) {
                add(&mut self.origin, row);
            }
            work.advance((k * self.width) as u64)?;
        }
        Ok(())
    }

    /// How often each outcome comes up, ascending.
    pub fn sample(&self, draws: Draws, shots: u32, work: &mut Work) -> Result<Outcomes<u64>, Interrupted> {
        let rank = self.rank();
        let words = rank.div_ceil(64).max(1);
        let table = self.table();
        let mut counts = Outcomes::new(self.bits);
        let order = self.sorted(draws, shots, work)?;
        let all = |shot: u32| -> Vec<u64> {
            let mut list: Vec<u64> =
                (0..words as u32).map(|k| draws.coefficients(shot, k / 2)[k as usize % 2]).collect();
            if let Some(last) = list.last_mut() {
                *last &= top(rank - (words - 1) * 64);
            }
            list
        };
        let mut outcome = vec![0; self.width];
        let mut from = 0;
        while from < order.len() {
            let key = order[from].0;
            let to = from + order[from..].iter().take_while(|(other, _)| *other == key).count();
            if words == 1 {
                self.write(&table, &[key], &mut outcome);
                counts.push(&outcome, (to - from) as u64);
            } else {
                let mut same: Vec<Vec<u64>> = order[from..to].iter().map(|(_, shot)| all(*shot)).collect();
                same.sort_unstable();
                let mut group = 0;
                for (k, coefficients) in same.iter().enumerate() {
                    group += 1;
                    if same.get(k + 1) != Some(coefficients) {
                        self.write(&table, coefficients, &mut outcome);
                        counts.push(&outcome, group);
                        group = 0;
                    }
                }
            }
            work.advance((to - from) as u64 * 8 + (rank.div_ceil(TABLE_BITS) * self.width) as u64)?;
            from = to;
        }
        Ok(counts)
    }

    /// The first word of coefficients of each shot and the shot, ascending; further words are drawn again where they are looked up.
    ///
    /// Shots are spread over buckets by the first coefficients, and buckets sorted one by one: the caller is asked between two.
    fn sorted(&self, draws: Draws, shots: u32, work: &mut Work) -> Result<Vec<(u64, u32)>, Interrupted> {
        let mask = top(self.rank());
        let bits = (self.rank() as u32).min((shots >> 3).checked_ilog2().unwrap_or(0)).min(15);
        let bucket = |key: u64| key.checked_shr(64 - bits).unwrap_or(0) as usize;
        let mut ends = vec![0usize; (1 << bits) + 1];
        let mut keys = Vec::with_capacity(shots as usize);
        for shot in 0..shots {
            let key = if mask == 0 { 0 } else { draws.coefficients(shot, 0)[0] & mask };
            ends[bucket(key) + 1] += 1;
            keys.push(key);
            work.advance(8)?;
        }
        (0..1 << bits).for_each(|k| ends[k + 1] += ends[k]);
        let mut order = vec![(0u64, 0u32); shots as usize];
        for (shot, key) in keys.into_iter().enumerate() {
            let end = &mut ends[bucket(key)];
            order[*end] = (key, shot as u32);
            *end += 1;
            work.advance(2)?;
        }
        // What was the start of each bucket has moved to its end.
        let mut start = 0;
        for &end in &ends[..1 << bits] {
            order[start..end].sort_unstable();
            work.advance(4 * (end - start) as u64)?;
            start = end;
        }
        Ok(order)
    }

    /// Every outcome with its probability, ascending.
    pub fn distribution(&self, work: &mut Work) -> Result<Outcomes<f64>, Interrupted> {
        let (rank, table) = (self.rank(), self.table());
        let mut probabilities = Outcomes::new(self.bits);
        let probability = (0..rank).fold(1.0, |p, _| p / 2.0);
        let mut outcome = vec![0; self.width];
        for index in 0..1u64 << rank {
            let coefficients = if rank == 0 { 0 } else { index << (64 - rank) };
            self.write(&table, &[coefficients], &mut outcome);
            probabilities.push(&outcome, probability);
            work.advance((1 + self.width) as u64)?;
        }
        Ok(probabilities)
    }

    /// All combinations of each [`TABLE_BITS`] rows that follow each other; the first row answers the highest bit of the index.
    fn table(&self) -> Vec<u64> {
        let groups = self.rank().div_ceil(TABLE_BITS);
        let mut table = vec![0u64; (groups << TABLE_BITS) * self.width];
        for (group, table) in table.chunks_exact_mut((self.width << TABLE_BITS).max(1)).enumerate() {
            for index in 1..1usize << TABLE_BITS {
                let low = index.trailing_zeros() as usize;
                let rest = (index & (index - 1)) * self.width;
                table.copy_within(rest..rest + self.width, index * self.width);
                let row = group * TABLE_BITS + TABLE_BITS - 1 - low;
                if row < self.rank() {
                    add(&mut table[index * self.width..][..self.width], self.row(row));
                }
            }
        }
        table
    }

    /// The outcome of these coefficients, the first one in the top bit of the first word.
    fn write(&self, table: &[u64], coefficients: &[u64], outcome: &mut [u64]) {
        outcome.copy_from_slice(&self.origin);
        for group in 0..self.rank().div_ceil(TABLE_BITS) {
            let shift = 64 - TABLE_BITS - group * TABLE_BITS % 64;
            let index = (coefficients[group * TABLE_BITS / 64] >> shift) as usize & ((1 << TABLE_BITS) - 1);
            add(outcome, &table[((group << TABLE_BITS) + index) * self.width..][..self.width]);
        }
    }
}

/// Which event each bit of the outcome comes from, where one does: (bit, event), later ones first to count.
fn recorded(program: &Program) -> Vec<(u32, u32)> {
    let steps = program.steps.iter().filter_map(|step| match step {
        crate::program::Step::Measure(measurement) => Some(measurement),
        _ => None,
    });
    let mut last: Vec<Option<u32>> = vec![None; program.outcome_bits as usize];
    for measurement in steps.chain(&program.finals) {
        if let Some(bit) = measurement.bit {
            last[bit as usize] = Some(measurement.event);
        }
    }
    last.into_iter().enumerate().filter_map(|(bit, event)| event.map(|event| (bit as u32, event))).collect()
}

/// The topmost `count` bits, all from 64 on.
fn top(count: usize) -> u64 {
    if count == 0 { 0 } else { u64::MAX << 64usize.saturating_sub(count) }
}

fn highest(words: &[u64]) -> Option<u32> {
    let word = words.iter().rposition(|word| *word != 0)?;
    Some(word as u32 * 64 + 63 - words[word].leading_zeros())
}
