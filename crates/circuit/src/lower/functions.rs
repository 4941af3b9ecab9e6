//! The functions that an expression may call.

use super::evaluate::Division;
use super::value::{constant_bits, finite, into_real, whole_number};
use super::{Lowerer, Value};
use crate::ast::*;
use crate::expr::{BinaryOp, Expr, Function};
use crate::fault::{Fault, nearest, quote};

/// Functions of one real argument. OpenQASM 2 says `ln`, OpenQASM 3 `log`, and exporters write `asin`.
const FUNCTIONS: &[(&str, Function)] = &[
    ("sin", Function::Sin),
    ("cos", Function::Cos),
    ("tan", Function::Tan),
    ("arcsin", Function::Arcsin),
    ("arccos", Function::Arccos),
    ("arctan", Function::Arctan),
    ("asin", Function::Arcsin),
    ("acos", Function::Arccos),
    ("atan", Function::Arctan),
    ("exp", Function::Exp),
    ("log", Function::Log),
    ("ln", Function::Log),
    ("sqrt", Function::Sqrt),
    ("floor", Function::Floor),
    ("ceiling", Function::Ceiling),
];

/// The name of a function in OpenQASM 3.
pub(crate) fn function_name(function: Function) -> &'static str {
    FUNCTIONS.iter().find(|(_, known)| *known == function).map_or("", |(name, _)| name)
}

impl Lowerer {
    pub(super) fn function(&mut self, name: &Name, arguments: &[Expression]) -> Result<Value, Fault> {
        let offset = name.offset;
        if self.subroutines.contains_key(&name.text) {
            let message = format!(
                "the result of subroutine {} cannot be used inside an expression; assign it to a variable or a bit first",
                quote(&name.text)
            );
            return Err(Fault::unsupported(offset, message));
        }
        let wanted = match &*name.text {
            "mod" | "pow" => 2,
            _ => 1,
        };
        let function = FUNCTIONS.iter().find(|(known, _)| *known == &*name.text).map(|(_, function)| *function);
        if function.is_none() && !matches!(&*name.text, "mod" | "pow" | "popcount") {
            let known = FUNCTIONS.iter().map(|(known, _)| *known).chain(["mod", "pow", "popcount"]);
            let hint = match nearest(&name.text, known) {
                Some(near) => format!("did you mean '{near}'?"),
                None => {
                    "known are sin cos tan arcsin arccos arctan exp log sqrt floor ceiling mod pow popcount".to_owned()
                }
            };
            return Err(Fault::invalid(offset, format!("there is no function {}; {hint}", quote(&name.text))));
        }
        if arguments.len() != wanted {
            let message = format!(
                "function '{}' takes {wanted} {}, got {}",
                name.text,
                plural(wanted, "argument"),
                arguments.len()
            );
            return Err(Fault::invalid(offset, message));
        }
        match (&*name.text, function) {
            ("popcount", _) => match self.whole(&arguments[0])? {
                Value::Bits(bits) if constant_bits(&bits).is_some() => {
                    Ok(Value::Integer(constant_bits(&bits).unwrap_or(0).count_ones() as i128))
                }
                Value::Integer(number) if number >= 0 => Ok(Value::Integer(i128::from(number.count_ones()))),
                _ => Err(Fault::unsupported(
                    offset,
                    "'popcount' needs bits that are known while reading; compare the bits one by one",
                )),
            },
            ("mod", _) => {
                let x = self.evaluate(&arguments[0], Division::Real)?;
                let y = self.evaluate(&arguments[1], Division::Real)?;
                self.binary(Operator::Modulo, x, y, Division::Real, offset)
            }
            ("pow", _) => {
                let x = self.real(&arguments[0])?;
                let y = self.real(&arguments[1])?;
                self.real_binary(BinaryOp::Pow, x, y, offset).map(Value::Real)
            }
            (_, Some(function)) => {
                let value = self.evaluate(&arguments[0], Division::Real)?;
                match into_real(value, arguments[0].offset)? {
                    Expr::Const(x) => self.constant_call(function, x, offset),
                    x => self.bounded(Expr::Call(function, Box::new(x)), offset).map(Value::Real),
                }
            }
            (_, None) => Err(Fault::invalid(offset, format!("there is no function {}", quote(&name.text)))),
        }
    }

    fn constant_call(&mut self, function: Function, x: f64, offset: Offset) -> Result<Value, Fault> {
        let result = finite(function.apply(x), offset)?;
        Ok(match (function, &result) {
            // So that `floor(n / 2)` can be an index.
            (Function::Floor | Function::Ceiling, Expr::Const(value)) => match whole_number(*value) {
                Some(number) => Value::Integer(number),
                None => Value::Real(result),
            },
            _ => Value::Real(result),
        })
    }
}

/// The noun, with an s unless there is exactly one.
pub(crate) fn plural(count: usize, noun: &str) -> String {
    if count == 1 { noun.to_owned() } else { format!("{noun}s") }
}
