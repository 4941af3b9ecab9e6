//! How much of a resource is in use over time: a step function.

use crate::limits::NONE;

/// `used[k]` units from `times[k]` until `times[k + 1]`; the last step lasts for ever.
#[derive(Clone)]
pub(crate) struct Profile {
    times: Vec<u32>,
    used: Vec<u32>,
}

impl Profile {
    pub fn new() -> Self {
        Self { times: vec![0], used: vec![0] }
    }

    pub fn clear(&mut self) {
        self.times.truncate(1);
        self.used.truncate(1);
        self.used[0] = 0;
    }

    /// Makes it the other one.
    pub fn copy(&mut self, other: &Self) {
        self.times.clone_from(&other.times);
        self.used.clone_from(&other.used);
    }

    /// Number of steps.
    pub fn len(&self) -> usize {
        self.times.len()
    }

    /// Each step: (start, end, units in use); the last one ends with [`NONE`].
    pub fn steps(&self) -> impl Iterator<Item = (u32, u32, u32)> {
        let ends = self.times[1..].iter().copied().chain([NONE]);
        self.times.iter().zip(ends).zip(&self.used).map(|((start, end), used)| (*start, end, *used))
    }

    /// Until when no more than `most` units are in use from `start` on, where it is so.
    pub fn until(&self, start: u32, most: u32) -> u32 {
        let later = self.step(start) + 1;
        let full = self.used[later..].iter().position(|used| *used > most);
        full.map_or(NONE, |at| self.times[later + at])
    }

    /// The step in which `time` lies. Most questions are about the end of the profile, so the search begins there.
    #[inline]
    fn step(&self, time: u32) -> usize {
        let mut step = self.times.len() - 1;
        let mut stride = 1;
        while self.times[step] > time {
            if step < stride || self.times[step - stride] <= time {
                let low = step.saturating_sub(stride);
                return low + self.times[low..step].partition_point(|start| *start <= time) - 1;
            }
            step -= stride;
            stride *= 2;
        }
        step
    }

    /// The earliest start from `from` on at which no more than `most` units are in use for `duration`; [`NONE`] when that is never.
    #[inline]
    pub fn earliest(&self, from: u32, duration: u32, most: u32) -> u32 {
        let (mut start, mut step) = (from, self.step(from));
        loop {
            let next = self.times.get(step + 1).copied();
            match next {
                Some(next) if self.used[step] > most => start = next,
                Some(next) if next < start + duration => {}
                None if self.used[step] > most => return NONE,
                _ => return start,
            }
            step += 1;
        }
    }

    /// Takes `amount` units from `start` until `end`, which is later.
    pub fn reserve(&mut self, start: u32, end: u32, amount: u32) {
        let mut first = self.step(start);
        if self.times[first] < start {
            self.split(first, start);
            first += 1;
        }
        let mut step = first;
        while step + 1 < self.times.len() && self.times[step + 1] <= end {
            self.used[step] += amount;
            step += 1;
        }
        if self.times[step] < end {
            self.split(step, end);
            self.used[step] += amount;
            step += 1;
        }
        // Only at its two ends can the taken interval have become level with its neighbour.
        self.join(step);
        self.join(first);
    }

    fn split(&mut self, step: usize, time: u32) {
        self.times.insert(step + 1, time);
        self.used.insert(step + 1, self.used[step]);
    }

    fn join(&mut self, step: usize) {
        if step > 0 && self.used[step] == self.used[step - 1] {
            self.times.remove(step);
            self.used.remove(step);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const END: usize = 200;

    proptest! {
        #[test]
        fn is_what_a_table_of_times_says(
            wishes in prop::collection::vec((0u32..40, 1u32..12, 1u32..4), 0..40), capacity in 3u32..6,
        ) {
            let (mut profile, mut table) = (Profile::new(), [0u32; END]);
            for (from, duration, amount) in wishes {
                let fits = |start: u32| (start..start + duration).all(|t| table[t as usize] + amount <= capacity);
                let Some(expected) = (from..END as u32 - duration).find(|start| fits(*start)) else { break };
                prop_assert_eq!(profile.earliest(from, duration, capacity - amount), expected);
                profile.reserve(expected, expected + duration, amount);
                table[expected as usize..(expected + duration) as usize].iter_mut().for_each(|used| *used += amount);
                prop_assert!(profile.used.windows(2).all(|pair| pair[0] != pair[1]));
                for (time, used) in table.iter().enumerate() {
                    prop_assert_eq!(profile.used[profile.step(time as u32)], *used);
                }
            }
        }
    }
}
