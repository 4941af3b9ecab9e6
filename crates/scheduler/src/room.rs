//! What is free over time, as the serial scheme asks for it.
//!
//! Two implementations of the same answers: a step function for each resource, for any problem; and, where times are short and
//! capacities small, one word for each unit of time that holds what is free of all resources side by side. With them and
//! lists sorted by counting, j120_11_1 of PSPLIB makes 291,000 passes a second; with steps and sorted keys it made 82,000.

use crate::layout::Layout;
use crate::profile::Profile;

/// Takes modes, one after the other.
pub(crate) trait Room {
    /// Makes everything free again.
    fn clear(&mut self);
    /// The earliest start from `from` on at which a mode fits.
    fn earliest(&self, mode: usize, from: u32) -> u32;
    /// Takes what a mode holds from `start` on; it fits there.
    fn reserve(&mut self, mode: usize, start: u32);
    /// Keeps what is free now under a number, of which there are few.
    fn save(&mut self, slot: usize);
    /// Makes free what was free when it was kept under this number.
    fn restore(&mut self, slot: usize);
}

/// A step function for each row.
pub(crate) struct Steps<'a> {
    layout: &'a Layout<'a>,
    profiles: Vec<Profile>,
    saved: Vec<Vec<Profile>>,
}

impl<'a> Steps<'a> {
    pub fn new(layout: &'a Layout<'a>) -> Self {
        Self { layout, profiles: layout.capacity.iter().map(|_| Profile::new()).collect(), saved: Vec::new() }
    }
}

impl Room for Steps<'_> {
    fn clear(&mut self) {
        self.profiles.iter_mut().for_each(Profile::clear);
    }

    fn earliest(&self, mode: usize, from: u32) -> u32 {
        let (duration, demands) = (self.layout.duration[mode], self.layout.demands.of(mode));
        let mut start = from;
        loop {
            let before = start;
            for (row, amount) in demands {
                let row = *row as usize;
                start = self.profiles[row].earliest(start, duration, self.layout.capacity[row] - amount);
            }
            if start == before || demands.len() == 1 {
                return start;
            }
        }
    }

    fn reserve(&mut self, mode: usize, start: u32) {
        let end = start + self.layout.duration[mode];
        for (row, amount) in self.layout.demands.of(mode) {
            self.profiles[*row as usize].reserve(start, end, *amount);
        }
    }

    fn save(&mut self, slot: usize) {
        if self.saved.len() <= slot {
            self.saved.resize(slot + 1, Vec::new());
        }
        self.saved[slot].clone_from(&self.profiles);
    }

    fn restore(&mut self, slot: usize) {
        self.profiles.clone_from(&self.saved[slot]);
    }
}

/// What is free at each unit of time: a field of bits for each row, with a bit above it that is always set, so that a subtraction
/// borrows from there and shows in it.
pub(crate) struct Grid<'a> {
    layout: &'a Layout<'a>,
    free: Vec<u64>,
    /// Behind everything that is taken.
    last: usize,
    full: u64,
    guards: u64,
    /// By mode.
    need: Vec<u64>,
    /// What was free, behind which everything was.
    saved: Vec<Vec<u64>>,
}

/// Most units of time for each task: the words of a unit are looked at one by one, the steps are at most two a task.
const UNITS_PER_TASK: u64 = 40;

impl<'a> Grid<'a> {
    /// None where the words are too small, or the times too long.
    pub fn new(layout: &'a Layout<'a>) -> Option<Self> {
        let units = layout.horizon();
        if units > UNITS_PER_TASK * layout.tasks() as u64 + 1_000 {
            return None;
        }
        let (mut shift, mut full, mut guards) = (0, 0u64, 0u64);
        let mut shifts = Vec::with_capacity(layout.capacity.len());
        for capacity in &layout.capacity {
            let bits = 32 - capacity.leading_zeros();
            if shift + bits + 1 > 64 {
                return None;
            }
            shifts.push(shift);
            full |= u64::from(*capacity) << shift;
            guards |= 1 << (shift + bits);
            shift += bits + 1;
        }
        let need = |mode: usize| {
            layout.demands.of(mode).iter().map(|(row, amount)| u64::from(*amount) << shifts[*row as usize]).sum()
        };
        let full = full | guards;
        let need = (0..layout.duration.len()).map(need).collect();
        Some(Self { layout, free: vec![full; units as usize], last: 0, full, guards, need, saved: Vec::new() })
    }
}

impl Room for Grid<'_> {
    fn clear(&mut self) {
        self.free[..self.last].fill(self.full);
        self.last = 0;
    }

    #[inline]
    fn earliest(&self, mode: usize, from: u32) -> u32 {
        let (need, guards) = (self.need[mode], self.guards);
        if need == 0 {
            return from;
        }
        let (mut start, length) = (from as usize, self.layout.duration[mode] as usize);
        // From `start` to `known` it fits. Looking from the rear, a unit that is not free rules out every start up to it.
        let mut known = start;
        loop {
            let end = start + length;
            let lacks = |free: &u64| (free - need) & guards != guards;
            match self.free[known..end].iter().rposition(lacks) {
                None => return start as u32,
                Some(at) => start = known + at + 1,
            }
            known = end;
        }
    }

    #[inline]
    fn reserve(&mut self, mode: usize, start: u32) {
        let (need, start) = (self.need[mode], start as usize);
        let end = start + self.layout.duration[mode] as usize;
        self.free[start..end].iter_mut().for_each(|free| *free -= need);
        self.last = self.last.max(end);
    }

    fn save(&mut self, slot: usize) {
        if self.saved.len() <= slot {
            self.saved.resize(slot + 1, Vec::new());
        }
        self.saved[slot].clear();
        self.saved[slot].extend_from_slice(&self.free[..self.last]);
    }

    fn restore(&mut self, slot: usize) {
        let saved = &self.saved[slot];
        self.free[..saved.len()].copy_from_slice(saved);
        if saved.len() < self.last {
            self.free[saved.len()..self.last].fill(self.full);
        }
        self.last = saved.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::{Demand, Description, Mode, Problem, Resource, Task};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn words_answer_as_steps_do(
            modes in prop::collection::vec((0u32..9, [0u32..4, 0u32..8], 0u32..3), 1..30),
            froms in prop::collection::vec(0u32..60, 30),
        ) {
            let resource = |name: &str, capacity| Resource { name: name.to_owned(), capacity };
            let mode = |(duration, amounts, machine): &(u32, [u32; 2], u32)| Mode {
                duration: *duration,
                machine: (*machine < 2).then_some(*machine),
                demands: (0..2).map(|row| Demand { resource: row, amount: amounts[row as usize] }).collect(),
                cost: 0,
            };
            let mut tasks: Vec<Task> =
                modes.iter().enumerate().map(|(k, it)| Task::new(k.to_string(), vec![mode(it)])).collect();
            // No wish is later, so nothing ends behind the horizon.
            tasks[0].release = 60;
            let problem = Problem::new(Description {
                resources: vec![resource("a", 3), resource("b", 7)],
                machines: vec!["m".to_owned(), "n".to_owned()],
                tasks,
                ..Description::default()
            }).unwrap();
            let layout = Layout::new(&problem);
            let (mut grid, mut steps) = (Grid::new(&layout).unwrap(), Steps::new(&layout));
            for _ in 0..2 {
                for (mode, from) in froms.iter().enumerate().take(modes.len()) {
                    let start = steps.earliest(mode, *from);
                    prop_assert_eq!(grid.earliest(mode, *from), start);
                    steps.reserve(mode, start);
                    grid.reserve(mode, start);
                }
                grid.clear();
                steps.clear();
            }
        }
    }
}
