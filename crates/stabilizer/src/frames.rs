//! Pauli frames: by which X and Z each of many shots differs from the reference run, 64 shots to a word.

use crate::clifford::Clifford;
use crate::conditions::Bits;
use crate::draws::Draws;
use crate::pauli::{add, two_rows};
use crate::program::{Measurement, Program, Step};
use crate::reference::Reference;
use crate::strikes::{Rate, Strikes};
use crate::work::Work;
use ketflow_error::Interrupted;

/// Shots of one block. Part of the reproducibility contract: random numbers are keyed by blocks.
pub(crate) const BLOCK: usize = 4096;

/// How frames are turned where the outcome of an event is random.
#[derive(Clone, Copy)]
pub(crate) enum Turns {
    /// At random, those of a block of shots.
    Random(Draws, u32),
    /// Each turn by one shot alone, the next one every time: all shots together are the generators of the random outcomes.
    OneByOne,
}

/// The frames of up to [`BLOCK`] shots, or of any number of generators.
pub(crate) struct Frames<'a> {
    program: &'a Program,
    reference: &'a Reference,
    turns: Turns,
    /// Nothing strikes generators.
    strikes: Option<Strikes>,
    shots: usize,
    width: usize,
    x: Vec<u64>,
    z: Vec<u64>,
    bits: Vec<u64>,
    turned: u32,
    /// How many `if`s are behind us.
    conditions: usize,
}

/// Which shots take a branch, and whether the reference does.
struct Taken {
    shots: Vec<u64>,
    reference: bool,
}

impl<'a> Frames<'a> {
    /// Follows the program to its end; gives a row of `width` words for each classical bit.
    pub fn run(
        program: &'a Program,
        reference: &'a Reference,
        turns: Turns,
        shots: usize,
        work: &mut Work,
    ) -> Result<(Vec<u64>, usize), Interrupted> {
        let width = shots.div_ceil(64);
        let rows = program.qubits as usize * width;
        let bits = vec![0; program.bits as usize * width];
        let (x, z) = (vec![0; rows], vec![0; rows]);
        let strikes = match turns {
            Turns::Random(draws, block) if program.is_noisy() => Some(Strikes::new(draws, block)),
            _ => None,
        };
        let mut frames =
            Frames { program, reference, turns, strikes, shots, width, x, z, bits, turned: 0, conditions: 0 };
        // Z does nothing to |0…0⟩, so each shot has any.
        (0..program.qubits).try_for_each(|qubit| frames.turn(qubit, work))?;
        frames.steps(&program.steps, None, work)?;
        program.finals.iter().try_for_each(|measurement| frames.measure(measurement, work))?;
        Ok((frames.bits, width))
    }

    fn steps(&mut self, steps: &[Step], taken: Option<&Taken>, work: &mut Work) -> Result<(), Interrupted> {
        for step in steps {
            match (step, taken) {
                (Step::Gate(gate), None) => self.gate(*gate),
                (Step::Gate(gate), Some(taken)) => self.pauli(*gate, taken),
                (Step::Measure(measurement), _) => self.measure(measurement, work)?,
                (Step::Reset { qubit, .. }, _) => {
                    self.x[*qubit as usize * self.width..][..self.width].fill(0);
                    self.turn(*qubit, work)?;
                }
                (Step::Error { qubit, rate, .. }, taken) => self.error(*qubit, rate, taken),
                (Step::Assign { bit, value }, taken) => {
                    let new = Bits { rows: &self.bits, width: self.width }.holds(value);
                    let row = &mut self.bits[*bit as usize * self.width..][..self.width];
                    for (k, (old, new)) in row.iter_mut().zip(new).enumerate() {
                        let mask = taken.map_or(u64::MAX, |taken| taken.shots[k]);
                        *old = *old & !mask | new & mask;
                    }
                }
                (Step::If { condition, then, otherwise }, taken) => {
                    let mut shots = Bits { rows: &self.bits, width: self.width }.holds(condition);
                    let mut others: Vec<u64> = shots.iter().map(|word| !word).collect();
                    if let Some(taken) = taken {
                        shots.iter_mut().zip(&taken.shots).for_each(|(word, mask)| *word &= mask);
                        others.iter_mut().zip(&taken.shots).for_each(|(word, mask)| *word &= mask);
                    }
                    let holds = self.reference.conditions[self.conditions];
                    self.conditions += 1;
                    let is_taken = taken.is_none_or(|taken| taken.reference);
                    self.steps(then, Some(&Taken { shots, reference: is_taken && holds }), work)?;
                    self.steps(otherwise, Some(&Taken { shots: others, reference: is_taken && !holds }), work)?;
                }
            }
            work.advance(3 * self.width as u64)?;
        }
        Ok(())
    }

    fn gate(&mut self, gate: Clifford) {
        let width = self.width;
        let range = |q: u32| q as usize * width..(q as usize + 1) * width;
        match gate {
            Clifford::H(q) => self.x[range(q)].swap_with_slice(&mut self.z[range(q)]),
            Clifford::S(q) => add(&mut self.z[range(q)], &self.x[range(q)]),
            Clifford::X(_) | Clifford::Z(_) => {}
            Clifford::Cx(c, t) => {
                let (x_target, x_control) = two_rows(&mut self.x, width, t as usize, c as usize);
                add(x_target, x_control);
                let (z_control, z_target) = two_rows(&mut self.z, width, c as usize, t as usize);
                add(z_control, z_target);
            }
            Clifford::Cz(a, b) => {
                add(&mut self.z[range(a)], &self.x[range(b)]);
                add(&mut self.z[range(b)], &self.x[range(a)]);
            }
            Clifford::Swap(a, b) => {
                for words in [&mut self.x, &mut self.z] {
                    let (a, b) = two_rows(words, width, a as usize, b as usize);
                    a.swap_with_slice(b);
                }
            }
        }
    }

    /// A Pauli gate in a branch: the frame changes where the shot and the reference part.
    fn pauli(&mut self, gate: Clifford, taken: &Taken) {
        let (words, qubit) = match gate {
            Clifford::X(q) => (&mut self.x, q),
            Clifford::Z(q) => (&mut self.z, q),
            _ => unreachable!("a branch of frames has Pauli gates alone"),
        };
        let reference = if taken.reference { u64::MAX } else { 0 };
        let row = &mut words[qubit as usize * self.width..][..self.width];
        row.iter_mut().zip(&taken.shots).for_each(|(word, shots)| *word ^= shots ^ reference);
    }

    fn measure(&mut self, measurement: &Measurement, work: &mut Work) -> Result<(), Interrupted> {
        let from = measurement.qubit as usize * self.width;
        if let Some(bit) = measurement.bit {
            let flip = if self.reference.outcomes[measurement.event as usize] { u64::MAX } else { 0 };
            let row = &mut self.bits[bit as usize * self.width..][..self.width];
            row.iter_mut().zip(&self.x[from..]).for_each(|(bit, x)| *bit = x ^ flip);
            if let (Some(strikes), Some(rate)) = (&mut self.strikes, &self.program.readout_rate) {
                strikes.at(rate, self.shots, |shot, _| row[shot / 64] ^= 1 << (shot % 64));
            }
        }
        self.turn(measurement.qubit, work)
    }

    /// Z does nothing to a qubit that is |0⟩ or |1⟩: each shot has any from now on.
    fn turn(&mut self, qubit: u32, work: &mut Work) -> Result<(), Interrupted> {
        let row = &mut self.z[qubit as usize * self.width..][..self.width];
        match self.turns {
            Turns::Random(draws, block) => draws.turn(block, self.turned, row),
            Turns::OneByOne => row[self.turned as usize / 64] ^= 1 << (self.turned % 64),
        }
        self.turned += 1;
        work.advance(8 * self.width as u64)
    }

    fn error(&mut self, qubit: u32, rate: &Rate, taken: Option<&Taken>) {
        let Some(strikes) = &mut self.strikes else { return };
        let from = qubit as usize * self.width;
        let (x, z) = (&mut self.x[from..][..self.width], &mut self.z[from..][..self.width]);
        strikes.at(rate, self.shots, |shot, kind| {
            let mask = 1u64 << (shot % 64) & taken.map_or(u64::MAX, |taken| taken.shots[shot / 64]);
            // 0 = X, 1 = Y, 2 = Z
            x[shot / 64] ^= if kind < 2 { mask } else { 0 };
            z[shot / 64] ^= if kind > 0 { mask } else { 0 };
        });
    }
}
