//! The state of a stabilizer run, as the Clifford U that makes it from |0…0⟩.

use crate::clifford::Clifford;
use crate::pauli::{Pauli, add, bit, odd_overlap, two_rows};

/// The inverse tableau: row 2q is U†·X_q·U and row 2q + 1 is U†·Z_q·U, each i^phase · X^x · Z^z.
///
/// A gate at the end of U multiplies or exchanges the rows of its qubits: words next to each other, a few for hundreds of qubits.
/// Whether a measurement is random is seen from one row, and so is its outcome where it is not.
///
/// Source: Gidney, "Stim: a fast stabilizer circuit simulator", Quantum 5, 497 (2021), §3.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tableau {
    qubits: u32,
    width: usize,
    x: Vec<u64>,
    z: Vec<u64>,
    phase: Vec<u8>,
}

impl Tableau {
    /// Of |0…0⟩: U = 1.
    pub fn new(qubits: u32) -> Self {
        let width = (qubits as usize).div_ceil(64);
        let rows = 2 * qubits as usize;
        let mut tableau =
            Self { qubits, width, x: vec![0; rows * width], z: vec![0; rows * width], phase: vec![0; rows] };
        for q in 0..qubits as usize {
            let (word, mask) = (q / 64, 1u64 << (q % 64));
            tableau.x[2 * q * width + word] = mask;
            tableau.z[(2 * q + 1) * width + word] = mask;
        }
        tableau
    }

    /// Bytes for so many qubits.
    pub fn bytes(qubits: u32) -> u64 {
        let q = u64::from(qubits);
        2 * q * (2 * 8 * q.div_ceil(64) + 1)
    }

    /// Words that a gate touches, and a random measurement.
    pub fn costs(qubits: u32) -> (u64, u64) {
        let width = u64::from(qubits).div_ceil(64);
        (4 * width, 6 * u64::from(qubits) * width)
    }

    /// U becomes gate · U.
    pub fn apply(&mut self, gate: Clifford) {
        let (x, z) = (|q: u32| 2 * q as usize, |q: u32| 2 * q as usize + 1);
        match gate {
            Clifford::H(q) => self.swap(x(q), z(q)),
            // S†·X·S = −i·X·Z
            Clifford::S(q) => {
                self.multiply(x(q), z(q));
                self.turn(x(q), 3);
            }
            Clifford::X(q) => self.turn(z(q), 2),
            Clifford::Z(q) => self.turn(x(q), 2),
            Clifford::Cx(c, t) => {
                self.multiply(x(c), x(t));
                self.multiply(z(t), z(c));
            }
            Clifford::Cz(a, b) => {
                self.multiply(x(a), z(b));
                self.multiply(x(b), z(a));
            }
            Clifford::Swap(a, b) => {
                self.swap(x(a), x(b));
                self.swap(z(a), z(b));
            }
        }
    }

    /// Row a becomes a · b.
    fn multiply(&mut self, a: usize, b: usize) {
        let (z, other_z) = two_rows(&mut self.z, self.width, a, b);
        let (x, other_x) = two_rows(&mut self.x, self.width, a, b);
        let sign = 2 * u8::from(odd_overlap(z, other_x));
        add(x, other_x);
        add(z, other_z);
        self.turn(a, self.phase[b] + sign);
    }

    fn turn(&mut self, row: usize, phase: u8) {
        self.phase[row] = (self.phase[row] + phase) % 4;
    }

    fn swap(&mut self, a: usize, b: usize) {
        for words in [&mut self.x, &mut self.z] {
            let (a, b) = two_rows(words, self.width, a, b);
            a.swap_with_slice(b);
        }
        self.phase.swap(a, b);
    }

    /// What a measurement of Z on `qubit` gives; none when both outcomes are equally likely.
    pub fn outcome(&self, qubit: u32) -> Option<bool> {
        let row = 2 * qubit as usize + 1;
        let x = &self.x[row * self.width..][..self.width];
        x.iter().all(|word| *word == 0).then(|| self.phase[row] == 2)
    }

    /// Projects onto an outcome of Z on `qubit` that is random until now.
    ///
    /// With Q = U†·Z·U = i^k·X^x·Z^z the new state is U·(1 ± Q)/√2·|0…0⟩ = U·(|0…0⟩ ± i^k·|x⟩)/√2, and that is U·V·|0…0⟩ with V a
    /// Hadamard and a power of S on one qubit p of x, then CX from p to the others. So U becomes U·V: every row R becomes V†·R·V.
    pub fn project(&mut self, qubit: u32, outcome: bool) {
        let (width, row) = (self.width, 2 * qubit as usize + 1);
        let mut others = self.x[row * width..][..width].to_vec();
        let Some(word) = others.iter().position(|word| *word != 0) else { return };
        let pivot = others[word].trailing_zeros();
        let mask = 1u64 << pivot;
        others[word] ^= mask;
        let power = (self.phase[row] + 2 * u8::from(outcome)) % 4;
        let rows = self.x.chunks_exact_mut(width).zip(self.z.chunks_exact_mut(width)).zip(&mut self.phase);
        for ((x, z), phase) in rows {
            if x[word] & mask != 0 {
                add(x, &others);
            }
            if odd_overlap(z, &others) {
                z[word] ^= mask;
            }
            // S^−k: X becomes (−i)^k · X · Z^k
            let (has_x, has_z) = (x[word] & mask != 0, (z[word] & mask != 0) ^ (x[word] & mask != 0 && power % 2 == 1));
            let turned = if has_x { 3 * power } else { 0 };
            // H
            *phase = (*phase + turned + 2 * u8::from(has_x && has_z)) % 4;
            x[word] = x[word] & !mask | if has_z { mask } else { 0 };
            z[word] = z[word] & !mask | if has_x { mask } else { 0 };
        }
    }

    /// Measures Z on `qubit`; `random` is asked where both outcomes are equally likely.
    pub fn measure(&mut self, qubit: u32, random: impl FnOnce() -> bool) -> bool {
        self.outcome(qubit).unwrap_or_else(|| {
            let outcome = random();
            self.project(qubit, outcome);
            outcome
        })
    }

    /// ⟨P⟩: −1, 0 or 1.
    pub fn expectation(&self, pauli: &Pauli) -> i8 {
        let mut product = Self {
            qubits: 0,
            width: self.width,
            x: vec![0; 2 * self.width],
            z: vec![0; 2 * self.width],
            phase: vec![0; 2],
        };
        product.turn(0, pauli.phase);
        for (words, second) in [(&pauli.x, 0), (&pauli.z, 1)] {
            for qubit in (0..self.qubits).filter(|qubit| bit(words, *qubit)) {
                let row = 2 * qubit as usize + second;
                product.x[self.width..].copy_from_slice(&self.x[row * self.width..][..self.width]);
                product.z[self.width..].copy_from_slice(&self.z[row * self.width..][..self.width]);
                product.phase[1] = self.phase[row];
                product.multiply(0, 1);
            }
        }
        match (product.x[..self.width].iter().all(|word| *word == 0), product.phase[0]) {
            (false, _) => 0,
            (true, 0) => 1,
            (true, _) => -1,
        }
    }

    /// Words of the tableau.
    pub fn words(&self) -> u64 {
        (self.x.len() + self.z.len()) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn gate(qubits: u32) -> impl Strategy<Value = Clifford> {
        (0..7u8, 0..qubits, 1..qubits).prop_map(move |(kind, a, step)| {
            let b = (a + step) % qubits;
            match kind {
                0 => Clifford::H(a),
                1 => Clifford::S(a),
                2 => Clifford::X(a),
                3 => Clifford::Z(a),
                4 => Clifford::Cx(a, b),
                5 => Clifford::Cz(a, b),
                _ => Clifford::Swap(a, b),
            }
        })
    }

    impl Tableau {
        /// Whether rows a and b anticommute.
        fn anticommute(&self, a: usize, b: usize) -> bool {
            let row = |words: &[u64], k: usize| words[k * self.width..][..self.width].to_vec();
            odd_overlap(&row(&self.x, a), &row(&self.z, b)) ^ odd_overlap(&row(&self.z, a), &row(&self.x, b))
        }

        /// Rows 2q and 2q + 1 anticommute, all other pairs commute, and every row is its own adjoint.
        fn check(&self) {
            let rows = 2 * self.qubits as usize;
            for a in 0..rows {
                for b in 0..a {
                    assert_eq!(self.anticommute(a, b), a / 2 == b / 2, "rows {b} and {a}");
                }
                let row = |words: &[u64]| words[a * self.width..][..self.width].to_vec();
                let ys = u8::from(odd_overlap(&row(&self.x), &row(&self.z)));
                assert_eq!(self.phase[a] % 2, ys, "row {a} is not Hermitian");
            }
        }
    }

    proptest! {
        #[test]
        fn stays_symplectic(gates in prop::collection::vec((gate(70), any::<Option<bool>>()), 1..120)) {
            let mut tableau = Tableau::new(70);
            for (gate, measured) in gates {
                tableau.apply(gate);
                if let (Some(value), Clifford::H(q) | Clifford::Cx(_, q)) = (measured, gate) {
                    let outcome = tableau.measure(q, || value);
                    // A second measurement finds the same value.
                    prop_assert_eq!(tableau.outcome(q), Some(outcome));
                }
            }
            tableau.check();
        }
    }
}
