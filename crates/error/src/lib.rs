//! What every engine says when there is no result: a code of the public table, a message for a person, and the place in the source.

#[cfg(target_arch = "wasm32")]
pub mod js;

use std::fmt;

/// The codes of the public error table that a job can cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorCode {
    /// The source or an option is wrong.
    InvalidInput,
    /// A valid wish that this version does not fulfil.
    Unsupported,
    /// A documented limit is exceeded.
    TooLarge,
}

impl ErrorCode {
    /// The code as the HTTP service, the command line and the npm package spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidInput => "invalid-input",
            Self::Unsupported => "unsupported",
            Self::TooLarge => "too-large",
        }
    }
}

/// What is wrong with a job, where, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// The public code.
    pub code: ErrorCode,
    /// One sentence with the offending value and the remedy, without the position.
    pub message: String,
    /// Line and column in the source, both from 1, where the error has a place.
    pub position: Option<(u32, u32)>,
}

impl Error {
    /// An `invalid-input` error without a place.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self { code: ErrorCode::InvalidInput, message: message.into(), position: None }
    }

    /// An `unsupported` error without a place.
    pub fn unsupported(message: impl Into<String>) -> Self {
        Self { code: ErrorCode::Unsupported, message: message.into(), position: None }
    }

    /// A `too-large` error without a place.
    pub fn too_large(message: impl Into<String>) -> Self {
        Self { code: ErrorCode::TooLarge, message: message.into(), position: None }
    }

    /// The same error at a line and column of the source; a place that is already set is kept.
    pub fn at(mut self, line: u32, column: u32) -> Self {
        self.position.get_or_insert((line, column));
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.position {
            Some((line, column)) => write!(f, "{line}:{column}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for Error {}

/// The monitor of a run wants it to stop without a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interrupted;

/// Why a run gave no result. Broken invariants are not here: they panic and end the worker.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RunError {
    /// The input, an option or their combination is refused.
    Refused(Error),
    /// The monitor asked to stop.
    Cancelled,
}

impl RunError {
    /// The code of the public error table.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused(error) => error.code.as_str(),
            Self::Cancelled => "cancelled",
        }
    }
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(error) => error.fmt(f),
            Self::Cancelled => f.write_str("the run was cancelled"),
        }
    }
}

impl std::error::Error for RunError {}

impl From<Error> for RunError {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

impl From<Interrupted> for RunError {
    fn from(_: Interrupted) -> Self {
        Self::Cancelled
    }
}
