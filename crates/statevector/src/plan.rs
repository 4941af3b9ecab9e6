//! From circuit and options to the list of steps that a run executes: a pure function of both.
//!
//! Runs of one-qubit gates on a qubit become one 2×2 matrix, measurements after which nothing happens to their qubit and bit
//! move to the end, `if` becomes jumps. The list has no backward jump, so a shot meets every step at most once.

mod builder;

use crate::elementary::Context;
use crate::gates::Gates;
use crate::kernels::Kernel;
use crate::noise::{Noise, Operators};
use crate::options::{Method, Options};
use crate::product::Product;
use crate::sweep::Sweep;
use builder::{Builder, Section};
use ketflow_circuit::ir::{Circuit, Condition};
use ketflow_circuit::{Error, final_measurements, writes_bits};

/// One step; jumps go forward only.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Step {
    Apply(Kernel),
    /// From |0…0⟩ to a product state: the first step, if it is there.
    Begin(Product),
    /// Many gates during one walk over the state.
    Sweep(Box<Sweep>),
    /// Gates under noise, twice: next as sweeps, for shots without an error in them, then from `struck` on gate by gate. `hazards` are
    /// those of its gate errors, in order.
    Section {
        hazards: Vec<f64>,
        struck: usize,
    },
    /// A place where a gate error may strike; `hazard` = −ln(1 − probability), and X, Y and Z have these shares of it.
    GateError {
        qubit: u32,
        hazard: f64,
        shares: [f64; 3],
    },
    /// A channel whose operators leave shares of the state that depend on it.
    Channel {
        qubits: Vec<u32>,
        operators: Operators,
        event: u32,
    },
    /// `event` numbers measurements, resets and channels in the order of the program.
    Measure {
        qubit: u32,
        bit: Option<u32>,
        event: u32,
    },
    Reset {
        qubit: u32,
        event: u32,
    },
    Assign {
        bit: u32,
        value: Condition,
    },
    JumpUnless {
        condition: Condition,
        target: usize,
    },
    Jump {
        target: usize,
    },
}

/// A measurement that is sampled from the final state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FinalMeasurement {
    pub(crate) qubit: u32,
    /// Bit of the outcome.
    pub(crate) bit: u32,
    pub(crate) event: u32,
}

/// What a run executes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Plan {
    pub(crate) qubits: u32,
    pub(crate) steps: Vec<Step>,
    /// Which qubit of the final state each qubit of the circuit is.
    pub(crate) places: Vec<u32>,
    /// Whether SWAPs exchange amplitudes and not the names of qubits.
    pub(crate) keeps_places: bool,
    pub(crate) finals: Vec<FinalMeasurement>,
    /// Classical bits of the program.
    pub(crate) bits: u32,
    /// Width of an outcome: the classical bits, or the qubits where the program records nothing.
    pub(crate) outcome_bits: u32,
    /// Whether outcomes begin as the classical bits.
    pub(crate) records_bits: bool,
    pub(crate) noise: Noise,
}

impl Plan {
    /// `inputs` has a value for each of the circuit's inputs.
    pub(crate) fn new(circuit: &Circuit, inputs: &[f64], options: &Options) -> Result<Self, Error> {
        let records_bits = writes_bits(&circuit.ops);
        let qubits = circuit.qubit_count();
        let context = Context {
            precision: options.precision,
            keeps_phase: options.amplitudes,
            // Amplitudes are given, and compared with those of another circuit, in the order of the qubits.
            keeps_places: options.amplitudes || options.fidelity.is_some() || options.method == Method::Density,
        };
        // A density matrix has the noise in itself.
        let noise = if options.method == Method::Density { Noise::default() } else { options.noise.clone() };
        let is_noisy = noise.has_gate_errors();
        let mut builder = Builder {
            inputs,
            noise: &noise,
            qubits,
            bits: circuit.bit_count(),
            keeps_phase: options.amplitudes,
            gates: Gates::from_zero(qubits, context, is_noisy),
            section: (is_noisy && noise.is_pauli()).then(|| Section::new(qubits, context)),
            steps: Vec::new(),
            is_touched: vec![false; qubits as usize],
            finals: Vec::new(),
            events: 0,
        };
        let is_final = final_measurements(circuit);
        builder.program(&circuit.ops, Some(&is_final))?;
        builder.emit();
        let places = builder.gates.into_places();
        let (mut finals, steps, events) = (builder.finals, builder.steps, builder.events);
        if !records_bits {
            let measured = |q: u32| FinalMeasurement { qubit: places[q as usize], bit: q, event: events + q };
            finals = (0..qubits).map(measured).collect();
        }
        Ok(Self {
            qubits,
            steps,
            places,
            keeps_places: context.keeps_places,
            finals,
            bits: circuit.bit_count(),
            outcome_bits: if records_bits { circuit.bit_count() } else { qubits },
            records_bits,
            noise,
        })
    }

    /// Where qubits of the circuit are in the final state, in the same order.
    pub(crate) fn placed(&self, qubits: &[u32]) -> Vec<u32> {
        qubits.iter().map(|qubit| self.places[*qubit as usize]).collect()
    }

    /// Number of measurements and resets that split the shots.
    pub(crate) fn branch_points(&self) -> usize {
        self.steps.iter().filter(|step| matches!(step, Step::Measure { .. } | Step::Reset { .. })).count()
    }

    /// Whether every shot ends in the same pure state.
    pub(crate) fn is_pure(&self) -> bool {
        self.branch_points() == 0 && !self.noise.has_gate_errors()
    }

    /// The steps of a walk without gate errors.
    fn quiet_steps(&self) -> impl Iterator<Item = &Step> {
        let (mut next, mut end_of_sweeps) = (0, usize::MAX);
        std::iter::from_fn(move || {
            let step = self.steps.get(next)?;
            match step {
                Step::Section { struck, .. } => end_of_sweeps = struck - 1,
                Step::Jump { target } if next == end_of_sweeps => next = target - 1,
                _ => {}
            }
            next += 1;
            Some(step)
        })
    }

    /// Passes over the state of one walk from start to end: a sweep is one, a measurement or reset two.
    pub(crate) fn passes(&self) -> u64 {
        self.quiet_steps()
            .map(|step| match step {
                Step::Begin(_) | Step::Apply(_) | Step::Sweep(_) => 1,
                Step::Measure { .. } | Step::Reset { .. } => 2,
                _ => 0,
            })
            .sum()
    }

    /// Amplitudes that these passes read and write; a gate with controls leaves most of the state alone.
    pub(crate) fn amplitude_updates(&self) -> u128 {
        let amplitudes = (1u128 << self.qubits) as f64;
        self.quiet_steps()
            .map(|step| match step {
                // A power of two times a small fraction: exact up to 53 bits, an estimate beyond.
                Step::Apply(kernel) => (amplitudes * kernel.touched_share()) as u128,
                Step::Sweep(sweep) => (sweep.weight as u128) << self.qubits,
                Step::Begin(_) => 1 << self.qubits,
                Step::Measure { .. } | Step::Reset { .. } => 2 << self.qubits,
                _ => 0,
            })
            .sum()
    }
}
