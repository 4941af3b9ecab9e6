//! Gates on their way to steps: what merges before anything is scheduled.
//!
//! One-qubit gates on a qubit become one 2×2 matrix. A controlled X whose target has such a matrix waiting is H · controlled Z · H, one H
//! going into the matrix and the other into what comes next: then it is a phase, which merges with all others. SWAPs exchange the names
//! of qubits instead of their amplitudes.

use crate::elementary::{Context, Elementary, take_apart};
use crate::kernels::Kernel;
use crate::plan::Step;
use crate::schedule::schedule;
use ketflow_circuit::ir::Control;
use num_complex::Complex64;
use std::f64::consts::FRAC_1_SQRT_2;

const ZERO: Complex64 = Complex64::new(0.0, 0.0);
const ONE: Complex64 = Complex64::new(1.0, 0.0);
const H: [Complex64; 4] = {
    let h = Complex64::new(FRAC_1_SQRT_2, 0.0);
    [h, h, h, Complex64::new(-FRAC_1_SQRT_2, 0.0)]
};

/// What waits on a qubit: a matrix, or the H that a controlled X has left.
#[derive(Debug, Clone, Copy, Default)]
struct Waiting {
    matrix: Option<[Complex64; 4]>,
    is_turned: bool,
}

/// Collects gates; qubits are those of the circuit, until the operations go to their places in the state.
pub(crate) struct Gates {
    context: Context,
    /// Gate errors may strike between any two gates, so each becomes a step as it is.
    is_noisy: bool,
    /// Which qubit of the state each qubit of the circuit is.
    places: Vec<u32>,
    waiting: Vec<Waiting>,
    operations: Vec<Elementary>,
}

impl Gates {
    pub(crate) fn new(qubits: u32, context: Context, is_noisy: bool) -> Self {
        let waiting = vec![Waiting::default(); qubits as usize];
        Self { context, is_noisy, places: (0..qubits).collect(), waiting, operations: Vec::new() }
    }

    /// Which qubit of the state `qubit` is now.
    pub(crate) fn place(&self, qubit: u32) -> u32 {
        self.places[qubit as usize]
    }

    /// Where all qubits are.
    pub(crate) fn into_places(self) -> Vec<u32> {
        self.places
    }

    pub(crate) fn one_qubit(&mut self, qubit: u32, gate: [Complex64; 4]) {
        let waiting = &mut self.waiting[qubit as usize];
        let before = if std::mem::take(&mut waiting.is_turned) { Some(H) } else { waiting.matrix };
        waiting.matrix = Some(before.map_or(gate, |before| product(gate, before)));
    }

    /// X where all controls have their value.
    pub(crate) fn controlled_x(&mut self, target: u32, controls: &[Control]) {
        let waiting = &mut self.waiting[target as usize];
        let is_phase = match waiting.matrix {
            _ if self.is_noisy => false,
            Some([_, b, c, _]) => b != ZERO || c != ZERO,
            None => waiting.is_turned,
        };
        if !is_phase {
            self.kernel(vec![ZERO, ONE, ONE, ZERO], &[target], controls);
            return;
        }
        // H · H is exactly nothing.
        waiting.matrix =
            if std::mem::take(&mut waiting.is_turned) { None } else { waiting.matrix.map(|m| product(H, m)) };
        self.kernel(vec![ONE, ZERO, ZERO, -ONE], &[target], controls);
        self.waiting[target as usize].is_turned = true;
    }

    /// SWAP without controls, where names may change: not in the body of an `if`.
    pub(crate) fn rename(&mut self, a: u32, b: u32) {
        self.places.swap(a as usize, b as usize);
        self.waiting.swap(a as usize, b as usize);
    }

    /// Whether SWAPs may change names instead of amplitudes.
    pub(crate) fn can_rename(&self) -> bool {
        !self.is_noisy && !self.context.keeps_places
    }

    /// Any gate.
    pub(crate) fn kernel(&mut self, matrix: Vec<Complex64>, targets: &[u32], controls: &[Control]) {
        targets.iter().for_each(|target| self.flush(*target));
        controls.iter().for_each(|control| self.flush(control.qubit));
        let targets = targets.iter().map(|target| self.place(*target)).collect();
        let controls = controls.iter().map(|c| Control { qubit: self.place(c.qubit), value: c.value }).collect();
        self.push(Kernel::new(matrix, targets, controls));
    }

    /// A factor of all amplitudes.
    pub(crate) fn global(&mut self, factor: Complex64) {
        if factor != ONE {
            self.operations.push(Elementary::Phase { set: 0, factor });
        }
    }

    /// Nothing waits on `qubit` any longer.
    pub(crate) fn flush(&mut self, qubit: u32) {
        let waiting = std::mem::take(&mut self.waiting[qubit as usize]);
        let matrix = if waiting.is_turned { Some(H) } else { waiting.matrix };
        if let Some(matrix) = matrix {
            self.push(Kernel::new(matrix.to_vec(), vec![self.place(qubit)], Vec::new()));
        }
    }

    /// Appends the steps of all gates so far that do not wait on a qubit.
    pub(crate) fn emit(&mut self, steps: &mut Vec<Step>) {
        schedule(std::mem::take(&mut self.operations), self.places.len() as u32, self.context.precision, steps);
    }

    pub(crate) fn flush_all(&mut self) {
        (0..self.places.len() as u32).for_each(|qubit| self.flush(qubit));
    }

    fn push(&mut self, kernel: Kernel) {
        if kernel.is_identity() {
            return;
        }
        if self.is_noisy {
            self.operations.push(Elementary::Other(Box::new(kernel)));
        } else {
            take_apart(kernel, self.context, &mut self.operations);
        }
    }
}

/// The matrix of `before`, then `after`.
fn product([a, b, c, d]: [Complex64; 4], [e, f, g, h]: [Complex64; 4]) -> [Complex64; 4] {
    [a * e + b * g, a * f + b * h, c * e + d * g, c * f + d * h]
}
