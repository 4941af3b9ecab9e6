//! Reading networks: `.net.json` (`ketflow-net/1`) and files of states here, `.onnx` in [`crate::onnx`]; `docs/networks.md` specifies the format.

use crate::fault::{Fault, quote};
use crate::json::Reader;
use crate::layer::read_layers;
use crate::limits::{MAX_BATCH_VALUES, MAX_SOURCE_BYTES};
use crate::network::Network;
use crate::onnx::read_onnx;
use crate::states::States;
use crate::tensor::read_matrix;
use ketflow_error::{Error, ErrorCode};

/// Name of the format in the file.
const FORMAT: &str = "ketflow-net/1";

/// What a file holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// The network.
    pub network: Network,
    /// Its states, where the file has them.
    pub states: Option<States>,
}

/// Reads a `.net.json` file. Time and memory are bounded by the limits in [`crate::limits`], whatever the source is.
///
/// # Errors
/// The first mistake, with its line and column: `invalid-input` for a wrong file, `unsupported` for another version or number
/// type, `too-large` beyond a limit.
pub fn read(source: &[u8]) -> Result<Document, Error> {
    read_whole(source, None, read_document)
}

/// Reads a file of states: an array of states, or `{"base64", "shape"}`.
///
/// # Errors
/// As [`read`].
pub fn read_states(source: &[u8]) -> Result<States, Error> {
    read_whole(source, Some("states"), |reader| read_matrix(reader, MAX_BATCH_VALUES).map(States::from))
}

/// Reads a network in a named format: `net-json`, `onnx`, or `auto` for the one that the bytes look like; says which it was.
///
/// # Errors
/// As [`read`] and [`read_onnx`]; `invalid-input` for another format.
pub fn read_as(format: &str, source: &[u8]) -> Result<(&'static str, Document), Error> {
    match format {
        "onnx" => read_onnx(source).map(|network| ("onnx", Document { network, states: None })),
        // Field 1 of a model, the version of the format, comes first; no JSON begins with that byte.
        "auto" if source.first() == Some(&0x08) => read_as("onnx", source),
        "net-json" | "auto" => read(source).map(|document| ("net-json", document)),
        _ => Err(Error::invalid(format!("unknown format '{}'; give net-json, onnx or auto", quote(format)))),
    }
}

fn read_whole<T>(
    source: &[u8],
    root: Option<&'static str>,
    read: impl FnOnce(&mut Reader) -> Result<T, Fault>,
) -> Result<T, Error> {
    if source.len() > MAX_SOURCE_BYTES {
        let message = format!("the file has {} bytes; at most {MAX_SOURCE_BYTES} are read", source.len());
        return Err(Error::too_large(message));
    }
    let source = std::str::from_utf8(source).map_err(|error| {
        let valid = error.valid_up_to();
        let message = format!("byte {valid} (0x{:02x}) is not valid UTF-8; save the file as UTF-8", source[valid]);
        let fault = Fault { code: ErrorCode::InvalidInput, message, offset: valid };
        fault.locate(&String::from_utf8_lossy(&source[..valid]))
    })?;
    let mut reader = Reader::new(source, root);
    let whole = read(&mut reader).and_then(|value| reader.end().map(|()| value));
    whole.map_err(|fault| fault.locate(source))
}

fn read_document(reader: &mut Reader) -> Result<Document, Fault> {
    let offset = reader.offset();
    let (mut has_format, mut has_dtype, mut network, mut states) = (false, false, None, None);
    reader.object(
        "an object with format, dtype and layers",
        &["format", "dtype", "layers", "states"],
        |reader, field| {
            match field {
                "format" => has_format = read_constant(reader, FORMAT, "ketflow-net/")?,
                "dtype" => has_dtype = read_constant(reader, "f32", "")?,
                "layers" => network = Some(Network { layers: read_layers(reader)? }),
                _ => states = Some(States::from(read_matrix(reader, MAX_BATCH_VALUES)?)),
            }
            Ok(())
        },
    )?;
    if !has_format {
        return Err(reader.invalid(offset, format!("has no 'format'; write \"format\": \"{FORMAT}\"")));
    }
    if !has_dtype {
        return Err(reader.invalid(offset, "has no 'dtype'; write \"dtype\": \"f32\""));
    }
    let Some(network) = network else {
        return Err(reader.invalid(offset, "has no 'layers'; give at least one layer"));
    };
    Ok(Document { network, states })
}

/// The text `expected`; another text that begins with `family` is something that a later version may take.
fn read_constant(reader: &mut Reader, expected: &str, family: &str) -> Result<bool, Fault> {
    let offset = reader.offset();
    let text = reader.text(&format!("\"{expected}\""))?;
    if text == expected {
        return Ok(true);
    }
    let message = format!("is '{}'; this version takes '{expected}'", quote(&text));
    Err(if text.starts_with(family) { reader.unsupported(offset, message) } else { reader.invalid(offset, message) })
}
