//! Constants: numbers that do not depend on the states.

use super::node::Node;
use super::tensor::Tensor;
use crate::limits::MAX_PARAMETERS;
use crate::tensor::Matrix;
use ketflow_error::Error;

const FLOAT32: u64 = 1;
const INT64: u64 = 7;

/// A tensor of the file, perhaps transposed.
#[derive(Clone, Copy)]
pub(crate) struct Constant<'a> {
    pub tensor: &'a Tensor<'a>,
    pub is_transposed: bool,
}

impl Constant<'_> {
    /// A matrix; with `is_transposed` the other way round than it is.
    pub fn matrix(&self, node: &Node, is_transposed: bool) -> Result<Matrix, Error> {
        let &[rows, columns] = &self.tensor.shape[..] else {
            let rank = self.tensor.shape.len();
            return Err(node.unsupported(format!("takes weights of {rank} dimensions; give a matrix")));
        };
        let values = self.numbers(node)?;
        // Their product is the number of values.
        let (rows, columns) = (rows as usize, columns as usize);
        if is_transposed == self.is_transposed {
            return Ok(Matrix { rows, columns, values });
        }
        let turned = (0..values.len()).map(|k| values[k % rows * columns + k / rows]).collect();
        Ok(Matrix { rows: columns, columns: rows, values: turned })
    }

    /// A row of `width` numbers: of that length, or one number for all.
    pub fn row(&self, node: &Node, width: usize) -> Result<Vec<f32>, Error> {
        let shape = &self.tensor.shape;
        let (last, before) = shape.split_last().map_or((1, &shape[..]), |(last, before)| (*last, before));
        if self.is_transposed || before.iter().any(|size| *size != 1) || (last != 1 && last != width as u64) {
            return Err(node.unsupported(format!(
                "combines rows of {width} numbers with a constant of the shape {shape:?}; give one number, or one row of them"
            )));
        }
        let mut values = self.numbers(node)?;
        if last == 1 {
            values.resize(width, values[0]);
        }
        Ok(values)
    }

    /// All numbers, finite, at least one.
    fn numbers(&self, node: &Node) -> Result<Vec<f32>, Error> {
        let tensor = self.tensor;
        if tensor.is_external {
            return Err(node.unsupported("takes weights from another file; export the model as one file"));
        }
        if tensor.data_type != FLOAT32 {
            let kind = tensor.data_type;
            return Err(node.unsupported(format!("takes numbers of ONNX's type {kind}; export the model in float32")));
        }
        let count = tensor.shape.iter().try_fold(1u64, |product, size| product.checked_mul(*size));
        let count = count.filter(|count| *count <= MAX_PARAMETERS as u64).ok_or_else(|| {
            node.too_large(format!(
                "takes a constant of the shape {:?}; at most {MAX_PARAMETERS} numbers are taken",
                tensor.shape
            ))
        })?;
        let pieces = tensor.raw.map_or_else(|| tensor.floats.clone(), |raw| vec![raw]);
        let bytes: usize = pieces.iter().map(|piece| piece.len()).sum();
        if count == 0 || bytes as u64 != 4 * count || pieces.iter().any(|piece| piece.len() % 4 != 0) {
            let shape = &tensor.shape;
            return Err(node
                .invalid(format!("takes a constant of {bytes} bytes and the shape {shape:?}; four for each number")));
        }
        let quads = pieces.iter().flat_map(|piece| piece.as_chunks::<4>().0);
        let values: Vec<f32> = quads.map(|quad| f32::from_le_bytes(*quad)).collect();
        match values.iter().find(|value| !value.is_finite()) {
            Some(value) => Err(node.invalid(format!("takes a constant with {value} in it; give finite numbers"))),
            None => Ok(values),
        }
    }

    /// A few whole numbers, such as a shape or axes.
    pub fn integers(&self, node: &Node) -> Result<Vec<i64>, Error> {
        let tensor = self.tensor;
        let raw = tensor.raw.map(|raw| raw.as_chunks::<8>().0);
        let few = raw.is_none_or(|raw| raw.len() <= 8) && tensor.integers.len() <= 8;
        if tensor.data_type != INT64 || tensor.is_external || !few {
            return Err(node.unsupported("takes no list of a few int64; give a constant one"));
        }
        let stored = tensor.integers.iter().map(|value| *value as i64);
        Ok(raw.map_or_else(|| stored.collect(), |raw| raw.iter().map(|bytes| i64::from_le_bytes(*bytes)).collect()))
    }
}
