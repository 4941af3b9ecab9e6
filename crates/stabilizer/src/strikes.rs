//! Which shots errors strike: one waiting time for all places of a program.
//!
//! A trial – a place, in a shot – with probability p takes −ln(1 − p) off an exponential waiting time and is struck when that ends. What
//! is left at the end of a place goes on at the next one, whatever its probability, so a random number is drawn for each strike and none
//! for places without one. That is exact: exponential times have no memory, and nor have trials.

use crate::draws::Draws;

/// Of the trials at a place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Rate {
    /// 0 < p ≤ 1.
    pub probability: f64,
    /// −ln(1 − p), infinite at 1.
    hazard: f64,
    inverse: f64,
}

impl Rate {
    pub fn new(probability: f64) -> Self {
        let hazard = -libm::log1p(-probability);
        Self { probability, hazard, inverse: 1.0 / hazard }
    }
}

/// Strikes drawn at a time: half as many counters of Philox, whose rounds overlap.
const TOGETHER: usize = 8;

/// The strikes of a block of shots, in the order of places, then of shots.
pub(crate) struct Strikes {
    draws: Draws,
    block: u32,
    drawn: u32,
    ready: [(f64, u8); TOGETHER],
    /// How many of `ready` are gone; the one before is next.
    used: usize,
    /// What is left of the waiting time.
    wait: f64,
}

impl Strikes {
    pub fn new(draws: Draws, block: u32) -> Self {
        let mut strikes = Self { draws, block, drawn: 0, ready: [(0.0, 0); TOGETHER], used: TOGETHER, wait: 0.0 };
        strikes.draw();
        strikes
    }

    fn draw(&mut self) {
        if self.used == TOGETHER {
            let words = self.draws.strikes(self.drawn, self.block);
            self.drawn += words.len() as u32;
            for (ready, word) in self.ready.iter_mut().zip(words.as_flattened()) {
                // 40 bits for the time, 24 for the kind.
                let u = (word >> 24) as f64 / (1u64 << 40) as f64;
                *ready = (-ln(1.0 - u), (((word & 0xFF_FFFF) * 3) >> 24) as u8);
            }
            self.used = 0;
        }
        self.wait = self.ready[self.used].0;
        self.used += 1;
    }

    /// The next place: calls `hit(shot, kind)` for those of `shots` shots that are struck there; kinds are 0, 1, 2, equally likely.
    #[inline]
    pub fn at(&mut self, rate: &Rate, shots: usize, mut hit: impl FnMut(usize, u8)) {
        let mut shot = 0;
        while shot < shots {
            let trials = self.wait * rate.inverse;
            let left = (shots - shot) as f64;
            // False also where the rate is too small for its inverse.
            let is_struck = trials < left;
            if !is_struck {
                self.wait = (self.wait - left * rate.hazard).max(0.0);
                return;
            }
            shot += trials as usize;
            hit(shot, self.ready[self.used - 1].1);
            self.draw();
            shot += 1;
        }
    }
}

/// ln(v) for v in [2⁻⁵³, 1], off by less than 10⁻¹¹ of it, from operations that are the same on every machine: with v = m·2ᵉ and
/// s = (m − 1)/(m + 1), ln(m) = 2 artanh(s), where |s| < 0.172. The library's logarithm took a fifth of a noisy run.
#[inline]
fn ln(v: f64) -> f64 {
    // Mantissas from √½ on, so that near 1 the exponent is 0 and nothing cancels.
    const ROOT: u64 = 0x3FE6_A09E_667F_3BCD;
    let above = v.to_bits().wrapping_sub(ROOT);
    let exponent = (above as i64 >> 52) as i32;
    let m = f64::from_bits((above & ((1 << 52) - 1)).wrapping_add(ROOT));
    let s = (m - 1.0) / (m + 1.0);
    let z = s * s;
    let series = 1.0 + z * (1.0 / 3.0 + z * (0.2 + z * (1.0 / 7.0 + z * (1.0 / 9.0 + z * (1.0 / 11.0 + z / 13.0)))));
    f64::from(exponent) * std::f64::consts::LN_2 + 2.0 * s * series
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_logarithm_is_one() {
        let unit = 1.0 / (1u64 << 53) as f64;
        for k in 0..100_000u64 {
            let random =
                (k + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(23).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            let v = match k {
                0 => 1.0,
                1 => unit,
                2 => 1.0 - unit,
                _ => 1.0 - (random >> 11) as f64 * unit,
            };
            let right = libm::log(v);
            assert!((ln(v) - right).abs() <= 1e-11 * right.abs(), "{v}: {} {right}", ln(v));
        }
    }

    /// Every shot of every place is struck with the probability of the place, by each kind alike, and no two trials depend on each other:
    /// within five standard deviations. Seed 5, 2,000 blocks.
    #[test]
    fn each_trial_has_its_probability() {
        let rates = [0.3, 0.001, 0.02, 1.0, 1e-300, 0.02].map(Rate::new);
        let (shots, blocks) = (70usize, 2000u32);
        let mut struck = vec![0u32; rates.len() * shots];
        let mut kinds = [0u32; 3];
        let mut pairs = 0u32;
        for block in 0..blocks {
            let mut strikes = Strikes::new(Draws::new(5), block);
            let mut before = vec![false; shots];
            for (place, rate) in rates.iter().enumerate() {
                let mut now = vec![false; shots];
                strikes.at(rate, shots, |shot, kind| {
                    struck[place * shots + shot] += 1;
                    kinds[usize::from(kind)] += 1;
                    now[shot] = true;
                });
                if place == 5 {
                    // With places 3 and 4 between: the last of one place and the first of the next would meet in a wrong program.
                    pairs += u32::from(now[0] && before[shots - 1]);
                }
                if place == 0 {
                    before = now;
                }
            }
        }
        let near = |what: String, found: f64, p: f64, trials: f64| {
            let allowed = 5.0 * (p * (1.0 - p) / trials).sqrt();
            assert!((found / trials - p).abs() <= allowed, "{what}: {} of {trials}, expected {p} ± {allowed}", found);
        };
        for (place, rate) in rates.iter().enumerate() {
            let trials = f64::from(blocks);
            let row = &struck[place * shots..(place + 1) * shots];
            let all: f64 = row.iter().map(|times| f64::from(*times)).sum();
            near(format!("place {place}"), all, rate.probability, trials * shots as f64);
            for shot in [0, 1, 35, shots - 1] {
                near(format!("place {place}, shot {shot}"), f64::from(row[shot]), rate.probability, trials);
            }
        }
        let strikes: u32 = kinds.iter().sum();
        kinds.iter().for_each(|kind| near("kind".into(), f64::from(*kind), 1.0 / 3.0, f64::from(strikes)));
        near("pair".into(), f64::from(pairs), 0.3 * 0.02, f64::from(blocks));
    }
}
