//! The statements of OpenQASM 2.0.

use crate::ast::*;
use crate::fault::{Fault, quote};
use crate::ir::Comparison;
use crate::lexer::Kind;
use crate::parser::Parser;

impl Parser<'_> {
    pub(crate) fn statement2(&mut self) -> Result<StatementKind, Fault> {
        let offset = self.token.start;
        if self.token.kind != Kind::Word {
            return Err(self.expected("a statement"));
        }
        match self.text() {
            "include" => self.include(),
            "qreg" => {
                let (name, size) = self.register2()?;
                Ok(StatementKind::Qubits { name, size: Some(size) })
            }
            "creg" => {
                let (name, size) = self.register2()?;
                Ok(StatementKind::Bits { name, size: Some(size), value: None })
            }
            "gate" => self.gate_definition(),
            "opaque" => {
                self.advance()?;
                let name = quote(self.text());
                let message = format!("the opaque gate {name} has no definition to simulate; give it one with 'gate'");
                Err(Fault::unsupported(offset, message))
            }
            "if" => self.if2(),
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
            "OPENQASM" => {
                Err(Fault::invalid(offset, "the OPENQASM line must be the first statement, and there is only one"))
            }
            word @ ("qubit" | "bit" | "let" | "input" | "const" | "for" | "while" | "def" | "ctrl" | "negctrl"
            | "inv")
                if self.ahead_is_word() || self.ahead_is("[") || self.ahead_is("@") || self.ahead_is("(") =>
            {
                let message = format!(
                    "'{word}' belongs to OpenQASM 3; write 'OPENQASM 3.0;' in the first line and read it as openqasm3"
                );
                Err(Fault::invalid(offset, message))
            }
            _ => self.gate_call(Vec::new()),
        }
    }

    fn register2(&mut self) -> Result<(Name, Expression), Fault> {
        self.advance()?;
        let name = self.name("the name of the register")?;
        match self.size()? {
            Some(size) => {
                self.semicolon()?;
                Ok((name, size))
            }
            None => Err(self.expected("'[' and the size of the register")),
        }
    }

    /// `if (c == n) statement`
    fn if2(&mut self) -> Result<StatementKind, Fault> {
        self.advance()?;
        self.expect("(")?;
        let left = self.expression()?;
        let offset = self.expect("==")?.start;
        let right = self.expression()?;
        self.expect(")")?;
        let height = left.height.max(right.height) + 1;
        let kind = ExpressionKind::Binary(Operator::Compare(Comparison::Equal), Box::new(left), Box::new(right));
        let then = self.statement()?;
        let allowed = matches!(
            then.kind,
            StatementKind::Call(_) | StatementKind::Measure { .. } | StatementKind::Reset(_) | StatementKind::If { .. }
        );
        if !allowed {
            return Err(Fault::invalid(then.offset, "only a gate, 'measure' or 'reset' may follow 'if (…)'"));
        }
        Ok(StatementKind::If {
            condition: Expression { kind, offset, height },
            then: vec![then],
            otherwise: Vec::new(),
        })
    }
}
