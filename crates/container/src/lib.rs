//! The result of an engine as bytes: what is hashed. `docs/result-container.md` specifies the format.

use std::collections::BTreeMap;

/// First eight bytes of every container.
const MAGIC: &[u8; 8] = b"KFRESULT";

/// Data of a section; the variant is the dtype.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Data<'a> {
    /// dtype 1.
    U8(&'a [u8]),
    /// dtype 2.
    U32(&'a [u32]),
    /// dtype 3.
    U64(&'a [u64]),
    /// dtype 4.
    F32(&'a [f32]),
    /// dtype 5.
    F64(&'a [f64]),
}

/// Sections by name, which is also their order in the bytes.
#[derive(Debug, Default)]
pub struct Container<'a> {
    sections: BTreeMap<String, (Vec<u64>, Data<'a>)>,
}

impl<'a> Container<'a> {
    /// Adds a section.
    ///
    /// # Panics
    /// When `shape` does not multiply to the number of values, or the name is there already.
    pub fn add(&mut self, name: impl Into<String>, shape: &[usize], data: Data<'a>) {
        let name = name.into();
        assert_eq!(shape.iter().product::<usize>(), data.len(), "the shape of section {name}");
        let shape = shape.iter().map(|dimension| *dimension as u64).collect();
        assert!(!self.sections.contains_key(&name), "section {name} is there twice");
        self.sections.insert(name, (shape, data));
    }

    /// The bytes under a schema such as `infer-result/1`; −0 is written as 0.
    ///
    /// # Panics
    /// On NaN: a wrong number is never returned.
    pub fn to_bytes(&self, schema: &str) -> Vec<u8> {
        let size: usize = self.sections.values().map(|(_, data)| 64 + data.bytes()).sum();
        let mut out = Vec::with_capacity(64 + size);
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&(schema.len() as u32).to_le_bytes());
        out.extend_from_slice(schema.as_bytes());
        pad(&mut out);
        out.extend_from_slice(&(self.sections.len() as u32).to_le_bytes());
        out.extend_from_slice(&[0; 4]);
        for (name, (shape, data)) in &self.sections {
            out.extend_from_slice(&(name.len() as u16).to_le_bytes());
            out.extend_from_slice(&[data.dtype(), shape.len() as u8, 0, 0, 0, 0]);
            shape.iter().for_each(|dimension| out.extend_from_slice(&dimension.to_le_bytes()));
            out.extend_from_slice(name.as_bytes());
            pad(&mut out);
            data.write(&mut out);
            pad(&mut out);
        }
        out
    }
}

fn pad(out: &mut Vec<u8>) {
    out.resize(out.len().next_multiple_of(8), 0);
}

impl Data<'_> {
    fn dtype(&self) -> u8 {
        match self {
            Self::U8(_) => 1,
            Self::U32(_) => 2,
            Self::U64(_) => 3,
            Self::F32(_) => 4,
            Self::F64(_) => 5,
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::U8(values) => values.len(),
            Self::U32(values) => values.len(),
            Self::U64(values) => values.len(),
            Self::F32(values) => values.len(),
            Self::F64(values) => values.len(),
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Self::U8(_) => self.len(),
            Self::U32(_) | Self::F32(_) => 4 * self.len(),
            Self::U64(_) | Self::F64(_) => 8 * self.len(),
        }
    }

    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::U8(values) => out.extend_from_slice(values),
            Self::U32(values) => values.iter().for_each(|value| out.extend_from_slice(&value.to_le_bytes())),
            Self::U64(values) => values.iter().for_each(|value| out.extend_from_slice(&value.to_le_bytes())),
            Self::F32(values) => values.iter().for_each(|value| {
                assert!(!value.is_nan(), "a result is not a number");
                // Adding +0 turns −0 into 0 and changes nothing else.
                out.extend_from_slice(&(value + 0.0).to_le_bytes());
            }),
            Self::F64(values) => values.iter().for_each(|value| {
                assert!(!value.is_nan(), "a result is not a number");
                out.extend_from_slice(&(value + 0.0).to_le_bytes());
            }),
        }
    }
}
