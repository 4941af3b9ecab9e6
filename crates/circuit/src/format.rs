//! The languages that can be read, and how a source says which it is in.

use crate::lexer::Lexer;

/// A language that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// OpenQASM 2.0
    OpenQasm2,
    /// OpenQASM 3.x
    OpenQasm3,
    /// The JSON of IonQ's API
    IonqJson,
}

impl Format {
    /// Every format.
    pub const ALL: &[Self] = &[Self::OpenQasm2, Self::OpenQasm3, Self::IonqJson];

    /// The name in jobs and on the command line: `openqasm2`, `openqasm3` or `ionq-json`.
    pub fn name(self) -> &'static str {
        match self {
            Self::OpenQasm2 => "openqasm2",
            Self::OpenQasm3 => "openqasm3",
            Self::IonqJson => "ionq-json",
        }
    }

    /// The format of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|format| format.name() == name)
    }

    /// The format that a source names: a JSON object is IonQ's, no other JSON holds circuits; else the `OPENQASM` line decides.
    /// `None` without such a line, or with another version.
    pub fn sniff(source: &str) -> Option<Self> {
        let object = source.strip_prefix('\u{feff}').unwrap_or(source).trim_start().strip_prefix('{');
        if object.is_some_and(|fields| fields.trim_start().starts_with('"')) {
            return Some(Self::IonqJson);
        }
        let mut lexer = Lexer::new(source);
        let keyword = lexer.next_token().ok()?;
        if lexer.text(keyword) != "OPENQASM" {
            return None;
        }
        let version = lexer.next_token().ok()?;
        match lexer.text(version).split('.').next() {
            Some("2") => Some(Self::OpenQasm2),
            Some("3") => Some(Self::OpenQasm3),
            _ => None,
        }
    }
}

/// A version of OpenQASM: what the parser and the lowering of its statements know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Version {
    OpenQasm2,
    OpenQasm3,
}

impl Version {
    /// The name of its format.
    pub fn name(self) -> &'static str {
        match self {
            Self::OpenQasm2 => Format::OpenQasm2.name(),
            Self::OpenQasm3 => Format::OpenQasm3.name(),
        }
    }
}
