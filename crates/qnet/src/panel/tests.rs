//! Panels bit for bit against the definition of a sum.

use super::*;
use crate::terms::CHUNK;

fn number(k: usize) -> f32 {
    // −0 and 0 are there, since those are what is left out.
    match k % 5 {
        0 => 0.0,
        1 => -0.0,
        _ => ((k * 7_919 % 1_000_003) as f32 / 1_000_003.0 - 0.5) * 1e3,
    }
}

/// b + S₀ + S₁ + …, one term after the other and none left out.
fn sum(weights: &[f32], state: &[f32], bias: f32) -> f32 {
    let chunks = weights.chunks(CHUNK).zip(state.chunks(CHUNK));
    chunks.fold(bias, |total, (weights, state)| {
        total + weights.iter().zip(state).fold(0.0, |sum, (weight, value)| sum + weight * value)
    })
}

#[test]
fn sums_are_those_of_the_definition() {
    for (inputs, outputs) in
        [(1, 1), (4, 24), (15, 64), (17, 130), (33, 9), (255, 40), (256, 16), (257, 100), (600, 17)]
    {
        let weights: Vec<f32> = (0..inputs * outputs).map(|k| number(k * 3 + 2)).collect();
        let packed = pack_weights(&weights, inputs, outputs);
        let parts = outputs.div_ceil(PART);
        for (count, stride) in [(1, inputs), (3, inputs + 3), (40, inputs)] {
            let states: Vec<f32> = (0..count * stride).map(|k| number(k + 5)).collect();
            let bias = |o: usize| if o < outputs { number(o * 11 + 1) } else { 0.0 };
            for is_plain in [false, true] {
                let mut out: Vec<[f32; PART]> =
                    (0..count * parts).map(|k| std::array::from_fn(|o| bias(k % parts * PART + o))).collect();
                let mut terms = Terms::default();
                for first in (0..inputs).step_by(CHUNK) {
                    let chunk = first..inputs.min(first + CHUNK);
                    terms.fill(&states, stride, chunk.clone());
                    for panel in panels(parts) {
                        let Panel { first, width } = panel;
                        if is_plain {
                            let rows = &packed[first * inputs + chunk.start * width..][..chunk.len() * width];
                            multiply_rows(rows, width, &terms, &mut out[first..], parts);
                        } else {
                            multiply(&packed, panel, &chunk, &terms, &mut out, parts);
                        }
                    }
                }
                for (state, out) in states.chunks_exact(stride).zip(out.chunks_exact(parts)) {
                    for (o, found) in out.as_flattened().iter().enumerate() {
                        let own = if o < outputs { &weights[o * inputs..][..inputs] } else { &vec![0.0; inputs] };
                        let expected = sum(own, &state[..inputs], bias(o));
                        assert_eq!(
                            found.to_bits(),
                            expected.to_bits(),
                            "{inputs} × {outputs}, {count} states, output {o}"
                        );
                    }
                }
            }
        }
    }
}

/// By hand: 2²⁴ + 1 is 2²⁴ in f32, but not when 1 + 1 is made first, in the next chunk.
#[test]
fn chunks_are_added_up_alone() {
    let big = (1u32 << 24) as f32;
    let mut state = vec![0.0; CHUNK + 2];
    (state[0], state[1], state[2]) = (big, 1.0, 1.0);
    let weights = vec![1.0; CHUNK + 2];
    assert_eq!(sum(&weights, &state, 0.0), big);
    (state[1], state[2], state[CHUNK], state[CHUNK + 1]) = (0.0, 0.0, 1.0, 1.0);
    assert_eq!(sum(&weights, &state, 0.0), big + 2.0);
    assert_eq!(sum(&weights, &state, -big), 2.0, "the bias comes first");
}
