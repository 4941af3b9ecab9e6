//! Proved optima: by elimination where its tables are small enough, elsewhere by branch and bound in a number of nodes.

use crate::bqm::Bqm;
use crate::branch;
use crate::elimination::{MOST_WIDTH, Order};
use crate::monitor::{Interrupted, Monitor, Next, Progress, Watch};
use crate::options::{Method, Options};
use crate::rows::Class;
use crate::sought::Search;
use crate::tabu::search_tabu;
use ketflow_error::{Error, RunError};
use ketflow_team::Team;

/// Nodes of branch and bound where the options have no limit: ten to twenty seconds.
const MOST_NODES: u64 = 1 << 26;

/// Flips of the tabu search that branch and bound begins with.
const FIRST_FLIPS: u32 = 20_000;

/// How a model is solved.
pub(crate) enum Plan {
    Elimination(Order),
    BranchAndBound { nodes: u64 },
}

/// What an exact search ended in.
pub(crate) struct Solved {
    /// Ground states, or the best that was met.
    pub(crate) states: Vec<Vec<bool>>,
    pub(crate) is_proved: bool,
    /// Of branch and bound.
    pub(crate) nodes: u64,
}

impl Plan {
    /// # Errors
    /// `too-large` where neither way can be gone.
    pub(crate) fn new(bqm: &Bqm, options: &Options) -> Result<Self, Error> {
        if let Some(order) = Order::new(bqm, u64::MAX) {
            return Ok(Self::Elimination(order));
        }
        let (size, most) = (bqm.size(), branch::MOST_VARIABLES);
        if size > most {
            return Err(Error::too_large(format!(
                "method exact eliminates variables in tables over at most {MOST_WIDTH} others, which this model of {size} exceeds, and branches \
                 over at most {most}: use auto, or split the model"
            )));
        }
        Ok(Self::BranchAndBound { nodes: options.sweep_limit.unwrap_or(MOST_NODES) })
    }

    /// At most.
    pub(crate) fn operations(&self, variables: u64) -> u64 {
        match self {
            Self::Elimination(order) => order.operations,
            Self::BranchAndBound { nodes } => nodes.saturating_mul(branch::steps(variables)),
        }
    }

    /// Besides the model and the result.
    pub(crate) fn bytes(&self, variables: u64) -> u64 {
        match self {
            Self::Elimination(order) => order.bytes,
            Self::BranchAndBound { .. } => 16 * variables * (variables + 1),
        }
    }

    /// # Errors
    /// [`RunError::Cancelled`] by the monitor.
    #[inline(never)]
    pub(crate) fn solve(
        &self,
        team: &Team,
        search: &Search,
        options: &Options,
        monitor: &mut dyn Monitor,
    ) -> Result<Solved, RunError> {
        let ising = &search.ising;
        let nodes = match self {
            Self::Elimination(order) => {
                let mut watch = Watch::new(monitor, order.operations);
                let states = order.ground_states(ising, options.max_samples as usize, &mut watch)?;
                return Ok(Solved { states, is_proved: true, nodes: 0 });
            }
            Self::BranchAndBound { nodes } => *nodes,
        };
        let first =
            Options { method: Method::Tabu, reads: 1, sweeps: FIRST_FLIPS, sweep_limit: None, ..options.clone() };
        let mut whole = Whole { monitor: &mut *monitor, is_finished: false };
        let start = search_tabu(team, search, &first, &mut whole)?.reads.swap_remove(0);
        // The fewest nodes that say where to end again.
        let nodes = if whole.is_finished { 1 } else { nodes };
        // A flip changes the energy by twice a whole number of units.
        let step = if search.class == Class::F64 { 0.0 } else { 2.0 * search.unit };
        let mut watch = Watch::new(monitor, nodes);
        watch.found(search.energy(&start));
        let (values, is_proved, nodes) = branch::search(ising, &start, step, nodes, &mut watch)?;
        Ok(Solved { states: vec![values], is_proved, nodes })
    }
}

/// Hears of an end of time and goes on: what follows is counted from the end of what it watches.
struct Whole<'a> {
    monitor: &'a mut dyn Monitor,
    is_finished: bool,
}

impl Monitor for Whole<'_> {
    fn poll(&mut self, progress: Progress) -> Result<Next, Interrupted> {
        self.is_finished |= self.monitor.poll(progress)? == Next::Finish;
        Ok(Next::Continue)
    }
}
