//! The model as lanes walk it: coefficients as small whole numbers of one unit where they are that, and f64 otherwise.

use crate::ising::Ising;
use crate::lanes::Lane;

/// Fields and couplings as compressed sparse rows of one type of lane.
pub(crate) struct Rows<T> {
    /// Of each spin, in units.
    pub(crate) fields: Vec<T>,
    /// Where the row of a spin starts, and where in it the couplings of −1 do; n + 1 entries.
    starts: Vec<[u32; 2]>,
    neighbours: Vec<u32>,
    /// Of the same order; empty where all are ±1.
    weights: Vec<T>,
}

impl<T: Lane> Rows<T> {
    pub(crate) fn new(ising: &Ising, unit: f64) -> Self {
        let scaled = |value: f64| T::exactly(value / unit);
        let fields = ising.fields.iter().map(|field| scaled(*field)).collect();
        let (mut starts, mut neighbours, mut weights) = (Vec::new(), Vec::new(), Vec::new());
        for k in 0..ising.size() {
            let first = neighbours.len() as u32;
            if T::IS_UNIT {
                neighbours.extend(ising.row(k).filter(|(_, weight)| *weight > 0.0).map(|(j, _)| j as u32));
                starts.push([first, neighbours.len() as u32]);
                neighbours.extend(ising.row(k).filter(|(_, weight)| *weight < 0.0).map(|(j, _)| j as u32));
            } else {
                starts.push([first, first]);
                neighbours.extend(ising.row(k).map(|(j, _)| j as u32));
                weights.extend(ising.row(k).map(|(_, weight)| scaled(weight)));
            }
        }
        starts.push([neighbours.len() as u32; 2]);
        Self { fields, starts, neighbours, weights }
    }

    pub(crate) fn size(&self) -> usize {
        self.fields.len()
    }

    /// The neighbours with couplings +1 and those with −1; all in the second part where there are weights.
    #[inline(always)]
    pub(crate) fn neighbours(&self, spin: usize) -> (&[u32], &[u32]) {
        let ([first, middle], [end, _]) = (self.starts[spin], self.starts[spin + 1]);
        (&self.neighbours[first as usize..middle as usize], &self.neighbours[middle as usize..end as usize])
    }

    /// Neighbours of these spins.
    pub(crate) fn visits(&self, spins: std::ops::Range<usize>) -> usize {
        (self.starts[spins.end][0] - self.starts[spins.start][0]) as usize
    }

    #[inline(always)]
    pub(crate) fn weights(&self, spin: usize) -> &[T] {
        &self.weights[self.starts[spin][0] as usize..self.starts[spin + 1][0] as usize]
    }
}

/// The type of lane that holds a model exactly, the smallest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// All couplings are plus or minus the unit.
    I8,
    I16,
    I32,
    F64,
}

/// The class of a model, and its unit: all coefficients are whole multiples of it, but for [`Class::F64`], where it is 1.
#[inline(never)]
pub(crate) fn classify(ising: &Ising) -> (Class, f64) {
    let Some(unit) = unit(ising) else { return (Class::F64, 1.0) };
    let (mut largest, mut is_unit) = (0.0f64, true);
    for k in 0..ising.size() {
        largest = largest.max(ising.row(k).fold(ising.fields[k].abs(), |sum, (_, weight)| sum + weight.abs()));
        is_unit &= ising.row(k).all(|(_, weight)| weight.abs() == unit);
    }
    // What a spin feels is between − and + the largest, and so is its negative.
    let class = match largest / unit {
        sum if is_unit && sum <= f64::from(i8::MAX) => Class::I8,
        sum if sum <= f64::from(i16::MAX) => Class::I16,
        sum if sum <= f64::from(i32::MAX) => Class::I32,
        _ => return (Class::F64, 1.0),
    };
    (class, unit)
}

/// The greatest number of which all coefficients are whole multiples, where they are whole multiples of 2⁻²⁰ that fit; 1 for none.
fn unit(ising: &Ising) -> Option<f64> {
    const FINEST: f64 = 1.0 / (1 << 20) as f64;
    const MOST: f64 = (1u64 << 52) as f64;
    let mut divisor = 0u64;
    let all =
        (0..ising.size()).flat_map(|k| ising.row(k).map(|(_, weight)| weight)).chain(ising.fields.iter().copied());
    for value in all {
        let multiple = value.abs() / FINEST;
        if multiple > MOST || multiple != multiple.trunc() {
            return None;
        }
        // Most are multiples of what is known.
        if divisor == 0 || !(multiple as u64).is_multiple_of(divisor) {
            divisor = greatest_common(divisor, multiple as u64);
        }
    }
    Some(if divisor == 0 { 1.0 } else { divisor as f64 * FINEST })
}

fn greatest_common(mut a: u64, mut b: u64) -> u64 {
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a
}
