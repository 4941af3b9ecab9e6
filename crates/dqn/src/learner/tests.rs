//! Updates against what they are by hand.

use super::*;

/// A linear network of one input: Q(s, a) = w[a] s + b[a].
fn learner(weights: [f32; 2], bias: [f32; 2], target_weights: [f32; 2]) -> Learner {
    let shape = Shape::new(1, &[], 2, false);
    let segment = shape.segments()[0];
    let mut learner = Learner::new(shape, 0);
    for a in 0..2 {
        learner.online[segment.at(0, a)] = weights[a];
        learner.online[segment.at(1, a)] = bias[a];
        learner.target[segment.at(0, a)] = target_weights[a];
        learner.target[segment.at(1, a)] = 0.0;
    }
    learner
}

fn scratch(state: f32, action: u32, reward: f32, discount: f32, next: f32) -> Scratch {
    let batch = Batch {
        slots: vec![0],
        states: vec![state],
        next_states: vec![next],
        actions: vec![action],
        returns: vec![reward],
        discounts: vec![discount],
        weights: vec![1.0],
    };
    Scratch { batch, ..Scratch::default() }
}

fn error(learner: &mut Learner, double: bool, scratch: &mut Scratch) -> f32 {
    learner.update(&Options { double, ..Options::default() }, 0.0, scratch);
    scratch.errors[0]
}

#[test]
fn double_learning_values_the_choice_of_the_other_network() {
    // Online prefers action 0 in state 2 (Q = 6, 2), the target network action 1 (Q' = 1, 8).
    let (weights, target) = ([3.0, 1.0], [0.5, 4.0]);
    // Q(1, 1) = 1 · 1 = 1; y = 10 + 0.5 · Q'(2, a*).
    let mut plain = scratch(1.0, 1, 10.0, 0.5, 2.0);
    assert_eq!(error(&mut learner(weights, [0.0; 2], target), false, &mut plain), 10.0 + 0.5 * 8.0 - 1.0);
    let mut double = scratch(1.0, 1, 10.0, 0.5, 2.0);
    assert_eq!(error(&mut learner(weights, [0.0; 2], target), true, &mut double), 10.0 + 0.5 * 1.0 - 1.0);
    let mut last = scratch(1.0, 1, 10.0, 0.0, 2.0);
    assert_eq!(error(&mut learner(weights, [0.0; 2], target), true, &mut last), 9.0, "nothing follows the end");
}

#[test]
fn a_soft_target_moves_by_its_share_and_a_hard_one_at_once() {
    let soft = Options { target: Target::Soft(0.25), ..Options::default() };
    let mut follower = learner([4.0, 8.0], [0.0; 2], [0.0, 4.0]);
    follower.follow(soft.target);
    assert_eq!([follower.target[0], follower.target[1]], [1.0, 5.0]);
    let mut hard = learner([4.0, 8.0], [0.0; 2], [0.0, 4.0]);
    hard.updates = 2;
    hard.follow(Target::Hard(3));
    assert_eq!([hard.target[0], hard.target[1]], [0.0, 4.0]);
    hard.updates = 3;
    hard.follow(Target::Hard(3));
    assert_eq!(hard.target, hard.online);
}

/// One transition with a fixed outcome: repeated updates bring its value there, and leave the other action alone.
#[test]
fn updates_bring_the_value_to_its_target() {
    let mut learner = learner([0.5, -0.5], [0.0; 2], [0.0; 2]);
    let mut scratch = scratch(1.0, 1, 3.0, 0.0, 0.0);
    for _ in 0..2000 {
        learner.update(&Options::default(), 0.01, &mut scratch);
    }
    assert!(scratch.errors[0].abs() < 1e-3, "{}", scratch.errors[0]);
    let values = forward(&learner.shape, &learner.online, &[1.0], 1, &mut scratch.work);
    assert_eq!(values[0], 0.5);
}
