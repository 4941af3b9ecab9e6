//! The keywords of OpenQASM 3, and what to write instead of those that are refused.

/// Whether `word` is a keyword of OpenQASM 3, which cannot name anything. A match is by length first: a list was compared with every name.
pub(crate) fn is_reserved(word: &str) -> bool {
    matches!(
        word,
        "OPENQASM"
            | "include"
            | "defcalgrammar"
            | "def"
            | "cal"
            | "defcal"
            | "gate"
            | "extern"
            | "box"
            | "let"
            | "break"
            | "continue"
            | "if"
            | "else"
            | "end"
            | "return"
            | "for"
            | "while"
            | "in"
            | "switch"
            | "case"
            | "default"
            | "input"
            | "output"
            | "const"
            | "readonly"
            | "mutable"
            | "qreg"
            | "qubit"
            | "creg"
            | "bool"
            | "bit"
            | "int"
            | "uint"
            | "float"
            | "angle"
            | "complex"
            | "array"
            | "void"
            | "duration"
            | "stretch"
            | "gphase"
            | "inv"
            | "pow"
            | "ctrl"
            | "negctrl"
            | "durationof"
            | "delay"
            | "reset"
            | "measure"
            | "barrier"
            | "true"
            | "false"
            | "pragma"
    )
}

/// Why a word is refused, and what to write instead.
pub(crate) fn refusal(word: &str) -> Option<&'static str> {
    REFUSED.iter().find(|(refused, _)| *refused == word).map(|(_, message)| *message)
}

/// Statements that are refused: the keyword, what it is, and what to write instead.
const REFUSED: &[(&str, &str)] = &[
    ("extern", "'extern' functions are not supported; bind their result to an 'input' parameter"),
    ("cal", "pulse-level 'cal' blocks are not supported; remove them, gates are simulated by their unitary"),
    ("defcal", "pulse-level 'defcal' is not supported; remove it, gates are simulated by their unitary"),
    ("defcalgrammar", "pulse-level 'defcalgrammar' is not supported; remove it"),
    ("array", "arrays are not supported; write one variable per element, or a register of bits"),
    ("complex", "complex numbers are not supported; use real 'float' or 'angle' values"),
    (
        "duration",
        "'duration' variables are not supported; write the time itself in 'delay[100ns] q;' (delays have no effect)",
    ),
    ("readonly", "array parameters are not supported; write one parameter per element"),
    ("mutable", "array parameters are not supported; write one parameter per element"),
    ("break", "'break' is not supported; shorten the range of the loop"),
    ("continue", "'continue' is not supported; put the rest of the body into an 'if'"),
    ("end", "'end' is not supported; remove it and the statements behind it, or put those into an 'if'"),
    ("opaque", "'opaque' gates have no definition to simulate; give them one with 'gate'"),
];
