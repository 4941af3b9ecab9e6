//! From text to circuit, for the doors that take text.

use ketflow_circuit::{Error, Format, Parsed, parse_bytes};

/// Reads a circuit in a named format; `auto` asks the `OPENQASM` line.
///
/// # Errors
/// `invalid-input` for an unknown format or a source that names none, otherwise as [`parse_bytes`].
pub fn read(format: &str, source: &[u8]) -> Result<Parsed, Error> {
    let known = if format == "auto" {
        // The version line is ASCII; a mistake in the encoding is reported by the reader.
        let text = String::from_utf8_lossy(source);
        Format::sniff(&text).ok_or_else(|| {
            Error::invalid("the format is not clear: begin with 'OPENQASM 2.0;' or 'OPENQASM 3.0;', or name the format")
                .at(1, 1)
        })?
    } else {
        Format::from_name(format)
            .ok_or_else(|| Error::invalid(format!("unknown format '{format}'; give openqasm2, openqasm3 or auto")))?
    };
    parse_bytes(known, source)
}
