//! A job from its options to its result.

use crate::anneal::anneal;
use crate::auto::{self, Choice, Costs, Picked, Reason};
use crate::bound;
use crate::bqm::{Bqm, Vartype};
use crate::exact;
use crate::format::Format;
use crate::lanes::LANES;
use crate::model::Model;
use crate::monitor::Monitor;
use crate::options::{Method, Options, Sense};
use crate::path_integral::anneal_paths;
use crate::result::{AnnealResult, Work};
use crate::samples::SampleSet;
use crate::sought::{Found, Search};
use crate::tabu::search_tabu;
use crate::temper::temper;
use ketflow_error::{Error, RunError};
use ketflow_team::{Team, with_helpers};
use serde::Serialize;

/// What a run will take, known without running anything.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Estimate {
    /// Of the model.
    pub variables: u64,
    /// Of the model.
    pub couplings: u64,
    /// Bytes at the peak, the model included.
    pub bytes: u64,
    /// Visits of a neighbour for sixteen reads at once, a variable itself counted four times: what a calibration turns into
    /// milliseconds.
    pub operations: u64,
    /// `anneal`, `temper`, `path-integral`, `tabu`, `exact`, or `auto` where methods race.
    pub method: &'static str,
}

/// How a job is run.
enum Way {
    Reads(Method),
    Exact(exact::Plan),
    Race,
}

/// What is known before a run.
struct Plan {
    estimate: Estimate,
    sense: Sense,
    way: Way,
    /// What `auto` has picked already.
    picked: Option<Picked>,
}

/// Says what a run with these options would take.
///
/// # Errors
/// As [`run`], but for the cancellation.
pub fn estimate(model: &Model, options: &Options) -> Result<Estimate, Error> {
    plan(model, options).map(|plan| plan.estimate)
}

// This and what a run calls once are functions of their own: inlined, they are one of 70 kB, and V8 optimises all of a function or nothing.
#[inline(never)]
fn plan(model: &Model, options: &Options) -> Result<Plan, Error> {
    options.check()?;
    let bqm = &model.bqm;
    check_initial(bqm, options)?;
    bound::check_size(bqm, options)?;
    let sense = sense_of(model, options)?;
    let picked = |method, reason| Some(Picked { method, reason, searches: Vec::new() });
    let (way, picked) = match options.method {
        Method::Exact => (Way::Exact(exact::Plan::new(bqm, options)?), None),
        Method::Auto => match auto::choose(bqm, options) {
            Choice::Exact(order) => (Way::Exact(exact::Plan::Elimination(order)), picked("exact", Reason::SmallWidth)),
            Choice::Anneal(reason) => (Way::Reads(Method::Anneal), picked("anneal", reason)),
            Choice::Race => (Way::Race, None),
        },
        method => (Way::Reads(method), None),
    };
    let (variables, couplings) = (bqm.size() as u64, bqm.couplings().len() as u64);
    let sweeps = options.total_sweeps();
    let costs = Costs::of(bqm);
    let (method, operations, reads, own_bytes) = match &way {
        Way::Exact(plan) => {
            let states = u64::from(options.max_samples).min(1 << variables.min(32));
            ("exact", plan.operations(variables), states, plan.bytes(variables))
        }
        Way::Race => ("auto", auto::work(bqm, options), auto::most_reads(bqm, options), LADDER_BYTES),
        Way::Reads(method) => {
            let reads = sweeps.div_ceil(options.sweeps.into());
            let (method, sweeps, operations, bytes) = match method {
                Method::Temper => ("temper", sweeps, costs.temper, LADDER_BYTES),
                Method::PathIntegral => ("path-integral", sweeps, 24 * variables + 8 * couplings, 0),
                Method::Tabu => ("tabu", sweeps, costs.tabu, 0),
                // Sixteen walk side by side, and as long where fewer do.
                _ => ("anneal", sweeps.div_ceil(reads.min(LANES as u64)), costs.anneal, 0),
            };
            (method, sweeps.saturating_mul(operations), reads, bytes)
        }
    };
    // The model as given, as spins and as rows, the lanes of a walk; each read's values; the result and its container.
    let samples = reads.min(options.max_samples.into());
    let words = variables.div_ceil(64) * 8;
    let proof = if options.bound { 6 * (variables + 1) * (variables + 2) + 2048 * (variables + 1) } else { 0 };
    let bytes = proof
        + variables * 64
        + walk_bytes(variables)
        + own_bytes
        + couplings * 96
        + reads * (variables + 24)
        + samples * (variables + 2 * words + 64);
    let limit = options.memory_limit_mib << 20;
    if bytes > limit {
        return Err(Error::too_large(format!(
            "{reads} reads of {variables} variables and {couplings} couplings by {method} need {bytes} bytes ({} MiB); the limit is {limit} \
             bytes ({} MiB): give fewer reads or maxSamples, or raise memoryLimitMiB",
            bytes.div_ceil(1 << 20),
            limit >> 20
        )));
    }
    let estimate = Estimate { variables, couplings, bytes, operations, method };
    Ok(Plan { estimate, sense, way, picked })
}

/// Two tables of sixteen thresholds, of eight bytes at most, at each of 2048 places.
const LADDER_BYTES: u64 = 2 * 16 * 8 * 2048;

/// Bytes of a walk at most: sixteen lanes of eight bytes and two samples more, and the tables of thresholds.
fn walk_bytes(variables: u64) -> u64 {
    variables * 160 + (1 << 16)
}

fn check_initial(bqm: &Bqm, options: &Options) -> Result<(), Error> {
    let Some(initial) = &options.initial else { return Ok(()) };
    if initial.len() != bqm.size() {
        let message = format!("initial has {} values; give one for each of {} variables", initial.len(), bqm.size());
        return Err(Error::invalid(message));
    }
    let low = if bqm.vartype() == Vartype::Spin { -1 } else { 0 };
    match initial.iter().position(|value| *value != 1 && *value != low) {
        Some(k) => Err(Error::invalid(format!("initial[{k}] is {}; this model's values are {low} and 1", initial[k]))),
        None => Ok(()),
    }
}

fn sense_of(model: &Model, options: &Options) -> Result<Sense, Error> {
    match options.sense {
        None if model.format == Format::Bqp => Err(Error::invalid(
            "sense is missing: programs of Beasley's library are maximised there; give sense max, or min",
        )),
        Some(_) if model.problem.is_some() => {
            Err(Error::invalid("sense is given, but the problem says itself what is wanted; leave it out"))
        }
        sense => Ok(sense.unwrap_or(Sense::Min)),
    }
}

/// Below this many operations starting a thread takes longer than it saves.
const SHARE_FROM_OPERATIONS: u64 = 1 << 18;

/// Searches a model on `options.threads` threads, which are started for it where it is worth it. The result is a function of model
/// and options alone, whatever their number.
///
/// # Errors
/// [`RunError::Refused`] before anything runs, [`RunError::Cancelled`] when the monitor ends it.
pub fn run(model: &Model, options: &Options, monitor: &mut dyn Monitor) -> Result<AnnealResult, RunError> {
    let Estimate { operations, method, .. } = estimate(model, options)?;
    let is_shared = method != "exact" && operations >= SHARE_FROM_OPERATIONS;
    with_helpers(if is_shared { options.threads } else { 1 }, |team| run_on(team, model, options, monitor))
}

/// As [`run`], on a team that is there already; it uses no more than `options.threads` of its threads.
///
/// # Errors
/// As [`run`].
pub fn run_on(
    team: &Team,
    model: &Model,
    options: &Options,
    monitor: &mut dyn Monitor,
) -> Result<AnnealResult, RunError> {
    let Plan { estimate, sense, way, picked } = plan(model, options)?;
    let bqm = if sense == Sense::Max { model.bqm.negated() } else { model.bqm.clone() };
    let search = Search::new(bqm, sense, options.target_energy);
    let most = options.max_samples as usize;
    // Each more thread walks with lanes of its own. Where there is no room for them fewer walk, because threads must not decide about
    // what is refused.
    let spare = ((options.memory_limit_mib << 20) - estimate.bytes) / walk_bytes(model.bqm.size() as u64);
    let threads = options.threads.min(u32::try_from(1 + spare).unwrap_or(u32::MAX));
    team.begin(if matches!(way, Way::Exact(_)) { 1 } else { threads });
    let (found, picked, is_proved) = match &way {
        Way::Exact(plan) => {
            let solved = plan.solve(team, &search, options, monitor)?;
            (Found { reads: solved.states, energies: Vec::new(), sweeps: solved.nodes }, picked, Some(solved.is_proved))
        }
        Way::Race => {
            let (found, picked) = auto::race(team, &search, options, monitor)?;
            (found, Some(picked), None)
        }
        Way::Reads(method) => {
            let found = match method {
                Method::Temper => temper(team, &search, options, monitor)?,
                Method::PathIntegral => anneal_paths(team, &search, options, monitor)?,
                Method::Tabu => search_tabu(team, &search, options, monitor)?,
                _ => anneal(team, &search, options, monitor)?,
            };
            (found, picked, None)
        }
    };
    // What was looked at exactly was not read.
    let reads = if is_proved.is_some() { 0 } else { found.reads.len() as u64 };
    let work = Work { sweeps: found.sweeps, reads };
    let mut samples = SampleSet::collect(&model.bqm, sense, found.reads, most);
    if let Some(descent) = &model.descent {
        samples = samples.descended(&model.bqm, descent, monitor)?;
    }
    let bound = options.bound.then(|| bound::find(&model.bqm, sense, monitor)).transpose()?;
    Ok(AnnealResult::new(model, samples, bound, work, is_proved, picked))
}
