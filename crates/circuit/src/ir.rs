//! The one intermediate representation: every reader produces it, the printer and every engine consume it.

use crate::expr::Expr;
use crate::gates::Gate;
use crate::place::{Lines, Place};
use num_complex::Complex64;

/// A circuit over numbered qubits and classical bits. Gate definitions, loops and aliases are expanded by the reader.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Circuit {
    /// Quantum registers in order of declaration; their qubits are numbered through.
    pub qubits: Vec<Register>,
    /// Classical registers in order of declaration; their bits are numbered through.
    pub bits: Vec<Register>,
    /// Parameters that a caller must give before the circuit can run.
    pub inputs: Vec<Input>,
    /// The program.
    pub ops: Vec<Op>,
    /// Turns the places of operations into lines and columns.
    pub lines: Lines,
}

/// A named row of qubits or of classical bits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Register {
    /// The name in the source.
    pub name: String,
    /// Number of qubits or bits, at least 1.
    pub size: u32,
    /// Declared without a size (`qubit q;`); `size` is then 1.
    pub is_scalar: bool,
}

/// An `input` parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// The name in the source.
    pub name: String,
    /// Its declared type; only real-valued kinds are supported.
    pub kind: InputKind,
}

/// The declared type of an input parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputKind {
    /// `float`, with any width
    Float,
    /// `angle`, with any width; read as a real number of radians
    Angle,
    /// `int`, with any width; the bound value must be whole
    Int,
    /// `uint`, with any width; the bound value must be whole and not negative
    Uint,
}

/// One step of a program.
#[derive(Debug, Clone, PartialEq)]
pub enum Op {
    /// A unitary gate.
    Gate(GateOp),
    /// Projective measurement in the computational basis, the outcome stored in `bit` when there is one.
    Measure {
        /// The measured qubit.
        qubit: u32,
        /// Where the outcome goes.
        bit: Option<u32>,
    },
    /// Puts the qubit into |0⟩, whatever it was.
    Reset {
        /// The qubit.
        qubit: u32,
    },
    /// Nothing moves across it in a compiler pass; no effect on the state.
    Barrier {
        /// The qubits it names; never empty.
        qubits: Vec<u32>,
    },
    /// Sets a classical bit.
    Assign {
        /// The bit.
        bit: u32,
        /// Its new value, of the bits as they are now.
        value: Condition,
    },
    /// Feed-forward on classical bits.
    If {
        /// What is tested.
        condition: Condition,
        /// Done when it holds.
        then: Vec<Op>,
        /// Done otherwise.
        otherwise: Vec<Op>,
    },
}

/// A gate on its targets, applied where every control has its value.
#[derive(Debug, Clone, PartialEq)]
pub struct GateOp {
    /// Which gate.
    pub gate: Gate,
    /// Its parameters, `gate.params()` of them.
    pub params: Vec<Expr>,
    /// Control qubits, in the order of the source; disjoint from the targets and from each other.
    pub controls: Vec<Control>,
    /// Target qubits, `gate.targets()` of them; the first is the lowest bit of the matrix index.
    pub targets: Vec<u32>,
    /// Where the source asks for it.
    pub place: Place,
}

impl GateOp {
    /// The matrix over the targets, then the controls: row-major, d × d with d = 2^(targets + controls), the first target lowest.
    pub fn controlled_matrix(&self, params: &[f64]) -> Vec<Complex64> {
        let matrix = self.gate.matrix(params);
        let small = 1usize << self.targets.len();
        let d = small << self.controls.len();
        let wanted =
            self.controls.iter().enumerate().fold(0, |sum, (k, control)| sum | usize::from(control.value) << k);
        let entry = |row: usize, column: usize| match (row / small == column / small, row / small == wanted) {
            (true, true) => matrix[row % small * small + column % small],
            (true, false) if row == column => Complex64::new(1.0, 0.0),
            _ => Complex64::default(),
        };
        (0..d * d).map(|k| entry(k / d, k % d)).collect()
    }
}

/// A control qubit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Control {
    /// The qubit.
    pub qubit: u32,
    /// The value it must have: `true` for `ctrl`, `false` for `negctrl`.
    pub value: bool,
}

/// A truth value over the classical bits.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// Always or never.
    Const(bool),
    /// The bit is 1.
    Bit(u32),
    /// ¬x
    Not(Box<Condition>),
    /// x ∧ y
    And(Box<Condition>, Box<Condition>),
    /// x ∨ y
    Or(Box<Condition>, Box<Condition>),
    /// x ⊕ y
    Xor(Box<Condition>, Box<Condition>),
    /// An unsigned comparison.
    Compare {
        /// How.
        comparison: Comparison,
        /// Left side.
        left: Operand,
        /// Right side.
        right: Operand,
    },
}

/// One side of a comparison: at most 64 bits wide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operand {
    /// A number.
    Const(u64),
    /// Classical bits read as an unsigned number, lowest first.
    Bits(Vec<u32>),
}

/// How two unsigned numbers are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Circuit {
    /// Number of qubits over all registers.
    pub fn qubit_count(&self) -> u32 {
        self.qubits.iter().map(|register| register.size).sum()
    }

    /// Number of classical bits over all registers.
    pub fn bit_count(&self) -> u32 {
        self.bits.iter().map(|register| register.size).sum()
    }
}

impl Condition {
    /// Calls `visit` with each classical bit that decides, in the order of the text; a bit that stands there twice comes twice.
    pub fn each_bit(&self, visit: &mut impl FnMut(u32)) {
        match self {
            Self::Const(_) => {}
            Self::Bit(bit) => visit(*bit),
            Self::Not(x) => x.each_bit(visit),
            Self::And(x, y) | Self::Or(x, y) | Self::Xor(x, y) => {
                x.each_bit(visit);
                y.each_bit(visit);
            }
            Self::Compare { left, right, .. } => {
                for operand in [left, right] {
                    if let Operand::Bits(row) = operand {
                        row.iter().copied().for_each(&mut *visit);
                    }
                }
            }
        }
    }

    /// The truth value over `bits`, where `bits(i)` is classical bit `i`.
    pub fn holds(&self, bits: &impl Fn(u32) -> bool) -> bool {
        match self {
            Self::Const(value) => *value,
            Self::Bit(bit) => bits(*bit),
            Self::Not(x) => !x.holds(bits),
            Self::And(x, y) => x.holds(bits) && y.holds(bits),
            Self::Or(x, y) => x.holds(bits) || y.holds(bits),
            Self::Xor(x, y) => x.holds(bits) != y.holds(bits),
            Self::Compare { comparison, left, right } => comparison.holds(left.value(bits), right.value(bits)),
        }
    }
}

impl Operand {
    fn value(&self, bits: &impl Fn(u32) -> bool) -> u64 {
        match self {
            Self::Const(value) => *value,
            Self::Bits(row) => row.iter().enumerate().fold(0, |sum, (i, bit)| sum | (u64::from(bits(*bit)) << i)),
        }
    }
}

impl Comparison {
    /// Whether `left` compares to `right` in this way.
    pub fn holds(self, left: u64, right: u64) -> bool {
        match self {
            Self::Equal => left == right,
            Self::NotEqual => left != right,
            Self::Less => left < right,
            Self::LessOrEqual => left <= right,
            Self::Greater => left > right,
            Self::GreaterOrEqual => left >= right,
        }
    }
}
