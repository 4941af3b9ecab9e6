//! Jobs on identical machines: x of (job, machine), and machine 0 is the one that ends last.
//!
//! E = load of machine 0 + Σ over jobs of (duration + 1) · (1 − Σ x)² + Σ over the other machines of (load of machine 0 − own load −
//! slack)², the slack any of 0 … the makespan of the longest-first rule, which is not below the optimum.
//!
//! **Weights.** Take a sample whose squares are uᵢ² for the jobs and tₖ² for the machines, all whole. Keep each job on one of its
//! machines and put those without one on machine 0: no load but that of machine 0 rises, so the makespan of this schedule is at most
//! load of machine 0 + Σ tₖ + Σ of the durations of jobs that had no machine. The penalties are at least Σ tₖ + Σ (duration + 1) over
//! the jobs with uᵢ ≠ 0: the energy is not below the makespan of that schedule, and above it where a job was not on one machine.
//!
//! Source: Lucas (2014), §6.3, with smaller weights.

use super::fields::{Id, Places, Whole, sum_up_to};
use super::penalty::{Penalised, Terms};
use super::{Checked, Compiled, Kind, Violation};
use ketflow_error::Error;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Most of all durations together.
const MAX_SUM: u64 = 1 << 24;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fields {
    #[serde(rename = "format")]
    _format: Option<String>,
    #[serde(rename = "problem")]
    _problem: String,
    machines: Whole,
    jobs: Vec<JobFields>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JobFields {
    id: Id,
    duration: Whole,
}

/// Jobs with durations, in any order on any of the machines.
#[derive(Debug, Clone, PartialEq)]
pub struct Scheduling {
    machines: usize,
    jobs: Vec<(Id, u32)>,
}

impl Scheduling {
    pub(super) fn new(Fields { machines, jobs, .. }: Fields) -> Result<Self, Error> {
        Places::new("jobs", jobs.iter().map(|job| &job.id))?;
        if machines.0 == 0 {
            return Err(Error::invalid("machines is 0; give at least 1"));
        }
        sum_up_to(MAX_SUM, "the durations of jobs", jobs.iter().map(|job| job.duration.0))?;
        let jobs = jobs.into_iter().map(|job| (job.id, job.duration.0)).collect();
        Ok(Self { machines: machines.0 as usize, jobs })
    }

    /// The makespan when the longest job goes first, each to the machine that is free first.
    fn longest_first(&self) -> u64 {
        let mut durations: Vec<u64> = self.jobs.iter().map(|(_, duration)| u64::from(*duration)).collect();
        durations.sort_unstable_by(|a, b| b.cmp(a));
        let mut loads = vec![0u64; self.machines.min(self.jobs.len())];
        for duration in durations {
            if let Some(least) = loads.iter_mut().min() {
                *least += duration;
            }
        }
        loads.into_iter().max().unwrap_or(0)
    }

    fn loads(&self, machines: &[Vec<usize>]) -> Vec<u64> {
        let mut loads = vec![0u64; self.machines];
        for ((_, duration), own) in self.jobs.iter().zip(machines) {
            own.iter().for_each(|machine| loads[*machine] += u64::from(*duration));
        }
        loads
    }
}

impl Kind for Scheduling {
    /// The machines of each job.
    type Solution = Vec<Vec<usize>>;
    const NAME: &'static str = "scheduling";

    fn compile(&self) -> Result<Compiled, Error> {
        let (mut model, machines) = (Penalised::new(), self.machines);
        let mut longest: Terms = Vec::new();
        for (id, duration) in &self.jobs {
            let own = (0..machines).map(|k| model.variable(format!("{id}@{k}"))).collect::<Result<Vec<_>, _>>()?;
            let duration = f64::from(*duration);
            model.exactly_one(&own, duration + 1.0)?;
            model.linear(own[0], duration)?;
            longest.push((own[0], duration));
        }
        let most = self.longest_first();
        for machine in 1..machines {
            let mut terms = longest.clone();
            terms.extend(longest.iter().map(|(x, duration)| (x + machine, -duration)));
            model.square_with_slack(terms, 0.0, 1.0, (&format!("idle {machine}"), -1.0, most))?;
        }
        model.build()
    }

    fn decode(&self, values: &[bool]) -> Vec<Vec<usize>> {
        let row = |row: &[bool]| (0..self.machines).filter(|machine| row[*machine]).collect();
        values.chunks(self.machines).take(self.jobs.len()).map(row).collect()
    }

    fn check(&self, machines: &Vec<Vec<usize>>) -> Checked {
        let wrong = self.jobs.iter().zip(machines).filter(|(_, own)| own.len() != 1);
        let violation = |((id, _), own): (&(Id, u32), &Vec<usize>)| {
            let message = format!("job {id} is on {} machines; it needs exactly one", own.len());
            Violation::new(format!("job {id}"), own.len().abs_diff(1) as f64, message)
        };
        let makespan = self.loads(machines).into_iter().max().unwrap_or(0);
        Checked { objective: makespan as f64, violations: wrong.map(violation).collect() }
    }

    fn describe(&self, machines: &Vec<Vec<usize>>) -> Map<String, Value> {
        let jobs = |machine: usize| -> Vec<&Id> {
            self.jobs.iter().zip(machines).filter(|(_, own)| own.contains(&machine)).map(|((id, _), _)| id).collect()
        };
        let row = |(machine, load): (usize, u64)| json!({ "jobs": jobs(machine), "load": load });
        Map::from_iter([("machines".into(), self.loads(machines).into_iter().enumerate().map(row).collect())])
    }
}
