//! Jobs that run without amplitudes: circuits of Clifford gates, on the stabilizer crate.

use crate::chosen::{needs_amplitudes, weighted};
use crate::job::Estimate;
use crate::monitor::Monitor;
use crate::observable::read_sum;
use crate::options::{Method, Options};
use crate::outcomes::OutcomeTable;
use crate::result::CircuitResult;
use ketflow_circuit::shape::Shape;
use ketflow_circuit::{Circuit, Error};
use ketflow_error::RunError;
use ketflow_stabilizer::{Noise, NotClifford, Pauli, Program, Request};

/// From how many qubits on `auto` takes Clifford circuits off the amplitudes.
pub(crate) const AUTO_QUBITS: u32 = 16;

/// `auto` lists exact distributions from amplitudes as long as these fit the memory of most machines.
const AUTO_QUBITS_EXACT: u32 = 30;

/// A checked job.
pub(crate) struct CliffordJob<'a> {
    options: &'a Options,
    program: Program,
    coefficients: Vec<f64>,
    strings: Vec<Pauli>,
}

impl<'a> CliffordJob<'a> {
    /// The job, where the stabilizer method is asked for or `auto` takes it: a function of circuit and options alone.
    ///
    /// # Errors
    /// What is refused with method `stabilizer`.
    pub(crate) fn of(circuit: &Circuit, options: &'a Options) -> Result<Option<Self>, Error> {
        let from = if options.probabilities { AUTO_QUBITS_EXACT + 1 } else { AUTO_QUBITS };
        match options.method {
            Method::Stabilizer => {}
            Method::Auto if circuit.qubit_count() >= from && needs_amplitudes(options).is_none() => {}
            _ => return Ok(None),
        }
        if let Some(field) = needs_amplitudes(options) {
            return Err(Error::unsupported(format!(
                "method stabilizer has no amplitudes, which {field} needs; it gives counts, probabilities and an observable: leave \
                 {field} out, or use method statevector"
            )));
        }
        let inputs = ketflow_circuit::bind(circuit, &options.inputs)?;
        let Some(noise) = noise_of(options) else {
            if options.method == Method::Auto {
                return Ok(None);
            }
            return Err(Error::unsupported(
                "method stabilizer knows depolarizing noise and one rate of readout alone; leave noise.channels and a readout of two rates \
                 out, or use method trajectory",
            ));
        };
        let program = match Program::new(circuit, &inputs, noise) {
            Ok(program) => program,
            Err(_) if options.method == Method::Auto => return Ok(None),
            Err(gate) => return Err(refusal(&gate, options)),
        };
        let (mut coefficients, mut strings) = (Vec::new(), Vec::new());
        if let Some(text) = &options.observable {
            for product in read_sum(text, circuit.qubit_count())? {
                let mut string = Pauli::identity(circuit.qubit_count());
                for (qubit, (x, z)) in product.letters.into_iter().rev().enumerate() {
                    string.set(qubit as u32, x, z);
                }
                coefficients.push(product.coefficient);
                strings.push(string);
            }
        }
        Ok(Some(Self { options, program, coefficients, strings }))
    }

    fn request(&self) -> Request<'_> {
        Request {
            shots: self.options.shots as u32,
            seed: self.options.seed,
            probabilities: self.options.probabilities,
            strings: &self.strings,
        }
    }

    pub(crate) fn estimate(&self, shape: Shape) -> Estimate {
        let estimate = ketflow_stabilizer::estimate(&self.program, &self.request());
        Estimate {
            qubits: self.program.qubits(),
            bytes: estimate.bytes,
            passes: 1,
            amplitude_updates: estimate.words,
            branches_up_to: self.options.shots,
            method: "stabilizer",
            shape,
        }
    }

    pub(crate) fn run(&self, monitor: &mut dyn Monitor) -> Result<CircuitResult, RunError> {
        self.check_memory()?;
        let poll = &mut |done, total| monitor.poll(done, total);
        let sampled = ketflow_stabilizer::run(&self.program, &self.request(), poll)?;
        let bits = self.program.outcome_bits();
        Ok(CircuitResult {
            bits,
            counts: OutcomeTable::of_rows(bits, sampled.counts.rows()),
            probabilities: sampled.probabilities.map(|outcomes| OutcomeTable::of_rows(bits, outcomes.rows())),
            expectation: self.options.observable.is_some().then(|| weighted(&self.coefficients, &sampled.expectations)),
            method: Some("stabilizer"),
            ..CircuitResult::default()
        })
    }

    fn check_memory(&self) -> Result<(), Error> {
        let bytes = u128::from(ketflow_stabilizer::estimate(&self.program, &self.request()).bytes);
        let limit = self.options.memory_limit_bytes();
        if bytes <= limit {
            return Ok(());
        }
        Err(Error::too_large(format!(
            "{} qubits and {} shots need {bytes} bytes ({} MiB) with method stabilizer; the limit is {} MiB: ask for fewer shots, or \
             raise memoryLimitMiB where the machine has the memory",
            self.program.qubits(),
            self.options.shots,
            bytes.div_ceil(1 << 20),
            limit >> 20
        )))
    }
}

/// The noise, where it is of the kinds that the tableau has.
fn noise_of(options: &Options) -> Option<Noise> {
    let noise = &options.noise;
    let is_known = noise.channels.is_empty() && noise.readout.zero_to_one == noise.readout.one_to_zero;
    is_known.then_some(Noise {
        one: noise.depolarizing1,
        several: noise.depolarizing2,
        readout: noise.readout.zero_to_one,
    })
}

fn refusal(gate: &NotClifford, options: &Options) -> Error {
    let others = if options.noise.has_gate_errors() { "trajectory" } else { "statevector" };
    let error = Error::unsupported(format!(
        "gate {} is not Clifford, so method stabilizer cannot run it; use method {others}, or auto",
        gate.name
    ));
    match gate.position {
        Some((line, column)) => error.at(line, column),
        None => error,
    }
}
