//! Physical qubits (`$7`), as compilers write them: the ones that a program names become one register.

use crate::fault::Fault;
use crate::ir::{Circuit, Register};
use crate::lexer::{Kind, Lexer};
use crate::limits::MAX_QUBITS;

/// The numbers of all physical qubits of a source, ascending. They are needed before the first statement is lowered, because
/// the k-th of them becomes qubit k.
pub(crate) fn physical_qubits(source: &str) -> Result<Vec<u32>, Fault> {
    let mut numbers = std::collections::BTreeSet::new();
    if source.contains('$') {
        let mut lexer = Lexer::new(source);
        // Mistakes are reported when the program is parsed.
        while let Ok(token) = lexer.next_token() {
            match token.kind {
                Kind::End => break,
                Kind::Physical | Kind::Pragma => {
                    // A pragma is one token, and that of Braket may apply a matrix to physical qubits.
                    let text = lexer.text(token);
                    let is_searched = token.kind == Kind::Physical || text.contains("unitary");
                    for text in text.split('$').skip(1).filter(|_| is_searched) {
                        let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
                        if let Ok(number) = text[..digits].parse::<u32>() {
                            numbers.insert(number);
                        }
                    }
                    if numbers.len() > MAX_QUBITS as usize {
                        let message = format!(
                            "the program uses more than {MAX_QUBITS} physical qubits, the limit for one circuit"
                        );
                        return Err(Fault::too_large(token.start, message));
                    }
                }
                _ => {}
            }
        }
    }
    Ok(numbers.into_iter().collect())
}

/// The register of the physical qubits, under a name that is free.
pub(crate) fn physical_register(circuit: &Circuit, size: u32) -> Register {
    let mut name = "physical".to_owned();
    while circuit.bits.iter().any(|bits| bits.name == name) || circuit.inputs.iter().any(|input| input.name == name) {
        name.push('_');
    }
    Register { name, size, is_scalar: false }
}
