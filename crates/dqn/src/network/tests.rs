//! The network against its definition in f64, and its gradient against differences of that.

use super::*;

/// Numbers in (−1, 1).
fn numbers(seed: u64, count: usize) -> Vec<f32> {
    let mut draws = Draws::new(seed, Purpose::Evaluation, 0);
    (0..count).map(|_| (2.0 * draws.unit() - 1.0) as f32).collect()
}

/// The definition: one sum after the other, in f64.
fn values(shape: &Shape, parameters: &[f64], state: &[f32]) -> Vec<f64> {
    let segments = shape.segments();
    let mut x: Vec<f64> = state.iter().map(|x| f64::from(*x)).collect();
    for (k, segment) in segments.iter().enumerate() {
        x = (0..segment.outputs)
            .map(|o| {
                let z = (0..segment.inputs).map(|i| x[i] * parameters[segment.at(i, o)]).sum::<f64>()
                    + parameters[segment.at(segment.inputs, o)];
                if k + 1 < segments.len() { z.max(0.0) } else { z }
            })
            .collect();
    }
    if !shape.is_dueling {
        return x;
    }
    let mean = x[1..].iter().sum::<f64>() / (x.len() - 1) as f64;
    x[1..].iter().map(|a| x[0] + a - mean).collect()
}

const SHAPES: [(usize, &[usize], usize, bool); 6] = [
    (1, &[], 1, false),
    (3, &[5], 2, false),
    (4, &[17, 16], 3, true),
    (4, &[64, 33], 2, true),
    (20, &[15], 17, true),
    (2, &[], 4, true),
];

#[test]
fn forward_agrees_with_f64() {
    for (inputs, hidden, actions, is_dueling) in SHAPES {
        let shape = Shape::new(inputs, hidden, actions, is_dueling);
        let parameters = shape.first_parameters(1);
        let exact: Vec<f64> = parameters.iter().map(|p| f64::from(*p)).collect();
        let states = numbers(2, 7 * inputs);
        let mut work = Workspace::default();
        let found = forward(&shape, &parameters, &states, 7, &mut work).to_vec();
        for (k, state) in states.chunks(inputs).enumerate() {
            let expected = values(&shape, &exact, state);
            for (a, b) in found[k * actions..][..actions].iter().zip(&expected) {
                assert!((f64::from(*a) - b).abs() < 1e-5, "{shape:?}: {a}, f64 {b}");
            }
            let alone = forward(&shape, &parameters, state, 1, &mut work);
            assert_eq!(alone, &found[k * actions..][..actions], "{shape:?}: a state has its values in every batch");
        }
    }
}

/// Central differences of Σ slope · Q(state, action) in f64 with a step of 1e-6: their error is below 1e-8, that of the f32
/// gradient below 1e-5 of the largest. A ReLU that changes between the two sides would be seen; none does with these seeds.
#[test]
fn the_gradient_is_that_of_finite_differences() {
    const STEP: f64 = 1e-6;
    for (inputs, hidden, actions, is_dueling) in SHAPES {
        let shape = Shape::new(inputs, hidden, actions, is_dueling);
        let parameters = shape.first_parameters(5);
        let count = 6;
        let (states, slopes) = (numbers(6, count * inputs), numbers(7, count));
        let chosen: Vec<u32> = (0..count).map(|k| (k * 5 % actions) as u32).collect();
        let mut work = Workspace::default();
        forward(&shape, &parameters, &states, count, &mut work);
        let mut gradient = vec![f32::NAN; shape.parameters()];
        backward(&shape, &parameters, &states, &chosen, &slopes, &mut work, &mut gradient);
        let loss = |parameters: &[f64]| -> f64 {
            let value = |k: usize| values(&shape, parameters, &states[k * inputs..][..inputs])[chosen[k] as usize];
            (0..count).map(|k| f64::from(slopes[k]) * value(k)).sum()
        };
        let mut exact: Vec<f64> = parameters.iter().map(|p| f64::from(*p)).collect();
        let used: Vec<usize> = shape
            .segments()
            .iter()
            .flat_map(|s| (0..=s.inputs).flat_map(move |i| (0..s.outputs).map(move |o| s.at(i, o))))
            .collect();
        for index in 0..parameters.len() {
            if !used.contains(&index) {
                assert_eq!(gradient[index], 0.0, "{shape:?}: what fills up a row learns nothing");
                continue;
            }
            let kept = exact[index];
            exact[index] = kept + STEP;
            let above = loss(&exact);
            exact[index] = kept - STEP;
            let difference = (above - loss(&exact)) / (2.0 * STEP);
            exact[index] = kept;
            let found = f64::from(gradient[index]);
            assert!(
                (found - difference).abs() < 2e-5,
                "{shape:?}, parameter {index}: {found}, difference {difference}"
            );
        }
        assert!(gradient.iter().any(|slope| *slope != 0.0));
    }
}
