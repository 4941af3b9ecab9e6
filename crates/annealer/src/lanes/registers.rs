//! Lanes made of several registers of one kind.

/// Implements `Lanes` for `$name`, `$count` registers of `$width` lanes each; the operations are functions of registers, in the order of
/// the trait. `$bits` takes a register to what `xor` and `and` work on and back.
macro_rules! lanes_of_registers {
    (
        $name:ident: $lane:ty, $register:ty, $width:literal x $count:literal;
        $load:expr, $store:expr, $splat:expr, $add:expr, $sub:expr, $mul:expr, $above:expr, $or:expr,
        $negated_where:expr, $negated_where_not:expr, $and:expr, $is_all:expr
    ) => {
        /// Sixteen lanes.
        #[derive(Clone, Copy)]
        pub(crate) struct $name([$register; $count]);

        // The blocks are unsafe where the instructions are functions of a target feature.
        #[allow(unused_unsafe)]
        impl Lanes<$lane> for $name {
            #[inline(always)]
            fn load(source: &[$lane; LANES]) -> Self {
                let mut lanes = Self::splat(source[0]);
                for r in 0..$count {
                    // SAFETY: register r reads lanes r × width to (r + 1) × width − 1 of sixteen; instructions: see the head of the file.
                    lanes.0[r] = unsafe { $load(source.as_ptr().add(r * $width)) };
                }
                lanes
            }

            #[inline(always)]
            fn store(self, target: &mut [$lane; LANES]) {
                for r in 0..$count {
                    // SAFETY: as in `load`.
                    unsafe { $store(target.as_mut_ptr().add(r * $width), self.0[r]) };
                }
            }

            #[inline(always)]
            fn splat(value: $lane) -> Self {
                // SAFETY: see the head of the file.
                Self([unsafe { $splat(value) }; $count])
            }

            lanes_of_registers!(binary add $add);
            lanes_of_registers!(binary sub $sub);
            lanes_of_registers!(binary mul $mul);
            lanes_of_registers!(binary above $above);
            lanes_of_registers!(binary and $and);
            lanes_of_registers!(binary or $or);
            lanes_of_registers!(binary negated_where $negated_where);
            lanes_of_registers!(binary negated_where_not $negated_where_not);

            #[inline(always)]
            fn is_all(self) -> bool {
                // SAFETY: see the head of the file.
                unsafe { $is_all(self.0.into_iter().reduce(|a, b| $and(a, b)).unwrap_or(self.0[0])) }
            }
        }
    };
    (binary $method:ident $operation:expr) => {
        #[inline(always)]
        fn $method(self, other: Self) -> Self {
            let mut lanes = self;
            for (lane, other) in lanes.0.iter_mut().zip(other.0) {
                // SAFETY: see the head of the file.
                *lane = unsafe { $operation(*lane, other) };
            }
            lanes
        }
    };
}

pub(super) use lanes_of_registers;
