//! Gates of the IR as gates that IonQ has, up to a global phase of the whole circuit.

use super::build::{conjugated, op};
use crate::gates::Gate;
use crate::ir::{Control, GateOp};
use num_complex::Complex64;
use std::f64::consts::FRAC_PI_2;

/// Controls of one gate at IonQ.
const MAX_CONTROLS: usize = 7;

/// The name of a gate with any number of controls that are 1, and on two qubits of one with none.
pub(super) fn name(gate: &Gate) -> Option<&'static str> {
    Some(match gate {
        Gate::X => "x",
        Gate::Y => "y",
        Gate::Z => "z",
        Gate::H => "h",
        Gate::S => "s",
        Gate::Sdg => "si",
        Gate::T => "t",
        Gate::Tdg => "ti",
        Gate::Sx => "v",
        Gate::Sxdg => "vi",
        Gate::Rx => "rx",
        Gate::Ry => "ry",
        Gate::Rz => "rz",
        Gate::Swap => "swap",
        Gate::Rxx => "xx",
        Gate::Ryy => "yy",
        Gate::Rzz => "zz",
        _ => return None,
    })
}

/// Appends gates that have a [`name`] and whose angles are numbers. The error says what is wrong and what to do.
pub(super) fn lower(gate: &GateOp, out: &mut Vec<GateOp>) -> Result<(), String> {
    let flips: Vec<GateOp> =
        gate.controls.iter().filter(|control| !control.value).map(|c| op(Gate::X, &[], &[], &[c.qubit])).collect();
    if !flips.is_empty() {
        let controls = gate.controls.iter().map(|control| Control { value: true, ..*control }).collect();
        return lower_all(conjugated(flips, [GateOp { controls, ..gate.clone() }]), out);
    }
    let controls: Vec<u32> = gate.controls.iter().map(|control| control.qubit).collect();
    let angle = |k: usize| match gate.params.get(k).and_then(|param| param.as_const()) {
        Some(angle) if angle.is_finite() => Ok(angle),
        Some(angle) => Err(format!("its angle is {angle}; give a finite one")),
        None => Err("its angle depends on an input, and IonQ's circuits have none; write the number itself".to_owned()),
    };
    match (&gate.gate, gate.targets.as_slice()) {
        (Gate::Id, _) => Ok(()),
        (Gate::GPhase, _) => lower_all(phase(angle(0)?, &controls), out),
        (Gate::P, [target]) => lower_all(phase(angle(0)?, &[controls.as_slice(), &[*target]].concat()), out),
        (Gate::U, [target]) => lower_all(euler([angle(0)?, angle(1)?, angle(2)?], 0.0, &controls, *target), out),
        (Gate::Unitary(matrix), [target]) => {
            let (angles, alpha) = euler_angles(matrix);
            lower_all(euler(angles, alpha, &controls, *target), out)
        }
        (Gate::Unitary(_), targets) => Err(format!(
            "IonQ has no gate for a matrix on {} qubits; write it as gates on one and two qubits",
            targets.len()
        )),
        (Gate::ISwap, targets) => {
            let half = |gate: Gate| op(gate, &[-FRAC_PI_2], &controls, targets);
            lower_all([half(Gate::Rxx), half(Gate::Ryy)], out)
        }
        (Gate::Rzx, [a, b]) => {
            let middle = op(Gate::Rzz, &[angle(0)?], &controls, &[*a, *b]);
            lower_all(conjugated(vec![op(Gate::H, &[], &[], &[*b])], [middle]), out)
        }
        (Gate::Swap, [a, b]) if !controls.is_empty() => {
            let inner = [controls.as_slice(), &[*a]].concat();
            lower_all(conjugated(vec![op(Gate::X, &[], &[*b], &[*a])], [op(Gate::X, &[], &inner, &[*b])]), out)
        }
        (Gate::Rzz, [a, b]) if !controls.is_empty() => {
            let middle = op(Gate::Rz, &[angle(0)?], &controls, &[*b]);
            lower_all(conjugated(vec![op(Gate::X, &[], &[*a], &[*b])], [middle]), out)
        }
        (Gate::Rxx | Gate::Ryy, [a, b]) if !controls.is_empty() => {
            let basis = |qubit: u32| match gate.gate {
                Gate::Rxx => op(Gate::H, &[], &[], &[qubit]),
                _ => op(Gate::Rx, &[FRAC_PI_2], &[], &[qubit]),
            };
            let middle = op(Gate::Rzz, &[angle(0)?], &controls, &[*a, *b]);
            lower_all(conjugated(vec![basis(*a), basis(*b)], [middle]), out)
        }
        _ if controls.len() > MAX_CONTROLS => Err(format!(
            "it has {} controls, IonQ's gates at most {MAX_CONTROLS}; build it from smaller ones",
            controls.len()
        )),
        _ => {
            (0..gate.params.len()).try_for_each(|k| angle(k).map(|_| ()))?;
            out.push(gate.clone());
            Ok(())
        }
    }
}

fn lower_all(gates: impl IntoIterator<Item = GateOp>, out: &mut Vec<GateOp>) -> Result<(), String> {
    gates.into_iter().try_for_each(|gate| lower(&gate, out))
}

/// e^{iλ} where all `qubits` are 1. A phase gate is e^{iλ/2} Rz(λ), so under controls half of it is again one, on the controls;
/// on no qubit it is a global phase.
fn phase(lambda: f64, qubits: &[u32]) -> Vec<GateOp> {
    let rotated = (0..qubits.len()).rev().zip(0..);
    rotated
        .map(|(k, halvings)| op(Gate::Rz, &[libm::scalbn(lambda, -halvings)], &qubits[..k], &qubits[k..=k]))
        .collect()
}

/// e^{iα} U(θ, φ, λ) = e^{i(α + (φ+λ)/2)} Rz(φ) Ry(θ) Rz(λ), under controls.
fn euler([theta, phi, lambda]: [f64; 3], alpha: f64, controls: &[u32], target: u32) -> Vec<GateOp> {
    let turn = |gate: Gate, angle: f64| op(gate, &[angle], controls, &[target]);
    let mut gates = vec![turn(Gate::Rz, lambda), turn(Gate::Ry, theta), turn(Gate::Rz, phi)];
    gates.extend(phase(alpha + (phi + lambda) / 2.0, controls));
    gates
}

/// θ, φ, λ and α of a 2×2 unitary, e^{iα} U(θ, φ, λ).
fn euler_angles(matrix: &[Complex64]) -> ([f64; 3], f64) {
    let size = |z: Complex64| libm::hypot(z.re, z.im);
    let arg = |z: Complex64| libm::atan2(z.im, z.re);
    let [m00, m01, m10, m11] = [matrix[0], matrix[1], matrix[2], matrix[3]];
    let alpha = arg(m00);
    let phi = arg(m10) - alpha;
    // From the larger entries: the argument of one that is only rounding error says nothing.
    let lambda = if size(m00) >= size(m10) { arg(m11) - alpha - phi } else { arg(-m01) - alpha };
    ([2.0 * libm::atan2(size(m10), size(m00)), phi, lambda], alpha)
}
