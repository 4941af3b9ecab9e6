//! The formats of problems.
//!
//! | format | content | tasks are called |
//! |---|---|---|
//! | `rcp` (Patterson) | projects: tasks with demands on renewable resources | `1`, `2`, … as in the file |
//! | `jsp` (Taillard) | job shops: machines from 0 | `JOB.OPERATION`, from 1 |
//! | `fjs` (Brandimarte) | flexible job shops: machines from 1 | `JOB.OPERATION`, from 1 |
//! | `schedule-json` | everything that a [`Problem`] can have | as the file calls them |
//!
//! `docs/schedules.md` has them in full.

use crate::limits::MAX_BYTES;
use crate::problem::Problem;
use crate::{read_json, read_rcp, read_shop};
use ketflow_error::Error;

/// A format of this module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Patterson's format of projects.
    Rcp,
    /// Taillard's job shops.
    Jsp,
    /// Brandimarte's flexible job shops.
    Fjs,
    /// `ketflow-schedule/1`.
    ScheduleJson,
}

impl Format {
    /// Every format, by the name under which a job gives it.
    pub const ALL: [(&'static str, Self); 4] =
        [("rcp", Self::Rcp), ("jsp", Self::Jsp), ("fjs", Self::Fjs), ("schedule-json", Self::ScheduleJson)];

    /// Under which a job gives it.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, format)| *format == self).map_or("", |(name, _)| name)
    }

    /// The format of this name; `auto` finds out JSON, and nothing else: tables of numbers look alike.
    ///
    /// # Errors
    /// As [`Self::named`].
    pub fn of(name: &str, source: &[u8]) -> Result<Self, Error> {
        match name {
            "auto" if source.trim_ascii_start().starts_with(b"{") => Ok(Self::ScheduleJson),
            "auto" => Err(Error::invalid("the format is not clear; name one of rcp, jsp, fjs, schedule-json").at(1, 1)),
            _ => Self::named(name),
        }
    }

    /// The format of this name.
    ///
    /// # Errors
    /// `invalid-input` with the names that there are.
    pub fn named(name: &str) -> Result<Self, Error> {
        let found = Self::ALL.iter().find(|(known, _)| *known == name);
        found.map(|(_, format)| *format).ok_or_else(|| {
            let known = Self::ALL.map(|(known, _)| known).join(", ");
            Error::invalid(format!("format '{}' is not known; give one of {known}", crate::words::shortened(name)))
        })
    }
}

/// Reads a problem.
///
/// # Errors
/// `invalid-input` with line and column, `too-large` beyond [`crate::limits`].
pub fn read(format: Format, source: &[u8]) -> Result<Problem, Error> {
    if source.len() > MAX_BYTES {
        return Err(Error::too_large(format!("the source has {} bytes; at most {MAX_BYTES} are taken", source.len())));
    }
    let text = std::str::from_utf8(source).map_err(|error| {
        let before = source[..error.valid_up_to()].split(|byte| *byte == b'\n');
        Error::invalid("the text is not UTF-8 from here on").at(before.count() as u32, 1)
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match format {
        Format::Rcp => read_rcp::read(text),
        Format::Jsp => read_shop::read_jsp(text),
        Format::Fjs => read_shop::read_fjs(text),
        Format::ScheduleJson => read_json::read(text),
    }
}
