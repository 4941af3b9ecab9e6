"""Writes ../expected.json: the exact results of the examples, computed with Qiskit.

Run from anywhere in an environment with `qiskit==2.6.2` and `qiskit-qasm3-import==0.6.0`:

    python examples/generate/expected.py

Qiskit reads the same files where its importer can; the three files with constants or loops over qubits, which it cannot
read, are built here a second time by hand. Measurements in the middle are followed branch by branch, so that
probabilities are exact and not sampled.
"""

import json
import math
from collections import defaultdict
from pathlib import Path

import qiskit
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister, qasm2, qasm3
from qiskit.circuit.classical import expr
from qiskit.quantum_info import SparsePauliOp, Statevector

FOLDER = Path(__file__).resolve().parent.parent
H2 = {
    "II": -1.052373245772859,
    "IZ": 0.39793742484318045,
    "ZI": -0.39793742484318045,
    "ZZ": -0.01128010425623538,
    "XX": 0.18093119978423156,
}


def ghz():
    circuit = QuantumCircuit(8)
    circuit.h(0)
    for qubit in range(1, 8):
        circuit.cx(qubit - 1, qubit)
    return circuit


def qft_adder():
    a, b, total = QuantumRegister(4, "a"), QuantumRegister(4, "b"), ClassicalRegister(4, "sum")
    circuit = QuantumCircuit(a, b, total)
    circuit.x([a[0], a[2], b[1], b[2]])
    circuit.h(a[3])
    transform = QuantumCircuit(4)
    for j in reversed(range(4)):
        transform.h(j)
        for k in range(j):
            transform.cp(math.pi / 2 ** (j - k), k, j)
    circuit.append(transform.to_gate(), b)
    for j in range(4):
        for k in range(j + 1):
            circuit.cp(math.pi / 2 ** (j - k), a[k], b[j])
    circuit.append(transform.to_gate().inverse(), b)
    circuit.measure(b, total)
    return circuit


def phase_estimation():
    counting, eigenstate = QuantumRegister(4, "counting"), QuantumRegister(1, "eigenstate")
    estimate = ClassicalRegister(4, "estimate")
    circuit = QuantumCircuit(counting, eigenstate, estimate)
    circuit.x(eigenstate)
    circuit.h(counting)
    for k in range(4):
        for _ in range(2**k):
            circuit.cp(2 * math.pi / 3, counting[k], eigenstate[0])
    for k in range(2):
        circuit.swap(counting[k], counting[3 - k])
    for j in range(4):
        for k in range(j):
            circuit.cp(-math.pi / 2 ** (j - k), counting[k], counting[j])
        circuit.h(counting[j])
    circuit.measure(counting, estimate)
    return circuit


BUILT_BY_HAND = {"ghz.qasm": ghz, "qft-adder.qasm": qft_adder, "phase-estimation.qasm": phase_estimation}


def load(name):
    if name in BUILT_BY_HAND:
        return BUILT_BY_HAND[name]()
    source = (FOLDER / name).read_text()
    if "OPENQASM 2.0" in source:
        return qasm2.loads(source, custom_instructions=qasm2.LEGACY_CUSTOM_INSTRUCTIONS)
    return qasm3.loads(source)


def holds(circuit, condition, bits):
    """Whether the condition of an `if` holds; `bits` is a tuple of 0 and 1 by position in the circuit."""
    index = {bit: position for position, bit in enumerate(circuit.clbits)}

    def register(bits_of):
        return sum(bits[index[bit]] << i for i, bit in enumerate(bits_of))

    def value(node):
        if isinstance(node, expr.Var):
            return register(node.var) if isinstance(node.var, ClassicalRegister) else bits[index[node.var]]
        if isinstance(node, expr.Value):
            return int(node.value)
        if isinstance(node, expr.Cast):
            return value(node.operand)
        if isinstance(node, expr.Binary) and node.op == expr.Binary.Op.EQUAL:
            return int(value(node.left) == value(node.right))
        raise NotImplementedError(str(node))

    if isinstance(condition, expr.Expr):
        return bool(value(condition))
    target, wanted = condition
    found = register(target) if isinstance(target, ClassicalRegister) else bits[index[target]]
    return found == int(wanted)


def branches(circuit):
    """Every history of outcomes with its unnormalised state: {bits: [Statevector, …]}."""

    def walk(body, qubits, clbits, state, bits):
        histories = [(state, bits)]
        for item in body.data:
            at = [qubits[body.find_bit(qubit).index] for qubit in item.qubits]
            to = [clbits[body.find_bit(bit).index] for bit in item.clbits]
            operation, following = item.operation, []
            for state, bits in histories:
                if operation.name == "measure":
                    for outcome in (0, 1):
                        projector = [[1 - outcome, 0], [0, outcome]]
                        after = state.evolve(qiskit.quantum_info.Operator(projector), at)
                        if after.data.any():
                            following.append((after, bits[: to[0]] + (outcome,) + bits[to[0] + 1 :]))
                elif operation.name == "if_else":
                    then, otherwise = operation.blocks[0], operation.blocks[1] if len(operation.blocks) > 1 else None
                    chosen = then if holds(circuit, operation.condition, bits) else otherwise
                    following += walk(chosen, at, to, state, bits) if chosen is not None else [(state, bits)]
                elif operation.name == "for_loop":
                    turns, _, block = operation.params
                    inner = [(state, bits)]
                    for _ in turns:
                        inner = [after for s, b in inner for after in walk(block, at, to, s, b)]
                    following += inner
                elif operation.name == "barrier":
                    following.append((state, bits))
                else:
                    following.append((state.evolve(operation, at), bits))
            histories = following
        return histories

    start = Statevector.from_int(0, 2**circuit.num_qubits)
    positions = list(range(circuit.num_clbits))
    return walk(circuit, list(range(circuit.num_qubits)), positions, start, (0,) * circuit.num_clbits)


def probabilities(circuit):
    """Exact distribution over the keys of counts; keys below 1e-15 are rounding and left out."""
    if circuit.num_clbits == 0:
        circuit = circuit.copy()
        circuit.measure_all()
    sums = defaultdict(list)
    for state, bits in branches(circuit):
        sums["".join(str(bit) for bit in reversed(bits))].append(float((abs(state.data) ** 2).sum()))
    exact = {key: math.fsum(parts) for key, parts in sums.items()}
    return {key: value for key, value in sorted(exact.items()) if value > 1e-15}


def h2_energy(theta):
    circuit = load("h2-ansatz.qasm").assign_parameters([theta])
    return float(Statevector(circuit).expectation_value(SparsePauliOp.from_list(list(H2.items()))).real)


def observable():
    terms = [f"{'-' if weight < 0 else '+'} {abs(weight)}*{pauli}" for pauli, weight in H2.items()]
    return " ".join(terms).removeprefix("+ ").replace("- ", "-", 1)


def main():
    examples = []
    for path in sorted(FOLDER.glob("*.qasm")):
        if path.name == "h2-ansatz.qasm":
            for theta in (0.0, -0.22352, 0.5):
                options = {"inputs": {"theta": theta}, "observable": observable()}
                examples.append({"file": path.name, "options": options, "expectation": h2_energy(theta)})
        else:
            options = {"probabilities": True}
            examples.append({"file": path.name, "options": options, "probabilities": probabilities(load(path.name))})
    for path in sorted(FOLDER.glob("*.job.json")):
        options = json.loads(path.read_text())["options"]
        examples.append({"file": path.name, "expectation": h2_energy(options["inputs"]["theta"])})
    document = {
        "format": "ketflow-examples/1",
        "source": f"examples/generate/expected.py with Qiskit {qiskit.__version__}",
        "tolerance": 1e-12,
        "examples": examples,
    }
    (FOLDER / "expected.json").write_text(json.dumps(document, indent=2) + "\n")


if __name__ == "__main__":
    main()
