//! Runs one `.net.json` file with its states and prints microseconds per run and per state and the hash of the result:
//! `cargo run --release -p ketflow-qnet --example measure_networks -- FILE [ROUNDS]`.

use ketflow_qnet::{Document, Unmonitored, read, run};
use sha2::{Digest, Sha256};
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().ok_or("a .net.json file is needed")?;
    let rounds: usize = arguments.next().map_or(Ok(1), |text| text.parse())?;
    let Document { network, states } = read(&std::fs::read(file)?)?;
    let states = states.ok_or("the file has no states")?;
    let (mut best, mut bytes) = (f64::INFINITY, Vec::new());
    for _ in 0..rounds {
        let start = Instant::now();
        let result = run(&network, &states, &mut Unmonitored)?;
        best = best.min(start.elapsed().as_secs_f64() * 1e6);
        bytes = result.to_container();
    }
    let each = best / states.count() as f64;
    println!("{best:.2} µs, {each:.3} µs per state, sha256 {:x}", Sha256::digest(&bytes));
    Ok(())
}
