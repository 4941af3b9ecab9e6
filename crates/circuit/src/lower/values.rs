//! Classical expressions, evaluated while reading: numbers are folded, inputs stay symbolic, bits become conditions.

use super::branches::BRANCHED;
use super::fold::{and, not, or};
use super::operands::Selection;
use super::{Lowerer, Symbol};
use crate::ast::*;
use crate::expr::{BinaryOp, Expr, negated};
use crate::fault::{Fault, quote};
use crate::format::Format;
use crate::ir::{self, Condition};
use crate::limits::{MAX_EXPRESSION_NODES, MAX_INPUT_EXPRESSION_DEPTH};
use crate::parser::too_deep;

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
                let division = if matches!(operator, Operator::Compare(_)) && self.format == Format::OpenQasm3 {
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

/// Number of nodes and height of an expression.
fn extent(expr: &Expr) -> (usize, u32) {
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

pub(super) fn finite(value: f64, offset: Offset) -> Result<Expr, Fault> {
    if value.is_finite() {
        return Ok(Expr::Const(value));
    }
    let message = if value.is_nan() { "this has no real value" } else { "this value is infinite" };
    Err(Fault::invalid(offset, format!("{message}; check divisions by 0, powers, roots and logarithms")))
}

pub(super) fn whole_number(value: f64) -> Option<i128> {
    (libm::trunc(value) == value && value.abs() < 18_446_744_073_709_551_616.0).then_some(value as i128)
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

fn run_time_number(offset: Offset) -> Fault {
    let message = "a measured bit cannot be used as a number; write 'if (c[0]) …' with the number in each branch";
    Fault::unsupported(offset, message)
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
fn into_row(value: Value, offset: Offset) -> Result<Vec<Condition>, Fault> {
    match value {
        Value::Bits(bits) => Ok(bits),
        Value::Truth(bit) => Ok(vec![bit]),
        _ => Err(Fault::invalid(offset, "'++' joins bits; numbers are added with '+'")),
    }
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

/// The first bit of a condition that is wanted.
fn find_bit(condition: &Condition, is_wanted: &impl Fn(u32) -> bool) -> Option<u32> {
    match condition {
        Condition::Const(_) => None,
        Condition::Bit(bit) => Some(*bit).filter(|bit| is_wanted(*bit)),
        Condition::Not(x) => find_bit(x, is_wanted),
        Condition::And(x, y) | Condition::Or(x, y) | Condition::Xor(x, y) => {
            find_bit(x, is_wanted).or_else(|| find_bit(y, is_wanted))
        }
        Condition::Compare { left, right, .. } => [left, right].into_iter().find_map(|side| match side {
            ir::Operand::Const(_) => None,
            ir::Operand::Bits(row) => row.iter().copied().find(|bit| is_wanted(*bit)),
        }),
    }
}

/// The error for a physical qubit where a value is needed.
pub(super) fn no_value(offset: Offset) -> Fault {
    Fault::invalid(offset, "a physical qubit has no value; measure it into a bit first")
}
