//! The best samples of a read, all different.

/// Most that are kept.
const MOST: usize = 8;

/// Samples with their energies, the best first.
pub(crate) struct Elite(Vec<(f64, Vec<bool>)>);

impl Elite {
    pub(crate) fn new() -> Self {
        Self(Vec::new())
    }

    /// Keeps a sample where it is new and among the best.
    pub(crate) fn add(&mut self, energy: f64, values: Vec<bool>) {
        let place = self.0.partition_point(|(other, _)| *other <= energy);
        if place < MOST && self.0.iter().all(|(_, other)| *other != values) {
            self.0.insert(place, (energy, values));
            self.0.truncate(MOST);
        }
    }

    pub(crate) fn samples(&self) -> Vec<&[bool]> {
        self.0.iter().map(|(_, values)| values.as_slice()).collect()
    }

    pub(crate) fn best(&self) -> Option<&[bool]> {
        self.0.first().map(|(_, values)| values.as_slice())
    }
}
