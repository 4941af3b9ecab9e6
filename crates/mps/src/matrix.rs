//! Complex matrices by rows, real and imaginary parts apart: loops over a row are loops over plain numbers, which become vectors.

use num_complex::Complex64;

#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Matrix {
    pub rows: usize,
    pub columns: usize,
    pub re: Vec<f64>,
    pub im: Vec<f64>,
}

impl Matrix {
    pub fn zero(rows: usize, columns: usize) -> Self {
        Self { rows, columns, re: vec![0.0; rows * columns], im: vec![0.0; rows * columns] }
    }

    pub fn identity(size: usize) -> Self {
        let mut matrix = Self::zero(size, size);
        (0..size).for_each(|k| matrix.re[k * size + k] = 1.0);
        matrix
    }

    #[cfg(test)]
    pub fn new(rows: usize, columns: usize, entry: impl Fn(usize, usize) -> Complex64) -> Self {
        let mut matrix = Self::zero(rows, columns);
        for (row, column) in (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column))) {
            let value = entry(row, column);
            (matrix.re[row * columns + column], matrix.im[row * columns + column]) = (value.re, value.im);
        }
        matrix
    }

    #[cfg(test)]
    pub fn at(&self, row: usize, column: usize) -> Complex64 {
        Complex64::new(self.re[row * self.columns + column], self.im[row * self.columns + column])
    }

    /// The same numbers in rows of another length.
    pub fn reshaped(mut self, rows: usize, columns: usize) -> Self {
        debug_assert_eq!(self.re.len(), rows * columns);
        (self.rows, self.columns) = (rows, columns);
        self
    }

    #[inline]
    pub fn row(&self, k: usize) -> (&[f64], &[f64]) {
        let place = k * self.columns..(k + 1) * self.columns;
        (&self.re[place.clone()], &self.im[place])
    }

    #[inline]
    pub fn row_mut(&mut self, k: usize) -> (&mut [f64], &mut [f64]) {
        let place = k * self.columns..(k + 1) * self.columns;
        (&mut self.re[place.clone()], &mut self.im[place])
    }

    /// Rows `a` < `b`.
    #[inline]
    pub fn pair_mut(&mut self, a: usize, b: usize) -> [(&mut [f64], &mut [f64]); 2] {
        let columns = self.columns;
        let (re_low, re_high) = self.re.split_at_mut(b * columns);
        let (im_low, im_high) = self.im.split_at_mut(b * columns);
        let first = a * columns..(a + 1) * columns;
        [(&mut re_low[first.clone()], &mut im_low[first]), (&mut re_high[..columns], &mut im_high[..columns])]
    }

    /// Adds a row at the end.
    pub fn push(&mut self, (re, im): (&[f64], &[f64])) {
        debug_assert_eq!((re.len(), im.len()), (self.columns, self.columns));
        self.re.extend_from_slice(re);
        self.im.extend_from_slice(im);
        self.rows += 1;
    }

    pub fn norm_sqr(&self, k: usize) -> f64 {
        let (re, im) = self.row(k);
        norm_sqr(re, im)
    }

    /// The square of the norm of all rows.
    pub fn total(&self) -> f64 {
        (0..self.rows).map(|k| self.norm_sqr(k)).sum()
    }

    pub fn scale(&mut self, k: usize, factor: f64) {
        let (re, im) = self.row_mut(k);
        re.iter_mut().chain(im).for_each(|x| *x *= factor);
    }

    pub fn transposed(&self) -> Self {
        let mut turned = Self::zero(self.columns, self.rows);
        for row in 0..self.rows {
            let (re, im) = self.row(row);
            for (column, (x, y)) in re.iter().zip(im).enumerate() {
                turned.re[column * self.rows + row] = *x;
                turned.im[column * self.rows + row] = *y;
            }
        }
        turned
    }

    pub fn conjugated(mut self) -> Self {
        self.im.iter_mut().for_each(|x| *x = -*x);
        self
    }

    /// self · other: four rows of `other` at a time, so that a sum is read and written once for four products.
    pub fn times(&self, other: &Self) -> Self {
        debug_assert_eq!(self.columns, other.rows);
        let mut product = Self::zero(self.rows, other.columns);
        for row in 0..self.rows {
            let (fr, fi) = self.row(row);
            let (out_re, out_im) = product.row_mut(row);
            let fours = self.columns / 4 * 4;
            for k in (0..fours).step_by(4) {
                let factors = [0, 1, 2, 3].map(|j| (fr[k + j], fi[k + j]));
                add_four(out_re, out_im, factors, [0, 1, 2, 3].map(|j| other.row(k + j)));
            }
            for k in fours..self.columns {
                add(out_re, out_im, (fr[k], fi[k]), other.row(k));
            }
        }
        product
    }
}

/// y += f·x
#[inline]
pub(crate) fn add(yr: &mut [f64], yi: &mut [f64], (fr, fi): (f64, f64), (xr, xi): (&[f64], &[f64])) {
    for ((yr, yi), (xr, xi)) in yr.iter_mut().zip(yi).zip(xr.iter().zip(xi)) {
        *yr += fr * xr - fi * xi;
        *yi += fr * xi + fi * xr;
    }
}

/// y += f₀·x₀ + f₁·x₁ + f₂·x₂ + f₃·x₃, added up in pairs.
#[inline]
pub(crate) fn add_four(yr: &mut [f64], yi: &mut [f64], f: [(f64, f64); 4], x: [(&[f64], &[f64]); 4]) {
    let n = yr.len();
    let (yi, x) = (&mut yi[..n], x.map(|(re, im)| (&re[..n], &im[..n])));
    for j in 0..n {
        let re = |k: usize| f[k].0 * x[k].0[j] - f[k].1 * x[k].1[j];
        let im = |k: usize| f[k].0 * x[k].1[j] + f[k].1 * x[k].0[j];
        yr[j] += (re(0) + re(1)) + (re(2) + re(3));
        yi[j] += (im(0) + im(1)) + (im(2) + im(3));
    }
}

/// Running sums of a row: the order of additions depends on nothing but its length.
const SUMS: usize = 4;

#[inline]
fn folded([a, b, c, d]: [f64; SUMS]) -> f64 {
    (a + c) + (b + d)
}

/// ⟨a|b⟩
#[inline]
pub(crate) fn overlap((ar, ai): (&[f64], &[f64]), (br, bi): (&[f64], &[f64])) -> Complex64 {
    let n = ar.len();
    let (ai, br, bi) = (&ai[..n], &br[..n], &bi[..n]);
    let (mut re, mut im) = ([0.0; SUMS], [0.0; SUMS]);
    let whole = n / SUMS * SUMS;
    for start in (0..whole).step_by(SUMS) {
        let at = start..start + SUMS;
        let (ar, ai, br, bi) = (&ar[at.clone()], &ai[at.clone()], &br[at.clone()], &bi[at]);
        for k in 0..SUMS {
            re[k] += ar[k] * br[k] + ai[k] * bi[k];
            im[k] += ar[k] * bi[k] - ai[k] * br[k];
        }
    }
    for (k, j) in (whole..n).enumerate() {
        re[k] += ar[j] * br[j] + ai[j] * bi[j];
        im[k] += ar[j] * bi[j] - ai[j] * br[j];
    }
    Complex64::new(folded(re), folded(im))
}

#[inline]
pub(crate) fn norm_sqr(re: &[f64], im: &[f64]) -> f64 {
    let n = re.len();
    let im = &im[..n];
    let mut sums = [0.0; SUMS];
    let whole = n / SUMS * SUMS;
    for start in (0..whole).step_by(SUMS) {
        let (re, im) = (&re[start..start + SUMS], &im[start..start + SUMS]);
        for k in 0..SUMS {
            sums[k] += re[k] * re[k] + im[k] * im[k];
        }
    }
    for (k, j) in (whole..n).enumerate() {
        sums[k] += re[j] * re[j] + im[j] * im[j];
    }
    folded(sums)
}
