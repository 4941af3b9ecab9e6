//! Classical expressions, evaluated while reading: numbers are folded, inputs stay symbolic, bits become conditions.

use super::branches::BRANCHED;
use super::fold::{and, not, or};
use super::value::{bits_of, extent, find_bit, finite, into_integer, into_real, into_row, no_value, size};
use super::{Lowerer, Symbol, Value};
use crate::ast::*;
use crate::expr::{BinaryOp, Expr, negated};
use crate::fault::{Fault, quote};
use crate::format::Version;
use crate::ir::Condition;
use crate::limits::{MAX_EXPRESSION_NODES, MAX_INPUT_EXPRESSION_DEPTH};
use crate::parser::too_deep;

/// What `/` means for two whole numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Division {
    /// In indices, ranges, `int`s and conditions: the fraction is cut off, as in C.
    Whole,
    /// In angles, powers, `float`s and all of OpenQASM 2: `1/2` is a half.
    Real,
}

/// Results of whole-number arithmetic must stay below this, so that no product of two overflows.
const WHOLE_LIMIT: u128 = 1 << 64;

impl Lowerer {
    /// A value where whole numbers are meant.
    pub(super) fn whole(&mut self, expression: &Expression) -> Result<Value, Fault> {
        self.evaluate(expression, Division::Whole)
    }

    /// A real expression: a gate parameter.
    pub(super) fn real(&mut self, expression: &Expression) -> Result<Expr, Fault> {
        let value = self.evaluate(expression, Division::Real)?;
        into_real(value, expression.offset)
    }

    /// A value in the context of a variable of this type.
    pub(super) fn in_context(&mut self, scalar: Scalar, expression: &Expression) -> Result<Value, Fault> {
        match scalar {
            Scalar::Float | Scalar::Angle => Ok(Value::Real(self.real(expression)?)),
            _ => self.whole(expression),
        }
    }

    pub(super) fn constant_integer(&mut self, expression: &Expression, what: &str) -> Result<i128, Fault> {
        let value = self.whole(expression)?;
        into_integer(value, what, expression.offset)
    }

    pub(super) fn evaluate(&mut self, expression: &Expression, division: Division) -> Result<Value, Fault> {
        let offset = expression.offset;
        match &expression.kind {
            ExpressionKind::Integer(value) => Ok(Value::Integer(*value)),
            ExpressionKind::Float(value) => Ok(Value::Real(Expr::Const(*value))),
            ExpressionKind::Truth(value) => Ok(Value::Truth(Condition::Const(*value))),
            ExpressionKind::Bits(bits) => {
                self.charge(bits.len(), offset)?;
                Ok(Value::Bits(bits.iter().map(|bit| Condition::Const(*bit)).collect()))
            }
            ExpressionKind::Name(name) => self.named_value(name, offset),
            ExpressionKind::Physical(_) => Err(no_value(offset)),
            ExpressionKind::Imaginary(text) => Err(Fault::unsupported(
                offset,
                format!("complex numbers such as {} are not supported; use real angles", quote(text)),
            )),
            ExpressionKind::Negate(x) => match self.evaluate(x, division)? {
                Value::Integer(x) => Ok(Value::Integer(-x)),
                x => self.bounded(negated(into_real(x, offset)?), offset).map(Value::Real),
            },
            ExpressionKind::Not(x) => {
                let x = self.whole(x)?;
                Ok(Value::Truth(not(self.truth(x, offset)?)))
            }
            ExpressionKind::Complement(x) => match self.whole(x)? {
                Value::Truth(x) => Ok(Value::Truth(not(x))),
                Value::Bits(bits) => Ok(Value::Bits(bits.into_iter().map(not).collect())),
                _ => Err(Fault::invalid(
                    offset,
                    "'~' works on bits; write '!' for truth values and '-1 - x' for numbers",
                )),
            },
            ExpressionKind::Binary(operator, x, y) => {
                // A comparison is between whole numbers, whatever surrounds it.
                let division = if matches!(operator, Operator::Compare(_)) && self.version == Version::OpenQasm3 {
                    Division::Whole
                } else {
                    division
                };
                let x = self.evaluate(x, division)?;
                let y = self.evaluate(y, division)?;
                self.binary(*operator, x, y, division, offset)
            }
            ExpressionKind::Call(name, arguments) => self.function(name, arguments),
            ExpressionKind::Cast(kind, x) => self.cast(kind, x, division),
            ExpressionKind::Index(base, indices) => self.indexed_value(base, indices),
        }
    }

    pub(super) fn named_value(&mut self, name: &str, offset: Offset) -> Result<Value, Fault> {
        let value = match self.lookup(name) {
            Some(Symbol::Variable { value: Some(value), since, .. }) => {
                if let Some(bit) = self.changed_since(value, *since) {
                    let message = format!(
                        "{} was set from the bit {}, which has changed since; set it again, or copy the bit to another one first",
                        quote(name),
                        quote(&self.bit_name(bit))
                    );
                    return Err(Fault::unsupported(offset, message));
                }
                value.clone()
            }
            Some(Symbol::Variable { value: None, since: BRANCHED, .. }) => {
                let message = format!(
                    "{} was set in a branch that may or may not have run; set it again, or use a bit instead",
                    quote(name)
                );
                return Err(Fault::unsupported(offset, message));
            }
            Some(Symbol::Variable { value: None, .. }) => {
                return Err(Fault::invalid(offset, format!("{} has no value yet; assign one first", quote(name))));
            }
            Some(Symbol::Input(index)) => Value::Real(Expr::Input(*index)),
            Some(Symbol::Bits { ids, is_scalar: true }) => Value::Truth(Condition::Bit(ids[0])),
            Some(Symbol::Bits { ids, .. }) => Value::Bits(ids.iter().map(|id| Condition::Bit(*id)).collect()),
            Some(Symbol::Qubits { .. }) => {
                return Err(Fault::invalid(
                    offset,
                    format!("{} is a qubit and has no value; measure it into a bit first", quote(name)),
                ));
            }
            None => match name {
                "pi" | "π" => Value::Real(Expr::Const(std::f64::consts::PI)),
                "tau" | "τ" => Value::Real(Expr::Const(std::f64::consts::TAU)),
                "euler" | "ℇ" | "ε" => Value::Real(Expr::Const(std::f64::consts::E)),
                _ => return Err(self.unknown_name(name, offset, "value")),
            },
        };
        self.charge(size(&value), offset)?;
        Ok(value)
    }

    /// A bit of the value that was set after `time`.
    fn changed_since(&self, value: &Value, time: u64) -> Option<u32> {
        let is_later = |bit: u32| self.bit_times.get(bit as usize).is_some_and(|set| *set > time);
        match value {
            Value::Truth(truth) => find_bit(truth, &is_later),
            Value::Bits(bits) => bits.iter().find_map(|bit| find_bit(bit, &is_later)),
            Value::Integer(_) | Value::Real(_) => None,
        }
    }

    /// The bit as the source names it.
    fn bit_name(&self, bit: u32) -> String {
        let mut first = 0;
        for register in &self.circuit.bits {
            if bit < first + register.size {
                return if register.is_scalar {
                    register.name.clone()
                } else {
                    format!("{}[{}]", register.name, bit - first)
                };
            }
            first += register.size;
        }
        format!("number {bit}")
    }

    fn indexed_value(&mut self, base: &Expression, indices: &[Index]) -> Result<Value, Fault> {
        let name = match &base.kind {
            ExpressionKind::Name(name) => name.to_string(),
            _ => "the value".to_owned(),
        };
        let mut value = self.whole(base)?;
        if let Some(Symbol::Variable { scalar: Scalar::Int | Scalar::Uint, width, .. }) = self.lookup(&name) {
            let width = width.unwrap_or(64);
            self.charge(width as usize, base.offset)?;
            value = Value::Bits(bits_of(value, width));
        }
        for index in indices {
            let Value::Bits(bits) = value else {
                return Err(Fault::invalid(
                    base.offset,
                    format!("{} is a single value and has no index", quote(&name)),
                ));
            };
            value = match self.positions(index, bits.len(), &name)? {
                super::operands::Positions::One(at) => Value::Truth(bits[at].clone()),
                super::operands::Positions::Many(list) => {
                    Value::Bits(list.into_iter().map(|at| bits[at].clone()).collect())
                }
            };
        }
        Ok(value)
    }

    pub(super) fn binary(
        &mut self,
        operator: Operator,
        x: Value,
        y: Value,
        division: Division,
        offset: Offset,
    ) -> Result<Value, Fault> {
        match operator {
            Operator::Compare(comparison) => Ok(Value::Truth(self.compare(comparison, x, y, offset)?)),
            Operator::And | Operator::Or => {
                let (x, y) = (self.truth(x, offset)?, self.truth(y, offset)?);
                Ok(Value::Truth(if operator == Operator::And { and(x, y) } else { or(x, y) }))
            }
            Operator::BitAnd | Operator::BitOr | Operator::BitXor => self.bitwise(operator, x, y, offset),
            Operator::ShiftLeft | Operator::ShiftRight => shift(operator == Operator::ShiftLeft, x, y, offset),
            Operator::Concatenate => {
                let mut bits = into_row(x, offset)?;
                let mut more = into_row(y, offset)?;
                self.charge(bits.len() + more.len(), offset)?;
                bits.append(&mut more);
                Ok(Value::Bits(bits))
            }
            Operator::Add
            | Operator::Subtract
            | Operator::Multiply
            | Operator::Divide
            | Operator::Modulo
            | Operator::Power => self.arithmetic(operator, x, y, division, offset),
        }
    }

    fn arithmetic(
        &mut self,
        operator: Operator,
        x: Value,
        y: Value,
        division: Division,
        offset: Offset,
    ) -> Result<Value, Fault> {
        if let (Value::Integer(x), Value::Integer(y)) = (&x, &y)
            && let Some(value) = whole_arithmetic(operator, *x, *y, division, offset)?
        {
            return Ok(Value::Integer(value));
        }
        let operator = match operator {
            Operator::Add => BinaryOp::Add,
            Operator::Subtract => BinaryOp::Sub,
            Operator::Multiply => BinaryOp::Mul,
            Operator::Divide => BinaryOp::Div,
            Operator::Modulo => BinaryOp::Mod,
            _ => BinaryOp::Pow,
        };
        let (x, y) = (into_real(x, offset)?, into_real(y, offset)?);
        self.real_binary(operator, x, y, offset).map(Value::Real)
    }

    pub(super) fn real_binary(&mut self, operator: BinaryOp, x: Expr, y: Expr, offset: Offset) -> Result<Expr, Fault> {
        if let (Some(x), Some(y)) = (x.as_const(), y.as_const()) {
            return finite(operator.apply(x, y), offset);
        }
        let expr = Expr::Binary(operator, Box::new(x), Box::new(y));
        self.bounded(expr, offset)
    }

    /// Refuses expressions that have grown too large through variables and gate parameters.
    pub(super) fn bounded(&mut self, expr: Expr, offset: Offset) -> Result<Expr, Fault> {
        let (size, height) = extent(&expr);
        self.charge(size, offset)?;
        if size > MAX_EXPRESSION_NODES {
            let message = format!(
                "this expression of inputs has more than {MAX_EXPRESSION_NODES} terms; add an input for a part of it"
            );
            return Err(Fault::too_large(offset, message));
        }
        if height > MAX_INPUT_EXPRESSION_DEPTH {
            return Err(too_deep(offset, MAX_INPUT_EXPRESSION_DEPTH));
        }
        Ok(expr)
    }
}

/// Whole-number arithmetic; `None` where the result is not whole, or too large for it in a real context.
fn whole_arithmetic(
    operator: Operator,
    x: i128,
    y: i128,
    division: Division,
    offset: Offset,
) -> Result<Option<i128>, Fault> {
    let result = match operator {
        Operator::Add => x + y,
        Operator::Subtract => x - y,
        Operator::Multiply => x.saturating_mul(y),
        Operator::Divide | Operator::Modulo if y == 0 => {
            return Err(Fault::invalid(offset, format!("{x} cannot be divided by 0")));
        }
        Operator::Divide if division == Division::Real && x % y != 0 => return Ok(None),
        Operator::Divide => x / y,
        // As the quotient, which is cut off: the sign of the dividend.
        Operator::Modulo if division == Division::Whole => x % y,
        // As for real numbers: the sign of the divisor.
        Operator::Modulo => ((x % y) + y) % y,
        _ => match u32::try_from(y) {
            Ok(exponent) => x.saturating_pow(exponent),
            Err(_) => return Ok(None),
        },
    };
    if result.unsigned_abs() < WHOLE_LIMIT {
        return Ok(Some(result));
    }
    match division {
        Division::Real => Ok(None),
        Division::Whole => Err(Fault::invalid(offset, "this whole number does not fit into 64 bits; use a float")),
    }
}

fn shift(is_left: bool, x: Value, y: Value, offset: Offset) -> Result<Value, Fault> {
    let places = into_integer(y, "the number of places of a shift", offset)?;
    let Some(places) = usize::try_from(places).ok().filter(|places| *places < 64) else {
        return Err(Fault::invalid(offset, format!("a shift by {places} places is out of range: 0 to 63")));
    };
    match x {
        Value::Bits(bits) => {
            let size = bits.len();
            let from = |k: usize| if is_left { k.checked_sub(places) } else { Some(k + places) };
            let shifted =
                (0..size).map(|k| from(k).and_then(|k| bits.get(k)).cloned().unwrap_or(Condition::Const(false)));
            Ok(Value::Bits(shifted.collect()))
        }
        x => {
            let number = into_integer(x, "the left side of a shift", offset)?;
            let result = if is_left { number.saturating_mul(1 << places) } else { number >> places };
            if result.unsigned_abs() < WHOLE_LIMIT {
                Ok(Value::Integer(result))
            } else {
                Err(Fault::invalid(offset, "this whole number does not fit into 64 bits; shift by less"))
            }
        }
    }
}
