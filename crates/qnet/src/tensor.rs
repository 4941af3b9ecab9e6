//! Arrays of numbers in a file: nested lists, or base64 of little-endian f32 with a shape.

use crate::fault::Fault;
use crate::json::{Kind, Reader};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Numbers in rows.
pub(crate) struct Matrix {
    pub rows: usize,
    pub columns: usize,
    /// Row after row.
    pub values: Vec<f32>,
}

/// A matrix of at most `max` numbers, at least one.
pub(crate) fn read_matrix(reader: &mut Reader, max: usize) -> Result<Matrix, Fault> {
    if reader.kind() == Kind::Object {
        let ([rows, columns], values) = read_base64(reader, max)?;
        return Ok(Matrix { rows, columns, values });
    }
    let (mut values, mut columns) = (Vec::new(), 0);
    let offset = reader.offset();
    let rows = reader.array("an array of rows, or {\"base64\", \"shape\"}", |reader, row| {
        let offset = reader.offset();
        let count = read_numbers(reader, &mut values, max)?;
        if count == 0 {
            return Err(reader.invalid(offset, "is empty; give at least one number"));
        }
        if row == 0 {
            columns = count;
        } else if count != columns {
            let text = format!("has {count} numbers and row 0 has {columns}; give all rows the same length");
            return Err(reader.invalid(offset, text));
        }
        Ok(())
    })?;
    if rows == 0 {
        return Err(reader.invalid(offset, "is empty; give at least one row"));
    }
    Ok(Matrix { rows, columns, values })
}

/// A list of at most `max` numbers, at least one.
pub(crate) fn read_vector(reader: &mut Reader, max: usize) -> Result<Vec<f32>, Fault> {
    if reader.kind() == Kind::Object {
        return read_base64::<1>(reader, max).map(|(_, values)| values);
    }
    let mut values = Vec::new();
    let offset = reader.offset();
    match read_numbers(reader, &mut values, max)? {
        0 => Err(reader.invalid(offset, "is empty; give at least one number")),
        _ => Ok(values),
    }
}

/// Appends the numbers of a list; returns how many they were.
fn read_numbers(reader: &mut Reader, values: &mut Vec<f32>, max: usize) -> Result<usize, Fault> {
    reader.array("an array of numbers", |reader, _| {
        let offset = reader.offset();
        if values.len() == max {
            return Err(
                reader.too_large(offset, format!("is more than number {max} of its array, the limit; give fewer"))
            );
        }
        values.push(reader.f32()?);
        Ok(())
    })
}

/// `{"base64": "…", "shape": […]}` with R dimensions.
fn read_base64<const R: usize>(reader: &mut Reader, max: usize) -> Result<([usize; R], Vec<f32>), Fault> {
    let offset = reader.offset();
    let (mut bytes, mut shape) = (None, None);
    reader.object("an object", &["base64", "shape"], |reader, field| {
        let offset = reader.offset();
        if field == "base64" {
            let text = reader.text("base64 of little-endian f32")?;
            let decoded = STANDARD.decode(text.as_bytes()).map_err(|error| {
                let text = format!("is not base64 (RFC 4648, section 4, with padding): {error}; encode it again");
                reader.invalid(offset, text)
            })?;
            bytes = Some(decoded);
        } else {
            shape = Some(read_shape(reader, max)?);
        }
        Ok(())
    })?;
    let (Some(bytes), Some(shape)) = (bytes, shape) else {
        return Err(reader.invalid(offset, "is an object without 'base64' and 'shape'; give both"));
    };
    // Each dimension is at most 2²⁴, so two of them overflow the usize of wasm32.
    let count = shape.iter().map(|dimension| *dimension as u64).product::<u64>();
    if count > max as u64 {
        let text = format!("has the shape {shape:?}, {count} numbers; at most {max} are taken");
        return Err(reader.too_large(offset, text));
    }
    if bytes.len() as u64 != 4 * count {
        let text = format!(
            "has {} bytes and the shape {shape:?}, which takes {}; give four bytes for each number",
            bytes.len(),
            4 * count
        );
        return Err(reader.invalid(offset, text));
    }
    let (quads, _) = bytes.as_chunks::<4>();
    let values: Vec<f32> = quads.iter().map(|quad| f32::from_le_bytes(*quad)).collect();
    if let Some(index) = values.iter().position(|value| !value.is_finite()) {
        let text = format!("has {} as number {index}, counted from 0; give finite numbers", values[index]);
        return Err(reader.invalid(offset, text));
    }
    Ok((shape, values))
}

fn read_shape<const R: usize>(reader: &mut Reader, max: usize) -> Result<[usize; R], Fault> {
    let offset = reader.offset();
    let mut shape = [0; R];
    let rank = reader.array("an array of whole numbers", |reader, axis| {
        let count = reader.count(max)?;
        if let Some(dimension) = shape.get_mut(axis) {
            *dimension = count;
        }
        Ok(())
    })?;
    if rank != R {
        return Err(reader.invalid(offset, format!("has {rank} dimensions; give {R}")));
    }
    Ok(shape)
}
