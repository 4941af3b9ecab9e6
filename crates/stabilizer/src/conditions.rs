//! Conditions over the classical bits of 64 shots at a time.

use ketflow_circuit::ir::{Comparison, Condition, Operand};

/// Classical bits: row k has bit k of every shot.
pub(crate) struct Bits<'a> {
    pub rows: &'a [u64],
    pub width: usize,
}

impl Bits<'_> {
    fn row(&self, bit: u32) -> &[u64] {
        &self.rows[bit as usize * self.width..][..self.width]
    }

    /// The shots for which the condition holds.
    pub fn holds(&self, condition: &Condition) -> Vec<u64> {
        let both = |x: &Condition, y: &Condition, join: fn(u64, u64) -> u64| {
            self.holds(x).into_iter().zip(self.holds(y)).map(|(x, y)| join(x, y)).collect()
        };
        match condition {
            Condition::Const(value) => vec![if *value { u64::MAX } else { 0 }; self.width],
            Condition::Bit(bit) => self.row(*bit).to_vec(),
            Condition::Not(x) => self.holds(x).into_iter().map(|x| !x).collect(),
            Condition::And(x, y) => both(x, y, |x, y| x & y),
            Condition::Or(x, y) => both(x, y, |x, y| x | y),
            Condition::Xor(x, y) => both(x, y, |x, y| x ^ y),
            Condition::Compare { comparison, left, right } => {
                (0..self.width).map(|word| self.compare(*comparison, left, right, word)).collect()
            }
        }
    }

    fn compare(&self, comparison: Comparison, left: &Operand, right: &Operand, word: usize) -> u64 {
        let plane = |operand: &Operand, k: u32| match operand {
            Operand::Const(value) => {
                if value >> k & 1 == 1 {
                    u64::MAX
                } else {
                    0
                }
            }
            Operand::Bits(row) => row.get(k as usize).map_or(0, |bit| self.row(*bit)[word]),
        };
        let (mut equal, mut less) = (u64::MAX, 0);
        for k in (0..64).rev() {
            let (a, b) = (plane(left, k), plane(right, k));
            less |= equal & !a & b;
            equal &= !(a ^ b);
        }
        match comparison {
            Comparison::Equal => equal,
            Comparison::NotEqual => !equal,
            Comparison::Less => less,
            Comparison::LessOrEqual => less | equal,
            Comparison::Greater => !(less | equal),
            Comparison::GreaterOrEqual => !less,
        }
    }
}
