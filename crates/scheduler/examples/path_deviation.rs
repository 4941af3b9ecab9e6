//! The field's measure of projects: mean deviation from the critical path after given numbers of schedules, over the files of a folder:
//! `cargo run --release -p ketflow-scheduler --example path_deviation -- FOLDER PREFIX [OPTIONS]`.

use ketflow_scheduler::bounds::lower_bound;
use ketflow_scheduler::read::{Format, read};
use ketflow_scheduler::{Description, Objective, Options, Problem, Unmonitored, check, solve};
use std::path::PathBuf;

type Failure = Box<dyn std::error::Error>;

/// Numbers of schedules, and the seeds over which each file is averaged.
const BUDGETS: [u64; 3] = [1_000, 5_000, 50_000];
const SEEDS: [u64; 3] = [1, 2, 3];

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("see the head of this file")?;
    let prefix = arguments.next().ok_or("a prefix of names is needed")?;
    let options = Options::from_json(&arguments.next().unwrap_or_else(|| "{}".to_owned()))?;
    let paths = std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<PathBuf>, Failure>>()?;
    let is_wanted =
        |path: &&PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(prefix.as_str()));
    let mut paths: Vec<&PathBuf> = paths.iter().filter(is_wanted).collect();
    paths.sort();
    for budget in BUDGETS {
        let mut sum = 0.0;
        for path in &paths {
            let problem = read(Format::Rcp, &std::fs::read(path)?)?;
            let length = critical_path(&problem)? as f64;
            for seed in SEEDS {
                let options = Options { seed, iterations: Some(budget), ..options.clone() };
                let result = solve(&problem, &options, &mut Unmonitored)?;
                check(&problem, &result.tasks)?;
                sum += (result.value as f64 - length) / length / SEEDS.len() as f64;
            }
        }
        println!(
            "{budget} schedules: {:.2} % above the critical path, {} files",
            100.0 * sum / paths.len() as f64,
            paths.len()
        );
    }
    Ok(())
}

/// The bound of the project in which there is enough of everything.
fn critical_path(problem: &Problem) -> Result<u64, Failure> {
    let mut free: Description = (**problem).clone();
    free.tasks.iter_mut().flat_map(|task| &mut task.modes).for_each(|mode| mode.demands.clear());
    Ok(lower_bound(&Problem::new(free)?, Objective::Makespan).value)
}
