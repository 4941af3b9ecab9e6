//! Expectations of Pauli strings, taken back through the program: exact, also under noise and through mid-circuit measurements.

use crate::clifford::Clifford;
use crate::pauli::{Pauli, add, bit, two_rows};
use crate::program::{Program, Step};
use crate::work::Work;
use ketflow_error::Interrupted;

/// Hermitian strings, 64 to a word: a sign and I, X, Y or Z on every qubit.
struct Strings {
    width: usize,
    x: Vec<u64>,
    z: Vec<u64>,
    minus: Vec<u64>,
    /// Strings whose expectation is 0 for certain.
    gone: Vec<u64>,
    /// What noise has left of each.
    factors: Vec<f64>,
}

/// ⟨P⟩ of each string at the end of the steps, before the final measurements, of a program without feed-forward.
///
/// A measurement keeps what commutes with its Z and averages the rest away; a reset keeps I and Z, which is 1 then; an error with
/// probability p takes 4p/3 from every string that is not I there.
pub(crate) fn expectations(program: &Program, strings: &[Pauli], work: &mut Work) -> Result<Vec<f64>, Interrupted> {
    let mut state = Strings::new(program.qubits, strings);
    for step in program.steps.iter().rev() {
        match step {
            Step::Gate(gate) => state.back(*gate),
            Step::Measure(measurement) => state.only_z(measurement.qubit),
            Step::Reset { qubit, .. } => {
                state.only_z(*qubit);
                state.z[*qubit as usize * state.width..][..state.width].fill(0);
            }
            Step::Error { qubit, rate, .. } => state.shrink(*qubit, 1.0 - 4.0 * rate.probability / 3.0),
            Step::Assign { .. } | Step::If { .. } => {}
        }
        work.advance(4 * state.width as u64)?;
    }
    // ⟨0…0|P|0…0⟩
    (0..program.qubits).for_each(|qubit| state.only_z(qubit));
    let value = |k: usize| match (bit(&state.gone, k as u32), bit(&state.minus, k as u32)) {
        (true, _) => 0.0,
        (false, false) => state.factors[k],
        (false, true) => -state.factors[k],
    };
    Ok((0..strings.len()).map(value).collect())
}

impl Strings {
    fn new(qubits: u32, strings: &[Pauli]) -> Self {
        let width = strings.len().div_ceil(64);
        let rows = vec![0; qubits as usize * width];
        let (gone, factors) = (vec![0; width], vec![1.0; strings.len()]);
        let mut state = Self { width, x: rows.clone(), z: rows, minus: vec![0; width], gone, factors };
        for (k, string) in strings.iter().enumerate() {
            let mut ys = 0;
            for qubit in 0..qubits {
                let (has_x, has_z) = (bit(&string.x, qubit), bit(&string.z, qubit));
                let at = qubit as usize * width + k / 64;
                state.x[at] |= u64::from(has_x) << (k % 64);
                state.z[at] |= u64::from(has_z) << (k % 64);
                ys += u8::from(has_x && has_z) % 4;
                ys %= 4;
            }
            state.minus[k / 64] |= u64::from((string.phase + 4 - ys) % 4 == 2) << (k % 64);
        }
        state
    }

    /// P becomes G†·P·G. Signs as in Aaronson & Gottesman (2004), §III.
    fn back(&mut self, gate: Clifford) {
        let width = self.width;
        let at = |q: u32| q as usize * width;
        match gate {
            Clifford::H(q) => {
                for k in at(q)..at(q) + width {
                    self.minus[k - at(q)] ^= self.x[k] & self.z[k];
                    std::mem::swap(&mut self.x[k], &mut self.z[k]);
                }
            }
            // S†·X·S = −Y, S†·Y·S = X
            Clifford::S(q) => {
                for k in at(q)..at(q) + width {
                    self.minus[k - at(q)] ^= self.x[k] & !self.z[k];
                    self.z[k] ^= self.x[k];
                }
            }
            Clifford::X(q) => add(&mut self.minus, &self.z[at(q)..][..width]),
            Clifford::Z(q) => add(&mut self.minus, &self.x[at(q)..][..width]),
            Clifford::Cx(c, t) => {
                for k in 0..width {
                    let (x_control, z_control) = (self.x[at(c) + k], self.z[at(c) + k]);
                    let (x_target, z_target) = (self.x[at(t) + k], self.z[at(t) + k]);
                    self.minus[k] ^= x_control & z_target & !(x_target ^ z_control);
                    self.x[at(t) + k] ^= x_control;
                    self.z[at(c) + k] ^= z_target;
                }
            }
            Clifford::Cz(a, b) => {
                for k in 0..width {
                    let (x_a, x_b) = (self.x[at(a) + k], self.x[at(b) + k]);
                    self.minus[k] ^= x_a & x_b & (self.z[at(a) + k] ^ self.z[at(b) + k]);
                    self.z[at(a) + k] ^= x_b;
                    self.z[at(b) + k] ^= x_a;
                }
            }
            Clifford::Swap(a, b) => {
                for words in [&mut self.x, &mut self.z] {
                    let (a, b) = two_rows(words, width, a as usize, b as usize);
                    a.swap_with_slice(b);
                }
            }
        }
    }

    fn only_z(&mut self, qubit: u32) {
        let row = &self.x[qubit as usize * self.width..][..self.width];
        self.gone.iter_mut().zip(row).for_each(|(gone, x)| *gone |= x);
    }

    fn shrink(&mut self, qubit: u32, factor: f64) {
        let from = qubit as usize * self.width;
        for (k, value) in self.factors.iter_mut().enumerate() {
            let word = self.x[from + k / 64] | self.z[from + k / 64];
            if word >> (k % 64) & 1 == 1 {
                *value *= factor;
            }
        }
    }
}
