//! Tabu search in shops: the best move of a critical path that is not forbidden, again and again.
//!
//! A move forbids for a while to put what it reversed back, task by task, and to give a task the mode back that it had. When many
//! moves brought nothing, the search goes on from one of the best schedules that it met, after some moves by chance.
//!
//! Sources: Nowicki, Smutnicki, "A fast taboo search algorithm for the job shop problem", Management Science 42 (1996); Zhang et al.
//! (2007), as in `neighbours`.

use crate::draws::{Draws, TABU};
use crate::layout::Layout;
use crate::limits::NONE;
use crate::neighbours::{Move, Neighbours};
use crate::search::Count;
use crate::shop::Shop;
use crate::state::{Score, State};

/// Moves without a better schedule before the search goes on elsewhere, and how many best schedules are kept, in job shops and in
/// flexible ones. 2,000 to 20,000 moves do alike on Taillard's shops, also when these go from one schedule towards another; Brandimarte's
/// mk07 came from 2.9 % above the best known to 0.7 % in 5 s.
const STALL: [u64; 2] = [10_000, 3_000];
const ELITE: [usize; 2] = [6, 12];
/// In flexible shops, how often of 10 times the search goes on between two of the best schedules, and how far from the first one at most.
const BETWEEN: usize = 8;
const FARTHEST: f64 = 0.5;
/// Most entries of the table of what is forbidden.
const TABLE: usize = 1 << 22;

/// What is forbidden, and until which step.
struct Tabu {
    /// By (task, task that must not come behind it): by their product where there is room, and else by its remainder.
    order: Vec<u32>,
    /// By mode of all tasks.
    mode: Vec<u32>,
    tasks: usize,
    now: u32,
}

impl Tabu {
    fn new(layout: &Layout<'_>) -> Self {
        let tasks = layout.tasks();
        Self { order: vec![0; (tasks * tasks).min(TABLE)], mode: vec![0; layout.duration.len()], tasks, now: 0 }
    }

    fn clear(&mut self) {
        self.order.fill(0);
        self.mode.fill(0);
        self.now = 0;
    }

    fn entry(&self, first: u32, second: u32) -> usize {
        (first as usize * self.tasks + second as usize) % self.order.len()
    }

    /// The step until which a move is forbidden, because it puts tasks into an order, or one into a mode, that it must not have yet.
    fn until(&self, shop: &Shop<'_>, it: &Move) -> u32 {
        if it.mode != shop.mode[it.task as usize] {
            return self.mode[it.mode as usize];
        }
        let mut until = 0;
        passed(shop, it, |first, second| until = until.max(self.order[self.entry(first, second)]));
        until
    }

    /// Forbids to undo a move, for `tenure` steps.
    fn add(&mut self, shop: &Shop<'_>, it: &Move, tenure: u32) {
        let until = self.now + tenure;
        if it.mode != shop.mode[it.task as usize] {
            self.mode[shop.mode[it.task as usize] as usize] = until;
            return;
        }
        passed(shop, it, |first, second| {
            let entry = self.entry(second, first);
            self.order[entry] = until;
        });
    }
}

/// Calls `each` with (first, second) in their new order for every task that a move on one machine passes.
fn passed(shop: &Shop<'_>, it: &Move, mut each: impl FnMut(u32, u32)) {
    let is_ahead = it.after == NONE || shop.position[it.after as usize] < shop.position[it.task as usize];
    let mut other = it.task;
    while other != it.after || other == it.task {
        other = if is_ahead { shop.before[other as usize] } else { shop.behind[other as usize] };
        if other == NONE || (is_ahead && other == it.after) {
            return;
        }
        let (first, second) = if is_ahead { (it.task, other) } else { (other, it.task) };
        each(first, second);
    }
}

/// Searches from a schedule for `steps` moves, or until `count` has enough.
pub(crate) fn search(
    layout: &Layout<'_>,
    start: &State,
    (seed, restart): (u64, u32),
    steps: u64,
    count: &mut dyn Count,
) {
    let mut draws = Draws::new(seed, restart, TABU);
    let mut shop = Shop::new(layout, start);
    let mut elite: Vec<Shop<'_>> = vec![shop.clone()];
    let mut tabu = Tabu::new(layout);
    let mut neighbours = Neighbours::default();
    let machines = layout.machines.max(1);
    let base = (10 + layout.tasks() / machines / machines) as u32;
    let is_flexible = !layout.flexible.is_empty();
    let (stall, most) = (STALL[usize::from(is_flexible)], ELITE[usize::from(is_flexible)]);
    let (mut stalled, mut local) = (0, shop.clone());
    for _ in 0..steps {
        tabu.now += 1;
        neighbours.find(&shop, &mut draws);
        let Some(chosen) = choose(&neighbours.moves, &shop, &tabu, &mut draws) else {
            // No move of a critical path: it is one task after the other, and there is no shorter schedule by them.
            return;
        };
        tabu.add(&shop, &chosen, base + draws.below(base as usize) as u32);
        shop.relocate(chosen.task as usize, chosen.mode, chosen.after);
        stalled += 1;
        if shop.makespan < local.makespan {
            local.copy(&shop);
            stalled = 0;
        }
        if !count.made(Score { late: 0, value: u64::from(shop.makespan) }, &|state| shop.write(state)) {
            return;
        }
        if stalled >= stall {
            keep(&mut elite, most, &local);
            let from = draws.below(elite.len());
            shop.copy(&elite[from]);
            tabu.clear();
            let to = if is_flexible { draws.below(elite.len()) } else { from };
            if to != from && draws.below(10) < BETWEEN {
                shop.approach(&elite[to], FARTHEST * draws.unit(), &mut draws);
            } else {
                wander(&mut shop, &mut neighbours, &mut draws);
            }
            local.copy(&shop);
            stalled = 0;
        }
    }
}

/// Some moves by chance.
fn wander(shop: &mut Shop<'_>, neighbours: &mut Neighbours, draws: &mut Draws) {
    for _ in 0..10 + draws.below(20) {
        neighbours.find(shop, draws);
        if neighbours.moves.is_empty() {
            break;
        }
        let it = neighbours.moves[draws.below(neighbours.moves.len())];
        shop.relocate(it.task as usize, it.mode, it.after);
    }
}

/// The move of the least estimate that is not forbidden; where all are, the one that will be free first. An estimate below the best
/// schedule is no reason to do what is forbidden: most such are too low, and the search went in circles (Taillard's shops, 250 ms:
/// 8.4 % above the best known instead of 1.1 %).
fn choose(moves: &[Move], shop: &Shop<'_>, tabu: &Tabu, draws: &mut Draws) -> Option<Move> {
    let (mut best, mut equals) = (None::<Move>, 0);
    let mut oldest = None::<(u32, Move)>;
    for it in moves {
        let known = best.map_or(u32::MAX, |best| best.estimate);
        if it.estimate > known {
            continue;
        }
        let until = tabu.until(shop, it);
        if until > tabu.now {
            if oldest.is_none_or(|(other, _)| until < other) {
                oldest = Some((until, *it));
            }
            continue;
        }
        equals = if it.estimate < known { 1 } else { equals + 1 };
        if equals == 1 || draws.below(equals) == 0 {
            best = Some(*it);
        }
    }
    best.or(oldest.map(|(_, it)| it))
}

/// Keeps a schedule among the best ones, the shortest first, one of each makespan.
fn keep<'a>(elite: &mut Vec<Shop<'a>>, most: usize, shop: &Shop<'a>) {
    let at = elite.partition_point(|it| it.makespan < shop.makespan);
    if elite.get(at).is_some_and(|it| it.makespan == shop.makespan) {
        elite[at].copy(shop);
    } else if elite.len() < most {
        elite.insert(at, shop.clone());
    } else if at < most {
        elite[at..].rotate_right(1);
        elite[at].copy(shop);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::{Description, Mode, Problem, Task};
    use proptest::prelude::*;

    /// Jobs of some tasks each, every task with up to three modes on four machines, or on none.
    fn shops() -> impl Strategy<Value = Problem> {
        let mode = (0u32..6, 0u32..5);
        let task = prop::collection::vec(mode, 1..4);
        prop::collection::vec(prop::collection::vec(task, 1..6), 1..7).prop_map(|jobs| {
            let mut description =
                Description { machines: (0..4).map(|k| k.to_string()).collect(), ..Description::default() };
            for job in &jobs {
                for (k, modes) in job.iter().enumerate() {
                    let mode = |(duration, machine): &(u32, u32)| Mode {
                        duration: *duration,
                        machine: (*machine < 4).then_some(*machine),
                        ..Mode::default()
                    };
                    let number = description.tasks.len() as u32;
                    let mut task = Task::new(number.to_string(), modes.iter().map(mode).collect());
                    task.after = if k > 0 { vec![number - 1] } else { Vec::new() };
                    task.release = number % 3;
                    description.tasks.push(task);
                }
            }
            Problem::new(description).unwrap()
        })
    }

    proptest! {
        /// Between two schedules there is one of the same problem, and at their ends are they themselves.
        #[test]
        fn schedules_lie_between_others(problem in shops(), moves in prop::collection::vec(any::<prop::sample::Index>(), 20), part in 0.0..1.0) {
            let layout = Layout::new(&problem);
            let mut draws = Draws::new(1, 0, TABU);
            let start = Shop::new(&layout, &State::new(&layout));
            let (mut other, mut neighbours) = (start.clone(), Neighbours::default());
            for it in moves {
                neighbours.find(&other, &mut draws);
                if !neighbours.moves.is_empty() {
                    let it = neighbours.moves[it.index(neighbours.moves.len())];
                    other.relocate(it.task as usize, it.mode, it.after);
                }
            }
            for (part, expected) in [(0.0, Some(&start)), (part, None), (1.0, Some(&other))] {
                let mut between = start.clone();
                between.approach(&other, part, &mut draws);
                for task in 0..layout.tasks() {
                    let preds = layout.preds.of(task).iter().chain([&between.before[task]]).filter(|pred| **pred != NONE);
                    prop_assert!(preds.copied().all(|pred| between.position[pred as usize] < between.position[task]));
                    prop_assert!([start.mode[task], other.mode[task]].contains(&between.mode[task]));
                    prop_assert_eq!(between.length[task], layout.duration[between.mode[task] as usize]);
                }
                // A start that is another one's at the same time may be in another order; none is later than it was.
                prop_assert!(expected.is_none_or(|it| between.makespan <= it.makespan));
            }
        }

        /// After any moves the graph is what it is when it is built from its orders anew, without a circle, and what
        /// a move is said to reverse is in that order afterwards.
        #[test]
        fn moves_keep_the_graph(problem in shops(), picks in prop::collection::vec(any::<prop::sample::Index>(), 30)) {
            let layout = Layout::new(&problem);
            let mut state = State::new(&layout);
            let mut shop = Shop::new(&layout, &state);
            let mut neighbours = Neighbours::default();
            let mut draws = Draws::new(1, 0, TABU);
            for pick in picks {
                neighbours.find(&shop, &mut draws);
                if neighbours.moves.is_empty() {
                    break;
                }
                let it = neighbours.moves[pick.index(neighbours.moves.len())];
                let mut reversed = Vec::new();
                if it.mode == shop.mode[it.task as usize] {
                    passed(&shop, &it, |first, second| reversed.push((first, second)));
                    prop_assert!(reversed.iter().all(|(a, b)| shop.position[*a as usize] > shop.position[*b as usize]));
                    prop_assert!(!reversed.is_empty());
                }
                shop.relocate(it.task as usize, it.mode, it.after);
                prop_assert!(reversed.iter().all(|(a, b)| shop.position[*a as usize] < shop.position[*b as usize]));
                for task in 0..layout.tasks() {
                    let preds = layout.preds.of(task).iter().chain([&shop.before[task]]).filter(|pred| **pred != NONE);
                    let is_behind = |pred: &u32| shop.position[*pred as usize] < shop.position[task];
                    prop_assert!(preds.copied().all(|pred| is_behind(&pred)));
                    prop_assert_eq!(shop.list[shop.position[task] as usize], task as u32);
                }
                shop.write(&mut state);
                let anew = Shop::new(&layout, &state);
                prop_assert_eq!(&anew.head, &shop.head);
                prop_assert_eq!(&anew.tail, &shop.tail);
                prop_assert_eq!(&anew.before, &shop.before);
                prop_assert_eq!(&anew.behind, &shop.behind);
                prop_assert_eq!(&anew.first, &shop.first);
                prop_assert_eq!(anew.makespan, shop.makespan);
            }
        }
    }
}
