//! Gates of the IR, without ceremony.

use crate::expr::Expr;
use crate::gates::Gate;
use crate::ir::{Control, GateOp};
use crate::place::Place;

/// A gate where every control is 1.
pub(super) fn op(gate: Gate, angles: &[f64], controls: &[u32], targets: &[u32]) -> GateOp {
    GateOp {
        gate,
        params: angles.iter().map(|angle| Expr::Const(*angle)).collect(),
        controls: controls.iter().map(|qubit| Control { qubit: *qubit, value: true }).collect(),
        targets: targets.to_vec(),
        place: Place::default(),
    }
}

/// `before`, the middle, and the inverses of `before` (which are its gates again, with the angles negated) in reverse order.
pub(super) fn conjugated(before: Vec<GateOp>, middle: impl IntoIterator<Item = GateOp>) -> Vec<GateOp> {
    let after: Vec<GateOp> = before.iter().rev().map(undone).collect();
    before.into_iter().chain(middle).chain(after).collect()
}

fn undone(op: &GateOp) -> GateOp {
    let params = op.params.iter().cloned().map(crate::expr::negated).collect();
    GateOp { params, ..op.clone() }
}
