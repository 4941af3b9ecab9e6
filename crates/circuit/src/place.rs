//! Where in its source an operation stands, for errors that only an engine can find.

/// The place of an operation. Two circuits are the same wherever their text stood, so all places are equal.
#[derive(Debug, Clone, Copy, Default)]
pub struct Place(Option<u32>);

impl Place {
    /// At a byte offset of the source.
    pub(crate) fn at(offset: u32) -> Self {
        Self(Some(offset))
    }
}

impl PartialEq for Place {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// Where the lines of a source begin. As [`Place`], equal to every other.
#[derive(Debug, Clone, Default)]
pub struct Lines {
    /// Byte offsets of line breaks, ascending.
    breaks: Vec<u32>,
    /// Byte offsets of bytes that begin no character, ascending: columns count characters.
    continued: Vec<u32>,
}

impl PartialEq for Lines {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Lines {
    pub(crate) fn of(source: &str) -> Self {
        let mut lines = Self::default();
        for (offset, byte) in source.bytes().enumerate() {
            match byte {
                b'\n' => lines.breaks.push(offset as u32),
                0x80..=0xBF => lines.continued.push(offset as u32),
                _ => {}
            }
        }
        lines
    }

    /// Line and column of a place, both from 1; columns count Unicode characters. None for operations without a source.
    pub fn locate(&self, place: Place) -> Option<(u32, u32)> {
        let offset = place.0?;
        let line = self.breaks.partition_point(|at| *at < offset);
        let start = if line == 0 { 0 } else { self.breaks[line - 1] + 1 };
        let before = |end: u32| self.continued.partition_point(|at| *at < end) as u32;
        Some((line as u32 + 1, offset - start - (before(offset) - before(start)) + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::line_and_column;

    #[test]
    fn places_are_those_of_errors() {
        let source = "OPENQASM 3.0; // é → ∑\nqubit q;\n\n/* 😀 */ x q; z q;\n";
        let lines = Lines::of(source);
        for (offset, _) in source.char_indices() {
            let expected = Some(line_and_column(source, offset as u32));
            assert_eq!(lines.locate(Place::at(offset as u32)), expected, "{offset}");
        }
        assert_eq!(lines.locate(Place::default()), None);
    }
}
