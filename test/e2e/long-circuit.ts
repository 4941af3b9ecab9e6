/** Layers of rotations and controlled-nots: some hundred passes over 2ⁿ amplitudes, minutes for 24 qubits. */
export function longCircuit(qubits: number, layers: number): string {
  const lines = ["OPENQASM 3.0;", 'include "stdgates.inc";', `qubit[${qubits}] q;`];
  for (let layer = 0; layer < layers; layer++) {
    for (let k = 0; k < qubits; k++) lines.push(`ry(${0.1 + 0.3 * layer + 0.07 * k}) q[${k}];`);
    for (let k = 0; k + 1 < qubits; k++) lines.push(`cx q[${k}], q[${k + 1}];`);
  }
  return lines.join("\n");
}
