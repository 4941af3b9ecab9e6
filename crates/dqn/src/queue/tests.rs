//! The queues against what queueing theory says of them.

use super::*;
use crate::draws::Purpose;

fn options(arrival_rate: f64, service_rates: &[f64], capacity: u32) -> QueueOptions {
    QueueOptions { arrival_rate, service_rates: service_rates.to_vec(), capacity, rejection_cost: 0.0, jobs: 2000 }
}

/// Mean cost of a job and its standard error, over episodes of 2,000 jobs of which the first 500 are not counted.
fn mean_cost(options: QueueOptions, choose: impl Fn(&[u32]) -> usize) -> (f64, f64) {
    const EPISODES: usize = 200;
    let mut queue = DispatchQueue::new(options).unwrap();
    let mut play = |episode: usize| {
        queue.reset(Draws::new(1, Purpose::Evaluation, episode as u64));
        let mut sum = 0.0;
        for job in 0..2000 {
            let action = choose(queue.lengths());
            let step = queue.step(action);
            sum -= if job < 500 { 0.0 } else { step.reward };
            assert_eq!(step.ending, (job == 1999).then_some(Ending::Truncated));
        }
        sum / 1500.0
    };
    let means: Vec<f64> = (0..EPISODES).map(&mut play).collect();
    let mean = means.iter().sum::<f64>() / EPISODES as f64;
    let variance = means.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (EPISODES - 1) as f64;
    (mean, (variance / EPISODES as f64).sqrt())
}

fn shortest(lengths: &[u32]) -> usize {
    (0..lengths.len()).min_by_key(|k| lengths[*k]).unwrap()
}

/// M/M/1: W = 1 / (μ − λ). Within 5 standard errors, seed 1.
#[test]
fn one_server_has_the_response_time_of_theory() {
    for (arrivals, service) in [(0.5, 1.0), (1.0, 1.6), (3.0, 5.0)] {
        let (mean, error) = mean_cost(options(arrivals, &[service], 1000), |_| 0);
        let expected = 1.0 / (service - arrivals);
        assert!((mean - expected).abs() < 5.0 * error, "{mean} ± {error}, theory {expected}");
        assert!(error < 0.02 * expected);
    }
}

/// M/M/1/c loses πc = ρᶜ (1 − ρ) / (1 − ρᶜ⁺¹) of its jobs.
#[test]
fn a_full_queue_loses_jobs_at_the_rate_of_theory() {
    let full = QueueOptions { rejection_cost: 1000.0, ..options(0.8, &[1.0], 5) };
    let (with, error) = mean_cost(full.clone(), |_| 0);
    let (without, _) = mean_cost(QueueOptions { rejection_cost: 0.0, ..full }, |_| 0);
    let expected = 1000.0 * 0.8f64.powi(5) * 0.2 / (1.0 - 0.8f64.powi(6));
    assert!((with - without - expected).abs() < 5.0 * error, "{with} − {without} ± {error}, theory {expected}");
}

/// Two equal servers at ρ = 0.8: joining the shorter queue beats a split by chance, two M/M/1 with W = 1 / (μ (1 − ρ)) = 5, and is
/// no better than one queue for both, M/M/2 with W = 1 / (μ (1 − ρ²)) = 2.78.
#[test]
fn the_shorter_queue_lies_between_chance_and_one_queue_for_both() {
    let (mean, error) = mean_cost(options(1.6, &[1.0, 1.0], 1000), shortest);
    assert!(mean + 5.0 * error > 1.0 / (1.0 - 0.8 * 0.8), "{mean} ± {error}");
    assert!(mean + 5.0 * error < 0.7 * 5.0, "{mean} ± {error}");
}

#[test]
fn states_are_shares_of_the_capacity() {
    let mut queue = DispatchQueue::new(options(1000.0, &[1.0, 1.0, 1.0], 4)).unwrap();
    queue.reset(Draws::new(3, Purpose::Evaluation, 0));
    // So many arrivals that hardly a service ends between them.
    for action in [0, 0, 2, 0, 0, 0] {
        queue.step(action);
    }
    let mut state = [9.0; 3];
    queue.observe(&mut state);
    assert_eq!(queue.lengths(), [4, 0, 1]);
    assert_eq!(state, [1.0, 0.0, 0.25]);
}
