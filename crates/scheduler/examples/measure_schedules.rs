//! Solves a problem and prints makespan, bound, schedules per second and the hash of the result:
//! `cargo run --release -p ketflow-scheduler --example measure_schedules -- FORMAT FILE [OPTIONS]`, with OPTIONS such as `{"iterations":100000}`.

use ketflow_scheduler::read::{Format, read};
use ketflow_scheduler::{Options, Unmonitored, check, solve};
use sha2::{Digest, Sha256};
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let format = Format::named(&arguments.next().ok_or("a format is needed")?)?;
    let file = arguments.next().ok_or("a file is needed")?;
    let options = Options::from_json(&arguments.next().unwrap_or_else(|| "{}".to_owned()))?;
    let problem = read(format, &std::fs::read(&file)?)?;
    let start = Instant::now();
    let result = solve(&problem, &options, &mut Unmonitored)?;
    let seconds = start.elapsed().as_secs_f64();
    check(&problem, &result.tasks)?;
    println!(
        "{file}: {} (at least {}), {} schedules in {seconds:.2} s = {:.0}/s, sha256 {:x}",
        result.value,
        result.lower_bound,
        result.work.iterations,
        result.work.iterations as f64 / seconds,
        Sha256::digest(result.to_container())
    );
    Ok(())
}
