//! Derivatives of expressions by dual numbers: a value and its slopes, carried through every operation by the chain rule.

use crate::expr::{BinaryOp, Expr, Function};

/// The value of an expression and its partial derivatives.
#[derive(Debug, Clone, PartialEq)]
pub struct Dual {
    /// As [`Expr::evaluate`] gives it, to the same bits.
    pub value: f64,
    /// (index in [`crate::Circuit::inputs`], derivative by it), ascending; inputs on which the expression does not depend are left out.
    pub slopes: Vec<(u32, f64)>,
}

impl Expr {
    /// The value and the slopes under the given inputs, one per [`crate::Circuit::inputs`]. `floor` and `ceiling` are flat, `mod` has
    /// the slope of its piece. A slope that does not exist, as of `sqrt` at 0, is not finite.
    pub fn dual(&self, inputs: &[f64]) -> Dual {
        match self {
            Self::Const(value) => Dual { value: *value, slopes: Vec::new() },
            Self::Input(index) => Dual { value: self.evaluate(inputs), slopes: vec![(*index, 1.0)] },
            Self::Neg(x) => {
                let x = x.dual(inputs);
                Dual { value: -x.value, slopes: combined(&x.slopes, -1.0, &[], 0.0) }
            }
            Self::Binary(op, x, y) => {
                let (x, y) = (x.dual(inputs), y.dual(inputs));
                let value = op.apply(x.value, y.value);
                let [by_x, by_y] = op.slopes(&x, &y, value);
                Dual { value, slopes: combined(&x.slopes, by_x, &y.slopes, by_y) }
            }
            Self::Call(function, x) => {
                let x = x.dual(inputs);
                let slopes = combined(&x.slopes, function.slope(x.value), &[], 0.0);
                Dual { value: function.apply(x.value), slopes }
            }
        }
    }
}

/// a·x + b·y over sparse rows.
fn combined(x: &[(u32, f64)], a: f64, y: &[(u32, f64)], b: f64) -> Vec<(u32, f64)> {
    let (mut x, mut y) = (x.iter().peekable(), y.iter().peekable());
    std::iter::from_fn(|| match (x.peek(), y.peek()) {
        (Some(&&(i, p)), Some(&&(j, q))) if i == j => {
            x.next();
            y.next();
            Some((i, a * p + b * q))
        }
        (Some(&&(i, p)), other) if other.is_none_or(|(j, _)| i < *j) => {
            x.next();
            Some((i, a * p))
        }
        (_, Some(&&(j, q))) => {
            y.next();
            Some((j, b * q))
        }
        _ => None,
    })
    .collect()
}

impl BinaryOp {
    /// ∂(x ∘ y)/∂x and ∂(x ∘ y)/∂y.
    fn slopes(self, x: &Dual, y: &Dual, value: f64) -> [f64; 2] {
        let (a, b) = (x.value, y.value);
        match self {
            Self::Add => [1.0, 1.0],
            Self::Sub => [1.0, -1.0],
            Self::Mul => [b, a],
            Self::Div => [1.0 / b, -value / b],
            // The logarithm of a negative base has no value; where the exponent is fixed, nobody asks for it.
            Self::Pow => {
                let by_exponent = if y.slopes.is_empty() { 0.0 } else { value * libm::log(a) };
                [if b == 0.0 { 0.0 } else { b * libm::pow(a, b - 1.0) }, by_exponent]
            }
            Self::Mod => [1.0, -libm::floor(a / b)],
        }
    }
}

impl Function {
    /// f′(x).
    fn slope(self, x: f64) -> f64 {
        match self {
            Self::Sin => libm::cos(x),
            Self::Cos => -libm::sin(x),
            Self::Tan => {
                let cosine = libm::cos(x);
                1.0 / (cosine * cosine)
            }
            Self::Arcsin => 1.0 / libm::sqrt(1.0 - x * x),
            Self::Arccos => -1.0 / libm::sqrt(1.0 - x * x),
            Self::Arctan => 1.0 / (1.0 + x * x),
            Self::Exp => libm::exp(x),
            Self::Log => 1.0 / x,
            Self::Sqrt => 0.5 / libm::sqrt(x),
            Self::Floor | Self::Ceiling => 0.0,
        }
    }
}
