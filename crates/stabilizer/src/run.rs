//! A run: which of the ways of sampling a program takes, and what it gives.

use crate::affine::Affine;
use crate::draws::Draws;
use crate::expectation::expectations;
use crate::frames::{BLOCK, Frames, Turns};
use crate::outcomes::{Outcomes, transposed};
use crate::pauli::Pauli;
use crate::program::Program;
use crate::reference::Reference;
use crate::tableau::Tableau;
use crate::walk::{Leaf, Walk};
use crate::work::{Poll, Work};
use ketflow_error::{Error, RunError};

/// Largest number of random bits whose outcomes are listed one by one.
pub const MAX_EXACT_BITS: usize = 20;

/// More random turns than this are sampled as frames: the basis would take longer than the shots.
const MAX_GENERATORS: u64 = 1 << 14;

/// What is wanted.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// 1 to 2³² − 1.
    pub shots: u32,
    /// Key of all random numbers.
    pub seed: u64,
    /// The exact distribution of the outcomes, for programs without noise.
    pub probabilities: bool,
    /// Strings whose expectations are wanted, before the final measurements.
    pub strings: &'a [Pauli],
}

/// What a run gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Sampled {
    /// How many shots had an outcome; rows may repeat, unless the program is without noise and feed-forward.
    pub counts: Outcomes<u64>,
    /// Probability of each outcome; rows may repeat as those of `counts` may.
    pub probabilities: Option<Outcomes<f64>>,
    /// Of each string.
    pub expectations: Vec<f64>,
}

/// What a run will take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Estimate {
    /// Bytes at the peak.
    pub bytes: u64,
    /// Operations on words of 64 bits, about.
    pub words: u64,
}

/// What a run will take, known without allocating anything.
pub fn estimate(program: &Program, request: &Request) -> Estimate {
    let (qubits, shots) = (u64::from(program.qubits), u64::from(request.shots));
    let (gate, collapse) = Tableau::costs(program.qubits);
    let events = u64::from(program.events);
    let row = u64::from(program.outcome_bits).div_ceil(64);
    let reference = program.size * gate + events.min(2 * qubits) * collapse;
    let terms = (request.strings.len() as u64).div_ceil(64);
    let frames = |shots: u64| (qubits * 2 + u64::from(program.bits)) * shots.div_ceil(64) * 8;
    let (bytes, words) = match way(program) {
        Way::Affine => {
            let generators = Affine::generators(program);
            let table = generators.min(u64::from(program.outcome_bits)).div_ceil(8) * 256 * row * 8;
            let exact = if request.probabilities { ((row + 1) * 8) << MAX_EXACT_BITS } else { 0 };
            let basis = generators * row * 16;
            let samples = shots * (16 + row.div_ceil(8));
            (frames(generators) + table + exact + basis, program.size * generators.div_ceil(64) * 3 + samples)
        }
        Way::Frames => {
            let blocks = shots.div_ceil(BLOCK as u64);
            let turns = (qubits + events) * 8 + program.size * 3;
            (frames(BLOCK as u64), blocks * (BLOCK as u64 / 64) * turns)
        }
        Way::Walk => {
            let copies = 2 + u64::from(shots.ilog2());
            (copies * (Tableau::bytes(program.qubits) + shots * 4), shots.min(1 << 20) * program.size * gate)
        }
    };
    let results = shots * (row + 1) * 8 * 3;
    let strings = (2 * qubits + 2) * terms * 8 + request.strings.len() as u64 * 8;
    Estimate {
        bytes: bytes + Tableau::bytes(program.qubits) + results + strings,
        words: reference.saturating_add(words).saturating_add(program.size * terms * 4),
    }
}

enum Way {
    Affine,
    Frames,
    Walk,
}

/// A function of the program alone, so that the bytes of a result are.
fn way(program: &Program) -> Way {
    if !program.has_pauli_branches {
        Way::Walk
    } else if program.is_affine() && Affine::generators(program) <= MAX_GENERATORS {
        Way::Affine
    } else {
        Way::Frames
    }
}

/// Runs a program; `poll` is asked at least once a millisecond whether to go on.
///
/// # Errors
/// `unsupported` and `too-large` where an exact result is not to be had; [`RunError::Cancelled`] when `poll` says so.
pub fn run(program: &Program, request: &Request, poll: &mut Poll) -> Result<Sampled, RunError> {
    if request.probabilities && program.is_noisy() {
        return Err(Error::unsupported("exact probabilities under noise are not available; ask for counts").into());
    }
    if !request.strings.is_empty() && program.has_feed_forward && program.has_errors {
        return Err(Error::unsupported(
            "an observable of a noisy circuit with 'if' or assignments is not available with method stabilizer; remove one of them",
        )
        .into());
    }
    let work = &mut Work::new(poll, estimate(program, request).words);
    let draws = Draws::new(request.seed);
    let mut sampled =
        Sampled { counts: Outcomes::new(program.outcome_bits), probabilities: None, expectations: Vec::new() };
    match way(program) {
        Way::Affine => {
            let reference = Reference::of(program, work)?;
            let affine = Affine::of(program, &reference, work)?;
            if request.probabilities {
                check_rank(affine.rank())?;
                sampled.probabilities = Some(affine.distribution(work)?);
            }
            sampled.counts = affine.sample(draws, request.shots, work)?;
        }
        Way::Frames => {
            let reference = Reference::of(program, work)?;
            sampled.counts = framed(program, &reference, draws, request.shots, work)?;
        }
        Way::Walk => {
            let counts = &mut sampled.counts;
            let walk = Walk { program, draws, is_exact: false };
            walk.run(request.shots, work, |leaf, work| count(program, draws, leaf, counts, work))?;
        }
    }
    if program.has_feed_forward && (request.probabilities || !request.strings.is_empty()) {
        exact(program, request, draws, &mut sampled, work)?;
    } else if request.probabilities && sampled.probabilities.is_none() {
        return Err(Error::too_large(format!(
            "exact probabilities need a basis of all outcomes; it is made for at most {MAX_GENERATORS} qubits, measurements and \
             resets together, here are {}: ask for counts",
            Affine::generators(program)
        ))
        .into());
    } else {
        sampled.expectations = expectations(program, request.strings, work)?;
    }
    Ok(sampled)
}

fn check_rank(rank: usize) -> Result<(), Error> {
    if rank <= MAX_EXACT_BITS {
        return Ok(());
    }
    Err(Error::too_large(format!(
        "the exact distribution has 2^{rank} outcomes; at most 2^{MAX_EXACT_BITS} are listed: ask for counts, or measure fewer qubits"
    )))
}

fn framed(
    program: &Program,
    reference: &Reference,
    draws: Draws,
    shots: u32,
    work: &mut Work,
) -> Result<Outcomes<u64>, RunError> {
    let mut counts = Outcomes::new(program.outcome_bits);
    for (block, from) in (0..shots as usize).step_by(BLOCK).enumerate() {
        let length = BLOCK.min(shots as usize - from);
        let (rows, width) = Frames::run(program, reference, Turns::Random(draws, block as u32), length, work)?;
        transposed(&rows, width, program.outcome_bits as usize, length, &mut counts.words);
        counts.values.resize(from + length, 1);
    }
    Ok(counts)
}

/// Final measurements of a group of shots that has its own tableau.
fn count(
    program: &Program,
    draws: Draws,
    leaf: &Leaf,
    counts: &mut Outcomes<u64>,
    work: &mut Work,
) -> Result<(), RunError> {
    for &shot in leaf.shots {
        let (mut tableau, mut bits) = (leaf.tableau.clone(), leaf.bits.to_vec());
        for measurement in &program.finals {
            let outcome = tableau.measure(measurement.qubit, || draws.branch(shot, measurement.event));
            let is_wrong = program.readout > 0.0 && draws.branch_readout(shot, measurement.event, program.readout);
            if let Some(bit) = measurement.bit {
                bits[bit as usize] = outcome ^ is_wrong;
            }
        }
        work.advance(tableau.words())?;
        counts.push(&packed(&bits[..program.outcome_bits as usize]), 1);
    }
    Ok(())
}

/// Probabilities and expectations along all branches.
fn exact(
    program: &Program,
    request: &Request,
    draws: Draws,
    sampled: &mut Sampled,
    work: &mut Work,
) -> Result<(), RunError> {
    let mut probabilities = Outcomes::new(program.outcome_bits);
    let mut sums = vec![0.0; request.strings.len()];
    let walk = Walk { program, draws, is_exact: true };
    walk.run(0, work, |leaf, work| {
        for (sum, string) in sums.iter_mut().zip(request.strings) {
            *sum += leaf.probability * f64::from(leaf.tableau.expectation(string));
            work.advance(leaf.tableau.words())?;
        }
        if !request.probabilities {
            return Ok(());
        }
        // The final measurements of one path, followed depth first.
        let mut waiting = vec![(leaf.tableau.clone(), leaf.bits.to_vec(), leaf.probability, 0)];
        while let Some((mut tableau, mut bits, mut probability, mut next)) = waiting.pop() {
            while let Some(measurement) = program.finals.get(next) {
                next += 1;
                let outcome = tableau.outcome(measurement.qubit).unwrap_or_else(|| {
                    probability /= 2.0;
                    let mut other = (tableau.clone(), bits.clone(), probability, next);
                    other.0.project(measurement.qubit, true);
                    if let Some(bit) = measurement.bit {
                        other.1[bit as usize] = true;
                    }
                    waiting.push(other);
                    tableau.project(measurement.qubit, false);
                    false
                });
                if let Some(bit) = measurement.bit {
                    bits[bit as usize] = outcome;
                }
            }
            if probabilities.values.len() >= 1 << MAX_EXACT_BITS {
                check_rank(MAX_EXACT_BITS + 1)?;
            }
            probabilities.push(&packed(&bits[..program.outcome_bits as usize]), probability);
            work.advance(tableau.words())?;
        }
        Ok(())
    })?;
    sampled.expectations = sums;
    sampled.probabilities = request.probabilities.then_some(probabilities);
    Ok(())
}

fn packed(bits: &[bool]) -> Vec<u64> {
    bits.chunks(64)
        .map(|chunk| chunk.iter().enumerate().fold(0, |word, (k, bit)| word | u64::from(*bit) << k))
        .collect()
}
