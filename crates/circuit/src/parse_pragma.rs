//! Pragmas and annotations: what our printer writes, what Amazon Braket writes, and the refusal of what may be physics.

use crate::ast::*;
use crate::fault::{Fault, quote};
use crate::lexer::Kind;
use crate::parser::Parser;
use num_complex::Complex64;
use std::rc::Rc;

impl Parser<'_> {
    pub(crate) fn annotation(&mut self) -> Result<StatementKind, Fault> {
        let text = self.text().trim_end();
        self.advance()?;
        if text == "@ketflow.native" && self.at_word("gate") {
            self.native_pending = true;
            return self.gate_definition();
        }
        Ok(StatementKind::Ignored("this annotation has no effect"))
    }

    pub(crate) fn pragma(&mut self) -> Result<StatementKind, Fault> {
        let token = self.token;
        let text = self.text().trim_start_matches('#').trim_end();
        self.advance()?;
        if let Some(rest) = text.strip_prefix("pragma ketflow unitary ") {
            return Ok(StatementKind::UnitaryPragma(Rc::from(rest)));
        }
        let mut words = text.split(|c: char| c.is_whitespace() || c == '(').filter(|word| !word.is_empty()).skip(1);
        match (words.next(), words.next()) {
            (Some("braket"), Some("result")) => Ok(StatementKind::Ignored(
                "'pragma braket result' has no effect: ask for results in the options of the job",
            )),
            (Some("braket"), Some("verbatim")) => Ok(StatementKind::Ignored(
                "'pragma braket verbatim' has no effect: every gate is simulated as it is written",
            )),
            (Some("braket"), Some("unitary")) => {
                let start =
                    token.start + (self.source()[token.start as usize..].find("unitary").unwrap_or(0) + 7) as u32;
                Self::between(self.source(), start, token.end, self.version)?.braket_unitary()
            }
            (Some("braket"), Some("noise")) => Err(Fault::unsupported(
                token.start,
                "'pragma braket noise' would change the circuit; remove it, and give the noise as the noise option of the job",
            )),
            // What is not known may be physics, which must not be lost without a word.
            _ => {
                let message =
                    format!("{} could change the circuit; remove it, and write what it does as gates", quote(text));
                Err(Fault::unsupported(token.start, message))
            }
        }
    }

    /// `([[a, b], [c, d]]) q[0]`, the rest of the line of a `pragma braket unitary`.
    fn braket_unitary(mut self) -> Result<StatementKind, Fault> {
        self.expect("(")?;
        self.expect("[")?;
        let mut matrix = Vec::new();
        loop {
            self.expect("[")?;
            loop {
                matrix.push(self.complex()?);
                if !self.eat(",")? {
                    break;
                }
            }
            self.expect("]")?;
            if !self.eat(",")? {
                break;
            }
        }
        self.expect("]")?;
        self.expect(")")?;
        let targets = self.operands()?;
        match self.token.kind {
            Kind::End => Ok(StatementKind::BraketUnitary { matrix, targets }),
            _ => Err(self.expected("the end of the line")),
        }
    }

    /// `1`, `-0.5im`, `0.5 + 0.5im`
    fn complex(&mut self) -> Result<Complex64, Fault> {
        let mut sum = Complex64::new(0.0, 0.0);
        let mut sign = 1.0;
        if self.eat("-")? {
            sign = -1.0;
        }
        loop {
            let text = self.text();
            let digits = text.strip_suffix("im").unwrap_or(text).trim_end();
            let number = match self.token.kind {
                Kind::Integer | Kind::Float | Kind::Imaginary => digits.parse::<f64>().ok().filter(|x| x.is_finite()),
                _ => None,
            };
            let Some(number) = number else {
                return Err(self.expected("a number such as 0.5, 2im or 0.5 + 0.5im"));
            };
            match self.token.kind {
                Kind::Imaginary => sum.im += sign * number,
                _ => sum.re += sign * number,
            }
            self.advance()?;
            sign = if self.eat("+")? {
                1.0
            } else if self.eat("-")? {
                -1.0
            } else {
                return Ok(sum);
            };
        }
    }
}
