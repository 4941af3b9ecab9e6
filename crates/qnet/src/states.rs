//! The batch of states that a network is asked about.

use crate::limits::MAX_BATCH_VALUES;
use crate::tensor::Matrix;
use ketflow_error::Error;

/// One or more states of the same width, finite.
#[derive(Debug, Clone, PartialEq)]
pub struct States {
    width: usize,
    values: Vec<f32>,
}

impl States {
    /// States of `width` numbers each, one after the other in `values`.
    ///
    /// # Errors
    /// `invalid-input` when there is none, when `values` is no whole number of states or has NaN or an infinity;
    /// `too-large` above [`MAX_BATCH_VALUES`].
    pub fn new(width: usize, values: Vec<f32>) -> Result<Self, Error> {
        if values.is_empty() || width == 0 || !values.len().is_multiple_of(width) {
            let message = format!("states has {} numbers; give one or more states of {width} numbers", values.len());
            return Err(Error::invalid(message));
        }
        if values.len() > MAX_BATCH_VALUES {
            let message = format!("states has {} numbers; give at most {MAX_BATCH_VALUES} at once", values.len());
            return Err(Error::too_large(message));
        }
        if let Some(index) = values.iter().position(|value| !value.is_finite()) {
            let (row, column) = (index / width, index % width);
            return Err(Error::invalid(format!("states[{row}][{column}] is {}; give a finite number", values[index])));
        }
        Ok(Self { width, values })
    }

    /// Numbers of one state.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The number of states.
    pub fn count(&self) -> usize {
        self.values.len() / self.width
    }

    /// State after state.
    pub(crate) fn values(&self) -> &[f32] {
        &self.values
    }

    /// The state with an index below [`States::count`].
    pub fn row(&self, index: usize) -> &[f32] {
        &self.values[index * self.width..][..self.width]
    }
}

impl From<Matrix> for States {
    fn from(matrix: Matrix) -> Self {
        Self { width: matrix.columns, values: matrix.values }
    }
}
