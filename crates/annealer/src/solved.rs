//! The samples of a result in the words of their problem.

use crate::problem::{Checked, Problem};
use crate::samples::SampleSet;

/// Every sample of a result as the problem sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Solved {
    /// Of each sample.
    pub objectives: Vec<f64>,
    /// Of each sample.
    pub feasible: Vec<bool>,
    /// The sample of the best feasible objective; where none is feasible, the one of the best energy.
    pub chosen: usize,
    /// JSON of its [`Problem::solution`].
    pub solution: String,
}

impl Solved {
    /// `None` without a sample.
    pub(crate) fn new(problem: &Problem, set: &SampleSet) -> Option<Self> {
        let checked: Vec<Checked> = set.samples.iter().map(|sample| problem.check(&sample.values)).collect();
        let feasible: Vec<bool> = checked.iter().map(|it| it.violations.is_empty()).collect();
        let objectives: Vec<f64> = checked.iter().map(|it| it.objective).collect();
        let cost = |k: &usize| if problem.is_maximised() { -objectives[*k] } else { objectives[*k] };
        // The first one of equals: samples stand in the order of their energies.
        let best = (0..objectives.len()).filter(|k| feasible[*k]).min_by(|a, b| cost(a).total_cmp(&cost(b)));
        let chosen = best.unwrap_or(0);
        let solution = problem.solution(&set.samples.get(chosen)?.values).to_string();
        Some(Self { objectives, feasible, chosen, solution })
    }

    /// 1 for each sample that is feasible.
    pub(crate) fn feasible_bytes(&self) -> Vec<u8> {
        self.feasible.iter().copied().map(u8::from).collect()
    }
}
