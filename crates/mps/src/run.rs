//! A run from program to result.

use crate::Poll;
use crate::bonds::Bonds;
use crate::matrix::Matrix;
use crate::places::Places;
use crate::program::Program;
use crate::sample::paths;
use crate::state::State;
use crate::svd::{Advance, Cut};
use ketflow_error::{Error, Interrupted, RunError};

/// Most outcomes that are listed one by one.
pub const MAX_EXACT_OUTCOMES: usize = 1 << 20;

/// Multiplications between two polls: about a millisecond.
const POLL_WORK: u64 = 1 << 20;

/// Outcomes that are not likelier than this are rounding residue.
const FLOOR: f64 = 1e-28;

/// How far a state may be cut.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Widest bond, at least 1.
    pub max_bond: u32,
    /// Largest share of the norm that a split may drop although the bond has room, from 0 to 1.
    pub threshold: f64,
}

/// What is wanted.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// 1 to 2³² − 1.
    pub shots: u32,
    /// Key of all random numbers.
    pub seed: u64,
    /// The distribution of the outcomes as the cut state has it.
    pub probabilities: bool,
    /// Pauli strings by qubit, 0 = I, 1 = X, 2 = Y, 3 = Z, whose expectations are wanted.
    pub strings: &'a [Vec<u8>],
    /// How far to cut.
    pub settings: Settings,
}

/// What a run gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Sampled {
    /// Outcomes, words with the least significant first, and their shots; they may repeat where not all qubits are measured.
    pub counts: Vec<(Vec<u64>, u64)>,
    /// Outcomes and their probabilities, where asked for; they may repeat as those of `counts` may.
    pub probabilities: Option<Vec<(Vec<u64>, f64)>>,
    /// Of each string.
    pub expectations: Vec<f64>,
    /// The share of the norm that was dropped: 1 − ∏(1 − share of each split).
    pub truncation_error: f64,
    /// The widest bond.
    pub bond: u32,
}

/// What a run will take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Estimate {
    /// Bytes at the peak.
    pub bytes: u64,
    /// Multiplications, about.
    pub work: u64,
    /// No bond of a run that drops nothing is wider.
    pub bond: u64,
}

/// Multiplications that an estimate may do itself: some ten milliseconds.
const TRIAL: u64 = 1 << 26;

/// What a run will take at most, known from what crosses each cut.
pub fn bounds(program: &Program, request: &Request) -> Estimate {
    let ones = vec![1; program.qubits.saturating_sub(1) as usize];
    let bonds = Bonds::of(program, 0, ones, &Places::new(program.qubits), request.settings.max_bond);
    let max_bond = u64::from(request.settings.max_bond);
    let numbers = bonds.numbers(max_bond);
    let widest = bonds.widest().min(max_bond);
    let row = u64::from(program.outcome_bits).div_ceil(64) * 8 + 64;
    let exact = if request.probabilities { MAX_EXACT_OUTCOMES as u64 * row } else { 0 };
    Estimate {
        // A joined tensor of four sites, its changed copy, and the factors of its decomposition.
        bytes: numbers * 16
            + 6 * 16 * 16 * widest * widest
            + u64::from(request.shots) * 4 * row
            + exact
            + request.strings.len() as u64 * u64::from(program.qubits),
        work: bonds.work.saturating_add(work_of_results(request, numbers, widest)),
        bond: bonds.widest(),
    }
}

/// As [`bounds`], but the work is what the first gates really take, and a bound for those behind them alone: angles decide how wide bonds
/// become, and ranks do not see them. Small jobs are run to their end for it.
pub fn estimate(program: &Program, request: &Request) -> Estimate {
    let Settings { max_bond, threshold } = request.settings;
    let mut state = State::zero(program.qubits, Cut { max_bond: max_bond as usize, threshold });
    let mut done = 0;
    for k in 0..program.steps.len() {
        let now: Vec<u64> = state.bonds().map(|bond| bond as u64).collect();
        let places = state.places.clone();
        let before = done;
        let advance: &mut Advance = &mut |work| {
            done += work;
            if done < TRIAL { Ok(()) } else { Err(Interrupted) }
        };
        if apply(&mut state, program, k, advance).is_err() {
            let rest = Bonds::of(program, k, now, &places, max_bond);
            let results = work_of_results(request, rest.numbers(u64::from(max_bond)), u64::from(max_bond));
            let bounds = bounds(program, request);
            let work = before.saturating_add(rest.work).saturating_add(results);
            return Estimate { work: work.min(bounds.work), ..bounds };
        }
        // Looking at the bonds takes time, too.
        done += u64::from(program.qubits);
    }
    let numbers = state.sites.iter().map(|site| site.re.len() as u64).sum();
    let widest = state.widest as u64;
    Estimate { work: done + work_of_results(request, numbers, widest), ..bounds(program, request) }
}

/// Of shots and expectations, where all tensors have so many numbers.
fn work_of_results(request: &Request, numbers: u64, widest: u64) -> u64 {
    let shots = u64::from(request.shots).saturating_mul(numbers * 4);
    shots.saturating_add((request.strings.len() as u64).saturating_mul(numbers * widest * 8))
}

/// Step `k`, with the centre left near the next one.
fn apply(state: &mut State, program: &Program, k: usize, advance: &mut Advance) -> Result<(), Interrupted> {
    let next = program.steps[k + 1..].iter().find(|step| step.wires.len() > 1);
    let site = next.and_then(|next| next.wires.iter().map(|wire| state.places.site(*wire)).min()).unwrap_or(0);
    let step = &program.steps[k];
    state.apply(&step.matrix, &step.wires, site, advance)
}

struct Work<'a, 'b> {
    poll: &'a mut Poll<'b>,
    done: u64,
    polled: u64,
    total: u64,
}

impl Work<'_, '_> {
    fn advance(&mut self, work: u64) -> Result<(), Interrupted> {
        self.done += work;
        if self.done - self.polled < POLL_WORK {
            return Ok(());
        }
        self.polled = self.done;
        self.total = self.total.max(self.done);
        (self.poll)(self.done, self.total)
    }
}

/// Runs a program; `poll` is asked about once a millisecond whether to go on.
///
/// # Errors
/// `too-large` when more than [`MAX_EXACT_OUTCOMES`] outcomes would be listed; [`RunError::Cancelled`] when `poll` says so.
pub fn run(program: &Program, request: &Request, poll: &mut Poll) -> Result<Sampled, RunError> {
    let mut work = Work { poll, done: 0, polled: 0, total: bounds(program, request).work };
    let advance: &mut Advance = &mut |done| work.advance(done);
    let Settings { max_bond, threshold } = request.settings;
    let mut state = State::zero(program.qubits, Cut { max_bond: max_bond as usize, threshold });
    for k in 0..program.steps.len() {
        apply(&mut state, program, k, advance)?;
    }
    let mut expectations = Vec::with_capacity(request.strings.len());
    for string in request.strings {
        expectations.push(expectation(&mut state, program, string, advance)?);
    }
    let mut counts = Vec::new();
    paths(&mut state, program, request.seed, Some(request.shots), FLOOR, advance, |outcome, shots, _| {
        counts.push((outcome.to_vec(), shots));
        true
    })?;
    let mut probabilities = None;
    if request.probabilities {
        let mut list = Vec::new();
        let is_whole = paths(&mut state, program, request.seed, None, FLOOR, advance, |outcome, _, probability| {
            list.push((outcome.to_vec(), probability));
            list.len() < MAX_EXACT_OUTCOMES
        })?;
        if !is_whole {
            return Err(Error::too_large(format!(
                "the distribution has at least {MAX_EXACT_OUTCOMES} outcomes, more than are listed; ask for counts instead"
            ))
            .into());
        }
        probabilities = Some(list);
    }
    let (truncation_error, bond) = ((1.0 - state.kept).max(0.0), state.widest as u32);
    Ok(Sampled { counts, probabilities, expectations, truncation_error, bond })
}

/// ⟨P⟩: the sites between the first and the last letter are contracted from the left, all others are orthonormal.
fn expectation(state: &mut State, program: &Program, string: &[u8], advance: &mut Advance) -> Result<f64, Interrupted> {
    let letter = |state: &State, site: usize| string[program.names[state.places.wire(site) as usize] as usize];
    let sites = 0..state.sites.len();
    let Some(first) = sites.clone().find(|site| letter(state, *site) != 0) else { return Ok(1.0) };
    let last = sites.rev().find(|site| letter(state, *site) != 0).unwrap_or(first);
    state.move_center(first, advance)?;
    let mut inner = Matrix::identity(state.sites[first].rows / 2);
    for site in first..=last {
        let letter = letter(state, site);
        let tensor = &state.sites[site];
        let (left, right) = (tensor.rows / 2, tensor.columns);
        // E'[r', r] = Σ conj(A[l', s', r']) · P[s', s] · E[l', l] · A[l, s, r]
        let ket = inner.times(&tensor.clone().reshaped(left, 2 * right)).reshaped(2 * left, right);
        inner = tensor.transposed().conjugated().times(&with_letter(ket, letter));
        advance((8 * left * right * (left + right)) as u64)?;
    }
    Ok((0..inner.rows).map(|k| inner.re[k * inner.rows + k]).sum())
}

/// A Pauli matrix on the bit of a site.
fn with_letter(mut ket: Matrix, letter: u8) -> Matrix {
    for row in (0..ket.rows).step_by(2) {
        let [(ar, ai), (br, bi)] = ket.pair_mut(row, row + 1);
        for ((ar, ai), (br, bi)) in ar.iter_mut().zip(ai).zip(br.iter_mut().zip(bi)) {
            (*ar, *ai, *br, *bi) = match letter {
                0 => (*ar, *ai, *br, *bi),
                1 => (*br, *bi, *ar, *ai),
                // −i times the lower, i times the upper.
                2 => (*bi, -*br, -*ai, *ar),
                _ => (*ar, *ai, -*br, -*bi),
            };
        }
    }
    ket
}
