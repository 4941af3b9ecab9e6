//! One run in which every random outcome is 0: what Pauli frames differ from.

use crate::program::{Measurement, Program, Step};
use crate::tableau::Tableau;
use crate::work::Work;
use ketflow_error::Interrupted;

/// What the reference run found.
#[derive(Debug, Default)]
pub(crate) struct Reference {
    /// By event; false for events that did not happen.
    pub outcomes: Vec<bool>,
    /// Of every `if`, in the order of the program, whether its condition held; false inside branches that were not taken.
    pub conditions: Vec<bool>,
}

struct Runner<'a, 'b> {
    tableau: Tableau,
    bits: Vec<bool>,
    found: Reference,
    work: &'a mut Work<'b>,
}

impl Reference {
    pub fn of(program: &Program, work: &mut Work) -> Result<Self, Interrupted> {
        let found = Self { outcomes: vec![false; program.events as usize], conditions: Vec::new() };
        let tableau = Tableau::new(program.qubits);
        let mut runner = Runner { tableau, bits: vec![false; program.bits as usize], found, work };
        runner.steps(&program.steps, true)?;
        program.finals.iter().try_for_each(|measurement| runner.measure(measurement))?;
        Ok(runner.found)
    }
}

impl Runner<'_, '_> {
    fn steps(&mut self, steps: &[Step], is_taken: bool) -> Result<(), Interrupted> {
        for step in steps {
            match step {
                Step::If { condition, then, otherwise } => {
                    let holds = is_taken && condition.holds(&|bit| self.bits[bit as usize]);
                    self.found.conditions.push(holds);
                    self.steps(then, is_taken && holds)?;
                    self.steps(otherwise, is_taken && !holds)?;
                }
                _ if !is_taken => {}
                Step::Gate(gate) => {
                    self.tableau.apply(*gate);
                    self.work.advance(8)?;
                }
                Step::Measure(measurement) => self.measure(measurement)?,
                Step::Reset { qubit, event } => {
                    let outcome = self.outcome(*qubit, *event)?;
                    if outcome {
                        self.tableau.apply(crate::clifford::Clifford::X(*qubit));
                    }
                }
                Step::Error { .. } => {}
                Step::Assign { bit, value } => {
                    self.bits[*bit as usize] = value.holds(&|bit| self.bits[bit as usize]);
                }
            }
        }
        Ok(())
    }

    fn measure(&mut self, measurement: &Measurement) -> Result<(), Interrupted> {
        let outcome = self.outcome(measurement.qubit, measurement.event)?;
        if let Some(bit) = measurement.bit {
            self.bits[bit as usize] = outcome;
        }
        Ok(())
    }

    fn outcome(&mut self, qubit: u32, event: u32) -> Result<bool, Interrupted> {
        let mut is_random = false;
        let outcome = self.tableau.measure(qubit, || {
            is_random = true;
            false
        });
        self.found.outcomes[event as usize] = outcome;
        self.work.advance(if is_random { self.tableau.words() } else { 8 })?;
        Ok(outcome)
    }
}
