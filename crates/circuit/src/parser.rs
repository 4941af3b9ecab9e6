//! Recursive descent over the tokens, one statement at a time: what both versions of the language share.

use crate::ast::*;
use crate::fault::{Fault, quote};
use crate::format::Version;
use crate::lexer::{Kind, Lexer, Token};
use crate::limits::{MAX_BLOCK_DEPTH, MAX_EXPRESSION_DEPTH, MAX_QUBITS};
use std::rc::Rc;

pub(crate) struct Parser<'s> {
    lexer: Lexer<'s>,
    pub version: Version,
    /// The token to be consumed next.
    pub token: Token,
    ahead: Token,
    block_depth: u32,
    expression_depth: u32,
    /// `@ketflow.native` was read and waits for its gate definition.
    pub native_pending: bool,
    /// What was accepted without effect, by byte offset.
    pub notes: Vec<(Offset, String)>,
}

impl<'s> Parser<'s> {
    pub fn new(source: &'s str, version: Version) -> Result<Self, Fault> {
        Self::over(Lexer::new(source), version)
    }

    /// A parser of `source` between two byte offsets; its errors have the offsets of the whole source.
    pub fn between(source: &'s str, start: Offset, end: Offset, version: Version) -> Result<Self, Fault> {
        Self::over(Lexer::starting_at(&source[..end as usize], start as usize), version)
    }

    fn over(mut lexer: Lexer<'s>, version: Version) -> Result<Self, Fault> {
        let token = lexer.next_token()?;
        let ahead = lexer.next_token()?;
        Ok(Self {
            lexer,
            version,
            token,
            ahead,
            block_depth: 0,
            expression_depth: 0,
            native_pending: false,
            notes: Vec::new(),
        })
    }

    /// The next statement, or `None` at the end of the program.
    pub fn next_statement(&mut self) -> Result<Option<Statement>, Fault> {
        if self.token.kind == Kind::End {
            return Ok(None);
        }
        self.statement().map(Some)
    }

    pub fn statement(&mut self) -> Result<Statement, Fault> {
        let offset = self.token.start;
        if self.block_depth >= MAX_BLOCK_DEPTH {
            return Err(too_deep(offset, MAX_BLOCK_DEPTH));
        }
        self.block_depth += 1;
        let kind = match self.version {
            Version::OpenQasm2 => self.statement2(),
            Version::OpenQasm3 => self.statement3(),
        };
        self.block_depth -= 1;
        Ok(Statement { kind: kind?, offset })
    }

    /// The `OPENQASM` line, when there is one; it must name the version that is read.
    pub fn version_line(&mut self) -> Result<(), Fault> {
        if !self.at_word("OPENQASM") {
            return Ok(());
        }
        self.advance()?;
        let (place, text) = (self.token.start, self.text());
        let major = match (self.token.kind, self.version) {
            (Kind::Integer | Kind::Float, Version::OpenQasm2) => "2",
            (Kind::Integer | Kind::Float, Version::OpenQasm3) => "3",
            _ => return Err(self.expected("a version number such as 2.0 or 3.0")),
        };
        if text.split('.').next() != Some(major) {
            let remedy = match text.split('.').next() {
                Some("2") => "choose the format 'openqasm2'",
                Some("3") => "choose the format 'openqasm3'",
                _ => "Ketflow reads versions 2.0 and 3.x",
            };
            let message =
                format!("the source says OPENQASM {text}, but it is read as {}; {remedy}", self.version.name());
            return Err(Fault::invalid(place, message));
        }
        self.advance()?;
        self.semicolon()
    }

    /// Parses a part of an expression one level deeper, refusing what is nested too deeply for the stack.
    pub fn nested<T>(&mut self, parse: impl FnOnce(&mut Self) -> Result<T, Fault>) -> Result<T, Fault> {
        if self.expression_depth >= MAX_EXPRESSION_DEPTH {
            return Err(too_deep(self.token.start, MAX_EXPRESSION_DEPTH));
        }
        self.expression_depth += 1;
        let result = parse(self);
        self.expression_depth -= 1;
        result
    }

    // Tokens

    pub fn source(&self) -> &'s str {
        self.lexer.source
    }

    pub fn text(&self) -> &'s str {
        self.lexer.text(self.token)
    }

    pub fn advance(&mut self) -> Result<Token, Fault> {
        let consumed = self.token;
        self.token = self.ahead;
        self.ahead = self.lexer.next_token()?;
        Ok(consumed)
    }

    pub fn at(&self, symbol: &str) -> bool {
        self.token.kind == Kind::Symbol && self.text() == symbol
    }

    pub fn at_word(&self, word: &str) -> bool {
        self.token.kind == Kind::Word && self.text() == word
    }

    /// Whether the token after the next one is this symbol.
    pub fn ahead_is(&self, symbol: &str) -> bool {
        self.ahead.kind == Kind::Symbol && self.lexer.text(self.ahead) == symbol
    }

    /// Whether the text of the token after the next one ends with this character.
    pub fn ahead_ends_with(&self, last: char) -> bool {
        self.lexer.text(self.ahead).ends_with(last)
    }

    pub fn ahead_is_word(&self) -> bool {
        self.ahead.kind == Kind::Word
    }

    pub fn eat(&mut self, symbol: &str) -> Result<bool, Fault> {
        let found = self.at(symbol);
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    pub fn expect(&mut self, symbol: &str) -> Result<Token, Fault> {
        if self.at(symbol) { self.advance() } else { Err(self.expected(&format!("'{symbol}'"))) }
    }

    pub fn semicolon(&mut self) -> Result<(), Fault> {
        self.expect(";").map(|_| ())
    }

    /// The error that something else was expected where the parser stands.
    pub fn expected(&self, what: &str) -> Fault {
        let found = match self.token.kind {
            Kind::End => "the end of the source".to_owned(),
            _ => quote(self.text()),
        };
        Fault::invalid(self.token.start, format!("expected {what}, found {found}"))
    }

    pub fn name(&mut self, what: &str) -> Result<Name, Fault> {
        if self.token.kind != Kind::Word {
            return Err(self.expected(what));
        }
        let offset = self.token.start;
        let text = self.text();
        if self.version == Version::OpenQasm3 && crate::keywords3::is_reserved(text) {
            let message =
                format!("{} is a keyword of OpenQASM 3 and cannot be a name; choose another one", quote(text));
            return Err(Fault::invalid(offset, message));
        }
        self.advance()?;
        Ok(Name { text: Rc::from(text), offset })
    }

    pub fn names(&mut self, what: &str, end: &str) -> Result<Vec<Name>, Fault> {
        let mut names = Vec::new();
        while !self.at(end) {
            names.push(self.name(what)?);
            if !self.eat(",")? {
                break;
            }
        }
        Ok(names)
    }

    // Parts that both versions share

    pub fn include(&mut self) -> Result<StatementKind, Fault> {
        self.advance()?;
        if self.token.kind != Kind::Text {
            return Err(self.expected("a file name in double quotes"));
        }
        let text = self.text();
        let name = Rc::from(&text[1..text.len() - 1]);
        self.advance()?;
        self.semicolon()?;
        Ok(StatementKind::Include(name))
    }

    /// `[size]` behind a register name or a type.
    pub fn size(&mut self) -> Result<Option<Expression>, Fault> {
        if !self.eat("[")? {
            return Ok(None);
        }
        let size = self.expression()?;
        self.expect("]")?;
        Ok(Some(size))
    }

    pub fn operand(&mut self) -> Result<Operand, Fault> {
        let offset = self.token.start;
        let base = match self.token.kind {
            Kind::Physical => OperandBase::Physical(self.physical_number()?),
            _ => OperandBase::Name(self.name("a qubit or a register")?.text),
        };
        let indices = self.indices()?;
        Ok(Operand { base, indices, offset })
    }

    /// The number behind the `$` that the parser stands on.
    pub fn physical_number(&mut self) -> Result<u32, Fault> {
        let text = self.text();
        match text[1..].parse::<u32>().ok().filter(|number| *number < u32::MAX) {
            Some(number) => {
                self.advance()?;
                Ok(number)
            }
            None => {
                let message = format!(
                    "physical qubit {} has too large a number; at most {MAX_QUBITS} qubits are supported",
                    quote(text)
                );
                Err(Fault::too_large(self.token.start, message))
            }
        }
    }

    pub fn operands(&mut self) -> Result<Vec<Operand>, Fault> {
        let mut operands = vec![self.operand()?];
        while self.eat(",")? {
            operands.push(self.operand()?);
        }
        Ok(operands)
    }

    /// `name(parameters) operands;`
    pub fn gate_call(&mut self, modifiers: Vec<Modifier>) -> Result<StatementKind, Fault> {
        if self.token.kind != Kind::Word {
            return Err(self.expected("the name of a gate"));
        }
        let name = Name { text: Rc::from(self.text()), offset: self.token.start };
        self.advance()?;
        let mut parameters = Vec::new();
        if self.eat("(")? {
            while !self.at(")") {
                parameters.push(self.expression()?);
                if !self.eat(",")? {
                    break;
                }
            }
            self.expect(")")?;
        }
        if self.at("[") {
            let message = "a duration on a gate is not supported; remove it: gates take no time here";
            return Err(Fault::unsupported(self.token.start, message));
        }
        let operands = if self.at(";") { Vec::new() } else { self.operands()? };
        self.semicolon()?;
        Ok(StatementKind::Call(GateCall { modifiers, name, parameters, operands }))
    }

    /// `gate name(parameters) qubits { body }`
    pub fn gate_definition(&mut self) -> Result<StatementKind, Fault> {
        let is_native = std::mem::take(&mut self.native_pending);
        self.advance()?;
        let name = self.name("the name of the gate")?;
        let mut parameters = Vec::new();
        if self.eat("(")? {
            parameters = self.names("the name of a parameter", ")")?;
            self.expect(")")?;
        }
        let qubits = self.names("the name of a qubit", "{")?;
        let body = self.block()?;
        let definition = Rc::new(GateDefinition { name, parameters, qubits, body });
        Ok(if is_native { StatementKind::Native(definition) } else { StatementKind::Gate(definition) })
    }

    /// `{ … }`
    pub fn block(&mut self) -> Result<Vec<Statement>, Fault> {
        let open = self.expect("{")?;
        let mut statements = Vec::new();
        while !self.at("}") {
            if self.token.kind == Kind::End {
                return Err(Fault::invalid(open.start, "this '{' is never closed; end the block with '}'"));
            }
            statements.push(self.statement()?);
        }
        self.advance()?;
        Ok(statements)
    }

    pub fn measure_to(&mut self) -> Result<StatementKind, Fault> {
        self.advance()?;
        let qubits = self.operand()?;
        let bits = if self.eat("->")? { Some(self.operand()?) } else { None };
        if bits.is_none() && self.version == Version::OpenQasm2 {
            return Err(self.expected("'->' and the classical bit that takes the outcome"));
        }
        self.semicolon()?;
        Ok(StatementKind::Measure { qubits, bits })
    }
}

/// The error for what is nested too deeply.
pub(crate) fn too_deep(offset: Offset, limit: u32) -> Fault {
    Fault::too_large(offset, format!("this is nested deeper than {limit} levels; split it into smaller parts"))
}
