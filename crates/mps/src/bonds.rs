//! How wide bonds can become, found by counting what crosses each cut: no amplitude is looked at.

use crate::fuse::Step;
use crate::matrix::Matrix;
use crate::places::Places;
use crate::program::Program;
use crate::svd::triangular;

/// A gate's parts that hold less than this share of it are rounding residue of its matrix.
const ROUNDING: f64 = 1e-26;
/// Beyond any bond: products of ranks stay here.
const ENDLESS: u64 = 1 << 40;

/// Upper bounds for the bonds of a run.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Bonds {
    /// The widest that a bond may have been, by cut; cut k lies behind site k.
    widest: Vec<u64>,
    /// Multiplications of all gates when no bond is wider than `max_bond`, about.
    pub work: u64,
}

struct Counter {
    now: Vec<u64>,
    bonds: Bonds,
    max_bond: u64,
}

impl Bonds {
    /// Of the steps from `first` on, where the bonds are `now`.
    pub fn of(program: &Program, first: usize, now: Vec<u64>, places: &Places, max_bond: u32) -> Self {
        let bonds = Self { widest: now.clone(), work: 0 };
        let mut counter = Counter { now, bonds, max_bond: u64::from(max_bond) };
        let mut places = places.clone();
        for step in program.steps[first..].iter().filter(|step| step.wires.len() > 1) {
            let first = places.gather(&step.wires, |site| counter.crossed(site, 4));
            for cut in first..first + step.wires.len() - 1 {
                let is_left: Vec<bool> = step.wires.iter().map(|wire| places.site(*wire) <= cut).collect();
                counter.crossed(cut, schmidt_rank(step, &is_left));
            }
        }
        counter.bonds
    }

    /// The widest bond.
    pub fn widest(&self) -> u64 {
        self.widest.iter().copied().max().unwrap_or(1)
    }

    /// Numbers of all tensors when no bond is wider than `max_bond`.
    pub fn numbers(&self, max_bond: u64) -> u64 {
        let at = |cut: Option<usize>| cut.and_then(|cut| self.widest.get(cut)).map_or(1, |bond| max_bond.min(*bond));
        (0..=self.widest.len()).map(|site| 2 * at(site.checked_sub(1)) * at(Some(site))).sum()
    }
}

impl Counter {
    /// A gate of this Schmidt rank across a cut.
    fn crossed(&mut self, cut: usize, rank: u64) {
        let at = |cut: Option<usize>| cut.map_or(1, |cut| self.now.get(cut).copied().unwrap_or(1));
        let (left, right) = (at(cut.checked_sub(1)), at(Some(cut + 1)));
        let (left_width, right_width) = (2 * left.min(self.max_bond), 2 * right.min(self.max_bond));
        let (long, short) = (left_width.max(right_width), left_width.min(right_width));
        let columns = (self.now[cut].min(self.max_bond) * rank).min(short);
        self.now[cut] = (self.now[cut] * rank).min(2 * left.min(right)).min(ENDLESS);
        self.bonds.widest[cut] = self.bonds.widest[cut].max(self.now[cut]);
        let kept = columns.min(self.max_bond);
        // The triangle and its sweeps of Jacobi, the product with what stays, joining, and moving the centre.
        let work = columns * long * (10 * short + 5 * 6 * columns) + long * short * (8 * kept + 16);
        self.bonds.work = self.bonds.work.saturating_add(work);
    }
}

/// Of a gate, between the wires on the left and the others.
fn schmidt_rank(step: &Step, is_left: &[bool]) -> u64 {
    let count = is_left.len();
    // Rows and columns of the gate's matrix that differ on one side alone are of the same part there.
    let side = |bits: usize, wanted: bool| {
        is_left
            .iter()
            .enumerate()
            .filter(|(_, is_left)| **is_left == wanted)
            .enumerate()
            .fold(0, |sum, (at, (k, _))| sum | (bits >> k & 1) << at)
    };
    let on_left = is_left.iter().filter(|is_left| **is_left).count();
    let mut parts = Matrix::zero(1 << (2 * on_left), 1 << (2 * (count - on_left)));
    for (k, value) in step.matrix.iter().enumerate() {
        let (row, column) = (k >> count, k & ((1 << count) - 1));
        let left = side(row, true) << on_left | side(column, true);
        let right = side(row, false) << (count - on_left) | side(column, false);
        let at = left * parts.columns + right;
        (parts.re[at], parts.im[at]) = (value.re, value.im);
    }
    // It is told how much is done, and nobody cancels.
    triangular(parts, ROUNDING, &mut |_| Ok(())).map_or(1, |parts| parts.q.rows.max(1) as u64)
}
