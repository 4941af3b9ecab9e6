//! Learns to dispatch jobs to servers and compares it with the policies that people use, on the same arrivals and services:
//! `cargo run --release -p ketflow-dqn --example dispatch -- [SEEDS]`.

use ketflow_dqn::{DispatchQueue, Options, QueueOptions, Trainer, evaluate, play};
use ketflow_rng::philox4x32;

/// Episodes of 2,000 jobs each, beyond all seeds of a training.
const EPISODES: u32 = 100;
const FINAL_SEED: u64 = 1 << 53;

/// Servers of different speed, of equal speed, and two of which one is hardly worth a job.
const SCENARIOS: [(&str, &[f64]); 3] =
    [("1, 0.6, 0.4, 0.2", &[1.0, 0.6, 0.4, 0.2]), ("1, 1, 1, 1", &[1.0, 1.0, 1.0, 1.0]), ("1, 0.1", &[1.0, 0.1])];

/// Costs of a job a hundred jobs ahead say nothing about this one: a short horizon, and five true steps of it. Few transitions are
/// surprising and most of those by chance, so replay is uniform.
const OPTIONS: &str = r#"{
    "steps": 80000, "trainEvery": 2, "gamma": 0.9, "nStep": 5, "priorityExponent": 0, "bufferSize": 80000,
    "evaluateEvery": 4000, "evaluationEpisodes": 40,
    "exploration": { "epsilon-greedy": { "from": 1, "to": 0.05, "steps": 15000 } },
    "learningRate": { "from": 0.001, "to": 0.0001, "steps": 80000 }
}"#;

fn queue(rates: &[f64], load: f64, jobs: u32) -> Result<DispatchQueue, ketflow_dqn::Error> {
    let arrival_rate = load * rates.iter().sum::<f64>();
    DispatchQueue::new(QueueOptions {
        arrival_rate,
        service_rates: rates.to_vec(),
        capacity: 12,
        rejection_cost: 30.0,
        jobs,
    })
}

/// Uniform in [0, 1), one after the other.
struct Chance(u32);

impl Chance {
    fn next(&mut self) -> f64 {
        self.0 += 1;
        f64::from(philox4x32([self.0, 0, 0, 0], [7, 7])[0]) / 4_294_967_296.0
    }

    /// An index with a chance proportional to its weight.
    fn pick(&mut self, weights: &[f64]) -> usize {
        let mut mass = self.next() * weights.iter().sum::<f64>();
        weights
            .iter()
            .position(|weight| {
                mass -= weight;
                mass < 0.0
            })
            .unwrap_or(0)
    }
}

fn least(keys: impl Iterator<Item = f64>) -> usize {
    keys.enumerate().fold((0, f64::INFINITY), |best, (k, key)| if key < best.1 { (k, key) } else { best }).0
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let seeds: u64 = std::env::args().nth(1).map_or(Ok(3), |text| text.parse())?;
    println!(
        "| servers (jobs per second) | load | static | power of two | shortest queue | shortest expected delay | DQN | best of fixed − DQN (95 %) |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|---:|");
    for (name, rates) in SCENARIOS {
        for load in [0.6, 0.8, 0.95] {
            let mut test = queue(rates, load, 2000)?;
            let mut chance = Chance(0);
            // Seconds per job, episode after episode.
            let costs = |returns: &[f64]| -> Vec<f64> { returns.iter().map(|sum| -sum / 2000.0).collect() };
            let fixed: Vec<Vec<f64>> = vec![
                costs(&play(&mut test, |_, _| chance.pick(rates), EPISODES, FINAL_SEED).returns),
                costs(
                    &play(
                        &mut test,
                        |queue, _| {
                            let [a, b] = [0; 2].map(|_| (chance.next() * rates.len() as f64) as usize);
                            if queue.lengths()[a] <= queue.lengths()[b] { a } else { b }
                        },
                        EPISODES,
                        FINAL_SEED,
                    )
                    .returns,
                ),
                costs(
                    &play(
                        &mut test,
                        |queue, _| least(queue.lengths().iter().map(|n| f64::from(*n))),
                        EPISODES,
                        FINAL_SEED,
                    )
                    .returns,
                ),
                costs(
                    &play(
                        &mut test,
                        |queue, _| least(queue.lengths().iter().zip(rates).map(|(n, rate)| f64::from(*n + 1) / rate)),
                        EPISODES,
                        FINAL_SEED,
                    )
                    .returns,
                ),
            ];
            let mean = |costs: &[f64]| costs.iter().sum::<f64>() / costs.len() as f64;
            // Of several trainings the one that is best on episodes of its own: what a user would keep.
            let mut learned: Option<(f64, Vec<f64>)> = None;
            for seed in 1..=seeds {
                let options = Options { seed, ..Options::from_json(OPTIONS)? };
                let mut trainer = Trainer::new(queue(rates, load, 500)?, options)?;
                while trainer.advance(10_000) > 0 {}
                let worth = trainer.best_evaluation().map_or(f64::NEG_INFINITY, |(_, mean)| mean);
                if learned.as_ref().is_none_or(|(best, _)| worth > *best) {
                    let returns = evaluate(&mut test, &mut trainer.policy(), EPISODES, FINAL_SEED).returns;
                    learned = Some((worth, costs(&returns)));
                }
            }
            let Some((_, learned)) = learned else { return Err("give at least one seed".into()) };
            let best = least(fixed.iter().map(|costs| mean(costs)));
            let gains: Vec<f64> = fixed[best].iter().zip(&learned).map(|(theirs, ours)| theirs - ours).collect();
            let gain = mean(&gains);
            let variance = gains.iter().map(|x| (x - gain) * (x - gain)).sum::<f64>() / (gains.len() - 1) as f64;
            let half = 1.96 * (variance / gains.len() as f64).sqrt();
            let means: Vec<String> =
                fixed.iter().chain([&learned]).map(|costs| format!("{:.3}", mean(costs))).collect();
            println!("| {name} | {load} | {} | {gain:+.3} ± {half:.3} |", means.join(" | "));
        }
    }
    Ok(())
}
