//! Expressions by precedence climbing. Every node knows its height, so that no later pass exhausts the stack.

use crate::ast::*;
use crate::fault::{Fault, quote};
use crate::format::Version;
use crate::ir::Comparison;
use crate::lexer::Kind;
use crate::limits::MAX_EXPRESSION_DEPTH;
use crate::parser::{Parser, too_deep};
use std::borrow::Cow;
use std::rc::Rc;

/// Precedence of the unary operators, between `*` and `**`.
const UNARY: u8 = 11;

impl Parser<'_> {
    pub fn expression(&mut self) -> Result<Expression, Fault> {
        self.binary(0)
    }

    fn binary(&mut self, least: u8) -> Result<Expression, Fault> {
        let mut left = self.nested(Self::unary)?;
        while let Some((operator, precedence)) = self.operator() {
            if precedence < least {
                break;
            }
            let offset = self.advance()?.start;
            // `**` groups to the right, everything else to the left.
            let next = if operator == Operator::Power { precedence } else { precedence + 1 };
            let right = self.nested(|parser| parser.binary(next))?;
            let height = left.height.max(right.height);
            left = self.node(ExpressionKind::Binary(operator, Box::new(left), Box::new(right)), offset, height)?;
        }
        Ok(left)
    }

    fn node(&self, kind: ExpressionKind, offset: Offset, below: u32) -> Result<Expression, Fault> {
        if below >= MAX_EXPRESSION_DEPTH {
            return Err(too_deep(offset, MAX_EXPRESSION_DEPTH));
        }
        Ok(Expression { kind, offset, height: below + 1 })
    }

    fn operator(&self) -> Option<(Operator, u8)> {
        if self.token.kind != Kind::Symbol {
            return None;
        }
        if self.version == Version::OpenQasm2 {
            return Some(match self.text() {
                "+" => (Operator::Add, 9),
                "-" => (Operator::Subtract, 9),
                "*" => (Operator::Multiply, 10),
                "/" => (Operator::Divide, 10),
                "^" | "**" => (Operator::Power, 12),
                _ => return None,
            });
        }
        Some(match self.text() {
            "||" => (Operator::Or, 1),
            "&&" => (Operator::And, 2),
            "|" => (Operator::BitOr, 3),
            "^" => (Operator::BitXor, 4),
            "&" => (Operator::BitAnd, 5),
            "==" => (Operator::Compare(Comparison::Equal), 6),
            "!=" => (Operator::Compare(Comparison::NotEqual), 6),
            "<" => (Operator::Compare(Comparison::Less), 7),
            "<=" => (Operator::Compare(Comparison::LessOrEqual), 7),
            ">" => (Operator::Compare(Comparison::Greater), 7),
            ">=" => (Operator::Compare(Comparison::GreaterOrEqual), 7),
            "<<" => (Operator::ShiftLeft, 8),
            ">>" => (Operator::ShiftRight, 8),
            "+" => (Operator::Add, 9),
            "-" => (Operator::Subtract, 9),
            "++" => (Operator::Concatenate, 9),
            "*" => (Operator::Multiply, 10),
            "/" => (Operator::Divide, 10),
            "%" => (Operator::Modulo, 10),
            "**" => (Operator::Power, 12),
            _ => return None,
        })
    }

    fn unary(&mut self) -> Result<Expression, Fault> {
        let offset = self.token.start;
        if self.token.kind != Kind::Symbol {
            return self.postfix();
        }
        let wrap: fn(Box<Expression>) -> ExpressionKind = match self.text() {
            "-" => ExpressionKind::Negate,
            "!" if self.version == Version::OpenQasm3 => ExpressionKind::Not,
            "~" if self.version == Version::OpenQasm3 => ExpressionKind::Complement,
            "+" => {
                self.advance()?;
                return self.nested(|parser| parser.binary(UNARY));
            }
            _ => return self.postfix(),
        };
        self.advance()?;
        let operand = self.nested(|parser| parser.binary(UNARY))?;
        let height = operand.height;
        self.node(wrap(Box::new(operand)), offset, height)
    }

    fn postfix(&mut self) -> Result<Expression, Fault> {
        let mut value = self.primary()?;
        while self.at("[") {
            let offset = self.token.start;
            let index = self.index()?;
            let height = value.height.max(index_height(&index));
            value = self.node(ExpressionKind::Index(Box::new(value), vec![index]), offset, height)?;
        }
        Ok(value)
    }

    fn primary(&mut self) -> Result<Expression, Fault> {
        let (offset, text) = (self.token.start, self.text());
        let leaf = |kind| Ok(Expression { kind, offset, height: 1 });
        match self.token.kind {
            Kind::Integer => {
                let value = integer(text, offset)?;
                self.advance()?;
                leaf(ExpressionKind::Integer(value))
            }
            Kind::Float => {
                let value = float(text, offset)?;
                self.advance()?;
                leaf(ExpressionKind::Float(value))
            }
            Kind::Text => {
                let bits = bit_string(&text[1..text.len() - 1], offset)?;
                self.advance()?;
                leaf(ExpressionKind::Bits(bits))
            }
            Kind::Duration => Err(Fault::unsupported(
                offset,
                format!(
                    "the duration {} cannot be used in an expression; durations only stand in 'delay' and 'box'",
                    quote(text)
                ),
            )),
            Kind::Imaginary => {
                self.advance()?;
                leaf(ExpressionKind::Imaginary(Rc::from(text)))
            }
            Kind::Symbol if text == "(" => {
                self.advance()?;
                let inner = self.expression()?;
                self.expect(")")?;
                Ok(inner)
            }
            Kind::Word => self.word_expression(),
            Kind::Physical => {
                let number = self.physical_number()?;
                leaf(ExpressionKind::Physical(number))
            }
            _ => Err(self.expected("a value")),
        }
    }

    fn word_expression(&mut self) -> Result<Expression, Fault> {
        let (offset, text) = (self.token.start, self.text());
        if self.version == Version::OpenQasm3 {
            match text {
                "true" | "false" => {
                    self.advance()?;
                    return Ok(Expression { kind: ExpressionKind::Truth(text == "true"), offset, height: 1 });
                }
                "measure" => {
                    let message = "a measurement inside an expression is not supported; measure into a bit first";
                    return Err(Fault::unsupported(offset, message));
                }
                "durationof" | "sizeof" | "real" | "imag" => {
                    return Err(Fault::unsupported(
                        offset,
                        format!("'{text}' is not supported; write the number itself"),
                    ));
                }
                _ => {}
            }
            if let Some(scalar) = scalar_type(text) {
                let cast = self.cast_type(scalar)?;
                self.expect("(")?;
                let operand = self.nested(Self::expression)?;
                self.expect(")")?;
                let height = operand.height.max(cast.width.as_ref().map_or(0, |width| width.height));
                return self.node(ExpressionKind::Cast(cast, Box::new(operand)), offset, height);
            }
        }
        // `pow` is a keyword of OpenQASM 3 as a modifier, and a function here.
        let name = if text == "pow" {
            self.advance()?;
            Name { text: Rc::from(text), offset }
        } else {
            self.name("a value")?
        };
        if !self.eat("(")? {
            return Ok(Expression { kind: ExpressionKind::Name(name.text), offset, height: 1 });
        }
        let mut arguments = Vec::new();
        while !self.at(")") {
            arguments.push(self.nested(Self::expression)?);
            if !self.eat(",")? {
                break;
            }
        }
        self.expect(")")?;
        let height = arguments.iter().map(|argument| argument.height).max().unwrap_or(0);
        self.node(ExpressionKind::Call(name, arguments), offset, height)
    }

    /// A type name with its optional width; the parser stands on the name.
    pub fn cast_type(&mut self, scalar: Scalar) -> Result<Type, Fault> {
        self.advance()?;
        let width = self.size()?.map(Box::new);
        Ok(Type { scalar, width })
    }

    pub fn indices(&mut self) -> Result<Vec<Index>, Fault> {
        let mut indices = Vec::new();
        while self.at("[") {
            indices.push(self.index()?);
        }
        Ok(indices)
    }

    /// `[i]`, `[a:b]`, `[a:s:b]` or `[{i, j}]`
    fn index(&mut self) -> Result<Index, Fault> {
        let offset = self.expect("[")?.start;
        let index = if self.at("{") {
            Index::Set(self.set()?, offset)
        } else {
            let first = if self.at(":") { None } else { Some(self.expression()?) };
            match first {
                Some(at) if !self.at(":") => Index::At(at),
                first => Index::Range(self.range_after(first, offset)?),
            }
        };
        if self.at(",") {
            return Err(Fault::unsupported(
                self.token.start,
                "only one index is supported; arrays of registers do not exist here",
            ));
        }
        self.expect("]")?;
        Ok(index)
    }

    pub fn set(&mut self) -> Result<Vec<Expression>, Fault> {
        self.expect("{")?;
        let mut members = Vec::new();
        while !self.at("}") {
            members.push(self.expression()?);
            if !self.eat(",")? {
                break;
            }
        }
        self.expect("}")?;
        Ok(members)
    }

    /// The rest of a range from its first `:` on.
    pub fn range_after(&mut self, start: Option<Expression>, offset: Offset) -> Result<Range, Fault> {
        self.expect(":")?;
        let at_end = |parser: &Self| parser.at("]") || parser.at(":");
        let second = if at_end(self) { None } else { Some(self.expression()?) };
        if !self.eat(":")? {
            return Ok(Range { start, step: None, stop: second, offset });
        }
        let stop = if at_end(self) { None } else { Some(self.expression()?) };
        Ok(Range { start, step: second, stop, offset })
    }
}

fn index_height(index: &Index) -> u32 {
    match index {
        Index::At(at) => at.height,
        Index::Range(range) => {
            [&range.start, &range.step, &range.stop].into_iter().flatten().map(|end| end.height).max().unwrap_or(0)
        }
        Index::Set(members, _) => members.iter().map(|member| member.height).max().unwrap_or(0),
    }
}

/// The classical scalar type of this name.
pub(crate) fn scalar_type(word: &str) -> Option<Scalar> {
    Some(match word {
        "int" => Scalar::Int,
        "uint" => Scalar::Uint,
        "float" => Scalar::Float,
        "angle" => Scalar::Angle,
        "bool" => Scalar::Bool,
        "bit" => Scalar::Bit,
        _ => return None,
    })
}

/// A number without the `_` between its digits.
fn plain(text: &str) -> Cow<'_, str> {
    if text.contains('_') { text.chars().filter(|c| *c != '_').collect() } else { Cow::Borrowed(text) }
}

fn integer(text: &str, offset: Offset) -> Result<i128, Fault> {
    let digits = plain(text);
    let (radix, digits) = match digits.get(..2) {
        Some("0x" | "0X") => (16, &digits[2..]),
        Some("0o" | "0O") => (8, &digits[2..]),
        Some("0b" | "0B") => (2, &digits[2..]),
        _ => (10, &*digits),
    };
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return Err(Fault::invalid(offset, format!("{} is not a whole number in base {radix}", quote(text))));
    }
    match u64::from_str_radix(digits, radix) {
        Ok(value) => Ok(i128::from(value)),
        Err(_) => Err(Fault::invalid(
            offset,
            format!("the number {} does not fit into 64 bits; write it as a float", quote(text)),
        )),
    }
}

fn float(text: &str, offset: Offset) -> Result<f64, Fault> {
    match plain(text).parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(value),
        Ok(_) => {
            Err(Fault::invalid(offset, format!("the number {} is too large; the largest is 1.797e308", quote(text))))
        }
        Err(_) => Err(Fault::invalid(offset, format!("{} is not a number", quote(text)))),
    }
}

fn bit_string(text: &str, offset: Offset) -> Result<Vec<bool>, Fault> {
    let mut bits = Vec::new();
    for c in text.chars().rev().filter(|c| *c != '_') {
        match c {
            '0' | '1' => bits.push(c == '1'),
            _ => {
                return Err(Fault::invalid(
                    offset,
                    format!("{} is not a bit string; write only 0 and 1 between the quotes", quote(text)),
                ));
            }
        }
    }
    if bits.is_empty() {
        return Err(Fault::invalid(offset, "a bit string needs at least one digit, as in \"0101\""));
    }
    Ok(bits)
}
