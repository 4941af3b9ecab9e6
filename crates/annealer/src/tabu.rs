//! One-flip tabu search: every sweep looks at all flips and does the best that is not tabu, whether it lowers the energy or not.
//!
//! A flip is tabu for a while after it was done, but for one that leads below all energies seen. A read that has not improved for a
//! while starts anew: from where the path between two of its best samples is lowest, or at random while it has not two.
//!
//! Sources: Glover, Kochenberger, Alidaee, "Adaptive memory tabu search for binary quadratic programs", Management Science 44 (1998);
//! Wang, Lü, Glover, Hao, "Path relinking for unconstrained binary quadratic programming", EJOR 223 (2012).

use crate::elite::Elite;
use crate::ising::Ising;
use crate::lanes::{Choice, Lanes, Work};
use crate::monitor::{Interrupted, Monitor};
use crate::options::Options;
use crate::reads::{Hand, Reads, Share, Unit};
use crate::rows::{Class, Lane, Rows, classify};
use crate::search::{Found, Search};
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
    let ising = Ising::new(&search.bqm);
    match classify(&ising) {
        (Class::F64, unit) => search_as::<f64>(team, search, options, monitor, &ising, unit),
        (_, unit) => search_as::<i32>(team, search, options, monitor, &ising, unit),
    }
}

fn search_as<T: Lane + PartialOrd>(
    team: &Team,
    search: &Search,
    options: &Options,
    monitor: &mut dyn Monitor,
    ising: &Ising,
    unit: f64,
) -> Result<Found, RunError> {
    let rows = Rows::<T>::new(ising, unit);
    let start = Walk::new(&rows);
    let choice = Choice::of_process();
    Reads::new(search, options, team.threads(), 1).share(team, monitor, |share, hand| {
        let words = Words { key: [options.seed as u32, (options.seed >> 32) as u32], read: share.unit, next: 0 };
        Tabu { walk: start.clone(), words, options, choice }.search(share, hand)
    })
}

/// The random words of a read, in order.
struct Words {
    key: [u32; 2],
    read: u32,
    next: u64,
}

impl Words {
    fn below(&mut self, limit: usize) -> usize {
        let [word, ..] = philox4x32([self.next as u32, (self.next >> 32) as u32, self.read, TABU], self.key);
        self.next += 1;
        ((u64::from(word) * limit as u64) >> 32) as usize
    }
}

/// Sweeps without improvement after which a read starts anew, beside half of the number of variables.
const PATIENCE: u32 = 100;
/// Sweeps that a search of one start has at most, for each variable.
const MOST_PER_VARIABLE: u32 = 20;

/// One read.
struct Tabu<'a, T> {
    walk: Walk<'a, T>,
    words: Words,
    options: &'a Options,
    choice: Choice,
}

impl<T: Lane + PartialOrd> Tabu<'_, T> {
    fn search(mut self, share: Share, hand: &mut Hand) -> Result<Unit, Interrupted> {
        let size = self.walk.size();
        let mut elite = Elite::new();
        match &self.options.initial {
            Some(initial) => self.walk.start(|k| initial[k] > 0),
            None => self.start_at_random(),
        }
        let mut sweeps = 0;
        let mut is_over = size == 0;
        while sweeps < share.sweeps && !is_over {
            let budget = (share.sweeps - sweeps).min(MOST_PER_VARIABLE.saturating_mul(size as u32).max(PATIENCE));
            let (energy, values, done) = self.improve(budget, share.unit, hand)?;
            elite.add(energy, values);
            sweeps += done;
            is_over = hand.is_over(share.unit);
            if sweeps < share.sweeps && !is_over {
                sweeps += self.start_anew(&elite, share.sweeps - sweeps, hand)?;
            }
        }
        let values = elite.best().map_or_else(|| self.walk.values(), <[bool]>::to_vec);
        Ok(Unit { reads: vec![values], sweeps: sweeps.max(1) })
    }

    fn start_at_random(&mut self) {
        let words = &mut self.words;
        self.walk.start(|_| words.below(2) == 1);
    }

    /// Tabu search from where the walk is: the best that it met, and its sweeps.
    fn improve(&mut self, budget: u32, read: u32, hand: &mut Hand) -> Result<(f64, Vec<bool>, u32), Interrupted> {
        let size = self.walk.size();
        let patience = PATIENCE + size as u32 / 2;
        let mut free_at = vec![0u32; size];
        let (mut best, mut values) = (self.walk.energy(), self.walk.values());
        let (mut sweep, mut improved_at, mut is_behind) = (0, 0, false);
        while sweep < budget && sweep - improved_at < patience {
            sweep += 1;
            let from = self.words.below(size);
            let needed = best - self.walk.energy();
            let k = self.choice.run(Least { rises: self.walk.rises(), free_at: &free_at, sweep, from, needed });
            // All are tabu: in models of a few variables the tenure ends soon.
            let Some(k) = k else { continue };
            if is_behind && !T::ZERO.is_above(self.walk.rises()[k]) {
                // The best so far is left: now it is worth a copy.
                values = self.walk.values();
                is_behind = false;
            }
            self.walk.flip(k);
            free_at[k] = sweep + self.tenure();
            if self.walk.energy() < best {
                (best, improved_at, is_behind) = (self.walk.energy(), sweep, true);
            }
            hand.advance(size as u64, (size / 2 + self.walk.degree(k)) as u64)?;
            if hand.is_over(read) {
                break;
            }
        }
        if is_behind {
            values = self.walk.values();
        }
        Ok((best, values, sweep))
    }

    /// Sweeps for which a flip is tabu.
    fn tenure(&mut self) -> u32 {
        let size = self.walk.size();
        let random = self.words.below(10);
        (size / 100 + 2 + random).min(size / 2) as u32 + 1
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
            self.walk.flip(rest.swap_remove(least));
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

/// The best flip that is free, or tabu and good enough.
struct Least<'a, T> {
    rises: &'a [T],
    /// The sweep from which each is free.
    free_at: &'a [u32],
    sweep: u32,
    /// Of equals the first one from here on is taken.
    from: usize,
    /// A tabu flip has to change the energy by less than this.
    needed: f64,
}

impl<T: Lane + PartialOrd> Work<T, Option<usize>> for Least<'_, T> {
    #[inline(always)]
    fn run<L: Lanes<T>>(self) -> Option<usize> {
        let Self { rises, free_at, sweep, from, needed } = self;
        let (mut any, mut free) = (T::MOST, T::MOST);
        for (rise, at) in rises.iter().zip(free_at) {
            let allowed = if *at <= sweep { *rise } else { T::MOST };
            any = if *rise < any { *rise } else { any };
            free = if allowed < free { allowed } else { free };
        }
        if any < free && 2.0 * any.real() < needed {
            return rises.iter().position(|rise| *rise == any);
        }
        let is_it = |k: &usize| rises[*k] == free && free_at[*k] <= sweep;
        (from..rises.len()).find(is_it).or_else(|| (0..from).find(is_it))
    }
}
