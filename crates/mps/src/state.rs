//! The state: a row of tensors, orthonormal towards its centre.

use crate::gram_schmidt::orthonormal;
use crate::svd::{Columns, Svd, svd};
use ketflow_error::Interrupted;
use num_complex::Complex64;

/// Which site each qubit has.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    site: Vec<usize>,
    qubit: Vec<u32>,
}

impl Places {
    pub fn new(qubits: u32) -> Self {
        Self { site: (0..qubits as usize).collect(), qubit: (0..qubits).collect() }
    }

    pub fn site(&self, qubit: u32) -> usize {
        self.site[qubit as usize]
    }

    pub fn qubit(&self, site: usize) -> u32 {
        self.qubit[site]
    }

    pub fn rename(&mut self, a: u32, b: u32) {
        self.site.swap(a as usize, b as usize);
        self.qubit.swap(self.site[a as usize], self.site[b as usize]);
    }

    /// Makes the qubits neighbours, by exchanges of a site and the next that `exchange` carries out; their first site.
    pub fn gather(&mut self, qubits: &[u32], mut exchange: impl FnMut(usize)) -> usize {
        let mut order: Vec<u32> = qubits.to_vec();
        order.sort_by_key(|qubit| self.site(*qubit));
        let first = self.site(order[0]);
        for (k, qubit) in order.into_iter().enumerate() {
            while self.site(qubit) > first + k {
                let site = self.site(qubit) - 1;
                exchange(site);
                self.rename(self.qubit[site], qubit);
            }
        }
        first
    }
}

/// One tensor: left bond, the bit of the qubit, right bond; the last fastest.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    pub left: usize,
    pub right: usize,
    pub data: Vec<Complex64>,
}

impl Site {
    #[inline]
    pub fn at(&self, left: usize, bit: usize, right: usize) -> Complex64 {
        self.data[(left * 2 + bit) * self.right + right]
    }
}

/// How far a state may be cut.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cut {
    pub max_bond: usize,
    /// Largest share of the norm that one split may drop besides.
    pub threshold: f64,
}

/// All sites left of the centre are orthonormal to the left, all right of it to the right.
pub(crate) struct State {
    pub sites: Vec<Site>,
    pub places: Places,
    center: usize,
    cut: Cut,
    /// Product over all splits of the share of the norm that was kept.
    pub kept: f64,
    /// The widest bond so far.
    pub widest: usize,
}

/// Told multiplications.
pub(crate) type Advance<'a> = dyn FnMut(u64) -> Result<(), Interrupted> + 'a;

impl State {
    /// |0…0⟩
    pub fn zero(qubits: u32, cut: Cut) -> Self {
        let site = Site { left: 1, right: 1, data: vec![Complex64::new(1.0, 0.0), Complex64::default()] };
        Self { sites: vec![site; qubits as usize], places: Places::new(qubits), center: 0, cut, kept: 1.0, widest: 1 }
    }

    /// A gate by its matrix over `qubits`, the first one lowest.
    pub fn apply(&mut self, matrix: &[Complex64], qubits: &[u32], advance: &mut Advance) -> Result<(), Interrupted> {
        if let &[qubit] = qubits {
            let site = self.places.site(qubit);
            return self.apply_one(matrix, site, advance);
        }
        let mut exchanges = Vec::new();
        let mut places = self.places.clone();
        let first = places.gather(qubits, |site| exchanges.push(site));
        let (one, zero) = (Complex64::new(1.0, 0.0), Complex64::default());
        let swap: Vec<Complex64> = (0..16).map(|k| if [0, 6, 9, 15].contains(&k) { one } else { zero }).collect();
        for site in exchanges {
            self.apply_joined(&swap, site, &[0, 1], advance)?;
        }
        self.places = places;
        let order: Vec<usize> = qubits.iter().map(|qubit| self.places.site(*qubit) - first).collect();
        self.apply_joined(matrix, first, &order, advance)
    }

    fn apply_one(&mut self, m: &[Complex64], site: usize, advance: &mut Advance) -> Result<(), Interrupted> {
        let site = &mut self.sites[site];
        for pair in site.data.chunks_exact_mut(2 * site.right) {
            let (zeros, ones) = pair.split_at_mut(site.right);
            for (a, b) in zeros.iter_mut().zip(ones) {
                (*a, *b) = (m[0] * *a + m[1] * *b, m[2] * *a + m[3] * *b);
            }
        }
        advance(8 * site.data.len() as u64)
    }

    /// A gate on sites from `first` on; bit k of the matrix index is the site `first + order[k]`.
    fn apply_joined(
        &mut self,
        matrix: &[Complex64],
        first: usize,
        order: &[usize],
        advance: &mut Advance,
    ) -> Result<(), Interrupted> {
        let count = order.len();
        self.move_center(self.center.clamp(first, first + count - 1), advance)?;
        let left = self.sites[first].left;
        // Joined: left bond, then the bits with the first site slowest, then the right bond.
        let mut joined = self.sites[first].data.clone();
        for site in &self.sites[first + 1..first + count] {
            joined = multiplied(&joined, site.left, &site.data);
            advance((joined.len() * site.left * 4) as u64)?;
        }
        let right = self.sites[first + count - 1].right;
        let dimension = 1usize << count;
        let index = |bits: usize| {
            order.iter().enumerate().fold(0, |sum, (k, site)| sum | (bits >> (count - 1 - site) & 1) << k)
        };
        let indices: Vec<usize> = (0..dimension).map(index).collect();
        let mut changed = vec![Complex64::default(); joined.len()];
        for l in 0..left {
            for row in 0..dimension {
                for column in 0..dimension {
                    let factor = matrix[indices[row] * dimension + indices[column]];
                    if factor == Complex64::default() {
                        continue;
                    }
                    let from = &joined[(l * dimension + column) * right..][..right];
                    let to = &mut changed[(l * dimension + row) * right..][..right];
                    to.iter_mut().zip(from).for_each(|(to, from)| *to += factor * from);
                }
            }
        }
        advance((changed.len() * dimension * 4) as u64)?;
        self.split(changed, first, count, left, right, advance)
    }

    /// Cuts a joined tensor into sites again; the last one is the centre.
    fn split(
        &mut self,
        mut rest: Vec<Complex64>,
        first: usize,
        count: usize,
        mut left: usize,
        right: usize,
        advance: &mut Advance,
    ) -> Result<(), Interrupted> {
        for site in first..first + count - 1 {
            let (rows, columns) = (2 * left, rest.len() / (2 * left));
            let entry = |row: usize, column: usize| rest[row * columns + column];
            // Jacobi works on columns: take the smaller side.
            let Svd { mut u, mut values, mut v } = if columns <= rows {
                svd(Columns::new(rows, columns, entry), advance)?
            } else {
                // M† = U·S·V† means M = V·S·U†.
                let turned = svd(Columns::new(columns, rows, |row, column| entry(column, row).conj()), advance)?;
                Svd { u: turned.v, values: turned.values, v: turned.u }
            };
            let all: f64 = values.iter().map(|value| value * value).sum();
            let keep = self.kept_values(&values, all);
            let kept: f64 = values[..keep].iter().map(|value| value * value).sum();
            self.kept *= (kept / all).min(1.0);
            u.truncate(keep);
            v.truncate(keep);
            values.truncate(keep);
            let scale = (all / kept).sqrt();
            let data = (0..rows * keep).map(|k| u[k % keep][k / keep]).collect();
            rest = (0..keep)
                .flat_map(|k| {
                    let value = values[k] * scale;
                    v[k].iter().map(move |x| x.conj() * value).collect::<Vec<_>>()
                })
                .collect();
            self.sites[site] = Site { left, right: keep, data };
            self.widest = self.widest.max(keep);
            left = keep;
        }
        self.sites[first + count - 1] = Site { left, right, data: rest };
        self.center = first + count - 1;
        Ok(())
    }

    /// How many of the descending values stay: at least one.
    fn kept_values(&self, values: &[f64], all: f64) -> usize {
        let (mut keep, mut dropped) = (values.len(), 0.0);
        while keep > 1 {
            dropped += values[keep - 1] * values[keep - 1];
            if dropped > self.cut.threshold * all && keep <= self.cut.max_bond {
                break;
            }
            keep -= 1;
        }
        keep
    }

    /// Makes `site` the centre.
    pub fn move_center(&mut self, site: usize, advance: &mut Advance) -> Result<(), Interrupted> {
        while self.center < site {
            let here = &self.sites[self.center];
            let (left, right) = (here.left, here.right);
            let columns = (0..right).map(|r| (0..2 * left).map(|row| here.data[row * right + r]).collect()).collect();
            let (q, r) = orthonormal(columns);
            let bond = q.len();
            let data = (0..2 * left * bond).map(|k| q[k % bond][k / bond]).collect();
            self.sites[self.center] = Site { left, right: bond, data };
            self.center += 1;
            let next = &mut self.sites[self.center];
            next.data = multiplied(&r.concat(), right, &next.data);
            next.left = bond;
            advance((8 * left * right * bond + 4 * next.data.len() * right) as u64)?;
        }
        while self.center > site {
            let here = &self.sites[self.center];
            let (left, right) = (here.left, here.right);
            // The adjoint has the same rows as columns.
            let rows = here.data.chunks_exact(2 * right).map(|row| row.iter().map(Complex64::conj).collect()).collect();
            let (q, r) = orthonormal(rows);
            let bond = q.len();
            let data = q.iter().flatten().map(Complex64::conj).collect();
            self.sites[self.center] = Site { left: bond, right, data };
            self.center -= 1;
            // M† = Q·R, so M = R†·Q†: the bond takes R†, which has a column for each row of R.
            let turned: Vec<Complex64> = (0..left * bond).map(|k| r[k % bond][k / bond].conj()).collect();
            let next = &mut self.sites[self.center];
            next.data = multiplied(&next.data, left, &turned);
            next.right = bond;
            advance((8 * left * right * bond + 4 * next.data.len() * left) as u64)?;
        }
        Ok(())
    }
}

/// a · b, row-major, with `inner` columns of a and rows of b.
fn multiplied(a: &[Complex64], inner: usize, b: &[Complex64]) -> Vec<Complex64> {
    let columns = b.len() / inner;
    let mut product = vec![Complex64::default(); a.len() / inner * columns];
    for (row, out) in a.chunks_exact(inner).zip(product.chunks_exact_mut(columns)) {
        for (factor, b) in row.iter().zip(b.chunks_exact(columns)) {
            out.iter_mut().zip(b).for_each(|(out, b)| *out += factor * b);
        }
    }
    product
}
