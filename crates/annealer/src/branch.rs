//! Branch and bound by Russian dolls: the last variables alone, then one more of them, and so on to all.
//!
//! Variables are fixed in one order. What the rest of them can still bring is at least the optimum of the rest alone, which an earlier doll has
//! proved, less the fields that it feels of what is fixed. For dense models that is a far better bound than one of all terms by themselves.
//!
//! Source: Verfaillie, Lemaître, Schiex, "Russian doll search for solving constraint optimization problems", AAAI 1996.

use crate::ising::Ising;
use crate::monitor::{Interrupted, Next, Watch};

/// Most variables: the rows of all depths are kept.
pub(crate) const MOST_VARIABLES: usize = 256;

/// Nodes between two looks at the monitor's counter.
const NODES_PER_PIECE: u64 = 256;

/// What a node costs, in visits of a neighbour.
pub(crate) fn steps(variables: u64) -> u64 {
    variables / 8 + 8
}

struct Dolls<'a, 'b> {
    size: usize,
    /// Of spins in the order of fixing, a row of `size` for each.
    couplings: Vec<f64>,
    fields: Vec<f64>,
    /// What each depth adds to the fields of the spins that are free there.
    felt: Vec<f64>,
    /// The optimum of the spins from each on, once it is known.
    least: Vec<f64>,
    /// What a sample has to be better by.
    step: f64,
    nodes: u64,
    limit: u64,
    watch: &'a mut Watch<'b>,
}

/// The best sample that is found in at most `limit` nodes, `start` or better, whether it is proved that there is none better, and the nodes. All
/// energies are multiples of `step` apart; 0 where that is not known.
///
/// # Errors
/// [`Interrupted`] by the monitor.
pub(crate) fn search(
    ising: &Ising,
    start: &[bool],
    step: f64,
    limit: u64,
    watch: &mut Watch,
) -> Result<(Vec<bool>, bool, u64), Interrupted> {
    let size = ising.size();
    let order = order_of(ising);
    let mut place = vec![0; size];
    order.iter().enumerate().for_each(|(at, k)| place[*k] = at);
    let mut couplings = vec![0.0; size * size];
    for (at, k) in order.iter().enumerate() {
        ising.row(*k).for_each(|(j, weight)| couplings[at * size + place[j]] = weight);
    }
    let fields = order.iter().map(|k| ising.fields[*k]).collect();
    let felt = vec![0.0; (size + 1) * size];
    let mut dolls =
        Dolls { size, couplings, fields, felt, least: vec![0.0; size + 1], step: 0.999 * step, nodes: 0, limit, watch };
    let start: Vec<f64> = order.iter().map(|k| if start[*k] { 1.0 } else { -1.0 }).collect();
    let mut best = vec![1.0; size];
    let mut is_proved = true;
    for first in (0..size).rev() {
        // Two starts: the best of the doll before with one spin more, and what is known of the whole.
        let mut other = best.clone();
        other[first..].copy_from_slice(&start[first..]);
        let mut least = dolls.descended(first, &mut best);
        let energy = dolls.descended(first, &mut other);
        if energy < least || first == 0 && energy == least {
            (least, best) = (energy, other);
        }
        is_proved = dolls.solve(first, &mut best, &mut least)?;
        dolls.least[first] = least;
        if !is_proved {
            // Half a doll: the whole is as good as it was.
            if first > 0 {
                best = start;
            }
            break;
        }
    }
    let mut values = vec![false; size];
    order.iter().zip(&best).for_each(|(k, spin)| values[*k] = *spin > 0.0);
    Ok((values, is_proved, dolls.nodes))
}

/// Those that feel most are fixed first: fields of what comes late are small.
fn order_of(ising: &Ising) -> Vec<usize> {
    let mut order: Vec<usize> = (0..ising.size()).collect();
    let weight = |k: usize| ising.row(k).map(|(_, weight)| weight.abs()).sum::<f64>();
    let weights: Vec<f64> = (0..ising.size()).map(weight).collect();
    order.sort_by(|a, b| weights[*b].total_cmp(&weights[*a]));
    order
}

impl Dolls<'_, '_> {
    fn row(&self, spin: usize) -> &[f64] {
        &self.couplings[spin * self.size..(spin + 1) * self.size]
    }

    /// Flips spins from `first` on as long as one lowers the energy of these, which it says.
    fn descended(&self, first: usize, spins: &mut [f64]) -> f64 {
        let felt = |spins: &[f64], k: usize| {
            self.row(k)[first..].iter().zip(&spins[first..]).map(|(weight, spin)| weight * spin).sum::<f64>()
        };
        let mut is_changed = true;
        while is_changed {
            is_changed = false;
            for k in first..self.size {
                if spins[k] * (felt(spins, k) + self.fields[k]) > 0.0 {
                    spins[k] = -spins[k];
                    is_changed = true;
                }
            }
        }
        (first..self.size).map(|k| spins[k] * (self.fields[k] + felt(spins, k) / 2.0)).sum()
    }

    /// Solves the doll of the spins from `first` on; false where the limit ended it.
    fn solve(&mut self, first: usize, best: &mut [f64], least: &mut f64) -> Result<bool, Interrupted> {
        let size = self.size;
        let mut spins = vec![0.0; size];
        let mut energies = vec![0.0; size + 1];
        // Values left to try at each depth: none, the other one, or both.
        let mut left = vec![2u8; size + 1];
        self.felt[first * size..(first + 1) * size].fill(0.0);
        // Turning all spins round changes nothing where there are no fields.
        if self.fields[first..].iter().all(|field| *field == 0.0) {
            left[first] = 1;
        }
        let mut depth = first;
        loop {
            if left[depth] == 0 {
                if depth == first {
                    return Ok(true);
                }
                left[depth] = 2;
                depth -= 1;
                continue;
            }
            // Before a node, not after it: a search that ends with its last node is a proof.
            if self.nodes >= self.limit {
                return Ok(false);
            }
            let field = self.felt[depth * size + depth] + self.fields[depth];
            // The lower energy first.
            let lower = if field > 0.0 { -1.0 } else { 1.0 };
            let spin = if spins[depth] == 0.0 || left[depth] == 2 { lower } else { -spins[depth] };
            left[depth] -= 1;
            spins[depth] = spin;
            self.nodes += 1;
            if self.nodes.is_multiple_of(NODES_PER_PIECE) {
                let steps = NODES_PER_PIECE * steps(size as u64);
                if self.watch.advance(NODES_PER_PIECE, steps)? == Next::Finish {
                    self.limit = self.nodes;
                }
            }
            let energy = energies[depth] + spin * field;
            let next = depth + 1;
            let (before, after) = self.felt.split_at_mut(next * size);
            let row = &self.couplings[depth * size + next..(depth + 1) * size];
            let mut sum = [0.0; 4];
            let pairs = before[depth * size + next..].iter().zip(row);
            for (at, (felt, (old, weight))) in after[next..size].iter_mut().zip(pairs).enumerate() {
                *felt = old + spin * weight;
                sum[at % 4] += felt.abs();
            }
            let bound = energy + self.least[next] - ((sum[0] + sum[1]) + (sum[2] + sum[3]));
            if bound < *least - self.step {
                if next == size {
                    *least = energy;
                    best[first..].copy_from_slice(&spins[first..]);
                } else {
                    energies[next] = energy;
                    depth = next;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bqm::{BqmBuilder, Vartype};
    use crate::monitor::Unmonitored;
    use ketflow_rng::philox4x32;

    /// Couplings between about `percent` of all pairs, whole or not.
    fn ising(number: u32, size: usize, percent: u32, has_fields: bool, is_whole: bool) -> Ising {
        let random = |k: usize, of: u32| philox4x32([k as u32, of, number, 0], [2, 9])[0];
        let value = |k: usize| {
            f64::from(random(k, 1) % 9) - 4.0 + if is_whole { 0.0 } else { 0.1 * f64::from(random(k, 2) % 7) }
        };
        let mut builder = BqmBuilder::new(Vartype::Spin);
        builder.reserve(size).unwrap();
        for j in 0..size {
            for i in (0..j).filter(|i| random(i * size + j, 3) % 100 < percent) {
                builder.add_coupling(i, j, value(i * size + j)).unwrap();
            }
            if has_fields {
                builder.add_linear(j, value(1000 + j)).unwrap();
            }
        }
        Ising::new(&builder.build().unwrap())
    }

    fn energy(ising: &Ising, values: &[bool]) -> f64 {
        let spins: Vec<f64> = values.iter().map(|is_up| if *is_up { 1.0 } else { -1.0 }).collect();
        (0..spins.len()).map(|k| spins[k] * (ising.local_field(&spins, k) + ising.fields[k]) / 2.0).sum()
    }

    #[test]
    fn a_proved_optimum_is_the_least_of_all_samples() {
        for number in 0..60 {
            let (size, percent) = (1 + number as usize % 12, [100, 60, 25][number as usize % 3]);
            let is_whole = number % 2 == 0;
            let ising = ising(number, size, percent, number % 4 < 2, is_whole);
            let all = (0..1u32 << size).map(|word| (0..size).map(|k| word >> k & 1 == 1).collect::<Vec<bool>>());
            let least = all.map(|values| energy(&ising, &values)).fold(f64::INFINITY, f64::min);
            let (mut monitor, start) = (Unmonitored, vec![false; size]);
            let step = if is_whole { 2.0 } else { 0.0 };
            let mut watch = Watch::new(&mut monitor, 0);
            let (values, is_proved, nodes) = search(&ising, &start, step, u64::MAX, &mut watch).unwrap();
            assert!(is_proved && (energy(&ising, &values) - least).abs() < 1e-9, "model {number}: {least}");
            // With all of its nodes it is a proof, with one fewer it is none.
            let (again, is_proved, _) = search(&ising, &start, step, nodes, &mut watch).unwrap();
            assert!(is_proved && again == values);
            let (cut, is_proved, _) = search(&ising, &start, step, nodes - 1, &mut watch).unwrap();
            assert!(!is_proved && energy(&ising, &cut) <= energy(&ising, &start));
        }
    }
}
