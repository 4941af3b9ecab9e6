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
    let Some(top) = bits.checked_sub(1) else {
        return vec![factors.iter().fold(ONE, |product, (_, factor)| product * factor)];
    };
    let (with, without): (Vec<_>, Vec<_>) = factors.iter().partition(|(set, _)| set >> top & 1 == 1);
    let mut values = table(&without, top);
    if with.is_empty() {
        values.extend_from_within(..);
    } else {
        let with: Vec<_> = with.into_iter().map(|(set, factor)| (set ^ 1 << top, factor)).collect();
        let upper = table(&with, top);
        let half = values.len();
        values.extend_from_within(..);
        values[half..].iter_mut().zip(upper).for_each(|(value, factor)| *value *= factor);
    }
    values
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
    fn signs_stay_exact() {
        let mut cz = [ONE, ONE, ONE, -ONE];
        divide(&mut cz);
        assert_eq!(cz, [ONE, ONE, ONE, -ONE]);
    }
}
