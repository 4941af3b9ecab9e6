//! The statements of OpenQASM 3.

use crate::ast::*;
use crate::fault::{Fault, quote};
use crate::keywords3::REFUSED;
use crate::lexer::Kind;
use crate::parse_expression::scalar_type;
use crate::parser::Parser;
use std::rc::Rc;

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
        if let Some((_, message)) = REFUSED.iter().find(|(refused, _)| *refused == word) {
            return Err(Fault::unsupported(offset, *message));
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
        COMPOUND.iter().any(|(symbol, _)| self.ahead_is(symbol))
    }

    fn annotation(&mut self) -> Result<StatementKind, Fault> {
        let text = self.text().trim_end();
        self.advance()?;
        if text == "@ketflow.native" && self.at_word("gate") {
            self.native_pending = true;
            return self.gate_definition();
        }
        Ok(StatementKind::Ignored("this annotation has no effect"))
    }

    fn pragma(&mut self) -> Result<StatementKind, Fault> {
        let offset = self.token.start;
        let text = self.text().trim_start_matches('#').trim_end();
        self.advance()?;
        if let Some(rest) = text.strip_prefix("pragma ketflow unitary ") {
            return Ok(StatementKind::UnitaryPragma(Rc::from(rest)));
        }
        let mut words = text.split(|c: char| c.is_whitespace() || c == '(').filter(|word| !word.is_empty()).skip(1);
        let remedy = match (words.next(), words.next()) {
            (Some("braket"), Some("result")) => {
                return Ok(StatementKind::Ignored(
                    "'pragma braket result' has no effect: ask for results in the options of the job",
                ));
            }
            (Some("braket"), Some("unitary")) => {
                "'pragma braket unitary' would change the circuit; define its matrix as a gate, as in 'gate g a { U(pi, 0, pi) a; }', and call that"
            }
            (Some("braket"), Some("noise")) => {
                "'pragma braket noise' would change the circuit; remove it, and give the noise as the noise option of the job"
            }
            (Some("braket"), Some("verbatim")) => {
                "'pragma braket verbatim' is not supported; remove it, a 'box' is read as its contents"
            }
            // What is not known may be physics, which must not be lost without a word.
            _ => {
                let message =
                    format!("{} could change the circuit; remove it, and write what it does as gates", quote(text));
                return Err(Fault::unsupported(offset, message));
            }
        };
        Err(Fault::unsupported(offset, remedy))
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
            let offset = self.token.start;
            return match REFUSED.iter().find(|(refused, _)| *refused == self.text()) {
                Some((_, message)) => Err(Fault::unsupported(offset, *message)),
                None => Err(self.expected("a type: int, uint, float, angle, bool or bit")),
            };
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
        if !self.eat("=")? {
            return Ok(None);
        }
        if self.at_word("measure") {
            self.advance()?;
            return Ok(Some(BitValue::Measure(self.operand()?)));
        }
        Ok(Some(BitValue::Expression(self.expression()?)))
    }

    /// `let name = register[…] ++ …;`
    fn alias(&mut self) -> Result<StatementKind, Fault> {
        self.advance()?;
        let name = self.name("the name of the alias")?;
        self.expect("=")?;
        let mut parts = vec![self.operand()?];
        while self.eat("++")? {
            parts.push(self.operand()?);
        }
        self.semicolon()?;
        Ok(StatementKind::Alias { name, parts })
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

    fn if3(&mut self) -> Result<StatementKind, Fault> {
        self.advance()?;
        self.expect("(")?;
        let condition = self.expression()?;
        self.expect(")")?;
        let then = self.body()?;
        let otherwise = if self.at_word("else") {
            self.advance()?;
            self.body()?
        } else {
            Vec::new()
        };
        Ok(StatementKind::If { condition, then, otherwise })
    }

    /// `for type name in domain body`; the type may be missing, as older exporters write it.
    fn for3(&mut self) -> Result<StatementKind, Fault> {
        self.advance()?;
        let mut kind = None;
        if let Some(scalar) = scalar_type(self.text()).filter(|_| self.token.kind == Kind::Word) {
            let offset = self.token.start;
            kind = Some(self.cast_type(scalar)?);
            if !matches!(scalar, Scalar::Int | Scalar::Uint) {
                return Err(Fault::unsupported(
                    offset,
                    "a loop runs over whole numbers; declare its variable as int or uint",
                ));
            }
        }
        let variable = self.name("the name of the loop variable")?;
        if !self.at_word("in") {
            return Err(self.expected("'in'"));
        }
        self.advance()?;
        let domain = if self.at("[") {
            let offset = self.advance()?.start;
            let start = if self.at(":") { None } else { Some(self.expression()?) };
            let range = self.range_after(start, offset)?;
            self.expect("]")?;
            Domain::Range(range)
        } else if self.at("{") {
            Domain::Set(self.set()?)
        } else {
            Domain::Other(self.expression()?)
        };
        let body = self.body()?;
        Ok(StatementKind::For { kind, variable, domain, body })
    }

    /// A block, or one statement without braces.
    fn body(&mut self) -> Result<Vec<Statement>, Fault> {
        if self.at("{") { self.block() } else { Ok(vec![self.statement()?]) }
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
