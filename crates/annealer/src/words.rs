//! The words of a text that is read line by line, each with its place.

use crate::bqm::{MAX_COUPLINGS, MAX_VARIABLES};
use ketflow_error::Error;

/// A word of a line, with the column where it begins.
#[derive(Clone, Copy)]
pub(crate) struct Word<'a> {
    pub(crate) text: &'a str,
    pub(crate) line: u32,
    pub(crate) column: u32,
}

impl Word<'_> {
    pub(crate) fn wrong(&self, message: impl Into<String>) -> Error {
        Error::invalid(message).at(self.line, self.column)
    }

    pub(crate) fn index(&self, what: &str) -> Result<usize, Error> {
        let limit = MAX_COUPLINGS.max(MAX_VARIABLES);
        match self.text.parse::<usize>() {
            Ok(number) if number <= limit => Ok(number),
            Ok(number) => {
                Err(Error::too_large(format!("{what} {number} is more than {limit}")).at(self.line, self.column))
            }
            Err(_) => Err(self.wrong(format!("{what} '{}' is no whole number", shortened(self.text)))),
        }
    }

    pub(crate) fn number(&self, what: &str) -> Result<f64, Error> {
        match self.text.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(value),
            _ => Err(self.wrong(format!("{what} '{}' is no finite number; write such as -1.5", shortened(self.text)))),
        }
    }
}

pub(crate) fn shortened(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A line that says something: its number and its words.
pub(crate) struct Line<'a> {
    pub(crate) number: u32,
    pub(crate) text: &'a str,
    pub(crate) words: Vec<Word<'a>>,
}

impl<'a> Line<'a> {
    pub(crate) fn new(number: u32, text: &'a str) -> Self {
        let mut words = Vec::new();
        let (mut column, mut start) = (1u32, None);
        for (at, character) in text.char_indices().chain([(text.len(), ' ')]) {
            match (character.is_whitespace(), start) {
                (false, None) => start = Some((at, column)),
                (true, Some((from, column))) => {
                    words.push(Word { text: &text[from..at], line: number, column });
                    start = None;
                }
                _ => {}
            }
            column += character.len_utf16() as u32;
        }
        Self { number, text, words }
    }

    /// The words, when there are as many as the format wants.
    pub(crate) fn exactly<const N: usize>(&self, form: &str) -> Result<[Word<'a>; N], Error> {
        <[Word<'a>; N]>::try_from(self.words.as_slice()).map_err(|_| {
            let column = self.words.get(N).map_or(1, |word| word.column);
            let message = format!("expected '{form}', found {} words", self.words.len());
            Error::invalid(message).at(self.number, column)
        })
    }
}

pub(crate) fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    text.lines().zip(1u32..).map(|(line, number)| Line::new(number, line)).filter(|line| !line.words.is_empty())
}

pub(crate) fn placed<T>(result: Result<T, Error>, word: Word<'_>) -> Result<T, Error> {
    result.map_err(|error| error.at(word.line, word.column))
}
