//! CartPole against the episodes that Gymnasium recorded.
#![allow(clippy::unwrap_used)]

use ketflow_dqn::{CartPole, Ending, Environment};
use serde_json::Value;

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
}

/// Their `sin` and `cos` may differ from ours in the last bit, which an unstable system lets grow: 1e-9 after 500 steps.
#[test]
fn episodes_are_those_of_gymnasium() {
    let text = include_str!("../../../test/vectors/dqn/cart-pole.json");
    let document: Value = serde_json::from_str(text).unwrap();
    let episodes = document["episodes"].as_array().unwrap();
    assert_eq!(episodes.len(), 10);
    for (number, episode) in episodes.iter().enumerate() {
        let mut cart = CartPole::from_state(numbers(&episode["start"]).try_into().unwrap());
        let actions: Vec<usize> = episode["actions"].as_str().unwrap().bytes().map(|b| usize::from(b - b'0')).collect();
        let mut total = 0.0;
        for (k, action) in actions.iter().enumerate() {
            let step = cart.step(*action);
            total += step.reward;
            if let Some(expected) = episode["states"].get(k.to_string()) {
                for (a, b) in cart.state().iter().zip(numbers(expected)) {
                    assert!((a - b).abs() < 1e-9, "episode {number}, step {k}: {a}, Gymnasium {b}");
                }
            }
            let ending = match episode["ending"].as_str().unwrap() {
                _ if k + 1 < actions.len() => None,
                "terminated" => Some(Ending::Terminated),
                _ => Some(Ending::Truncated),
            };
            assert_eq!(step.ending, ending, "episode {number}, step {k}");
        }
        assert_eq!(total, episode["total"].as_f64().unwrap());
        let mut observed = [0.0; 4];
        cart.observe(&mut observed);
        for (a, b) in observed.iter().zip(numbers(&episode["observed"])) {
            assert!((f64::from(*a) - b).abs() < 1e-6);
        }
    }
}
