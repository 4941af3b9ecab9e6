//! One restart by one of the methods, and where it begins.

use crate::options::Method;
use crate::search::{Count, SAMPLED, Search};
use crate::starts::RULES;
use crate::state::State;
use crate::{anneal, genetic, tabu};

/// Runs one restart of `length` schedules, or until `count` has enough.
pub(crate) fn run(search: &mut Search<'_>, restart: u32, length: u64, method: Method, count: &mut dyn Count) {
    if method == Method::Genetic {
        return genetic::restart(search, restart, length, count);
    }
    if method == Method::Anneal && restart > 0 {
        // What is known is a better start than a rule, however long the restart.
        let current = count.best().clone();
        return anneal::search(search, current, restart, length, count);
    }
    // The first restart begins with the best rule: with more than a few schedules, no result is worse than that.
    let rules = match method {
        _ if restart > 0 => restart..restart + 1,
        Method::PriorityRule => 0..1,
        // A plan that runs is a better start, and its time is short.
        _ if !search.goal.planned.is_empty() => 0..RULES,
        Method::Tabu if search.layout.flexible.is_empty() => 0..RULES,
        Method::Tabu => 0..SAMPLED,
        _ => 0..SAMPLED / 2,
    };
    let mut best = None::<State>;
    let mut keep = |state: State| {
        if best.as_ref().is_none_or(|best| state.score() < best.score()) {
            best = Some(state);
        }
    };
    let Some(made) = search.sample(rules, length, count, &mut keep) else { return };
    let Some(current) = best else { return };
    let moves = length - made;
    match method {
        Method::Tabu => tabu::search(search.layout, &current, (search.seed, restart), moves, count),
        _ => anneal::search(search, current, restart, moves, count),
    }
}
