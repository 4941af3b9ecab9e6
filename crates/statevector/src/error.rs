//! Why a run gave no result.

use crate::monitor::Interrupted;
use ketflow_circuit::Error;
use std::fmt;

/// Why a run gave no result. Broken invariants are not here: they panic and end the worker.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RunError {
    /// The circuit, an option or their combination is refused.
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
