//! Models as D-Wave's `dimod` keeps them: `to_serializable()` (schema 3.0.0) as JSON, and `to_file()` (DIMODBQM 2.0), which is
//! binary.

use crate::bqm::{Bqm, BqmBuilder, Vartype};
use crate::labels::Labels;
use ketflow_error::Error;
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Document {
    #[serde(rename = "type")]
    kind: String,
    version: Version,
    use_bytes: bool,
    num_variables: usize,
    num_interactions: usize,
    variable_labels: Vec<Value>,
    variable_type: String,
    offset: f64,
    linear_biases: Vec<f64>,
    quadratic_biases: Vec<f64>,
    quadratic_head: Vec<usize>,
    quadratic_tail: Vec<usize>,
}

#[derive(Deserialize)]
struct Version {
    bqm_schema: String,
}

/// Reads the JSON of `to_serializable()`.
pub(crate) fn read_json(text: &str) -> Result<(Bqm, Labels), Error> {
    let document: Document = serde_json::from_str(text).map_err(|error| {
        let message = error.to_string();
        let reason = message.split(" at line ").next().unwrap_or(&message);
        Error::invalid(format!("not a BQM of dimod: {reason}")).at(error.line() as u32, error.column() as u32)
    })?;
    if document.kind != "BinaryQuadraticModel" || !document.version.bqm_schema.starts_with("3.") {
        let (kind, schema) = (document.kind, document.version.bqm_schema);
        return Err(Error::invalid(format!(
            "type '{kind}', bqm_schema '{schema}': a BinaryQuadraticModel of schema 3 is read; write it with dimod 0.10 or newer"
        )));
    }
    if document.use_bytes {
        return Err(Error::invalid("use_bytes is true: write it with to_serializable(use_bytes=False)"));
    }
    let (size, count) = (document.num_variables, document.num_interactions);
    for (name, found, wanted) in [
        ("variable_labels", document.variable_labels.len(), size),
        ("linear_biases", document.linear_biases.len(), size),
        ("quadratic_biases", document.quadratic_biases.len(), count),
        ("quadratic_head", document.quadratic_head.len(), count),
        ("quadratic_tail", document.quadratic_tail.len(), count),
    ] {
        if found != wanted {
            return Err(Error::invalid(format!("{name} has {found} entries; there have to be {wanted}")));
        }
    }
    let mut model = BqmBuilder::new(vartype(&document.variable_type)?);
    model.reserve(size)?;
    model.add_offset(document.offset)?;
    for (k, bias) in document.linear_biases.iter().enumerate() {
        model.add_linear(k, *bias)?;
    }
    let ends = document.quadratic_head.iter().zip(&document.quadratic_tail);
    for (k, ((head, tail), bias)) in ends.zip(&document.quadratic_biases).enumerate() {
        if *head >= size || *tail >= size || head == tail {
            return Err(Error::invalid(format!(
                "interaction {k} is between variables {head} and {tail}; give two different ones below {size}"
            )));
        }
        model.add_coupling(*head, *tail, *bias)?;
    }
    Ok((model.build()?, labels_of(&document.variable_labels, size)?))
}

#[derive(Deserialize)]
struct Header {
    dtype: String,
    itype: String,
    ntype: String,
    shape: [usize; 2],
    #[serde(rename = "type")]
    kind: String,
    variables: bool,
    vartype: String,
}

const MAGIC: &[u8] = b"DIMODBQM";

/// Whether the bytes say that they are a DIMODBQM file.
pub(crate) fn is_file(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

/// Reads a DIMODBQM file.
pub(crate) fn read_file(bytes: &[u8]) -> Result<(Bqm, Labels), Error> {
    let mut left = Bytes { all: bytes, at: 0 };
    if left.take(8)? != MAGIC {
        return Err(Error::invalid("not a DIMODBQM file: it does not begin with that word"));
    }
    let version = left.array::<2>()?;
    if version[0] != 2 {
        let [major, minor] = version;
        return Err(Error::invalid(format!("DIMODBQM {major}.{minor} is not read; write it with to_file(version=2)")));
    }
    let length = u32::from_le_bytes(left.array()?) as usize;
    let header: Header = serde_json::from_slice(left.take(length)?)
        .map_err(|error| Error::invalid(format!("the header of the DIMODBQM file is no JSON of one: {error}")))?;
    let [size, count] = header.shape;
    if header.kind != "BinaryQuadraticModel" {
        return Err(Error::invalid(format!("type '{}' is not read; write a BinaryQuadraticModel", header.kind)));
    }
    let (bias, index, start) = (Number::of(&header.dtype)?, Number::of(&header.itype)?, Number::of(&header.ntype)?);
    let mut model = BqmBuilder::new(vartype(&header.vartype)?);
    // Before room is made for what the header only claims: each variable and each end of a coupling takes bytes of the file.
    let needed =
        size as u128 * (start.bytes + bias.bytes) as u128 + 2 * count as u128 * (index.bytes + bias.bytes) as u128;
    if needed > (bytes.len() - left.at) as u128 {
        return Err(Error::invalid(format!(
            "the DIMODBQM file is cut off: {size} variables and {count} couplings need more"
        )));
    }
    model.reserve(size)?;
    model.add_offset(left.real(bias)?)?;
    let mut starts = Vec::with_capacity(size + 1);
    for k in 0..size {
        starts.push(left.whole(start)?);
        model.add_linear(k, left.real(bias)?)?;
    }
    starts.push(2 * count);
    for k in 0..size {
        let (from, to) = (starts[k], starts[k + 1]);
        if from > to || (k == 0 && from != 0) {
            return Err(Error::invalid(format!("the neighbours of variable {k} begin at {from} and end at {to}")));
        }
        for _ in from..to {
            let (other, value) = (left.whole(index)?, left.real(bias)?);
            if other >= size || other == k {
                return Err(Error::invalid(format!(
                    "variable {k} has the neighbour {other}; there are {size} variables"
                )));
            }
            // Every coupling stands at both of its ends.
            if other < k {
                model.add_coupling(other, k, value)?;
            }
        }
    }
    let bqm = model.build()?;
    if bqm.couplings().len() != count {
        let found = bqm.couplings().len();
        return Err(Error::invalid(format!("{count} couplings are announced, {found} stand at both of their ends")));
    }
    let labels = if header.variables { left.variables(size)? } else { Labels::From(0) };
    Ok((bqm, labels))
}

fn vartype(name: &str) -> Result<Vartype, Error> {
    match name {
        "SPIN" => Ok(Vartype::Spin),
        "BINARY" => Ok(Vartype::Binary),
        _ => Err(Error::invalid(format!("vartype '{name}' is neither SPIN nor BINARY"))),
    }
}

fn labels_of(values: &[Value], size: usize) -> Result<Labels, Error> {
    if values.iter().enumerate().all(|(k, value)| value.as_u64() == Some(k as u64)) {
        return Ok(Labels::From(0));
    }
    let texts: Vec<String> = values.iter().map(Value::to_string).collect();
    let mut sorted: Vec<&String> = texts.iter().collect();
    sorted.sort_unstable();
    if let Some(twice) = sorted.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(Error::invalid(format!(
            "the label {} is there twice; name each of the {size} variables once",
            twice[0]
        )));
    }
    Ok(Labels::Listed(texts))
}

/// The numbers of numpy that a file can hold.
#[derive(Clone, Copy)]
struct Number {
    bytes: usize,
    is_real: bool,
    is_signed: bool,
}

impl Number {
    fn of(name: &str) -> Result<Self, Error> {
        let (bytes, is_real, is_signed) = match name {
            "float64" => (8, true, true),
            "float32" => (4, true, true),
            "int8" => (1, false, true),
            "int16" => (2, false, true),
            "int32" => (4, false, true),
            "int64" => (8, false, true),
            "uint8" => (1, false, false),
            "uint16" => (2, false, false),
            "uint32" => (4, false, false),
            "uint64" => (8, false, false),
            _ => return Err(Error::invalid(format!("numbers of type '{name}' are not read; write float64 and int32"))),
        };
        Ok(Self { bytes, is_real, is_signed })
    }
}

/// What has not been read yet.
struct Bytes<'a> {
    all: &'a [u8],
    at: usize,
}

impl<'a> Bytes<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], Error> {
        let end = self.at.checked_add(length).filter(|end| *end <= self.all.len());
        let Some(end) = end else {
            return Err(Error::invalid(format!("the DIMODBQM file is cut off after {} bytes", self.all.len())));
        };
        let taken = &self.all[self.at..end];
        self.at = end;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    fn real(&mut self, number: Number) -> Result<f64, Error> {
        match (number.is_real, number.bytes) {
            (true, 8) => Ok(f64::from_le_bytes(self.array()?)),
            (true, _) => Ok(f64::from(f32::from_le_bytes(self.array()?))),
            (false, _) => Ok(self.signed(number)? as f64),
        }
    }

    fn whole(&mut self, number: Number) -> Result<usize, Error> {
        if number.is_real {
            return Err(Error::invalid("an index cannot be a real number; write the file with int32 indices"));
        }
        let value = self.signed(number)?;
        usize::try_from(value).map_err(|_| Error::invalid(format!("an index of the DIMODBQM file is {value}")))
    }

    fn signed(&mut self, number: Number) -> Result<i128, Error> {
        let bytes = self.take(number.bytes)?;
        let is_negative = number.is_signed && bytes.last().is_some_and(|byte| byte & 0x80 != 0);
        let mut all = [if is_negative { 0xff } else { 0 }; 16];
        all[..bytes.len()].copy_from_slice(bytes);
        Ok(i128::from_le_bytes(all))
    }

    fn variables(&mut self, size: usize) -> Result<Labels, Error> {
        if self.take(4)? != b"VARS" {
            return Err(Error::invalid("the labels of the DIMODBQM file are missing: 'VARS' was expected"));
        }
        let length = u32::from_le_bytes(self.array()?) as usize;
        let labels: Vec<Value> = serde_json::from_slice(self.take(length)?)
            .map_err(|error| Error::invalid(format!("the labels of the DIMODBQM file are no JSON list: {error}")))?;
        if labels.len() != size {
            return Err(Error::invalid(format!("{} labels for {size} variables", labels.len())));
        }
        labels_of(&labels, size)
    }
}
