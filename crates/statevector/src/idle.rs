//! Qubits that no gate touches: they stay |0⟩, so the state is kept without them and the result is filled in.
//!
//! The circuit is rewritten for the other qubits before anything is planned, with its classical bits as they are. A measurement of an idle
//! qubit gives the 0 that its bit has already, and is left out where nothing else writes that bit. Z on an idle qubit is 1, X and Y are 0.
//! Where amplitudes are asked for, or records are flipped by noise, all qubits are kept.

use crate::observable::{Letter, Product};
use crate::options::{Options, SubsetPair};
use crate::outcomes::OutcomeTable;
use crate::result::{CircuitResult, Reduced};
use ketflow_circuit::ir::{Control, GateOp, Op, Register};
use ketflow_circuit::{Circuit, writes_bits};
use num_complex::Complex64;

/// A circuit without its idle qubits, and the way back.
pub(crate) struct Narrowed<'a> {
    /// For the qubits that are kept.
    pub(crate) circuit: Circuit,
    /// The same, with the subsets that are left; a subset may be empty.
    pub(crate) options: Options,
    pub(crate) idle: Idle<'a>,
}

/// What was left out.
pub(crate) struct Idle<'a> {
    /// As they were given.
    pub(crate) options: &'a Options,
    /// Qubits of the circuit as it was given.
    pub(crate) qubits: u32,
    /// Those that are kept, ascending.
    kept: Vec<u32>,
    /// Whether outcomes are those of the qubits, not of classical bits.
    is_of_qubits: bool,
}

/// The qubits that a run has to keep, ascending; none where it keeps all.
pub(crate) fn kept(circuit: &Circuit, options: &Options) -> Option<Vec<u32>> {
    if options.amplitudes || options.fidelity.is_some() || options.noise.readout.is_some() {
        return None;
    }
    let mut uses = Uses {
        is_kept: vec![false; circuit.qubit_count() as usize],
        measured: Vec::new(),
        writers: vec![0; circuit.bit_count() as usize],
        is_wrong: false,
    };
    uses.program(&circuit.ops);
    let Uses { mut is_kept, measured, writers, is_wrong } = uses;
    if is_wrong {
        return None;
    }
    let is_needed = |bit: Option<u32>| bit.is_some_and(|bit| writers[bit as usize] > 1);
    let needed: Vec<u32> = measured.iter().filter(|(_, bit)| is_needed(*bit)).map(|(qubit, _)| *qubit).collect();
    needed.into_iter().for_each(|qubit| is_kept[qubit as usize] = true);
    // Something has to be recorded where something was, and a state has at least one qubit.
    let records = measured.iter().filter(|(qubit, bit)| bit.is_some() && is_kept[*qubit as usize]).count();
    let one = if records == 0 { measured.iter().find(|(_, bit)| bit.is_some()).map(|(qubit, _)| *qubit) } else { None };
    if let Some(kept) =
        one.or((!is_kept.contains(&true)).then_some(0)).and_then(|qubit| is_kept.get_mut(qubit as usize))
    {
        *kept = true;
    }
    let kept: Vec<u32> = (0..circuit.qubit_count()).filter(|qubit| is_kept[*qubit as usize]).collect();
    (kept.len() < is_kept.len()).then_some(kept)
}

struct Uses {
    is_kept: Vec<bool>,
    /// Measurements: qubit and bit.
    measured: Vec<(u32, Option<u32>)>,
    /// How many operations write each bit.
    writers: Vec<u32>,
    /// Whether a number is out of range, of which the plan tells.
    is_wrong: bool,
}

impl Uses {
    fn program(&mut self, ops: &[Op]) {
        for op in ops {
            match op {
                Op::Gate(gate) => {
                    let qubits = gate.controls.iter().map(|control| control.qubit).chain(gate.targets.iter().copied());
                    qubits.for_each(|qubit| self.qubit(qubit, true));
                }
                Op::Measure { qubit, bit } => {
                    self.qubit(*qubit, false);
                    self.measured.push((*qubit, *bit));
                    bit.iter().for_each(|bit| self.write(*bit));
                }
                Op::Reset { qubit } => self.qubit(*qubit, false),
                Op::Barrier { qubits } => qubits.iter().for_each(|qubit| self.qubit(*qubit, false)),
                Op::Assign { bit, .. } => self.write(*bit),
                Op::If { then, otherwise, .. } => {
                    self.program(then);
                    self.program(otherwise);
                }
            }
        }
    }

    fn qubit(&mut self, qubit: u32, is_touched: bool) {
        match self.is_kept.get_mut(qubit as usize) {
            Some(kept) => *kept |= is_touched,
            None => self.is_wrong = true,
        }
    }

    fn write(&mut self, bit: u32) {
        match self.writers.get_mut(bit as usize) {
            Some(writers) => *writers += 1,
            None => self.is_wrong = true,
        }
    }
}

impl<'a> Narrowed<'a> {
    /// `kept` is what [`kept`] gives for the same circuit and options; the subsets of the options have been checked.
    pub(crate) fn new(circuit: &Circuit, options: &'a Options, kept: Vec<u32>) -> Self {
        let mut place = vec![None; circuit.qubit_count() as usize];
        kept.iter().zip(0..).for_each(|(qubit, number)| place[*qubit as usize] = Some(number));
        let of = |qubit: u32| place.get(qubit as usize).copied().flatten();
        let subset = |qubits: &Vec<u32>| qubits.iter().filter_map(|qubit| of(*qubit)).collect::<Vec<u32>>();
        let subsets = |all: &[Vec<u32>]| all.iter().map(subset).collect();
        let pair = |pair: &SubsetPair| SubsetPair { a: subset(&pair.a), b: subset(&pair.b) };
        let narrow = Options {
            marginals: subsets(&options.marginals),
            entropy: subsets(&options.entropy),
            reduced_density: subsets(&options.reduced_density),
            mutual_information: options.mutual_information.iter().map(pair).collect(),
            ..options.clone()
        };
        let name = circuit.qubits.first().map_or_else(String::new, |register| register.name.clone());
        let register = Register { name, size: kept.len() as u32, is_scalar: false };
        let is_of_qubits = !writes_bits(&circuit.ops);
        Self {
            circuit: Circuit { qubits: vec![register], ops: program(&circuit.ops, &of), ..circuit.clone() },
            options: narrow,
            idle: Idle { options, qubits: circuit.qubit_count(), kept, is_of_qubits },
        }
    }
}

fn program(ops: &[Op], of: &dyn Fn(u32) -> Option<u32>) -> Vec<Op> {
    ops.iter().filter_map(|op| operation(op, of)).collect()
}

fn operation(op: &Op, of: &dyn Fn(u32) -> Option<u32>) -> Option<Op> {
    let all = |qubits: &[u32]| qubits.iter().filter_map(|qubit| of(*qubit)).collect::<Vec<u32>>();
    match op {
        Op::Gate(gate) => {
            let control = |control: &Control| of(control.qubit).map(|qubit| Control { qubit, value: control.value });
            Some(Op::Gate(GateOp {
                controls: gate.controls.iter().filter_map(control).collect(),
                targets: all(&gate.targets),
                ..gate.clone()
            }))
        }
        Op::Measure { qubit, bit } => of(*qubit).map(|qubit| Op::Measure { qubit, bit: *bit }),
        Op::Reset { qubit } => of(*qubit).map(|qubit| Op::Reset { qubit }),
        Op::Barrier { qubits } => {
            Some(all(qubits)).filter(|kept| !kept.is_empty()).map(|qubits| Op::Barrier { qubits })
        }
        Op::Assign { .. } => Some(op.clone()),
        Op::If { condition, then, otherwise } => {
            Some(Op::If { condition: condition.clone(), then: program(then, of), otherwise: program(otherwise, of) })
        }
    }
}

impl Idle<'_> {
    /// A product of an observable without its letters on idle qubits; 0 times the identity where one of them is X or Y.
    pub(crate) fn product(&self, product: Product) -> Product {
        // The letter of the highest qubit is the first.
        let letter = |qubit: u32| product.letters[(self.qubits - 1 - qubit) as usize];
        let is_idle = |qubit: &u32| self.kept.binary_search(qubit).is_err();
        let is_zero = (0..self.qubits).filter(is_idle).any(|qubit| letter(qubit).0);
        let letters: Vec<Letter> = self.kept.iter().rev().map(|qubit| letter(*qubit)).collect();
        if is_zero {
            return Product { coefficient: 0.0, letters: vec![(false, false); letters.len()] };
        }
        Product { letters, ..product }
    }

    /// The result for all qubits.
    pub(crate) fn filled_in(&self, result: CircuitResult) -> CircuitResult {
        let marginals = self.options.marginals.iter().zip(result.marginals);
        let reduced = self.options.reduced_density.iter().zip(result.reduced_density);
        let (bits, counts, probabilities) = if self.is_of_qubits {
            let all = |table| self.outcomes(&table);
            (self.qubits, self.outcomes(&result.counts), result.probabilities.map(all))
        } else {
            (result.bits, result.counts, result.probabilities)
        };
        CircuitResult {
            bits,
            counts,
            probabilities,
            marginals: marginals.map(|(qubits, values)| self.marginal(qubits, &values)).collect(),
            reduced_density: reduced.map(|(qubits, reduced)| self.reduced(qubits, &reduced)).collect(),
            ..result
        }
    }

    /// Outcomes of all qubits from those of the kept ones, whose order stays.
    fn outcomes<V: Copy + std::ops::AddAssign>(&self, table: &OutcomeTable<V>) -> OutcomeTable<V> {
        let wide = (self.qubits as usize).div_ceil(64);
        let row = |words: &[u64]| {
            let mut row = vec![0u64; wide];
            for (k, qubit) in self.kept.iter().enumerate() {
                row[*qubit as usize / 64] |= (words[k / 64] >> (k % 64) & 1) << (qubit % 64);
            }
            row
        };
        let rows: Vec<Vec<u64>> = table.words().chunks(table.words_per_row()).map(row).collect();
        OutcomeTable::of_rows(self.qubits, rows.iter().map(Vec::as_slice).zip(table.values().iter().copied()))
    }

    /// Index in a subset of qubits of each index in what is kept of it.
    fn indices(&self, qubits: &[u32]) -> Vec<usize> {
        let places = qubits.iter().enumerate().filter(|(_, qubit)| self.kept.binary_search(qubit).is_ok());
        let places: Vec<usize> = places.map(|(place, _)| place).collect();
        let index = |k: usize| places.iter().enumerate().fold(0, |index, (bit, place)| index | (k >> bit & 1) << place);
        (0..1 << places.len()).map(index).collect()
    }

    fn marginal(&self, qubits: &[u32], values: &[f64]) -> Vec<f64> {
        let mut all = vec![0.0; 1 << qubits.len()];
        self.indices(qubits).into_iter().zip(values).for_each(|(index, value)| all[index] = *value);
        all
    }

    fn reduced(&self, qubits: &[u32], reduced: &Reduced) -> Reduced {
        let (indices, size) = (self.indices(qubits), 1usize << qubits.len());
        let mut matrix = vec![Complex64::default(); size * size];
        for (k, value) in reduced.matrix.iter().enumerate() {
            matrix[indices[k / indices.len()] * size + indices[k % indices.len()]] = *value;
        }
        Reduced { qubits: qubits.len() as u32, matrix }
    }
}
