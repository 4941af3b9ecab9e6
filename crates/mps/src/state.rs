//! The state: a row of tensors, orthonormal towards its centre.

use crate::matrix::{Matrix, add};
use crate::places::Places;
use crate::svd::{Advance, Cut, Triangular, principal, triangular};
use ketflow_error::Interrupted;
use num_complex::Complex64;

/// All sites left of the centre are orthonormal to the left, all right of it to the right.
pub(crate) struct State {
    /// A row for each value of the left bond and the bit of the wire, the bit fastest; a column for each value of the right bond.
    pub sites: Vec<Matrix>,
    pub places: Places,
    center: usize,
    cut: Cut,
    /// Product over all splits of the share of the norm that was kept.
    pub kept: f64,
    /// The widest bond so far.
    pub widest: usize,
}

impl State {
    /// |0…0⟩
    pub fn zero(qubits: u32, cut: Cut) -> Self {
        let site = Matrix { rows: 2, columns: 1, re: vec![1.0, 0.0], im: vec![0.0, 0.0] };
        Self { sites: vec![site; qubits as usize], places: Places::new(qubits), center: 0, cut, kept: 1.0, widest: 1 }
    }

    /// Widths of all bonds, behind the first site and so on.
    pub fn bonds(&self) -> impl Iterator<Item = usize> {
        self.sites.iter().take(self.sites.len().saturating_sub(1)).map(|site| site.columns)
    }

    /// A gate by its matrix over `wires`, the first one lowest; the next gate is at the site `next` of now, and the centre stays near it.
    pub fn apply(
        &mut self,
        matrix: &[Complex64],
        wires: &[u32],
        next: usize,
        advance: &mut Advance,
    ) -> Result<(), Interrupted> {
        if let &[wire] = wires {
            let site = self.places.site(wire);
            return self.apply_one(matrix, site, advance);
        }
        let mut exchanges = Vec::new();
        let mut places = self.places.clone();
        let first = places.gather(wires, |site| exchanges.push(site));
        let (one, zero) = (Complex64::new(1.0, 0.0), Complex64::default());
        let swap: Vec<Complex64> = (0..16).map(|k| if [0, 6, 9, 15].contains(&k) { one } else { zero }).collect();
        for site in exchanges {
            self.apply_joined(&swap, site, &[0, 1], first, advance)?;
        }
        self.places = places;
        let order: Vec<usize> = wires.iter().map(|wire| self.places.site(*wire) - first).collect();
        self.apply_joined(matrix, first, &order, next, advance)
    }

    fn apply_one(&mut self, m: &[Complex64], site: usize, advance: &mut Advance) -> Result<(), Interrupted> {
        let site = &mut self.sites[site];
        for row in (0..site.rows).step_by(2) {
            let [(ar, ai), (br, bi)] = site.pair_mut(row, row + 1);
            for ((ar, ai), (br, bi)) in ar.iter_mut().zip(ai).zip(br.iter_mut().zip(bi)) {
                let (a, b) = (Complex64::new(*ar, *ai), Complex64::new(*br, *bi));
                let (x, y) = (m[0] * a + m[1] * b, m[2] * a + m[3] * b);
                (*ar, *ai, *br, *bi) = (x.re, x.im, y.re, y.im);
            }
        }
        advance(8 * site.re.len() as u64)
    }

    /// A gate on sites from `first` on; bit k of the matrix index is the site `first + order[k]`.
    fn apply_joined(
        &mut self,
        matrix: &[Complex64],
        first: usize,
        order: &[usize],
        next: usize,
        advance: &mut Advance,
    ) -> Result<(), Interrupted> {
        let count = order.len();
        self.move_center(self.center.clamp(first, first + count - 1), advance)?;
        let left = self.sites[first].rows / 2;
        // Joined: left bond, then the bits with the first site slowest, then the right bond.
        let mut joined = std::mem::take(&mut self.sites[first]);
        for site in &mut self.sites[first + 1..first + count] {
            let site = std::mem::take(site);
            let (inner, right) = (site.rows / 2, site.columns);
            let (rows, columns) = (joined.re.len() / inner, 2 * right);
            joined = joined.reshaped(rows, inner).times(&site.reshaped(inner, columns)).reshaped(rows * 2, right);
            advance((joined.re.len() * inner * 4) as u64)?;
        }
        let dimension = 1usize << count;
        let index = |bits: usize| {
            order.iter().enumerate().fold(0, |sum, (k, site)| sum | (bits >> (count - 1 - site) & 1) << k)
        };
        let indices: Vec<usize> = (0..dimension).map(index).collect();
        let mut changed = Matrix::zero(joined.rows, joined.columns);
        for l in 0..left {
            for row in 0..dimension {
                let (re, im) = changed.row_mut(l * dimension + row);
                for column in 0..dimension {
                    let factor = matrix[indices[row] * dimension + indices[column]];
                    if factor != Complex64::default() {
                        add(re, im, (factor.re, factor.im), joined.row(l * dimension + column));
                    }
                }
            }
        }
        advance((changed.re.len() * dimension * 4) as u64)?;
        self.split(changed, first, count, next, advance)
    }

    /// Cuts a joined tensor into sites again; the centre is the first or the last one, whichever is nearer to `next`.
    fn split(
        &mut self,
        mut rest: Matrix,
        first: usize,
        count: usize,
        next: usize,
        advance: &mut Advance,
    ) -> Result<(), Interrupted> {
        let last = first + count - 1;
        if next > first {
            let mut left = rest.rows >> count;
            for site in first..last {
                let columns = rest.re.len() / (2 * left);
                rest = rest.reshaped(2 * left, columns);
                let (isometry, inner) = self.cut_rows(rest, advance)?;
                left = inner.rows;
                self.sites[site] = isometry.transposed();
                rest = inner;
            }
            let right = rest.re.len() / (2 * left);
            self.sites[last] = rest.reshaped(2 * left, right);
            self.center = last;
        } else {
            let mut right = rest.columns;
            for site in (first + 1..=last).rev() {
                let rows = rest.re.len() / (2 * right);
                let turned = rest.reshaped(rows, 2 * right).transposed();
                let (isometry, inner) = self.cut_rows(turned, advance)?;
                let bond = isometry.rows;
                self.sites[site] = isometry.reshaped(2 * bond, right);
                right = bond;
                rest = inner.transposed();
            }
            let rows = rest.re.len() / right;
            self.sites[first] = rest.reshaped(rows, right);
            self.center = first;
        }
        Ok(())
    }

    /// X ≈ isometryᵀ · inner: a row of the isometry, and one of what is left, for each value of the bond between them.
    fn cut_rows(&mut self, x: Matrix, advance: &mut Advance) -> Result<(Matrix, Matrix), Interrupted> {
        let all = x.total();
        let directions = principal(x.clone(), &self.cut, advance)?;
        self.widest = self.widest.max(directions.rows);
        let mut inner = directions.clone().conjugated().times(&x);
        let kept = inner.total();
        self.kept *= (kept / all).min(1.0);
        let scale = (all / kept).sqrt();
        inner.re.iter_mut().chain(&mut inner.im).for_each(|x| *x *= scale);
        advance((4 * inner.re.len() * x.rows) as u64)?;
        Ok((directions, inner))
    }

    /// Makes `site` the centre.
    pub fn move_center(&mut self, site: usize, advance: &mut Advance) -> Result<(), Interrupted> {
        while self.center < site {
            let here = std::mem::take(&mut self.sites[self.center]).transposed();
            let work = 10 * here.re.len() * here.rows;
            // The columns of the site are L·Q, so the site is Qᵀ·Lᵀ.
            let Triangular { q, turned, .. } = triangular(here, 0.0, advance)?;
            self.sites[self.center] = q.transposed();
            self.center += 1;
            let next = std::mem::take(&mut self.sites[self.center]);
            let (left, right) = (next.rows / 2, next.columns);
            let next = turned.times(&next.reshaped(left, 2 * right));
            let bond = next.rows;
            advance((work + 4 * next.re.len() * left) as u64)?;
            self.sites[self.center] = next.reshaped(2 * bond, right);
        }
        while self.center > site {
            let here = std::mem::take(&mut self.sites[self.center]);
            let (left, right) = (here.rows / 2, here.columns);
            let work = 10 * here.re.len() * left;
            let Triangular { q, turned, .. } = triangular(here.reshaped(left, 2 * right), 0.0, advance)?;
            let bond = q.rows;
            self.sites[self.center] = q.reshaped(2 * bond, right);
            self.center -= 1;
            let next = self.sites[self.center].times(&turned.transposed());
            advance((work + 4 * next.re.len() * left) as u64)?;
            self.sites[self.center] = next;
        }
        Ok(())
    }
}
