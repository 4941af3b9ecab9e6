//! What a search found: distinct samples with their energies, best first.

use crate::bqm::Bqm;
use crate::monitor::{Interrupted, Monitor};
use crate::options::Sense;
use crate::problem::Descent;

/// One sample that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// The value of each variable: `true` is +1 or 1.
    pub values: Vec<bool>,
    /// Its energy, offset included, summed afresh over the model.
    pub energy: f64,
    /// How many reads ended in it.
    pub occurrences: u32,
}

/// Distinct samples, the best energy first, equals in the order of their values with variable 0 first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SampleSet {
    /// The samples.
    pub samples: Vec<Sample>,
}

impl SampleSet {
    /// Collects what reads ended in, at most `most` of the best.
    #[inline(never)]
    pub(crate) fn collect(model: &Bqm, sense: Sense, mut reads: Vec<Vec<bool>>, most: usize) -> Self {
        reads.sort_unstable();
        let mut samples: Vec<Sample> = Vec::new();
        for values in reads {
            match samples.last_mut() {
                Some(last) if last.values == values => last.occurrences += 1,
                _ => samples.push(Sample { energy: model.energy(&values), values, occurrences: 1 }),
            }
        }
        // Stable: equal energies stay in the order of their values.
        samples.sort_by(|a, b| match sense {
            Sense::Min => a.energy.total_cmp(&b.energy),
            Sense::Max => b.energy.total_cmp(&a.energy),
        });
        samples.truncate(most);
        Self { samples }
    }

    /// The same samples after each of them went down, equal ones as one.
    ///
    /// # Errors
    /// [`Interrupted`] by the monitor.
    #[inline(never)]
    pub(crate) fn descended(
        mut self,
        model: &Bqm,
        descent: &Descent,
        monitor: &mut dyn Monitor,
    ) -> Result<Self, Interrupted> {
        for sample in &mut self.samples {
            descent.descend(&mut sample.values, monitor)?;
            sample.energy = model.energy(&sample.values);
        }
        self.samples.sort_by(|a, b| a.energy.total_cmp(&b.energy).then_with(|| a.values.cmp(&b.values)));
        self.samples.dedup_by(|next, kept| {
            let is_same = next.values == kept.values;
            kept.occurrences += if is_same { next.occurrences } else { 0 };
            is_same
        });
        Ok(self)
    }

    /// The sample of the best energy; of several, the one whose values come first.
    pub fn best(&self) -> Option<&Sample> {
        self.samples.first()
    }
}
