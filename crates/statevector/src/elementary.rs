//! Gates in the form that sweeps execute: real rotations, moves of amplitudes and phases.
//!
//! A unitary 2×2 matrix is a phase times diag(1, e^{iα}) · R · diag(1, e^{iβ}) with R a real rotation by at most a quarter turn.
//! R is kept as a scaled ("fast") Givens rotation (Gentleman 1973): c·[[1, −t], [t, 1]] with t = s/c where |t| ≤ 1, otherwise
//! s·[[r, −1], [1, r]] with r = c/s. The scale c or s goes, like the phases, into the diagonals, which commute with each other and
//! merge. So a gate costs two products per amplitude where the complex matrix takes eight.
//!
//! Error: with u the unit roundoff, one application computes x − t·y with an absolute error of at most u(|x| + 2|t·y|), so that of a
//! pair is at most 3u·‖(x, y)‖, while the exact map stretches it by √(1 + t²) ≥ 1: relative to the result no more than 3u, plus
//! u for the scale and 2u for a phase. The complex matrix has 4u to 6u. The scale is computed from the rounded t,
//! so R stays a rotation: rounding t turns its angle by at most u/2, and norms do not drift.

use crate::kernels::{Kernel, Shape};
use crate::options::Precision;
use crate::phases::divide;
use ketflow_circuit::ir::Control;
use num_complex::Complex64;

const ONE: Complex64 = Complex64::new(1.0, 0.0);
const ZERO: Complex64 = Complex64::new(0.0, 0.0);

/// Qubits that must have given values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Condition {
    pub(crate) mask: u64,
    pub(crate) value: u64,
}

impl Condition {
    fn new(controls: &[Control]) -> Self {
        controls.iter().fold(Self::default(), |all, control| Self {
            mask: all.mask | 1 << control.qubit,
            value: all.value | u64::from(control.value) << control.qubit,
        })
    }
}

/// A real rotation without its scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Rotation {
    pub(crate) target: u32,
    /// [[1, −ratio], [ratio, 1]], or [[ratio, −1], [1, ratio]] when steep; 0 ≤ ratio ≤ 1, rounded to the precision of the run.
    pub(crate) ratio: f64,
    pub(crate) is_steep: bool,
    pub(crate) condition: Condition,
}

impl Rotation {
    /// What the scaled matrix has to be multiplied by.
    pub(crate) fn scale(&self) -> f64 {
        1.0 / (1.0 + self.ratio * self.ratio).sqrt()
    }

    /// Cosine and sine without the scale.
    pub(crate) fn unscaled(&self) -> [f64; 2] {
        if self.is_steep { [self.ratio, 1.0] } else { [1.0, self.ratio] }
    }

    /// Cosine and sine.
    pub(crate) fn entries(&self) -> [f64; 2] {
        let (large, small) = (self.scale(), self.scale() * self.ratio);
        if self.is_steep { [small, large] } else { [large, small] }
    }
}

/// What a gate is made of.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Elementary {
    Rotate(Rotation),
    /// Indices i whose bits in `flipped` are `first` change places with i ⊕ `flipped`: X and SWAP with any controls.
    Move {
        flipped: u64,
        first: u64,
        condition: Condition,
    },
    /// Multiplies by `factor` where all qubits of `set` are 1.
    Phase {
        set: u64,
        factor: Complex64,
    },
    /// A matrix that is none of these.
    Other(Box<Kernel>),
    /// Of a backward pass: leaves the states alone and adds Im⟨λ|P|ψ⟩ for P = X, Y, Z on `target` to the sums from `sum` on.
    Probe {
        target: u32,
        /// Whether the sum of X is wanted.
        needs_x: bool,
        sum: u32,
    },
    /// The same for the projector on all of `set` being 1, one sum.
    PhaseProbe {
        set: u64,
        sum: u32,
    },
}

impl Elementary {
    /// Whether it commutes with phases on any qubits.
    pub(crate) fn is_diagonal(&self) -> bool {
        matches!(self, Self::Phase { .. } | Self::PhaseProbe { .. })
    }

    /// Qubits whose basis states it mixes or moves, and qubits that it only reads.
    pub(crate) fn qubits(&self) -> (u64, u64) {
        match self {
            Self::Rotate(rotation) => (1 << rotation.target, rotation.condition.mask),
            Self::Move { flipped, condition, .. } => (*flipped, condition.mask),
            Self::Phase { set, .. } | Self::PhaseProbe { set, .. } => (0, *set),
            Self::Probe { target, .. } => (1 << target, 0),
            Self::Other(kernel) => {
                let targets = match &kernel.shape {
                    Shape::Diagonal { targets, .. } | Shape::Dense { targets, .. } => &targets[..],
                    Shape::Flip { target } | Shape::One { target, .. } => &[*target],
                    Shape::Swap { a, b } => &[*a, *b],
                };
                let targets = targets.iter().fold(0, |mask, qubit| mask | 1 << qubit);
                (targets, Condition::new(&kernel.controls).mask)
            }
        }
    }
}

/// What of a run its gates have to know.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Context {
    pub(crate) precision: Precision,
    /// Global phases of magnitude 1 are left out where nothing shows them.
    pub(crate) keeps_phase: bool,
    /// Qubits of the circuit stay where they are in the state.
    pub(crate) keeps_places: bool,
}

/// Appends the parts of a gate, in the order in which they apply.
pub(crate) fn take_apart(kernel: Kernel, context: Context, parts: &mut Vec<Elementary>) {
    let condition = Condition::new(&kernel.controls);
    match &kernel.shape {
        Shape::Diagonal { targets, factors } if is_divisible(factors, condition) => {
            let mut factors = factors.clone();
            divide(&mut factors);
            if condition.mask == 0 && !context.keeps_phase {
                factors[0] = ONE;
            }
            for (index, factor) in factors.into_iter().enumerate() {
                let set = targets.iter().enumerate().fold(0, |set, (k, qubit)| set | (index as u64 >> k & 1) << qubit);
                phase(set, factor, condition, parts);
            }
        }
        Shape::Flip { target } => parts.push(Elementary::Move { flipped: 1 << target, first: 0, condition }),
        Shape::Swap { a, b } => {
            parts.push(Elementary::Move { flipped: 1 << a | 1 << b, first: 1 << a, condition });
        }
        Shape::One { target, matrix } if is_unitary(matrix) && has_few_negations(condition) => {
            rotation(*target, matrix, condition, context, parts);
        }
        _ => parts.push(Elementary::Other(Box::new(kernel))),
    }
}

/// Matrices that are further from unitary are applied as they are.
const UNITARITY: f64 = 1e-10;

fn is_unitary(&[a, b, c, d]: &[Complex64; 4]) -> bool {
    let inner = a.conj() * b + c.conj() * d;
    [a.norm_sqr() + c.norm_sqr() - 1.0, b.norm_sqr() + d.norm_sqr() - 1.0, inner.re, inner.im]
        .iter()
        .all(|deviation| deviation.abs() < UNITARITY)
}

fn is_divisible(factors: &[Complex64], condition: Condition) -> bool {
    factors.len() <= 64
        && has_few_negations(condition)
        && factors.iter().all(|factor| (factor.norm_sqr() - 1.0).abs() < UNITARITY)
}

/// A factor under k controls on |0⟩ becomes 2ᵏ factors.
fn has_few_negations(condition: Condition) -> bool {
    (condition.mask & !condition.value).count_ones() <= 4
}

/// A factor under a condition: on |0⟩, b ↦ 1 − b gives one factor for each subset of these controls, with alternating powers ±1.
fn phase(set: u64, factor: Complex64, condition: Condition, parts: &mut Vec<Elementary>) {
    if factor == ONE {
        return;
    }
    let negated = condition.mask & !condition.value;
    let inverse = factor.conj() / factor.norm_sqr();
    let mut subset = 0u64;
    loop {
        let factor = if subset.count_ones().is_multiple_of(2) { factor } else { inverse };
        parts.push(Elementary::Phase { set: set | condition.value | subset, factor });
        if subset == negated {
            return;
        }
        // The next subset of `negated` in ascending order.
        subset = (subset.wrapping_sub(negated)) & negated;
    }
}

/// Below, the square of a magnitude loses digits, and becomes 0 for entries below 1.5e-162.
const SQUARABLE: f64 = 1e-280;

/// x/|x|, also for entries as small as an angle of 1e-300 makes them. Of 0 it would be NaN: callers look first.
fn unit(x: Complex64) -> Complex64 {
    let square = x.norm_sqr();
    if square >= SQUARABLE {
        return x / square.sqrt();
    }
    let size = x.re.abs().max(x.im.abs());
    let scaled = Complex64::new(x.re / size, x.im / size);
    scaled / scaled.norm_sqr().sqrt()
}

fn rotation(
    target: u32,
    &[a, b, c, d]: &[Complex64; 4],
    condition: Condition,
    context: Context,
    parts: &mut Vec<Elementary>,
) {
    let rounded = |ratio: f64| if context.precision == Precision::F32 { f64::from(ratio as f32) } else { ratio };
    let bit = 1u64 << target;
    if a == ZERO && d == ZERO {
        // diag(b, c) · X
        parts.push(Elementary::Move { flipped: bit, first: 0, condition });
        global(b, condition, context, parts);
        phase(bit, unit(c) * unit(b).conj(), condition, parts);
        return;
    }
    let (diagonal, side) = (a.norm_sqr().sqrt(), c.norm_sqr().sqrt());
    let is_steep = side > diagonal;
    let ratio = rounded(if is_steep { diagonal / side } else { side / diagonal });
    // e^{iα} and e^{iβ} of the head of this file, relative to the phase of the entry that is not small.
    let (reference, before, after) = if is_steep {
        // The factor e^{iα'} stands on |0⟩ here: e^{iα'}·diag(1, e^{−iα'}).
        let on_zero = if a == ZERO { ONE } else { unit(a) * unit(c).conj() };
        (unit(c) * on_zero, -unit(b) * unit(c).conj() * on_zero.conj(), on_zero.conj())
    } else {
        // From d and not from b: small entries may be rounding residue, whose phases mean nothing.
        let after = if c == ZERO { ONE } else { unit(c) * unit(a).conj() };
        (unit(a), unit(d) * unit(a).conj() * after.conj(), after)
    };
    phase(bit, before, condition, parts);
    parts.push(Elementary::Rotate(Rotation { target, ratio, is_steep, condition }));
    phase(bit, after, condition, parts);
    global(reference, condition, context, parts);
}

/// A phase of magnitude 1 that all amplitudes under the condition take.
fn global(factor: Complex64, condition: Condition, context: Context, parts: &mut Vec<Elementary>) {
    if condition.mask != 0 || context.keeps_phase {
        phase(0, unit(factor), condition, parts);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The 2×2 matrix that the parts on qubit 0 make.
    fn together(parts: &[Elementary]) -> [Complex64; 4] {
        let mut m = [ONE, ZERO, ZERO, ONE];
        for part in parts {
            let [a, b, c, d] = m;
            m = match part {
                Elementary::Rotate(rotation) => {
                    let [cosine, sine] = rotation.entries();
                    [a * cosine - c * sine, b * cosine - d * sine, c * cosine + a * sine, d * cosine + b * sine]
                }
                Elementary::Move { .. } => [c, d, a, b],
                Elementary::Phase { set: 0, factor } => m.map(|x| x * factor),
                Elementary::Phase { factor, .. } => [a, b, c * factor, d * factor],
                part => panic!("{part:?}"),
            };
        }
        m
    }

    #[test]
    fn the_parts_make_the_matrix_also_where_entries_are_rounding_residue() {
        let context = Context { precision: Precision::F64, keeps_phase: true, keeps_places: true };
        for residue in [ZERO, Complex64::new(3e-17, -5e-17)] {
            for angle in [
                0.0,
                5e-324,
                1e-310,
                1e-200,
                1e-160,
                1e-17,
                1e-9,
                0.3,
                0.785,
                0.786,
                1.2,
                1.57,
                std::f64::consts::FRAC_PI_2,
            ] {
                for turn in [0.0, 0.4, 2.9] {
                    let (cosine, sine) = (angle.cos(), angle.sin());
                    let phase = |x: f64| Complex64::new(x.cos(), x.sin());
                    let matrix = [
                        phase(0.2) * cosine + residue,
                        -phase(1.1 - turn) * sine + residue.conj(),
                        phase(turn) * sine - residue,
                        phase(0.9) * cosine - residue.conj(),
                    ];
                    let mut parts = Vec::new();
                    take_apart(Kernel::new(matrix.to_vec(), vec![0], Vec::new()), context, &mut parts);
                    for (found, wanted) in together(&parts).iter().zip(matrix) {
                        assert!((found - wanted).norm_sqr() < 1e-30, "{angle} {turn}: {found} instead of {wanted}");
                    }
                }
            }
        }
    }
}
