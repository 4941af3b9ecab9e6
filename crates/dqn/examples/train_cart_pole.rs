//! Learns CartPole-v1 with the options of a file, prints the curve, and writes the network:
//! `cargo run --release -p ketflow-dqn --example train_cart_pole -- OPTIONS.json [NETWORK.net.json]`.

use ketflow_dqn::{CartPole, Options, Trainer, evaluate};
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let files: Vec<String> = std::env::args().skip(1).collect();
    let options = Options::from_json(&std::fs::read_to_string(files.first().ok_or("give a file of options")?)?)?;
    let seed = options.seed;
    let mut trainer = Trainer::new(CartPole::default(), options)?;
    let start = Instant::now();
    while trainer.advance(1000) > 0 {
        let last = &trainer.episodes()[trainer.episodes().len().saturating_sub(20)..];
        let mean = last.iter().map(|episode| episode.total).sum::<f64>() / last.len().max(1) as f64;
        println!(
            "{} steps: last 20 episodes {mean:.1}, best (step, mean) {:?}",
            trainer.steps(),
            trainer.best_evaluation()
        );
    }
    let (steps, seconds) = (trainer.steps(), start.elapsed().as_secs_f64());
    let mut policy = trainer.policy();
    let mean = evaluate(&mut CartPole::default(), &mut policy, 100, seed + 1_000_000).mean();
    println!("seed {seed}: mean of 100 new episodes {mean} after {steps} steps, {:.0} steps/s", steps as f64 / seconds);
    if let Some(network) = files.get(1) {
        std::fs::write(network, policy.to_net_json() + "\n")?;
    }
    Ok(())
}
