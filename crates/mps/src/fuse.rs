//! Gates joined into blocks on two wires, in an order that keeps the centre of the state on its way.
//!
//! A split takes most of a gate's time, so what acts on the same two wires is one block: a one-qubit gate goes into the block before it, or
//! into the one behind it, and a gate on the wires of the block before it is multiplied with that.

use num_complex::Complex64;

/// A gate on wires: what the circuit calls a qubit at its beginning.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Step {
    /// Row-major, the first wire lowest.
    pub matrix: Vec<Complex64>,
    pub wires: Vec<u32>,
}

pub(crate) struct Fuser {
    steps: Vec<Step>,
    /// What each wire waits for a block with.
    waiting: Vec<Option<Vec<Complex64>>>,
    /// The step of each wire that was the last on it, where it is on two wires.
    last: Vec<Option<usize>>,
}

impl Fuser {
    pub fn new(wires: u32) -> Self {
        Self { steps: Vec::new(), waiting: vec![None; wires as usize], last: vec![None; wires as usize] }
    }

    pub fn add(&mut self, matrix: Vec<Complex64>, wires: Vec<u32>) {
        match wires[..] {
            [wire] => match self.last[wire as usize] {
                Some(k) => {
                    let step = &mut self.steps[k];
                    step.matrix = product(&widened(&matrix, step.wires[1] == wire), &step.matrix, 4);
                }
                None => {
                    let waiting = &mut self.waiting[wire as usize];
                    *waiting = Some(waiting.as_ref().map_or(matrix.clone(), |before| product(&matrix, before, 2)));
                }
            },
            [a, b] => {
                if let (Some(k), true) = (self.last[a as usize], self.last[a as usize] == self.last[b as usize]) {
                    let step = &mut self.steps[k];
                    let matrix = if step.wires[0] == a { matrix } else { exchanged(&matrix) };
                    step.matrix = product(&matrix, &step.matrix, 4);
                    return;
                }
                let mut matrix = matrix;
                for (wire, is_second) in [(a, false), (b, true)] {
                    if let Some(before) = self.waiting[wire as usize].take() {
                        matrix = product(&matrix, &widened(&before, is_second), 4);
                    }
                    self.last[wire as usize] = Some(self.steps.len());
                }
                self.steps.push(Step { matrix, wires });
            }
            _ => {
                for wire in &wires {
                    self.last[*wire as usize] = None;
                    self.release(*wire);
                }
                self.steps.push(Step { matrix, wires });
            }
        }
    }

    fn release(&mut self, wire: u32) {
        if let Some(matrix) = self.waiting[wire as usize].take() {
            self.steps.push(Step { matrix, wires: vec![wire] });
        }
    }

    /// The steps, layer by layer, in turns from the lowest wire to the highest and back.
    pub fn finish(mut self) -> Vec<Step> {
        (0..self.waiting.len() as u32).for_each(|wire| self.release(wire));
        let mut depth = vec![0i64; self.waiting.len()];
        let mut order: Vec<((i64, i64), Step)> = Vec::with_capacity(self.steps.len());
        for step in self.steps {
            let layer = step.wires.iter().map(|wire| depth[*wire as usize]).max().unwrap_or(0);
            step.wires.iter().for_each(|wire| depth[*wire as usize] = layer + 1);
            let lowest = step.wires.iter().copied().min().map_or(0, i64::from);
            order.push(((layer, if layer % 2 == 0 { lowest } else { -lowest }), step));
        }
        order.sort_by_key(|(key, _)| *key);
        order.into_iter().map(|(_, step)| step).collect()
    }
}

/// a · b
fn product(a: &[Complex64], b: &[Complex64], size: usize) -> Vec<Complex64> {
    let entry = |k: usize| (0..size).map(|j| a[k / size * size + j] * b[j * size + k % size]).sum();
    (0..size * size).map(entry).collect()
}

/// A gate on one of two wires.
fn widened(m: &[Complex64], is_second: bool) -> Vec<Complex64> {
    let shift = usize::from(is_second);
    let entry = |k: usize| {
        let (row, column) = (k / 4, k % 4);
        let acts = (row >> shift & 1) * 2 + (column >> shift & 1);
        if (row ^ column) & !(1 << shift) == 0 { m[acts] } else { Complex64::default() }
    };
    (0..16).map(entry).collect()
}

/// The same gate with its two wires named the other way round.
fn exchanged(m: &[Complex64]) -> Vec<Complex64> {
    let turned = |bits: usize| bits >> 1 | (bits & 1) << 1;
    (0..16).map(|k| m[turned(k / 4) * 4 + turned(k % 4)]).collect()
}
