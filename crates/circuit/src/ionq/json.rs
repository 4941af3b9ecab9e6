//! JSON values that know where they stand. `serde_json` checks the whole text once; each value is then a slice of it, so the
//! fields of an object can be asked for in any order and every error has a place.

use crate::fault::{Fault, quote};
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::collections::BTreeSet;
use std::fmt;

/// One value of a JSON text.
#[derive(Clone, Copy)]
pub(super) struct Node<'s> {
    source: &'s str,
    /// The value, a slice of `source`, without white space around it.
    raw: &'s str,
}

impl<'s> Node<'s> {
    /// The one value of a text; a byte order mark is skipped.
    pub fn parse(source: &'s str) -> Result<Self, Fault> {
        let text = source.strip_prefix('\u{feff}').unwrap_or(source);
        match serde_json::from_str::<&RawValue>(text) {
            Ok(raw) => Ok(Self { source, raw: raw.get() }),
            Err(error) => {
                let line_start =
                    text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum::<usize>();
                let offset = source.len() - text.len() + line_start + error.column().saturating_sub(1);
                let message = error.to_string();
                let reason = message.split(" at line ").next().unwrap_or(&message);
                Err(Fault::invalid(offset as u32, format!("not JSON: {reason}; correct it here")))
            }
        }
    }

    /// Where it begins: a byte offset.
    pub fn offset(&self) -> u32 {
        // `raw` is a slice of `source`, so the difference of their addresses is its place.
        (self.raw.as_ptr() as usize - self.source.as_ptr() as usize) as u32
    }

    pub fn is_object(&self) -> bool {
        self.raw.starts_with('{')
    }

    /// An `invalid-input` error here.
    pub fn invalid(&self, message: impl Into<String>) -> Fault {
        Fault::invalid(self.offset(), message)
    }

    /// An `unsupported` error here.
    pub fn unsupported(&self, message: impl Into<String>) -> Fault {
        Fault::unsupported(self.offset(), message)
    }

    /// The value as an error shows it.
    pub fn shown(&self) -> String {
        match self.raw.as_bytes().first() {
            Some(b'{') => "an object".to_owned(),
            Some(b'[') => "an array".to_owned(),
            _ => quote(self.raw.trim_matches('"')),
        }
    }

    /// The fields of an object; a name that is there twice is refused. `what` names the value in errors.
    pub fn fields(&self, what: &str) -> Result<Fields<'s>, Fault> {
        let wrong = || self.invalid(format!("{what} is {}; give an object, {{…}}", self.shown()));
        if !self.is_object() {
            return Err(wrong());
        }
        let rows = serde_json::Deserializer::from_str(self.raw).deserialize_map(Rows).map_err(|_| wrong())?;
        let rows: Vec<(String, Self)> =
            rows.into_iter().map(|(name, raw)| (name, Self { source: self.source, raw: raw.get() })).collect();
        let mut seen = BTreeSet::new();
        for (name, node) in &rows {
            if !seen.insert(name) {
                return Err(node.invalid(format!("{what} has the field {} twice; leave one out", quote(name))));
            }
        }
        Ok(Fields { owner: *self, rows })
    }

    /// The items of an array.
    pub fn items(&self, what: &str) -> Result<Vec<Self>, Fault> {
        let wrong = || self.invalid(format!("{what} is {}; give an array, […]", self.shown()));
        if !self.raw.starts_with('[') {
            return Err(wrong());
        }
        let items: Vec<&RawValue> = serde_json::from_str(self.raw).map_err(|_| wrong())?;
        Ok(items.into_iter().map(|raw| Self { source: self.source, raw: raw.get() }).collect())
    }

    pub fn text(&self, what: &str) -> Result<String, Fault> {
        let wrong = || self.invalid(format!("{what} is {}; give a text in double quotes", self.shown()));
        if !self.raw.starts_with('"') {
            return Err(wrong());
        }
        serde_json::from_str(self.raw).map_err(|_| wrong())
    }

    /// A finite number, rounded to the nearest f64.
    pub fn number(&self, what: &str) -> Result<f64, Fault> {
        let is_number = self.raw.starts_with(|c: char| c == '-' || c.is_ascii_digit());
        match self.raw.parse::<f64>() {
            Ok(value) if is_number && value.is_finite() => Ok(value),
            _ => Err(self.invalid(format!("{what} is {}; give a finite number such as -0.25", self.shown()))),
        }
    }

    /// A whole number that is not negative.
    pub fn whole(&self, what: &str) -> Result<u32, Fault> {
        self.raw
            .parse::<u32>()
            .map_err(|_| self.invalid(format!("{what} is {}; give a whole number, 0 or more", self.shown())))
    }
}

/// The fields of one object, in order.
pub(super) struct Fields<'s> {
    owner: Node<'s>,
    rows: Vec<(String, Node<'s>)>,
}

impl<'s> Fields<'s> {
    pub fn get(&self, name: &str) -> Option<Node<'s>> {
        self.rows.iter().find(|(known, _)| known == name).map(|(_, node)| *node)
    }

    /// The field, or an error at the object that lacks it.
    pub fn need(&self, name: &str, what: &str) -> Result<Node<'s>, Fault> {
        self.get(name).ok_or_else(|| self.owner.invalid(format!("{what} has no '{name}'; add it")))
    }

    /// The first of the fields that is there, for an error about it; else the object.
    pub fn first_of(&self, names: &[&str]) -> Node<'s> {
        names.iter().find_map(|name| self.get(name)).unwrap_or(self.owner)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, Node<'s>)> {
        self.rows.iter().map(|(name, node)| (name.as_str(), *node))
    }
}

/// Collects the fields of an object with the text of each value.
struct Rows;

impl<'de> Visitor<'de> for Rows {
    type Value = Vec<(String, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut rows = Vec::new();
        while let Some(row) = map.next_entry()? {
            rows.push(row);
        }
        Ok(rows)
    }
}
