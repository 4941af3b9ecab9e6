//! Runs one circuit file and prints milliseconds and the hash of the result:
//! `cargo run --release -p ketflow-statevector --example measure -- FILE [OPTIONS-JSON [ROUNDS]]`.

use ketflow_statevector::{Options, Unmonitored, read, run};
use sha2::{Digest, Sha256};
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().ok_or("a circuit file is needed")?;
    let options = Options::from_json(&arguments.next().unwrap_or_else(|| "{}".into()))?;
    let rounds: usize = arguments.next().map_or(Ok(1), |text| text.parse())?;
    let circuit = read("auto", &std::fs::read(file)?)?.circuit;
    let (mut best, mut bytes) = (f64::INFINITY, Vec::new());
    for _ in 0..rounds {
        let start = Instant::now();
        bytes = run(&circuit, &options, &mut Unmonitored)?.to_container();
        best = best.min(start.elapsed().as_secs_f64() * 1e3);
    }
    println!("{best:.2} ms, {} bytes, sha256 {:x}", bytes.len(), Sha256::digest(&bytes));
    Ok(())
}
