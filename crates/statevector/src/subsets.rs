//! Subsets of the qubits, as options name them.

use crate::job::MAX_DENSITY_QUBITS;
use crate::options::Options;
use ketflow_circuit::Error;

/// Largest marginal distribution, which with idle qubits may be wider than the state.
const MAX_MARGINAL_QUBITS: usize = 32;

/// That the subsets of the options are subsets of so many qubits.
pub(crate) fn check_subsets(options: &Options, n: u32) -> Result<(), Error> {
    let check = |field: &str, qubits: &[u32]| {
        for (k, qubit) in qubits.iter().enumerate() {
            if *qubit >= n {
                return Err(Error::invalid(format!(
                    "{field} names qubit {qubit}; the circuit has qubits 0 to {}",
                    n.saturating_sub(1)
                )));
            }
            if qubits[..k].contains(qubit) {
                return Err(Error::invalid(format!("{field} names qubit {qubit} twice; give distinct qubits")));
            }
        }
        if qubits.is_empty() {
            return Err(Error::invalid(format!("{field} has an empty subset; name at least one qubit")));
        }
        Ok(())
    };
    for qubits in &options.marginals {
        check("marginals", qubits)?;
        if qubits.len() > MAX_MARGINAL_QUBITS {
            return Err(Error::too_large(format!(
                "marginals of {} qubits have 2^{} entries; the limit is {MAX_MARGINAL_QUBITS} qubits, name fewer",
                qubits.len(),
                qubits.len()
            )));
        }
    }
    for qubits in &options.reduced_density {
        check("reducedDensity", qubits)?;
        if qubits.len() > MAX_DENSITY_QUBITS {
            return Err(Error::too_large(format!(
                "reducedDensity of {} qubits; the limit is {MAX_DENSITY_QUBITS}, name fewer",
                qubits.len()
            )));
        }
    }
    for qubits in &options.entropy {
        check("entropy", qubits)?;
    }
    for pair in &options.mutual_information {
        check("mutualInformation", &pair.a)?;
        check("mutualInformation", &pair.b)?;
        if let Some(qubit) = pair.a.iter().find(|qubit| pair.b.contains(qubit)) {
            return Err(Error::invalid(format!(
                "mutualInformation has qubit {qubit} on both sides; give disjoint subsets"
            )));
        }
    }
    Ok(())
}

/// Both subsets, ascending.
pub(crate) fn union(a: &[u32], b: &[u32]) -> Vec<u32> {
    let mut both: Vec<u32> = a.iter().chain(b).copied().collect();
    both.sort_unstable();
    both
}
