//! Gates on their way to steps: what merges before anything is scheduled.
//!
//! One-qubit gates on a qubit become one 2×2 matrix. A controlled X whose target has such a matrix waiting is H · controlled Z · H, one H
//! going into the matrix and the other into what comes next: then it is a phase, which merges with all others. SWAPs exchange the names
//! of qubits instead of their amplitudes.

use crate::elementary::{Context, Elementary, take_apart};
use crate::kernels::Kernel;
use crate::plan::Step;
use crate::product::Product;
use crate::schedule::{Space, schedule};
use crate::slopes::{AxisSlope, Slopes};
use ketflow_circuit::gates::Gate;
use ketflow_circuit::ir::{Control, Op};
use num_complex::Complex64;
use std::f64::consts::FRAC_1_SQRT_2;

const ZERO: Complex64 = Complex64::new(0.0, 0.0);
const ONE: Complex64 = Complex64::new(1.0, 0.0);
const H: [Complex64; 4] = {
    let h = Complex64::new(FRAC_1_SQRT_2, 0.0);
    [h, h, h, Complex64::new(-FRAC_1_SQRT_2, 0.0)]
};

/// What waits on a qubit: a matrix, or the H that a controlled X has left.
#[derive(Debug, Clone, Default)]
struct Waiting {
    matrix: Option<[Complex64; 4]>,
    is_turned: bool,
    /// Of a backward pass: how the gates in the matrix depend on inputs, seen from before it.
    slopes: Vec<AxisSlope>,
}

impl Waiting {
    fn matrix(&self) -> Option<[Complex64; 4]> {
        if self.is_turned { Some(H) } else { self.matrix }
    }
}

/// Collects gates; qubits are those of the circuit, until the operations go to their places in the state.
pub(crate) struct Gates {
    context: Context,
    /// Gate errors may strike between any two gates, so each becomes a step as it is.
    is_noisy: bool,
    /// Whether the first of all steps meets |0…0⟩.
    begins_at_zero: bool,
    /// Which qubit of the state each qubit of the circuit is.
    places: Vec<u32>,
    waiting: Vec<Waiting>,
    operations: Vec<Elementary>,
    space: Space,
    /// Of a backward pass.
    slopes: Slopes,
}

impl Gates {
    pub(crate) fn new(qubits: u32, context: Context, is_noisy: bool) -> Self {
        let space = Space { qubits, held: 0, precision: context.precision };
        Self::in_space((0..qubits).collect(), space, context, is_noisy)
    }

    /// As [`Gates::new`], for steps of which the first meets |0…0⟩.
    pub(crate) fn from_zero(qubits: u32, context: Context, is_noisy: bool) -> Self {
        Self { begins_at_zero: !is_noisy, ..Self::new(qubits, context, is_noisy) }
    }

    /// Those of a backward pass, which begins with the qubits at `places`.
    pub(crate) fn backward(places: Vec<u32>, space: Space, context: Context) -> Self {
        Self::in_space(places, space, context, false)
    }

    fn in_space(places: Vec<u32>, space: Space, context: Context, is_noisy: bool) -> Self {
        let waiting = vec![Waiting::default(); places.len()];
        Self {
            context,
            is_noisy,
            begins_at_zero: false,
            places,
            waiting,
            operations: Vec::new(),
            space,
            slopes: Slopes::default(),
        }
    }

    /// Which qubit of the state `qubit` is now.
    pub(crate) fn place(&self, qubit: u32) -> u32 {
        self.places[qubit as usize]
    }

    /// What the sums of the probes mean.
    pub(crate) fn into_slopes(self) -> Slopes {
        self.slopes
    }

    /// Where all qubits are.
    pub(crate) fn into_places(self) -> Vec<u32> {
        self.places
    }

    pub(crate) fn one_qubit(&mut self, qubit: u32, gate: [Complex64; 4]) {
        let waiting = &mut self.waiting[qubit as usize];
        let before = waiting.matrix();
        waiting.is_turned = false;
        waiting.matrix = Some(before.map_or(gate, |before| product(gate, before)));
    }

    /// Here, after all so far, an input may turn `qubit`: by exp(i·axis·σ dx) for a change dx of its expression, whose slopes these are.
    pub(crate) fn turn(&mut self, qubit: u32, axis: [f64; 3], slopes: &[(u32, f64)]) {
        let waiting = &mut self.waiting[qubit as usize];
        let before = waiting.matrix();
        waiting.slopes.extend(slopes.iter().map(|slope| AxisSlope::new(axis, *slope).before(before.as_ref())));
    }

    /// The same for a phase where all of `set` are 1, by exp(i·share·dx).
    pub(crate) fn turn_phase(&mut self, set: &[u32], share: f64, slopes: &[(u32, f64)]) {
        set.iter().for_each(|qubit| self.flush(*qubit));
        let places = set.iter().fold(0, |mask, qubit| mask | 1 << self.place(*qubit));
        let sum = self.slopes.of_phase(share, slopes);
        self.operations.push(Elementary::PhaseProbe { set: places, sum });
    }

    /// X where all controls have their value. `is_followed` says whether an H after it merges into another gate.
    pub(crate) fn controlled_x(&mut self, target: u32, controls: &[Control], is_followed: bool) {
        let waiting = &mut self.waiting[target as usize];
        let is_phase = match waiting.matrix {
            _ if self.is_noisy || !is_followed => false,
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
        let place = self.place(qubit);
        let kernel = waiting.matrix().map(|matrix| Kernel::new(matrix.to_vec(), vec![place], Vec::new()));
        let first = self.operations.len();
        kernel.into_iter().for_each(|kernel| self.push(kernel));
        if !waiting.slopes.is_empty() {
            self.probe(place, first, &waiting.slopes);
        }
    }

    /// Puts the probe of a qubit into the parts of its matrix, from `first` on: right before the rotation, so that the phases before it
    /// merge with others.
    fn probe(&mut self, place: u32, first: usize, slopes: &[AxisSlope]) {
        let bit = 1u64 << place;
        if slopes.iter().all(AxisSlope::is_diagonal) {
            let sum = self.slopes.of_bit(slopes);
            self.operations.insert(first, Elementary::PhaseProbe { set: bit, sum });
            return;
        }
        let parts = &self.operations[first..];
        let at = parts.iter().position(|part| !part.is_diagonal()).unwrap_or(0);
        let phase = parts[..at].iter().fold(ONE, |product, part| match part {
            Elementary::Phase { set, factor } if *set == bit => product * factor,
            _ => product,
        });
        let (sum, needs_x) = self.slopes.of_qubit(slopes, phase);
        self.operations.insert(first + at, Elementary::Probe { target: place, needs_x, sum });
    }

    /// Appends the steps of all gates so far that do not wait on a qubit.
    pub(crate) fn emit(&mut self, steps: &mut Vec<Step>) {
        let mut operations = std::mem::take(&mut self.operations);
        if self.begins_at_zero
            && steps.is_empty()
            && let Some((product, rest)) = Product::split(&operations, self.space.qubits)
        {
            steps.push(Step::Begin(product));
            operations = rest;
        }
        schedule(operations, self.space, steps);
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

/// Operations that are looked at for the next one on a qubit.
const WINDOW: usize = 256;

/// Whether the next operation on `target` after `ops[at]` merges with an H before it: a gate on that qubit alone, or another controlled X.
/// Where it does not, as in a ladder of controlled X, the H would be a rotation and the phase another pass: exchanging amplitudes costs
/// half of one.
pub(crate) fn is_followed(ops: &[Op], at: usize, target: u32) -> bool {
    for op in ops.iter().skip(at + 1).take(WINDOW) {
        match op {
            Op::Gate(gate) if gate.targets.contains(&target) => {
                return gate.targets.len() == 1 && (gate.controls.is_empty() || gate.gate == Gate::X);
            }
            Op::Gate(gate) if gate.controls.iter().any(|control| control.qubit == target) => return false,
            Op::Measure { qubit, .. } | Op::Reset { qubit } if *qubit == target => return false,
            Op::Barrier { qubits } if qubits.contains(&target) => return false,
            Op::If { .. } => return false,
            _ => {}
        }
    }
    false
}

/// The matrix of `before`, then `after`.
fn product([a, b, c, d]: [Complex64; 4], [e, f, g, h]: [Complex64; 4]) -> [Complex64; 4] {
    [a * e + b * g, a * f + b * h, c * e + d * g, c * f + d * h]
}
