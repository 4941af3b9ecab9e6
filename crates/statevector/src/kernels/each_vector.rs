//! The vectors of a half block, one after the other.

use crate::lanes::Lanes;
use crate::real::Real;

/// Runs a block of code for every vector of a half block, `$at` being its first lane, as straight code.
///
/// Straight, because processors prefetch by the address of the instruction: in a loop one load walks 16 bytes at a time and then
/// jumps, and what is fetched on that evidence is wrong (measured, state beyond the cache: 2 to 5 times slower where pairs of
/// blocks lie 1 to 16 KiB apart). As straight code each load has a constant stride from block to block.
macro_rules! each_vector {
    ($real:ty, $at:ident => $body:block) => {{
        const { assert!(crate::kernels::each_vector::vectors::<$real>() <= 8) };
        let width = <$real as crate::real::Real>::Vector::WIDTH;
        crate::kernels::each_vector::each_vector!(@ $at, $body, width, 0, 1);
        if crate::kernels::each_vector::vectors::<$real>() > 2 {
            crate::kernels::each_vector::each_vector!(@ $at, $body, width, 2, 3);
        }
        if crate::kernels::each_vector::vectors::<$real>() > 4 {
            crate::kernels::each_vector::each_vector!(@ $at, $body, width, 4, 5, 6, 7);
        }
    }};
    (@ $at:ident, $body:block, $width:ident, $($index:literal),+) => {
        $({
            let $at = $index * $width;
            $body
        })+
    };
}
pub(crate) use each_vector;

/// Vectors per half block.
pub(crate) const fn vectors<T: Real>() -> usize {
    16 / <T::Vector as Lanes<T>>::WIDTH
}
