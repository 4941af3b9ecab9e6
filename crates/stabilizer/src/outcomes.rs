//! Outcomes with what belongs to each.

/// Rows of outcomes, least significant word first, with a value each; not merged unless said so.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Outcomes<V> {
    /// Words of a row: ⌈bits / 64⌉.
    pub words_per_row: usize,
    /// The rows, one after the other.
    pub words: Vec<u64>,
    /// One for each row.
    pub values: Vec<V>,
}

impl<V: Copy> Outcomes<V> {
    pub(crate) fn new(bits: u32) -> Self {
        Self { words_per_row: (bits as usize).div_ceil(64), words: Vec::new(), values: Vec::new() }
    }

    pub(crate) fn push(&mut self, words: &[u64], value: V) {
        self.words.extend_from_slice(words);
        self.values.push(value);
    }

    /// The rows with their values.
    pub fn rows(&self) -> impl Iterator<Item = (&[u64], V)> {
        let row = |k: usize| &self.words[k * self.words_per_row..(k + 1) * self.words_per_row];
        self.values.iter().enumerate().map(move |(k, value)| (row(k), *value))
    }
}

/// Rows of bits of many shots become one row of words for each of the first `shots` shots.
pub(crate) fn transposed(rows: &[u64], width: usize, bits: usize, shots: usize, out: &mut Vec<u64>) {
    let words = bits.div_ceil(64);
    let start = out.len();
    out.resize(start + shots * words, 0);
    let mut square = [0u64; 64];
    for group in 0..words {
        for column in 0..shots.div_ceil(64) {
            for (k, word) in square.iter_mut().enumerate() {
                let bit = group * 64 + k;
                *word = if bit < bits { rows[bit * width + column] } else { 0 };
            }
            transpose(&mut square);
            for (k, word) in square.iter().enumerate().take(shots - column * 64) {
                out[start + (column * 64 + k) * words + group] = *word;
            }
        }
    }
}

/// Exchanges rows and columns of 64 × 64 bits. Source: Warren, "Hacker's Delight" (2012), §7-3, with the lowest bit first.
fn transpose(square: &mut [u64; 64]) {
    let mut size = 32;
    let mut mask = 0x0000_0000_FFFF_FFFFu64;
    while size > 0 {
        let mut k = 0;
        while k < 64 {
            let swapped = (square[k] >> size ^ square[k + size]) & mask;
            square[k] ^= swapped << size;
            square[k + size] ^= swapped;
            k = (k + size + 1) & !size;
        }
        size >>= 1;
        mask ^= mask << size;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_change_places() {
        let (bits, shots, width) = (130usize, 70usize, 2usize);
        let random =
            |k: u64| (k + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(23).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let rows: Vec<u64> = (0..(bits * width) as u64).map(random).collect();
        let mut out = Vec::new();
        transposed(&rows, width, bits, shots, &mut out);
        for shot in 0..shots {
            for bit in 0..bits {
                let expected = rows[bit * width + shot / 64] >> (shot % 64) & 1;
                assert_eq!(out[shot * 3 + bit / 64] >> (bit % 64) & 1, expected, "shot {shot}, bit {bit}");
            }
        }
    }
}
