//! Dispatch to queues: each job that arrives is sent to one of several servers of different speed.

use crate::draws::Draws;
use crate::environment::{Ending, Environment, Step};
use ketflow_error::Error;
use serde::{Deserialize, Serialize};

/// What the queues are like.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct QueueOptions {
    /// Jobs that arrive per second, above 0.
    pub arrival_rate: f64,
    /// Jobs that each server finishes per second while it has any; 1–64 servers.
    pub service_rates: Vec<f64>,
    /// Jobs that a server and its queue hold, at least 1.
    pub capacity: u32,
    /// Seconds that a job counts which is sent to a full queue and so is lost; at least 0.
    pub rejection_cost: f64,
    /// Jobs of one episode, at least 1.
    pub jobs: u32,
}

impl QueueOptions {
    fn check(&self) -> Result<(), Error> {
        let servers = self.service_rates.len();
        if !(1..=64).contains(&servers) {
            return Err(Error::invalid(format!("serviceRates has {servers} numbers; give 1 to 64, one per server")));
        }
        let is_rate = |rate: f64| rate.is_finite() && rate > 0.0;
        if let Some(k) = self.service_rates.iter().position(|rate| !is_rate(*rate)) {
            let rate = self.service_rates[k];
            return Err(Error::invalid(format!("serviceRates[{k}] is {rate}; give a finite number above 0")));
        }
        let (arrivals, services) = (self.arrival_rate, self.service_rates.iter().sum::<f64>());
        // The events between two arrivals are services/arrivals on average: that is the time of a step.
        if !is_rate(arrivals) || services > 1000.0 * arrivals {
            return Err(Error::invalid(format!(
                "arrivalRate is {arrivals}; give a finite number, at least a thousandth of all service rates ({services})"
            )));
        }
        if self.capacity == 0 || self.jobs == 0 {
            return Err(Error::invalid("capacity or jobs is 0; give at least 1"));
        }
        if !(self.rejection_cost.is_finite() && self.rejection_cost >= 0.0) {
            let cost = self.rejection_cost;
            return Err(Error::invalid(format!("rejectionCost is {cost}; give a finite number of at least 0")));
        }
        Ok(())
    }
}

/// Parallel M/M/1/c queues with one dispatcher. An action is the number of the server that gets the job which has just
/// arrived; a state is the length of each queue as a share of its capacity.
///
/// The reward is −(seconds that all jobs together spend here until the next arrival, in expectation, given the events), less
/// the rejection cost of a lost job. By Little's law its mean is −(mean time that a job spends in the system).
///
/// Between arrivals the chain is uniformised: events come at the rate of arrivals and all servers together, and the end of a
/// service at an idle server is no event. Source: Lippman, "Applying a new device in the optimization of exponential queuing
/// systems", Operations Research 23 (1975).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DispatchQueue {
    options: QueueOptions,
    lengths: Vec<u32>,
    jobs: u32,
    draws: Option<Draws>,
}

impl DispatchQueue {
    /// Empty queues.
    ///
    /// # Errors
    /// `invalid-input` for a number out of its range.
    pub fn new(options: QueueOptions) -> Result<Self, Error> {
        options.check()?;
        Ok(Self { lengths: vec![0; options.service_rates.len()], jobs: 0, draws: None, options })
    }

    /// Jobs at each server, the one in service included.
    pub fn lengths(&self) -> &[u32] {
        &self.lengths
    }

    /// Lets services end until the next arrival; gives the seconds that jobs spent here.
    fn run_to_arrival(&mut self) -> f64 {
        let Some(draws) = &mut self.draws else { return 0.0 };
        let rates = &self.options.service_rates;
        let total = self.options.arrival_rate + rates.iter().sum::<f64>();
        let mut spent = 0.0;
        loop {
            spent += f64::from(self.lengths.iter().sum::<u32>()) / total;
            let mut mass = draws.unit() * total - self.options.arrival_rate;
            if mass < 0.0 {
                return spent;
            }
            for (length, rate) in self.lengths.iter_mut().zip(rates) {
                mass -= rate;
                if mass < 0.0 {
                    *length = length.saturating_sub(1);
                    break;
                }
            }
        }
    }
}

impl Environment for DispatchQueue {
    fn width(&self) -> usize {
        self.lengths.len()
    }

    fn actions(&self) -> usize {
        self.lengths.len()
    }

    /// All queues are empty.
    fn reset(&mut self, draws: Draws) {
        self.lengths.fill(0);
        self.jobs = 0;
        self.draws = Some(draws);
    }

    fn observe(&self, state: &mut [f32]) {
        for (target, length) in state.iter_mut().zip(&self.lengths) {
            *target = *length as f32 / self.options.capacity as f32;
        }
    }

    fn step(&mut self, action: usize) -> Step {
        let mut cost = 0.0;
        if self.lengths[action] < self.options.capacity {
            self.lengths[action] += 1;
        } else {
            cost += self.options.rejection_cost;
        }
        cost += self.run_to_arrival();
        self.jobs += 1;
        Step { reward: -cost, ending: (self.jobs >= self.options.jobs).then_some(Ending::Truncated) }
    }
}

#[cfg(test)]
mod tests;
