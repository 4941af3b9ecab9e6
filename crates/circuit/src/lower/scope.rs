//! Names: what they stand for, and where they can be seen.

use super::{Lowerer, Value};
use crate::ast::*;
use crate::fault::{Fault, nearest, nearest_gate, quote};
use crate::format::Version;
use crate::gates::Gate;
use crate::prelude::{self, LibraryGate};
use std::rc::Rc;

/// What a name stands for.
#[derive(Debug, Clone)]
pub(crate) enum Symbol {
    Qubits {
        ids: Rc<[u32]>,
        is_scalar: bool,
    },
    Bits {
        ids: Rc<[u32]>,
        is_scalar: bool,
    },
    /// A classical value: known while reading, or conditions on bits. `depth` counts the run-time `if`s around its declaration.
    Variable {
        value: Option<Value>,
        scalar: Scalar,
        /// Of an `int` or `uint`, where it is declared with one.
        width: Option<u32>,
        is_const: bool,
        depth: u32,
        /// The clock when it was set, where its value is of bits.
        since: u64,
    },
    Input(u32),
}

/// What surrounds the innermost names that are visible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Frame {
    Gate,
    Subroutine,
}

/// A gate that can be called.
#[derive(Debug, Clone)]
pub(crate) enum GateEntry {
    Library(&'static LibraryGate),
    /// Defined in the source, or by the text of a library gate. `depth` counts the definitions below it.
    Defined {
        definition: Rc<GateDefinition>,
        depth: u32,
        is_library: bool,
        /// For each parameter whether the body reads it.
        reads: Rc<[bool]>,
    },
    Matrix(Gate),
}

impl GateEntry {
    /// Whether the k-th argument has no effect. Qiskit calls some gates, whose definitions are already expanded, with what is no
    /// real number: `state_preparation(0.6, 0.8j)`, `pauli(XYZ)`.
    pub fn ignores(&self, k: usize) -> bool {
        matches!(self, Self::Defined { reads, .. } if reads.get(k) == Some(&false))
    }
}

impl Lowerer {
    pub(super) fn lookup(&self, name: &str) -> Option<&Symbol> {
        let local = self.scopes[self.frame..].iter().rev().find_map(|scope| scope.get(name));
        if local.is_some() || self.frame == 0 || self.in_library {
            return local;
        }
        // A gate body sees the global constants, and nothing else from outside; a subroutine sees the qubits, too.
        self.scopes[0].get(name).filter(|symbol| match symbol {
            Symbol::Variable { is_const, .. } => *is_const,
            Symbol::Qubits { .. } => self.frame_kind == Frame::Subroutine,
            Symbol::Bits { .. } | Symbol::Input(_) => false,
        })
    }

    pub(super) fn is_global(&self) -> bool {
        self.scopes.len() == 1
    }

    pub(super) fn declare(&mut self, name: &Name, symbol: Symbol) -> Result<(), Fault> {
        let Some(scope) = self.scopes.last_mut() else { return Ok(()) };
        if scope.contains_key(&name.text) {
            return Err(Fault::invalid(
                name.offset,
                format!("{} is already declared; choose another name", quote(&name.text)),
            ));
        }
        scope.insert(name.text.clone(), symbol);
        Ok(())
    }

    /// The error for a name that stands for nothing.
    pub(super) fn unknown_name(&self, name: &str, offset: Offset, what: &str) -> Fault {
        let visible = self.scopes[self.frame..].iter().flat_map(|scope| scope.keys());
        let hint = match nearest(name, visible.map(|key| &**key)) {
            _ if self.scopes[0].contains_key(name) => {
                "a subroutine sees only its parameters, qubits and constants; pass it as a parameter".to_owned()
            }
            Some(near) => format!("did you mean '{near}'?"),
            None => "declare it before its first use".to_owned(),
        };
        Fault::invalid(offset, format!("{} is not a known {what}; {hint}", quote(name)))
    }

    pub(super) fn include(&mut self, file: &str, offset: Offset) -> Result<(), Fault> {
        match file {
            "qelib1.inc" => self.has_qelib1 = true,
            "stdgates.inc" => self.has_stdgates = true,
            _ => {
                let message = format!(
                    "only qelib1.inc and stdgates.inc can be included; copy what the program needs from {} into it",
                    quote(file)
                );
                return Err(Fault::unsupported(offset, message));
            }
        }
        Ok(())
    }

    /// The gate of this name.
    pub(super) fn gate(&self, name: &str, offset: Offset) -> Result<GateEntry, Fault> {
        if let Some(entry) = self.gates.get(name).filter(|_| !self.in_library) {
            return Ok(entry.clone());
        }
        let library = prelude::find(name);
        match library {
            // Exporters of OpenQASM 2 write 'gphase', too; it has no other meaning.
            Some(gate) if self.in_library || self.is_visible(gate) || name == "gphase" => {
                return Ok(GateEntry::Library(gate));
            }
            Some(gate) if gate.is_included() && !self.has_include() => {
                let file = self.include_name();
                let message =
                    format!("gate '{name}' is defined in {file}; add 'include \"{file}\";' to the top of the program");
                return Err(Fault::invalid(offset, message));
            }
            _ => {}
        }
        if let Some(symbol) = self.lookup(name) {
            let kind = match symbol {
                Symbol::Qubits { .. } => "a qubit register",
                Symbol::Bits { .. } => "a bit register",
                Symbol::Variable { .. } | Symbol::Input(_) => "a classical value",
            };
            return Err(Fault::invalid(
                offset,
                format!("'{name}' is {kind}, not a gate; a statement starts with the name of a gate"),
            ));
        }
        let defined = self.gates.keys().map(|key| &**key);
        let known = prelude::LIBRARY.iter().filter(|gate| self.is_visible(gate)).map(|gate| gate.name).chain(defined);
        let hint = match prelude::ELSEWHERE.iter().find(|(foreign, _)| *foreign == name) {
            Some((_, ours)) => format!("here it is called '{ours}'"),
            None => match nearest_gate(name, known) {
                Some(near) => format!("did you mean '{near}'?"),
                None => "define it with 'gate' before its first use".to_owned(),
            },
        };
        Err(Fault::invalid(offset, format!("there is no gate {}; {hint}", quote(name))))
    }

    fn has_include(&self) -> bool {
        self.has_qelib1 || self.has_stdgates
    }

    /// Whether the program may call the gate: it is part of the language, or its file is included. OpenQASM 3 without an
    /// include is what Amazon Braket writes, where Braket's gates are built in.
    fn is_visible(&self, gate: &LibraryGate) -> bool {
        let in_file = if self.has_include() {
            gate.is_included()
        } else {
            self.version == Version::OpenQasm3 && gate.is_of_braket()
        };
        in_file || gate.is_builtin(self.version)
    }

    fn include_name(&self) -> &'static str {
        match self.version {
            Version::OpenQasm2 => "qelib1.inc",
            Version::OpenQasm3 => "stdgates.inc",
        }
    }
}
