"""Programs of exporters that Ketflow refuses, by name: what they do has no place in its circuits."""

from braket.circuits import Circuit, Noise
from qiskit import QuantumCircuit, qasm3

programs = {}

circuit = QuantumCircuit(1, 1)
circuit.h(0)
circuit.measure(0, 0)
with circuit.while_loop((circuit.clbits[0], 1)):
    circuit.h(0)
    circuit.measure(0, 0)
programs["qiskit-while-on-a-bit"] = qasm3.dumps(circuit)

circuit = QuantumCircuit(1, 1)
with circuit.for_loop(range(3)):
    circuit.h(0)
    circuit.measure(0, 0)
    with circuit.if_test((circuit.clbits[0], 1)):
        circuit.break_loop()
programs["qiskit-break-on-a-bit"] = qasm3.dumps(circuit)

programs["braket-noise"] = Circuit().h(0).apply_gate_noise(Noise.BitFlip(0.1)).to_ir("OPENQASM").source
