//! Panels bit for bit against the definition of a dot product.

use super::*;
use crate::tree::dot;

fn number(k: usize) -> f32 {
    // −0 and 0 are there, since those are what a sum can treat differently.
    match k % 11 {
        0 => 0.0,
        1 => -0.0,
        _ => ((k * 7_919 % 1_000_003) as f32 / 1_000_003.0 - 0.5) * 1e3,
    }
}

#[test]
fn sums_are_those_of_the_tree() {
    for (inputs, outputs) in [(1, 1), (4, 24), (15, 16), (16, 17), (17, 2), (33, 9), (128, 40), (160, 16)] {
        let weights: Vec<f32> = (0..inputs * outputs).map(number).collect();
        let packed_weights = pack_weights(&weights, inputs, outputs);
        let depth = inputs.next_multiple_of(LANES);
        for count in [1, 3, 4, 5, 8, 9] {
            let stride = inputs + 3;
            let states: Vec<f32> = (0..count * stride).map(|k| number(k + 5)).collect();
            let mut packed = Vec::new();
            pack_states(&states, inputs, stride, &mut packed);
            assert_eq!(packed.len(), count * depth);
            let bias: [f32; PANEL] = std::array::from_fn(|k| number(k + 3));
            let width = outputs.next_multiple_of(PANEL);
            for product in [multiply, multiply_tiles::<NARROW>, multiply_tiles::<PANEL>] {
                let mut out = vec![f32::NAN; count * width];
                for (k, panel) in packed_weights.chunks_exact(PANEL * depth).enumerate() {
                    product(panel, &bias, &packed, count, &mut out[PANEL * k..], width);
                }
                for (row, out) in out.chunks_exact(width).enumerate() {
                    for o in 0..width {
                        let own = if o < outputs { &weights[o * inputs..][..inputs] } else { &vec![0.0; inputs] };
                        let expected = dot(own, &states[row * stride..][..inputs]) + bias[o % PANEL];
                        assert_eq!(
                            out[o].to_bits(),
                            expected.to_bits(),
                            "{inputs} × {outputs}, state {row} of {count}, output {o}"
                        );
                    }
                }
            }
        }
    }
}
