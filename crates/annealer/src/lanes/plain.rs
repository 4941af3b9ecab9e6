//! Lanes of any processor: arrays, and loops over them. A mask is 1 or 0 in each lane.

use super::lane::{LANES, Lane, Lanes};

/// Sixteen lanes.
#[derive(Clone, Copy)]
pub(crate) struct Plain<T>([T; LANES]);

impl<T: Lane> Plain<T> {
    fn map(self, other: Self, operation: impl Fn(T, T) -> T) -> Self {
        Self(std::array::from_fn(|lane| operation(self.0[lane], other.0[lane])))
    }
}

fn is_set<T: Lane>(mask: T) -> bool {
    mask.is_above(T::ZERO)
}

impl<T: Lane> Lanes<T> for Plain<T> {
    fn load(source: &[T; LANES]) -> Self {
        Self(*source)
    }
    fn store(self, target: &mut [T; LANES]) {
        *target = self.0;
    }
    fn splat(value: T) -> Self {
        Self([value; LANES])
    }
    fn add(self, other: Self) -> Self {
        self.map(other, T::plus)
    }
    fn sub(self, other: Self) -> Self {
        self.map(other, |x, y| x.plus(y.negated()))
    }
    fn mul(self, other: Self) -> Self {
        self.map(other, T::times)
    }
    fn above(self, other: Self) -> Self {
        self.map(other, |x, y| if x.is_above(y) { T::ONE } else { T::ZERO })
    }
    fn and(self, other: Self) -> Self {
        self.map(other, |x, y| if is_set(x) { y } else { x })
    }
    fn or(self, other: Self) -> Self {
        self.map(other, |x, y| if is_set(x) { x } else { y })
    }
    fn negated_where(self, mask: Self) -> Self {
        self.map(mask, |x, mask| if is_set(mask) { x.negated() } else { x })
    }
    fn negated_where_not(self, mask: Self) -> Self {
        self.map(mask, |x, mask| if is_set(mask) { x } else { x.negated() })
    }
    fn is_all(self) -> bool {
        self.0.into_iter().all(is_set)
    }
}
