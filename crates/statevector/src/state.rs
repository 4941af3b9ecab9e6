//! The state: 2ⁿ amplitudes in blocks of 16 real parts followed by 16 imaginary parts.
//!
//! Amplitude i is lane i mod 16 of block i / 16. Two whole planes a power of two apart fall into the same cache sets (measured:
//! 2× slower natively, 6× in WASM), interleaved pairs cost shuffles in every kernel; blocks have neither fault.

use crate::monitor::{Interrupted, Progress};
use crate::parts::Parts;
use crate::real::Real;
use ketflow_circuit::Error;
use ketflow_error::RunError;
use num_complex::Complex64;
use std::mem::MaybeUninit;

/// Qubits inside a block.
pub(crate) const LANE_QUBITS: u32 = 4;
/// Amplitudes of a block.
pub(crate) const LANES: usize = 1 << LANE_QUBITS;

/// Sixteen amplitudes. The alignment keeps a block on whole cache lines.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(C, align(64))]
pub struct Block<T> {
    /// Real parts.
    pub re: [T; LANES],
    /// Imaginary parts.
    pub im: [T; LANES],
}

impl<T: Real> Block<T> {
    /// All zero.
    pub const ZERO: Self = Self { re: [T::ZERO; LANES], im: [T::ZERO; LANES] };
}

/// Bytes of one segment: a single Rust allocation must stay below 2³¹ bytes in WASM, and 27 qubits in f64 take exactly that.
const SEGMENT_BYTES: usize = 1 << 30;

/// A pure state of `qubits` qubits. States below four qubits fill one block; the lanes beyond 2ⁿ stay zero.
#[derive(Debug)]
pub struct State<T> {
    qubits: u32,
    /// log₂ of the blocks per segment (of the only segment when there is one).
    segment_shift: u32,
    segments: Vec<Vec<Block<T>>>,
}

impl<T: Real> State<T> {
    /// Bytes of the amplitudes of an n-qubit state, as allocated.
    pub fn bytes(qubits: u32) -> u128 {
        (1u128 << qubits.max(LANE_QUBITS)) * 2 * size_of::<T>() as u128
    }

    /// |0…0⟩.
    ///
    /// # Errors
    /// `too-large` when the allocator refuses; [`RunError::Cancelled`] when the monitor stops.
    pub(crate) fn zero(qubits: u32, progress: &mut Progress) -> Result<Self, RunError> {
        let per_segment = (SEGMENT_BYTES / size_of::<Block<T>>()).trailing_zeros();
        Self::zero_in_segments(qubits, per_segment, progress)
    }

    /// |0…0⟩ in segments of at most 2^`segment_shift` blocks.
    pub(crate) fn zero_in_segments(qubits: u32, segment_shift: u32, progress: &mut Progress) -> Result<Self, RunError> {
        let block_qubits = qubits.saturating_sub(LANE_QUBITS);
        let segment_shift = segment_shift.min(block_qubits);
        let refused = || {
            Error::too_large(format!(
                "the machine refused {} bytes for the state of {qubits} qubits; free memory or use precision f32",
                Self::bytes(qubits)
            ))
        };
        let length = 1usize << segment_shift;
        let mut segments = Vec::new();
        for _ in 0..1usize << (block_qubits - segment_shift) {
            let mut segment = Vec::new();
            segment.try_reserve_exact(length).map_err(|_| refused())?;
            extend(&mut segment, length, progress, |_, piece| {
                piece.iter_mut().for_each(|block| _ = block.write(Block::ZERO));
            })?;
            segments.push(segment);
        }
        let mut state = Self { qubits, segment_shift, segments };
        state.put_zero();
        Ok(state)
    }

    /// Makes it |0…0⟩ again.
    pub(crate) fn reset_to_zero(&mut self, progress: &mut Progress) -> Result<(), Interrupted> {
        for segment in &mut self.segments {
            each_piece(segment, progress, |_, piece| piece.fill(Block::ZERO))?;
        }
        self.put_zero();
        Ok(())
    }

    fn put_zero(&mut self) {
        if let Some(first) = self.segments.first_mut().and_then(|segment| segment.first_mut()) {
            first.re[0] = T::ONE;
        }
    }

    /// A copy, or `None` when the allocator refuses.
    pub(crate) fn try_copy(&self, progress: &mut Progress) -> Result<Option<Self>, Interrupted> {
        let mut segments = Vec::new();
        for segment in &self.segments {
            let mut copy: Vec<Block<T>> = Vec::new();
            if copy.try_reserve_exact(segment.len()).is_err() {
                return Ok(None);
            }
            extend(&mut copy, segment.len(), progress, |at, piece| {
                piece.iter_mut().zip(&segment[at..]).for_each(|(to, from)| _ = to.write(*from));
            })?;
            segments.push(copy);
        }
        Ok(Some(Self { qubits: self.qubits, segment_shift: self.segment_shift, segments }))
    }

    /// Takes over the amplitudes of another state of the same size.
    pub(crate) fn copy_from(&mut self, other: &Self, progress: &mut Progress) -> Result<(), Interrupted> {
        for (mine, theirs) in self.segments.iter_mut().zip(&other.segments) {
            each_piece(mine, progress, |at, piece| piece.copy_from_slice(&theirs[at..at + piece.len()]))?;
        }
        Ok(())
    }

    /// A state of one more qubit, above the lanes: `state` where it is 0, and zeros where it is 1.
    ///
    /// # Errors
    /// As [`State::zero`].
    pub(crate) fn twice(state: &Self, progress: &mut Progress) -> Result<Self, RunError> {
        let mut twice = Self::zero(state.qubits.max(LANE_QUBITS) + 1, progress)?;
        for (mine, theirs) in twice.halves(0).into_iter().zip(&state.segments) {
            each_piece(mine, progress, |at, piece| piece.copy_from_slice(&theirs[at..at + piece.len()]))?;
        }
        Ok(twice)
    }

    /// The blocks in which the highest qubit is 1, a slice for each segment of a state of one qubit less.
    pub(crate) fn second_half(&mut self) -> Vec<&mut [Block<T>]> {
        self.halves(1)
    }

    fn halves(&mut self, half: usize) -> Vec<&mut [Block<T>]> {
        match &mut self.segments[..] {
            [only] => {
                let length = only.len() / 2;
                vec![&mut only[half * length..][..length]]
            }
            several => {
                let length = several.len() / 2;
                several[half * length..][..length].iter_mut().map(|segment| &mut segment[..]).collect()
            }
        }
    }

    /// Replaces all amplitudes by real ones.
    pub(crate) fn fill_real(&mut self, value: impl Fn(usize) -> T) {
        let amplitudes = self.amplitudes();
        for (index, block) in self.segments.iter_mut().flatten().enumerate() {
            *block = Block::ZERO;
            for (lane, re) in block.re.iter_mut().enumerate().take(amplitudes) {
                *re = value(index * LANES + lane);
            }
        }
    }

    /// Number of amplitudes.
    pub(crate) fn amplitudes(&self) -> usize {
        1 << self.qubits
    }

    /// Number of blocks.
    pub(crate) fn block_count(&self) -> usize {
        1 << self.qubits.saturating_sub(LANE_QUBITS)
    }

    /// Block `index`.
    #[inline(always)]
    pub(crate) fn block(&self, index: usize) -> &Block<T> {
        &self.segments[index >> self.segment_shift][index & ((1 << self.segment_shift) - 1)]
    }

    /// log₂ of the blocks per segment.
    pub(crate) fn segment_shift(&self) -> u32 {
        self.segment_shift
    }

    pub(crate) fn segments_mut(&mut self) -> &mut [Vec<Block<T>>] {
        &mut self.segments
    }

    pub(crate) fn segments(&self) -> &[Vec<Block<T>>] {
        &self.segments
    }

    /// Amplitude `index`, widened to f64.
    ///
    /// # Panics
    /// When `index` is not below 2ⁿ.
    #[inline(always)]
    pub fn amplitude(&self, index: usize) -> Complex64 {
        let (block, lane) = (self.block(index / LANES), index % LANES);
        Complex64::new(block.re[lane].to_f64(), block.im[lane].to_f64())
    }
}

impl<T: Real> State<T> {
    /// Calls `visit` with the first index and the slice of every contiguous run of the blocks `first..end`.
    #[inline(always)]
    pub(crate) fn for_runs(&self, mut first: usize, end: usize, mut visit: impl FnMut(usize, &[Block<T>])) {
        let length = 1usize << self.segment_shift;
        while first < end {
            let (segment, start) = (first >> self.segment_shift, first & (length - 1));
            let stop = (start + end - first).min(length);
            visit(first, &self.segments()[segment][start..stop]);
            first += stop - start;
        }
    }
}

/// Calls `write` with pieces that cover `blocks` and the index of their first block, on several threads where they are many.
fn each_piece<B: Send>(
    blocks: &mut [B],
    progress: &mut Progress,
    write: impl Fn(usize, &mut [B]) + Sync,
) -> Result<(), Interrupted> {
    let length = blocks.len();
    let parts = Parts::new(blocks);
    // SAFETY: ranges are disjoint.
    progress.pass(length, LANES, |range| write(range.start, unsafe { parts.part(range) }))
}

/// Makes an empty vector with room for `length` blocks that long; `write` initialises all blocks of the pieces that it is given.
fn extend<T: Real>(
    blocks: &mut Vec<Block<T>>,
    length: usize,
    progress: &mut Progress,
    write: impl Fn(usize, &mut [MaybeUninit<Block<T>>]) + Sync,
) -> Result<(), Interrupted> {
    each_piece(&mut blocks.spare_capacity_mut()[..length], progress, write)?;
    // SAFETY: the pieces cover the first `length` blocks of the spare room, and `write` initialised them all.
    unsafe { blocks.set_len(length) };
    Ok(())
}
