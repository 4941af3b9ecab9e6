//! The gates that `qelib1.inc` and `stdgates.inc` define, with the matrices and phases of Qiskit's circuit library, and those
//! that programs of Amazon Braket call without an include.
//!
//! Gates that are one of ours up to controls are rows; the others are a definition in OpenQASM 2. Sources: Qiskit's
//! `qelib1.inc` and `qiskit.circuit.library`, `stdgates.inc` of the OpenQASM 3 specification, and the `to_matrix` of
//! `braket.circuits.gates`.

use crate::format::Version;
use crate::gates::Gate;

/// A gate of the library.
#[derive(Debug)]
pub(crate) struct LibraryGate {
    pub name: &'static str,
    pub params: usize,
    pub qubits: usize,
    pub body: Body,
    /// Whether the file that is included must define it, so that a program may not; the others may be redefined, because
    /// older editions of the files lack them and exporters then write their own.
    core: Core,
}

/// What a library gate stands for.
#[derive(Debug)]
pub(crate) enum Body {
    /// This gate, with so many controls before its targets.
    Native { gate: Gate, controls: usize },
    /// `U(π/2, φ, λ)`
    U2,
    /// The identity, whose parameter has no effect.
    U0,
    /// A definition in OpenQASM 2.
    Text(&'static str),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Core {
    Builtin2,
    Builtin3,
    BuiltinBoth,
    /// In the first `qelib1.inc` and in `stdgates.inc`.
    Both,
    Qelib1,
    Stdgates,
    Extra,
    /// Built into the dialect of Amazon Braket, under no other name here.
    Braket,
}

impl LibraryGate {
    /// Part of the language itself, without an include.
    pub fn is_builtin(&self, version: Version) -> bool {
        match self.core {
            Core::BuiltinBoth => true,
            Core::Builtin2 => version == Version::OpenQasm2,
            Core::Builtin3 => version == Version::OpenQasm3,
            _ => false,
        }
    }

    /// Whether a program that is read as `version` may define a gate of this name itself.
    pub fn may_be_redefined(&self, version: Version, has_qelib1: bool, has_stdgates: bool) -> bool {
        let in_qelib1 = matches!(self.core, Core::Both | Core::Qelib1 | Core::Builtin2);
        let in_stdgates = matches!(self.core, Core::Both | Core::Stdgates | Core::Builtin2);
        !(self.is_builtin(version) || has_qelib1 && in_qelib1 || has_stdgates && in_stdgates)
    }
}

const fn native(
    name: &'static str,
    params: usize,
    gate: Gate,
    controls: usize,
    targets: usize,
    core: Core,
) -> LibraryGate {
    LibraryGate { name, params, qubits: controls + targets, body: Body::Native { gate, controls }, core }
}

const fn text(name: &'static str, params: usize, qubits: usize, definition: &'static str, core: Core) -> LibraryGate {
    LibraryGate { name, params, qubits, body: Body::Text(definition), core }
}

/// The library gate of this name.
pub(crate) fn find(name: &str) -> Option<&'static LibraryGate> {
    LIBRARY.iter().find(|gate| gate.name == name)
}

/// Names of [`LIBRARY`] that Amazon Braket has, too, with the same matrix.
const SHARED_WITH_BRAKET: &[&str] =
    &["cswap", "cy", "cz", "ecr", "h", "iswap", "rx", "ry", "rz", "s", "swap", "t", "x", "y", "z"];

impl LibraryGate {
    /// Whether Amazon Braket has this gate under this name.
    pub fn is_of_braket(&self) -> bool {
        self.core == Core::Braket || SHARED_WITH_BRAKET.contains(&self.name)
    }

    /// Whether an include file, or this reader's addition to one, has the gate.
    pub fn is_included(&self) -> bool {
        self.core != Core::Braket
    }
}

/// Names that other tools use, and ours.
pub(crate) static ELSEWHERE: &[(&str, &str)] = &[
    ("cnot", "cx"),
    ("CNOT", "cx"),
    ("toffoli", "ccx"),
    ("ccnot", "ccx"),
    ("fredkin", "cswap"),
    ("i", "id"),
    ("si", "sdg"),
    ("ti", "tdg"),
    ("v", "sx"),
    ("vi", "sxdg"),
    ("cv", "csx"),
    ("phaseshift", "p"),
    ("cphaseshift", "cp"),
    ("xx", "rxx"),
    ("yy", "ryy"),
    ("zz", "rzz"),
];

/// Every gate that a program may call without defining it.
#[rustfmt::skip]
pub(crate) static LIBRARY: &[LibraryGate] = &[
    native("U", 3, Gate::U, 0, 1, Core::BuiltinBoth),
    native("CX", 0, Gate::X, 1, 1, Core::Builtin2),
    native("gphase", 1, Gate::GPhase, 0, 0, Core::Builtin3),
    native("cx", 0, Gate::X, 1, 1, Core::Both),
    native("id", 0, Gate::Id, 0, 1, Core::Both),
    native("x", 0, Gate::X, 0, 1, Core::Both),
    native("y", 0, Gate::Y, 0, 1, Core::Both),
    native("z", 0, Gate::Z, 0, 1, Core::Both),
    native("h", 0, Gate::H, 0, 1, Core::Both),
    native("s", 0, Gate::S, 0, 1, Core::Both),
    native("sdg", 0, Gate::Sdg, 0, 1, Core::Both),
    native("t", 0, Gate::T, 0, 1, Core::Both),
    native("tdg", 0, Gate::Tdg, 0, 1, Core::Both),
    native("rx", 1, Gate::Rx, 0, 1, Core::Both),
    native("ry", 1, Gate::Ry, 0, 1, Core::Both),
    native("rz", 1, Gate::Rz, 0, 1, Core::Both),
    native("cy", 0, Gate::Y, 1, 1, Core::Both),
    native("cz", 0, Gate::Z, 1, 1, Core::Both),
    native("ch", 0, Gate::H, 1, 1, Core::Both),
    native("ccx", 0, Gate::X, 2, 1, Core::Both),
    native("crz", 1, Gate::Rz, 1, 1, Core::Both),
    native("u1", 1, Gate::P, 0, 1, Core::Both),
    LibraryGate { name: "u2", params: 2, qubits: 1, body: Body::U2, core: Core::Both },
    native("u3", 3, Gate::U, 0, 1, Core::Both),
    native("cu1", 1, Gate::P, 1, 1, Core::Qelib1),
    native("cu3", 3, Gate::U, 1, 1, Core::Qelib1),
    native("p", 1, Gate::P, 0, 1, Core::Stdgates),
    native("phase", 1, Gate::P, 0, 1, Core::Stdgates),
    native("cp", 1, Gate::P, 1, 1, Core::Stdgates),
    native("cphase", 1, Gate::P, 1, 1, Core::Stdgates),
    native("sx", 0, Gate::Sx, 0, 1, Core::Stdgates),
    native("swap", 0, Gate::Swap, 0, 2, Core::Stdgates),
    native("crx", 1, Gate::Rx, 1, 1, Core::Stdgates),
    native("cry", 1, Gate::Ry, 1, 1, Core::Stdgates),
    native("cswap", 0, Gate::Swap, 1, 2, Core::Stdgates),
    text("cu", 4, 2, "gate cu(a,b,c,d) q0,q1 { p(d) q0; cu3(a,b,c) q0,q1; }", Core::Stdgates),
    LibraryGate { name: "u0", params: 1, qubits: 1, body: Body::U0, core: Core::Extra },
    native("u", 3, Gate::U, 0, 1, Core::Extra),
    native("sxdg", 0, Gate::Sxdg, 0, 1, Core::Extra),
    native("cs", 0, Gate::S, 1, 1, Core::Extra),
    native("csdg", 0, Gate::Sdg, 1, 1, Core::Extra),
    native("csx", 0, Gate::Sx, 1, 1, Core::Extra),
    native("ccz", 0, Gate::Z, 2, 1, Core::Extra),
    native("c3x", 0, Gate::X, 3, 1, Core::Extra),
    native("c3sqrtx", 0, Gate::Sx, 3, 1, Core::Extra),
    native("c3sx", 0, Gate::Sx, 3, 1, Core::Extra),
    native("c4x", 0, Gate::X, 4, 1, Core::Extra),
    native("iswap", 0, Gate::ISwap, 0, 2, Core::Extra),
    native("rxx", 1, Gate::Rxx, 0, 2, Core::Extra),
    native("ryy", 1, Gate::Ryy, 0, 2, Core::Extra),
    native("rzz", 1, Gate::Rzz, 0, 2, Core::Extra),
    native("rzx", 1, Gate::Rzx, 0, 2, Core::Extra),
    text("r", 2, 1, "gate r(a,b) q { U(a,b-pi/2,pi/2-b) q; }", Core::Extra),
    text("dcx", 0, 2, "gate dcx a,b { cx a,b; cx b,a; }", Core::Extra),
    text("ecr", 0, 2, "gate ecr a,b { rzx(pi/4) a,b; x a; rzx(-pi/4) a,b; }", Core::Extra),
    text("rccx", 0, 3, "gate rccx a,b,c { u2(0,pi) c; p(pi/4) c; cx b,c; p(-pi/4) c; cx a,c; p(pi/4) c; cx b,c; p(-pi/4) c; u2(0,pi) c; }", Core::Extra),
    text("rc3x", 0, 4, RC3X, Core::Extra),
    text("rcccx", 0, 4, RC3X, Core::Extra),
    native("i", 0, Gate::Id, 0, 1, Core::Braket),
    native("si", 0, Gate::Sdg, 0, 1, Core::Braket),
    native("ti", 0, Gate::Tdg, 0, 1, Core::Braket),
    native("v", 0, Gate::Sx, 0, 1, Core::Braket),
    native("vi", 0, Gate::Sxdg, 0, 1, Core::Braket),
    native("phaseshift", 1, Gate::P, 0, 1, Core::Braket),
    native("cnot", 0, Gate::X, 1, 1, Core::Braket),
    native("ccnot", 0, Gate::X, 2, 1, Core::Braket),
    native("cv", 0, Gate::Sx, 1, 1, Core::Braket),
    native("cphaseshift", 1, Gate::P, 1, 1, Core::Braket),
    native("xx", 1, Gate::Rxx, 0, 2, Core::Braket),
    native("yy", 1, Gate::Ryy, 0, 2, Core::Braket),
    native("zz", 1, Gate::Rzz, 0, 2, Core::Braket),
    text("cphaseshift00", 1, 2, "gate cphaseshift00(t) a,b { x a; x b; cp(t) a,b; x a; x b; }", Core::Braket),
    text("cphaseshift01", 1, 2, "gate cphaseshift01(t) a,b { x a; cp(t) a,b; x a; }", Core::Braket),
    text("cphaseshift10", 1, 2, "gate cphaseshift10(t) a,b { x b; cp(t) a,b; x b; }", Core::Braket),
    text("pswap", 1, 2, "gate pswap(t) a,b { swap a,b; cx a,b; p(t) b; cx a,b; }", Core::Braket),
    text("xy", 1, 2, "gate xy(t) a,b { rxx(-t/2) a,b; ryy(-t/2) a,b; }", Core::Braket),
    text("gpi", 1, 1, "gate gpi(t) q { x q; rz(2*t) q; }", Core::Braket),
    text("gpi2", 1, 1, "gate gpi2(t) q { U(pi/2,t-pi/2,pi/2-t) q; }", Core::Braket),
    text("prx", 2, 1, "gate prx(a,b) q { U(a,b-pi/2,pi/2-b) q; }", Core::Braket),
    text("ms", 3, 2, "gate ms(a,b,t) p,q { rz(-a) p; rz(-b) q; rxx(t) p,q; rz(a) p; rz(b) q; }", Core::Braket),
];

const RC3X: &str = "gate rc3x a,b,c,d { u2(0,pi) d; p(pi/4) d; cx c,d; p(-pi/4) d; u2(0,pi) d; cx a,d; p(pi/4) d; cx b,d; \
    p(-pi/4) d; cx a,d; p(pi/4) d; cx b,d; p(-pi/4) d; u2(0,pi) d; p(pi/4) d; cx c,d; p(-pi/4) d; u2(0,pi) d; }";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gates::GATES;

    /// The vectors compare every gate with Qiskit or Braket, except those whose meaning is not a matrix of its own.
    #[test]
    fn every_gate_has_a_vector() {
        let qiskit = include_str!("../../../test/vectors/gates.json");
        let braket = include_str!("../../../test/vectors/braket-gates.json");
        for gate in LIBRARY.iter().filter(|gate| !["gphase", "CX", "u0"].contains(&gate.name)) {
            let row = format!("{{\"name\": \"{}\"", gate.name);
            assert!(
                !gate.is_included() || qiskit.contains(&row),
                "{} has no row in gates.json; generate/gates.py makes it",
                gate.name
            );
            assert!(
                !gate.is_of_braket() || braket.contains(&row),
                "{} has no row in braket-gates.json; generate/braket_gates.py makes it",
                gate.name
            );
        }
    }

    fn stdgates_has(gate: &LibraryGate) -> bool {
        gate.is_builtin(Version::OpenQasm3) || matches!(gate.core, Core::Both | Core::Stdgates)
    }

    #[test]
    fn every_named_gate_can_be_called_and_printed_for_other_tools() {
        for row in GATES {
            let name = row.name;
            let gate = find(name).unwrap_or_else(|| panic!("{name} of GATES has no row in LIBRARY"));
            assert_eq!((gate.params, gate.qubits), (row.params, row.targets), "{name} has another shape in LIBRARY");
            let definition = row.definition.unwrap_or_default();
            let is_in_stdgates = stdgates_has(gate);
            assert!(
                is_in_stdgates || !definition.is_empty(),
                "{name}: stdgates.inc lacks it, so its row needs `.defined(…)`"
            );
            assert!(!is_in_stdgates || definition.is_empty(), "{name}: stdgates.inc has it; remove its definition");
            let words = definition.split(|letter: char| !(letter.is_alphanumeric() || letter == '_')).skip(2);
            for used in words.filter_map(find) {
                assert!(stdgates_has(used), "the definition of {name} uses {}, which stdgates.inc lacks", used.name);
            }
        }
    }

    #[test]
    fn the_page_names_every_gate_beyond_the_included_files() {
        let page = include_str!("../../../docs/openqasm.md");
        for gate in LIBRARY.iter().filter(|gate| gate.core == Core::Extra) {
            let is_listed =
                page.split(|letter: char| letter.is_whitespace() || letter == '`').any(|word| word == gate.name);
            assert!(is_listed, "{} is missing in docs/openqasm.md", gate.name);
        }
    }

    #[test]
    fn gates_shared_with_braket_exist() {
        assert!(SHARED_WITH_BRAKET.iter().all(|name| find(name).is_some_and(LibraryGate::is_included)));
    }

    #[test]
    fn names_are_unique() {
        for (k, gate) in LIBRARY.iter().enumerate() {
            assert!(LIBRARY[..k].iter().all(|other| other.name != gate.name), "{}", gate.name);
        }
    }
}
