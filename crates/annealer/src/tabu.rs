//! One-flip tabu search: every sweep looks at all flips and does the best that is not tabu, whether it lowers the energy or not.
//!
//! A flip is tabu for a while after it was done, but for one that leads below all energies seen. A read that has not improved for a
//! while starts anew: from where the path between two of its best samples is lowest, or at random while it has not two.
//!
//! Sources: Glover, Kochenberger, Alidaee, "Adaptive memory tabu search for binary quadratic programs", Management Science 44 (1998);
//! Wang, Lü, Glover, Hao, "Path relinking for unconstrained binary quadratic programming", EJOR 223 (2012).

use crate::candidates::{Candidates, Least};
use crate::elite::Elite;
use crate::lanes::{Choice, Lane};
use crate::monitor::{Interrupted, Monitor};
use crate::options::Options;
use crate::reads::{Hand, Reads, Share, Unit};
use crate::rows::{Class, Rows};
use crate::sought::{Found, Goal, Search};
use crate::walk::Walk;
use ketflow_error::RunError;
use ketflow_rng::philox4x32;
use ketflow_team::Team;

/// The top word of this method's counters; part of the reproducibility contract, never reused.
const TABU: u32 = 0x105;

/// Searches the reads, each on one of the team's threads.
///
/// # Errors
/// [`RunError::Cancelled`] when the monitor ends it.
pub(crate) fn search_tabu(
    team: &Team,
    search: &Search,
    options: &Options,
    monitor: &mut dyn Monitor,
) -> Result<Found, RunError> {
    match search.class {
        Class::I8 | Class::I16 => search_as::<i16>(team, search, options, monitor),
        Class::F64 => search_as::<f64>(team, search, options, monitor),
        Class::I32 => search_as::<i32>(team, search, options, monitor),
    }
}

fn search_as<T: Lane + PartialOrd>(
    team: &Team,
    search: &Search,
    options: &Options,
    monitor: &mut dyn Monitor,
) -> Result<Found, RunError> {
    let rows = Rows::<T>::new(&search.ising, search.unit);
    let start = Walk::new(&rows);
    let choice = Choice::of_process();
    let goal = Goal::new(search, search.unit);
    Reads::new(search, options, team.threads(), 1).share(team, monitor, |share, hand| {
        let words = Words::new(options.seed, share.unit);
        let candidates = Candidates::new(rows.size());
        Tabu { walk: start.clone(), candidates, words, options, choice, goal: &goal }.search(share, hand)
    })
}

/// The random words of a read, in order.
struct Words {
    key: [u32; 2],
    read: u32,
    next: u64,
    block: [u32; 4],
}

impl Words {
    fn new(seed: u64, read: u32) -> Self {
        Self { key: [seed as u32, (seed >> 32) as u32], read, next: 0, block: [0; 4] }
    }

    fn below(&mut self, limit: usize) -> usize {
        let place = self.next % 4;
        if place == 0 {
            let block = self.next / 4;
            self.block = philox4x32([block as u32, (block >> 32) as u32, self.read, TABU], self.key);
        }
        self.next += 1;
        ((u64::from(self.block[place as usize]) * limit as u64) >> 32) as usize
    }
}

/// Sweeps without improvement after which a read starts anew, beside [`PATIENCE_PER_VARIABLE`].
const PATIENCE: u32 = 100;
/// With half a sweep for each variable a program of 1,000 variables took half as long again.
const PATIENCE_PER_VARIABLE: u32 = 4;
/// Sweeps that a search of one start has at most, for each variable.
const MOST_PER_VARIABLE: u32 = 20;

/// Starts in a row that led to no new sample among the best, after which a read forgets them: what is between them is known then.
const MOST_FAILURES: u32 = 3;

/// What a flip costs besides its neighbours, in visits of one.
const STEPS_PER_FLIP: usize = 64;

/// One read.
struct Tabu<'a, T> {
    walk: Walk<'a, T>,
    candidates: Candidates<T>,
    words: Words,
    options: &'a Options,
    choice: Choice,
    goal: &'a Goal<'a>,
}

impl<T: Lane + PartialOrd> Tabu<'_, T> {
    fn search(mut self, share: Share, hand: &mut Hand) -> Result<Unit, Interrupted> {
        let size = self.walk.size();
        let (mut elite, mut failures) = (Elite::new(), 0);
        let (mut best, mut values) = (f64::INFINITY, Vec::new());
        match &self.options.initial {
            Some(initial) => self.walk.start(|k| initial[k] > 0),
            None => self.start_at_random(),
        }
        let mut sweeps = 0;
        let mut is_over = size == 0;
        while sweeps < share.sweeps && !is_over {
            let budget = (share.sweeps - sweeps).min(MOST_PER_VARIABLE.saturating_mul(size as u32).max(PATIENCE));
            let (energy, found, done) = self.improve(budget, share.unit, hand)?;
            sweeps += done;
            if energy < best {
                (best, values) = (energy, found.clone());
            }
            failures = if elite.add(energy, found) { 0 } else { failures + 1 };
            if failures > MOST_FAILURES {
                (elite, failures) = (Elite::new(), 0);
            }
            is_over = hand.is_over(share.unit) || self.goal.is_met(best, || values.clone());
            if sweeps < share.sweeps && !is_over {
                sweeps += self.start_anew(&elite, share.sweeps - sweeps, hand)?;
            }
        }
        if values.is_empty() {
            values = self.walk.values();
        }
        Ok(Unit { reads: vec![values], sweeps: sweeps.max(1), is_met: false })
    }

    fn start_at_random(&mut self) {
        let words = &mut self.words;
        self.walk.start(|_| words.below(2) == 1);
    }

    /// Tabu search from where the walk is: the best that it met, and its sweeps.
    fn improve(&mut self, budget: u32, read: u32, hand: &mut Hand) -> Result<(f64, Vec<bool>, u32), Interrupted> {
        let size = self.walk.size();
        let patience = PATIENCE_PER_VARIABLE.saturating_mul(size as u32).saturating_add(PATIENCE);
        self.candidates.clear();
        let (mut best, mut values) = (self.walk.energy(), self.walk.values());
        let (mut sweep, mut improved_at, mut is_behind) = (0, 0, false);
        while sweep < budget && sweep - improved_at < patience {
            sweep += 1;
            self.candidates.release(sweep);
            // All are tabu: in models of a few variables the tenure ends soon.
            let Some(k) = self.choose(best) else { continue };
            if is_behind && !T::ZERO.is_above(self.walk.rises()[k]) {
                // The best so far is left: now it is worth a copy.
                values = self.walk.values();
                is_behind = false;
                if self.goal.is_met(best, || values.clone()) {
                    break;
                }
            }
            let degree = self.walk.degree(k);
            let candidates = &mut self.candidates;
            if candidates.is_wide(degree) {
                self.walk.flip(k, |_| ());
                candidates.touch_all();
            } else {
                self.walk.flip(k, |j| candidates.touch(j));
            }
            let until = sweep + self.tenure();
            self.candidates.forbid(k, until);
            if self.walk.energy() < best {
                (best, improved_at, is_behind) = (self.walk.energy(), sweep, true);
            }
            hand.advance(size as u64, (STEPS_PER_FLIP + degree) as u64)?;
            if hand.is_over(read) {
                break;
            }
        }
        if is_behind {
            values = self.walk.values();
        }
        Ok((best, values, sweep))
    }

    /// The best flip that is free, or one that is tabu and leads below the best energy so far.
    fn choose(&mut self, best: f64) -> Option<usize> {
        let Self { walk, candidates, words, choice, .. } = self;
        let from = words.below(walk.size());
        let tabu = candidates.least_tabu(walk.rises());
        let free = choice.run(Least { candidates, rises: walk.rises(), from });
        let is_better = |spin: usize| free.is_none_or(|free| walk.rises()[spin] < walk.rises()[free]);
        tabu.filter(|spin| is_better(*spin) && 2.0 * walk.rises()[*spin].real() < best - walk.energy()).or(free)
    }

    /// Sweeps for which a flip is tabu.
    fn tenure(&mut self) -> u32 {
        let size = self.walk.size();
        let random = self.words.below(10);
        (size / 50 + 2 + random).min(size / 2) as u32 + 1
    }

    /// Gives the walk its next start; says how many sweeps that took.
    fn start_anew(&mut self, elite: &Elite, budget: u32, hand: &mut Hand) -> Result<u32, Interrupted> {
        let known = elite.samples();
        if known.len() < 2 {
            self.start_at_random();
            return Ok(0);
        }
        let from = self.words.below(known.len());
        let to = (from + 1 + self.words.below(known.len() - 1)) % known.len();
        self.walk.start(|k| known[from][k]);
        let mut rest: Vec<usize> = (0..self.walk.size()).filter(|k| known[from][*k] != known[to][*k]).collect();
        // Close to either end it would fall back to it.
        let margin = rest.len() / 4;
        let (mut best, mut place, mut steps) = (f64::INFINITY, self.walk.values(), 0);
        while rest.len() > margin && steps < budget {
            let least = (0..rest.len()).fold(0, |least, at| {
                if self.walk.rises()[rest[at]] < self.walk.rises()[rest[least]] { at } else { least }
            });
            self.walk.flip(rest.swap_remove(least), |_| ());
            steps += 1;
            if steps as usize >= margin && self.walk.energy() < best {
                (best, place) = (self.walk.energy(), self.walk.values());
            }
            hand.advance(self.walk.size() as u64, rest.len() as u64 + 100)?;
        }
        self.walk.start(|k| place[k]);
        Ok(steps)
    }
}
