//! From the images of X and Z on a few qubits to a sequence of generating gates.

use crate::clifford::Clifford;

/// i^phase · X^x · Z^z on at most 32 qubits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SmallPauli {
    pub x: u32,
    pub z: u32,
    pub phase: u8,
}

impl SmallPauli {
    fn has_x(self, q: u32) -> bool {
        self.x >> q & 1 == 1
    }

    fn has_z(self, q: u32) -> bool {
        self.z >> q & 1 == 1
    }

    /// G · P · G†.
    fn conjugated(mut self, gate: Clifford) -> Self {
        let bit = |value: bool, q: u32| u32::from(value) << q;
        match gate {
            Clifford::H(q) => {
                let (x, z) = (self.has_x(q), self.has_z(q));
                self.x ^= bit(x ^ z, q);
                self.z ^= bit(x ^ z, q);
                self.phase += 2 * u8::from(x && z);
            }
            Clifford::S(q) => {
                self.z ^= bit(self.has_x(q), q);
                self.phase += u8::from(self.has_x(q));
            }
            Clifford::X(q) => self.phase += 2 * u8::from(self.has_z(q)),
            Clifford::Z(q) => self.phase += 2 * u8::from(self.has_x(q)),
            Clifford::Cx(c, t) => {
                self.x ^= bit(self.has_x(c), t);
                self.z ^= bit(self.has_z(t), c);
            }
            Clifford::Cz(a, b) => {
                self.phase += 2 * u8::from(self.has_x(a) && self.has_x(b));
                self.z ^= bit(self.has_x(b), a) ^ bit(self.has_x(a), b);
            }
            Clifford::Swap(a, b) => {
                let swapped =
                    |word: u32| if (word >> a ^ word >> b) & 1 == 1 { word ^ (1 << a | 1 << b) } else { word };
                (self.x, self.z) = (swapped(self.x), swapped(self.z));
            }
        }
        self.phase %= 4;
        self
    }
}

/// U·X_q·U† and U·Z_q·U† for every qubit.
#[derive(Debug, Clone)]
pub(crate) struct Images {
    pub x: Vec<SmallPauli>,
    pub z: Vec<SmallPauli>,
}

/// The gates of U: those that turn the images back into X and Z, undone in reverse order.
pub(crate) fn synthesise(images: Images) -> Vec<Clifford> {
    let qubits = images.x.len() as u32;
    let mut reduction = Reduction { images, gates: Vec::new() };
    for q in 0..qubits {
        reduction.settle(q, qubits);
    }
    let mut gates = Vec::with_capacity(reduction.gates.len() + 2);
    for gate in reduction.gates.into_iter().rev() {
        gates.push(gate);
        if let Clifford::S(q) = gate {
            gates.push(Clifford::Z(q));
        }
    }
    gates
}

struct Reduction {
    images: Images,
    gates: Vec<Clifford>,
}

impl Reduction {
    fn apply(&mut self, gate: Clifford) {
        for image in self.images.x.iter_mut().chain(&mut self.images.z) {
            *image = image.conjugated(gate);
        }
        self.gates.push(gate);
    }

    /// Makes the images of X and Z on `q` those themselves. Those of the qubits below are done: both images commute with them, so
    /// they have nothing there.
    fn settle(&mut self, q: u32, qubits: u32) {
        let at = q as usize;
        for other in q..qubits {
            if self.images.x[at].has_z(other) {
                let gate = if self.images.x[at].has_x(other) { Clifford::S(other) } else { Clifford::H(other) };
                self.apply(gate);
            }
        }
        if !self.images.x[at].has_x(q) {
            // The image of X is not the identity, so it has an X somewhere from here on.
            let other = self.images.x[at].x.trailing_zeros();
            self.apply(Clifford::Swap(q, other));
        }
        for other in q + 1..qubits {
            if self.images.x[at].has_x(other) {
                self.apply(Clifford::Cx(q, other));
            }
        }
        // The image of X is ±X on q, so that of Z has a Z there, and perhaps an X.
        for other in q + 1..qubits {
            let image = self.images.z[at];
            if image.has_x(other) {
                if image.has_z(other) {
                    self.apply(Clifford::S(other));
                }
                self.apply(Clifford::H(other));
            }
            if self.images.z[at].has_z(other) {
                self.apply(Clifford::Cx(other, q));
            }
        }
        if self.images.z[at].has_x(q) {
            [Clifford::H(q), Clifford::S(q), Clifford::H(q)].into_iter().for_each(|gate| self.apply(gate));
        }
        if self.images.x[at].phase == 2 {
            self.apply(Clifford::Z(q));
        }
        if self.images.z[at].phase == 2 {
            self.apply(Clifford::X(q));
        }
    }
}
