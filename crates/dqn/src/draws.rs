//! Random numbers of one event of a training, one after the other.

use ketflow_rng::philox4x32;
use serde::{Deserialize, Serialize};

/// The top words of the counters of this crate's random numbers; part of the reproducibility contract, never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum Purpose {
    /// First weights; index 0.
    Weights = 0x301,
    /// What an episode of the training draws; index = number of the episode.
    Episode = 0x302,
    /// The exploration; index = step.
    Explore = 0x303,
    /// Which transitions are replayed; index = update.
    Replay = 0x304,
    /// What an episode of an evaluation draws; index = number of the episode.
    Evaluation = 0x305,
}

/// The stream of (seed, purpose, index).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draws {
    key: [u32; 2],
    index: u64,
    purpose: u32,
    block: u32,
    words: [u32; 4],
    used: u32,
}

impl Draws {
    pub(crate) fn new(seed: u64, purpose: Purpose, index: u64) -> Self {
        let key = [seed as u32, (seed >> 32) as u32];
        Self { key, index, purpose: purpose as u32, block: 0, words: [0; 4], used: 4 }
    }

    /// 32 random bits.
    pub fn word(&mut self) -> u32 {
        if self.used >= 4 {
            let counter = [self.index as u32, (self.index >> 32) as u32, self.block, self.purpose];
            self.words = philox4x32(counter, self.key);
            self.block = self.block.wrapping_add(1);
            self.used = 0;
        }
        let word = self.words[self.used as usize];
        self.used += 1;
        word
    }

    /// A number below `bound`, which is above 0; no number is likelier than another by more than bound · 2⁻³².
    pub fn below(&mut self, bound: usize) -> usize {
        ((u64::from(self.word()) * bound as u64) >> 32) as usize
    }

    /// A number in [0, 1), a multiple of 2⁻³².
    pub fn unit(&mut self) -> f64 {
        f64::from(self.word()) / 4_294_967_296.0
    }
}
