//! A pull reader of JSON (RFC 8259) that knows where it is: every error names the path of the field and its place.
//!
//! The caller asks for what its format has next, so nothing is built but what is wanted, nesting is bounded by the format, and
//! the `NaN` and `Infinity` that Python writes get a better answer than a syntax error.

use crate::fault::{Fault, quote};
use ketflow_error::ErrorCode;
use std::borrow::Cow;
use std::fmt::Write;

/// What a value begins as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Object,
    Array,
    String,
    /// A number, a literal, or nothing of JSON.
    Word,
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Field(&'static str),
    Index(usize),
}

/// Reads one document from the front to the back.
pub(crate) struct Reader<'a> {
    source: &'a str,
    at: usize,
    path: Vec<Step>,
}

impl<'a> Reader<'a> {
    /// At the start of `source`, whose root is called `root` in errors; a byte order mark is skipped.
    pub fn new(source: &'a str, root: Option<&'static str>) -> Self {
        let at = if source.starts_with('\u{feff}') { 3 } else { 0 };
        Self { source, at, path: root.map(Step::Field).into_iter().collect() }
    }

    /// The next byte after white space; the reader stands on it.
    fn peek(&mut self) -> Option<u8> {
        let rest = &self.source.as_bytes()[self.at..];
        let space = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')).count();
        self.at += space;
        rest.get(space).copied()
    }

    /// Where the next value begins.
    pub fn offset(&mut self) -> usize {
        self.peek();
        self.at
    }

    /// What the next value begins as.
    pub fn kind(&mut self) -> Kind {
        match self.peek() {
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            Some(b'"') => Kind::String,
            _ => Kind::Word,
        }
    }

    /// Refuses anything but white space after the document.
    pub fn end(&mut self) -> Result<(), Fault> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.unexpected("the end of the file")),
        }
    }

    /// The items of an array, each read by `item`, which gets its index; returns their number.
    pub fn array(
        &mut self,
        wanted: &str,
        mut item: impl FnMut(&mut Self, usize) -> Result<(), Fault>,
    ) -> Result<usize, Fault> {
        self.open(b'[', wanted)?;
        if self.taken(b']') {
            return Ok(0);
        }
        for index in 0.. {
            self.path.push(Step::Index(index));
            item(self, index)?;
            let is_last = self.taken(b']');
            if !is_last && !self.taken(b',') {
                return Err(self.unexpected("',' or ']'"));
            }
            self.path.pop();
            if is_last {
                return Ok(index + 1);
            }
        }
        unreachable!("an array has an end or a fault")
    }

    /// The fields of an object, each read by `value`; a name that is not in `fields`, or twice there, is refused.
    pub fn object(
        &mut self,
        wanted: &str,
        fields: &[&'static str],
        mut value: impl FnMut(&mut Self, &'static str) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        self.open(b'{', wanted)?;
        let mut seen = Vec::new();
        if self.taken(b'}') {
            return Ok(());
        }
        loop {
            let offset = self.offset();
            if self.kind() != Kind::String {
                let found = self.found();
                return Err(self.invalid(offset, format!("has {found} where a field name in double quotes belongs")));
            }
            let name = self.string()?;
            let Some(field) = fields.iter().find(|field| **field == name) else {
                let known = fields.join(", ");
                return Err(
                    self.invalid(offset, format!("has an unknown field '{}'; it may have {known}", quote(&name)))
                );
            };
            if seen.contains(field) {
                return Err(self.invalid(offset, format!("has the field '{field}' twice; leave one out")));
            }
            seen.push(*field);
            self.path.push(Step::Field(field));
            if !self.taken(b':') {
                return Err(self.unexpected("':'"));
            }
            value(self, field)?;
            let is_last = self.taken(b'}');
            if !is_last && !self.taken(b',') {
                return Err(self.unexpected("',' or '}'"));
            }
            self.path.pop();
            if is_last {
                return Ok(());
            }
        }
    }

    /// A finite number, rounded to f32: to nearest from the nearest f64, as every reader of JSON in f64 does it.
    pub fn f32(&mut self) -> Result<f32, Fault> {
        let offset = self.offset();
        let word = self.word();
        if !is_number(word) {
            let hint = match word {
                "null" => " (JavaScript writes NaN and Infinity so)",
                _ => "",
            };
            return Err(self.wrong(offset, &format!("{hint}; give a finite number such as -0.25 or 1e-3")));
        }
        let value: f64 = word.parse().unwrap_or(f64::INFINITY);
        let value = value as f32;
        if !value.is_finite() {
            let text = format!("is {}, beyond the largest f32, 3.4028235e38; scale it down", quote(word));
            return Err(self.invalid(offset, text));
        }
        self.at += word.len();
        Ok(value)
    }

    /// A whole number from 1 to `max`.
    pub fn count(&mut self, max: usize) -> Result<usize, Fault> {
        let offset = self.offset();
        let word = self.word();
        match word.parse::<usize>() {
            Ok(count @ 1..) if is_number(word) && count <= max => {
                self.at += word.len();
                Ok(count)
            }
            Ok(count) if count > max => Err(self.too_large(offset, format!("is {count}; at most {max} is taken"))),
            _ => Err(self.wrong(offset, &format!("; give a whole number from 1 to {max}"))),
        }
    }

    /// A string.
    pub fn text(&mut self, wanted: &str) -> Result<Cow<'a, str>, Fault> {
        if self.kind() != Kind::String {
            let offset = self.offset();
            return Err(self.wrong(offset, &format!("; give {wanted}")));
        }
        self.string()
    }

    /// The reader stands on the opening quote.
    fn string(&mut self) -> Result<Cow<'a, str>, Fault> {
        let open = self.at;
        let mut text = String::new();
        let mut from = open + 1;
        loop {
            let rest = &self.source.as_bytes()[from..];
            let Some(length) = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | ..0x20)) else {
                return Err(self.invalid(open, "has a string without its closing quote"));
            };
            let stop = from + length;
            let piece = &self.source[from..stop];
            match rest[length] {
                b'"' => {
                    self.at = stop + 1;
                    return Ok(if text.is_empty() { Cow::Borrowed(piece) } else { Cow::Owned(text + piece) });
                }
                b'\\' => {
                    let Some((character, size)) = escaped(&self.source[stop + 1..]) else {
                        return Err(self.invalid(stop, "has a string with a bad escape; see RFC 8259, section 7"));
                    };
                    text.push_str(piece);
                    text.push(character);
                    from = stop + 1 + size;
                }
                control => {
                    let text =
                        format!("has the control character 0x{control:02x} in a string; write it as \\u{control:04x}");
                    return Err(self.invalid(stop, text));
                }
            }
        }
    }

    fn open(&mut self, bracket: u8, wanted: &str) -> Result<(), Fault> {
        let offset = self.offset();
        if self.taken(bracket) { Ok(()) } else { Err(self.wrong(offset, &format!("; give {wanted}"))) }
    }

    fn taken(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    /// The characters of a number or literal from here.
    fn word(&self) -> &'a str {
        let rest = &self.source[self.at..];
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '+' | '-' | '.' | '_');
        &rest[..rest.find(|c| !is_part(c)).unwrap_or(rest.len())]
    }

    /// What stands here, for an error.
    fn found(&mut self) -> String {
        let next = self.source[self.offset()..].chars().next();
        match next {
            None => "the end of the file".to_owned(),
            Some('{') => "an object".to_owned(),
            Some('[') => "an array".to_owned(),
            Some('"') => match self.string() {
                Ok(text) => format!("the string '{}'", quote(&text)),
                Err(_) => "a broken string".to_owned(),
            },
            Some(other) => match self.word() {
                "" => format!("'{other}'"),
                word => quote(word),
            },
        }
    }

    /// "PATH is FOUND", with `remedy` behind it.
    fn wrong(&mut self, offset: usize, remedy: &str) -> Fault {
        let found = self.found();
        self.invalid(offset, format!("is {found}{remedy}"))
    }

    /// A syntax error.
    fn unexpected(&mut self, wanted: &str) -> Fault {
        let offset = self.offset();
        let found = self.found();
        self.invalid(offset, format!("is not followed by {wanted} but by {found}"))
    }

    /// An `invalid-input` error: the path of the present value, then `text`.
    pub fn invalid(&self, offset: usize, text: impl AsRef<str>) -> Fault {
        self.fault(ErrorCode::InvalidInput, offset, text.as_ref())
    }

    /// A `too-large` error: the path of the present value, then `text`.
    pub fn too_large(&self, offset: usize, text: impl AsRef<str>) -> Fault {
        self.fault(ErrorCode::TooLarge, offset, text.as_ref())
    }

    /// An `unsupported` error: the path of the present value, then `text`.
    pub fn unsupported(&self, offset: usize, text: impl AsRef<str>) -> Fault {
        self.fault(ErrorCode::Unsupported, offset, text.as_ref())
    }

    fn fault(&self, code: ErrorCode, offset: usize, text: &str) -> Fault {
        Fault { code, message: format!("{} {text}", self.path()), offset }
    }

    /// The path of the present value, such as `layers[1].weights[3][2]`.
    pub fn path(&self) -> String {
        let mut path = String::new();
        for step in &self.path {
            let written = match step {
                Step::Field(field) if path.is_empty() => write!(path, "{field}"),
                Step::Field(field) => write!(path, ".{field}"),
                Step::Index(index) => write!(path, "[{index}]"),
            };
            debug_assert!(written.is_ok(), "a String takes everything");
        }
        if path.is_empty() { "the document".to_owned() } else { path }
    }
}

/// Whether `word` is a number of JSON: -? (0 | 1-9 digits) (. digits)? ((e | E) (+ | -)? digits)?
fn is_number(word: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (mantissa, exponent) = word.split_once(['e', 'E']).map_or((word, None), |(m, e)| (m, Some(e)));
    let (whole, fraction) = mantissa.split_once('.').map_or((mantissa, None), |(w, f)| (w, Some(f)));
    let whole = whole.strip_prefix('-').unwrap_or(whole);
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|text| digits(text.strip_prefix(['+', '-']).unwrap_or(text)))
}

/// The character of an escape and the bytes that it takes after the backslash.
fn escaped(text: &str) -> Option<(char, usize)> {
    let simple = match text.as_bytes().first()? {
        b'"' => '"',
        b'\\' => '\\',
        b'/' => '/',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => {
            let high = code_unit(text.get(1..5)?)?;
            if let Some(character) = char::from_u32(high) {
                return Some((character, 5));
            }
            let low = code_unit(text.get(5..11)?.strip_prefix("\\u")?)?;
            let character = char::decode_utf16([high as u16, low as u16]).next()?.ok()?;
            return Some((character, 11));
        }
        _ => return None,
    };
    Some((simple, 1))
}

fn code_unit(digits: &str) -> Option<u32> {
    let is_hexadecimal = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_hexadecimal { u32::from_str_radix(digits, 16).ok() } else { None }
}

#[cfg(test)]
mod tests;
