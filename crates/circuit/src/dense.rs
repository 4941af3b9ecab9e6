//! The matrix of a short list of gates on few qubits.

use crate::ir::GateOp;
use num_complex::Complex64;

/// The product of the gates on `qubits` (the first is the lowest bit), row-major; `None` when an angle is not constant.
///
/// Every gate uses only `qubits`. Cost: 4ⁿ · 2^targets per gate.
pub(crate) fn composite(gates: &[GateOp], qubits: &[u32]) -> Option<Vec<Complex64>> {
    let n = 1usize << qubits.len();
    let mut total = vec![Complex64::new(0.0, 0.0); n * n];
    for k in 0..n {
        total[k * n + k] = Complex64::new(1.0, 0.0);
    }
    let place = |qubit: u32| qubits.iter().position(|known| *known == qubit);
    for gate in gates {
        let params = gate.params.iter().map(|param| param.as_const()).collect::<Option<Vec<f64>>>()?;
        let targets = gate.targets.iter().map(|target| place(*target)).collect::<Option<Vec<usize>>>()?;
        let (mut mask, mut wanted) = (0usize, 0usize);
        for control in &gate.controls {
            let bit = 1 << place(control.qubit)?;
            mask |= bit;
            wanted |= if control.value { bit } else { 0 };
        }
        let matrix = gate.gate.matrix(&params);
        let size = 1usize << targets.len();
        // Index of the k-th basis state of the targets, with all other bits clear.
        let spread = |k: usize| targets.iter().enumerate().fold(0, |sum, (i, target)| sum | (((k >> i) & 1) << target));
        let offsets: Vec<usize> = (0..size).map(spread).collect();
        let target_mask = offsets[size - 1];
        let mut old = vec![Complex64::new(0.0, 0.0); size];
        for base in (0..n).filter(|base| base & target_mask == 0 && base & mask == wanted) {
            for column in 0..n {
                for (k, offset) in offsets.iter().enumerate() {
                    old[k] = total[(base + offset) * n + column];
                }
                for (row, offset) in offsets.iter().enumerate() {
                    total[(base + offset) * n + column] = (0..size).map(|k| matrix[row * size + k] * old[k]).sum();
                }
            }
        }
    }
    Some(total)
}
