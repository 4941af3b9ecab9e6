//! The best samples of a read, all different.

/// Most that are kept.
const MOST: usize = 8;

/// Samples with their energies, the best first.
pub(crate) struct Elite(Vec<(f64, Vec<bool>)>);

impl Elite {
    pub(crate) fn new() -> Self {
        Self(Vec::new())
    }

    /// Keeps a sample where it is new and among the best, and says whether it did.
    pub(crate) fn add(&mut self, energy: f64, values: Vec<bool>) -> bool {
        let place = self.0.partition_point(|(other, _)| *other <= energy);
        let is_kept = place < MOST && self.0.iter().all(|(_, other)| *other != values);
        if is_kept {
            self.0.insert(place, (energy, values));
            self.0.truncate(MOST);
        }
        is_kept
    }

    pub(crate) fn samples(&self) -> Vec<&[bool]> {
        self.0.iter().map(|(_, values)| values.as_slice()).collect()
    }
}
