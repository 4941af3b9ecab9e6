//! Learns CartPole-v1 and prints the curve:
//! `cargo run --release -p ketflow-dqn --example train_cart_pole -- [OPTIONS_JSON]`.

use ketflow_dqn::{CartPole, Options, Trainer, evaluate};
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let options = Options::from_json(&std::env::args().nth(1).unwrap_or_else(|| "{}".to_owned()))?;
    let seed = options.seed;
    let mut trainer = Trainer::new(CartPole::default(), options)?;
    let start = Instant::now();
    while trainer.advance(5000) > 0 {
        let last = &trainer.episodes()[trainer.episodes().len().saturating_sub(20)..];
        let mean = last.iter().map(|episode| episode.total).sum::<f64>() / last.len().max(1) as f64;
        let found = evaluate(&mut CartPole::default(), &mut trainer.policy(), 100, seed + 1000).mean();
        eprintln!(
            "{} steps: {mean:.1} exploring, {found:.1} greedy, best {:?}",
            trainer.steps(),
            trainer.best_evaluation()
        );
    }
    let seconds = start.elapsed().as_secs_f64();
    let mean = evaluate(&mut CartPole::default(), &mut trainer.policy(), 100, seed + 2000).mean();
    println!(
        "seed {seed}: mean {mean} after {} steps, {:.0} steps/s",
        trainer.steps(),
        trainer.steps() as f64 / seconds
    );
    Ok(())
}
