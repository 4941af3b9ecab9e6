//! Gaps to the best known values over time, of all instances of a folder:
//! `cargo run --release -p ketflow-scheduler --example schedule_gaps -- FOLDER rcpsp|jsp|fjsp SECONDS,SECONDS SEED,SEED [OPTIONS] [NAME,NAME]`.
//!
//! FOLDER holds `best_known.json` and a folder of files for each kind. Seconds are of this process on a core, not of a clock, where
//! Linux tells them: other load on the machine counts little.

use ketflow_scheduler::read::{Format, read};
use ketflow_scheduler::{Answer, Monitor, Options, Problem, Progress, check, solve};
use serde_json::Value;
use std::path::Path;
use std::time::Instant;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, kind, marks, seeds, rest @ ..] = &arguments[..] else {
        return Err("see the head of this file".into());
    };
    let marks = marks.split(',').map(str::parse).collect::<Result<Vec<f64>, _>>()?;
    let seeds = seeds.split(',').map(str::parse).collect::<Result<Vec<u64>, _>>()?;
    let options = Options::from_json(rest.first().map_or("{}", |it| it))?;
    let names: Option<Vec<&str>> = rest.get(1).map(|it| it.split(',').collect());
    let (format, suffix) = match kind.as_str() {
        "rcpsp" => (Format::Rcp, "rcp"),
        "jsp" => (Format::Jsp, "txt"),
        _ => (Format::Fjs, "txt"),
    };
    let folder = Path::new(folder);
    let known: Value = serde_json::from_str(&std::fs::read_to_string(folder.join("best_known.json"))?)?;
    let table = known[kind.as_str()].as_object().ok_or("best_known.json has no such kind")?;
    let mut sums = vec![0.0; marks.len()];
    let mut count = 0;
    for (name, best) in table {
        if names.as_ref().is_some_and(|names| !names.contains(&name.as_str())) {
            continue;
        }
        let best = best.as_f64().or(best[1].as_f64()).ok_or("a best known value is no number")?;
        let problem = read(format, &std::fs::read(folder.join(kind).join(format!("{name}.{suffix}")))?)?;
        let mut means = vec![0.0; marks.len()];
        let mut done = 0;
        let mut bound = 0;
        for seed in &seeds {
            let watched = watch(&problem, &Options { seed: *seed, ..options.clone() }, &marks)?;
            means.iter_mut().zip(&watched.values).for_each(|(mean, value)| *mean += value / seeds.len() as f64);
            done += watched.done / seeds.len() as u64;
            bound = watched.bound;
        }
        let gap = |mean: &f64| 100.0 * (mean - best) / best;
        sums.iter_mut().zip(&means).for_each(|(sum, mean)| *sum += gap(mean));
        count += 1;
        let row: Vec<String> = means.iter().map(|mean| format!("{mean:8.1} {:5.2} %", gap(mean))).collect();
        println!("{name:>10} {best:6} {} bound {bound}, {done} schedules", row.join("  "));
    }
    let row: Vec<String> = sums.iter().map(|sum| format!("{:.2} %", sum / f64::from(count))).collect();
    println!("mean {}", row.join("  "));
    Ok(())
}

struct Watched {
    /// The objective at each mark.
    values: Vec<f64>,
    done: u64,
    bound: u64,
}

fn watch(problem: &Problem, options: &Options, marks: &[f64]) -> Result<Watched, Failure> {
    let mut watch = Watch { start: Clock::now(), marks, values: Vec::new(), best: f64::MAX };
    let endless = Options { iterations: Some(options.iterations.unwrap_or(1 << 38)), ..options.clone() };
    let result = solve(problem, &endless, &mut watch)?;
    check(problem, &result.tasks)?;
    let Watch { mut values, .. } = watch;
    values.resize(marks.len(), result.value as f64);
    Ok(Watched { values, done: result.work.iterations, bound: result.lower_bound })
}

struct Watch<'a> {
    start: Clock,
    marks: &'a [f64],
    values: Vec<f64>,
    best: f64,
}

impl Monitor for Watch<'_> {
    fn poll(&mut self, progress: Progress) -> Answer {
        let seconds = self.start.seconds();
        while self.marks.get(self.values.len()).is_some_and(|mark| *mark <= seconds) {
            self.values.push(self.best.min(progress.best as f64));
        }
        self.best = progress.best as f64;
        if self.values.len() == self.marks.len() { Answer::Finish } else { Answer::Continue }
    }
}

/// Time of this process on a core, or of a clock where that is not told.
struct Clock(Option<f64>, Instant);

impl Clock {
    fn now() -> Self {
        Self(Self::on_core(), Instant::now())
    }

    fn on_core() -> Option<f64> {
        let text = std::fs::read_to_string("/proc/self/schedstat").ok()?;
        Some(text.split_whitespace().next()?.parse::<f64>().ok()? / 1e9)
    }

    fn seconds(&self) -> f64 {
        match (self.0, Self::on_core()) {
            (Some(start), Some(now)) => now - start,
            _ => self.1.elapsed().as_secs_f64(),
        }
    }
}
