//! From text to circuit, for the doors that take text.

use ketflow_circuit::{Error, Format, Parsed, parse_bytes};

/// The format of this name; `auto` asks the source: its `OPENQASM` line, or that it is a JSON object.
///
/// # Errors
/// `invalid-input` for an unknown name or a source that names none.
pub fn format_of(name: &str, source: &[u8]) -> Result<Format, Error> {
    if name != "auto" {
        let known: Vec<&str> = Format::ALL.iter().map(|format| format.name()).collect();
        return Format::from_name(name)
            .ok_or_else(|| Error::invalid(format!("unknown format '{name}'; give {} or auto", known.join(", "))));
    }
    // The version line is ASCII; a mistake in the encoding is reported by the reader.
    Format::sniff(&String::from_utf8_lossy(source)).ok_or_else(|| {
        Error::invalid("the format is not clear: begin with 'OPENQASM 2.0;' or 'OPENQASM 3.0;', give IonQ's JSON, or name the format")
            .at(1, 1)
    })
}

/// Reads a circuit in a named format or in that which the source names.
///
/// # Errors
/// As [`format_of`] and [`parse_bytes`].
pub fn read(format: &str, source: &[u8]) -> Result<Parsed, Error> {
    parse_bytes(format_of(format, source)?, source)
}
