//! The values of classical expressions: what they are made of, and as what they can be read.

use super::operands::Selection;
use crate::ast::Offset;
use crate::expr::Expr;
use crate::fault::Fault;
use crate::ir::{self, Condition};

/// The value of a classical expression.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    Integer(i128),
    /// A real number, perhaps of inputs.
    Real(Expr),
    /// A truth value or a single bit.
    Truth(Condition),
    /// A row of bits, lowest first.
    Bits(Vec<Condition>),
}

pub(super) fn into_real(value: Value, offset: Offset) -> Result<Expr, Fault> {
    match value {
        Value::Integer(value) => Ok(Expr::Const(value as f64)),
        Value::Real(expr) => Ok(expr),
        Value::Truth(Condition::Const(_)) => Err(Fault::invalid(offset, "a truth value is not a number; write 0 or 1")),
        Value::Bits(bits) => match constant_bits(&bits) {
            Some(number) => Ok(Expr::Const(number as f64)),
            None => Err(run_time_number(offset)),
        },
        Value::Truth(_) => Err(run_time_number(offset)),
    }
}

pub(super) fn into_integer(value: Value, what: &str, offset: Offset) -> Result<i128, Fault> {
    match value {
        Value::Integer(value) => Ok(value),
        Value::Real(Expr::Const(value)) => whole_number(value).ok_or_else(|| {
            Fault::invalid(offset, format!("{what} must be a whole number, not {value}; write floor(…) or ceiling(…)"))
        }),
        Value::Real(_) => Err(Fault::unsupported(
            offset,
            format!("{what} must be known while reading, but it depends on an input; use a constant"),
        )),
        Value::Truth(_) | Value::Bits(_) => Err(Fault::unsupported(
            offset,
            format!("{what} must be a whole number that is known while reading, not bits; use an int"),
        )),
    }
}

/// A row of bits, for `++`.
pub(super) fn into_row(value: Value, offset: Offset) -> Result<Vec<Condition>, Fault> {
    match value {
        Value::Bits(bits) => Ok(bits),
        Value::Truth(bit) => Ok(vec![bit]),
        _ => Err(Fault::invalid(offset, "'++' joins bits; numbers are added with '+'")),
    }
}

fn run_time_number(offset: Offset) -> Fault {
    let message = "a measured bit cannot be used as a number; write 'if (c[0]) …' with the number in each branch";
    Fault::unsupported(offset, message)
}

pub(super) fn whole_number(value: f64) -> Option<i128> {
    (libm::trunc(value) == value && value.abs() < 18_446_744_073_709_551_616.0).then_some(value as i128)
}

pub(super) fn finite(value: f64, offset: Offset) -> Result<Expr, Fault> {
    if value.is_finite() {
        return Ok(Expr::Const(value));
    }
    let message = if value.is_nan() { "this has no real value" } else { "this value is infinite" };
    Err(Fault::invalid(offset, format!("{message}; check divisions by 0, powers, roots and logarithms")))
}

/// The unsigned number of constant bits, at most 64 of them.
pub(super) fn constant_bits(bits: &[Condition]) -> Option<i128> {
    let mut number = 0i128;
    for (k, bit) in bits.iter().enumerate() {
        match bit {
            Condition::Const(true) if k < 64 => number |= 1 << k,
            Condition::Const(false) => {}
            _ => return None,
        }
    }
    Some(number)
}

/// The bits of a whole number of a type, in two's complement.
pub(super) fn bits_of(value: Value, width: u32) -> Vec<Condition> {
    match value {
        Value::Bits(mut bits) => {
            bits.resize(width as usize, Condition::Const(false));
            bits
        }
        Value::Integer(number) => (0..width).map(|k| Condition::Const((number >> k) & 1 == 1)).collect(),
        // A whole number is stored as one of these two.
        Value::Truth(_) | Value::Real(_) => Vec::new(),
    }
}

/// The bits as a value.
pub(super) fn of_bits(bits: &Selection) -> Value {
    match bits {
        Selection::One(bit) => Value::Truth(Condition::Bit(*bit)),
        Selection::Many(bits) => Value::Bits(bits.iter().map(|bit| Condition::Bit(*bit)).collect()),
    }
}

/// Whether the value is known while reading.
pub(super) fn is_known(value: &Value) -> bool {
    match value {
        Value::Integer(_) | Value::Real(_) => true,
        Value::Truth(truth) => matches!(truth, Condition::Const(_)),
        Value::Bits(bits) => bits.iter().all(|bit| matches!(bit, Condition::Const(_))),
    }
}

/// Steps that a copy of the value takes.
pub(super) fn size(value: &Value) -> usize {
    match value {
        Value::Integer(_) => 1,
        Value::Real(expr) => extent(expr).0,
        Value::Truth(truth) => nodes(truth),
        Value::Bits(bits) => bits.iter().map(nodes).sum(),
    }
}

fn nodes(condition: &Condition) -> usize {
    match condition {
        Condition::Const(_) | Condition::Bit(_) => 1,
        Condition::Not(x) => nodes(x) + 1,
        Condition::And(x, y) | Condition::Or(x, y) | Condition::Xor(x, y) => nodes(x) + nodes(y) + 1,
        Condition::Compare { left, right, .. } => {
            let bits = |side: &ir::Operand| if let ir::Operand::Bits(row) = side { row.len() } else { 1 };
            1 + bits(left) + bits(right)
        }
    }
}

/// Number of nodes and height of an expression.
pub(super) fn extent(expr: &Expr) -> (usize, u32) {
    match expr {
        Expr::Const(_) | Expr::Input(_) => (1, 1),
        Expr::Neg(x) | Expr::Call(_, x) => {
            let (size, height) = extent(x);
            (size + 1, height + 1)
        }
        Expr::Binary(_, x, y) => {
            let ((left_size, left), (right_size, right)) = (extent(x), extent(y));
            (left_size + right_size + 1, left.max(right) + 1)
        }
    }
}

/// The first bit of a condition that is wanted.
pub(super) fn find_bit(condition: &Condition, is_wanted: &impl Fn(u32) -> bool) -> Option<u32> {
    let mut found = None;
    condition.each_bit(&mut |bit| found = found.or_else(|| Some(bit).filter(|bit| is_wanted(*bit))));
    found
}

/// The error for a physical qubit where a value is needed.
pub(super) fn no_value(offset: Offset) -> Fault {
    Fault::invalid(offset, "a physical qubit has no value; measure it into a bit first")
}
