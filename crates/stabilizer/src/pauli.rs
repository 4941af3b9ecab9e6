//! Pauli strings, and what the generating gates do to them.

/// i^phase · X^x · Z^z over qubits packed 64 to a word: all X stand left of all Z, so Y = i·X·Z.
///
/// In this form permutations of basis states (CX, Swap) have no signs, and a product has one: the Z of the left factor that pass the X
/// of the right one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pauli {
    /// Where an X stands.
    pub x: Vec<u64>,
    /// Where a Z stands.
    pub z: Vec<u64>,
    /// The power of i, 0 to 3.
    pub phase: u8,
}

impl Pauli {
    /// The identity on `qubits` qubits.
    pub fn identity(qubits: u32) -> Self {
        let words = (qubits as usize).div_ceil(64);
        Self { x: vec![0; words], z: vec![0; words], phase: 0 }
    }

    /// Puts X, Y or Z (in both, X and Z) on a qubit that has nothing yet.
    pub fn set(&mut self, qubit: u32, is_x: bool, is_z: bool) {
        let (word, bit) = (qubit as usize / 64, qubit % 64);
        self.x[word] |= u64::from(is_x) << bit;
        self.z[word] |= u64::from(is_z) << bit;
        self.phase = (self.phase + u8::from(is_x && is_z)) % 4;
    }
}

/// Bit `qubit` of packed words.
#[inline]
pub(crate) fn bit(words: &[u64], qubit: u32) -> bool {
    words[qubit as usize / 64] >> (qubit % 64) & 1 == 1
}

/// Whether `a` and `b` have an odd number of ones in common.
#[inline]
pub(crate) fn odd_overlap(a: &[u64], b: &[u64]) -> bool {
    a.iter().zip(b).fold(0, |sum, (a, b)| sum ^ (a & b)).count_ones() % 2 == 1
}

/// (a, b) for distinct indices of rows of `width` words.
#[inline]
pub(crate) fn two_rows(words: &mut [u64], width: usize, a: usize, b: usize) -> (&mut [u64], &mut [u64]) {
    if a < b {
        let (low, high) = words.split_at_mut(b * width);
        (&mut low[a * width..][..width], &mut high[..width])
    } else {
        let (low, high) = words.split_at_mut(a * width);
        (&mut high[..width], &mut low[b * width..][..width])
    }
}

/// a ^= b.
#[inline]
pub(crate) fn add(a: &mut [u64], b: &[u64]) {
    a.iter_mut().zip(b).for_each(|(a, b)| *a ^= b);
}
