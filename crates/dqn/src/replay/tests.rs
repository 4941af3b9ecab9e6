//! The laws of the replay buffer.

use super::*;
use crate::draws::Purpose;

fn push(replay: &mut Replay, number: usize) {
    let (state, next_state) = ([number as f32, 0.5], [number as f32 + 1.0, -0.5]);
    let (reward, discount) = (10.0 * number as f32, 0.9);
    replay.push(Transition { state: &state, action: number % 3, reward, discount, next_state: &next_state });
}

fn filled(capacity: usize, count: usize, exponent: f64) -> Replay {
    let mut replay = Replay::new(capacity, 2, exponent);
    (0..count).for_each(|number| push(&mut replay, number));
    replay
}

#[test]
fn the_oldest_goes_first() {
    for count in [1, 4, 5, 6, 9, 13] {
        let replay = filled(5, count, 0.6);
        assert!(replay.fits(5, 2, 3));
        let mut numbers: Vec<f32> = (0..replay.count()).map(|slot| replay.state(slot)[0]).collect();
        numbers.sort_by(f32::total_cmp);
        let expected: Vec<f32> = (count.saturating_sub(5)..count).map(|number| number as f32).collect();
        assert_eq!(numbers, expected, "after {count}");
    }
}

#[test]
fn a_transition_stays_together() {
    let replay = filled(5, 13, 0.6);
    let mut batch = Batch::default();
    replay.sample(64, 0.4, &mut Draws::new(1, Purpose::Replay, 0), &mut batch);
    for k in 0..64 {
        let number = batch.states[2 * k] as usize;
        assert!((8..13).contains(&number));
        assert_eq!(batch.actions[k] as usize, number % 3);
        assert_eq!(batch.returns[k], 10.0 * number as f32);
        assert_eq!(batch.next_states[2 * k..][..2], [number as f32 + 1.0, -0.5]);
        assert_eq!(batch.discounts[k], 0.9);
    }
}

/// How often each slot is drawn in `rounds` batches of 32.
fn frequencies(replay: &Replay, rounds: u64) -> Vec<f64> {
    let (mut counts, mut batch) = (vec![0u64; replay.count()], Batch::default());
    for round in 0..rounds {
        replay.sample(32, 0.4, &mut Draws::new(9, Purpose::Replay, round), &mut batch);
        batch.slots.iter().for_each(|slot| counts[*slot] += 1);
    }
    counts.iter().map(|count| *count as f64 / (32 * rounds) as f64).collect()
}

/// |p̂ − p| < 5σ with σ = √(p(1−p)/N) for N = 320,000 draws, seed 9. Stratified draws vary less than independent ones.
fn assert_frequencies(replay: &Replay, priorities: &[f64]) {
    let total: f64 = priorities.iter().sum();
    for (slot, (found, priority)) in frequencies(replay, 10_000).into_iter().zip(priorities).enumerate() {
        let p = priority / total;
        assert!((found - p).abs() < 5.0 * (p * (1.0 - p) / 320_000.0).sqrt(), "slot {slot}: {found}, expected {p}");
    }
}

#[test]
fn draws_are_proportional_to_the_priorities() {
    let mut replay = filled(11, 11, 0.6);
    let errors: Vec<f32> = (0..11).map(|k| (k * k) as f32 * 0.25 - 3.0).collect();
    replay.learned(&(0..11).collect::<Vec<_>>(), &errors);
    let priorities: Vec<f64> = errors.iter().map(|error| (f64::from(error.abs()) + 1e-6).powf(0.6)).collect();
    assert_frequencies(&replay, &priorities);
}

#[test]
fn without_an_exponent_all_are_equally_likely() {
    let mut replay = filled(11, 30, 0.0);
    replay.learned(&[0, 1, 2], &[5.0, 0.0, -1.0]);
    assert_frequencies(&replay, &[1.0; 11]);
}

#[test]
fn what_is_new_has_the_largest_priority_so_far() {
    let mut replay = filled(3, 3, 1.0);
    replay.learned(&[0, 1, 2], &[0.5, 8.0, -0.25]);
    replay.learned(&[1], &[2.0]);
    push(&mut replay, 3);
    // Slot 0 is the oldest one.
    let priorities: Vec<f64> = (0..3).map(|slot| replay.priorities.priority(slot)).collect();
    assert_eq!(priorities, [8.0 + 1e-6, 2.0 + 1e-6, 0.25 + 1e-6]);
}

/// (N P)^−β over the largest, by the definition.
#[test]
fn importance_weights_undo_the_preference() {
    let mut replay = filled(6, 6, 0.7);
    replay.learned(&[0, 1, 2, 3, 4, 5], &[0.1, 1.0, 2.0, 3.0, 0.5, 0.02]);
    let mut batch = Batch::default();
    for beta in [0.0, 0.4, 1.0] {
        replay.sample(32, beta, &mut Draws::new(4, Purpose::Replay, 1), &mut batch);
        let total = replay.priorities.total();
        let raw: Vec<f64> =
            batch.slots.iter().map(|slot| (6.0 * replay.priorities.priority(*slot) / total).powf(-beta)).collect();
        let largest = raw.iter().copied().fold(0.0, f64::max);
        for (weight, raw) in batch.weights.iter().zip(&raw) {
            assert!((f64::from(*weight) - raw / largest).abs() < 1e-6);
        }
    }
}

#[test]
fn a_buffer_that_does_not_fit_is_seen() {
    let whole = filled(5, 9, 0.6);
    assert!(!whole.fits(6, 2, 3));
    assert!(!whole.fits(5, 3, 3));
    assert!(!whole.fits(5, 2, 2));
    let mut short = whole.clone();
    short.states.pop();
    assert!(!short.fits(5, 2, 3));
    let mut ahead = whole.clone();
    ahead.next = 6;
    assert!(!ahead.fits(5, 2, 3));
    let mut lost = whole;
    lost.priorities.set(2, 0.0);
    assert!(!lost.fits(5, 2, 3));
}
