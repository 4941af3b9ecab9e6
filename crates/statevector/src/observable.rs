//! Pauli sums: reading `0.5*XXI - ZZZ`, and their expectation in a state.

use crate::monitor::{Interrupted, Progress};
use crate::real::Real;
use crate::reduce::{LaneSums, reduce};
use crate::state::{LANE_QUBITS, LANES, State};
use ketflow_circuit::Error;
use std::collections::BTreeMap;

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
        let mut terms: Vec<Term> = Vec::new();
        let mut known = BTreeMap::new();
        for product in read_sum(text, qubits)? {
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
        Ok(Self { terms })
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

    /// Never: a sum has at least one term.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// ⟨ψ|sum|ψ⟩: one pass per term, terms added in the order of the text.
    pub(crate) fn expectation<T: Real>(&self, state: &State<T>, progress: &mut Progress) -> Result<f64, Interrupted> {
        let mut sum = 0.0;
        for term in &self.terms {
            sum += term.coefficient * term.expectation(state, progress)?;
        }
        Ok(sum)
    }
}

impl Term {
    /// ⟨ψ|P|ψ⟩ = Σᵢ Re(conj(ψᵢ) · phase(i) · ψ_{i ⊕ x}), where the phase is (−1)^{|j ∧ z|} · i^{|x ∧ z|} at j = i ⊕ x.
    fn expectation<T: Real>(&self, state: &State<T>, progress: &mut Progress) -> Result<f64, Interrupted> {
        let low = LANES - 1;
        let (x, z) = (self.x as usize, self.z as usize);
        let ys = (self.x & self.z).count_ones();
        let lane_sign: LaneSums = std::array::from_fn(|l| parity((l ^ x) & low & z));
        // i^ys is 1, i, −1 or −i: even powers take the real part of conj(ψᵢ)·ψⱼ, odd ones its imaginary part.
        let power_sign = if ys % 4 == 1 || ys % 4 == 2 { -1.0 } else { 1.0 };
        let sum = |sums: &mut [LaneSums; 1], sign: f64, terms: LaneSums| {
            for lane in 0..LANES {
                sums[0][lane] += sign * lane_sign[lane] * terms[lane];
            }
        };
        let [value] = reduce(state, progress, |index, block, sums: &mut [LaneSums; 1]| {
            let partner_index = index ^ (x >> LANE_QUBITS);
            let sign = power_sign * parity(partner_index & (z >> LANE_QUBITS));
            if x == 0 {
                return sum(sums, sign, crate::reduce::weights(block));
            }
            let partner = state.block(partner_index);
            let value = |half: &[T; LANES], lane: usize| half[lane & low].to_f64();
            let products: LaneSums = std::array::from_fn(|l| {
                let j = (l ^ x) & low;
                if ys.is_multiple_of(2) {
                    value(&block.re, l) * value(&partner.re, j) + value(&block.im, l) * value(&partner.im, j)
                } else {
                    value(&block.re, l) * value(&partner.im, j) - value(&block.im, l) * value(&partner.re, j)
                }
            });
            sum(sums, sign, products);
        })?;
        Ok(value)
    }
}

fn parity(bits: usize) -> f64 {
    if bits.count_ones().is_multiple_of(2) { 1.0 } else { -1.0 }
}

/// Whether X and Z are in a letter: Y has both.
pub(crate) type Letter = (bool, bool);

/// A product as it is written, the letter of the highest qubit first.
pub(crate) struct Product {
    pub(crate) coefficient: f64,
    pub(crate) letters: Vec<Letter>,
}

/// The products of a sum over any number of qubits, in the order of the text.
///
/// # Errors
/// As [`PauliSum::parse`].
pub(crate) fn read_sum(text: &str, qubits: u32) -> Result<Vec<Product>, Error> {
    let characters: Vec<char> = text.chars().collect();
    let mut reader = Reader { text: &characters, at: 0, qubits };
    let mut products = Vec::new();
    let mut sign = reader.sign().unwrap_or(1.0);
    loop {
        products.push(reader.term(sign)?);
        reader.spaces();
        if reader.at == reader.text.len() {
            return Ok(products);
        }
        sign = reader.sign().ok_or_else(|| reader.wrong("write + or - before the next term"))?;
    }
}

/// Characters of a sum that an error shows.
const SHOWN: usize = 60;

struct Reader<'a> {
    text: &'a [char],
    at: usize,
    qubits: u32,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.text.get(self.at).copied()
    }

    fn spaces(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    fn wrong(&self, message: &str) -> Error {
        // Of a long sum the part before the mistake.
        let start = self.at.saturating_sub(SHOWN / 2);
        let end = self.text.len().min(start + SHOWN);
        let shown: String = self.text[start..end].iter().collect();
        let (before, after) = (if start > 0 { "…" } else { "" }, if end < self.text.len() { "…" } else { "" });
        Error::invalid(format!("observable '{before}{shown}{after}', character {}: {message}", self.at + 1))
    }

    fn sign(&mut self) -> Option<f64> {
        self.spaces();
        let sign = match self.peek() {
            Some('+') => 1.0,
            Some('-' | '−') => -1.0,
            _ => return None,
        };
        self.at += 1;
        Some(sign)
    }

    fn term(&mut self, sign: f64) -> Result<Product, Error> {
        self.spaces();
        let mut coefficient = sign;
        if self.peek().is_some_and(|c| c.is_ascii_digit() || c == '.') {
            coefficient *= self.number()?;
            self.spaces();
            if self.peek() == Some('*') {
                self.at += 1;
                self.spaces();
            }
        }
        let start = self.at;
        let mut letters = Vec::with_capacity(self.qubits as usize);
        while let Some(letter) = self.peek().filter(|c| c.is_alphanumeric()) {
            letters.push(match letter {
                'I' => (false, false),
                'X' => (true, false),
                'Y' => (true, true),
                'Z' => (false, true),
                other => return Err(self.wrong(&format!("'{other}' is not a Pauli letter; use I, X, Y or Z"))),
            });
            self.at += 1;
        }
        let (length, n) = (letters.len(), self.qubits);
        if length != n as usize {
            self.at = start;
            return Err(
                self.wrong(&format!("this product has {length} letters, but the circuit {n} qubits; give {n} letters"))
            );
        }
        Ok(Product { coefficient, letters })
    }

    fn number(&mut self) -> Result<f64, Error> {
        let start = self.at;
        while let Some(c) = self.peek() {
            let exponent_sign =
                matches!(c, '+' | '-') && matches!(self.text[self.at - 1], 'e' | 'E') && self.at > start;
            if !(c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E') || exponent_sign) {
                break;
            }
            self.at += 1;
        }
        let number: String = self.text[start..self.at].iter().collect();
        match number.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(value),
            _ => {
                self.at = start;
                Err(self.wrong(&format!("'{number}' is not a finite number; write it as in 0.5 or 1e-3")))
            }
        }
    }
}
