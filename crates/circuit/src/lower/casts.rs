//! Conversions between classical types: casts, and what a variable stores.

use super::values::{Division, constant_bits, into_integer, into_real, whole_number};
use super::{Lowerer, Value};
use crate::ast::*;
use crate::expr::Expr;
use crate::fault::Fault;
use crate::format::Format;
use crate::ir::Condition;

impl Lowerer {
    pub(super) fn cast(&mut self, kind: &Type, expression: &Expression, division: Division) -> Result<Value, Fault> {
        let offset = expression.offset;
        let width = match &kind.width {
            Some(width) => Some(self.constant_integer(width, "the width of a type")?),
            None => None,
        };
        let value = match kind.scalar {
            Scalar::Float | Scalar::Angle => self.evaluate(expression, Division::Real)?,
            _ => {
                self.evaluate(expression, if self.format == Format::OpenQasm2 { division } else { Division::Whole })?
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
            (Scalar::Int, Value::Bits(bits)) if width.is_some_and(|width| width <= bits.len() as i128) => {
                Err(Fault::unsupported(
                    offset,
                    format!("the highest bit would be a sign; write uint[{}](…) for an unsigned number", bits.len()),
                ))
            }
            (Scalar::Int | Scalar::Uint, Value::Bits(bits)) => Ok(match constant_bits(&bits) {
                Some(number) => Value::Integer(number),
                None => Value::Bits(bits),
            }),
            (Scalar::Int | Scalar::Uint, Value::Truth(Condition::Const(value))) => {
                Ok(Value::Integer(i128::from(value)))
            }
            (Scalar::Int | Scalar::Uint, Value::Real(Expr::Const(value))) => match whole_number(libm::trunc(value)) {
                Some(number) => Ok(Value::Integer(number)),
                None => Err(Fault::invalid(offset, format!("{value} does not fit into a whole number of 64 bits"))),
            },
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

    /// A value as a variable of this type stores it: it must be known while reading.
    pub(super) fn stored(&mut self, scalar: Scalar, value: Value, offset: Offset) -> Result<Value, Fault> {
        let run_time = || {
            let message = "a classical variable must be known while reading, but bits are known only at run time; use a 'bit' or test the bits directly";
            Fault::unsupported(offset, message)
        };
        match scalar {
            Scalar::Int | Scalar::Uint => {
                let number = match value {
                    Value::Bits(bits) => constant_bits(&bits).ok_or_else(run_time)?,
                    Value::Truth(Condition::Const(bit)) => i128::from(bit),
                    Value::Truth(_) => return Err(run_time()),
                    value => into_integer(value, "an int", offset)?,
                };
                if scalar == Scalar::Uint && number < 0 {
                    return Err(Fault::invalid(offset, format!("a uint cannot be {number}; declare it as int")));
                }
                Ok(Value::Integer(number))
            }
            Scalar::Float | Scalar::Angle => Ok(Value::Real(into_real(value, offset)?)),
            Scalar::Bool => match self.truth(value, offset)? {
                truth @ Condition::Const(_) => Ok(Value::Truth(truth)),
                _ => Err(run_time()),
            },
            Scalar::Bit => match value {
                Value::Bits(bits)
                    if constant_bits(&bits).is_some() || bits.iter().all(|bit| matches!(bit, Condition::Const(_))) =>
                {
                    Ok(Value::Bits(bits))
                }
                Value::Truth(truth @ Condition::Const(_)) => Ok(Value::Truth(truth)),
                Value::Integer(number @ 0..=1) => Ok(Value::Truth(Condition::Const(number == 1))),
                _ => Err(run_time()),
            },
        }
    }
}
