//! Constants of a file.

use super::wire::{Bytes, MAX_PARTS, Value, push};
use ketflow_error::Error;

/// A constant of the file.
#[derive(Default)]
pub(crate) struct Tensor<'a> {
    pub name: &'a str,
    pub shape: Vec<u64>,
    /// TensorProto.DataType: 1 is f32, 6 i32, 7 i64.
    pub data_type: u64,
    /// Little-endian numbers.
    pub raw: Option<&'a [u8]>,
    /// Little-endian f32, when they are not raw.
    pub floats: Vec<&'a [u8]>,
    /// i64 as varints, when they are not raw.
    pub integers: Vec<u64>,
    pub is_external: bool,
}

pub(crate) fn read_tensor(bytes: Bytes) -> Result<Tensor, Error> {
    let mut tensor = Tensor::default();
    for field in bytes.fields() {
        match field? {
            (1, value) => {
                for value in value.varints() {
                    push(&mut tensor.shape, value?, MAX_PARTS, "dimensions of a constant")?;
                }
            }
            (2, Value::Varint(value)) => tensor.data_type = value,
            (4, Value::Bytes(bytes)) => push(&mut tensor.floats, bytes.all, MAX_PARTS, "pieces of a constant")?,
            (7, value) => {
                for value in value.varints() {
                    push(&mut tensor.integers, value?, MAX_PARTS, "whole numbers of a constant")?;
                }
            }
            (8, Value::Bytes(bytes)) => tensor.name = bytes.text()?,
            (9, Value::Bytes(bytes)) => tensor.raw = Some(bytes.all),
            (14, Value::Varint(location)) => tensor.is_external = location != 0,
            _ => {}
        }
    }
    Ok(tensor)
}
