//! Control flow: `if` that is decided now or at run time, and loops, which are unrolled.

use super::conditions::bounded;
use super::{Lowerer, Symbol, Value};
use crate::ast::*;
use crate::fault::Fault;
use crate::ir::{Condition, Op};
use std::collections::BTreeMap;

impl Lowerer {
    pub(super) fn if_statement(
        &mut self,
        condition: &Expression,
        then: &[Statement],
        otherwise: &[Statement],
        ops: &mut Vec<Op>,
    ) -> Result<(), Fault> {
        let value = self.whole(condition)?;
        let condition_offset = condition.offset;
        let condition = bounded(self.truth(value, condition_offset)?, condition_offset)?;
        if let Condition::Const(holds) = condition {
            return self.block(if holds { then } else { otherwise }, ops);
        }
        self.count_ops(1, condition_offset)?;
        let (mut then_ops, mut otherwise_ops) = (Vec::new(), Vec::new());
        self.feed_forward_depth += 1;
        let result = self.block(then, &mut then_ops).and_then(|()| self.block(otherwise, &mut otherwise_ops));
        self.feed_forward_depth -= 1;
        result?;
        ops.push(Op::If { condition, then: then_ops, otherwise: otherwise_ops });
        Ok(())
    }

    pub(super) fn for_statement(
        &mut self,
        kind: Option<&Type>,
        variable: &Name,
        domain: &Domain,
        body: &[Statement],
        ops: &mut Vec<Op>,
    ) -> Result<(), Fault> {
        let scalar = kind.map_or(Scalar::Int, |kind| kind.scalar);
        let width = kind.map_or(Ok(None), |kind| self.whole_width(kind))?;
        match domain {
            Domain::Set(members) => {
                for member in members {
                    let value = self.constant_integer(member, "a member of a loop's set")?;
                    let value = self.stored(scalar, width, Value::Integer(value), member.offset)?;
                    self.turn(variable, (scalar, value), body, ops)?;
                }
                Ok(())
            }
            Domain::Range(range) => {
                let (Some(start), Some(stop)) = (&range.start, &range.stop) else {
                    return Err(Fault::invalid(range.offset, "a loop needs both ends of its range, as in [0:3]"));
                };
                let start = self.constant_integer(start, "the start of a range")?;
                let stop = self.constant_integer(stop, "the end of a range")?;
                let step = match &range.step {
                    Some(step) => self.constant_integer(step, "the step of a range")?,
                    None => 1,
                };
                if step == 0 {
                    return Err(Fault::invalid(range.offset, "the step of a range cannot be 0"));
                }
                let mut value = start;
                while if step > 0 { value <= stop } else { value >= stop } {
                    let stored = self.stored(scalar, width, Value::Integer(value), range.offset)?;
                    self.turn(variable, (scalar, stored), body, ops)?;
                    value += step;
                }
                Ok(())
            }
            Domain::Other(expression) => {
                let message =
                    "a loop runs over a range such as [0:3] or a set such as {0, 2}; nothing else is supported";
                Err(Fault::unsupported(expression.offset, message))
            }
        }
    }

    /// One turn of a loop.
    fn turn(
        &mut self,
        variable: &Name,
        (scalar, value): (Scalar, Value),
        body: &[Statement],
        ops: &mut Vec<Op>,
    ) -> Result<(), Fault> {
        // A turn opens two scopes, which takes as long as a few statements.
        self.charge(4, variable.offset)?;
        let symbol = Symbol::Variable {
            value: Some(value),
            scalar,
            width: None,
            is_const: true,
            depth: self.feed_forward_depth,
        };
        self.scopes.push(BTreeMap::from([(variable.text.clone(), symbol)]));
        let result = self.block(body, ops);
        self.scopes.pop();
        result
    }
}
