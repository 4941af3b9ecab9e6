//! A circuit backward, with probes where its gates depend on inputs.
//!
//! Every gate with a parameter is, up to fixed gates on single qubits, a rotation of one qubit or a phase under conditions: Rxx is Rzz
//! between H on both qubits, U(θ, φ, λ) = P(φ)·Ry(θ)·P(λ), and under controls Rx is Rz between H on the target.

use crate::elementary::Context;
use crate::gates::{Gates, is_followed};
use crate::parity::parity_gate;
use crate::plan::Step;
use crate::schedule::Space;
use crate::slopes::Slopes;
use ketflow_circuit::Error;
use ketflow_circuit::dual::Dual;
use ketflow_circuit::gates::Gate;
use ketflow_circuit::ir::{Circuit, Control, GateOp, InputKind, Op};
use num_complex::Complex64;

/// The steps from the end of the circuit to its beginning, and what their sums mean.
pub(super) fn steps(
    circuit: &Circuit,
    inputs: &[f64],
    places: Vec<u32>,
    space: Space,
    context: Context,
) -> Result<(Vec<Step>, Slopes), Error> {
    let mut reverse = Reverse { circuit, inputs, gates: Gates::backward(places, space, context) };
    let ops: Vec<Op> = circuit.ops.iter().rev().filter(|op| !matches!(op, Op::Barrier { .. })).cloned().collect();
    let mut is_done = vec![false; ops.len()];
    for (k, op) in ops.iter().enumerate() {
        match op {
            Op::Gate(_) if is_done[k] => {}
            Op::Gate(gate) => match reverse.parity(&ops, k, &is_done)? {
                Some(parts) => parts.into_iter().for_each(|part| is_done[part] = true),
                None => reverse.gate(gate, &|target| is_followed(&ops, k, target))?,
            },
            Op::If { .. } => {
                return Err(Error::unsupported(
                    "gradient needs a circuit of gates without 'if'; write the branch that is taken",
                ));
            }
            // Final measurements, resets of what is still |0⟩, and bits that no gate depends on.
            Op::Measure { .. } | Op::Reset { .. } | Op::Assign { .. } | Op::Barrier { .. } => {}
        }
    }
    let Reverse { mut gates, .. } = reverse;
    gates.flush_all();
    let mut steps = Vec::new();
    gates.emit(&mut steps);
    Ok((steps, gates.into_slopes()))
}

struct Reverse<'a> {
    circuit: &'a Circuit,
    inputs: &'a [f64],
    gates: Gates,
}

const ZERO: Complex64 = Complex64::new(0.0, 0.0);
const X: [f64; 3] = [-0.5, 0.0, 0.0];
const Y: [f64; 3] = [0.0, -0.5, 0.0];
const Z: [f64; 3] = [0.0, 0.0, -0.5];

/// Shares of the angle in the phases of Rz and of Rzz, by the bits of the targets.
const RZ: [f64; 2] = [-0.5, 0.5];
const RZZ: [f64; 4] = [-0.5, 0.5, 0.5, -0.5];

impl Reverse<'_> {
    fn gate(&mut self, op: &GateOp, is_followed: &dyn Fn(u32) -> bool) -> Result<(), Error> {
        let params = self.params(op)?;
        if params.iter().all(|param| param.slopes.is_empty()) {
            self.fixed(op, &params.iter().map(|param| param.value).collect::<Vec<_>>(), is_followed);
            return Ok(());
        }
        let (targets, controls) = (&op.targets[..], &op.controls[..]);
        match (&op.gate, &params[..], targets) {
            (Gate::GPhase, [angle], _) => self.phase(&[], controls, &[1.0], angle),
            (Gate::P, [angle], &[target]) => self.about_z(target, controls, [0.0, 1.0], angle),
            (Gate::Rz, [angle], &[target]) => self.about_z(target, controls, RZ, angle),
            (Gate::Rx, [angle], &[target]) => self.turned(Gate::Rx, target, controls, angle),
            (Gate::Ry, [angle], &[target]) => self.turned(Gate::Ry, target, controls, angle),
            (Gate::U, [theta, phi, lambda], &[target]) => {
                self.about_z(target, controls, [0.0, 1.0], phi);
                self.turned(Gate::Ry, target, controls, theta);
                self.about_z(target, controls, [0.0, 1.0], lambda);
            }
            (Gate::Rzz, [angle], _) => self.phase(targets, controls, &RZZ, angle),
            (Gate::Rxx, [angle], _) => self.between(targets, &Gate::Rx, |reverse| {
                reverse.phase(targets, controls, &RZZ, angle);
            }),
            (Gate::Ryy, [angle], _) => self.between(targets, &Gate::Ry, |reverse| {
                reverse.phase(targets, controls, &RZZ, angle);
            }),
            (Gate::Rzx, [angle], _) => self.between(&targets[1..], &Gate::Rx, |reverse| {
                reverse.phase(targets, controls, &RZZ, angle);
            }),
            (gate, ..) => {
                let name = gate.row().map_or("unitary", |row| row.name);
                return Err(Error::unsupported(format!(
                    "gradient does not know how a {name} gate depends on an input"
                )));
            }
        }
        Ok(())
    }

    /// The parameters of a gate; inputs that are whole numbers have no slopes.
    fn params(&self, op: &GateOp) -> Result<Vec<Dual>, Error> {
        let mut params: Vec<Dual> = op.params.iter().map(|param| param.dual(self.inputs)).collect();
        for param in &mut params {
            let inputs = &self.circuit.inputs;
            param
                .slopes
                .retain(|(input, _)| matches!(inputs[*input as usize].kind, InputKind::Float | InputKind::Angle));
            if let Some((input, slope)) = param.slopes.iter().find(|(_, slope)| !slope.is_finite()) {
                let (name, gate) = (&inputs[*input as usize].name, op.gate.row().map_or("unitary", |row| row.name));
                return Err(Error::invalid(format!(
                    "gradient: an angle of a {gate} gate has the derivative {slope} by input '{name}' here; move the input to where \
                     it is smooth"
                )));
            }
        }
        Ok(params)
    }

    /// The inverse of a gate that depends on no input.
    fn fixed(&mut self, op: &GateOp, params: &[f64], is_followed: &dyn Fn(u32) -> bool) {
        let matrix = op.gate.matrix(params);
        let size = 1usize << op.targets.len();
        let inverse: Vec<Complex64> = (0..size * size).map(|k| matrix[k % size * size + k / size].conj()).collect();
        match (&op.targets[..], &op.controls[..]) {
            ([], []) => {}
            (&[target], []) => self.gates.one_qubit(target, [inverse[0], inverse[1], inverse[2], inverse[3]]),
            (&[a, b], []) if op.gate == Gate::Swap && self.gates.can_rename() => self.gates.rename(a, b),
            (&[target], controls) if op.gate == Gate::X => {
                self.gates.controlled_x(target, controls, is_followed(target));
            }
            (targets, controls) => self.gates.kernel(inverse, targets, controls),
        }
    }

    /// A rotation about z, or a phase, of one qubit: `shares` of the angle where it is 0 and 1.
    fn about_z(&mut self, target: u32, controls: &[Control], shares: [f64; 2], angle: &Dual) {
        if !controls.is_empty() {
            return self.phase(&[target], controls, &shares, angle);
        }
        self.gates.turn(target, Z, &angle.slopes);
        let [one, other] = shares.map(|share| back(share, angle.value));
        self.gates.one_qubit(target, [one, ZERO, ZERO, other]);
    }

    /// Rx or Ry.
    fn turned(&mut self, gate: Gate, target: u32, controls: &[Control], angle: &Dual) {
        if !controls.is_empty() {
            return self.between(&[target], &gate, |reverse| reverse.phase(&[target], controls, &RZ, angle));
        }
        self.gates.turn(target, if gate == Gate::Rx { X } else { Y }, &angle.slopes);
        let inverse = gate.matrix(&[-angle.value]);
        self.gates.one_qubit(target, [inverse[0], inverse[1], inverse[2], inverse[3]]);
    }

    /// `inner` in the basis of the rotation `gate`: V on `targets`, what is inside, V†, where V Z V† is X (of Rx) or Y (of Ry).
    fn between(&mut self, targets: &[u32], gate: &Gate, inner: impl FnOnce(&mut Self)) {
        let gates: &[Gate] = if *gate == Gate::Rx { &[Gate::H] } else { &[Gate::Sdg, Gate::H] };
        let inverses: &[Gate] = if *gate == Gate::Rx { &[Gate::H] } else { &[Gate::H, Gate::S] };
        self.each(targets, gates);
        inner(self);
        self.each(targets, inverses);
    }

    /// Gates without parameters, one after the other, on each of `targets`.
    fn each(&mut self, targets: &[u32], gates: &[Gate]) {
        for (target, gate) in targets.iter().flat_map(|target| gates.iter().map(move |gate| (*target, gate))) {
            let matrix = gate.matrix(&[]);
            self.gates.one_qubit(target, [matrix[0], matrix[1], matrix[2], matrix[3]]);
        }
    }

    /// The inverse of e^{i·share·angle}, `shares` by the bits of the targets, the first lowest, where all controls have their value.
    fn phase(&mut self, targets: &[u32], controls: &[Control], shares: &[f64], angle: &Dual) {
        let negative: Vec<u32> =
            controls.iter().filter(|control| !control.value).map(|control| control.qubit).collect();
        let positive: Vec<Control> =
            controls.iter().map(|control| Control { qubit: control.qubit, value: true }).collect();
        self.each(&negative, &[Gate::X]);
        let mut factors = vec![ZERO; shares.len() * shares.len()];
        for (k, share) in shares.iter().enumerate() {
            factors[k * shares.len() + k] = back(*share, angle.value);
        }
        let parts = parts_of(shares);
        for (index, share) in parts.into_iter().enumerate().filter(|(_, share)| *share != 0.0) {
            let among = targets.iter().enumerate().filter(|(k, _)| index >> k & 1 == 1).map(|(_, target)| *target);
            let set: Vec<u32> = positive.iter().map(|control| control.qubit).chain(among).collect();
            if !set.is_empty() {
                self.gates.turn_phase(&set, share, &angle.slopes);
            }
        }
        self.gates.kernel(factors, targets, &positive);
        self.each(&negative, &[Gate::X]);
    }

    /// A phase on the parity of two qubits, written as controlled X, phases, controlled X: the operations besides the first that belong
    /// to it, if one begins with `ops[first]`.
    fn parity(&mut self, ops: &[Op], first: usize, is_done: &[bool]) -> Result<Option<Vec<usize>>, Error> {
        let Some(found) = parity_gate(ops, first, is_done, self.inputs) else { return Ok(None) };
        let Some(Op::Gate(start)) = ops.get(first) else { return Ok(None) };
        let pair = [start.controls[0].qubit, start.targets[0]];
        let mut turns: Vec<Dual> = Vec::new();
        for part in &found.parts {
            let Some(Op::Gate(gate)) = ops.get(*part) else { continue };
            let params = self.params(gate)?;
            match (&gate.gate, &params[..]) {
                (_, params) if params.iter().all(|param| param.slopes.is_empty()) => {}
                (Gate::P | Gate::Rz, [angle]) => turns.push(angle.clone()),
                _ => return Ok(None),
            }
        }
        for angle in &turns {
            // Up to a global phase either gate turns by the angle where the bits differ.
            for (index, part) in parts_of(&[0.0, 1.0, 1.0, 0.0]).into_iter().enumerate() {
                let set: Vec<u32> = (0..2).filter(|k| index >> k & 1 == 1).map(|k| pair[k]).collect();
                if !set.is_empty() {
                    self.gates.turn_phase(&set, part, &angle.slopes);
                }
            }
        }
        let mut matrix = vec![ZERO; 16];
        for (index, factor) in [found.equal, found.differ, found.differ, found.equal].into_iter().enumerate() {
            matrix[5 * index] = factor.conj();
        }
        self.gates.kernel(matrix, &pair, &[]);
        Ok(Some(found.parts))
    }
}

/// e^{−i·share·angle}
fn back(share: f64, angle: f64) -> Complex64 {
    let angle = share * angle;
    Complex64::new(libm::cos(angle), -libm::sin(angle))
}

/// A function of few bits as a sum over sets of bits, each part counting where all of its set are 1: the part of each set.
fn parts_of(shares: &[f64]) -> Vec<f64> {
    let mut parts = shares.to_vec();
    for bit in (0..parts.len().trailing_zeros()).map(|k| 1usize << k) {
        for index in (0..parts.len()).filter(|index| index & bit != 0) {
            parts[index] -= parts[index ^ bit];
        }
    }
    parts
}
