//! How wide bonds can become, found by counting what crosses each cut: no amplitude is looked at.

use crate::program::{Program, Step};
use crate::state::Places;

/// Upper bounds for the bonds of a run.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Bonds {
    /// log₂ of the widest that a bond may have been, by cut; cut k lies behind site k.
    widest: Vec<u32>,
    /// Multiplications of all gates when no bond is wider than `max_bond`, about.
    pub work: u64,
}

struct Counter {
    now: Vec<u32>,
    bonds: Bonds,
    max_bond: u64,
}

impl Bonds {
    pub fn of(program: &Program, max_bond: u32) -> Self {
        let cuts = (program.qubits as usize).saturating_sub(1);
        let bonds = Self { widest: vec![0; cuts], work: 0 };
        let mut counter = Counter { now: vec![0; cuts], bonds, max_bond: u64::from(max_bond) };
        let mut places = Places::new(program.qubits);
        for step in &program.steps {
            match step {
                Step::Rename(a, b) => places.rename(*a, *b),
                Step::Gate { qubits, .. } if qubits.len() == 1 => {}
                Step::Gate { qubits, targets, is_product, .. } => {
                    let first = places.gather(qubits, |site| counter.crossed(site, 2));
                    for cut in first..first + qubits.len() - 1 {
                        let left = |qubit: &u32| places.site(*qubit) <= cut;
                        let on_left = qubits.iter().filter(|qubit| left(qubit)).count();
                        let targets_on_left = qubits[..*targets].iter().filter(|qubit| left(qubit)).count();
                        // 1 + P·Q for conditions on one side of a unitary on the other, cos + sin·P·Q for a rotation.
                        let has_rank_two = *is_product || targets_on_left == 0 || targets_on_left == *targets;
                        let rank = if has_rank_two { 1 } else { 2 * on_left.min(qubits.len() - on_left) };
                        counter.crossed(cut, rank as u32);
                    }
                }
            }
        }
        counter.bonds
    }

    /// log₂ of the widest bond.
    pub fn widest(&self) -> u32 {
        self.widest.iter().copied().max().unwrap_or(0)
    }

    /// Numbers of all tensors when no bond is wider than `max_bond`.
    pub fn numbers(&self, max_bond: u32) -> u64 {
        let width = |bits: u32| if bits >= 32 { u64::from(max_bond) } else { (1 << bits).min(u64::from(max_bond)) };
        let bits = |cut: Option<usize>| cut.and_then(|cut| self.widest.get(cut)).copied().unwrap_or(0);
        (0..=self.widest.len()).map(|site| 2 * width(bits(site.checked_sub(1))) * width(bits(Some(site)))).sum()
    }
}

impl Counter {
    /// A gate of Schmidt rank 2^bits across a cut.
    fn crossed(&mut self, cut: usize, bits: u32) {
        let at = |cut: Option<usize>| cut.map_or(0, |cut| self.now.get(cut).copied().unwrap_or(0));
        let (left, right) = (at(cut.checked_sub(1)), at(Some(cut + 1)));
        let width = |bits: u32| if bits >= 32 { self.max_bond } else { (1 << bits).min(self.max_bond) };
        let (left_width, right_width) = (2 * width(left), 2 * width(right));
        let (long, short) = (left_width.max(right_width), left_width.min(right_width));
        let rank = (width(self.now[cut]) << bits.min(31)).min(short);
        self.now[cut] = (self.now[cut] + bits).min(left.min(right) + 1);
        self.bonds.widest[cut] = self.bonds.widest[cut].max(self.now[cut]);
        // Orthonormal columns, seven sweeps of Jacobi on R†, and the product of Q with what they turned: see svd.rs.
        let work = rank * (8 * long * short + rank * (4 * long + 14 * short + 7 * rank));
        self.bonds.work = self.bonds.work.saturating_add(work);
    }
}
