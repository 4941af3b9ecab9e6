//! Logic on conditions, with constants folded.

use crate::ir::Condition;

/// ¬x, folded.
pub(super) fn not(x: Condition) -> Condition {
    match x {
        Condition::Const(value) => Condition::Const(!value),
        x => Condition::Not(Box::new(x)),
    }
}

/// x ∧ y, folded.
pub(super) fn and(x: Condition, y: Condition) -> Condition {
    match (x, y) {
        (Condition::Const(false), _) | (_, Condition::Const(false)) => Condition::Const(false),
        (Condition::Const(true), x) | (x, Condition::Const(true)) => x,
        (x, y) => Condition::And(Box::new(x), Box::new(y)),
    }
}

/// x ∨ y, folded.
pub(super) fn or(x: Condition, y: Condition) -> Condition {
    match (x, y) {
        (Condition::Const(true), _) | (_, Condition::Const(true)) => Condition::Const(true),
        (Condition::Const(false), x) | (x, Condition::Const(false)) => x,
        (x, y) => Condition::Or(Box::new(x), Box::new(y)),
    }
}

/// x ⊕ y, folded.
pub(super) fn xor(x: Condition, y: Condition) -> Condition {
    match (x, y) {
        (Condition::Const(value), x) | (x, Condition::Const(value)) => {
            if value {
                not(x)
            } else {
                x
            }
        }
        (x, y) => Condition::Xor(Box::new(x), Box::new(y)),
    }
}
