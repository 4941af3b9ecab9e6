//! Control flow: `if` and `switch`, decided now or at run time, and loops, which are unrolled.

use super::conditions::bounded;
use super::fold::or;
use super::value::size;
use super::{Lowerer, Symbol, Value};
use crate::ast::*;
use crate::fault::Fault;
use crate::ir::{Comparison, Condition, Op};
use std::collections::{BTreeMap, BTreeSet};

/// A body and when it runs.
struct Arm<'s> {
    holds: Condition,
    offset: Offset,
    body: &'s [Statement],
}

impl Lowerer {
    pub(super) fn if_statement(
        &mut self,
        condition: &Expression,
        then: &[Statement],
        otherwise: &[Statement],
        ops: &mut Vec<Op>,
    ) -> Result<(), Fault> {
        let value = self.whole(condition)?;
        let holds = bounded(self.truth(value, condition.offset)?, condition.offset)?;
        self.arms(&[Arm { holds, offset: condition.offset, body: then }], otherwise, condition.offset, ops)
    }

    /// The first label that is equal to the subject decides; the subject is read once, before any body changes it.
    pub(super) fn switch(
        &mut self,
        subject: &Expression,
        cases: &[Case],
        otherwise: &[Statement],
        ops: &mut Vec<Op>,
    ) -> Result<(), Fault> {
        let value = self.whole(subject)?;
        let mut seen = BTreeSet::new();
        let mut arms = Vec::with_capacity(cases.len());
        for Case { labels, body } in cases {
            let mut holds = Condition::Const(false);
            for label in labels {
                let number = self.constant_integer(label, "a label of 'case'")?;
                if !seen.insert(number) {
                    return Err(Fault::invalid(label.offset, format!("there are two cases for {number}; remove one")));
                }
                self.charge(size(&value), label.offset)?;
                let equal = self.compare(Comparison::Equal, value.clone(), Value::Integer(number), label.offset)?;
                holds = or(holds, equal);
            }
            let offset = labels.first().map_or(subject.offset, |label| label.offset);
            arms.push(Arm { holds: bounded(holds, offset)?, offset, body });
        }
        self.arms(&arms, otherwise, subject.offset, ops)
    }

    /// `if`, `else if`, …, `else`; what is decided while reading leaves nothing behind.
    fn arms(
        &mut self,
        arms: &[Arm<'_>],
        otherwise: &[Statement],
        place: Offset,
        ops: &mut Vec<Op>,
    ) -> Result<(), Fault> {
        let first = arms.iter().position(|arm| arm.holds != Condition::Const(false)).unwrap_or(arms.len());
        let Some((Arm { holds, offset, body }, rest)) = arms[first..].split_first() else {
            return self.block(otherwise, place, ops);
        };
        if *holds == Condition::Const(true) {
            return self.block(body, *offset, ops);
        }
        self.count_ops(1, *offset)?;
        let (mut then_ops, mut otherwise_ops) = (Vec::new(), Vec::new());
        self.enter_branch();
        let result = self.block(body, *offset, &mut then_ops);
        let mut set = self.leave_branch();
        result?;
        self.enter_branch();
        let result = match rest {
            [] => self.block(otherwise, *offset, &mut otherwise_ops),
            _ => self.enter(*offset).and_then(|()| {
                let result = self.arms(rest, otherwise, place, &mut otherwise_ops);
                self.leave();
                result
            }),
        };
        set.append(&mut self.leave_branch());
        result?;
        self.forget(set);
        ops.push(Op::If { condition: holds.clone(), then: then_ops, otherwise: otherwise_ops });
        Ok(())
    }

    /// Turns as long as the condition holds; every turn must be decided while reading.
    pub(super) fn while_statement(
        &mut self,
        condition: &Expression,
        body: &[Statement],
        ops: &mut Vec<Op>,
    ) -> Result<(), Fault> {
        let offset = condition.offset;
        loop {
            // A turn opens a scope, which takes as long as a few statements.
            self.charge(4, offset)?;
            let value = self.whole(condition)?;
            match self.truth(value, offset)? {
                Condition::Const(true) => self.block(body, offset, ops)?,
                Condition::Const(false) => return Ok(()),
                _ => {
                    let message = "this 'while' depends on measured bits, so its turns cannot be counted while reading; write a 'for' over the most turns that it may take, with an 'if' inside";
                    return Err(Fault::unsupported(offset, message));
                }
            }
        }
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
            since: self.clock,
        };
        self.scopes.push(BTreeMap::from([(variable.text.clone(), symbol)]));
        let result = self.block(body, variable.offset, ops);
        self.scopes.pop();
        result
    }
}
