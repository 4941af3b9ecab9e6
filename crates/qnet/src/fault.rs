//! Errors inside the reader: the place is a byte offset, turned into line and column once, at the public door.

use ketflow_error::{Error, ErrorCode};

/// An error at a byte offset of the source.
#[derive(Debug)]
pub(crate) struct Fault {
    pub code: ErrorCode,
    pub message: String,
    pub offset: usize,
}

impl Fault {
    /// The public error, with the line and column of the offset in `source`; columns count Unicode characters.
    pub fn locate(self, source: &str) -> Error {
        let before = &source[..self.offset.min(source.len())];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let column = before[line_start..].chars().count() + 1;
        Error { code: self.code, message: self.message, position: Some((line as u32, column as u32)) }
    }
}

/// A piece of the source as an error shows it: long ones are cut.
pub(crate) fn quote(text: &str) -> String {
    const SHOWN: usize = 40;
    match text.char_indices().nth(SHOWN) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text.to_owned(),
    }
}
