//! Whole trainings: what they depend on, what they give, and that they learn.
#![allow(clippy::unwrap_used)]

use ketflow_dqn::{
    CartPole, ConvergenceOptions, DispatchQueue, Environment, Exploration, Linear, Options, QueueOptions, Target,
    Trainer, evaluate,
};
use ketflow_qnet::{States, Unmonitored};

/// A short training that meets everything: buffer overwritten, episodes ended, evaluations made.
fn short() -> Options {
    Options {
        seed: 5,
        steps: 1500,
        hidden: vec![16, 17],
        batch_size: 16,
        buffer_size: 300,
        learning_starts: 100,
        evaluate_every: 500,
        evaluation_episodes: 3,
        ..Options::default()
    }
}

fn trained(options: Options) -> Trainer<CartPole> {
    let mut trainer = Trainer::new(CartPole::default(), options).unwrap();
    trainer.advance(u64::MAX);
    trainer
}

fn queues() -> DispatchQueue {
    let options = QueueOptions {
        arrival_rate: 1.2,
        service_rates: vec![1.0, 0.25],
        capacity: 10,
        rejection_cost: 20.0,
        jobs: 200,
    };
    DispatchQueue::new(options).unwrap()
}

#[test]
fn the_split_into_calls_changes_nothing() {
    let whole = trained(short()).checkpoint().unwrap();
    for part in [1, 7, 499, 1000] {
        let mut trainer = Trainer::new(CartPole::default(), short()).unwrap();
        let mut done = 0;
        while !trainer.is_over() {
            done += trainer.advance(part);
        }
        assert_eq!(done, 1500);
        assert!(trainer.checkpoint().unwrap() == whole, "{part} steps at a time");
    }
}

/// Stopped before the first update, in the middle of an episode, after the buffer is full, for every kind of option.
#[test]
fn a_resumed_training_has_the_same_bytes() {
    let boltzmann = Exploration::Boltzmann(Linear { from: 5.0, to: 0.5, steps: 1000 });
    let convergence =
        ConvergenceOptions { every: 200, probe_states: 50, agreement: 0.999, error_change: 0.001, patience: 9 };
    let all = [
        short(),
        Options { exploration: boltzmann, target: Target::Hard(37), dueling: false, n_step: 1, ..short() },
        Options { priority_exponent: 0.0, double: false, convergence: Some(convergence), n_step: 5, ..short() },
    ];
    for options in all {
        let whole = trained(options.clone()).checkpoint().unwrap();
        for stop in [0, 3, 99, 731, 1499, 1500] {
            let mut first = Trainer::new(CartPole::default(), options.clone()).unwrap();
            first.advance(stop);
            let mut second = Trainer::<CartPole>::resume(&first.checkpoint().unwrap()).unwrap();
            drop(first);
            second.advance(u64::MAX);
            assert!(second.checkpoint().unwrap() == whole, "stopped after {stop} steps");
        }
    }
    let mut queue = Trainer::new(queues(), short()).unwrap();
    queue.advance(777);
    let mut again = Trainer::<DispatchQueue>::resume(&queue.checkpoint().unwrap()).unwrap();
    assert_eq!((queue.advance(500), again.advance(500)), (500, 500));
    assert!(queue.checkpoint().unwrap() == again.checkpoint().unwrap());
}

#[test]
fn every_option_and_the_seed_matter() {
    let base = trained(short()).policy().to_net_json();
    assert_eq!(trained(short()).policy().to_net_json(), base);
    let others = [
        Options { seed: 6, ..short() },
        Options { seed: 5 + (1 << 32), ..short() },
        Options { double: false, ..short() },
        Options { dueling: false, ..short() },
        Options { n_step: 2, ..short() },
        Options { gamma: 0.98, ..short() },
        Options { learning_rate: Linear { from: 1e-3, to: 1e-3, steps: 0 }, ..short() },
        Options { max_gradient_norm: 0.1, ..short() },
        Options { batch_size: 17, ..short() },
        Options { buffer_size: 299, ..short() },
        Options { learning_starts: 101, ..short() },
        Options { train_every: 2, ..short() },
        Options { updates_per_round: 2, ..short() },
        Options { priority_exponent: 0.5, ..short() },
        Options { importance_exponent: Linear { from: 0.5, to: 1.0, steps: 1000 }, ..short() },
        Options { target: Target::Soft(0.01), ..short() },
        Options { target: Target::Hard(10), ..short() },
        Options { exploration: Exploration::Boltzmann(Linear { from: 1.0, to: 1.0, steps: 0 }), ..short() },
    ];
    for options in others {
        assert_ne!(trained(options.clone()).policy().to_net_json(), base, "{options:?}");
    }
}

/// The file holds every bit: the inference engine gives what the trainer's own sums give, in another order.
#[test]
fn the_file_is_the_network() {
    for dueling in [true, false] {
        let mut trainer = trained(Options { dueling, ..short() });
        let mut policy = trainer.policy();
        let document = ketflow_qnet::read(policy.to_net_json().as_bytes()).unwrap();
        let mut environment = CartPole::default();
        let mut states = Vec::new();
        for k in 0..40 {
            environment.step(k / 3 % 2);
            let mut state = [0.0; 4];
            environment.observe(&mut state);
            states.extend_from_slice(&state);
        }
        let batch = States::new(4, states.clone()).unwrap();
        let result = ketflow_qnet::run(&document.network, &batch, &mut Unmonitored).unwrap();
        for (state, expected) in states.chunks(4).zip(result.outputs.chunks(2)) {
            for (a, b) in policy.values(state).iter().zip(expected) {
                assert!((a - b).abs() <= 1e-5 * b.abs().max(1.0), "{a}, inference {b}");
            }
        }
        assert_eq!(trainer.advance(1), 0, "it is over");
    }
}

#[test]
fn a_training_ends_when_the_return_is_reached() {
    let trainer = trained(Options { target_return: Some(5.0), ..short() });
    assert_eq!(trainer.steps(), 500);
    let (step, mean) = trainer.best_evaluation().unwrap();
    assert_eq!(step, 500);
    assert!(mean >= 5.0);
}

#[test]
fn a_training_ends_when_it_has_converged() {
    // Nothing is learned at a rate of 0: policy and error stay the same, but for the luck of the draws.
    let convergence =
        ConvergenceOptions { every: 100, probe_states: 64, agreement: 0.99, error_change: 0.5, patience: 3 };
    let still = Linear { from: 0.0, to: 0.0, steps: 0 };
    let options = Options { convergence: Some(convergence), learning_rate: still, evaluate_every: 0, ..short() };
    let trainer = trained(options);
    // Looks at 100 (first actions), 200, 300, 400: the first with errors of a whole window is that at 200.
    assert_eq!(trainer.converged_at(), Some(trainer.steps()));
    assert!((400..=600).contains(&trainer.steps()), "{}", trainer.steps());
    let restless = ConvergenceOptions { error_change: 0.0, ..convergence };
    assert_eq!(trained(Options { convergence: Some(restless), ..short() }).converged_at(), None);
}

/// Mean greedy return of 100 new episodes after at most 50,000 steps, 500 at most.
fn solved(seed: u64, hidden: Vec<usize>) -> f64 {
    let options = Options {
        seed,
        hidden,
        evaluate_every: 1000,
        evaluation_episodes: 50,
        target_return: Some(500.0),
        ..Options::default()
    };
    let trainer = trained(options);
    let early = trainer.episodes()[..20].iter().map(|episode| episode.total).sum::<f64>() / 20.0;
    assert!(early < 60.0, "nothing is known at the beginning: {early}");
    evaluate(&mut CartPole::default(), &mut trainer.policy(), 100, seed + 1_000_000).mean()
}

#[test]
fn cart_pole_is_solved() {
    let mean = solved(4, vec![24, 24]);
    assert!(mean >= 475.0, "{mean}");
}

/// `cargo test --release -p ketflow-dqn --test training -- --ignored`
#[test]
#[ignore = "takes a minute"]
fn cart_pole_is_solved_with_each_of_ten_seeds() {
    let means: Vec<f64> = (0..10).map(|seed| solved(seed, Options::default().hidden)).collect();
    assert!(means.iter().all(|mean| *mean >= 475.0), "{means:?}");
}

/// The example's file is made by this crate: the command in its README gives the same bytes on every machine.
#[test]
fn the_example_is_what_its_training_gives() {
    let options = Options::from_json(include_str!("../../../examples/generate/cartpole.training.json")).unwrap();
    let network = trained(options).policy().to_net_json() + "\n";
    assert!(network == include_str!("../../../examples/cartpole.net.json"));
}
