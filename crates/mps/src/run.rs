//! A run from program to result.

use crate::Poll;
use crate::bonds::Bonds;
use crate::program::{Program, Step};
use crate::sample::paths;
use crate::state::{Advance, Cut, Site, State};
use ketflow_error::{Error, Interrupted, RunError};
use num_complex::Complex64;

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

/// What a run will take at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Estimate {
    /// Bytes at the peak.
    pub bytes: u64,
    /// Multiplications, about.
    pub work: u64,
    /// log₂ of the widest bond of a run that drops nothing.
    pub bond_bits: u32,
}

/// What a run will take, known from what crosses each cut.
pub fn estimate(program: &Program, request: &Request) -> Estimate {
    let max_bond = request.settings.max_bond;
    let bonds = Bonds::of(program, max_bond);
    let numbers = bonds.numbers(max_bond);
    let widest =
        if bonds.widest() >= 32 { u64::from(max_bond) } else { (1 << bonds.widest()).min(u64::from(max_bond)) };
    let row = u64::from(program.outcome_bits).div_ceil(64) * 8 + 64;
    let shots = u64::from(request.shots);
    let exact = if request.probabilities { MAX_EXACT_OUTCOMES as u64 * row } else { 0 };
    let strings = request.strings.len() as u64;
    Estimate {
        // A joined tensor of four sites, its changed copy, and the factors of its decomposition.
        bytes: numbers * 16
            + 6 * 16 * 16 * widest * widest
            + shots * 4 * row
            + exact
            + strings * u64::from(program.qubits),
        work: bonds.work.saturating_add(shots * numbers * 4).saturating_add(strings * numbers * widest * 8),
        bond_bits: bonds.widest(),
    }
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
    let mut work = Work { poll, done: 0, polled: 0, total: estimate(program, request).work };
    let advance: &mut Advance = &mut |done| work.advance(done);
    let Settings { max_bond, threshold } = request.settings;
    let mut state = State::zero(program.qubits, Cut { max_bond: max_bond as usize, threshold });
    for step in &program.steps {
        match step {
            Step::Rename(a, b) => state.places.rename(*a, *b),
            Step::Gate { matrix, qubits, .. } => state.apply(matrix, qubits, advance)?,
        }
    }
    let mut expectations = Vec::with_capacity(request.strings.len());
    for string in request.strings {
        expectations.push(expectation(&mut state, string, advance)?);
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
fn expectation(state: &mut State, string: &[u8], advance: &mut Advance) -> Result<f64, Interrupted> {
    let letter = |state: &State, site: usize| string[state.places.qubit(site) as usize];
    let sites = 0..state.sites.len();
    let Some(first) = sites.clone().find(|site| letter(state, *site) != 0) else { return Ok(1.0) };
    let last = sites.rev().find(|site| letter(state, *site) != 0).unwrap_or(first);
    state.move_center(first, advance)?;
    let bond = state.sites[first].left;
    let mut inner: Vec<Complex64> =
        (0..bond * bond).map(|k| Complex64::new(if k / bond == k % bond { 1.0 } else { 0.0 }, 0.0)).collect();
    for site in first..=last {
        inner = carried(&inner, &state.sites[site], letter(state, site), advance)?;
    }
    let bond = state.sites[last].right;
    Ok((0..bond).map(|k| inner[k * bond + k].re).sum())
}

/// E'[r', r] = Σ conj(A[l', s', r']) · P[s', s] · E[l', l] · A[l, s, r]
fn carried(inner: &[Complex64], site: &Site, letter: u8, advance: &mut Advance) -> Result<Vec<Complex64>, Interrupted> {
    let (left, right) = (site.left, site.right);
    let i = Complex64::new(0.0, 1.0);
    let one = Complex64::new(1.0, 0.0);
    // For each bit of the bra the bit of the ket, and the entry of the letter.
    let entries = match letter {
        0 => [(0, one), (1, one)],
        1 => [(1, one), (0, one)],
        2 => [(1, -i), (0, i)],
        _ => [(0, one), (1, -one)],
    };
    let mut next = vec![Complex64::default(); right * right];
    for (bra, (ket, factor)) in entries.into_iter().enumerate() {
        // half[l', r] = Σ E[l', l] · A[l, ket, r]
        let mut half = vec![Complex64::default(); left * right];
        for (row, out) in inner.chunks_exact(left).zip(half.chunks_exact_mut(right)) {
            for (l, value) in row.iter().enumerate() {
                let tensor = &site.data[(l * 2 + ket) * right..][..right];
                out.iter_mut().zip(tensor).for_each(|(out, x)| *out += value * x);
            }
        }
        for (l, half) in half.chunks_exact(right).enumerate() {
            for (r, out) in next.chunks_exact_mut(right).enumerate() {
                let value = site.at(l, bra, r).conj() * factor;
                out.iter_mut().zip(half).for_each(|(out, x)| *out += value * x);
            }
        }
    }
    advance((8 * left * right * (left + right)) as u64)?;
    Ok(next)
}
