//! The formats of models by name, and which one a source looks like.

use crate::read_dimod;
use crate::words::shortened;
use ketflow_error::Error;

/// A format of models.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Coordinates, as D-Wave's `dimod` writes them.
    Coo,
    /// The input of `qbsolv`.
    Qubo,
    /// Graphs as `rudy` generates them.
    Rudy,
    /// Beasley's binary quadratic programs.
    Bqp,
    /// What `to_serializable()` of `dimod` gives, as JSON.
    DimodJson,
    /// What `to_file()` of `dimod` gives.
    DimodBqm,
    /// Problems of known kinds, `ketflow-problem/1`.
    ProblemJson,
    /// CPLEX LP files.
    Lp,
}

impl Format {
    /// Every format, by the name under which a job gives it.
    pub const ALL: [(&'static str, Self); 8] = [
        ("coo", Self::Coo),
        ("qubo", Self::Qubo),
        ("rudy", Self::Rudy),
        ("bqp", Self::Bqp),
        ("dimod-json", Self::DimodJson),
        ("dimod-bqm", Self::DimodBqm),
        ("problem-json", Self::ProblemJson),
        ("lp", Self::Lp),
    ];

    /// The format of that name, or, for `auto`, the one that the source looks like.
    ///
    /// # Errors
    /// `invalid-input` for another name, and for a source that looks like none.
    pub fn named(name: &str, source: &[u8]) -> Result<Self, Error> {
        if name == "auto" {
            return Self::sniff(source).ok_or_else(|| {
                Error::invalid(format!("the format is not clear; name one of {}", Self::names())).at(1, 1)
            });
        }
        let known = Self::ALL.iter().find(|(known, _)| *known == name);
        known.map(|(_, format)| *format).ok_or_else(|| {
            Error::invalid(format!("unknown format '{}'; give one of {} or auto", shortened(name), Self::names()))
        })
    }

    /// Under which a job gives it.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, format)| *format == self).map_or("", |(name, _)| name)
    }

    fn names() -> String {
        Self::ALL.map(|(name, _)| name).join(", ")
    }

    /// By the first line that says something. Beasley's programs look like graphs, so they are never found.
    fn sniff(source: &[u8]) -> Option<Self> {
        if read_dimod::is_file(source) {
            return Some(Self::DimodBqm);
        }
        // A mistake in the encoding is reported by the reader.
        let text = String::from_utf8_lossy(source);
        let text = text.trim_start_matches('\u{feff}');
        let first = text.lines().map(str::trim).find(|line| !line.is_empty())?;
        let words: Vec<&str> = first.split_whitespace().collect();
        match words.as_slice() {
            ["p" | "c", ..] => Some(Self::Qubo),
            [word, ..] if word.starts_with('{') && !text.contains("\"problem\"") => Some(Self::DimodJson),
            [word, ..] if word.starts_with('{') => Some(Self::ProblemJson),
            [word, ..] if word.starts_with('\\') || is_lp_start(word) => Some(Self::Lp),
            [word, ..] if word.starts_with('#') => Some(Self::Coo),
            [n, m] if n.parse::<u32>().is_ok() && m.parse::<u32>().is_ok() => Some(Self::Rudy),
            [i, j, value] if i.parse::<u32>().is_ok() && j.parse::<u32>().is_ok() && value.parse::<f64>().is_ok() => {
                Some(Self::Coo)
            }
            _ => None,
        }
    }
}

/// Whether a word begins an LP file.
fn is_lp_start(word: &str) -> bool {
    let starts = ["minimize", "minimise", "minimum", "min", "maximize", "maximise", "maximum", "max"];
    starts.contains(&word.to_ascii_lowercase().as_str())
}
