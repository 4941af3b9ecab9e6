//! The gate table: names, shapes and matrices, with the phases of Qiskit.
//!
//! To add a gate: a row in [`GATES`], its arm in [`Gate::matrix`], its name in the prelude, and its definition in the naive twin
//! of the statevector crate; `docs/gates.md` says what each test then checks.

use num_complex::Complex64;
use std::f64::consts::FRAC_1_SQRT_2;

/// A unitary gate without its controls. `cx` is `X` with one control, `ccx` with two, `cp` is `P` with one, and so on.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub enum Gate {
    /// Multiplies by e^{iγ}; no targets.
    GPhase,
    Id,
    X,
    Y,
    Z,
    H,
    S,
    Sdg,
    T,
    Tdg,
    Sx,
    Sxdg,
    /// diag(1, e^{iλ})
    P,
    Rx,
    Ry,
    Rz,
    /// U(θ, φ, λ) = [[cos θ/2, −e^{iλ} sin θ/2], [e^{iφ} sin θ/2, e^{i(φ+λ)} cos θ/2]]
    U,
    Swap,
    ISwap,
    Rxx,
    Ryy,
    Rzz,
    Rzx,
    /// A given matrix, row-major, of dimension 2^targets, unitary to 1e-9.
    Unitary(Box<[Complex64]>),
}

/// One row of the gate table.
pub struct GateRow {
    /// The name in OpenQASM 3 (`stdgates.inc` where it has one).
    pub name: &'static str,
    /// The gate.
    pub gate: Gate,
    /// Number of parameters.
    pub params: usize,
    /// Number of target qubits.
    pub targets: usize,
    /// What undoes it.
    pub inverse: Inverse,
    /// Its definition for other tools, in gates of `stdgates.inc`; none where `stdgates.inc` has the gate.
    pub definition: Option<&'static str>,
}

/// The inverse of a gate, as one gate on the same targets.
#[derive(Debug)]
pub enum Inverse {
    /// The gate itself.
    Itself,
    /// This one.
    Gate(Gate),
    /// The same gate with these parameters: ±k is its k-th one, counted from 1, with that sign. `[-1, -3, -2]` says that
    /// U(θ, φ, λ)† = U(−θ, −λ, −φ).
    Params(&'static [isize]),
    /// The conjugate transpose as a matrix, for a gate without parameters.
    Adjoint,
}

const fn row(name: &'static str, gate: Gate, params: usize, targets: usize, inverse: Inverse) -> GateRow {
    GateRow { name, gate, params, targets, inverse, definition: None }
}

impl GateRow {
    const fn defined(mut self, definition: &'static str) -> Self {
        self.definition = Some(definition);
        self
    }
}

/// The inverse of a rotation: its one angle changes its sign.
const BACK: Inverse = Inverse::Params(&[-1]);

/// Every named gate.
#[rustfmt::skip]
pub static GATES: &[GateRow] = &[
    row("gphase", Gate::GPhase, 1, 0, BACK),
    row("id", Gate::Id, 0, 1, Inverse::Itself),
    row("x", Gate::X, 0, 1, Inverse::Itself),
    row("y", Gate::Y, 0, 1, Inverse::Itself),
    row("z", Gate::Z, 0, 1, Inverse::Itself),
    row("h", Gate::H, 0, 1, Inverse::Itself),
    row("s", Gate::S, 0, 1, Inverse::Gate(Gate::Sdg)),
    row("sdg", Gate::Sdg, 0, 1, Inverse::Gate(Gate::S)),
    row("t", Gate::T, 0, 1, Inverse::Gate(Gate::Tdg)),
    row("tdg", Gate::Tdg, 0, 1, Inverse::Gate(Gate::T)),
    row("sx", Gate::Sx, 0, 1, Inverse::Gate(Gate::Sxdg)),
    row("sxdg", Gate::Sxdg, 0, 1, Inverse::Gate(Gate::Sx)).defined("gate sxdg a { inv @ sx a; }"),
    row("p", Gate::P, 1, 1, BACK),
    row("rx", Gate::Rx, 1, 1, BACK),
    row("ry", Gate::Ry, 1, 1, BACK),
    row("rz", Gate::Rz, 1, 1, BACK),
    row("U", Gate::U, 3, 1, Inverse::Params(&[-1, -3, -2])),
    row("swap", Gate::Swap, 0, 2, Inverse::Itself),
    row("iswap", Gate::ISwap, 0, 2, Inverse::Adjoint)
        .defined("gate iswap a, b { s a; s b; h a; cx a, b; cx b, a; h b; }"),
    row("rzz", Gate::Rzz, 1, 2, BACK).defined("gate rzz(t) a, b { cx a, b; rz(t) b; cx a, b; }"),
    row("rxx", Gate::Rxx, 1, 2, BACK).defined("gate rxx(t) a, b { h a; h b; cx a, b; rz(t) b; cx a, b; h a; h b; }"),
    row("ryy", Gate::Ryy, 1, 2, BACK)
        .defined("gate ryy(t) a, b { rx(pi/2) a; rx(pi/2) b; cx a, b; rz(t) b; cx a, b; rx(-pi/2) a; rx(-pi/2) b; }"),
    row("rzx", Gate::Rzx, 1, 2, BACK).defined("gate rzx(t) a, b { h b; cx a, b; rz(t) b; cx a, b; h b; }"),
];

fn c(re: f64, im: f64) -> Complex64 {
    Complex64::new(re, im)
}

/// e^{iφ} by the pinned `libm`.
fn cis(phi: f64) -> Complex64 {
    c(libm::cos(phi), libm::sin(phi))
}

impl Gate {
    /// The row of a named gate; `None` for [`Gate::Unitary`].
    pub fn row(&self) -> Option<&'static GateRow> {
        GATES.iter().find(|row| row.gate == *self)
    }

    /// Number of parameters.
    pub fn params(&self) -> usize {
        self.row().map_or(0, |row| row.params)
    }

    /// Number of target qubits.
    pub fn targets(&self) -> usize {
        match self {
            Self::Unitary(matrix) => (matrix.len().trailing_zeros() / 2) as usize,
            _ => self.row().map_or(0, |row| row.targets),
        }
    }

    /// The matrix, row-major, of dimension 2^targets; the first target is the lowest bit of the index.
    ///
    /// `params` has `self.params()` finite values in radians. Source: the definitions of Qiskit's circuit library.
    pub fn matrix(&self, params: &[f64]) -> Vec<Complex64> {
        let (zero, one, i) = (c(0.0, 0.0), c(1.0, 0.0), c(0.0, 1.0));
        let param = |k: usize| params.get(k).copied().unwrap_or(f64::NAN);
        let (cos, sin) = (libm::cos(param(0) / 2.0), libm::sin(param(0) / 2.0));
        match self {
            Self::GPhase => vec![cis(param(0))],
            Self::Id => vec![one, zero, zero, one],
            Self::X => vec![zero, one, one, zero],
            Self::Y => vec![zero, -i, i, zero],
            Self::Z => vec![one, zero, zero, -one],
            Self::H => {
                let r = c(FRAC_1_SQRT_2, 0.0);
                vec![r, r, r, -r]
            }
            Self::S => vec![one, zero, zero, i],
            Self::Sdg => vec![one, zero, zero, -i],
            Self::T => vec![one, zero, zero, c(FRAC_1_SQRT_2, FRAC_1_SQRT_2)],
            Self::Tdg => vec![one, zero, zero, c(FRAC_1_SQRT_2, -FRAC_1_SQRT_2)],
            Self::Sx => vec![c(0.5, 0.5), c(0.5, -0.5), c(0.5, -0.5), c(0.5, 0.5)],
            Self::Sxdg => vec![c(0.5, -0.5), c(0.5, 0.5), c(0.5, 0.5), c(0.5, -0.5)],
            Self::P => vec![one, zero, zero, cis(param(0))],
            Self::Rx => vec![c(cos, 0.0), c(0.0, -sin), c(0.0, -sin), c(cos, 0.0)],
            Self::Ry => vec![c(cos, 0.0), c(-sin, 0.0), c(sin, 0.0), c(cos, 0.0)],
            Self::Rz => vec![c(cos, -sin), zero, zero, c(cos, sin)],
            Self::U => {
                let (phi, lambda) = (param(1), param(2));
                vec![c(cos, 0.0), -cis(lambda) * sin, cis(phi) * sin, cis(phi + lambda) * cos]
            }
            Self::Swap => square(4, &[(0, 0, one), (1, 2, one), (2, 1, one), (3, 3, one)]),
            Self::ISwap => square(4, &[(0, 0, one), (1, 2, i), (2, 1, i), (3, 3, one)]),
            Self::Rxx => {
                let (d, o) = (c(cos, 0.0), c(0.0, -sin));
                square(4, &[(0, 0, d), (1, 1, d), (2, 2, d), (3, 3, d), (0, 3, o), (1, 2, o), (2, 1, o), (3, 0, o)])
            }
            Self::Ryy => {
                let (d, o) = (c(cos, 0.0), c(0.0, -sin));
                square(4, &[(0, 0, d), (1, 1, d), (2, 2, d), (3, 3, d), (0, 3, -o), (1, 2, o), (2, 1, o), (3, 0, -o)])
            }
            Self::Rzz => {
                let (even, odd) = (c(cos, -sin), c(cos, sin));
                square(4, &[(0, 0, even), (1, 1, odd), (2, 2, odd), (3, 3, even)])
            }
            // exp(−iθ/2 · X on the second target ⊗ Z on the first)
            Self::Rzx => {
                let (d, o) = (c(cos, 0.0), c(0.0, -sin));
                square(4, &[(0, 0, d), (1, 1, d), (2, 2, d), (3, 3, d), (0, 2, o), (2, 0, o), (1, 3, -o), (3, 1, -o)])
            }
            Self::Unitary(matrix) => matrix.to_vec(),
        }
    }
}

fn square(dimension: usize, entries: &[(usize, usize, Complex64)]) -> Vec<Complex64> {
    let mut matrix = vec![c(0.0, 0.0); dimension * dimension];
    for &(row, column, value) in entries {
        matrix[row * dimension + column] = value;
    }
    matrix
}
