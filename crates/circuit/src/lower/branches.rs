//! Variables that a branch sets whose condition is known only at run time: each branch begins with the values from before, and
//! behind the branches such a variable has no value until it is set again.

use super::{Lowerer, Symbol, Value};
use std::rc::Rc;

/// The `since` of a variable without a value whose value depends on which branch ran.
pub(super) const BRANCHED: u64 = u64::MAX;

/// A variable that a branch has set: its scope, its name, and its value and time before.
pub(super) type Replaced = (usize, Rc<str>, Option<Value>, u64);

impl Lowerer {
    /// Sets a variable; one from outside of the branch is remembered.
    pub(super) fn replace_value(&mut self, scope: usize, name: &str, new: Option<Value>, time: u64) {
        let Some((key, Symbol::Variable { value, since, depth, .. })) =
            self.scopes[scope].get_key_value(name).map(|(key, _)| key.clone()).zip(self.scopes[scope].get_mut(name))
        else {
            return;
        };
        let is_outer = *depth < self.feed_forward_depth;
        let old = (std::mem::replace(value, new), std::mem::replace(since, time));
        if is_outer && let Some(branch) = self.branches.last_mut() {
            branch.push((scope, key, old.0, old.1));
        }
    }

    pub(super) fn enter_branch(&mut self) {
        self.branches.push(Vec::new());
        self.feed_forward_depth += 1;
    }

    /// Gives the variables back their values from before the branch; the names of those that it set.
    pub(super) fn leave_branch(&mut self) -> Vec<(usize, Rc<str>)> {
        self.feed_forward_depth -= 1;
        let replaced = self.branches.pop().unwrap_or_default();
        let mut names = Vec::with_capacity(replaced.len());
        for (scope, name, old, time) in replaced.into_iter().rev() {
            if let Some(Symbol::Variable { value, since, .. }) = self.scopes[scope].get_mut(&name) {
                (*value, *since) = (old, time);
            }
            names.push((scope, name));
        }
        names
    }

    /// Takes the values away from what the branches have set.
    pub(super) fn forget(&mut self, names: Vec<(usize, Rc<str>)>) {
        for (scope, name) in names {
            self.replace_value(scope, &name, None, BRANCHED);
        }
    }
}
