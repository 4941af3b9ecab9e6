//! The languages that can be read, and how a source says which it is in.

use crate::lexer::Lexer;

/// A language that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// OpenQASM 2.0
    OpenQasm2,
    /// OpenQASM 3.x
    OpenQasm3,
}

impl Format {
    /// The name in jobs and on the command line: `openqasm2` or `openqasm3`.
    pub fn name(self) -> &'static str {
        match self {
            Self::OpenQasm2 => "openqasm2",
            Self::OpenQasm3 => "openqasm3",
        }
    }

    /// The format of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::OpenQasm2, Self::OpenQasm3].into_iter().find(|format| format.name() == name)
    }

    /// The format that the `OPENQASM` line of a source names; `None` without such a line, or with another version.
    pub fn sniff(source: &str) -> Option<Self> {
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
