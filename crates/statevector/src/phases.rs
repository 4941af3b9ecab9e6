//! Diagonal operations as products of factors: each belongs to a set of qubits and applies where all of them are 1.
//!
//! Every diagonal is such a product: f(x) = Π over S ⊆ bits of x of g(S), where g comes from f by division (Möbius inversion over
//! subsets). Products of diagonals merge by multiplying the factors of equal sets, whatever their order in the circuit.

use num_complex::Complex64;
use std::collections::BTreeMap;

const ONE: Complex64 = Complex64::new(1.0, 0.0);

/// Factors by their set of qubits, in ascending order of the set, so that products have one order.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Phases(BTreeMap<u64, Complex64>);

impl Phases {
    /// Multiplies the factor of `set`.
    pub(crate) fn push(&mut self, set: u64, factor: Complex64) {
        let product = self.0.get(&set).map_or(factor, |old| old * factor);
        self.0.insert(set, product);
    }

    /// Sets with factors other than 1.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u64, Complex64)> {
        self.0.iter().map(|(set, factor)| (*set, *factor)).filter(|(_, factor)| *factor != ONE)
    }

    /// Whether nothing is multiplied.
    pub(crate) fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }
}

/// g from f, both indexed by subsets of the same few qubits: `factors[i]` becomes the factor that belongs to exactly the bits of i.
pub(crate) fn divide(factors: &mut [Complex64]) {
    for bit in (0..factors.len().trailing_zeros()).map(|k| 1usize << k) {
        for index in (0..factors.len()).filter(|index| index & bit != 0) {
            let by = factors[index ^ bit];
            if by != ONE {
                factors[index] = factors[index] * by.conj() / by.norm_sqr();
            }
        }
    }
}

/// The values for all indices of `bits` bits: entry i is the product of the factors whose set lies in i.
pub(crate) fn table(factors: &[(u64, Complex64)], bits: u32) -> Vec<Complex64> {
    let mut values = vec![ONE; 2 << bits];
    let (out, room) = values.split_at_mut(1 << bits);
    if factors.is_sorted_by_key(|(set, _)| *set) {
        fill(factors, bits, out, room);
    } else {
        // Factors of one set are multiplied in the order in which they came.
        let mut sorted = factors.to_vec();
        sorted.sort_by_key(|(set, _)| *set);
        fill(&sorted, bits, out, room);
    }
    values.truncate(1 << bits);
    values
}

/// Writes the 2^`bits` values to `out`. The sets ascend and have the same bits from `bits` on, which do not count; `room` is as long as `out`.
fn fill(factors: &[(u64, Complex64)], bits: u32, out: &mut [Complex64], room: &mut [Complex64]) {
    let set = |k: usize| factors[k].0 & ((1 << bits) - 1);
    if factors.is_empty() || set(factors.len() - 1) == 0 {
        out.fill(factors.iter().fold(ONE, |product, (_, factor)| product * factor));
        return;
    }
    let (top, half) = (bits - 1, out.len() / 2);
    let (without, with) = factors.split_at(factors.partition_point(|(set, _)| set >> top & 1 == 0));
    let (lower, upper) = out.split_at_mut(half);
    fill(without, top, lower, room);
    if with.is_empty() {
        upper.copy_from_slice(lower);
        return;
    }
    let (shared, room) = room.split_at_mut(half);
    fill(with, top, shared, room);
    for ((value, own), factor) in upper.iter_mut().zip(lower).zip(shared) {
        *value = *own * *factor;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diagonal_becomes_factors_and_a_table_again() {
        let unit = |k: usize| {
            let angle = 0.37 * (k * k) as f64 + 0.1;
            Complex64::new(angle.cos(), angle.sin())
        };
        let diagonal: Vec<Complex64> = (0..16).map(unit).collect();
        let mut factors = diagonal.clone();
        divide(&mut factors);
        let mut phases = Phases::default();
        factors.iter().enumerate().for_each(|(set, factor)| phases.push(set as u64, *factor));
        let made = table(&phases.iter().collect::<Vec<_>>(), 4);
        for (a, b) in made.iter().zip(&diagonal) {
            assert!((a - b).norm_sqr() < 1e-28, "{a} {b}");
        }
    }

    #[test]
    fn a_table_takes_factors_in_any_order_and_several_of_one_set() {
        let factor = |k: u64| Complex64::new(1.0 + k as f64 / 8.0, k as f64 / 4.0 - 1.0);
        let factors: Vec<_> =
            [5, 0, 3, 5, 8, 2, 0, 12, 5].into_iter().zip(0..).map(|(set, k)| (set, factor(k))).collect();
        for (index, value) in table(&factors, 4).into_iter().enumerate() {
            let inside = factors.iter().filter(|(set, _)| index as u64 & set == *set);
            let wanted: Complex64 = inside.map(|(_, factor)| factor).product();
            assert!((value - wanted).norm_sqr() <= 1e-28 * wanted.norm_sqr(), "{index}: {value} instead of {wanted}");
        }
    }

    #[test]
    fn signs_stay_exact() {
        let mut cz = [ONE, ONE, ONE, -ONE];
        divide(&mut cz);
        assert_eq!(cz, [ONE, ONE, ONE, -ONE]);
    }
}
