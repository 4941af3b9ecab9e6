//! Protobuf's wire format: fields one after the other, nothing copied.
//!
//! Source: protobuf.dev, "Encoding".

use ketflow_error::Error;

/// Inputs, outputs or attributes of a node; dimensions of a tensor.
pub(crate) const MAX_PARTS: usize = 64;

/// The value of a field.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Value<'a> {
    Varint(u64),
    Fixed32([u8; 4]),
    Fixed64,
    Bytes(Bytes<'a>),
}

impl<'a> Value<'a> {
    /// Whole numbers, packed or one at a time.
    pub fn varints(self) -> impl Iterator<Item = Result<u64, Error>> + use<'a> {
        let (one, packed) = match self {
            Self::Varint(value) => (Some(Ok(value)), None),
            Self::Bytes(bytes) => (None, Some(bytes.varints())),
            _ => (None, None),
        };
        one.into_iter().chain(packed.into_iter().flatten())
    }
}

/// A piece of the file: a message, a text, packed numbers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bytes<'a> {
    pub all: &'a [u8],
    /// Where it begins in the file.
    origin: usize,
}

impl<'a> Bytes<'a> {
    pub fn file(all: &'a [u8]) -> Self {
        Self { all, origin: 0 }
    }

    /// The fields of a message.
    pub fn fields(self) -> Fields<'a> {
        Fields { bytes: self, at: 0 }
    }

    pub fn text(self) -> Result<&'a str, Error> {
        std::str::from_utf8(self.all).map_err(|_| damaged(self.origin, "a name is not UTF-8"))
    }

    /// Packed varints.
    pub fn varints(self) -> impl Iterator<Item = Result<u64, Error>> {
        let mut fields = self.fields();
        std::iter::from_fn(move || (fields.at < fields.bytes.all.len()).then(|| fields.varint()))
    }
}

/// Reads the fields of a message.
pub(crate) struct Fields<'a> {
    bytes: Bytes<'a>,
    at: usize,
}

impl<'a> Fields<'a> {
    fn take(&mut self, count: usize) -> Result<Bytes<'a>, Error> {
        let rest = &self.bytes.all[self.at..];
        let Some(all) = rest.get(..count) else {
            return Err(damaged(self.bytes.origin + self.at, "a field is longer than its message"));
        };
        let origin = self.bytes.origin + self.at;
        self.at += count;
        Ok(Bytes { all, origin })
    }

    fn varint(&mut self) -> Result<u64, Error> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.take(1)?.all[0];
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(damaged(self.bytes.origin + self.at, "a number has more than 64 bits"))
    }

    fn field(&mut self) -> Result<(u64, Value<'a>), Error> {
        let start = self.bytes.origin + self.at;
        let tag = self.varint()?;
        let value = match tag & 7 {
            0 => Value::Varint(self.varint()?),
            1 => self.take(8).map(|_| Value::Fixed64)?,
            2 => {
                let length = self.varint()?;
                Value::Bytes(self.take(usize::try_from(length).unwrap_or(usize::MAX))?)
            }
            5 => {
                let bytes = self.take(4)?.all;
                Value::Fixed32([bytes[0], bytes[1], bytes[2], bytes[3]])
            }
            _ => return Err(damaged(start, "a field has no type that ONNX uses")),
        };
        Ok((tag >> 3, value))
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u64, Value<'a>), Error>;

    /// The number of the next field and its value. After an error the fields are at their end.
    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.bytes.all.len() {
            return None;
        }
        let field = self.field();
        if field.is_err() {
            self.at = self.bytes.all.len();
        }
        Some(field)
    }
}

/// Adds to a list that a file may fill; refuses what is beyond `max`.
pub(crate) fn push<T>(list: &mut Vec<T>, item: T, max: usize, what: &str) -> Result<(), Error> {
    if list.len() == max {
        return Err(Error::too_large(format!("the model has more than {max} {what}; give a smaller one")));
    }
    list.push(item);
    Ok(())
}

fn damaged(offset: usize, what: &str) -> Error {
    Error::invalid(format!("byte {offset}: {what}; give an ONNX model as its exporter wrote it"))
}
