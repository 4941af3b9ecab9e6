//! Bucket elimination: variables are minimised out one after the other, each into a table over those it then has terms with.
//!
//! Exact, in time and memory that grow with 2 to the width of the order, whatever the number of variables: trees, rings and narrow grids
//! of thousands take milliseconds. Orders are greedy, by the couplings that an elimination would add.
//!
//! Source: Dechter, "Bucket elimination: a unifying framework for reasoning", Artificial Intelligence 113 (1999).

use crate::bqm::Bqm;
use crate::ising::Ising;
use crate::monitor::{Interrupted, Watch};
use crate::width::is_wider;
use std::collections::BTreeSet;

/// Most variables that a table is over: 2²⁴ sums of eight bytes are 128 MiB.
pub(crate) const MOST_WIDTH: usize = 24;

/// The order in which variables are eliminated, with what that takes.
pub(crate) struct Order {
    buckets: Vec<Bucket>,
    /// Sums that are looked at.
    pub(crate) operations: u64,
    /// Of tables and choices, at the peak.
    pub(crate) bytes: u64,
}

/// With whom each variable has a term.
#[inline(never)]
fn neighbours(bqm: &Bqm) -> Vec<Vec<u32>> {
    let couplings = || bqm.couplings().iter().filter(|coupling| coupling.value != 0.0);
    let mut degrees = vec![0; bqm.size()];
    couplings().for_each(|it| [it.i, it.j].into_iter().for_each(|k| degrees[k as usize] += 1));
    let mut rows: Vec<Vec<u32>> = degrees.into_iter().map(Vec::with_capacity).collect();
    for it in couplings() {
        rows[it.i as usize].push(it.j);
        rows[it.j as usize].push(it.i);
    }
    rows
}

/// One elimination.
struct Bucket {
    variable: u32,
    /// What is left of its neighbours, those that are eliminated first first.
    scope: Vec<u32>,
}

impl Order {
    /// The order of a model; `None` where it comes to a table over more than [`MOST_WIDTH`] variables, or to more than `most` operations.
    ///
    /// Most models that have none are known by their number of couplings – a graph of treewidth k has at most k n − k (k + 1) / 2 edges – or by
    /// [`is_wider`].
    pub(crate) fn new(bqm: &Bqm, most: u64) -> Option<Self> {
        let (size, most_width) = (bqm.size(), most_width(most));
        let couplings = bqm.couplings().iter().filter(|coupling| coupling.value != 0.0).count();
        if size > most_width && couplings > most_width * size - most_width * (most_width + 1) / 2 {
            return None;
        }
        if is_wider(neighbours(bqm), most_width) { None } else { Self::greedy(&neighbours(bqm), most) }
    }

    #[inline(never)]
    fn greedy(rows: &[Vec<u32>], most: u64) -> Option<Self> {
        let (size, most_width) = (rows.len(), most_width(most));
        let mut graph: Vec<BTreeSet<u32>> = rows.iter().map(|row| row.iter().copied().collect()).collect();
        let mut keys: Vec<(u64, u32)> = (0..size as u32).map(|k| (fill(&graph, k), k)).collect();
        let mut queue: BTreeSet<(u64, u32)> = keys.iter().copied().collect();
        let mut place = vec![0u32; size];
        let mut buckets: Vec<Bucket> = Vec::with_capacity(size);
        while let Some(key) = queue.pop_first() {
            let variable = key.1;
            // Counted anew where it is used: telling all whose neighbours have changed takes most of the time.
            let now = fill(&graph, variable);
            if now > key.0 {
                keys[variable as usize].0 = now;
                queue.insert((now, variable));
                continue;
            }
            let scope = std::mem::take(&mut graph[variable as usize]);
            if scope.len() > most_width {
                return None;
            }
            for j in &scope {
                let others = &mut graph[*j as usize];
                others.remove(&variable);
                others.extend(scope.iter().filter(|other| *other != j));
            }
            for j in &scope {
                let key = &mut keys[*j as usize];
                queue.remove(key);
                key.0 = fill(&graph, *j);
                queue.insert(*key);
            }
            place[variable as usize] = buckets.len() as u32;
            buckets.push(Bucket { variable, scope: scope.into_iter().collect() });
        }
        for bucket in &mut buckets {
            bucket.scope.sort_unstable_by_key(|k| place[*k as usize]);
        }
        Some(Self::counted(buckets, &place)).filter(|order| order.operations <= most)
    }

    fn counted(buckets: Vec<Bucket>, place: &[u32]) -> Self {
        // Tables that go into a bucket, and their bytes.
        let mut waiting = vec![(0u64, 0u64); buckets.len()];
        let (mut operations, mut held, mut peak) = (0, 0u64, 0u64);
        for (at, Bucket { scope, .. }) in buckets.iter().enumerate() {
            let entries = 1u64 << scope.len();
            operations += 2 * entries * (2 + waiting[at].0);
            // Sums of the table, one more of the fields, two bits of choice.
            held += 8 * entries + entries.div_ceil(4) + 4 * scope.len() as u64 + 64;
            peak = peak.max(held + 8 * entries);
            held -= waiting[at].1;
            match scope.first() {
                Some(next) => {
                    let (tables, bytes) = &mut waiting[place[*next as usize] as usize];
                    (*tables, *bytes) = (*tables + 1, *bytes + 8 * entries);
                }
                None => held -= 8 * entries,
            }
        }
        Self { buckets, operations, bytes: peak }
    }

    /// The ground states, at most `most` of them.
    ///
    /// # Errors
    /// [`Interrupted`] by the monitor.
    pub(crate) fn ground_states(
        &self,
        ising: &Ising,
        most: usize,
        watch: &mut Watch,
    ) -> Result<Vec<Vec<bool>>, Interrupted> {
        let size = self.buckets.len();
        let mut waiting: Vec<Vec<(&[u32], Vec<f64>)>> = std::iter::repeat_with(Vec::new).take(size).collect();
        let mut all_choices: Vec<Choices> = Vec::with_capacity(size);
        for Bucket { variable, scope } in &self.buckets {
            let tables = std::mem::take(&mut waiting[*variable as usize]);
            let (sums, choices) = eliminate(ising, *variable, scope, &tables, watch)?;
            if let Some(next) = scope.first() {
                waiting[*next as usize].push((scope, sums));
            }
            all_choices.push(choices);
        }
        let mut states = vec![vec![false; size]];
        for (Bucket { variable, scope }, choices) in self.buckets.iter().zip(&all_choices).rev() {
            for at in 0..states.len() {
                let state = &mut states[at];
                let entry =
                    scope.iter().enumerate().fold(0, |entry, (bit, k)| entry | usize::from(state[*k as usize]) << bit);
                let choice = choices.get(entry);
                state[*variable as usize] = choice != DOWN;
                if choice == EITHER && states.len() < most {
                    let mut other = states[at].clone();
                    other[*variable as usize] = false;
                    states.push(other);
                }
            }
            watch.advance(0, states.len() as u64)?;
        }
        Ok(states)
    }
}

/// Most variables that a table of an order is over, where it has `most` operations at most.
fn most_width(most: u64) -> usize {
    MOST_WIDTH.min(most.checked_ilog2().unwrap_or(0) as usize)
}

/// Couplings that the elimination of a variable would add.
fn fill(graph: &[BTreeSet<u32>], variable: u32) -> u64 {
    let neighbours = &graph[variable as usize];
    let degree = neighbours.len() as u64;
    // As if nothing were there already: a table so wide is not made anyway.
    if neighbours.len() > MOST_WIDTH {
        return u64::MAX / 2 + degree;
    }
    let present: usize = neighbours
        .iter()
        .map(|j| neighbours.range(j + 1..).filter(|other| graph[*j as usize].contains(other)).count())
        .sum();
    degree * degree.saturating_sub(1) / 2 - present as u64
}

const DOWN: u8 = 0;
const UP: u8 = 1;
const EITHER: u8 = 2;

/// The best value of a variable for each value of its scope, four in a byte.
struct Choices(Vec<u8>);

impl Choices {
    fn get(&self, entry: usize) -> u8 {
        self.0[entry / 4] >> (2 * (entry % 4)) & 3
    }
}

/// Entries between two looks at the monitor's counter.
const ENTRIES_PER_PIECE: usize = 4096;

/// A table that goes into a sum: where its entry is for the present one of the sum.
struct Reader<'a> {
    sums: &'a [f64],
    entry: usize,
    /// What is added to the entry when this bit of the sum's becomes 1 and all below it 0.
    steps: Vec<usize>,
}

/// Minimises one variable out of its own terms and the tables that it is the first of.
fn eliminate(
    ising: &Ising,
    variable: u32,
    scope: &[u32],
    tables: &[(&[u32], Vec<f64>)],
    watch: &mut Watch,
) -> Result<(Vec<f64>, Choices), Interrupted> {
    let entries = 1usize << scope.len();
    let weight_of =
        |k: u32| ising.row(variable as usize).filter(|(j, _)| *j == k as usize).map(|(_, weight)| weight).sum::<f64>();
    // What the variable feels: half of the sums from the other half.
    let mut felt = Vec::with_capacity(entries);
    felt.push(ising.fields[variable as usize] - scope.iter().map(|k| weight_of(*k)).sum::<f64>());
    for k in scope {
        let twice = 2.0 * weight_of(*k);
        felt.extend_from_within(..);
        let half = felt.len() / 2;
        felt[half..].iter_mut().for_each(|field| *field += twice);
    }
    let mut readers: Vec<Reader> = tables
        .iter()
        .map(|(inner, sums)| {
            // The variable is the lowest bit of such a table; the others are in one order everywhere.
            let mut below = 0usize;
            let steps = scope.iter().map(|k| {
                let own = inner.iter().position(|other| other == k).map_or(0, |bit| 1usize << bit);
                let step = own.wrapping_sub(below);
                below += own;
                step
            });
            Reader { sums, entry: 0, steps: steps.collect() }
        })
        .collect();
    let mut choices = vec![0u8; entries.div_ceil(4)];
    for entry in 0..entries {
        let field = felt[entry];
        let (mut down, mut up) = (-field, field);
        for reader in &mut readers {
            if entry > 0 {
                reader.entry = reader.entry.wrapping_add(reader.steps[entry.trailing_zeros() as usize]);
            }
            down += reader.sums[reader.entry];
            up += reader.sums[reader.entry + 1];
        }
        let choice = if down < up {
            DOWN
        } else if up < down {
            UP
        } else {
            EITHER
        };
        choices[entry / 4] |= choice << (2 * (entry % 4));
        felt[entry] = if up < down { up } else { down };
        if entry % ENTRIES_PER_PIECE == ENTRIES_PER_PIECE - 1 || entry + 1 == entries {
            let piece = (entry % ENTRIES_PER_PIECE + 1) as u64;
            watch.advance(piece, piece * 2 * (2 + tables.len() as u64))?;
        }
    }
    Ok((felt, Choices(choices)))
}
