//! The one door of the readers: source text in, circuit and notes out.

use crate::ast::Offset;
use crate::fault::{Fault, line_and_column};
use crate::format::{Format, Version};
use crate::ionq;
use crate::ir::Circuit;
use crate::limits::{MAX_NOTES, MAX_SOURCE_BYTES};
use crate::lower::Lowerer;
use crate::parser::Parser;
use crate::physical::physical_qubits;
use crate::place::Lines;
use ketflow_error::Error;
use serde::Serialize;

/// What a reader made of a source.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// The circuit.
    pub circuit: Circuit,
    /// What was accepted without effect, in order of place; at most [`crate::limits::MAX_NOTES`].
    pub notes: Vec<Note>,
}

/// Something in the source that was accepted without effect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Note {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// One sentence.
    pub message: String,
}

/// Reads a program. Time and memory are bounded by the limits in [`crate::limits`], whatever the source is.
///
/// # Errors
/// The first mistake, with its line and column: `invalid-input` for wrong programs, `unsupported` for what Ketflow does not
/// run, `too-large` beyond a limit.
pub fn parse(format: Format, source: &str) -> Result<Parsed, Error> {
    if source.len() > MAX_SOURCE_BYTES {
        let message = format!("the source has {} bytes; at most {MAX_SOURCE_BYTES} are read", source.len());
        return Err(Error::too_large(message).at(1, 1));
    }
    read(format, source).map_err(|fault| fault.locate(source))
}

/// Reads a program from bytes that must be UTF-8.
///
/// # Errors
/// As [`parse`]; besides, `invalid-input` at the first byte that is not UTF-8.
pub fn parse_bytes(format: Format, source: &[u8]) -> Result<Parsed, Error> {
    match std::str::from_utf8(source) {
        Ok(source) => parse(format, source),
        Err(error) => {
            let valid = error.valid_up_to();
            let before = String::from_utf8_lossy(&source[..valid]);
            let message = format!("byte {valid} (0x{:02x}) is not valid UTF-8; save the file as UTF-8", source[valid]);
            Err(Fault::invalid(valid as u32, message).locate(&before))
        }
    }
}

fn read(format: Format, source: &str) -> Result<Parsed, Fault> {
    let (circuit, mut notes) = match format {
        Format::OpenQasm2 => read_openqasm(Version::OpenQasm2, source)?,
        Format::OpenQasm3 => read_openqasm(Version::OpenQasm3, source)?,
        Format::IonqJson => ionq::read(source)?,
    };
    notes.sort();
    // Each note costs a walk over the source.
    notes.truncate(MAX_NOTES);
    let notes = notes
        .into_iter()
        .map(|(offset, message)| {
            let (line, column) = line_and_column(source, offset);
            Note { line, column, message }
        })
        .collect();
    Ok(Parsed { circuit, notes })
}

fn read_openqasm(version: Version, source: &str) -> Result<(Circuit, Vec<(Offset, String)>), Fault> {
    let physical = physical_qubits(source)?;
    let mut parser = Parser::new(source, version)?;
    parser.version_line()?;
    let mut lowerer = Lowerer::new(version, physical);
    let mut ops = Vec::new();
    while let Some(statement) = parser.next_statement()? {
        lowerer.statement(&statement, &mut ops)?;
    }
    let mut notes = std::mem::take(&mut lowerer.notes);
    notes.append(&mut parser.notes);
    let (mut circuit, physical_note) = lowerer.finish();
    notes.extend(physical_note);
    circuit.ops = ops;
    circuit.lines = Lines::of(source);
    Ok((circuit, notes))
}
