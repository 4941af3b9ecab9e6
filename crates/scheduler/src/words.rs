//! Text as words with their places, for the formats that are rows of numbers.

use ketflow_error::Error;

/// A word, with the line and column where it begins; columns count UTF-16 units, as editors do.
#[derive(Clone, Copy)]
pub(crate) struct Word<'a> {
    pub text: &'a str,
    pub line: u32,
    pub column: u32,
}

impl Word<'_> {
    pub fn place(&self) -> (u32, u32) {
        (self.line, self.column)
    }

    pub fn wrong(&self, message: impl Into<String>) -> Error {
        Error::invalid(message).at(self.line, self.column)
    }

    /// A whole number from 0 to `most`.
    pub fn number(&self, what: &str, most: u32) -> Result<u32, Error> {
        match self.text.parse::<u64>() {
            Ok(number) if number <= u64::from(most) => Ok(number as u32),
            Ok(number) => {
                Err(Error::too_large(format!("{what} {number} is more than {most}")).at(self.line, self.column))
            }
            Err(_) => Err(self.wrong(format!("{what} '{}' is no whole number from 0 to {most}", shortened(self.text)))),
        }
    }
}

pub(crate) fn shortened(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The words of a row or of a whole file, taken one by one.
pub(crate) struct Words<'a> {
    words: std::vec::IntoIter<Word<'a>>,
    /// Where something would have to stand that is missing.
    end: (u32, u32),
}

impl<'a> Words<'a> {
    /// Every word of the text.
    pub fn all(text: &'a str) -> Self {
        let words: Vec<Word<'a>> = text.lines().zip(1u32..).flat_map(|(line, number)| words(line, number)).collect();
        Self::new(words)
    }

    /// The rows of the text that have words and do not begin with `#`.
    pub fn rows(text: &'a str) -> impl Iterator<Item = Self> {
        let rows = text.lines().zip(1u32..).map(|(line, number)| words(line, number));
        rows.filter(|words| words.first().is_some_and(|word| !word.text.starts_with('#'))).map(Self::new)
    }

    fn new(words: Vec<Word<'a>>) -> Self {
        let end =
            words.last().map_or((1, 1), |word| (word.line, word.column + word.text.encode_utf16().count() as u32));
        Self { words: words.into_iter(), end }
    }

    /// The next word, which stays.
    pub fn peek(&self) -> Option<&Word<'a>> {
        self.words.as_slice().first()
    }

    pub fn left(&self) -> usize {
        self.words.len()
    }

    /// Where the row ends.
    pub fn end(&self) -> (u32, u32) {
        self.end
    }

    pub fn next(&mut self, what: &str) -> Result<Word<'a>, Error> {
        self.words.next().ok_or_else(|| {
            let (line, column) = self.end;
            Error::invalid(format!("{what} is missing here")).at(line, column)
        })
    }

    pub fn number(&mut self, what: &str, most: u32) -> Result<u32, Error> {
        self.next(what)?.number(what, most)
    }

    /// A count above 0, of which there can be no more than `most`.
    pub fn count(&mut self, what: &str, most: usize) -> Result<usize, Error> {
        let word = self.next(what)?;
        match word.number(what, most as u32)? {
            0 => Err(word.wrong(format!("{what} is 0; give 1 to {most}"))),
            count => Ok(count as usize),
        }
    }

    /// Refuses what is left.
    pub fn nothing_more(&mut self, expected: &str) -> Result<(), Error> {
        match self.words.next() {
            None => Ok(()),
            Some(word) => Err(word.wrong(format!("'{}' stands behind {expected}", shortened(word.text)))),
        }
    }
}

fn words(line: &str, number: u32) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let (mut column, mut start) = (1u32, None);
    for (at, character) in line.char_indices().chain([(line.len(), ' ')]) {
        match (character.is_whitespace(), start) {
            (false, None) => start = Some((at, column)),
            (true, Some((from, column))) => {
                words.push(Word { text: &line[from..at], line: number, column });
                start = None;
            }
            _ => {}
        }
        column += character.len_utf16() as u32;
    }
    words
}
