//! The statements of OpenQASM 3.

use crate::ast::*;
use crate::fault::{Fault, quote};
use crate::keywords3::refusal;
use crate::lexer::Kind;
use crate::parse_expression::scalar_type;
use crate::parser::Parser;

impl Parser<'_> {
    pub(crate) fn statement3(&mut self) -> Result<StatementKind, Fault> {
        let offset = self.token.start;
        match self.token.kind {
            Kind::Annotation => return self.annotation(),
            Kind::Pragma => return self.pragma(),
            Kind::Symbol if self.at("{") => return Ok(StatementKind::Block(self.block()?)),
            Kind::Symbol if self.at(";") => {
                self.advance()?;
                return Ok(StatementKind::Block(Vec::new()));
            }
            Kind::Word => {}
            _ => return Err(self.expected("a statement")),
        }
        let word = self.text();
        if let Some(message) = refusal(word) {
            return Err(Fault::unsupported(offset, message));
        }
        match word {
            "include" => self.include(),
            "qubit" => {
                self.advance()?;
                let size = self.size()?;
                self.declared_qubits(size)
            }
            "qreg" => {
                self.advance()?;
                let name = self.name("the name of the register")?;
                let size = self.size()?;
                self.semicolon()?;
                Ok(StatementKind::Qubits { name, size })
            }
            "creg" => {
                self.advance()?;
                let name = self.name("the name of the register")?;
                let size = self.size()?;
                let value = self.bit_value()?;
                self.semicolon()?;
                Ok(StatementKind::Bits { name, size, value })
            }
            "input" => self.input(),
            "output" => {
                self.advance()?;
                if !self.at_word("bit") {
                    let message = "only bits can be outputs; remove 'output', every classical bit is returned";
                    return Err(Fault::unsupported(offset, message));
                }
                self.notes.push((offset, "'output' has no effect: every classical bit is returned".to_owned()));
                self.declared_scalar(false)
            }
            "const" => {
                self.advance()?;
                self.declared_scalar(true)
            }
            "bit" | "int" | "uint" | "float" | "angle" | "bool" => self.declared_scalar(false),
            "stretch" => {
                self.advance()?;
                self.name("the name of the stretch")?;
                self.semicolon()?;
                Ok(StatementKind::Ignored("'stretch' has no effect: gates and delays take no time"))
            }
            "let" => self.alias(),
            "gate" => self.gate_definition(),
            "measure" => self.measure_to(),
            "reset" => {
                self.advance()?;
                let operand = self.operand()?;
                self.semicolon()?;
                Ok(StatementKind::Reset(operand))
            }
            "barrier" => {
                self.advance()?;
                let operands = if self.at(";") { Vec::new() } else { self.operands()? };
                self.semicolon()?;
                Ok(StatementKind::Barrier(operands))
            }
            "delay" => {
                self.advance()?;
                self.duration()?;
                if !self.at(";") {
                    self.operands()?;
                }
                self.semicolon()?;
                Ok(StatementKind::Ignored("'delay' has no effect: the simulated qubits do not decay"))
            }
            "box" => {
                self.advance()?;
                if self.at("[") {
                    self.duration()?;
                }
                Ok(StatementKind::Block(self.block()?))
            }
            "if" => self.if3(),
            "else" => Err(Fault::invalid(offset, "'else' without an 'if' before it")),
            "for" => self.for3(),
            "while" => self.while3(),
            "switch" => self.switch(),
            "case" | "default" => {
                Err(Fault::invalid(offset, format!("'{word}' stands only between the braces of a 'switch'")))
            }
            "def" => self.subroutine(),
            "return" => self.returned(),
            "ctrl" | "negctrl" | "inv" | "pow" => self.modified_call(),
            "gphase" => self.gate_call(Vec::new()),
            "OPENQASM" => {
                Err(Fault::invalid(offset, "the OPENQASM line must be the first statement, and there is only one"))
            }
            _ if self.ahead_is("=") || self.ahead_is("[") || self.ahead_is_compound() => self.assignment(),
            _ => self.gate_call(Vec::new()),
        }
    }

    fn ahead_is_compound(&self) -> bool {
        self.ahead_ends_with('=') && COMPOUND.iter().any(|(symbol, _)| self.ahead_is(symbol))
    }

    fn declared_qubits(&mut self, size: Option<Expression>) -> Result<StatementKind, Fault> {
        let name = self.name("the name of the register")?;
        self.semicolon()?;
        Ok(StatementKind::Qubits { name, size })
    }

    fn input(&mut self) -> Result<StatementKind, Fault> {
        self.advance()?;
        let offset = self.token.start;
        match scalar_type(self.text()) {
            Some(kind @ (Scalar::Int | Scalar::Uint | Scalar::Float | Scalar::Angle)) => {
                let kind = self.cast_type(kind)?;
                let name = self.name("the name of the parameter")?;
                self.semicolon()?;
                Ok(StatementKind::Input { kind, name })
            }
            _ => {
                let found = quote(self.text());
                let message =
                    format!("an input of type {found} is not supported; declare it as float, angle, int or uint");
                Err(Fault::unsupported(offset, message))
            }
        }
    }

    /// `type name = value;`, with `const` already read
    fn declared_scalar(&mut self, is_const: bool) -> Result<StatementKind, Fault> {
        let Some(scalar) = scalar_type(self.text()) else {
            return Err(self.no_type("a type: int, uint, float, angle, bool or bit"));
        };
        let kind = self.cast_type(scalar)?;
        let name = self.name("a name")?;
        if scalar == Scalar::Bit && !is_const {
            let value = self.bit_value()?;
            self.semicolon()?;
            return Ok(StatementKind::Bits { name, size: kind.width.map(|width| *width), value });
        }
        let value = if self.eat("=")? { Some(self.expression()?) } else { None };
        self.semicolon()?;
        Ok(StatementKind::Variable { kind, name, value, is_const })
    }

    fn bit_value(&mut self) -> Result<Option<BitValue>, Fault> {
        if self.eat("=")? { self.measured_or_value().map(Some) } else { Ok(None) }
    }

    pub(crate) fn measured_or_value(&mut self) -> Result<BitValue, Fault> {
        if self.at_word("measure") {
            self.advance()?;
            return Ok(BitValue::Measure(self.operand()?));
        }
        Ok(BitValue::Expression(self.expression()?))
    }

    /// `let name = register[…] ++ …;`
    fn alias(&mut self) -> Result<StatementKind, Fault> {
        self.advance()?;
        let name = self.name("the name of the alias")?;
        self.expect("=")?;
        // Qiskit writes the registers that share elements as sets of these.
        let is_set = self.eat("{")?;
        let mut parts = vec![self.operand()?];
        while self.eat(if is_set { "," } else { "++" })? {
            parts.push(self.operand()?);
        }
        if is_set {
            self.expect("}")?;
        }
        self.semicolon()?;
        Ok(StatementKind::Alias { name, parts, is_set })
    }

    /// `[100ns]` behind `delay` or `box`; the value has no effect and is skipped up to its bracket.
    fn duration(&mut self) -> Result<(), Fault> {
        self.expect("[")?;
        let mut open = 1u32;
        while open > 0 {
            match self.token.kind {
                Kind::End => return Err(self.expected("']'")),
                Kind::Symbol if self.at(";") || self.at("{") => return Err(self.expected("']'")),
                Kind::Symbol if self.at("[") => open += 1,
                Kind::Symbol if self.at("]") => open -= 1,
                _ => {}
            }
            self.advance()?;
        }
        Ok(())
    }

    fn modified_call(&mut self) -> Result<StatementKind, Fault> {
        let mut modifiers = Vec::new();
        loop {
            let offset = self.token.start;
            let modifier = match self.text() {
                word @ ("ctrl" | "negctrl") => {
                    self.advance()?;
                    let count = if self.eat("(")? {
                        let count = self.expression()?;
                        self.expect(")")?;
                        Some(count)
                    } else {
                        None
                    };
                    Modifier::Control { value: word == "ctrl", count, offset }
                }
                "inv" => {
                    self.advance()?;
                    Modifier::Inverse
                }
                "pow" => {
                    self.advance()?;
                    self.expect("(")?;
                    let exponent = self.expression()?;
                    self.expect(")")?;
                    Modifier::Power { exponent, offset }
                }
                _ => return self.gate_call(modifiers),
            };
            self.expect("@")?;
            modifiers.push(modifier);
        }
    }

    fn assignment(&mut self) -> Result<StatementKind, Fault> {
        let target = self.operand()?;
        if self.eat("=")? {
            if self.at_word("measure") {
                self.advance()?;
                let qubits = self.operand()?;
                self.semicolon()?;
                return Ok(StatementKind::Measure { qubits, bits: Some(target) });
            }
            let value = self.expression()?;
            self.semicolon()?;
            return Ok(StatementKind::Assign { target, operator: None, value });
        }
        let operator = COMPOUND.iter().find(|(symbol, _)| self.at(symbol)).map(|(_, operator)| *operator);
        if operator.is_none() {
            return Err(self.expected("'=' (or the name of a gate before its operands)"));
        }
        self.advance()?;
        let value = self.expression()?;
        self.semicolon()?;
        Ok(StatementKind::Assign { target, operator, value })
    }
}

const COMPOUND: &[(&str, Operator)] = &[
    ("+=", Operator::Add),
    ("-=", Operator::Subtract),
    ("*=", Operator::Multiply),
    ("/=", Operator::Divide),
    ("%=", Operator::Modulo),
    ("**=", Operator::Power),
    ("&=", Operator::BitAnd),
    ("|=", Operator::BitOr),
    ("^=", Operator::BitXor),
    ("<<=", Operator::ShiftLeft),
    (">>=", Operator::ShiftRight),
];
