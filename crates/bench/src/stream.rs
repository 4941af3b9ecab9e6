//! What the memory of this machine gives: multiplying numbers in place, the fastest walk that reads and writes every byte once.

use std::hint::black_box;
use std::time::Instant;

/// Bytes read and written per second in the fastest of `repeats` walks over `bytes` bytes of doubles.
///
/// # Errors
/// A sentence when a request makes no sense or the result is wrong.
pub fn scale_bytes_per_second(bytes: usize, repeats: u32) -> Result<f64, String> {
    if !(64..=1 << 32).contains(&(bytes as u64)) || repeats == 0 {
        return Err(format!("stream of {bytes} bytes, {repeats} times; give 64 to 4294967296 bytes, at least once"));
    }
    let mut numbers = vec![1.0; bytes / size_of::<f64>()];
    let mut best = f64::INFINITY;
    for _ in 0..repeats {
        let start = Instant::now();
        scale(black_box(&mut numbers), black_box(-1.0));
        best = best.min(start.elapsed().as_secs_f64());
    }
    let expected = if repeats.is_multiple_of(2) { 1.0 } else { -1.0 };
    if numbers.iter().any(|number| *number != expected) {
        return Err("the stream kernel is wrong".into());
    }
    Ok(2.0 * bytes as f64 / best)
}

fn scale(numbers: &mut [f64], factor: f64) {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2.
        unsafe { scale_avx2(numbers, factor) };
        return;
    }
    numbers.iter_mut().for_each(|number| *number *= factor);
}

/// The limit belongs to the machine, so it is measured with its wide registers, whatever the rest is compiled for.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn scale_avx2(numbers: &mut [f64], factor: f64) {
    numbers.iter_mut().for_each(|number| *number *= factor);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn walks_every_number_and_refuses_nonsense() {
        for repeats in [1, 2] {
            assert!(scale_bytes_per_second(4096, repeats).unwrap() > 0.0);
        }
        assert!(scale_bytes_per_second(8, 1).is_err());
        assert!(scale_bytes_per_second(4096, 0).is_err());
    }
}
