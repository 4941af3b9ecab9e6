//! Running a plan for many shots at once.
//!
//! A shot is a random stream: every draw is a function of (seed, purpose, shot, event). That alone fixes its path through the
//! program; that shots share states is only a saving. The walk goes depth first with a group of shots whose paths agree so far.
//! Where they part, the group splits. When only shots are followed, the smallest part goes first and the rest waits with one
//! copy of the state, so at most log₂(shots) copies wait. In exact mode all outcomes of non-zero probability are followed,
//! 0 before 1, and the group carries their probability. A part that may not keep a copy (memory) keeps its decisions alone and
//! is replayed from |0…0⟩, which repeats the same operations on the same numbers: memory never changes a byte.

mod channel;
mod group;

use crate::kernels::{Kernel, apply, collapse};
use crate::monitor::{Interrupted, Progress};
use crate::noise::Readout;
use crate::plan::{Plan, Step};
use crate::real::Real;
use crate::reduce::outcome_weights;
use crate::state::State;
use crate::tile;
use group::{Branch, Decision, Group, NextError, least};
use ketflow_circuit::Error;
use ketflow_circuit::gates::Gate;
use ketflow_error::RunError;
use ketflow_rng::{Purpose, uniform};

/// How to walk.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Settings {
    pub(crate) seed: u64,
    pub(crate) shots: u32,
    /// Follow every possible outcome, with its probability.
    pub(crate) is_exact: bool,
    /// Copies of the state that may wait.
    pub(crate) max_copies: usize,
}

/// Where a group of shots ends.
pub(crate) struct Leaf<'a> {
    /// The classical bits, 64 to a word.
    pub(crate) bits: &'a [u64],
    pub(crate) shots: &'a [u32],
    /// Probability of the path, 1 unless exact.
    pub(crate) probability: f64,
}

/// End points of one exact walk: 2¹⁶ outcomes of mid-circuit measurements.
pub(crate) const MAX_BRANCHES: u64 = 1 << 16;
/// Amplitude updates of one exact walk with more than one branch: some minutes.
pub(crate) const MAX_BRANCH_WORK: u64 = 1 << 38;

/// The parts of a group that wait, the next one last.
struct Waiting<T> {
    copy: Option<State<T>>,
    parts: Vec<Group>,
}

/// Walks the plan and calls `leaf` for every group that reaches the end.
pub(crate) fn walk<T: Real>(
    plan: &Plan,
    settings: Settings,
    state: &mut State<T>,
    progress: &mut Progress,
    mut leaf: impl FnMut(&State<T>, &Leaf, &mut Progress) -> Result<(), RunError>,
) -> Result<(), RunError> {
    let mut walker = Walker { plan, settings, state, progress };
    let mut group = walker.first_group();
    let mut waiting: Vec<Waiting<T>> = Vec::new();
    let (mut copies, mut leaves) = (0usize, 0u64);
    loop {
        let mut parts = walker.run_to_split(&mut group)?;
        if let Some(first) = parts.pop() {
            if !parts.is_empty() {
                let copy = if copies < settings.max_copies { walker.state.try_copy(walker.progress)? } else { None };
                copies += usize::from(copy.is_some());
                waiting.push(Waiting { copy, parts });
            }
            group = first;
            walker.enter(&group)?;
            continue;
        }
        leaves += 1;
        let end = Leaf { bits: &group.bits, shots: &group.shots, probability: group.probability };
        leaf(walker.state, &end, walker.progress)?;
        let Some(top) = waiting.last_mut() else { return Ok(()) };
        if settings.is_exact && (leaves >= MAX_BRANCHES || walker.progress.done() > MAX_BRANCH_WORK) {
            return Err(Error::too_large(format!(
                "the exact result needs more than {leaves} branches of mid-circuit outcomes (limits: {MAX_BRANCHES} branches, \
                 {MAX_BRANCH_WORK} amplitude updates); ask for counts only, or measure at the end"
            ))
            .into());
        }
        group = top.parts.pop().unwrap_or_default();
        let is_last = top.parts.is_empty();
        match (&top.copy, is_last) {
            (Some(copy), false) => {
                walker.state.copy_from(copy, walker.progress)?;
                walker.enter(&group)?;
            }
            (Some(_), true) => {
                if let Some(copy) = top.copy.take() {
                    *walker.state = copy;
                }
                copies -= 1;
                walker.enter(&group)?;
            }
            (None, _) => walker.replay(&group)?,
        }
        if is_last {
            waiting.pop();
        }
    }
}

struct Walker<'a, 'b, 'c, T> {
    plan: &'a Plan,
    settings: Settings,
    state: &'a mut State<T>,
    progress: &'b mut Progress<'c>,
}

impl<T: Real> Walker<'_, '_, '_, T> {
    fn first_group(&self) -> Group {
        let shots: Vec<u32> = (0..self.settings.shots).collect();
        let errors: Vec<NextError> = if self.plan.noise.has_gate_errors() {
            shots.iter().map(|shot| NextError::draw(self.settings.seed, *shot, 0, 0.0)).collect()
        } else {
            Vec::new()
        };
        let bits = vec![0; (self.plan.bits as usize).div_ceil(64)];
        Group { bits, next_error: least(&errors), shots, errors, probability: 1.0, ..Group::default() }
    }

    /// Goes on to the next split and gives its parts, the first to follow last; none at the end of the plan.
    fn run_to_split(&mut self, group: &mut Group) -> Result<Vec<Group>, RunError> {
        while let Some(step) = self.plan.steps.get(group.step) {
            let parts = match step {
                Step::Section { hazards, struck } => self.split_by_section(group, hazards, *struck),
                Step::GateError { qubit, hazard, shares } => {
                    group.hazard += hazard;
                    if group.next_error > group.hazard {
                        group.step += 1;
                        continue;
                    }
                    self.split_by_error(group, *qubit, *shares)
                }
                Step::Channel { qubits, operators, event } => {
                    self.split_by_channel(group, qubits, operators, *event)?
                }
                Step::Measure { qubit, bit, event } => self.split_by_outcome(group, *qubit, *bit, *event, false)?,
                Step::Reset { qubit, event } => self.split_by_outcome(group, *qubit, None, *event, true)?,
                _ => {
                    self.deterministic(&mut group.step, &mut group.bits)?;
                    continue;
                }
            };
            let mut parts = parts;
            if !self.settings.is_exact {
                parts.sort_by_key(|part| std::cmp::Reverse(part.shots.len()));
            } else {
                parts.reverse();
            }
            return Ok(parts);
        }
        Ok(Vec::new())
    }

    /// A step that takes all shots of a group the same way.
    fn deterministic(&mut self, at: &mut usize, bits: &mut [u64]) -> Result<(), Interrupted> {
        let read = |bits: &[u64], bit: u32| bits[bit as usize / 64] >> (bit % 64) & 1 == 1;
        match &self.plan.steps[*at] {
            Step::Apply(kernel) => apply(self.state, kernel, self.progress)?,
            Step::Begin(product) => product.write(self.state, self.progress)?,
            Step::Sweep(sweep) => tile::apply(self.state, sweep, self.progress)?,
            Step::Assign { bit, value } => {
                let value = value.holds(&|bit| read(bits, bit));
                set_bit(bits, *bit, value);
            }
            Step::JumpUnless { condition, target } => {
                if !condition.holds(&|bit| read(bits, bit)) {
                    *at = *target;
                    return Ok(());
                }
            }
            Step::Jump { target } => {
                *at = *target;
                return Ok(());
            }
            Step::Section { .. }
            | Step::GateError { .. }
            | Step::Channel { .. }
            | Step::Measure { .. }
            | Step::Reset { .. } => {}
        }
        *at += 1;
        Ok(())
    }

    /// Shots without an error in the section, and those with one. Which way a shot goes depends on its own errors alone, so its numbers
    /// do not depend on its group.
    fn split_by_section(&mut self, group: &mut Group, hazards: &[f64], struck: usize) -> Vec<Group> {
        // Added one by one, as on the way gate by gate.
        let end = hazards.iter().fold(group.hazard, |sum, hazard| sum + hazard);
        let mut parts: [(Vec<u32>, Vec<NextError>); 2] = Default::default();
        for (&shot, &error) in group.shots.iter().zip(&group.errors) {
            let (shots, errors) = &mut parts[usize::from(error.hazard <= end)];
            shots.push(shot);
            errors.push(error);
        }
        let ways = [(group.step + 1, end), (struck, group.hazard)];
        let parts = parts.into_iter().zip(ways).filter(|((shots, _), _)| !shots.is_empty());
        parts
            .map(|((shots, errors), (step, hazard))| {
                let mut part = self.part(group, shots, errors, 1.0, Branch::Nothing, None);
                (part.step, part.hazard) = (step, hazard);
                if let Some(decision) = part.decisions.last_mut() {
                    decision.next = step;
                }
                part
            })
            .collect()
    }

    /// One part without an error here, and one per kind of error.
    fn split_by_error(&mut self, group: &mut Group, qubit: u32, shares: [f64; 3]) -> Vec<Group> {
        let mut parts: [(Vec<u32>, Vec<NextError>); 4] = Default::default();
        for (&shot, error) in group.shots.iter().zip(&group.errors) {
            let struck = error.hazard <= group.hazard;
            let next =
                if struck { NextError::draw(self.settings.seed, shot, error.count + 1, group.hazard) } else { *error };
            let (shots, errors) = &mut parts[if struck { 1 + usize::from(error.kind(shares)) } else { 0 }];
            shots.push(shot);
            errors.push(next);
        }
        let branches = [None, Some(0), Some(1), Some(2)];
        parts
            .into_iter()
            .zip(branches)
            .filter(|((shots, _), _)| !shots.is_empty())
            .map(|((shots, errors), kind)| {
                let branch = kind.map_or(Branch::Nothing, |kind| Branch::Pauli { qubit, kind });
                self.part(group, shots, errors, 1.0, branch, None)
            })
            .collect()
    }

    /// One part per outcome, and per recorded value where readout is noisy.
    fn split_by_outcome(
        &mut self,
        group: &mut Group,
        qubit: u32,
        bit: Option<u32>,
        event: u32,
        is_reset: bool,
    ) -> Result<Vec<Group>, RunError> {
        let weights = outcome_weights(self.state, qubit, self.progress)?;
        let p_one = possible(weights[1] / (weights[0] + weights[1]), T::BRANCH_FLOOR);
        let readout = if bit.is_some() { self.plan.noise.readout } else { Readout::default() };
        let mut parts: [(Vec<u32>, Vec<NextError>); 4] = Default::default();
        for (k, &shot) in group.shots.iter().enumerate() {
            let outcome = uniform(self.settings.seed, Purpose::Measurement, u64::from(shot), event) < p_one;
            let rate = readout.rate(outcome);
            let is_flipped = rate > 0.0 && uniform(self.settings.seed, Purpose::Readout, u64::from(shot), event) < rate;
            let (shots, errors) = &mut parts[usize::from(outcome) * 2 + usize::from(outcome ^ is_flipped)];
            shots.push(shot);
            errors.extend(group.errors.get(k));
        }
        self.progress.advance(group.shots.len() as u64)?;
        let mut result = Vec::new();
        for (k, (shots, errors)) in parts.into_iter().enumerate() {
            let (outcome, recorded) = (k / 2 == 1, k % 2 == 1);
            let probability = if outcome { p_one } else { 1.0 - p_one };
            if shots.is_empty() && !(self.settings.is_exact && probability > 0.0 && outcome == recorded) {
                continue;
            }
            let scale = 1.0 / weights[usize::from(outcome)].sqrt();
            let branch = if is_reset {
                Branch::Reset { qubit, outcome, scale }
            } else {
                Branch::Collapse { qubit, outcome, scale }
            };
            result.push(self.part(group, shots, errors, probability, branch, bit.map(|bit| (bit, recorded))));
        }
        Ok(result)
    }

    fn part(
        &self,
        group: &Group,
        shots: Vec<u32>,
        errors: Vec<NextError>,
        probability: f64,
        branch: Branch,
        recorded: Option<(u32, bool)>,
    ) -> Group {
        let mut bits = group.bits.clone();
        if let Some((bit, value)) = recorded {
            set_bit(&mut bits, bit, value);
        }
        let mut decisions = Vec::with_capacity(group.decisions.len() + 1);
        decisions.extend_from_slice(&group.decisions);
        decisions.push(Decision { step: group.step, next: group.step + 1, branch, recorded });
        Group {
            step: group.step + 1,
            bits,
            next_error: least(&errors),
            shots,
            errors,
            hazard: group.hazard,
            probability: group.probability * probability,
            decisions,
        }
    }

    /// From the state before a split to that of its part `group`.
    fn enter(&mut self, group: &Group) -> Result<(), Interrupted> {
        match group.decisions.last() {
            Some(decision) => self.branch(decision.branch),
            None => Ok(()),
        }
    }

    /// From |0…0⟩ to the state of `group` just after its last decision.
    fn replay(&mut self, group: &Group) -> Result<(), Interrupted> {
        self.state.reset_to_zero(self.progress)?;
        let mut bits = vec![0; group.bits.len()];
        let mut step = 0;
        for decision in &group.decisions {
            while step < decision.step {
                self.deterministic(&mut step, &mut bits)?;
            }
            self.branch(decision.branch)?;
            if let Some((bit, value)) = decision.recorded {
                set_bit(&mut bits, bit, value);
            }
            step = decision.next;
        }
        Ok(())
    }

    fn branch(&mut self, branch: Branch) -> Result<(), Interrupted> {
        let gate = |gate: Gate, qubit: u32| Kernel::new(gate.matrix(&[]), vec![qubit], Vec::new());
        match branch {
            Branch::Nothing => Ok(()),
            Branch::Pauli { qubit, kind } => {
                let pauli = [Gate::X, Gate::Y, Gate::Z][usize::from(kind)].clone();
                apply(self.state, &gate(pauli, qubit), self.progress)
            }
            Branch::Kraus { step, operator, scale } => {
                let Step::Channel { qubits, operators, .. } = &self.plan.steps[step] else { return Ok(()) };
                let matrix = operators[operator].iter().map(|entry| entry * scale).collect();
                apply(self.state, &Kernel::new(matrix, qubits.clone(), Vec::new()), self.progress)
            }
            Branch::Collapse { qubit, outcome, scale } => collapse(self.state, qubit, outcome, scale, self.progress),
            Branch::Reset { qubit, outcome, scale } => {
                collapse(self.state, qubit, outcome, scale, self.progress)?;
                if outcome { apply(self.state, &gate(Gate::X, qubit), self.progress) } else { Ok(()) }
            }
        }
    }
}

/// p, or 0 or 1 where the less likely outcome is rounding residue.
fn possible(p: f64, floor: f64) -> f64 {
    if p <= floor {
        0.0
    } else if 1.0 - p <= floor {
        1.0
    } else {
        p
    }
}

pub(crate) fn set_bit(words: &mut [u64], bit: u32, value: bool) {
    let (word, mask) = (&mut words[bit as usize / 64], 1u64 << (bit % 64));
    *word = if value { *word | mask } else { *word & !mask };
}
