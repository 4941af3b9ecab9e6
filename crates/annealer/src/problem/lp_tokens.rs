//! The words of an LP file.

use super::fields::shortened;
use ketflow_error::Error;

/// What a word is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Kind<'a> {
    Number(f64),
    Name(&'a str),
    Relation(Relation),
    /// One of `+ - * / ^ [ ] :`.
    Sign(char),
    End,
}

/// How the two sides of a constraint or a bound compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    AtMost,
    AtLeast,
    Equal,
}

/// A word and where it begins.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind<'a>,
    pub(super) line: u32,
    pub(super) column: u32,
    /// Nothing stands before it in its line.
    pub(super) is_first: bool,
}

impl Token<'_> {
    pub(super) fn wrong(&self, message: impl Into<String>) -> Error {
        Error::invalid(message).at(self.line, self.column)
    }

    pub(super) fn unsupported(&self, message: impl Into<String>) -> Error {
        Error::unsupported(message).at(self.line, self.column)
    }

    pub(super) fn is(&self, sign: char) -> bool {
        self.kind == Kind::Sign(sign)
    }

    /// As the source has it.
    pub(super) fn text(&self) -> String {
        match self.kind {
            Kind::Number(value) => value.to_string(),
            Kind::Name(name) => format!("'{}'", shortened(name)),
            Kind::Relation(Relation::AtMost) => "'<='".into(),
            Kind::Relation(Relation::AtLeast) => "'>='".into(),
            Kind::Relation(Relation::Equal) => "'='".into(),
            Kind::Sign(sign) => format!("'{sign}'"),
            Kind::End => "the end of the file".into(),
        }
    }
}

const NAME_SIGNS: &str = "!\"#$%&(),.;?@_'`{}~|";

/// The words of a text, with [`Kind::End`] behind the last one.
///
/// # Errors
/// `invalid-input` for a character that no word begins with and for numbers that are not finite.
pub(super) fn tokens(text: &str) -> Result<Vec<Token<'_>>, Error> {
    let mut list = Vec::new();
    let mut end = (1u32, 1u32);
    for (line, source) in (1u32..).zip(text.lines()) {
        let code = source.split('\\').next().unwrap_or_default();
        let mut at = 0usize;
        let mut is_first = true;
        while let Some(rest) = code.get(at..).filter(|rest| !rest.is_empty()) {
            let blank = rest.len() - rest.trim_start().len();
            if blank > 0 {
                at += blank;
                continue;
            }
            let column = code[..at].encode_utf16().count() as u32 + 1;
            let (length, kind) = word(rest).map_err(|error| error.at(line, column))?;
            list.push(Token { kind, line, column, is_first });
            at += length;
            is_first = false;
        }
        end = (line, source.encode_utf16().count() as u32 + 1);
    }
    list.push(Token { kind: Kind::End, line: end.0, column: end.1, is_first: true });
    Ok(list)
}

/// The word at the beginning of a text that begins with no space, and its length in bytes.
fn word(text: &str) -> Result<(usize, Kind<'_>), Error> {
    for (sign, relation) in [
        ("<=", Relation::AtMost),
        ("=<", Relation::AtMost),
        (">=", Relation::AtLeast),
        ("=>", Relation::AtLeast),
        ("<", Relation::AtMost),
        (">", Relation::AtLeast),
        ("=", Relation::Equal),
    ] {
        if text.starts_with(sign) {
            return Ok((sign.len(), Kind::Relation(relation)));
        }
    }
    let Some(first) = text.chars().next() else { return Ok((0, Kind::End)) };
    if "+-*/^[]:".contains(first) {
        return Ok((1, Kind::Sign(first)));
    }
    if first.is_ascii_digit() || (first == '.' && text[1..].starts_with(|c: char| c.is_ascii_digit())) {
        let length = number_length(text.as_bytes());
        return match text[..length].parse::<f64>() {
            Ok(value) if value.is_finite() => Ok((length, Kind::Number(value))),
            _ => Err(Error::invalid(format!("'{}' is no finite number", shortened(&text[..length])))),
        };
    }
    let is_part = |c: char| c.is_alphanumeric() || NAME_SIGNS.contains(c);
    match text.find(|c: char| !is_part(c)).unwrap_or(text.len()) {
        0 => Err(Error::invalid(format!("the character '{first}' has no meaning here"))),
        length => Ok((length, Kind::Name(&text[..length]))),
    }
}

/// Digits, a point with digits, and an exponent where digits follow it: `2e` is 2 and the name e.
fn number_length(bytes: &[u8]) -> usize {
    let digits = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut length = digits(0);
    if bytes.get(length) == Some(&b'.') {
        length += 1 + digits(length + 1);
    }
    if matches!(bytes.get(length), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(length + 1), Some(b'+' | b'-')));
        let exponent = bytes.get(length + 1 + sign..).map_or(0, |_| digits(length + 1 + sign));
        if exponent > 0 {
            length += 1 + sign + exponent;
        }
    }
    length
}
