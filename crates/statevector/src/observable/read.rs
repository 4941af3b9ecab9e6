//! Reading Pauli sums such as `0.5*XXI - ZZZ`.

use ketflow_circuit::Error;

/// Whether X and Z are in a letter: Y has both.
pub(crate) type Letter = (bool, bool);

/// A product as it is written, the letter of the highest qubit first.
pub(crate) struct Product {
    pub(crate) coefficient: f64,
    pub(crate) letters: Vec<Letter>,
}

/// The products of a sum over any number of qubits, in the order of the text.
///
/// # Errors
/// As [`PauliSum::parse`].
pub(crate) fn read_sum(text: &str, qubits: u32) -> Result<Vec<Product>, Error> {
    let characters: Vec<char> = text.chars().collect();
    let mut reader = Reader { text: &characters, at: 0, qubits };
    let mut products = Vec::new();
    let mut sign = reader.sign().unwrap_or(1.0);
    loop {
        products.push(reader.term(sign)?);
        reader.spaces();
        if reader.at == reader.text.len() {
            return Ok(products);
        }
        sign = reader.sign().ok_or_else(|| reader.wrong("write + or - before the next term"))?;
    }
}

/// Characters of a sum that an error shows.
const SHOWN: usize = 60;

struct Reader<'a> {
    text: &'a [char],
    at: usize,
    qubits: u32,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.text.get(self.at).copied()
    }

    fn spaces(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    fn wrong(&self, message: &str) -> Error {
        // Of a long sum the part before the mistake.
        let start = self.at.saturating_sub(SHOWN / 2);
        let end = self.text.len().min(start + SHOWN);
        let shown: String = self.text[start..end].iter().collect();
        let (before, after) = (if start > 0 { "…" } else { "" }, if end < self.text.len() { "…" } else { "" });
        Error::invalid(format!("observable '{before}{shown}{after}', character {}: {message}", self.at + 1))
    }

    fn sign(&mut self) -> Option<f64> {
        self.spaces();
        let sign = match self.peek() {
            Some('+') => 1.0,
            Some('-' | '−') => -1.0,
            _ => return None,
        };
        self.at += 1;
        Some(sign)
    }

    fn term(&mut self, sign: f64) -> Result<Product, Error> {
        self.spaces();
        let mut coefficient = sign;
        if self.peek().is_some_and(|c| c.is_ascii_digit() || c == '.') {
            coefficient *= self.number()?;
            self.spaces();
            if self.peek() == Some('*') {
                self.at += 1;
                self.spaces();
            }
        }
        let start = self.at;
        let mut letters = Vec::with_capacity(self.qubits as usize);
        while let Some(letter) = self.peek().filter(|c| c.is_alphanumeric()) {
            letters.push(match letter {
                'I' => (false, false),
                'X' => (true, false),
                'Y' => (true, true),
                'Z' => (false, true),
                other => return Err(self.wrong(&format!("'{other}' is not a Pauli letter; use I, X, Y or Z"))),
            });
            self.at += 1;
        }
        let (length, n) = (letters.len(), self.qubits);
        if length != n as usize {
            self.at = start;
            return Err(
                self.wrong(&format!("this product has {length} letters, but the circuit {n} qubits; give {n} letters"))
            );
        }
        Ok(Product { coefficient, letters })
    }

    fn number(&mut self) -> Result<f64, Error> {
        let start = self.at;
        while let Some(c) = self.peek() {
            let exponent_sign =
                matches!(c, '+' | '-') && matches!(self.text[self.at - 1], 'e' | 'E') && self.at > start;
            if !(c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E') || exponent_sign) {
                break;
            }
            self.at += 1;
        }
        let number: String = self.text[start..self.at].iter().collect();
        match number.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(value),
            _ => {
                self.at = start;
                Err(self.wrong(&format!("'{number}' is not a finite number; write it as in 0.5 or 1e-3")))
            }
        }
    }
}
