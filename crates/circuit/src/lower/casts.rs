//! Conversions between classical types: casts, and what a variable stores.

use super::conditions::bounded;
use super::evaluate::Division;
use super::value::{constant_bits, into_integer, into_real, is_known, size, whole_number};
use super::{Lowerer, Value};
use crate::ast::*;
use crate::expr::Expr;
use crate::fault::Fault;
use crate::format::Version;
use crate::ir::{Condition, InputKind};
use crate::limits::MAX_EXPRESSION_NODES;

impl Lowerer {
    pub(super) fn cast(&mut self, kind: &Type, expression: &Expression, division: Division) -> Result<Value, Fault> {
        let offset = expression.offset;
        let whole_width = self.whole_width(kind)?;
        let width = match &kind.width {
            Some(width) => Some(self.constant_integer(width, "the width of a type")?),
            None => None,
        };
        let value = match kind.scalar {
            Scalar::Float | Scalar::Angle => self.evaluate(expression, Division::Real)?,
            _ => {
                self.evaluate(expression, if self.version == Version::OpenQasm2 { division } else { Division::Whole })?
            }
        };
        // A single bit is a row of one.
        let value = match value {
            Value::Truth(bit)
                if matches!(kind.scalar, Scalar::Int | Scalar::Uint) && !matches!(bit, Condition::Const(_)) =>
            {
                Value::Bits(vec![bit])
            }
            value => value,
        };
        match (kind.scalar, value) {
            (Scalar::Int, Value::Bits(bits))
                if width.is_some_and(|width| width <= bits.len() as i128) && constant_bits(&bits).is_none() =>
            {
                Err(Fault::unsupported(
                    offset,
                    format!("the highest bit would be a sign; write uint[{}](…) for an unsigned number", bits.len()),
                ))
            }
            (scalar @ (Scalar::Int | Scalar::Uint), Value::Bits(mut bits)) => {
                bits.truncate(whole_width.map_or(bits.len(), |width| width as usize));
                match constant_bits(&bits) {
                    Some(number) => fitted(scalar, whole_width, number, offset).map(Value::Integer),
                    None => Ok(Value::Bits(bits)),
                }
            }
            (scalar @ (Scalar::Int | Scalar::Uint), Value::Truth(Condition::Const(value))) => {
                fitted(scalar, whole_width, i128::from(value), offset).map(Value::Integer)
            }
            (scalar @ (Scalar::Int | Scalar::Uint), Value::Integer(number)) => {
                fitted(scalar, whole_width, number, offset).map(Value::Integer)
            }
            // An input without a fraction may pass; the cut of any other is not an operation on inputs.
            (Scalar::Int | Scalar::Uint, Value::Real(Expr::Input(index)))
                if whole_width.is_none() && self.is_whole_input(index, kind.scalar) =>
            {
                Ok(Value::Real(Expr::Input(index)))
            }
            (scalar @ (Scalar::Int | Scalar::Uint), Value::Real(Expr::Const(value))) => {
                match whole_number(libm::trunc(value)) {
                    Some(number) => fitted(scalar, whole_width, number, offset).map(Value::Integer),
                    None => Err(Fault::invalid(offset, format!("{value} does not fit into a whole number of 64 bits"))),
                }
            }
            (scalar @ (Scalar::Int | Scalar::Uint), Value::Real(_)) => {
                let name = type_name(scalar);
                let message = format!(
                    "a cast to {name} must be known while reading, but it depends on an input; declare the input as {name}"
                );
                Err(Fault::unsupported(offset, message))
            }
            (Scalar::Bit, Value::Integer(number)) => match width {
                Some(width) if (1..=64).contains(&width) => {
                    Ok(Value::Bits((0..width).map(|k| Condition::Const((number >> k) & 1 == 1)).collect()))
                }
                _ => Err(Fault::invalid(offset, "a cast to bits needs a width from 1 to 64, as in bit[4](5)")),
            },
            (Scalar::Bool, value) => Ok(Value::Truth(self.truth(value, offset)?)),
            (Scalar::Float | Scalar::Angle, value) => Ok(Value::Real(into_real(value, offset)?)),
            (_, value) => Ok(value),
        }
    }

    fn is_whole_input(&self, index: u32, wanted: Scalar) -> bool {
        match self.circuit.inputs.get(index as usize).map(|input| input.kind) {
            Some(InputKind::Uint) => true,
            Some(InputKind::Int) => wanted == Scalar::Int,
            _ => false,
        }
    }

    /// The width of an `int` or `uint` that is declared with one; other types have none here.
    pub(super) fn whole_width(&mut self, kind: &Type) -> Result<Option<u32>, Fault> {
        let Some(width) = kind.width.as_ref().filter(|_| matches!(kind.scalar, Scalar::Int | Scalar::Uint)) else {
            return Ok(None);
        };
        match self.constant_integer(width, "the width of a type")? {
            bits @ 1..=64 => Ok(Some(bits as u32)),
            bits => {
                let message = format!("the width of an int or uint is 1 to 64 bits, not {bits}");
                Err(Fault::invalid(width.offset, message))
            }
        }
    }

    /// A value as a variable or a parameter of this type holds it, the width of bits included.
    pub(super) fn typed(
        &mut self,
        kind: &Type,
        width: Option<u32>,
        value: Value,
        offset: Offset,
    ) -> Result<Value, Fault> {
        let value = self.stored(kind.scalar, width, value, offset)?;
        if kind.scalar == Scalar::Bit {
            let found = if let Value::Bits(bits) = &value { bits.len() as i128 } else { 1 };
            let wanted = match &kind.width {
                Some(width) => self.constant_integer(width, "the width of a type")?,
                None => 1,
            };
            if found != wanted {
                let message = format!("a value of {found} bits does not fit into bit[{wanted}]");
                return Err(Fault::invalid(offset, message));
            }
        }
        Ok(value)
    }

    /// A value as a variable of this type stores it: known while reading, or conditions on bits that are read when it is used.
    pub(super) fn stored(
        &mut self,
        scalar: Scalar,
        width: Option<u32>,
        value: Value,
        offset: Offset,
    ) -> Result<Value, Fault> {
        let value = match (scalar, value) {
            (Scalar::Int | Scalar::Uint, Value::Truth(Condition::Const(bit))) => {
                fitted(scalar, width, i128::from(bit), offset).map(Value::Integer)?
            }
            (Scalar::Int | Scalar::Uint, Value::Truth(bit)) => Value::Bits(vec![bit]),
            (Scalar::Int | Scalar::Uint, Value::Bits(bits)) => match constant_bits(&bits) {
                Some(number) => fitted(scalar, width, number, offset).map(Value::Integer)?,
                None => Value::Bits(run_time_number(scalar, width, bits, offset)?),
            },
            (Scalar::Int | Scalar::Uint, value) => {
                fitted(scalar, width, into_integer(value, "an int", offset)?, offset).map(Value::Integer)?
            }
            (Scalar::Float | Scalar::Angle, value) => Value::Real(into_real(value, offset)?),
            (Scalar::Bool, value) => Value::Truth(self.truth(value, offset)?),
            (Scalar::Bit, value @ (Value::Bits(_) | Value::Truth(_))) => value,
            (Scalar::Bit, Value::Integer(number @ 0..=1)) => Value::Truth(Condition::Const(number == 1)),
            (Scalar::Bit, _) => {
                return Err(Fault::invalid(offset, "a bit takes 0, 1, a truth value or other bits, not a number"));
            }
        };
        let terms = size(&value);
        self.charge(terms, offset)?;
        if !is_known(&value) && terms > MAX_EXPRESSION_NODES {
            let message = format!(
                "this value of bits has more than {MAX_EXPRESSION_NODES} terms; assign a part of it to a bit register first"
            );
            return Err(Fault::too_large(offset, message));
        }
        match value {
            Value::Truth(truth) => Ok(Value::Truth(bounded(truth, offset)?)),
            Value::Bits(bits) => {
                Ok(Value::Bits(bits.into_iter().map(|bit| bounded(bit, offset)).collect::<Result<_, _>>()?))
            }
            value => Ok(value),
        }
    }
}

/// Bits that a whole number takes at run time, without zeros at the high end.
fn run_time_number(
    scalar: Scalar,
    width: Option<u32>,
    mut bits: Vec<Condition>,
    offset: Offset,
) -> Result<Vec<Condition>, Fault> {
    while bits.last() == Some(&Condition::Const(false)) {
        bits.pop();
    }
    let room = width.unwrap_or(64) as usize;
    match scalar {
        Scalar::Uint if width.is_some() => bits.truncate(room),
        Scalar::Int if bits.len() >= room => {
            let message =
                format!("the highest bit would be a sign; declare it as uint[{}] for an unsigned number", bits.len());
            return Err(Fault::unsupported(offset, message));
        }
        _ if bits.len() > room => {
            return Err(Fault::unsupported(offset, format!("{} bits do not fit into a number of {room}", bits.len())));
        }
        _ => {}
    }
    Ok(bits)
}

fn type_name(scalar: Scalar) -> &'static str {
    if scalar == Scalar::Uint { "uint" } else { "int" }
}

/// A whole number as its type holds it: with a width modulo 2^width, an `int` in two's complement. Without one there are
/// 64 bits, whose overflow is an error: OpenQASM leaves that width to the reader, so no program can mean the wrapped value.
fn fitted(scalar: Scalar, width: Option<u32>, number: i128, offset: Offset) -> Result<i128, Fault> {
    let is_signed = scalar == Scalar::Int;
    if let Some(width) = width {
        let modulus = 1i128 << width;
        let low = number.rem_euclid(modulus);
        return Ok(if is_signed && low >= modulus / 2 { low - modulus } else { low });
    }
    if !is_signed && number < 0 {
        return Err(Fault::invalid(offset, format!("a uint cannot be {number}; declare it as int")));
    }
    let range = if is_signed { i128::from(i64::MIN)..=i128::from(i64::MAX) } else { 0..=i128::from(u64::MAX) };
    if range.contains(&number) {
        return Ok(number);
    }
    let name = type_name(scalar);
    let message = format!(
        "{number} does not fit into an {name} of 64 bits; write {name}[64] where it shall wrap, or use a float"
    );
    Err(Fault::invalid(offset, message))
}
