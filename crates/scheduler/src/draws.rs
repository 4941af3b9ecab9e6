//! Random numbers of one restart, one after the other.

use ketflow_rng::philox4x32;

/// The top words of the counters of this engine's random numbers; part of the reproducibility contract, never reused.
pub(crate) const START: u32 = 0x201;
pub(crate) const MOVE: u32 = 0x202;
pub(crate) const TABU: u32 = 0x203;
pub(crate) const GENE: u32 = 0x204;

/// The stream of (seed, restart, purpose).
pub(crate) struct Draws {
    key: [u32; 2],
    restart: u32,
    purpose: u32,
    block: u64,
    words: [u32; 4],
    used: usize,
}

impl Draws {
    pub fn new(seed: u64, restart: u32, purpose: u32) -> Self {
        Self { key: [seed as u32, (seed >> 32) as u32], restart, purpose, block: 0, words: [0; 4], used: 4 }
    }

    pub fn word(&mut self) -> u32 {
        if self.used == 4 {
            let counter = [self.block as u32, (self.block >> 32) as u32, self.restart, self.purpose];
            self.words = philox4x32(counter, self.key);
            self.block += 1;
            self.used = 0;
        }
        self.used += 1;
        self.words[self.used - 1]
    }

    /// A number below `bound`, which is above 0; no number is likelier than another by more than bound · 2⁻³².
    pub fn below(&mut self, bound: usize) -> usize {
        ((u64::from(self.word()) * bound as u64) >> 32) as usize
    }

    /// A number in [0, 1).
    pub fn unit(&mut self) -> f64 {
        f64::from(self.word()) / 4_294_967_296.0
    }
}
