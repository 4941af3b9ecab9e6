//! The result of a run, and its canonical bytes.

use crate::auto::Picked;
use crate::bound::Bound;
use crate::bqm::Vartype;
use crate::labels::Labels;
use crate::model::Model;
use crate::samples::SampleSet;
use crate::solved::Solved;
use ketflow_container::{Container, Data};

/// Schema id in the container.
pub const SCHEMA: &str = "anneal-result/1";

/// What was found and how much was done for it.
#[derive(Debug, Clone, PartialEq)]
pub struct AnnealResult {
    /// Of the model.
    pub vartype: Vartype,
    /// Number of variables.
    pub variables: usize,
    /// What the source calls them.
    pub labels: Labels,
    /// Distinct samples, the best first.
    pub samples: SampleSet,
    /// Total weight of the edges that the best sample cuts, where the model is a graph.
    pub cut: Option<f64>,
    /// What no energy can pass, where it was asked for.
    pub bound: Option<Bound>,
    /// What the samples mean, where the model was compiled from a problem.
    pub solved: Option<Solved>,
    /// Of an exact search: whether no sample is better, up to the rounding of sums.
    pub is_proved: Option<bool>,
    /// What method `auto` did.
    pub picked: Option<Picked>,
    /// What was done.
    pub work: Work,
}

/// The work of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Work {
    /// Sweeps of all reads together; nodes of branch and bound; 0 for elimination.
    pub sweeps: u64,
    /// Reads, the last one perhaps unfinished; 0 for an exact search.
    pub reads: u64,
}

impl AnnealResult {
    #[inline(never)]
    pub(crate) fn new(
        model: &Model,
        samples: SampleSet,
        bound: Option<Bound>,
        work: Work,
        is_proved: Option<bool>,
        picked: Option<Picked>,
    ) -> Self {
        let bqm = &model.bqm;
        // E = Σ w s s counts an edge −w when it is cut and +w when it is not: the cut weighs (W − E) / 2, and halves do not overflow.
        let weight: f64 = bqm.couplings().iter().map(|edge| edge.value).sum();
        let cut = samples.best().filter(|_| model.is_graph()).map(|best| weight / 2.0 - best.energy / 2.0);
        let solved = model.problem.as_ref().and_then(|problem| Solved::new(problem, &samples));
        let (vartype, variables, labels) = (bqm.vartype(), bqm.size(), model.labels.clone());
        Self { vartype, variables, labels, samples, cut, bound, solved, is_proved, picked, work }
    }

    /// The bytes that are hashed; `docs/result-container.md` specifies them.
    ///
    /// # Panics
    /// When an energy is NaN, which only a fault of the engine can cause.
    pub fn to_container(&self) -> Vec<u8> {
        let samples = &self.samples.samples;
        let words_per_row = self.variables.div_ceil(64);
        let words: Vec<u64> = samples.iter().flat_map(|sample| sample.values.chunks(64).map(packed)).collect();
        let energies: Vec<f64> = samples.iter().map(|sample| sample.energy).collect();
        let occurrences: Vec<u64> = samples.iter().map(|sample| sample.occurrences.into()).collect();
        let is_binary = [u8::from(self.vartype == Vartype::Binary)];
        let count = [self.variables as u32];
        let work = [self.work.sweeps, self.work.reads];
        let (first, listed) = match &self.labels {
            Labels::From(first) => ([*first], None),
            Labels::Listed(labels) => ([0], Some(format!("[{}]", labels.join(",")))),
        };
        let proved = self.is_proved.map(|is_proved| [u8::from(is_proved)]);
        let auto = self.picked.as_ref().map(|picked| serde_json::json!(picked).to_string());
        let solved = self.solved.as_ref();
        let (feasible, chosen) = (solved.map(Solved::feasible_bytes), [solved.map_or(0, |it| it.chosen as u32)]);
        let mut container = Container::default();
        container.add("vartype", &[1], Data::U8(&is_binary));
        container.add("variables", &[1], Data::U32(&count));
        match &listed {
            Some(json) => container.add("labels", &[json.len()], Data::U8(json.as_bytes())),
            None => container.add("labels.first", &[1], Data::U32(&first)),
        }
        container.add("samples.words", &[samples.len(), words_per_row], Data::U64(&words));
        container.add("samples.energies", &[samples.len()], Data::F64(&energies));
        container.add("samples.occurrences", &[samples.len()], Data::U64(&occurrences));
        if let Some(cut) = &self.cut {
            container.add("best.cut", &[1], Data::F64(std::slice::from_ref(cut)));
        }
        if let Some(Bound { energy, witness }) = &self.bound {
            container.add("bound.energy", &[1], Data::F64(std::slice::from_ref(energy)));
            container.add("bound.witness", &[witness.len()], Data::F64(witness));
        }
        if let (Some(solved), Some(feasible)) = (solved, &feasible) {
            container.add("samples.feasible", &[samples.len()], Data::U8(feasible));
            container.add("samples.objectives", &[samples.len()], Data::F64(&solved.objectives));
            container.add("solution", &[solved.solution.len()], Data::U8(solved.solution.as_bytes()));
            container.add("solution.sample", &[1], Data::U32(&chosen));
        }
        if let Some(proved) = &proved {
            container.add("proved", &[1], Data::U8(proved));
        }
        if let Some(json) = &auto {
            container.add("auto", &[json.len()], Data::U8(json.as_bytes()));
        }
        container.add("work", &[2], Data::U64(&work));
        container.to_bytes(SCHEMA)
    }
}

/// Up to 64 values, the first one in the lowest bit.
fn packed(values: &[bool]) -> u64 {
    values.iter().enumerate().fold(0, |word, (k, value)| word | u64::from(*value) << k)
}
