//! Philox4x32-10: counter-based random numbers with the same bits on every machine.
//!
//! A number is a pure function of a key and a counter, so nothing has to be stored, skipped or shared: shot 17 of a run draws
//! the same numbers whether it runs alone, in a group, in another thread or again after a crash. Ketflow keys by the job's
//! seed and counts by (index, event, purpose), where `index` is the shot or read and `event` numbers its draws.
//!
//! Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011. The published known-answer
//! vectors are in `test/vectors/philox.json`.

/// What a random number is for. The value is the top word of the counter, so two purposes never share a number; values are
/// part of the reproducibility contract and are never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Purpose {
    /// The outcome of a mid-circuit measurement or reset; index = shot, event = number of the measurement in the program.
    Measurement = 1,
    /// The basis state found by the final measurements of a shot; index = shot, event = 0.
    FinalSample = 2,
    /// Where the next gate error of a shot falls and which one it is; index = shot, event = number of earlier errors.
    GateError = 3,
    /// Whether a recorded outcome is flipped; index = shot, event = number of the measurement in the program.
    Readout = 4,
}

const MULTIPLIERS: [u64; 2] = [0xD251_1F53, 0xCD9E_8D57];
const WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];

/// The ten-round Philox bijection of `counter` under `key`; all 128 bits of the result are usable.
#[inline]
pub fn philox4x32(counter: [u32; 4], key: [u32; 2]) -> [u32; 4] {
    let [mut a, mut b, mut c, mut d] = counter;
    let [mut k0, mut k1] = key;
    for _ in 0..10 {
        let (p, q) = (MULTIPLIERS[0] * u64::from(a), MULTIPLIERS[1] * u64::from(c));
        [a, b, c, d] = [(q >> 32) as u32 ^ b ^ k0, q as u32, (p >> 32) as u32 ^ d ^ k1, p as u32];
        k0 = k0.wrapping_add(WEYL[0]);
        k1 = k1.wrapping_add(WEYL[1]);
    }
    [a, b, c, d]
}

/// [`philox4x32`] of the counters (`first` + k, b, c, d) for k < N, word by word: `words[w][k]`. The rounds of one counter wait for
/// each other, those of several do not, and share vectors where the machine has them.
#[inline]
pub fn philox4x32_run<const N: usize>([first, b, c, d]: [u32; 4], [mut k0, mut k1]: [u32; 2]) -> [[u32; N]; 4] {
    // Plain loops: calls of `map` are not inlined everywhere.
    let (mut a, mut b, mut c, mut d) = ([first; N], [b; N], [c; N], [d; N]);
    for (k, a) in a.iter_mut().enumerate() {
        *a = a.wrapping_add(k as u32);
    }
    for _ in 0..10 {
        for k in 0..N {
            let (p, q) = (MULTIPLIERS[0] * u64::from(a[k]), MULTIPLIERS[1] * u64::from(c[k]));
            a[k] = (q >> 32) as u32 ^ b[k] ^ k0;
            c[k] = (p >> 32) as u32 ^ d[k] ^ k1;
            (b[k], d[k]) = (q as u32, p as u32);
        }
        k0 = k0.wrapping_add(WEYL[0]);
        k1 = k1.wrapping_add(WEYL[1]);
    }
    [a, b, c, d]
}

/// The four words of one event: key = seed, counter = (index low, index high, event, purpose).
#[inline]
pub fn event_words(seed: u64, purpose: Purpose, index: u64, event: u32) -> [u32; 4] {
    philox4x32([index as u32, (index >> 32) as u32, event, purpose as u32], [seed as u32, (seed >> 32) as u32])
}

/// Two uniform numbers in [0, 1) with 53 bits each, from words (0, 1) and (2, 3) of one event; the lower word comes first.
#[inline]
pub fn uniform_pair(seed: u64, purpose: Purpose, index: u64, event: u32) -> [f64; 2] {
    let [a, b, c, d] = event_words(seed, purpose, index, event);
    [unit_interval(a, b), unit_interval(c, d)]
}

/// A uniform number in [0, 1) with 53 bits: the first of [`uniform_pair`].
#[inline]
pub fn uniform(seed: u64, purpose: Purpose, index: u64, event: u32) -> f64 {
    let [a, b, _, _] = event_words(seed, purpose, index, event);
    unit_interval(a, b)
}

/// The top 53 bits of the 64-bit number with the given halves, times 2⁻⁵³.
#[inline]
fn unit_interval(low: u32, high: u32) -> f64 {
    const SCALE: f64 = 1.0 / (1u64 << 53) as f64;
    let word = u64::from(high) << 32 | u64::from(low);
    (word >> 11) as f64 * SCALE
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words<const N: usize>(value: &serde_json::Value) -> [u32; N] {
        let row: Vec<u32> = value
            .as_array()
            .unwrap()
            .iter()
            .map(|word| u32::from_str_radix(word.as_str().unwrap(), 16).unwrap())
            .collect();
        row.try_into().unwrap()
    }

    #[test]
    fn gives_the_published_answers() {
        let text = include_str!("../../../test/vectors/philox.json");
        let vectors: serde_json::Value = serde_json::from_str(text).unwrap();
        let cases = vectors["cases"].as_array().unwrap();
        assert_eq!(cases.len(), 3);
        for case in cases {
            assert_eq!(philox4x32(words(&case["counter"]), words(&case["key"])), words::<4>(&case["output"]));
        }
    }

    #[test]
    fn a_run_of_counters_has_the_words_of_each() {
        let (counter, key) = ([u32::MAX - 1, 7, 0xDEAD_BEEF, 0x303], [5, u32::MAX]);
        let run = philox4x32_run::<4>(counter, key);
        for k in 0..4 {
            let alone = philox4x32([counter[0].wrapping_add(k as u32), counter[1], counter[2], counter[3]], key);
            assert_eq!(run.map(|words| words[k]), alone);
        }
    }

    #[test]
    fn uniforms_span_the_half_open_interval() {
        assert_eq!(unit_interval(0, 0), 0.0);
        assert_eq!(unit_interval(u32::MAX, u32::MAX), 1.0 - f64::EPSILON / 2.0);
        // The lower word only reaches the mantissa through its top 21 bits.
        assert_eq!(unit_interval(1 << 11, 0), 1.0 / (1u64 << 53) as f64);
        assert_eq!(unit_interval((1 << 11) - 1, 0), 0.0);
    }

    #[test]
    fn every_part_of_the_key_changes_the_number() {
        let base = event_words(7, Purpose::Measurement, 3, 5);
        for other in [
            event_words(8, Purpose::Measurement, 3, 5),
            event_words(7 + (1 << 32), Purpose::Measurement, 3, 5),
            event_words(7, Purpose::Readout, 3, 5),
            event_words(7, Purpose::Measurement, 4, 5),
            event_words(7, Purpose::Measurement, 3 + (1 << 32), 5),
            event_words(7, Purpose::Measurement, 3, 6),
        ] {
            assert_ne!(base, other);
        }
    }

    /// Seed 1, 10⁵ draws: mean 1/2 and second moment 1/3 within 5σ (σ = √(1/12/N) and √(4/45/N)).
    #[test]
    fn moments_are_those_of_the_uniform_distribution() {
        let n = 100_000u32;
        let draws: Vec<f64> = (0..n).map(|k| uniform(1, Purpose::FinalSample, u64::from(k), 0)).collect();
        let mean = draws.iter().sum::<f64>() / f64::from(n);
        let second = draws.iter().map(|x| x * x).sum::<f64>() / f64::from(n);
        assert!((mean - 0.5).abs() < 5.0 * (1.0 / 12.0 / f64::from(n)).sqrt());
        assert!((second - 1.0 / 3.0).abs() < 5.0 * (4.0 / 45.0 / f64::from(n)).sqrt());
    }
}
