//! What the documents are made of: names, and numbers that say what they may be.

use ketflow_error::Error;
use serde::de::{Deserialize, Deserializer, Visitor};
use serde::{Deserialize as DeriveDeserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt;

/// The name of a vertex, an item, a city, …
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, DeriveDeserialize, Serialize)]
#[serde(untagged, expecting = "a name: give a text or a whole number from 0")]
pub enum Id {
    /// A whole number.
    Number(u64),
    /// A text.
    Text(String),
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => f.write_str(&shortened(text)),
        }
    }
}

pub(super) fn shortened(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Where each name of a list stands.
pub(super) struct Places<'a>(BTreeMap<&'a Id, usize>);

impl<'a> Places<'a> {
    /// # Errors
    /// `invalid-input` for an empty list, for a name that is there twice, and for a number that JavaScript would round.
    pub(super) fn new(field: &str, ids: impl IntoIterator<Item = &'a Id>) -> Result<Self, Error> {
        let mut places = BTreeMap::new();
        for (k, id) in ids.into_iter().enumerate() {
            if matches!(id, Id::Number(number) if *number >= 1 << 53) {
                return Err(Error::invalid(format!("{field}[{k}]: {id} is not below 2^53; give it as a text")));
            }
            if let Some(first) = places.insert(id, k) {
                return Err(Error::invalid(format!(
                    "{field}[{k}]: '{id}' is {field}[{first}] already; give each a name of its own"
                )));
            }
        }
        if places.is_empty() {
            return Err(Error::invalid(format!("{field} is empty; a problem has at least one")));
        }
        Ok(Self(places))
    }

    /// # Errors
    /// `invalid-input` for a name that is not in the list; `path` says where it stands.
    pub(super) fn of(&self, id: &Id, path: &str, field: &str) -> Result<usize, Error> {
        self.0.get(id).copied().ok_or_else(|| Error::invalid(format!("{path}: '{id}' is not one of {field}")))
    }
}

/// A whole number from 0 to 2³² − 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Whole(pub(super) u32);

/// A finite number from 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct NotNegative(pub(super) f64);

struct NumberVisitor(&'static str);

impl Visitor<'_> for NumberVisitor {
    type Value = f64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<f64, E> {
        Ok(value as f64)
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<f64, E> {
        Ok(value as f64)
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<f64, E> {
        Ok(value)
    }
}

fn checked<'de, D: Deserializer<'de>>(
    deserializer: D,
    expected: &'static str,
    is_allowed: fn(f64) -> bool,
) -> Result<f64, D::Error> {
    let value = deserializer.deserialize_any(NumberVisitor(expected))?;
    if is_allowed(value) {
        return Ok(value);
    }
    let found = serde::de::Unexpected::Float(value);
    Err(serde::de::Error::invalid_value(found, &expected))
}

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let is_whole = |value: f64| (0.0..=f64::from(u32::MAX)).contains(&value) && value.fract() == 0.0;
        checked(deserializer, "a whole number from 0 to 4294967295", is_whole).map(|value| Self(value as u32))
    }
}

impl<'de> Deserialize<'de> for NotNegative {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        checked(deserializer, "a number that is not below 0", |value| value >= 0.0).map(Self)
    }
}

/// A number of a solution; −0 is 0.
pub(super) fn number(value: f64) -> Value {
    json!(value + 0.0)
}

/// The sum of whole numbers.
///
/// # Errors
/// `too-large` above `most`, up to which the squares of what is made of them stay exact.
pub(super) fn sum_up_to(most: u64, what: &str, numbers: impl Iterator<Item = u32>) -> Result<u64, Error> {
    let sum: u64 = numbers.map(u64::from).sum();
    if sum > most {
        return Err(Error::too_large(format!("{what} add up to {sum}, more than {most}; scale them down")));
    }
    Ok(sum)
}

/// # Errors
/// `invalid-input` unless there are `size` rows of `size` entries.
pub(super) fn check_square<T>(field: &str, rows: &[Vec<T>], size: usize) -> Result<(), Error> {
    if rows.len() != size {
        return Err(Error::invalid(format!("{field} has {} rows; give {size}", rows.len())));
    }
    match rows.iter().position(|row| row.len() != size) {
        Some(k) => Err(Error::invalid(format!("{field}[{k}] has {} entries; give {size}", rows[k].len()))),
        None => Ok(()),
    }
}
