//! A genetic algorithm over activity lists, with the decoders of the other methods.
//!
//! The population stands in a ring. Each individual in turn has a child with the better of two that are near: two cut points, the
//! outer parts of the list from the individual, what is between in the order of the other one; modes come with their parts. Some
//! tasks of the child move, or change their mode, by chance. The child takes the place of its first parent when it is not worse.
//! Mates are near and places pass to children only, so parts of the ring keep niches of their own for long.
//!
//! Lists of projects are turned, as in annealing; two that belong to different directions mate by one of them read backwards.
//!
//! Sources: Hartmann, "A competitive genetic algorithm for resource-constrained project scheduling", Naval Research Logistics 45 (1998),
//! for lists, rules as first population and the crossover; Debels, Vanhoucke, "A bi-population based genetic algorithm for the RCPSP",
//! ICCSA 2005, for populations of both directions; Mahfoud, "Niching methods for genetic algorithms", University of Illinois (1995), §4
//! for replacing parents.

use crate::draws::{Draws, GENE};
use crate::search::{Count, SAMPLED, Search};
use crate::state::State;

/// How far away in the ring a mate may be.
const REACH: usize = 4;

/// The population of a restart of this length.
fn size(length: u64) -> usize {
    (libm::sqrt(length as f64) as usize / 3).clamp(10, 200)
}

/// Runs one restart of `length` schedules, or until `count` has enough.
pub(crate) fn restart(search: &mut Search<'_>, restart: u32, length: u64, count: &mut dyn Count) {
    let mut draws = Draws::new(search.seed, restart, GENE);
    let size = size(length);
    let mut people = Vec::with_capacity(size);
    // The schedules of rules, a fifth of the restart: the better ones are its first population.
    let most = (length / 5).max(size as u64).max(SAMPLED.into()) as u32;
    let first = restart.wrapping_mul(most);
    let all = &mut people;
    let Some(made) = search.sample(first..first + most, length, count, &mut |state| all.push(state)) else { return };
    people.sort_by_key(|state| state.energy);
    people.truncate(size);
    let mut child = State::new(search.layout);
    let mut is_taken = vec![false; search.layout.tasks()];
    for step in made..length {
        let at = (step % size as u64) as usize;
        let mut near = || (at + size + draws.below(2 * REACH + 1) - REACH) % size;
        let (one, two) = (near(), near());
        let mate = if people[one].energy <= people[two].energy { one } else { two };
        if mate == at {
            child.choose_as(&people[at]);
        } else {
            cross(&mut child, &people[at], &people[mate], &mut is_taken, &mut draws);
        }
        // One change, and half of the time one more, and so on.
        loop {
            search.mover.mutate(&mut child, &mut draws);
            if draws.word() & 1 == 0 {
                break;
            }
        }
        search.schedule(&mut child);
        if !count.made(child.score(), &|to| to.clone_from(&child)) {
            return;
        }
        if child.energy <= people[at].energy {
            std::mem::swap(&mut child, &mut people[at]);
        }
    }
}

/// A child of two lists: a list of the first one's direction.
fn cross(child: &mut State, first: &State, second: &State, is_taken: &mut [bool], draws: &mut Draws) {
    let tasks = first.list.len();
    let (a, b) = (draws.below(tasks + 1), draws.below(tasks + 1));
    let (low, high) = (a.min(b), a.max(b));
    child.choose_as(first);
    is_taken.fill(false);
    first.list[..low].iter().for_each(|task| is_taken[*task as usize] = true);
    let mut at = low;
    let is_same = first.is_list_mirrored == second.is_list_mirrored;
    for k in 0..tasks {
        let task = second.list[if is_same { k } else { tasks - 1 - k }];
        if at < high && !is_taken[task as usize] {
            is_taken[task as usize] = true;
            child.list[at] = task;
            child.mode[task as usize] = second.mode[task as usize];
            if let Some(wait) = child.wait.get_mut(task as usize) {
                *wait = second.wait[task as usize];
            }
            at += 1;
        }
    }
    for task in first.list[low..].iter().filter(|task| !is_taken[**task as usize]) {
        child.list[at] = *task;
        at += 1;
    }
    child.number();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::Layout;
    use crate::problem::{Description, Mode, Problem, Task};
    use proptest::prelude::*;

    proptest! {
        /// Children are permutations in which nothing comes before what it waits for, whatever the directions of the parents.
        #[test]
        fn children_are_lists(
            bits in prop::collection::vec(any::<u32>(), 2..20), seed in any::<u64>(), mirrored in any::<[bool; 2]>(),
        ) {
            let mut description = Description::default();
            for (k, bits) in bits.iter().enumerate() {
                let mut task = Task::new(k.to_string(), vec![Mode::default(), Mode::default()]);
                task.after = (0..k as u32).filter(|pred| bits.rotate_right(2 * pred % 32) & 3 == 0).collect();
                description.tasks.push(task);
            }
            let problem = Problem::new(description).unwrap();
            let layout = Layout::new(&problem);
            let mut draws = Draws::new(seed, 0, GENE);
            let goal = crate::goal::Goal::new(&problem, crate::Objective::Makespan);
            let mover = crate::moves::Mover::new(&layout, &goal);
            let parents = mirrored.map(|is_list_mirrored| {
                let mut state = State { is_list_mirrored, ..State::new(&layout) };
                if is_list_mirrored {
                    state.list.reverse();
                }
                state.number();
                for _ in 0..50 {
                    mover.mutate(&mut state, &mut draws);
                }
                state
            });
            let mut child = State::new(&layout);
            cross(&mut child, &parents[0], &parents[1], &mut vec![false; bits.len()], &mut draws);
            prop_assert_eq!(child.is_list_mirrored, parents[0].is_list_mirrored);
            for task in 0..bits.len() {
                prop_assert_eq!(child.list[child.position[task] as usize], task as u32);
                let before = |pred: &u32| child.position[*pred as usize] < child.position[task];
                prop_assert!(layout.preds.of(task).iter().all(|pred| before(pred) != child.is_list_mirrored));
                prop_assert!(parents.iter().any(|parent| parent.mode[task] == child.mode[task]));
            }
        }
    }
}
