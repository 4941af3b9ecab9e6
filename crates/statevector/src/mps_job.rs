//! Jobs on a matrix product state, for circuits too wide for amplitudes.

use crate::chosen::{needs_amplitudes, weighted};
use crate::idle::kept;
use crate::job::Estimate;
use crate::monitor::Monitor;
use crate::observable::read_sum;
use crate::options::{Method, Options, Precision};
use crate::outcomes::OutcomeTable;
use crate::result::{CircuitResult, MpsFacts};
use ketflow_circuit::shape::Shape;
use ketflow_circuit::{Circuit, Error};
use ketflow_error::RunError;
use ketflow_mps::{Program, Request, Settings, Unsuitable};

/// A checked job.
pub(crate) struct MpsJob<'a> {
    options: &'a Options,
    program: Program,
    coefficients: Vec<f64>,
    strings: Vec<Vec<u8>>,
}

impl<'a> MpsJob<'a> {
    /// The job, where method `mps` is asked for, or where `auto` finds the amplitudes too many for the memory limit and every bond
    /// narrow enough to be kept whole.
    ///
    /// # Errors
    /// What is refused with method `mps`.
    pub(crate) fn of(circuit: &Circuit, options: &'a Options) -> Result<Option<Self>, Error> {
        let is_auto = options.method == Method::Auto;
        let amplitude = if options.precision == Precision::F32 { 8 } else { 16 };
        let kept = kept(circuit, options).map_or(circuit.qubit_count(), |kept| kept.len() as u32);
        let state = 1u128.checked_shl(kept).and_then(|amplitudes| amplitudes.checked_mul(amplitude));
        let is_too_large = state.is_none_or(|bytes| bytes > options.memory_limit_bytes());
        match (options.method, needs_amplitudes(options)) {
            (Method::Mps, None) => {}
            (Method::Auto, None) if is_too_large && !options.noise.is_some() => {}
            (Method::Mps, Some(field)) => {
                return Err(Error::unsupported(format!(
                    "method mps gives counts, probabilities and an observable, but not {field}; leave it out, or use method statevector"
                )));
            }
            _ => return Ok(None),
        }
        if options.noise.is_some() {
            return Err(Error::unsupported(
                "method mps has no noise; remove it, or use method trajectory, or stabilizer for Clifford gates",
            ));
        }
        let inputs = ketflow_circuit::bind(circuit, &options.inputs)?;
        let program = match Program::new(circuit, &inputs) {
            Ok(program) => program,
            Err(_) if is_auto => return Ok(None),
            Err(obstacle) => return Err(refusal(obstacle)),
        };
        let mut job = Self { options, program, coefficients: Vec::new(), strings: Vec::new() };
        if is_auto && job.bounds().bond > u64::from(options.max_bond) {
            return Ok(None);
        }
        if let Some(text) = &options.observable {
            for product in read_sum(text, circuit.qubit_count())? {
                let letter = |(x, z)| match (x, z) {
                    (false, false) => 0,
                    (true, false) => 1,
                    (true, true) => 2,
                    (false, true) => 3,
                };
                job.coefficients.push(product.coefficient);
                job.strings.push(product.letters.into_iter().rev().map(letter).collect());
            }
        }
        Ok(Some(job))
    }

    fn request(&self) -> Request<'_> {
        Request {
            shots: self.options.shots as u32,
            seed: self.options.seed,
            probabilities: self.options.probabilities,
            strings: &self.strings,
            settings: Settings { max_bond: self.options.max_bond, threshold: self.options.truncation_threshold },
        }
    }

    fn bounds(&self) -> ketflow_mps::Estimate {
        ketflow_mps::bounds(&self.program, &self.request())
    }

    pub(crate) fn estimate(&self, shape: Shape) -> Estimate {
        let estimate = ketflow_mps::estimate(&self.program, &self.request());
        Estimate {
            qubits: self.program.qubits(),
            bytes: estimate.bytes,
            passes: 1,
            amplitude_updates: estimate.work,
            branches_up_to: self.options.shots,
            method: "mps",
            shape,
        }
    }

    pub(crate) fn run(&self, monitor: &mut dyn Monitor) -> Result<CircuitResult, RunError> {
        self.check_memory()?;
        let poll = &mut |done, total| monitor.poll(done, total);
        let sampled = ketflow_mps::run(&self.program, &self.request(), poll)?;
        let bits = self.program.outcome_bits();
        Ok(CircuitResult {
            bits,
            counts: OutcomeTable::of_rows(bits, sampled.counts.iter().map(|(words, shots)| (&**words, *shots))),
            probabilities: sampled
                .probabilities
                .map(|rows| OutcomeTable::of_rows(bits, rows.iter().map(|(words, p)| (&**words, *p)))),
            expectation: self.options.observable.is_some().then(|| weighted(&self.coefficients, &sampled.expectations)),
            method: Some("mps"),
            mps: Some(MpsFacts { bond: sampled.bond, truncation_error: sampled.truncation_error }),
            ..CircuitResult::default()
        })
    }

    fn check_memory(&self) -> Result<(), Error> {
        let (bytes, limit) = (u128::from(self.bounds().bytes), self.options.memory_limit_bytes());
        if bytes <= limit {
            return Ok(());
        }
        Err(Error::too_large(format!(
            "{} qubits with bonds up to {} need up to {bytes} bytes ({} MiB); the limit is {} MiB: lower maxBond or shots, or raise \
             memoryLimitMiB where the machine has the memory",
            self.program.qubits(),
            self.options.max_bond,
            bytes.div_ceil(1 << 20),
            limit >> 20
        )))
    }
}

fn refusal(Unsuitable { reason, position }: Unsuitable) -> Error {
    let error = Error::unsupported(format!(
        "method mps does not run {reason}; it takes gates on up to four qubits and measurements at the end: use method statevector or \
         auto"
    ));
    match position {
        Some((line, column)) => error.at(line, column),
        None => error,
    }
}
