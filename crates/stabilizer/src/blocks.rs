//! Gates that are Clifford together though not one by one: `t` twice, or `ecr` as exporters spell it.

use crate::clifford::{Clifford, NotClifford};
use crate::recognise::{MAX_QUBITS, recognise};
use num_complex::Complex64;
use std::collections::BTreeMap;

/// Gates on at most two qubits that are not Clifford so far.
struct Block {
    qubits: Vec<u32>,
    matrix: Vec<Complex64>,
    /// What to name when it never becomes Clifford.
    first: NotClifford,
}

/// The unfinished blocks, by number in the order of their opening; no two share a qubit.
#[derive(Default)]
pub(crate) struct Blocks {
    open: BTreeMap<usize, Block>,
    owner: BTreeMap<u32, usize>,
    opened: usize,
}

impl Blocks {
    pub fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// Whether a block has this qubit.
    pub fn has(&self, qubit: u32) -> bool {
        self.owner.contains_key(&qubit)
    }

    /// The next gate: appends what is now known to be Clifford. `alone` refuses to wait for further gates.
    pub fn gate(
        &mut self,
        matrix: Vec<Complex64>,
        qubits: &[u32],
        first: impl FnOnce() -> NotClifford,
        alone: bool,
        mut emit: impl FnMut(Clifford),
    ) -> Result<(), NotClifford> {
        let mut owners: Vec<usize> = qubits.iter().filter_map(|qubit| self.owner.get(qubit).copied()).collect();
        owners.sort_unstable();
        owners.dedup();
        let mut block = Block { qubits: qubits.to_vec(), matrix, first: first() };
        if let Some(oldest) = owners.first() {
            let mut all: Vec<u32> = owners.iter().flat_map(|owner| self.open[owner].qubits.clone()).collect();
            all.extend(qubits.iter().filter(|qubit| !self.has(**qubit)));
            if all.len() > 2 {
                return Err(self.open[oldest].first.clone());
            }
            let mut product = identity(all.len());
            let mut name = None;
            for owner in owners {
                let Some(part) = self.open.remove(&owner) else { continue };
                self.owner.retain(|qubit, _| !part.qubits.contains(qubit));
                product = multiplied(&embedded(&part.matrix, &part.qubits, &all), &product);
                name.get_or_insert(part.first);
            }
            let matrix = multiplied(&embedded(&block.matrix, qubits, &all), &product);
            block = Block { qubits: all, matrix, first: name.unwrap_or(block.first) };
        }
        if block.qubits.len() <= MAX_QUBITS
            && let Some(gates) = recognise(&block.matrix, block.qubits.len())
        {
            gates.into_iter().for_each(|gate| emit(gate.on(|q| block.qubits[q as usize])));
            return Ok(());
        }
        if alone || block.qubits.len() > 2 {
            return Err(block.first);
        }
        self.owner.extend(block.qubits.iter().map(|qubit| (*qubit, self.opened)));
        self.open.insert(self.opened, block);
        self.opened += 1;
        Ok(())
    }

    /// Nothing may be unfinished on these qubits.
    pub fn settled(&self, qubit: u32) -> Result<(), NotClifford> {
        match self.owner.get(&qubit) {
            Some(owner) => Err(self.open[owner].first.clone()),
            None => Ok(()),
        }
    }

    /// Nothing may be unfinished.
    pub fn all_settled(&self) -> Result<(), NotClifford> {
        self.open.values().next().map_or(Ok(()), |block| Err(block.first.clone()))
    }
}

fn identity(qubits: usize) -> Vec<Complex64> {
    let d = 1usize << qubits;
    (0..d * d).map(|k| Complex64::new(if k / d == k % d { 1.0 } else { 0.0 }, 0.0)).collect()
}

/// a · b
fn multiplied(a: &[Complex64], b: &[Complex64]) -> Vec<Complex64> {
    let d = 1usize << (a.len().trailing_zeros() / 2);
    (0..d * d).map(|k| (0..d).map(|m| a[k / d * d + m] * b[m * d + k % d]).sum()).collect()
}

/// The matrix on the qubits `from`, which are among `to`, as one on `to`.
fn embedded(matrix: &[Complex64], from: &[u32], to: &[u32]) -> Vec<Complex64> {
    let (d, small) = (1usize << to.len(), 1usize << from.len());
    let places: Vec<usize> = from.iter().filter_map(|qubit| to.iter().position(|other| other == qubit)).collect();
    let part = |index: usize| places.iter().enumerate().fold(0, |sum, (k, place)| sum | (index >> place & 1) << k);
    let mask = places.iter().fold(0usize, |mask, place| mask | 1 << place);
    let entry = |row: usize, column: usize| {
        if row & !mask == column & !mask { matrix[part(row) * small + part(column)] } else { Complex64::default() }
    };
    (0..d * d).map(|k| entry(k / d, k % d)).collect()
}
