//! Method `auto`: exact where that is cheap, otherwise a race between the methods on budgets of work.
//!
//! No clock is asked: what is picked is a function of model, options and seed. The race goes in rounds whose work doubles. In each round every
//! contender searches anew with the same work; who was beaten in two rounds is out, and who is left takes the rest, in searches whose work
//! doubles too, because annealing and tempering gain most from more sweeps. Tempering enters when a round is long enough for it.
//! With a target the favourite does its first rounds before the others begin. [`crate::sought::Found::sweeps`] counts the sweeps of all rounds in order, so a limit of sweeps ends the race where a time limit did.

use crate::anneal::anneal;
use crate::bqm::Bqm;
use crate::elimination::Order;
use crate::lanes::LANES;
use crate::monitor::{Interrupted, Monitor, Next, Progress};
use crate::options::{MAX_SWEEPS, Method, Options};
use crate::rows::Class;
use crate::sought::{Found, Search};
use crate::tabu::search_tabu;
use crate::temper::temper;
use ketflow_error::RunError;
use ketflow_rng::philox4x32;
use ketflow_team::Team;
use serde::Serialize;
use std::collections::VecDeque;

/// The top word of the counters that give each search its seed; part of the reproducibility contract, never reused.
const SEARCH: u32 = 0x106;

/// Most variables for which an order of elimination is looked for: that takes milliseconds.
const MOST_ELIMINATED: usize = 4096;
/// An operation of elimination takes as long as so many of annealing.
const ELIMINATION_COST: u64 = 4;
/// Operations of an elimination at most, however long the search would be: 20 ms, which no time limit ends, and 16 MiB.
const MOST_ELIMINATION: u64 = 1 << 22;

/// Parts of the work of which each contender gets one in the first round.
const PARTS: u64 = 16;
/// Annealed sweeps in a part, below which nobody is raced: all are still hot.
const LEAST_SWEEPS: u64 = 30;
/// Annealed sweeps in a round from which on replicas are tempered.
const TEMPERED_FROM: u64 = 4000;
/// Sweeps of a tempered read before there are several.
const TEMPERED_FOR: u64 = 10_000;
/// Rounds that the favourite does before the others begin, where there is a target.
const ROUNDS_AHEAD: u64 = 2;
/// Rounds that a contender may lose.
const MOST_LOSSES: u32 = 1;
/// Searches side by side in a long round, so that threads have something to share.
const MOST_UNITS: u64 = 4;

/// What `auto` does with a job.
pub(crate) enum Choice {
    Exact(Order),
    Anneal(Reason),
    Race,
}

/// Why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Elimination takes less work than the search that was asked for.
    SmallWidth,
    /// `betaRange` is annealing's.
    BetaRange,
    /// Too little work to compare methods.
    ShortSearch,
    /// It found the best sample of all that raced.
    Race,
}

/// What was picked, and why.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Picked {
    /// `exact`, `anneal`, `temper` or `tabu`.
    pub method: &'static str,
    /// Why this one.
    pub reason: Reason,
    /// The searches of a race, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub searches: Vec<Raced>,
}

/// One search of a race.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Raced {
    /// `anneal`, `temper` or `tabu`.
    pub method: &'static str,
    /// Its reads.
    pub reads: u64,
    /// Of all of them.
    pub sweeps: u64,
    /// The best that it found.
    pub energy: f64,
}

/// Operations of a sweep: of sixteen annealed reads, of a read of the others.
#[derive(Clone, Copy)]
pub(crate) struct Costs {
    pub(crate) anneal: u64,
    pub(crate) temper: u64,
    pub(crate) tabu: u64,
}

impl Costs {
    pub(crate) fn of(bqm: &Bqm) -> Self {
        let (variables, couplings) = (bqm.size() as u64, bqm.couplings().len() as u64);
        Self {
            anneal: 4 * variables + 2 * couplings,
            // With a round of exchanges for four sweeps.
            temper: 6 * variables + 3 * couplings,
            tabu: 64 + variables / 16 + 2 * couplings / variables.max(1),
        }
    }
}

/// Operations of the search that the options ask for: reads and sweeps as annealing has them.
pub(crate) fn work(bqm: &Bqm, options: &Options) -> u64 {
    let units = u64::from(options.reads).div_ceil(LANES as u64);
    units * u64::from(options.sweeps).saturating_mul(Costs::of(bqm).anneal)
}

/// Reads that are kept of a race at most.
pub(crate) fn most_reads(bqm: &Bqm, options: &Options) -> u64 {
    let unit = u64::from(options.sweeps).saturating_mul(Costs::of(bqm).anneal).max(1);
    // A short search for a target, rounds of one unit each, and of four once there is work for them.
    let rounds = u64::from((work(bqm, options) / unit).max(1).ilog2());
    (5 + rounds * MOST_UNITS) * (LANES as u64 + 2)
}

/// What is done with a job; limits of sweeps have no say in it, so that a run that was cut can be run again.
pub(crate) fn choose(bqm: &Bqm, options: &Options) -> Choice {
    if options.beta_range.is_some() {
        return Choice::Anneal(Reason::BetaRange);
    }
    let work = work(bqm, options);
    let most = (work / ELIMINATION_COST).min(MOST_ELIMINATION);
    if bqm.size() <= MOST_ELIMINATED
        && let Some(order) = Order::new(bqm, most)
    {
        return Choice::Exact(order);
    }
    if work / PARTS < LEAST_SWEEPS * Costs::of(bqm).anneal { Choice::Anneal(Reason::ShortSearch) } else { Choice::Race }
}

/// Who takes part, and the rounds that it has lost.
struct Contender {
    method: Method,
    losses: u32,
}

impl Contender {
    fn new(method: Method) -> Self {
        Self { method, losses: 0 }
    }
}

struct Race<'a> {
    team: &'a Team,
    search: &'a Search,
    options: &'a Options,
    monitor: &'a mut dyn Monitor,
    costs: Costs,
    /// Of sixteen reads as the options have them.
    unit: u64,
    work: u64,
    left: u64,
    sweeps_left: u64,
    found: Found,
    best: Option<f64>,
    searches: Vec<Raced>,
    is_over: bool,
}

/// Races the methods.
///
/// # Errors
/// [`RunError::Cancelled`] when the monitor ends it.
#[inline(never)]
pub(crate) fn race(
    team: &Team,
    search: &Search,
    options: &Options,
    monitor: &mut dyn Monitor,
) -> Result<(Found, Picked), RunError> {
    let costs = Costs::of(&search.bqm);
    let work = work(&search.bqm, options);
    let mut race = Race {
        team,
        search,
        options,
        monitor,
        costs: scaled(costs, search.class),
        unit: u64::from(options.sweeps).saturating_mul(costs.anneal),
        work,
        left: work,
        sweeps_left: options.sweep_limit.unwrap_or(u64::MAX),
        found: Found { reads: Vec::new(), energies: Vec::new(), sweeps: 0 },
        best: None,
        searches: Vec::new(),
        is_over: false,
    };
    race.run()?;
    let Race { found, searches, .. } = race;
    let best =
        searches.iter().reduce(|best, next| if search.is_better(next.energy, Some(best.energy)) { next } else { best });
    let method = best.map_or("anneal", |best| best.method);
    Ok((found, Picked { method, reason: Reason::Race, searches }))
}

/// Operations that take the same time: a visit of tabu search takes as long as three of narrow lanes, or one of wide ones.
fn scaled(costs: Costs, class: Class) -> Costs {
    let visits = if matches!(class, Class::I8 | Class::I16) { 3 } else { 1 };
    Costs { tabu: visits * costs.tabu, ..costs }
}

impl Race<'_> {
    fn run(&mut self) -> Result<(), RunError> {
        let bqm = &self.search.bqm;
        // Who is likely to win is first, for the target may be reached soon: tabu search where a twelfth of all pairs are coupled.
        let is_dense = 24 * bqm.couplings().len() >= bqm.size() * bqm.size();
        let order = if is_dense { [Method::Tabu, Method::Anneal] } else { [Method::Anneal, Method::Tabu] };
        let mut contenders = Vec::from(order.map(Contender::new));
        let mut share = (self.work / PARTS).min(self.unit);
        let mut is_tempered = false;
        let mut ahead = self.favourite_ahead(order[0], share)?;
        while self.left > 0 && !self.is_over {
            let is_annealed = contenders.iter().any(|contender| contender.method == Method::Anneal);
            let round = |contenders: usize| share * contenders as u64;
            let is_long = share >= TEMPERED_FROM * self.costs.anneal && round(contenders.len() + 1) <= self.left / 2;
            if !is_tempered && is_annealed && is_long {
                is_tempered = true;
                contenders.push(Contender::new(Method::Temper));
                contenders.iter_mut().for_each(|contender| contender.losses = 0);
            }
            if contenders.len() == 1 || round(contenders.len()) > self.left / 2 {
                let leader = contenders.swap_remove(self.leader(&contenders));
                let is_last = !contenders.is_empty() || self.left < 3 * share;
                self.search(leader.method, if is_last { self.left } else { share })?;
                contenders = vec![leader];
            } else {
                let mut energies = Vec::new();
                for contender in &contenders {
                    let known = if contender.method == order[0] { ahead.pop_front() } else { None };
                    energies.push(match known {
                        Some(energy) => energy,
                        None => self.search(contender.method, share)?,
                    });
                }
                let best = energies
                    .iter()
                    .flatten()
                    .copied()
                    .reduce(|a, b| if self.search.is_better(b, Some(a)) { b } else { a });
                for (contender, energy) in contenders.iter_mut().zip(energies) {
                    contender.losses += u32::from(energy != best);
                }
                contenders.retain(|contender| contender.losses <= MOST_LOSSES);
            }
            share *= 2;
        }
        Ok(())
    }

    /// What the favourite found in its first rounds, where it does them before the others: with a target they may not be needed. Easy ones are
    /// met by less than a round, so there it begins with a short search that is nobody's round.
    fn favourite_ahead(&mut self, favourite: Method, share: u64) -> Result<VecDeque<Option<f64>>, RunError> {
        let mut ahead = VecDeque::new();
        if self.search.has_target() {
            if share / 2 >= LEAST_SWEEPS * self.costs.anneal {
                self.search(favourite, share / 2)?;
            }
            for round in 0..ROUNDS_AHEAD {
                ahead.push_back(self.search(favourite, share << round)?);
            }
        }
        Ok(ahead)
    }

    /// Who lost the fewest rounds, of equals who is first.
    fn leader(&self, contenders: &[Contender]) -> usize {
        (0..contenders.len()).min_by_key(|at| contenders[*at].losses).unwrap_or(0)
    }

    /// One search with so much work, and the best energy of it; none where the race is over.
    fn search(&mut self, method: Method, work: u64) -> Result<Option<f64>, RunError> {
        if self.is_over || self.sweeps_left == 0 {
            self.is_over = true;
            return Ok(None);
        }
        let (name, cost, lanes, unit) = match method {
            Method::Temper => ("temper", self.costs.temper, 1, TEMPERED_FOR * self.costs.temper),
            Method::Tabu => ("tabu", self.costs.tabu, 1, self.unit),
            _ => ("anneal", self.costs.anneal, LANES as u64, self.unit),
        };
        let sweeps = (work / cost).max(1);
        // None longer than a read can be.
        let units = (work / unit.max(1)).clamp(1, MOST_UNITS).max(sweeps.div_ceil(MAX_SWEEPS.into()));
        let sweeps = (sweeps / units).max(1);
        let options = Options {
            method,
            reads: u32::try_from(units * lanes).unwrap_or(u32::MAX),
            sweeps: u32::try_from(sweeps).unwrap_or(u32::MAX),
            sweep_limit: Some(self.sweeps_left),
            seed: self.seed(),
            ..self.options.clone()
        };
        let part = |work: u64| work as f64 / self.work as f64;
        let mut stage = Stage {
            monitor: &mut *self.monitor,
            search: self.search,
            total: u64::from(self.options.reads) * u64::from(self.options.sweeps) * self.search.bqm.size() as u64,
            before: part(self.work - self.left),
            part: part(work),
            best: self.best,
            is_finished: false,
        };
        let found = match method {
            Method::Temper => temper(self.team, self.search, &options, &mut stage)?,
            Method::Tabu => search_tabu(self.team, self.search, &options, &mut stage)?,
            _ => anneal(self.team, self.search, &options, &mut stage)?,
        };
        self.is_over = stage.is_finished;
        self.left = self.left.saturating_sub(work);
        self.sweeps_left = self.sweeps_left.saturating_sub(found.sweeps);
        let best = found.energies.iter().copied().reduce(|a, b| if self.search.is_better(b, Some(a)) { b } else { a });
        if let Some(energy) = best {
            if self.search.is_better(energy, self.best) {
                self.best = best;
            }
            self.is_over |= self.search.reaches_target(energy);
            self.searches.push(Raced { method: name, reads: found.reads.len() as u64, sweeps: found.sweeps, energy });
        }
        self.found.sweeps += found.sweeps;
        self.found.reads.extend(found.reads);
        self.found.energies.extend(found.energies);
        Ok(best)
    }

    /// Searches of one race share no random number.
    fn seed(&self) -> u64 {
        let key = [self.options.seed as u32, (self.options.seed >> 32) as u32];
        let [low, high, ..] = philox4x32([self.searches.len() as u32, 0, 0, SEARCH], key);
        u64::from(high) << 32 | u64::from(low)
    }
}

/// The part of a race that is one search, for who watches the race.
struct Stage<'a> {
    monitor: &'a mut dyn Monitor,
    search: &'a Search,
    /// Updates of the race, as if it annealed.
    total: u64,
    /// Of its work: what was done before, and what this search is.
    before: f64,
    part: f64,
    best: Option<f64>,
    is_finished: bool,
}

impl Monitor for Stage<'_> {
    fn poll(&mut self, progress: Progress) -> Result<Next, Interrupted> {
        let share = (progress.done as f64 / progress.total.max(1) as f64).min(1.0);
        let done = ((self.before + self.part * share).min(1.0) * self.total as f64) as u64;
        if let Some(energy) = progress.best
            && self.search.is_better(energy, self.best)
        {
            self.best = progress.best;
        }
        let next = self.monitor.poll(Progress { done, total: self.total, best: self.best })?;
        self.is_finished |= next == Next::Finish;
        Ok(next)
    }
}
