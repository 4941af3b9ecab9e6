//! Moves of a critical path of a shop, with estimates of the makespans that they lead to.
//!
//! In a block – tasks of the path that follow each other on a machine – a task goes to the front or the rear, or the first or last
//! one goes inside (N6); in flexible shops a task of the path also goes to each place on each of its other machines where no circle
//! can come of it. An estimate is the longest path through the tasks that moved, from heads and tails as they were.
//!
//! Sources: Balas, Vazacopoulos, "Guided local search with shifting bottleneck for job shop scheduling", Management Science 44 (1998);
//! Zhang, Li, Guan, Rao, "A tabu search algorithm with a new neighborhood structure for the job shop scheduling problem", Computers &
//! Operations Research 34 (2007); Mastrolilli, Gambardella, "Effective neighbourhood functions for the flexible job shop problem",
//! Journal of Scheduling 3 (2000).

use crate::draws::Draws;
use crate::limits::NONE;
use crate::shop::Shop;

/// A task goes behind another one, or to the front of a machine, in a mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Move {
    pub task: u32,
    pub mode: u32,
    pub after: u32,
    /// The makespan that it is thought to lead to; one through other tasks may be longer.
    pub estimate: u32,
}

/// Finds moves; keeps the room that it needs.
#[derive(Default)]
pub(crate) struct Neighbours {
    pub moves: Vec<Move>,
    path: Vec<u32>,
    choices: Vec<u32>,
    heads: Vec<u32>,
    chain: Vec<u32>,
}

impl Neighbours {
    /// The moves of one critical path, which chance chooses where there are several.
    pub fn find(&mut self, shop: &Shop<'_>, draws: &mut Draws) {
        self.moves.clear();
        self.trace(shop, draws);
        let mut first = 0;
        while first < self.path.len() {
            let mut last = first;
            while last + 1 < self.path.len() && shop.before[self.path[last + 1] as usize] == self.path[last] {
                last += 1;
            }
            if last > first {
                self.block(shop, first, last);
            }
            first = last + 1;
        }
        if !shop.layout.flexible.is_empty() {
            for at in 0..self.path.len() {
                self.reassign(shop, self.path[at] as usize);
            }
        }
    }

    /// A longest path, from its first task to its last one.
    fn trace(&mut self, shop: &Shop<'_>, draws: &mut Draws) {
        self.path.clear();
        self.choices.clear();
        let is_last = |task: &u32| shop.end(*task) == shop.makespan;
        self.choices.extend((0..shop.list.len() as u32).filter(is_last));
        let Some(drawn) = self.choices.get(draws.below(self.choices.len().max(1))) else { return };
        let mut task = *drawn;
        loop {
            self.path.push(task);
            let start = shop.head[task as usize];
            let machine = shop.before[task as usize];
            let by_machine = machine != NONE && shop.end(machine) == start;
            let preds = shop.layout.preds.of(task as usize);
            task = match preds.iter().find(|pred| shop.end(**pred) == start) {
                Some(pred) if !by_machine || draws.word() & 1 == 0 => *pred,
                _ if by_machine => machine,
                _ => break,
            };
        }
        self.path.reverse();
    }

    /// The moves of the block of the path from `first` to `last`.
    fn block(&mut self, shop: &Shop<'_>, first: usize, last: usize) {
        // Nothing is gained at the front of a block that begins the path, nor at the rear of one that ends it.
        let (is_front, is_rear) = (first == 0, last + 1 == self.path.len());
        if !is_rear {
            (first..last).for_each(|from| self.behind(shop, from, last));
        }
        if !is_front {
            (first + 1..=last).for_each(|from| self.ahead(shop, from, first));
            // To the rear, the first one goes with the others.
            let most = if is_rear { last } else { last - 1 };
            (first + 1..=most).for_each(|to| self.behind(shop, first, to));
        }
        if !is_rear {
            let least = if is_front { first } else { first + 1 };
            (least..last).for_each(|to| self.ahead(shop, last, to));
        }
    }

    /// The task at `from` of the path goes behind the one at `to`.
    fn behind(&mut self, shop: &Shop<'_>, from: usize, to: usize) {
        let (task, target) = (self.path[from] as usize, self.path[to]);
        // A path from a follower of the task to the target would make the follower's tail the longer one.
        let tail = shop.tail(target);
        let leads = |next: &u32| {
            let (other, length) = (shop.tail(*next), shop.length[*next as usize]);
            *next == target || other > tail || (other == tail && length == 0)
        };
        if shop.layout.succs.of(task).iter().any(leads) {
            return;
        }
        self.chain.clear();
        self.chain.extend_from_slice(&self.path[from + 1..=to]);
        self.chain.push(task as u32);
        let estimate = self.estimate(shop, shop.before[task], shop.behind[target as usize]);
        self.moves.push(Move { task: task as u32, mode: shop.mode[task], after: target, estimate });
    }

    /// The task at `from` of the path goes before the one at `to`.
    fn ahead(&mut self, shop: &Shop<'_>, from: usize, to: usize) {
        let (task, target) = (self.path[from] as usize, self.path[to]);
        let end = shop.end(target);
        let follows = |pred: &u32| {
            let (other, length) = (shop.end(*pred), shop.length[*pred as usize]);
            *pred == target || other > end || (other == end && length == 0)
        };
        if shop.layout.preds.of(task).iter().any(follows) {
            return;
        }
        self.chain.clear();
        self.chain.push(task as u32);
        self.chain.extend_from_slice(&self.path[to..from]);
        let after = shop.before[target as usize];
        let estimate = self.estimate(shop, after, shop.behind[task]);
        self.moves.push(Move { task: task as u32, mode: shop.mode[task], after, estimate });
    }

    /// The longest path through the tasks of the chain when they follow each other between `low` and `high`.
    fn estimate(&mut self, shop: &Shop<'_>, low: u32, high: u32) -> u32 {
        self.heads.clear();
        let mut end = shop.end(low);
        for task in self.chain.iter().map(|task| *task as usize) {
            let head = shop.ready(task).max(end);
            self.heads.push(head);
            end = head + shop.length[task];
        }
        let (mut tail, mut longest) = (shop.tail(high), 0);
        for (task, head) in self.chain.iter().map(|task| *task as usize).zip(&self.heads).rev() {
            tail = shop.rest(task).max(tail) + shop.length[task];
            longest = longest.max(head + tail);
        }
        longest
    }

    /// The places of a task on its other machines. Behind a task that has begun when the followers could begin, or before one that
    /// has ended when what it waits for has begun, there is none: a circle might come of it.
    fn reassign(&mut self, shop: &Shop<'_>, task: usize) {
        let layout = shop.layout;
        let modes = layout.modes.of(task);
        if modes.len() < 2 {
            return;
        }
        let (preds, succs) = (layout.preds.of(task), layout.succs.of(task));
        let (ready, rest) = (shop.ready(task), shop.rest(task));
        let latest = succs.iter().map(|next| shop.end(*next)).min().unwrap_or(u32::MAX);
        let earliest = preds.iter().map(|pred| shop.head[*pred as usize]).max();
        for mode in modes.iter().copied().filter(|mode| *mode != shop.mode[task]) {
            let machine = layout.machine[mode as usize];
            let length = layout.duration[mode as usize];
            if machine == NONE {
                self.moves.push(Move { task: task as u32, mode, after: NONE, estimate: ready + length + rest });
                continue;
            }
            let mut after = NONE;
            let mut next = shop.first[machine as usize];
            loop {
                if next == task as u32 {
                    next = shop.behind[task];
                }
                let is_low = after == NONE || (shop.head[after as usize] < latest && !succs.contains(&after));
                let is_high = next == NONE || (earliest.is_none_or(|it| shop.end(next) > it) && !preds.contains(&next));
                if !is_low {
                    break;
                }
                if is_high {
                    let estimate = ready.max(shop.end(after)) + length + rest.max(shop.tail(next));
                    self.moves.push(Move { task: task as u32, mode, after, estimate });
                }
                if next == NONE {
                    break;
                }
                after = next;
                next = shop.behind[next as usize];
            }
        }
    }
}
