//! `ctrl`, `inv` and `pow` on lists of operations that a gate expanded to.
//!
//! A power that is not whole is the principal branch: every eigenphase φ in (−π, π] becomes tφ. Families for which that is a
//! change of angle stay in their family; everything else becomes a matrix.

use crate::dense;
use crate::expr::{BinaryOp, Expr, Function, negated};
use crate::fault::Fault;
use crate::gates::{Gate, Inverse};
use crate::ir::{Control, GateOp, Op};
use crate::limits::{MAX_OPS, MAX_POWER_QUBITS};
use crate::linalg::unitary_power;
use crate::place::Place;
use std::f64::consts::{FRAC_PI_2, FRAC_PI_4, PI, TAU};

/// Puts `controls` before those that each gate already has.
pub(crate) fn control(ops: &mut [Op], controls: &[Control]) {
    for op in ops {
        if let Op::Gate(gate) = op {
            gate.controls.splice(0..0, controls.iter().copied());
        }
    }
}

/// The inverse: every gate inverted, in reverse order.
pub(crate) fn invert(ops: &mut [Op]) {
    ops.reverse();
    for op in ops {
        if let Op::Gate(gate) = op {
            invert_gate(gate);
        }
    }
}

fn invert_gate(op: &mut GateOp) {
    let Some(row) = op.gate.row() else {
        op.gate = adjoint(&op.gate);
        return;
    };
    match &row.inverse {
        Inverse::Itself => {}
        Inverse::Gate(gate) => op.gate = gate.clone(),
        Inverse::Params(order) => op.params = order.iter().map(|place| signed(&op.params, *place)).collect(),
        Inverse::Adjoint => op.gate = adjoint(&op.gate),
    }
}

/// The parameter at ±`place`, counted from 1, with that sign.
fn signed(params: &[Expr], place: isize) -> Expr {
    let param = params[place.unsigned_abs() - 1].clone();
    if place < 0 { negated(param) } else { param }
}

/// Of a gate without parameters.
fn adjoint(gate: &Gate) -> Gate {
    let (matrix, n) = (gate.matrix(&[]), 1 << gate.targets());
    Gate::Unitary((0..n * n).map(|k| matrix[(k % n) * n + k / n].conj()).collect())
}

/// A controlled global phase as a phase gate on one of the controls.
pub(crate) fn phase_on_controls(mut op: GateOp, ops: &mut Vec<Op>) {
    let chosen = op.controls.iter().rposition(|control| control.value).unwrap_or(op.controls.len() - 1);
    let Control { qubit, value } = op.controls.remove(chosen);
    let (targets, place) = (vec![qubit], op.place);
    // |0⟩ takes the phase of a negative control: exchange it with |1⟩ around the gate.
    let flip = || {
        let (params, controls) = (Vec::new(), Vec::new());
        Op::Gate(GateOp { gate: Gate::X, params, controls, targets: targets.clone(), place })
    };
    if !value {
        ops.push(flip());
    }
    ops.push(Op::Gate(GateOp { gate: Gate::P, targets: targets.clone(), ..op }));
    if !value {
        ops.push(flip());
    }
}

/// Steps that [`power`] will take, about.
pub(crate) fn power_cost(ops: &[Op], exponent: f64) -> usize {
    if libm::trunc(exponent) == exponent {
        return 1;
    }
    let n = 1usize << involved(ops).len().min(MAX_POWER_QUBITS);
    n * n * (ops.len() + 8 * n)
}

/// The operations to the power of `exponent`.
pub(crate) fn power(mut ops: Vec<Op>, exponent: f64, offset: u32) -> Result<Vec<Op>, Fault> {
    if let [Op::Gate(op)] = ops.as_slice()
        && let Some(list) = power_of_one(op, exponent)
    {
        return Ok(list);
    }
    if libm::trunc(exponent) != exponent {
        return matrix_power(&ops, exponent, offset);
    }
    if exponent < 0.0 {
        invert(&mut ops);
    }
    let times = libm::fabs(exponent);
    if ops.len() as f64 * times > MAX_OPS as f64 {
        let message = format!("'pow({exponent})' makes more than {MAX_OPS} operations; use a smaller exponent");
        return Err(Fault::too_large(offset, message));
    }
    let mut list = Vec::with_capacity(ops.len() * times as usize);
    for _ in 0..times as usize {
        list.extend_from_slice(&ops);
    }
    Ok(list)
}

/// The power of a single gate where it is again a gate, or a gate and a phase; the controls stay.
fn power_of_one(op: &GateOp, t: f64) -> Option<Vec<Op>> {
    let is_whole = libm::trunc(t) == t;
    let with = |gate: Gate, params: Vec<Expr>| {
        let (controls, targets) = (op.controls.clone(), op.targets.clone());
        Op::Gate(GateOp { gate, params, controls, targets, place: op.place })
    };
    let plain = |gate: Gate| Some(vec![with(gate, Vec::new())]);
    let phase = |angle: f64| {
        Op::Gate(GateOp {
            gate: Gate::GPhase,
            params: vec![Expr::Const(angle)],
            controls: op.controls.clone(),
            targets: Vec::new(),
            place: op.place,
        })
    };
    // Zᵗ, Sᵗ and so on are all a phase gate.
    let phase_gate = |angle: f64| {
        if is_whole {
            match libm::round(angle / FRAC_PI_4) as i64 & 7 {
                0 => return Some(Vec::new()),
                1 => return plain(Gate::T),
                2 => return plain(Gate::S),
                4 => return plain(Gate::Z),
                6 => return plain(Gate::Sdg),
                7 => return plain(Gate::Tdg),
                _ => {}
            }
        }
        Some(vec![with(Gate::P, vec![Expr::Const(angle)])])
    };
    // Xᵗ = e^{iπt/2} Rx(πt), the same for Y.
    let pauli = |rotation: Gate, t: f64| vec![phase(FRAC_PI_2 * t), with(rotation, vec![Expr::Const(PI * t)])];
    let x_power = |t: f64| match t - 2.0 * libm::floor(t / 2.0) {
        0.0 => Some(Vec::new()),
        0.5 => plain(Gate::Sx),
        1.0 => plain(Gate::X),
        1.5 => plain(Gate::Sxdg),
        _ => Some(pauli(Gate::Rx, t)),
    };
    match op.gate {
        Gate::Id => plain(Gate::Id),
        Gate::X | Gate::Y | Gate::H | Gate::Swap if is_whole => {
            if libm::fmod(t, 2.0) == 0.0 {
                Some(Vec::new())
            } else {
                plain(op.gate.clone())
            }
        }
        Gate::X => x_power(t),
        // √X has the eigenphases 0 and π/2, half of those of X.
        Gate::Sx => x_power(t / 2.0),
        Gate::Sxdg => x_power(-t / 2.0),
        Gate::Y => Some(pauli(Gate::Ry, t)),
        Gate::Z => phase_gate(PI * if is_whole { libm::fmod(t, 2.0) } else { t }),
        Gate::S => phase_gate(FRAC_PI_2 * if is_whole { libm::fmod(t, 4.0) } else { t }),
        Gate::Sdg => phase_gate(-FRAC_PI_2 * if is_whole { libm::fmod(t, 4.0) } else { t }),
        Gate::T => phase_gate(FRAC_PI_4 * if is_whole { libm::fmod(t, 8.0) } else { t }),
        Gate::Tdg => phase_gate(-FRAC_PI_4 * if is_whole { libm::fmod(t, 8.0) } else { t }),
        // The eigenphases are 0 and λ.
        Gate::P | Gate::GPhase => {
            let angle = if is_whole { op.params[0].clone() } else { wrapped(&op.params[0]) };
            Some(vec![with(op.gate.clone(), vec![scaled(angle, t)])])
        }
        // The eigenphases are ±θ/2.
        Gate::Rx | Gate::Ry | Gate::Rz | Gate::Rxx | Gate::Ryy | Gate::Rzz | Gate::Rzx => {
            if is_whole {
                return Some(vec![with(op.gate.clone(), vec![scaled(op.params[0].clone(), t)])]);
            }
            let half = wrapped(&scaled(op.params[0].clone(), 0.5));
            // At θ = 2π both are π, and the gate is −1.
            if half.as_const() == Some(PI) {
                return Some(vec![phase(PI * t)]);
            }
            Some(vec![with(op.gate.clone(), vec![scaled(scaled(half, 2.0), t)])])
        }
        _ => None,
    }
}

/// x · factor, folded.
fn scaled(x: Expr, factor: f64) -> Expr {
    match x {
        Expr::Const(value) => Expr::Const(value * factor),
        x if factor == 1.0 => x,
        x => Expr::Binary(BinaryOp::Mul, Box::new(x), Box::new(Expr::Const(factor))),
    }
}

/// The angle in (−π, π] that is equal to x up to whole turns: x − τ·⌈(x − π)/τ⌉.
fn wrapped(x: &Expr) -> Expr {
    match x {
        Expr::Const(value) => Expr::Const(principal(*value)),
        x => {
            let shifted = Expr::Binary(BinaryOp::Sub, Box::new(x.clone()), Box::new(Expr::Const(PI)));
            let turns = Expr::Binary(BinaryOp::Div, Box::new(shifted), Box::new(Expr::Const(TAU)));
            let turns = Expr::Call(Function::Ceiling, Box::new(turns));
            let whole = Expr::Binary(BinaryOp::Mul, Box::new(Expr::Const(TAU)), Box::new(turns));
            Expr::Binary(BinaryOp::Sub, Box::new(x.clone()), Box::new(whole))
        }
    }
}

/// The phase in (−π, π]; what rounding put just above −π is π.
fn principal(phase: f64) -> f64 {
    let angle = if libm::fabs(phase) <= PI { phase } else { phase - TAU * libm::ceil((phase - PI) / TAU) };
    if angle <= -PI + 1e-12 { PI } else { angle }
}

/// The qubits that the gates use, in order of appearance.
fn involved(ops: &[Op]) -> Vec<u32> {
    let mut qubits = Vec::new();
    for op in ops {
        if let Op::Gate(gate) = op {
            for qubit in gate.controls.iter().map(|control| control.qubit).chain(gate.targets.iter().copied()) {
                if !qubits.contains(&qubit) {
                    qubits.push(qubit);
                }
            }
        }
        if qubits.len() > 2 * MAX_POWER_QUBITS {
            break;
        }
    }
    qubits
}

/// The power of a composite, as one matrix. Controls that all its gates share stay controls.
fn matrix_power(ops: &[Op], exponent: f64, offset: u32) -> Result<Vec<Op>, Fault> {
    let mut gates: Vec<GateOp> =
        ops.iter().filter_map(|op| if let Op::Gate(gate) = op { Some(gate.clone()) } else { None }).collect();
    let mut shared = gates.first().map_or(Vec::new(), |gate| gate.controls.clone());
    shared.retain(|control| gates.iter().all(|gate| gate.controls.contains(control)));
    for gate in &mut gates {
        gate.controls.retain(|control| !shared.contains(control));
    }
    let ops: Vec<Op> = gates.iter().cloned().map(Op::Gate).collect();
    let qubits = involved(&ops);
    if gates.is_empty() {
        return Ok(Vec::new());
    }
    if qubits.len() > MAX_POWER_QUBITS {
        let message = format!(
            "'pow({exponent})' of a gate on more than {MAX_POWER_QUBITS} qubits is not supported; use a whole exponent, or apply it to smaller gates"
        );
        return Err(Fault::too_large(offset, message));
    }
    let Some(matrix) = dense::composite(&gates, &qubits) else {
        let message =
            "'pow' with a fraction needs angles that are known while reading; scale the angles inside the gate instead";
        return Err(Fault::unsupported(offset, message));
    };
    let Some(result) = unitary_power(&matrix, 1 << qubits.len(), exponent) else {
        return Err(Fault::unsupported(
            offset,
            format!("'pow({exponent})' of this gate cannot be computed to 1e-9; use a whole exponent"),
        ));
    };
    let (gate, params) = match qubits.len() {
        0 => (Gate::GPhase, vec![Expr::Const(libm::atan2(result[0].im, result[0].re))]),
        _ => (Gate::Unitary(result.into()), Vec::new()),
    };
    Ok(vec![Op::Gate(GateOp { gate, params, controls: shared, targets: qubits, place: Place::at(offset) })])
}
