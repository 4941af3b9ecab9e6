//! Tableaus for programs whose branches hold more than Pauli gates: groups of shots share one as long as they agree.

use crate::clifford::Clifford;
use crate::draws::Draws;
use crate::program::{Measurement, Program, Step};
use crate::tableau::Tableau;
use crate::work::Work;
use ketflow_circuit::ir::Condition;
use ketflow_error::{Error, RunError};

/// End points of one exact walk.
pub(crate) const MAX_BRANCHES: u64 = 1 << 16;

/// Where a group of shots ends; `tableau` is the state before the final measurements.
pub(crate) struct Leaf<'a> {
    pub tableau: &'a Tableau,
    pub bits: &'a [bool],
    pub shots: &'a [u32],
    /// Of the path; 1 unless exact.
    pub probability: f64,
}

#[derive(Clone)]
struct Group<'a> {
    tableau: Tableau,
    bits: Vec<bool>,
    shots: Vec<u32>,
    probability: f64,
    /// What is still to be done: rest of the innermost list last.
    rest: Vec<&'a [Step]>,
}

pub(crate) struct Walk<'a> {
    pub program: &'a Program,
    pub draws: Draws,
    /// Follow all outcomes with their probabilities instead of the shots.
    pub is_exact: bool,
}

impl Walk<'_> {
    /// Calls `leaf` for every group at the end of the steps, before the final measurements.
    pub fn run(
        &self,
        shots: u32,
        work: &mut Work,
        mut leaf: impl FnMut(&Leaf, &mut Work) -> Result<(), RunError>,
    ) -> Result<(), RunError> {
        let program = self.program;
        let mut waiting = vec![Group {
            tableau: Tableau::new(program.qubits),
            bits: vec![false; program.bits as usize],
            shots: (0..shots).collect(),
            probability: 1.0,
            rest: vec![&program.steps],
        }];
        let mut leaves = 0;
        while let Some(mut group) = waiting.pop() {
            let mut parts = self.follow(&mut group, work)?;
            if parts.is_empty() {
                leaves += 1;
                if self.is_exact && leaves > MAX_BRANCHES {
                    return Err(Error::too_large(format!(
                        "the exact result needs more than {MAX_BRANCHES} branches of mid-circuit outcomes; ask for counts only, or \
                         measure at the end"
                    ))
                    .into());
                }
                let Group { tableau, bits, shots, probability, .. } = &group;
                leaf(&Leaf { tableau, bits, shots, probability: *probability }, work)?;
            }
            // The smallest part is next, so that few wait.
            parts.sort_by_key(|part| std::cmp::Reverse(part.shots.len()));
            waiting.append(&mut parts);
        }
        Ok(())
    }

    /// Goes on to the next split and gives its parts; none at the end.
    fn follow<'p>(&self, group: &mut Group<'p>, work: &mut Work) -> Result<Vec<Group<'p>>, RunError> {
        while let Some(steps) = group.rest.pop() {
            let [step, rest @ ..] = steps else { continue };
            group.rest.push(rest);
            let parts = match step {
                Step::Gate(gate) => {
                    group.tableau.apply(*gate);
                    Vec::new()
                }
                Step::Assign { bit, value } => {
                    group.bits[*bit as usize] = holds(value, &group.bits);
                    Vec::new()
                }
                Step::If { condition, then, otherwise } => {
                    group.rest.push(if holds(condition, &group.bits) { then } else { otherwise });
                    Vec::new()
                }
                Step::Measure(measurement) => self.measure(group, measurement, work)?,
                Step::Reset { qubit, event } => self.split(group, *qubit, *event, work, |part, outcome| {
                    if outcome {
                        part.tableau.apply(Clifford::X(*qubit));
                    }
                })?,
                Step::Error { qubit, rate, place } => self.error(group, *qubit, rate.probability, *place, work)?,
            };
            work.advance(8)?;
            if !parts.is_empty() {
                return Ok(parts);
            }
        }
        Ok(Vec::new())
    }

    fn measure<'p>(
        &self,
        group: &mut Group<'p>,
        measurement: &Measurement,
        work: &mut Work,
    ) -> Result<Vec<Group<'p>>, RunError> {
        let Some(bit) = measurement.bit else {
            return self.split(group, measurement.qubit, measurement.event, work, |_, _| {});
        };
        let record = |part: &mut Group, outcome: bool| part.bits[bit as usize] = outcome;
        let mut parts = self.split(group, measurement.qubit, measurement.event, work, record)?;
        if self.program.readout == 0.0 || self.is_exact {
            return Ok(parts);
        }
        if parts.is_empty() {
            parts.push(group.clone());
        }
        let flipped = |shot: u32| self.draws.branch_readout(shot, measurement.event, self.program.readout);
        let mut all = Vec::new();
        for part in parts {
            let (wrong, right): (Vec<u32>, Vec<u32>) = part.shots.iter().partition(|shot| flipped(**shot));
            for (shots, is_wrong) in [(right, false), (wrong, true)] {
                if !shots.is_empty() {
                    let mut half = Group { shots, ..part.clone() };
                    half.bits[bit as usize] ^= is_wrong;
                    all.push(half);
                }
            }
        }
        Ok(all)
    }

    /// The parts of a group after a measurement of `qubit`; none, and `group` itself gone on, where the outcome is certain.
    fn split<'p>(
        &self,
        group: &mut Group<'p>,
        qubit: u32,
        event: u32,
        work: &mut Work,
        done: impl Fn(&mut Group, bool),
    ) -> Result<Vec<Group<'p>>, RunError> {
        if let Some(outcome) = group.tableau.outcome(qubit) {
            done(group, outcome);
            return Ok(Vec::new());
        }
        let (ones, zeros): (Vec<u32>, Vec<u32>) = group.shots.iter().partition(|shot| self.draws.branch(**shot, event));
        let mut parts = Vec::new();
        for (shots, outcome) in [(zeros, false), (ones, true)] {
            if shots.is_empty() && !self.is_exact {
                continue;
            }
            let mut part = Group { shots, probability: group.probability / 2.0, ..group.clone() };
            part.tableau.project(qubit, outcome);
            done(&mut part, outcome);
            work.advance(3 * part.tableau.words())?;
            parts.push(part);
        }
        Ok(parts)
    }

    fn error<'p>(
        &self,
        group: &mut Group<'p>,
        qubit: u32,
        probability: f64,
        place: u32,
        work: &mut Work,
    ) -> Result<Vec<Group<'p>>, RunError> {
        let mut kinds: [Vec<u32>; 4] = Default::default();
        for &shot in &group.shots {
            kinds[self.draws.branch_error(shot, place, probability).map_or(0, |kind| 1 + usize::from(kind))].push(shot);
        }
        work.advance(8 * group.shots.len() as u64)?;
        if kinds[0].len() == group.shots.len() {
            return Ok(Vec::new());
        }
        let mut parts = Vec::new();
        for (kind, shots) in kinds.into_iter().enumerate().filter(|(_, shots)| !shots.is_empty()) {
            let mut part = Group { shots, ..group.clone() };
            let gates: &[Clifford] = match kind {
                0 => &[],
                1 => &[Clifford::X(qubit)],
                2 => &[Clifford::Z(qubit), Clifford::X(qubit)],
                _ => &[Clifford::Z(qubit)],
            };
            gates.iter().for_each(|gate| part.tableau.apply(*gate));
            work.advance(part.tableau.words())?;
            parts.push(part);
        }
        Ok(parts)
    }
}

fn holds(condition: &Condition, bits: &[bool]) -> bool {
    condition.holds(&|bit| bits[bit as usize])
}
