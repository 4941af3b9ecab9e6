//! Errors inside the readers: the place is a byte offset, turned into line and column once, at the public door.

use ketflow_error::{Error, ErrorCode};

/// An error at a byte offset of the source.
#[derive(Debug)]
pub(crate) struct Fault {
    code: ErrorCode,
    message: String,
    /// Where in the source.
    pub offset: u32,
}

impl Fault {
    pub fn invalid(offset: u32, message: impl Into<String>) -> Self {
        Self { code: ErrorCode::InvalidInput, message: message.into(), offset }
    }

    pub fn unsupported(offset: u32, message: impl Into<String>) -> Self {
        Self { code: ErrorCode::Unsupported, message: message.into(), offset }
    }

    pub fn too_large(offset: u32, message: impl Into<String>) -> Self {
        Self { code: ErrorCode::TooLarge, message: message.into(), offset }
    }

    /// The same error at another place.
    pub fn moved_to(self, offset: u32) -> Self {
        Self { offset, ..self }
    }

    /// The public error, with the line and column of the offset in `source`.
    pub fn locate(self, source: &str) -> Error {
        let (line, column) = line_and_column(source, self.offset);
        Error { code: self.code, message: self.message, position: Some((line, column)) }
    }
}

/// Line and column of a byte offset, both from 1; columns count Unicode characters.
pub(crate) fn line_and_column(source: &str, offset: u32) -> (u32, u32) {
    let mut end = (offset as usize).min(source.len());
    while !source.is_char_boundary(end) {
        end -= 1;
    }
    let before = &source[..end];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    (line as u32, before[line_start..].chars().count() as u32 + 1)
}

/// A name from the source as an error shows it: long ones are cut.
pub(crate) fn quote(text: &str) -> String {
    const SHOWN: usize = 40;
    if text.chars().count() <= SHOWN {
        format!("'{text}'")
    } else {
        let head: String = text.chars().take(SHOWN).collect();
        format!("'{head}…'")
    }
}

/// The candidate nearest to `name`, when it is near enough to be a typing mistake.
pub(crate) fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    if name.len() > 40 {
        return None;
    }
    let allowed = if name.chars().count() <= 3 { 1 } else { 2 };
    candidates
        .map(|candidate| (edit_distance(&name.to_lowercase(), &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= allowed && *distance < candidate.chars().count())
        .min()
        .map(|(_, candidate)| candidate)
}

/// The gate nearest to `name`. Names of one or two letters are all near each other, and a letter more is another gate,
/// so only one of at least three letters is taken for another of the same length, or a name in the other case.
pub(crate) fn nearest_gate<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let length = name.chars().count();
    let is_near =
        |candidate: &&str| candidate.eq_ignore_ascii_case(name) || (length >= 3 && candidate.chars().count() == length);
    nearest(name, candidates.filter(is_near))
        .filter(|near| edit_distance(&name.to_lowercase(), &near.to_lowercase()) <= 1)
}

/// Levenshtein distance in characters.
fn edit_distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, x) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in right.iter().enumerate() {
            let substituted = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}
