//! Truth values over the classical bits: comparisons, logic, and their folding.

use super::fold::{and, not, or, xor};
use super::value::constant_bits;
use super::{Lowerer, Value};
use crate::ast::*;
use crate::expr::Expr;
use crate::fault::Fault;
use crate::ir::{Comparison, Condition, Operand};
use crate::limits::{MAX_CONDITION_DEPTH, MAX_EXPRESSION_DEPTH};
use crate::parser::too_deep;

/// Bits that one comparison of the IR can read.
const WORD: usize = 64;

/// One side of a comparison before it is cut into words.
enum Side {
    Number(u64),
    Bits(Vec<u32>),
}

impl Lowerer {
    /// A value as a condition: bits are true when any of them is 1.
    pub(super) fn truth(&mut self, value: Value, offset: Offset) -> Result<Condition, Fault> {
        match value {
            Value::Truth(truth) => Ok(truth),
            Value::Integer(number) => Ok(Condition::Const(number != 0)),
            Value::Real(Expr::Const(number)) => Ok(Condition::Const(number != 0.0)),
            Value::Real(_) => Err(on_inputs(offset)),
            bits @ Value::Bits(_) => self.compare(Comparison::NotEqual, bits, Value::Integer(0), offset),
        }
    }

    pub(super) fn compare(
        &mut self,
        comparison: Comparison,
        x: Value,
        y: Value,
        offset: Offset,
    ) -> Result<Condition, Fault> {
        match (x, y) {
            (Value::Integer(x), Value::Integer(y)) => Ok(Condition::Const(ordered(comparison, &x, &y))),
            (Value::Real(Expr::Const(x)), Value::Real(Expr::Const(y))) => {
                Ok(Condition::Const(ordered(comparison, &x, &y)))
            }
            (Value::Real(Expr::Const(x)), Value::Integer(y)) => {
                Ok(Condition::Const(ordered(comparison, &x, &(y as f64))))
            }
            (Value::Integer(x), Value::Real(Expr::Const(y))) => {
                Ok(Condition::Const(ordered(comparison, &(x as f64), &y)))
            }
            (Value::Real(x), _) | (_, Value::Real(x)) if x.as_const().is_none() => Err(on_inputs(offset)),
            (_, Value::Real(y)) if y.as_const().is_none() => Err(on_inputs(offset)),
            (Value::Real(_), _) | (_, Value::Real(_)) => {
                Err(Fault::invalid(offset, "bits can only be compared with whole numbers"))
            }
            (Value::Truth(x), Value::Truth(y)) if !(plain(&x) && plain(&y)) => match comparison {
                Comparison::Equal => Ok(match (x, y) {
                    (Condition::Const(value), x) | (x, Condition::Const(value)) => {
                        if value {
                            x
                        } else {
                            not(x)
                        }
                    }
                    (x, y) => not(xor(x, y)),
                }),
                Comparison::NotEqual => Ok(xor(x, y)),
                _ => Err(Fault::invalid(offset, "truth values have no order; compare them with '==' or '!='")),
            },
            // (a && b) == 1
            (Value::Truth(x), Value::Integer(y @ 0..=1)) | (Value::Integer(y @ 0..=1), Value::Truth(x))
                if !plain(&x) =>
            {
                self.compare(comparison, Value::Truth(x), Value::Truth(Condition::Const(y == 1)), offset)
            }
            (x, y) => {
                let is_equality = matches!(comparison, Comparison::Equal | Comparison::NotEqual);
                if is_equality && (is_computed(&x) || is_computed(&y)) {
                    return self.compare_each(comparison, row(x, offset)?, row(y, offset)?, offset);
                }
                let (x, y) = (side(x, offset)?, side(y, offset)?);
                compare_sides(comparison, x, y, offset)
            }
        }
    }

    /// `==` and `!=` bit by bit, for bits that are not simply those of registers; what is missing at the high end is 0.
    fn compare_each(
        &mut self,
        comparison: Comparison,
        x: Vec<Condition>,
        y: Vec<Condition>,
        offset: Offset,
    ) -> Result<Condition, Fault> {
        let count = x.len().max(y.len());
        self.charge(count, offset)?;
        let padded =
            |bits: Vec<Condition>| bits.into_iter().chain(std::iter::repeat(Condition::Const(false))).take(count);
        let mut total = Condition::Const(comparison == Comparison::Equal);
        for (x, y) in padded(x).zip(padded(y)) {
            let differ = match (x, y) {
                (Condition::Not(x), Condition::Const(true)) | (Condition::Const(true), Condition::Not(x)) => *x,
                (x, y) => xor(x, y),
            };
            total = match (comparison, differ) {
                (Comparison::Equal, Condition::Not(same)) => and(total, *same),
                (Comparison::Equal, differ) => and(total, not(differ)),
                (_, differ) => or(total, differ),
            };
        }
        Ok(total)
    }

    pub(super) fn bitwise(&mut self, operator: Operator, x: Value, y: Value, offset: Offset) -> Result<Value, Fault> {
        let join = match operator {
            Operator::BitAnd => and,
            Operator::BitOr => or,
            _ => xor,
        };
        match (x, y) {
            (Value::Integer(x), Value::Integer(y)) => Ok(Value::Integer(match operator {
                Operator::BitAnd => x & y,
                Operator::BitOr => x | y,
                _ => x ^ y,
            })),
            (Value::Truth(x), Value::Truth(y)) => Ok(Value::Truth(join(x, y))),
            (Value::Truth(x), Value::Integer(y @ 0..=1)) => Ok(Value::Truth(join(x, Condition::Const(y == 1)))),
            (Value::Integer(x @ 0..=1), Value::Truth(y)) => Ok(Value::Truth(join(Condition::Const(x == 1), y))),
            (Value::Bits(x), Value::Bits(y)) => {
                if x.len() != y.len() {
                    let message =
                        format!("the sides have {} and {} bits; make them equal with a slice", x.len(), y.len());
                    return Err(Fault::invalid(offset, message));
                }
                self.charge(x.len(), offset)?;
                Ok(Value::Bits(x.into_iter().zip(y).map(|(x, y)| join(x, y)).collect()))
            }
            (Value::Bits(x), Value::Integer(y)) | (Value::Integer(y), Value::Bits(x)) if fits(y, x.len()) => {
                self.charge(x.len(), offset)?;
                let bit = |k: usize| Condition::Const(k < WORD && (y >> k) & 1 == 1);
                Ok(Value::Bits(x.into_iter().enumerate().map(|(k, x)| join(x, bit(k))).collect()))
            }
            _ => Err(Fault::invalid(
                offset,
                "'&', '|' and '^' work on two bits, two registers of one size, or two whole numbers",
            )),
        }
    }
}

/// Refuses a condition that could not be read again after printing, or whose evaluation would go too deep.
pub(super) fn bounded(condition: Condition, offset: Offset) -> Result<Condition, Fault> {
    let (height, brackets) = extent(&condition);
    if height >= MAX_EXPRESSION_DEPTH || brackets > MAX_CONDITION_DEPTH {
        return Err(too_deep(offset, MAX_CONDITION_DEPTH));
    }
    Ok(condition)
}

/// Height of a condition, and how deep its brackets are nested; a chain of one operator needs none.
fn extent(condition: &Condition) -> (u32, u32) {
    match condition {
        Condition::Const(_) | Condition::Bit(_) | Condition::Compare { .. } => (1, 1),
        Condition::Not(x) => {
            let (height, brackets) = extent(x);
            (height + 1, brackets + 1)
        }
        Condition::And(x, y) | Condition::Or(x, y) | Condition::Xor(x, y) => {
            let ((left, left_brackets), (right, right_brackets)) = (extent(x), extent(y));
            let is_chain = std::mem::discriminant(&**x) == std::mem::discriminant(condition);
            (left.max(right) + 1, (left_brackets + u32::from(!is_chain)).max(right_brackets + 1))
        }
    }
}

/// Whether a number can be written with so many bits.
pub(super) fn fits(number: i128, bits: usize) -> bool {
    number >= 0 && (bits >= WORD || number < 1 << bits)
}

fn on_inputs(offset: Offset) -> Fault {
    Fault::unsupported(
        offset,
        "conditions on input parameters are not supported; decide before the circuit is submitted",
    )
}

/// A single bit, which the IR compares directly.
fn plain(condition: &Condition) -> bool {
    matches!(condition, Condition::Bit(_))
}

fn ordered<T: PartialOrd>(comparison: Comparison, x: &T, y: &T) -> bool {
    match comparison {
        Comparison::Equal => x == y,
        Comparison::NotEqual => x != y,
        Comparison::Less => x < y,
        Comparison::LessOrEqual => x <= y,
        Comparison::Greater => x > y,
        Comparison::GreaterOrEqual => x >= y,
    }
}

/// Whether the bits are more than the bits of registers, or constants.
fn is_computed(value: &Value) -> bool {
    match value {
        Value::Bits(bits) => !bits.iter().all(plain) && !bits.iter().all(|bit| matches!(bit, Condition::Const(_))),
        Value::Truth(truth) => !plain(truth) && !matches!(truth, Condition::Const(_)),
        Value::Integer(_) | Value::Real(_) => false,
    }
}

fn row(value: Value, offset: Offset) -> Result<Vec<Condition>, Fault> {
    match value {
        Value::Bits(bits) => Ok(bits),
        Value::Truth(truth) => Ok(vec![truth]),
        Value::Integer(number) => match u64::try_from(number) {
            Ok(number) => {
                Ok((0..u64::BITS - number.leading_zeros()).map(|k| Condition::Const(number >> k & 1 == 1)).collect())
            }
            Err(_) => Err(unsigned_only(number, offset)),
        },
        Value::Real(_) => Err(on_inputs(offset)),
    }
}

fn unsigned_only(number: i128, offset: Offset) -> Fault {
    Fault::invalid(offset, format!("bits are compared as unsigned numbers, and {number} is not one"))
}

fn side(value: Value, offset: Offset) -> Result<Side, Fault> {
    let bits = match value {
        Value::Integer(number) => {
            return match u64::try_from(number) {
                Ok(number) => Ok(Side::Number(number)),
                Err(_) => Err(unsigned_only(number, offset)),
            };
        }
        Value::Truth(condition) => vec![condition],
        // Zeros at the high end do not change a number.
        Value::Bits(mut bits) => {
            let used = bits.iter().rposition(|bit| *bit != Condition::Const(false)).map_or(0, |last| last + 1);
            bits.truncate(used);
            bits
        }
        Value::Real(_) => return Err(on_inputs(offset)),
    };
    if bits.iter().all(|bit| matches!(bit, Condition::Const(_))) {
        return match constant_bits(&bits).and_then(|number| u64::try_from(number).ok()) {
            Some(number) => Ok(Side::Number(number)),
            None => Err(Fault::too_large(offset, "a constant of more than 64 bits cannot be compared; compare slices")),
        };
    }
    let mut ids = Vec::with_capacity(bits.len());
    for bit in bits {
        match bit {
            Condition::Bit(id) => ids.push(id),
            _ => {
                let message = "computed bits cannot be compared as a number; assign them to a bit register first";
                return Err(Fault::unsupported(offset, message));
            }
        }
    }
    Ok(Side::Bits(ids))
}

fn compare_sides(comparison: Comparison, x: Side, y: Side, offset: Offset) -> Result<Condition, Fault> {
    let words = |side: &Side| match side {
        Side::Number(_) => 1,
        Side::Bits(ids) => ids.len().div_ceil(WORD),
    };
    let count = words(&x).max(words(&y));
    if count == 1 {
        return Ok(match (x, y) {
            (Side::Number(x), Side::Number(y)) => Condition::Const(comparison.holds(x, y)),
            (x, y) => Condition::Compare { comparison, left: word(x), right: word(y) },
        });
    }
    if !matches!(comparison, Comparison::Equal | Comparison::NotEqual) {
        let message = "registers of more than 64 bits have no order here; compare slices of at most 64 bits";
        return Err(Fault::too_large(offset, message));
    }
    // Word by word: equal when all are, different when one is.
    let mut total = Condition::Const(comparison == Comparison::Equal);
    for k in 0..count {
        let next = Condition::Compare { comparison, left: part(&x, k), right: part(&y, k) };
        total = if comparison == Comparison::Equal { and(total, next) } else { or(total, next) };
    }
    Ok(total)
}

fn word(side: Side) -> Operand {
    match side {
        Side::Number(number) => Operand::Const(number),
        Side::Bits(ids) => Operand::Bits(ids),
    }
}

/// Word `k` of a side; what is missing above its end is 0.
fn part(side: &Side, k: usize) -> Operand {
    match side {
        Side::Number(number) => Operand::Const(if k == 0 { *number } else { 0 }),
        Side::Bits(ids) => match ids.chunks(WORD).nth(k) {
            Some(ids) => Operand::Bits(ids.to_vec()),
            None => Operand::Const(0),
        },
    }
}
