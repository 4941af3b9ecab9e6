//! Control flow and subroutines of OpenQASM 3.

use crate::ast::*;
use crate::fault::Fault;
use crate::keywords3::refusal;
use crate::lexer::Kind;
use crate::parse_expression::scalar_type;
use crate::parser::Parser;
use std::rc::Rc;

impl Parser<'_> {
    pub(crate) fn if3(&mut self) -> Result<StatementKind, Fault> {
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
    pub(crate) fn for3(&mut self) -> Result<StatementKind, Fault> {
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

    /// `while (condition) body`
    pub(crate) fn while3(&mut self) -> Result<StatementKind, Fault> {
        self.advance()?;
        self.expect("(")?;
        let condition = self.expression()?;
        self.expect(")")?;
        let body = self.body()?;
        Ok(StatementKind::While { condition, body })
    }

    /// `switch (subject) { case 0, 1 { … } default { … } }`
    pub(crate) fn switch(&mut self) -> Result<StatementKind, Fault> {
        self.advance()?;
        self.expect("(")?;
        let subject = self.expression()?;
        self.expect(")")?;
        self.expect("{")?;
        let mut cases = Vec::new();
        let mut otherwise = Vec::new();
        while self.at_word("case") {
            self.advance()?;
            let mut labels = vec![self.expression()?];
            while self.eat(",")? {
                labels.push(self.expression()?);
            }
            let body = self.block()?;
            cases.push(Case { labels, body });
        }
        if self.at_word("default") {
            self.advance()?;
            otherwise = self.block()?;
        }
        if !self.at("}") {
            return Err(self.expected("'case', one 'default' at the end, or '}'"));
        }
        self.advance()?;
        Ok(StatementKind::Switch { subject, cases, otherwise })
    }

    /// `def name(parameters) -> type { body }`
    pub(crate) fn subroutine(&mut self) -> Result<StatementKind, Fault> {
        self.advance()?;
        let name = self.name("the name of the subroutine")?;
        self.expect("(")?;
        let mut parameters = Vec::new();
        while !self.at(")") {
            parameters.push(self.parameter()?);
            if !self.eat(",")? {
                break;
            }
        }
        self.expect(")")?;
        let result = if self.eat("->")? {
            match scalar_type(self.text()) {
                Some(scalar) => Some(self.cast_type(scalar)?),
                None => return Err(self.no_type("the type of the result: bit, bool, int, uint, float or angle")),
            }
        } else {
            None
        };
        let body = self.block()?;
        Ok(StatementKind::Subroutine(Rc::new(Subroutine { name, parameters, result, body })))
    }

    fn parameter(&mut self) -> Result<Parameter, Fault> {
        let kind = if self.at_word("qubit") {
            self.advance()?;
            ParameterKind::Qubits(self.size()?)
        } else {
            match scalar_type(self.text()) {
                Some(scalar) => ParameterKind::Classical(self.cast_type(scalar)?),
                None => {
                    return Err(self.no_type("the type of a parameter: qubit, bit, bool, int, uint, float or angle"));
                }
            }
        };
        Ok(Parameter { name: self.name("the name of a parameter")?, kind })
    }

    /// `return;`, `return value;`, `return measure q;`
    pub(crate) fn returned(&mut self) -> Result<StatementKind, Fault> {
        self.advance()?;
        let value = if self.at(";") { None } else { Some(self.measured_or_value()?) };
        self.semicolon()?;
        Ok(StatementKind::Return(value))
    }

    /// The error for a word that is not a type of ours.
    pub(crate) fn no_type(&self, wanted: &str) -> Fault {
        match refusal(self.text()).filter(|_| self.token.kind == Kind::Word) {
            Some(message) => Fault::unsupported(self.token.start, message),
            None => self.expected(wanted),
        }
    }
}
