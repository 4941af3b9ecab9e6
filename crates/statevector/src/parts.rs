//! A slice of which several threads write parts, each its own.

use std::marker::PhantomData;
use std::ops::Range;

/// A slice lent to several threads at once.
pub(crate) struct Parts<'a, T> {
    first: *mut T,
    length: usize,
    slice: PhantomData<&'a mut [T]>,
}

// SAFETY: it stands for a `&mut [T]` whose parts go to several threads, which is sound where `T` may be sent to them; that the
// parts are disjoint is promised to the unsafe functions that give them out.
unsafe impl<T: Send> Sync for Parts<'_, T> {}

impl<'a, T> Parts<'a, T> {
    pub(crate) fn new(slice: &'a mut [T]) -> Self {
        Self { first: slice.as_mut_ptr(), length: slice.len(), slice: PhantomData }
    }

    /// The first element; what lies before `length` may be reached from it as long as no two threads use the same element.
    pub(crate) fn as_mut_ptr(&self) -> *mut T {
        self.first
    }

    /// # Safety
    /// While the part is used, nothing else may use its elements.
    ///
    /// # Panics
    /// When `range` does not lie in the slice.
    #[allow(clippy::mut_from_ref)] // The purpose of this type; the caller promises what the borrow checker cannot see.
    pub(crate) unsafe fn part(&self, range: Range<usize>) -> &mut [T] {
        assert!(range.start <= range.end && range.end <= self.length, "{range:?} of {}", self.length);
        // SAFETY: in bounds, and the caller promises that nobody else uses these elements.
        unsafe { std::slice::from_raw_parts_mut(self.first.add(range.start), range.len()) }
    }
}
