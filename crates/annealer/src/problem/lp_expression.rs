//! Sums of an LP file: `3 x - y + 2`, and in an objective `[ x ^2 + 4 x * y ] / 2`.

use super::lp_tokens::{Kind, Token};
use ketflow_error::Error;
use std::collections::BTreeMap;

/// Words that begin a section, besides `subject to` and `such that`.
const KEYWORDS: [&str; 30] = [
    "minimize", "minimise", "minimum", "min", "maximize", "maximise", "maximum", "max", "st", "s.t.", "st.", "bounds",
    "bound", "binary", "binaries", "bin", "general", "generals", "gen", "integer", "integers", "int", "end", "semi",
    "semis", "sos", "sos1", "sos2", "lazy", "user",
];

/// The names of variables, numbered as they come up.
#[derive(Debug, Default)]
pub(super) struct Names<'a> {
    numbers: BTreeMap<&'a str, usize>,
    pub(super) list: Vec<&'a str>,
}

impl<'a> Names<'a> {
    pub(super) fn number(&mut self, name: &'a str) -> usize {
        *self.numbers.entry(name).or_insert_with(|| {
            self.list.push(name);
            self.list.len() - 1
        })
    }

    pub(super) fn find(&self, name: &str) -> Option<usize> {
        self.numbers.get(name).copied()
    }
}

/// How bounds that are none are written.
pub(super) fn is_infinity(name: &str) -> bool {
    name.eq_ignore_ascii_case("inf") || name.eq_ignore_ascii_case("infinity")
}

/// constant + Σ aᵢ xᵢ + Σ qᵢⱼ xᵢ xⱼ with i ≤ j.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Sum {
    pub(super) constant: f64,
    pub(super) linear: BTreeMap<usize, f64>,
    pub(super) quadratic: BTreeMap<(usize, usize), f64>,
}

/// Reads words one after the other.
pub(super) struct Cursor<'a, 't> {
    tokens: &'t [Token<'a>],
    at: usize,
}

impl<'a, 't> Cursor<'a, 't> {
    /// The last one of the tokens is [`Kind::End`].
    pub(super) fn new(tokens: &'t [Token<'a>]) -> Self {
        Self { tokens, at: 0 }
    }

    /// The word `ahead` places on; at the end it is [`Kind::End`] for ever.
    pub(super) fn peek(&self, ahead: usize) -> Token<'a> {
        self.tokens[(self.at + ahead).min(self.tokens.len() - 1)]
    }

    pub(super) fn next(&mut self) -> Token<'a> {
        let token = self.peek(0);
        self.at += 1;
        token
    }

    /// Whether the next word is that sign, which is then read.
    pub(super) fn accept(&mut self, sign: char) -> bool {
        let is_next = self.peek(0).is(sign);
        self.at += usize::from(is_next);
        is_next
    }

    /// The product of the signs that follow; `None` without one.
    pub(super) fn signs(&mut self) -> Option<f64> {
        let mut found = None;
        loop {
            let sign = match self.peek(0).kind {
                Kind::Sign('+') => 1.0,
                Kind::Sign('-') => -1.0,
                _ => return found,
            };
            self.at += 1;
            found = Some(sign * found.unwrap_or(1.0));
        }
    }

    /// A number with any signs before it.
    pub(super) fn signed_number(&mut self) -> Result<f64, Error> {
        let sign = self.signs().unwrap_or(1.0);
        let token = self.next();
        match token.kind {
            Kind::Number(value) => Ok(sign * value),
            Kind::Name(name) if is_infinity(name) => Ok(sign * f64::INFINITY),
            _ => Err(token.wrong(format!("expected a number, found {}", token.text()))),
        }
    }

    /// Terms as long as there are any. `may_be_quadratic`: brackets are allowed.
    pub(super) fn sum(&mut self, names: &mut Names<'a>, may_be_quadratic: bool) -> Result<Sum, Error> {
        let mut sum = Sum::default();
        let mut is_first = true;
        loop {
            let signs = self.signs();
            let token = self.peek(0);
            let is_term = matches!(token.kind, Kind::Number(_) | Kind::Name(_)) || token.is('[');
            match (signs, is_term) {
                (None, _) if !is_first && is_term => {
                    return Err(token.wrong(format!("expected + or - before {}", token.text())));
                }
                (None, false) => return Ok(sum),
                (Some(_), false) => return Err(token.wrong(format!("expected a term, found {}", token.text()))),
                _ => {}
            }
            let sign = signs.unwrap_or(1.0);
            if token.is('[') {
                if !may_be_quadratic {
                    return Err(token.unsupported(
                        "quadratic constraints are not compiled; write the products as new binary variables with linear constraints",
                    ));
                }
                self.at += 1;
                self.products(names, sign, &mut sum)?;
            } else {
                let (factor, name) = self.term(names)?;
                match name {
                    Some(k) => *sum.linear.entry(k).or_default() += sign * factor,
                    None => sum.constant += sign * factor,
                }
            }
            is_first = false;
            if self.ends_sum() {
                return Ok(sum);
            }
        }
    }

    /// Whether the next word begins a section: a keyword at the beginning of a line, not before a colon.
    pub(super) fn is_section(&self) -> bool {
        let (token, next) = (self.peek(0), self.peek(1));
        let Kind::Name(word) = token.kind else { return token.kind == Kind::End };
        let second =
            matches!(next.kind, Kind::Name(name) if matches!(name.to_ascii_lowercase().as_str(), "to" | "that"));
        let word = word.to_ascii_lowercase();
        let is_known = KEYWORDS.contains(&word.as_str()) || (second && matches!(word.as_str(), "subject" | "such"));
        token.is_first && !next.is(':') && is_known
    }

    /// Whether the next word is the first one of another section or constraint.
    fn ends_sum(&self) -> bool {
        self.is_section() || (matches!(self.peek(0).kind, Kind::Name(_)) && self.peek(1).is(':'))
    }

    /// A number, a variable, or a number of a variable.
    fn term(&mut self, names: &mut Names<'a>) -> Result<(f64, Option<usize>), Error> {
        let factor = match self.peek(0).kind {
            Kind::Number(value) => {
                self.at += 1;
                Some(value)
            }
            _ => None,
        };
        let token = self.peek(0);
        let is_own_line = factor.is_some() && self.ends_sum();
        match (token.kind, factor) {
            (Kind::Name(name), _) if !is_own_line => {
                self.at += 1;
                Ok((factor.unwrap_or(1.0), Some(names.number(name))))
            }
            (_, Some(value)) => Ok((value, None)),
            _ => Err(token.wrong(format!("expected a variable, found {}", token.text()))),
        }
    }

    /// What stands in brackets, up to `] / 2`.
    fn products(&mut self, names: &mut Names<'a>, sign: f64, sum: &mut Sum) -> Result<(), Error> {
        loop {
            let own = self.signs().unwrap_or(1.0);
            let start = self.peek(0);
            let (factor, first) = self.term(names)?;
            let Some(first) = first else { return Err(start.wrong("in brackets every term is x ^2 or x * y")) };
            let token = self.next();
            let second = match (token.kind, self.peek(0).kind) {
                (Kind::Sign('^'), Kind::Number(2.0)) => first,
                (Kind::Sign('*'), Kind::Name(name)) => names.number(name),
                _ => return Err(token.wrong("in brackets every term is x ^2 or x * y")),
            };
            self.at += 1;
            let pair = (first.min(second), first.max(second));
            *sum.quadratic.entry(pair).or_default() += sign * own * factor / 2.0;
            let token = self.peek(0);
            if token.is(']') {
                self.at += 1;
                break;
            }
            if !token.is('+') && !token.is('-') {
                return Err(token.wrong(format!("expected +, - or ], found {}", token.text())));
            }
        }
        let token = self.peek(0);
        if !(self.accept('/') && self.next().kind == Kind::Number(2.0)) {
            return Err(token.wrong("brackets of an objective end with '] / 2'"));
        }
        Ok(())
    }
}
