//! The random numbers of this engine. Words of Philox4x32-10 under the seed; the purpose is the top word of the counter.

use ketflow_rng::{philox4x32, philox4x32_run};

/// The top words of the counters; part of the reproducibility contract, never reused.
/// Coefficients of a shot in the space of outcomes: counter (shot, 0, block of 128 coefficients).
const AFFINE: u32 = 0x301;
/// Which way frames are turned by an event: counter (128 shots of the block, event, block of 4,096 shots).
const FRAME: u32 = 0x302;
/// Where errors strike and recorded outcomes are flipped: counter (two strikes, 0, block of 4,096 shots). 0x303 and 0x304 had these before.
const STRIKE: u32 = 0x308;
/// The outcome of an event of a shot that is followed alone: counter (shot, event, 0).
const BRANCH: u32 = 0x305;
/// The error at a place of a shot that is followed alone: counter (shot, place, 0).
const BRANCH_ERROR: u32 = 0x306;
/// Whether the recorded outcome of an event of such a shot is flipped: counter (shot, event, 0).
const BRANCH_READOUT: u32 = 0x307;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Draws {
    key: [u32; 2],
}

/// Two words of 64 bits, the lower halves first.
fn pair([a, b, c, d]: [u32; 4]) -> [u64; 2] {
    [u64::from(b) << 32 | u64::from(a), u64::from(d) << 32 | u64::from(c)]
}

/// In [0, 1), by the top 53 bits.
fn unit(word: u64) -> f64 {
    const SCALE: f64 = 1.0 / (1u64 << 53) as f64;
    (word >> 11) as f64 * SCALE
}

impl Draws {
    pub fn new(seed: u64) -> Self {
        Self { key: [seed as u32, (seed >> 32) as u32] }
    }

    fn words(&self, a: u32, b: u32, c: u32, purpose: u32) -> [u64; 2] {
        pair(philox4x32([a, b, c, purpose], self.key))
    }

    /// Coefficients 128·`block` to 128·`block` + 127 of a shot, the first one in the top bit.
    #[inline]
    pub fn coefficients(&self, shot: u32, block: u32) -> [u64; 2] {
        self.words(shot, 0, block, AFFINE)
    }

    /// Adds a random bit of `event` to every shot of `row`, which has the shots of `block`.
    pub fn turn(&self, block: u32, event: u32, row: &mut [u64]) {
        for (k, words) in row.chunks_mut(2).enumerate() {
            let random = self.words(k as u32, event, block, FRAME);
            words.iter_mut().zip(random).for_each(|(word, random)| *word ^= random);
        }
    }

    /// Words 2·`first` to 2·`first` + 7 of the strikes of a block.
    #[inline]
    pub fn strikes(&self, first: u32, block: u32) -> [[u64; 2]; 4] {
        let [a, b, c, d] = philox4x32_run::<4>([first, 0, block, STRIKE], self.key);
        let mut words = [[0; 2]; 4];
        for (k, words) in words.iter_mut().enumerate() {
            *words = pair([a[k], b[k], c[k], d[k]]);
        }
        words
    }

    /// The outcome of a random event of one shot.
    pub fn branch(&self, shot: u32, event: u32) -> bool {
        self.words(shot, event, 0, BRANCH)[0] >> 63 == 1
    }

    /// The kind of the error of one shot at a place, if it has one.
    pub fn branch_error(&self, shot: u32, place: u32, probability: f64) -> Option<u8> {
        let [strike, kind] = self.words(shot, place, 0, BRANCH_ERROR);
        (unit(strike) < probability).then(|| third(kind))
    }

    /// Whether what one shot records at an event is flipped.
    pub fn branch_readout(&self, shot: u32, event: u32, probability: f64) -> bool {
        unit(self.words(shot, event, 0, BRANCH_READOUT)[0]) < probability
    }
}

/// 0, 1 or 2.
fn third(word: u64) -> u8 {
    ((u128::from(word) * 3) >> 64) as u8
}
