//! Errors of the scheduler: a code of the public table, a message for a person, and the place in the source.

use std::fmt;

/// The codes of the public error table that a problem can cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorCode {
    /// The source or an option is wrong.
    InvalidInput,
    /// A documented limit is exceeded.
    TooLarge,
}

impl ErrorCode {
    /// The code as the HTTP service, the command line and the npm package spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidInput => "invalid-input",
            Self::TooLarge => "too-large",
        }
    }
}

/// What is wrong, where, and what to do about it.
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
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self { code: ErrorCode::InvalidInput, message: message.into(), position: None }
    }

    /// A `too-large` error without a place.
    pub(crate) fn too_large(message: impl Into<String>) -> Self {
        Self { code: ErrorCode::TooLarge, message: message.into(), position: None }
    }

    /// The same error at a line and column of the source; a place that is already set is kept.
    pub(crate) fn at(mut self, line: u32, column: u32) -> Self {
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

/// Why a run gave no result. Broken invariants are not here: they panic and end the worker.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RunError {
    /// An option is wrong, or does not suit the problem.
    Refused(Error),
    /// The monitor wanted no result.
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
