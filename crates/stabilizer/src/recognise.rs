//! Recognising Clifford unitaries by what they do to Pauli matrices.

use crate::clifford::Clifford;
use crate::synthesis::{Images, SmallPauli, synthesise};
use num_complex::Complex64;

/// How far entries of U·P·U† may be from those of a Pauli matrix. Angles such as `3*pi/2` are off by 10⁻¹⁶ of their size; a gate
/// that is off by ε in norm moves every probability by at most 2ε, so the million gates of the largest circuit stay within 4·10⁻⁶,
/// a hundredth of what ten million shots can see (3·10⁻⁴).
const TOLERANCE: f64 = 1e-12;

/// Largest unitary that is looked at.
pub(crate) const MAX_QUBITS: usize = 6;

/// Gates on qubits 0 to k − 1 that equal the unitary of dimension 2ᵏ up to a global phase, or none where it is not Clifford.
pub(crate) fn recognise(matrix: &[Complex64], qubits: usize) -> Option<Vec<Clifford>> {
    debug_assert_eq!(matrix.len(), 1 << (2 * qubits));
    let image = |x, z| image(matrix, qubits, x, z);
    let x: Option<Vec<SmallPauli>> = (0..qubits).map(|q| image(1 << q, 0)).collect();
    let z: Option<Vec<SmallPauli>> = (0..qubits).map(|q| image(0, 1 << q)).collect();
    Some(synthesise(Images { x: x?, z: z? }))
}

/// U · X^x Z^z · U† where it is a Pauli matrix.
fn image(u: &[Complex64], qubits: usize, x: usize, z: usize) -> Option<SmallPauli> {
    let d = 1usize << qubits;
    // (U·P)[r][c ^ …]: P takes column c to row c ^ x with the sign of c & z.
    let entry = |row: usize, column: usize| -> Complex64 {
        (0..d)
            .map(|c| {
                let term = u[row * d + (c ^ x)] * u[column * d + c].conj();
                if (c & z).count_ones() % 2 == 1 { -term } else { term }
            })
            .sum()
    };
    let near = |a: Complex64, b: Complex64| (a - b).norm_sqr() <= TOLERANCE * TOLERANCE;
    let powers = [(1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0)].map(|(re, im)| Complex64::new(re, im));
    let power = |value: Complex64| powers.iter().position(|power| near(*power, value));
    let flip = (0..d).find(|&column| power(entry(0, column)).is_some())?;
    // entry(r, r ^ flip) = i^phase · (−1)^{z·(r ^ flip)}
    let at_zero = power(entry(0, flip))?;
    let mut sign = 0;
    for q in 0..qubits {
        let here = power(entry(1 << q, (1 << q) ^ flip))?;
        match (here + 4 - at_zero) % 4 {
            0 => {}
            2 => sign |= 1 << q,
            _ => return None,
        }
    }
    let phase = (at_zero + 2 * ((sign & flip).count_ones() as usize % 2)) % 4;
    let found = SmallPauli { x: flip as u32, z: sign as u32, phase: phase as u8 };
    for row in 0..d {
        let column = row ^ flip;
        let minus = (column & sign).count_ones() as usize % 2;
        if !near(entry(row, column), powers[(phase + 2 * minus) % 4]) {
            return None;
        }
        // Rows are unit vectors up to the rounding of the input, so the rest of the row is as small as the defect of this entry allows:
        // that is its square root, hence the second look.
        if (0..d).any(|other| other != column && !near(entry(row, other), Complex64::default())) {
            return None;
        }
    }
    Some(found)
}
