//! Real expressions over the input parameters of a circuit: what a gate angle is until the inputs are bound.

/// A real expression. Constant sub-expressions are folded when the circuit is read, so `Const` is the common case.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// A finite number.
    Const(f64),
    /// The input parameter with this index in [`crate::Circuit::inputs`].
    Input(u32),
    /// −x.
    Neg(Box<Expr>),
    /// x ∘ y.
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// f(x).
    Call(Function, Box<Expr>),
}

/// An arithmetic operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinaryOp {
    /// x + y
    Add,
    /// x − y
    Sub,
    /// x · y
    Mul,
    /// x / y
    Div,
    /// x to the power of y
    Pow,
    /// x − y·floor(x / y), the sign of OpenQASM 3's `mod`
    Mod,
}

/// A function of one real argument; the names are those of OpenQASM.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Function {
    Sin,
    Cos,
    Tan,
    Arcsin,
    Arccos,
    Arctan,
    Exp,
    Log,
    Sqrt,
    Floor,
    Ceiling,
}

impl Expr {
    /// The value when the expression is a constant.
    pub fn as_const(&self) -> Option<f64> {
        match self {
            Self::Const(value) => Some(*value),
            _ => None,
        }
    }

    /// The value under the given inputs, one per [`crate::Circuit::inputs`]; not finite where the expression has no value.
    pub fn evaluate(&self, inputs: &[f64]) -> f64 {
        match self {
            Self::Const(value) => *value,
            Self::Input(index) => inputs.get(*index as usize).copied().unwrap_or(f64::NAN),
            Self::Neg(x) => -x.evaluate(inputs),
            Self::Binary(op, x, y) => op.apply(x.evaluate(inputs), y.evaluate(inputs)),
            Self::Call(function, x) => function.apply(x.evaluate(inputs)),
        }
    }
}

impl From<f64> for Expr {
    fn from(value: f64) -> Self {
        Self::Const(value)
    }
}

impl BinaryOp {
    /// x ∘ y in IEEE 754, with the pinned `libm` for powers.
    pub fn apply(self, x: f64, y: f64) -> f64 {
        match self {
            Self::Add => x + y,
            Self::Sub => x - y,
            Self::Mul => x * y,
            Self::Div => x / y,
            Self::Pow => libm::pow(x, y),
            Self::Mod => x - y * libm::floor(x / y),
        }
    }
}

impl Function {
    /// f(x) by the pinned `libm`.
    pub fn apply(self, x: f64) -> f64 {
        match self {
            Self::Sin => libm::sin(x),
            Self::Cos => libm::cos(x),
            Self::Tan => libm::tan(x),
            Self::Arcsin => libm::asin(x),
            Self::Arccos => libm::acos(x),
            Self::Arctan => libm::atan(x),
            Self::Exp => libm::exp(x),
            Self::Log => libm::log(x),
            Self::Sqrt => libm::sqrt(x),
            Self::Floor => libm::floor(x),
            Self::Ceiling => libm::ceil(x),
        }
    }
}

/// −x, folded.
pub(crate) fn negated(x: Expr) -> Expr {
    match x {
        Expr::Const(value) => Expr::Const(-value),
        x => Expr::Neg(Box::new(x)),
    }
}
