//! Asks the network of a `.net.json` file about its states, one at a time and all at once, and prints as JSON the microseconds of
//! the fastest round of each and the hash of the result:
//! `cargo run --release -p ketflow-qnet --example measure_networks -- FILE [ROUNDS]`.

use ketflow_qnet::{Document, Evaluator, Unmonitored, read, run};
use sha2::{Digest, Sha256};
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().ok_or("a .net.json file is needed")?;
    let rounds: usize = arguments.next().map_or(Ok(1), |text| text.parse())?;
    let Document { network, states } = read(&std::fs::read(file)?)?;
    let states = states.ok_or("the file has no states")?;
    let (count, width) = (states.count(), states.width());
    let rows: Vec<f32> = (0..count).flat_map(|k| states.row(k)).copied().collect();
    let sha256 = format!("{:x}", Sha256::digest(run(&network, &states, &mut Unmonitored)?.to_container()));
    let (mut single, mut batch) = (Evaluator::new(network.clone(), 1)?, Evaluator::new(network, count)?);
    let mut best = [f64::INFINITY; 2];
    for _ in 0..rounds {
        let start = Instant::now();
        let mut first = 0.0;
        for state in rows.chunks_exact(width) {
            single.states().copy_from_slice(state);
            first += single.evaluate(1)?[0];
        }
        best[0] = best[0].min(start.elapsed().as_secs_f64() * 1e6 / count as f64);
        let start = Instant::now();
        batch.states().copy_from_slice(&rows);
        first -= batch.evaluate(count)?[0];
        best[1] = best[1].min(start.elapsed().as_secs_f64() * 1e6);
        std::hint::black_box(first);
    }
    let [one_us, all_us] = best;
    println!("{}", serde_json::json!({ "states": count, "oneUs": one_us, "allUs": all_us, "sha256": sha256 }));
    Ok(())
}
