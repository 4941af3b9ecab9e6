//! `pauliexp`: e^{−i·time·Σ cₖPₖ}, a product of rotations about Pauli strings that commute.

use super::build::{conjugated, op};
use super::json::{Fields, Node};
use crate::fault::{Fault, quote};
use crate::gates::Gate;
use crate::ir::GateOp;
use crate::limits::MAX_OPS;
use std::f64::consts::FRAC_PI_2;

/// Terms of one gate. Each is compared with all others.
const MAX_TERMS: usize = 1024;

/// One Pauli string; the k-th letter acts on the k-th target.
type Term = Vec<u8>;

/// The gates of a `pauliexp` on `targets`.
pub(super) fn pauliexp(fields: &Fields<'_>, targets: &[u32]) -> Result<Vec<GateOp>, Fault> {
    let what = "gate 'pauliexp'";
    let time_node = fields.need("time", what)?;
    let time = time_node.number("'time'")?;
    if time <= 0.0 {
        return Err(
            time_node.invalid(format!("'time' is {time}; give a positive number, with the sign in 'coefficients'"))
        );
    }
    let terms_node = fields.need("terms", what)?;
    let coefficients_node = fields.need("coefficients", what)?;
    let nodes = terms_node.items("'terms'")?;
    if nodes.len() > MAX_TERMS {
        let message = format!("{} terms are more than {MAX_TERMS}, the limit for one gate; split it", nodes.len());
        return Err(Fault::too_large(terms_node.offset(), message));
    }
    let terms = nodes.iter().map(|node| term(node, targets.len())).collect::<Result<Vec<Term>, Fault>>()?;
    let coefficients = coefficients_node
        .items("'coefficients'")?
        .iter()
        .map(|node| node.number("a coefficient"))
        .collect::<Result<Vec<f64>, Fault>>()?;
    if coefficients.len() != terms.len() {
        let (found, wanted) = (coefficients.len(), terms.len());
        return Err(
            coefficients_node.invalid(format!("there are {found} coefficients for {wanted} terms; give one for each"))
        );
    }
    // Four gates at most for each letter of a term.
    if 4 * terms.iter().map(Vec::len).sum::<usize>() > MAX_OPS {
        let message = format!("the gate expands to more than {MAX_OPS} operations; split it");
        return Err(Fault::too_large(terms_node.offset(), message));
    }
    for (k, right) in terms.iter().enumerate() {
        if let Some(left) = terms[..k].iter().find(|left| !commute(left, right)) {
            let (left, right) = (String::from_utf8_lossy(left), String::from_utf8_lossy(right));
            return Err(nodes[k].unsupported(format!(
                "the terms {left} and {right} do not commute, so that the gate depends on how a compiler splits it; \
                 write one 'pauliexp' for each"
            )));
        }
    }
    Ok(terms.iter().zip(coefficients).flat_map(|(term, c)| rotation(term, 2.0 * c * time, targets)).collect())
}

fn term(node: &Node<'_>, length: usize) -> Result<Term, Fault> {
    let term = node.text("a term")?;
    if term.len() != length || !term.bytes().all(|letter| b"IXYZ".contains(&letter)) {
        let message =
            format!("the term {} is not one letter of I, X, Y and Z for each of {length} targets", quote(&term));
        return Err(node.invalid(message));
    }
    let term = term.into_bytes();
    // IonQ's v0.4 schema gives the first letter to the first target; cirq-ionq 1.7, qiskit-ionq 1.1 and pennylane-ionq write
    // the last letter for it. What both read alike is taken, the rest would be a guess.
    if !term.iter().eq(term.iter().rev()) {
        let text = String::from_utf8_lossy(&term);
        return Err(node.unsupported(format!(
            "the term {text} is read from the left by IonQ's schema and from the right by the tools that write it; \
             write terms that are the same both ways, or rotations between basis changes"
        )));
    }
    Ok(term)
}

fn commute(left: &[u8], right: &[u8]) -> bool {
    let differing = left.iter().zip(right).filter(|(x, y)| x != y && **x != b'I' && **y != b'I').count();
    differing % 2 == 0
}

/// e^{−iθP/2}: each letter is turned into Z, the parity gathered on the last qubit, and all of it undone behind a rotation.
fn rotation(term: &[u8], theta: f64, targets: &[u32]) -> Vec<GateOp> {
    let letters: Vec<(u8, u32)> =
        term.iter().copied().zip(targets.iter().copied()).filter(|(letter, _)| *letter != b'I').collect();
    let Some((_, last)) = letters.last().copied() else {
        return Vec::new(); // A global phase.
    };
    let bases = letters.iter().filter_map(|(letter, qubit)| match letter {
        b'X' => Some(op(Gate::H, &[], &[], &[*qubit])),
        b'Y' => Some(op(Gate::Rx, &[FRAC_PI_2], &[], &[*qubit])),
        _ => None,
    });
    let ladder = letters.windows(2).map(|pair| op(Gate::X, &[], &[pair[0].1], &[pair[1].1]));
    conjugated(bases.chain(ladder).collect(), [op(Gate::Rz, &[theta], &[], &[last])])
}
