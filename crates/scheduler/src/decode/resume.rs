//! Schedules of lists that differ in a part from one that is known: made from there on, and not at all where it is the same schedule.
//!
//! Of the moves of a project's list half change nothing: the task starts when it did. That is seen as soon as the changed part of the
//! list is placed, before the rest is.

use super::{AnyRoom, Decoder, State, place};
use crate::goal::Goal;
use crate::room::Room;

/// Tasks between two places of a list from which a schedule can be made again.
const SLOT: usize = 16;

impl Decoder<'_> {
    /// The schedule of a list, from which [`Decoder::resume`] goes on. Not for shops, nor where the yard decodes.
    pub fn begin(&mut self, state: &mut State, goal: &Goal) {
        let (layout, tasks) = (self.layout, state.list.len());
        state.is_mirrored = state.is_list_mirrored;
        with_room!(self, room => {
            room.clear();
            for first in (0..tasks).step_by(SLOT) {
                room.save(first / SLOT);
                place(layout, room, state, first..(first + SLOT).min(tasks));
            }
        });
        self.rate(state, goal);
    }

    /// The schedule of a list of the same direction as that of `base`, which was begun last. False when it is the schedule of `base`; the state is
    /// then none.
    pub fn resume(&mut self, base: &State, state: &mut State, goal: &Goal) -> bool {
        let is_other = |at: &usize| {
            let task = base.list[*at];
            task != state.list[*at] || base.mode[task as usize] != state.mode[task as usize]
        };
        let (layout, tasks) = (self.layout, base.list.len());
        let Some(first) = (0..tasks).find(is_other) else { return false };
        let behind = (first..tasks).rev().find(is_other).unwrap_or(first) + 1;
        state.is_mirrored = base.is_mirrored;
        state.start.copy_from_slice(&base.start);
        state.end.copy_from_slice(&base.end);
        let mut is_new = false;
        with_room!(self, room => {
            let slot = first / SLOT;
            room.restore(slot);
            for task in base.list[slot * SLOT..first].iter().map(|task| *task as usize) {
                room.reserve(base.mode[task] as usize, base.start[task]);
            }
            place(layout, room, state, first..behind);
            let mut changed = state.list[first..behind].iter().map(|task| *task as usize);
            is_new = changed.any(|task| state.start[task] != base.start[task] || state.mode[task] != base.mode[task]);
            if is_new {
                place(layout, room, state, behind..tasks);
            }
        });
        if is_new {
            self.rate(state, goal);
        }
        is_new
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Objective;
    use crate::draws::{Draws, MOVE};
    use crate::layout::Layout;
    use crate::moves::Mover;
    use crate::problem::{Demand, Description, Mode, Problem, Resource, Task};
    use proptest::prelude::*;

    proptest! {
        /// What is made from the middle of a list is what is made of the whole list, with words and with steps, in both directions.
        #[test]
        fn schedules_are_those_of_whole_lists(bits in prop::collection::vec(any::<u64>(), 2..60), scale in 0u32..2, seed in any::<u64>()) {
            let resource = |name: &str| Resource { name: name.to_owned(), capacity: 5 };
            let mut description = Description { resources: vec![resource("a"), resource("b")], ..Description::default() };
            for (k, bits) in bits.iter().enumerate() {
                let part = |shift: u32, below: u64| (bits >> shift) % below;
                let mode = |shift: u32| Mode {
                    duration: (part(shift, 7) as u32) * if scale == 0 { 1 } else { 1_000 },
                    demands: (0..2).map(|row| Demand { resource: row, amount: part(shift + 4 * row, 6) as u32 }).collect(),
                    ..Mode::default()
                };
                let modes = if part(60, 4) == 0 { vec![mode(3), mode(17)] } else { vec![mode(3)] };
                let mut task = Task::new(k.to_string(), modes);
                task.release = part(40, 5) as u32;
                task.after = (k.saturating_sub(6)..k).filter(|pred| bits.rotate_right(*pred as u32) & 7 == 0).map(|it| it as u32).collect();
                description.tasks.push(task);
            }
            let problem = Problem::new(description).unwrap();
            let (layout, goal) = (Layout::new(&problem), Goal::new(&problem, Objective::Makespan));
            let (mut decoder, mut whole) = (Decoder::new(&problem, &layout, &goal), Decoder::new(&problem, &layout, &goal));
            let (mover, mut draws) = (Mover::new(&layout, &goal), Draws::new(seed, 0, MOVE));
            let mut base = State::new(&layout);
            base.number();
            decoder.begin(&mut base, &goal);
            let (mut trial, mut expected) = (State::new(&layout), State::new(&layout));
            for step in 0..40 {
                trial.choose_as(&base);
                mover.mutate(&mut trial, &mut draws);
                expected.choose_as(&trial);
                whole.decode(&mut expected, &goal);
                let is_new = decoder.resume(&base, &mut trial, &goal);
                prop_assert_eq!(is_new, (&expected.start, &expected.mode) != (&base.start, &base.mode));
                if is_new {
                    prop_assert_eq!(&trial.start, &expected.start);
                    prop_assert_eq!(&trial.end, &expected.end);
                    prop_assert_eq!((trial.value, trial.is_mirrored), (expected.value, expected.is_mirrored));
                    if step % 3 == 0 {
                        std::mem::swap(&mut base, &mut trial);
                        decoder.turn(&mut base);
                        decoder.begin(&mut base, &goal);
                    }
                }
            }
        }
    }
}
