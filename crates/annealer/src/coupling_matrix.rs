//! The matrix M of a model of spins, E = offset + ½ xᵀ M x, where fields are couplings to one more spin that is always up.

use crate::bqm::Bqm;

/// M as rows of (column, value).
pub(crate) struct CouplingMatrix(pub(crate) Vec<Vec<(usize, f64)>>);

impl CouplingMatrix {
    pub(crate) fn new(spins: &Bqm) -> Self {
        let size = spins.size();
        let has_fields = spins.linear().iter().any(|field| *field != 0.0);
        let mut rows = vec![Vec::new(); size + usize::from(has_fields)];
        let mut add = |i: usize, j: usize, value: f64| {
            rows[i].push((j, value));
            rows[j].push((i, value));
        };
        spins.couplings().iter().for_each(|b| add(b.i as usize, b.j as usize, b.value));
        if has_fields {
            spins.linear().iter().enumerate().for_each(|(k, field)| add(k, size, *field));
        }
        Self(rows)
    }

    /// (M + diag(u)) x.
    pub(crate) fn times(&self, u: &[f64], x: &[f64]) -> Vec<f64> {
        let row = |(i, row): (usize, &Vec<(usize, f64)>)| {
            u[i] * x[i] + row.iter().map(|(j, value)| value * x[*j]).sum::<f64>()
        };
        self.0.iter().enumerate().map(row).collect()
    }
}
