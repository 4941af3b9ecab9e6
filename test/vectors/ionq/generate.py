"""Makes circuits.json: circuits as the tools of IonQ serialise them, with the exact distribution by the numerics of the same tool.

Keys are those of Ketflow: the highest qubit leftmost. The tools are licensed under Apache-2.0; `circuits.json` names their versions.
Run: pip install cirq-ionq==1.7.0 qiskit-ionq==1.1.1 qiskit==2.6.2, then python generate.py
"""

import dataclasses
import importlib.metadata
import json
import math
import pathlib

import cirq
import cirq_ionq
import numpy as np
from qiskit import QuantumCircuit
from qiskit.circuit.library import MCXGate, PauliEvolutionGate
from qiskit.quantum_info import Operator, SparsePauliOp, Statevector
from qiskit_ionq import GPI2Gate, GPIGate, IonQProvider, MSGate, ZZGate
from qiskit_ionq.helpers import qiskit_to_ionq

VERSIONS = ["cirq-ionq", "cirq-core", "qiskit-ionq", "qiskit", "numpy"]
cases = []


def add(name, document, weights, big_endian):
    qubits = int(math.log2(len(weights)))
    probabilities = {}
    for index, weight in enumerate(weights):
        key = format(index, f"0{qubits}b")
        if weight > 1e-13:
            probabilities[key[::-1] if big_endian else key] = float(weight)
    cases.append({"name": name, "source": json.dumps(document), "probabilities": dict(sorted(probabilities.items()))})


def cirq_case(name, circuit):
    program = cirq_ionq.Serializer().serialize_single_circuit(circuit)
    document = {"type": "ionq.circuit.v1", "backend": "simulator", "shots": 100, **dataclasses.asdict(program)}
    order = cirq.LineQubit.range(program.input["qubits"])
    state = cirq.Simulator(dtype=np.complex128).simulate(cirq.drop_terminal_measurements(circuit), qubit_order=order).final_state_vector
    add(f"cirq-{name}", document, np.abs(state) ** 2, big_endian=True)


def qiskit_case(name, circuit, gateset="qis"):
    backend = IonQProvider("no key").get_backend("simulator", gateset=gateset)
    document = json.loads(qiskit_to_ionq(circuit, backend, {"shots": 100}))
    document["metadata"] = {}
    plain = circuit.remove_final_measurements(inplace=False)
    state = Statevector.from_int(0, 2**plain.num_qubits)
    for instruction in plain.data:
        state = state.evolve(Operator(instruction.operation), [plain.find_bit(q).index for q in instruction.qubits])
    add(f"qiskit-{name}", document, state.probabilities(), big_endian=False)


a, b, c, d = cirq.LineQubit.range(4)
start = [cirq.ry(0.3 + 0.4 * k)(q) for k, q in enumerate((a, b, c, d))]
cirq_case("bell", cirq.Circuit(cirq.H(a), cirq.CNOT(a, b), cirq.measure(a, b, key="m")))
cirq_case("one-qubit", cirq.Circuit(start, [gate(q) ** t for q, t in zip((a, b, c, d, a, b, c), (1, 0.5, -0.5, 0.25, -0.25, 0.3, -1.7)) for gate in (cirq.X, cirq.Y, cirq.Z)], cirq.H(a)))
cirq_case("two-qubits", cirq.Circuit(start, cirq.XX(a, b) ** 0.3, cirq.YY(b, c) ** -0.4, cirq.ZZ(c, d) ** 0.5, cirq.SWAP(a, d), cirq.CNOT(d, b), cirq.H.on_each(a, b, c, d)))
cirq_case("pauliexp", cirq.Circuit(start, cirq.PauliStringPhasor(cirq.X(a) * cirq.Y(b) * cirq.X(c), exponent_neg=0.3),
    cirq.PauliStringPhasor(cirq.Y(b) * cirq.Y(d), exponent_neg=0.7), cirq.PauliStringPhasor(cirq.Z(a) * cirq.Z(b) * cirq.Z(c) * cirq.Z(d), exponent_neg=0.2), cirq.H.on_each(a, b, c, d)))
gpi, gpi2 = lambda phi: cirq_ionq.GPIGate(phi=phi), lambda phi: cirq_ionq.GPI2Gate(phi=phi)
cirq_case("native-ms", cirq.Circuit(gpi2(0.1)(a), gpi2(0.3)(b), gpi2(-0.2)(c), cirq_ionq.MSGate(phi0=0.1, phi1=0.3)(a, b),
    cirq_ionq.MSGate(phi0=-0.2, phi1=0.4, theta=0.1)(c, a), gpi(0.7)(b), gpi2(0.15)(a), gpi2(0.4)(b), gpi2(0.55)(c)))
cirq_case("native-zz", cirq.Circuit(gpi2(0.1)(a), gpi2(0.3)(b), cirq_ionq.ZZGate(theta=0.2)(a, b), gpi2(0.4)(a), gpi(0.2)(a), gpi2(0.6)(b)))


def started(qubits):
    circuit = QuantumCircuit(qubits)
    for k in range(qubits):
        circuit.ry(0.3 + 0.4 * k, k)
    return circuit


circuit = started(4)
for gate, angles, qubits in [("h", [], [0]), ("s", [], [0]), ("sdg", [], [1]), ("t", [], [2]), ("tdg", [], [3]), ("sx", [], [0]), ("sxdg", [], [1]), ("x", [], [2]),
        ("y", [], [3]), ("z", [], [0]), ("rx", [0.3], [1]), ("ry", [0.4], [2]), ("rz", [0.5], [3]), ("p", [0.6], [0]), ("h", [], [0]), ("swap", [], [0, 2]),
        ("rxx", [0.7], [1, 3]), ("ryy", [0.8], [0, 3]), ("rzz", [0.9], [1, 2]), ("h", [], [1])]:
    getattr(circuit, gate)(*angles, *qubits)
circuit.measure_all()
qiskit_case("one-and-two-qubits", circuit)
circuit = started(4)
for gate, angles in [("ch", []), ("cx", []), ("cy", []), ("cz", []), ("csx", []), ("cp", [0.3]), ("crx", [0.4]), ("cry", [0.5]), ("crz", [0.6])]:
    getattr(circuit, gate)(*angles, *((0, 1), (2, 1), (3, 0), (1, 2), (2, 3))[len(circuit.data) % 5])
circuit.ccx(0, 2, 3)
circuit.append(MCXGate(3), [3, 1, 0, 2])
circuit.h(range(4))
qiskit_case("controls", circuit)
circuit = started(3)
circuit.append(PauliEvolutionGate(SparsePauliOp(["XIX", "ZYZ", "YIY"], [0.3, -0.4, 0.5]), time=0.7), [2, 0, 1])
circuit.h(range(3))
qiskit_case("pauliexp", circuit)
circuit = QuantumCircuit(3)
for gate, qubits in [(GPI2Gate(0.1), [0]), (GPI2Gate(0.35), [1]), (GPI2Gate(0.8), [2]), (MSGate(0.1, 0.2, 0.15), [0, 2]), (MSGate(0.3, 0.7), [2, 1]), (ZZGate(0.2), [0, 1]), (GPIGate(0.4), [0]),
        (GPI2Gate(0.5), [0]), (GPI2Gate(0.6), [1]), (GPI2Gate(0.05), [2])]:
    circuit.append(gate, qubits)
qiskit_case("native", circuit, "native")

document = {
    "source": "made by generate.py beside this file",
    "versions": {name: importlib.metadata.version(name) for name in VERSIONS},
    "cases": cases,
}
path = pathlib.Path(__file__).parent / "circuits.json"
path.write_text(json.dumps(document, indent=0, ensure_ascii=False) + "\n")
print(len(cases), "cases,", path.stat().st_size, "bytes")
