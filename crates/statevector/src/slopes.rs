//! How gates depend on the inputs of a circuit, and what the sums of a backward pass add to the gradient.
//!
//! A gate whose matrix U depends on x has dU/dx = iA·U with A hermitian, and the energy E = ⟨ψ|O|ψ⟩ the slope
//! dE/dx = 2 Re⟨λ|iA|ψ⟩ = −2 Im⟨λ|A|ψ⟩, where ψ is the state after the gate and λ is O|ψ_end⟩ taken back to the same place.
//!
//! Source: Jones & Gacon, "Efficient calculation of gradients in classical simulations of variational quantum algorithms",
//! arXiv:2009.02823 (2020).

use num_complex::Complex64;

/// A = axis·σ times the slope of its angle by one input. What A has of the identity changes a global phase only.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct AxisSlope {
    input: u32,
    /// Of X, Y and Z.
    axis: [f64; 3],
}

impl AxisSlope {
    pub(crate) fn new(axis: [f64; 3], (input, slope): (u32, f64)) -> Self {
        Self { input, axis: axis.map(|x| x * slope) }
    }

    /// The same seen from before `matrix`: W†AW.
    pub(crate) fn before(self, matrix: Option<&[Complex64; 4]>) -> Self {
        let Some([a, b, c, d]) = matrix else { return self };
        let [x, y, z] = self.axis;
        let (up, down) = (Complex64::new(x, -y), Complex64::new(x, y));
        // A·W, then the entries of W†·(A·W).
        let [p, q, r, s] = [a * z + up * c, b * z + up * d, down * a - c * z, down * b - d * z];
        let side = b.conj() * p + d.conj() * r;
        let difference = (a.conj() * p + c.conj() * r) - (b.conj() * q + d.conj() * s);
        Self { input: self.input, axis: [side.re, side.im, difference.re / 2.0] }
    }

    /// Whether A commutes with phases.
    pub(crate) fn is_diagonal(&self) -> bool {
        self.axis[0] == 0.0 && self.axis[1] == 0.0
    }
}

/// gradient[`input`] += `weight` · sums[`sum`]
#[derive(Debug, Clone, Copy, PartialEq)]
struct Share {
    sum: u32,
    input: u32,
    weight: f64,
}

/// Some units in the last place.
const RESIDUE: f64 = 1e-15;

/// Hands out sums.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Slopes {
    sums: u32,
    shares: Vec<Share>,
}

impl Slopes {
    /// Number of sums.
    pub(crate) fn sums(&self) -> usize {
        self.sums as usize
    }

    /// The first of the three sums for A seen from after diag(1, `phase`), and whether that of X is needed.
    pub(crate) fn of_qubit(&mut self, slopes: &[AxisSlope], phase: Complex64) -> (u32, bool) {
        let first = self.sums;
        let mut needs_x = false;
        for AxisSlope { input, axis: [x, y, z] } in slopes {
            let side = Complex64::new(*x, *y) * phase;
            // Of Ry between phases X is only what rounding leaves.
            let is_residue = side.re.abs() <= RESIDUE * side.im.abs().max(z.abs());
            needs_x |= !is_residue;
            for (sum, value) in (first..).zip([if is_residue { 0.0 } else { side.re }, side.im, *z]) {
                self.shares.push(Share { sum, input: *input, weight: -2.0 * value });
            }
        }
        self.sums += 3;
        (first, needs_x)
    }

    /// The sum of a qubit whose A is of Z alone, over the amplitudes where it is 1: Im⟨λ|ψ⟩ is 0, because O is hermitian, so
    /// Im⟨λ|Z|ψ⟩ is −2 times that sum.
    pub(crate) fn of_bit(&mut self, slopes: &[AxisSlope]) -> u32 {
        for AxisSlope { input, axis } in slopes {
            self.shares.push(Share { sum: self.sums, input: *input, weight: 4.0 * axis[2] });
        }
        self.sums += 1;
        self.sums - 1
    }

    /// The sum of A = `share` where a set of qubits is 1.
    pub(crate) fn of_phase(&mut self, share: f64, slopes: &[(u32, f64)]) -> u32 {
        for (input, slope) in slopes {
            self.shares.push(Share { sum: self.sums, input: *input, weight: -2.0 * share * slope });
        }
        self.sums += 1;
        self.sums - 1
    }

    /// One value for each of `inputs` inputs, added up in the order of the backward pass.
    pub(crate) fn gradient(&self, sums: &[f64], inputs: usize) -> Vec<f64> {
        let mut gradient = vec![0.0; inputs];
        for Share { sum, input, weight } in &self.shares {
            gradient[*input as usize] += weight * sums[*sum as usize];
        }
        gradient
    }
}
