//! Source text to tokens, on demand; one lexer for both versions of the language.

use crate::fault::{Fault, quote};

/// What a token is; its text is the slice of the source between `start` and `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A name or a keyword.
    Word,
    /// A whole number in base 10, 16, 8 or 2.
    Integer,
    /// A number with a point or an exponent.
    Float,
    /// A number with a unit of time.
    Duration,
    /// A number with the suffix `im`, or `j`.
    Imaginary,
    /// Text between double quotes, which are part of the token.
    Text,
    /// `$` and a number.
    Physical,
    /// `@name …` to the end of the line.
    Annotation,
    /// `pragma …` or `#pragma …` to the end of the line.
    Pragma,
    /// An operator or a bracket.
    Symbol,
    /// Behind the last token.
    End,
}

/// One token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token {
    pub kind: Kind,
    pub start: u32,
    pub end: u32,
}

/// Operators, longest first.
const SYMBOLS: &[&str] = &[
    "**=", "<<=", ">>=", "->", "==", "!=", "<=", ">=", "&&", "||", "<<", ">>", "**", "++", "+=", "-=", "*=", "/=",
    "%=", "&=", "|=", "^=", "~=", "[", "]", "{", "}", "(", ")", ":", ";", ",", ".", "=", "+", "-", "*", "/", "%", "!",
    "&", "|", "^", "~", "<", ">", "@", "#",
];

/// Units that a duration literal may have.
const UNITS: &[&str] = &["ns", "us", "µs", "μs", "ms", "s", "dt"];

/// Reads tokens one after the other.
pub(crate) struct Lexer<'s> {
    pub source: &'s str,
    position: usize,
    /// Whether the token before was a modifier, so that `@` belongs to it; otherwise `@` starts an annotation.
    may_annotate: bool,
}

impl<'s> Lexer<'s> {
    pub fn new(source: &'s str) -> Self {
        // A byte order mark is not part of the program.
        let position = if source.starts_with('\u{feff}') { 3 } else { 0 };
        Self { source, position, may_annotate: true }
    }

    /// Reads from a byte offset on.
    pub fn starting_at(source: &'s str, position: usize) -> Self {
        Self { source, position, may_annotate: false }
    }

    /// The text of a token.
    pub fn text(&self, token: Token) -> &'s str {
        &self.source[token.start as usize..token.end as usize]
    }

    /// The next token; [`Kind::End`] again and again at the end.
    pub fn next_token(&mut self) -> Result<Token, Fault> {
        self.skip_blanks()?;
        let start = self.position;
        let rest = &self.source[start..];
        let Some(first) = rest.chars().next() else {
            return Ok(Token { kind: Kind::End, start: start as u32, end: start as u32 });
        };
        let kind = match first {
            '@' if self.may_annotate => self.line(Kind::Annotation),
            '#' if rest.starts_with("#pragma") => self.line(Kind::Pragma),
            '0'..='9' => self.number()?,
            '.' if rest[1..].starts_with(|c: char| c.is_ascii_digit()) => self.number()?,
            '"' | '\'' => self.quoted(first)?,
            '$' => self.physical()?,
            _ if is_word_start(first) => self.word(),
            _ => self.symbol(first)?,
        };
        let token = Token { kind, start: start as u32, end: self.position as u32 };
        // An annotation stands at the start of a statement; `ctrl @`, `inv @`, `pow(2) @` follow a word or a bracket.
        self.may_annotate = matches!(kind, Kind::Annotation | Kind::Pragma)
            || (kind == Kind::Symbol && matches!(self.text(token), ";" | "{" | "}"));
        Ok(token)
    }

    fn skip_blanks(&mut self) -> Result<(), Fault> {
        loop {
            // Most tokens touch, or one space is between them.
            while matches!(self.byte(), Some(b' ' | b'\n')) {
                self.position += 1;
            }
            if self.byte().is_some_and(|byte| byte.is_ascii_graphic() && byte != b'/') {
                return Ok(());
            }
            let rest = &self.source[self.position..];
            let blank = rest.len() - rest.trim_start().len();
            self.position += blank;
            let rest = &self.source[self.position..];
            if rest.starts_with("//") {
                self.position += rest.find('\n').unwrap_or(rest.len());
            } else if rest.starts_with("/*") {
                let Some(length) = rest.find("*/") else {
                    return Err(Fault::invalid(self.position as u32, "this comment is never closed; end it with '*/'"));
                };
                self.position += length + 2;
            } else {
                return Ok(());
            }
        }
    }

    fn byte(&self) -> Option<u8> {
        self.source.as_bytes().get(self.position).copied()
    }

    fn take_digits(&mut self) {
        while self.byte().is_some_and(|byte| byte.is_ascii_digit() || byte == b'_') {
            self.position += 1;
        }
    }

    fn take_word(&mut self) {
        while self.byte().is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            self.position += 1;
        }
        if self.byte().is_some_and(|byte| !byte.is_ascii()) {
            self.take_while(is_word);
        }
    }

    fn take_while(&mut self, accepts: impl Fn(char) -> bool) {
        let rest = &self.source[self.position..];
        self.position += rest.find(|c: char| !accepts(c)).unwrap_or(rest.len());
    }

    fn line(&mut self, kind: Kind) -> Kind {
        self.take_while(|c| c != '\n');
        kind
    }

    fn word(&mut self) -> Kind {
        let start = self.position;
        self.take_word();
        if &self.source[start..self.position] == "pragma" { self.line(Kind::Pragma) } else { Kind::Word }
    }

    fn number(&mut self) -> Result<Kind, Fault> {
        let start = self.position;
        let rest = &self.source[start..];
        let mut kind = Kind::Integer;
        let is_based = rest.len() > 1 && matches!(&rest.as_bytes()[..2], b"0x" | b"0X" | b"0b" | b"0B" | b"0o" | b"0O");
        if is_based {
            self.position += 2;
            self.take_while(|c| c.is_ascii_hexdigit() || c == '_');
        } else {
            self.take_digits();
            if self.source[self.position..].starts_with('.') {
                kind = Kind::Float;
                self.position += 1;
                self.take_digits();
            }
            let tail = &self.source[self.position..];
            if tail.starts_with(['e', 'E']) {
                let digits = tail[1..].strip_prefix(['+', '-']).unwrap_or(&tail[1..]);
                if digits.starts_with(|c: char| c.is_ascii_digit()) {
                    kind = Kind::Float;
                    self.position += tail.len() - digits.len();
                    self.take_digits();
                }
            }
            // A unit may stand apart: `100 ns`.
            let end = self.position;
            if self.byte().is_some_and(|byte| byte.is_ascii_punctuation() && byte != b'_') {
                return Ok(kind);
            }
            self.take_while(|c| c == ' ');
            let unit_start = self.position;
            self.take_while(is_word);
            let unit = &self.source[unit_start..self.position];
            if UNITS.contains(&unit) {
                return Ok(Kind::Duration);
            }
            // Python's spelling, which Qiskit writes into programs, never stands apart.
            if unit == "im" || unit == "j" && unit_start == end {
                return Ok(Kind::Imaginary);
            }
            self.position = end;
        }
        if self.source[self.position..].starts_with(is_word) {
            self.take_while(is_word);
            let text = quote(&self.source[start..self.position]);
            return Err(Fault::invalid(
                start as u32,
                format!("{text} is neither a number nor a name; a name starts with a letter"),
            ));
        }
        Ok(kind)
    }

    fn quoted(&mut self, mark: char) -> Result<Kind, Fault> {
        let start = self.position;
        self.position += 1;
        self.take_while(|c| c != mark && c != '\n');
        if !self.source[self.position..].starts_with(mark) {
            return Err(Fault::invalid(
                start as u32,
                format!("this text is never closed; end it with {mark} on the same line"),
            ));
        }
        self.position += 1;
        Ok(Kind::Text)
    }

    fn physical(&mut self) -> Result<Kind, Fault> {
        let start = self.position;
        self.position += 1;
        self.take_while(|c| c.is_ascii_digit());
        if self.position == start + 1 {
            return Err(Fault::invalid(
                start as u32,
                "'$' must be followed by the number of a physical qubit, as in '$0'",
            ));
        }
        Ok(Kind::Physical)
    }

    fn symbol(&mut self, first: char) -> Result<Kind, Fault> {
        // Brackets and separators are half of all tokens, and no longer symbol begins with one.
        if matches!(first, '[' | ']' | '{' | '}' | '(' | ')' | ':' | ';' | ',' | '.') {
            self.position += 1;
            return Ok(Kind::Symbol);
        }
        let rest = &self.source[self.position..];
        match SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol)) {
            Some(symbol) => {
                self.position += symbol.len();
                Ok(Kind::Symbol)
            }
            None => {
                let shown = first.escape_default();
                Err(Fault::invalid(
                    self.position as u32,
                    format!("the character '{shown}' has no meaning here; remove it"),
                ))
            }
        }
    }
}

fn is_word_start(c: char) -> bool {
    c == '_' || c.is_alphabetic() || c == '℘'
}

/// Whether `c` may stand inside a name.
pub(crate) fn is_word(c: char) -> bool {
    is_word_start(c) || c.is_alphanumeric()
}
