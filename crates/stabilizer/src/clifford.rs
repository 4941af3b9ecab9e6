//! The generating gates.

/// A gate of a program. Global phases are dropped: Sdg is S and Z, Y is Z and X.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Clifford {
    H(u32),
    S(u32),
    X(u32),
    Z(u32),
    /// Control, target.
    Cx(u32, u32),
    Cz(u32, u32),
    Swap(u32, u32),
}

impl Clifford {
    pub fn on(self, map: impl Fn(u32) -> u32) -> Self {
        match self {
            Self::H(q) => Self::H(map(q)),
            Self::S(q) => Self::S(map(q)),
            Self::X(q) => Self::X(map(q)),
            Self::Z(q) => Self::Z(map(q)),
            Self::Cx(a, b) => Self::Cx(map(a), map(b)),
            Self::Cz(a, b) => Self::Cz(map(a), map(b)),
            Self::Swap(a, b) => Self::Swap(map(a), map(b)),
        }
    }

    pub fn is_pauli(self) -> bool {
        matches!(self, Self::X(_) | Self::Z(_))
    }
}

/// The first gate that is not Clifford, also not together with its neighbours on the same two qubits.
#[derive(Debug, Clone, PartialEq)]
pub struct NotClifford {
    /// Its name with parameters and number of controls.
    pub name: String,
    /// Line and column in the source.
    pub position: Option<(u32, u32)>,
}
