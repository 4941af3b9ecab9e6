//! What several tests need.
// Clippy lets tests unwrap, but not the helpers they share.
#![allow(clippy::unwrap_used)]

use ketflow_annealer::{Bqm, BqmBuilder, Vartype};

/// A model of small whole coefficients.
pub fn model(vartype: Vartype, linear: &[i32], couplings: &[(usize, usize, i32)], offset: i32) -> Bqm {
    let mut builder = BqmBuilder::new(vartype);
    builder.add_offset(f64::from(offset)).unwrap();
    for (k, a) in linear.iter().enumerate() {
        builder.add_linear(k, f64::from(*a)).unwrap();
    }
    for (i, j, b) in couplings {
        builder.add_coupling(i % linear.len(), j % linear.len(), f64::from(*b)).unwrap();
    }
    builder.build().unwrap()
}
