"""Makes exporters.json: programs as other tools export them, with the exact distribution by the numerics of the same tool.

Qiskit: every outcome is followed with qiskit.quantum_info. Braket: Circuit.to_unitary() of the SDK (its local simulator 1.41 ignores
the fractional power of a few gates). Cirq: cirq.Simulator in complex128. PennyLane: default.qubit. The programs and their values
are made here, not copied; the tools are licensed under Apache-2.0. Run: python exporters.py (needs the packages of VERSIONS).
"""

import importlib.metadata
import inspect
import json
import pathlib
import random

import cirq
import numpy as np
import pennylane as qml
from braket.circuits import Circuit, FreeParameter, Gate, Instruction, Observable
from braket.circuits.serialization import OpenQASMSerializationProperties, QubitReferenceType
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister, qasm2, qasm3, transpile
from qiskit.circuit import CASE_DEFAULT, Clbit, ForLoopOp, IfElseOp, Parameter, Store, SwitchCaseOp
from qiskit.circuit.classical import expr, types
from qiskit.circuit.library import DCXGate, ECRGate, QFTGate, RGate, RZXGate, RYGate, XXPlusYYGate, iSwapGate
from qiskit.circuit.random import random_circuit
from qiskit.quantum_info import Statevector

VERSIONS = ["qiskit", "amazon-braket-sdk", "cirq-core", "pennylane", "numpy"]
cases = []


def add(name, source, probabilities, inputs=None):
    case = {"name": name, "format": "openqasm2" if "OPENQASM 2" in source else "openqasm3", "source": source}
    if inputs:
        case["inputs"] = inputs
    case["probabilities"] = {key: float(p) for key, p in sorted(probabilities.items()) if p > 1e-13}
    cases.append(case)


# Qiskit


def value(node, bits, variables):
    """A classical expression over the bits and variables of one history."""
    recurse = lambda other: value(other, bits, variables)
    if isinstance(node, Clbit):
        return bits[node]
    if isinstance(node, ClassicalRegister):
        return sum(bits[bit] << k for k, bit in enumerate(node))
    if isinstance(node, expr.Value):
        return int(node.value)
    if isinstance(node, expr.Var):
        return variables[node] if node.standalone else recurse(node.var)
    if isinstance(node, expr.Index):
        return recurse(node.target) >> recurse(node.index) & 1
    width = 1 if node.type.kind is types.Bool else node.type.width
    if isinstance(node, expr.Cast):
        return int(bool(recurse(node.operand))) if width == 1 else recurse(node.operand) % 2**width
    if isinstance(node, expr.Unary):
        operand = recurse(node.operand)
        return int(not operand) if node.op is expr.Unary.Op.LOGIC_NOT else ~operand % 2**width
    x, y, op = recurse(node.left), recurse(node.right), expr.Binary.Op
    return int({
        op.BIT_AND: x & y, op.BIT_OR: x | y, op.BIT_XOR: x ^ y, op.LOGIC_AND: x and y, op.LOGIC_OR: x or y,
        op.EQUAL: x == y, op.NOT_EQUAL: x != y, op.LESS: x < y, op.GREATER: x > y, op.SHIFT_RIGHT: x >> y,
    }[node.op])


def holds(condition, bits, variables):
    if isinstance(condition, tuple):
        return value(condition[0], bits, variables) == int(condition[1])
    return bool(value(condition, bits, variables))


def chosen(op, bits, variables):
    """The blocks that run, one after the other."""
    if isinstance(op, IfElseOp):
        k = 0 if holds(op.condition, bits, variables) else 1
        return op.blocks[k : k + 1]
    if isinstance(op, SwitchCaseOp):
        number = value(op.target, bits, variables)
        hit = lambda labels: any(label is CASE_DEFAULT or int(label) == number for label in labels)
        return [block for labels, block in op.cases_specifier() if hit(labels)][:1]
    indices, parameter, body = op.params
    is_used = parameter is not None and parameter in body.parameters
    return [body.assign_parameters({parameter: index}) if is_used else body for index in indices]


def follow(circuit, histories, qubit_of, bit_of):
    for instruction in circuit.data:
        op = instruction.operation
        qubits = [qubit_of[qubit] for qubit in instruction.qubits]
        clbits = [bit_of[bit] for bit in instruction.clbits]
        result = []
        for p, bits, variables, state in histories:
            if isinstance(op, (IfElseOp, SwitchCaseOp, ForLoopOp)):
                inner = [(p, bits, variables, state)]
                for block in chosen(op, bits, variables):
                    inner = follow(block, inner, dict(zip(block.qubits, qubits)), dict(zip(block.clbits, clbits)))
                result += inner
            elif isinstance(op, Store):
                new, target = value(op.rvalue, bits, variables), op.lvalue
                if target.standalone:
                    result.append((p, bits, {**variables, target: new}, state))
                else:
                    result.append((p, {**bits, target.var: new}, variables, state))
            elif op.name in ("measure", "reset"):
                indices = np.arange(state.size)
                for outcome in (0, 1):
                    kept = np.where((indices >> qubits[0]) & 1 == outcome, state, 0)
                    weight = float(np.vdot(kept, kept).real)
                    if weight < 1e-14:
                        continue
                    kept = kept / np.sqrt(weight)
                    if op.name == "measure":
                        result.append((p * weight, {**bits, clbits[0]: outcome}, variables, kept))
                    else:
                        result.append((p * weight, bits, variables, kept[indices ^ (outcome << qubits[0])]))
            elif op.name in ("barrier", "delay"):
                result.append((p, bits, variables, state))
            else:
                result.append((p, bits, variables, Statevector(state).evolve(op, qargs=qubits).data))
        histories = result
    return histories


def qiskit_case(name, circuit, version=3, bound=None, inputs=None):
    reference = bound or circuit
    start = np.eye(1, 2**reference.num_qubits, dtype=complex)[0]
    bits = {bit: 0 for bit in reference.clbits}
    qubit_of = {qubit: k for k, qubit in enumerate(reference.qubits)}
    probabilities = {}
    for p, found, _, _ in follow(reference, [(1.0, bits, {}, start)], qubit_of, {bit: bit for bit in bits}):
        key = "".join(str(found[bit]) for bit in reversed(reference.clbits))
        probabilities[key] = probabilities.get(key, 0) + p
    add(f"qiskit-{name}", (qasm3 if version == 3 else qasm2).dumps(circuit), probabilities, inputs)


def prepared(qubits=3, bits=2):
    circuit = QuantumCircuit(QuantumRegister(qubits, "q"), ClassicalRegister(bits, "c"))
    for k in range(qubits):
        circuit.ry(0.4 + 0.5 * k, k)
    for k in range(qubits - 1):
        circuit.cx(k, k + 1)
    circuit.measure(range(bits), range(bits))
    return circuit, circuit.cregs[0]


qiskit_case("random-2", random_circuit(4, 6, max_operands=3, measure=True, seed=1), version=2)
qiskit_case("random-3", random_circuit(4, 6, max_operands=3, measure=True, seed=2))
qiskit_case("transpiled", transpile(random_circuit(4, 6, max_operands=2, measure=True, seed=103), basis_gates=["ecr", "rz", "sx", "x"],
    coupling_map=[[0, 1], [1, 2], [2, 3], [3, 4]], seed_transpiler=3))
qiskit_case("conditional", random_circuit(3, 8, max_operands=2, conditional=True, measure=True, seed=200))

circuit, c = prepared()
with circuit.switch(c) as case:
    with case(0):
        circuit.x(2)
    with case(1, 2):
        circuit.h(2)
    with case(case.DEFAULT):
        circuit.ry(0.3, 2)
circuit.measure(2, 0)
qiskit_case("switch-register", circuit)

circuit, c = prepared()
with circuit.switch(c[1]) as case:
    with case(False):
        circuit.x(2)
        circuit.measure(0, 1)
    with case(True):
        circuit.h(2)
        circuit.measure(2, 1)
circuit.measure(2, 0)
qiskit_case("switch-bit-that-a-case-sets", circuit)

circuit, c = prepared(4, 3)
with circuit.switch(expr.bit_and(c, 5)) as case:
    with case(0, 4):
        circuit.h(3)
    with case(1):
        with circuit.if_test((c[1], 1)):
            circuit.x(3)
    with case(case.DEFAULT):
        with circuit.switch(c[1]) as inner:
            with inner(0):
                circuit.ry(0.7, 3)
            with inner(1):
                circuit.rz(0.3, 3)
                circuit.h(3)
circuit.measure(3, 1)
qiskit_case("switch-in-switch", circuit)

circuit, c = prepared()
with circuit.for_loop(range(3)):
    with circuit.switch(c) as case:
        with case(3):
            circuit.h(2)
        with case(0):
            circuit.rx(0.3, 2)
    circuit.measure(2, 0)
qiskit_case("switch-in-loop", circuit)

circuit, c = prepared()
with circuit.if_test(expr.logic_or(expr.logic_not(c[0]), expr.greater(c, 2))) as otherwise:
    circuit.x(2)
with otherwise:
    circuit.h(2)
for condition in (expr.not_equal(expr.bit_xor(c, 1), 2), expr.equal(expr.bit_or(c, 1), 3), expr.less(expr.shift_right(c, 1), 1)):
    with circuit.if_test(condition):
        circuit.ry(0.4, 2)
circuit.measure(2, 1)
qiskit_case("conditions", circuit)

circuit, c = prepared()
flag = circuit.add_var("flag", expr.logic_and(c[0], expr.logic_not(c[1])))
number = circuit.add_var("number", expr.lift(3, types.Uint(4)))
circuit.store(number, expr.cast(c, types.Uint(4)))
with circuit.if_test(expr.logic_not(flag)):
    circuit.x(2)
with circuit.if_test(expr.equal(number, 3)):
    circuit.h(2)
with circuit.if_test(expr.index(number, 1)):
    circuit.ry(0.3, 2)
circuit.store(c[0], expr.bit_xor(c[0], c[1]))
circuit.measure(2, 1)
qiskit_case("variables", circuit)

step = Parameter("i")
circuit, c = prepared()
with circuit.for_loop(range(0, 6, 2), loop_parameter=step):
    circuit.rx(step * 0.21, 0)
    circuit.cx(0, 1)
    circuit.measure(1, 0)
with circuit.for_loop((3, 1, 4)) as index:
    circuit.rz(index * np.pi / 5, 2)
    circuit.h(2)
circuit.measure(2, 1)
qiskit_case("loops", circuit)

theta, phi = Parameter("θ"), Parameter("phi")
circuit = QuantumCircuit(3, 3)
circuit.rx(theta, 0)
circuit.ry(2 * theta + phi, 1)
circuit.cp(phi / 3, 0, 1)
circuit.cx(1, 2)
circuit.rzz(theta * phi, 0, 2)
circuit.measure(range(3), range(3))
qiskit_case("parameters", circuit, bound=circuit.assign_parameters({theta: 0.37, phi: -1.2}), inputs={"θ": 0.37, "phi": -1.2})

circuit = QuantumCircuit(4)
for k in range(4):
    circuit.h(k)
for gate, qubits in [(DCXGate(), [0, 3]), (ECRGate(), [2, 3]), (iSwapGate(), [1, 3]), (RZXGate(0.3), [0, 2]), (RGate(0.3, 0.4), [3]),
        (XXPlusYYGate(0.4, 0.2), [1, 2]), (RYGate(0.3).control(2, ctrl_state=1), [0, 1, 2]), (QFTGate(4).inverse(), range(4))]:
    circuit.append(gate, qubits)
circuit.measure_all()
qiskit_case("defined-gates", circuit)

# Amazon Braket: the first qubit is the highest bit of an index.


def braket_case(name, circuit, measured=None, inputs=None, is_physical=False, results=lambda circuit: None):
    exported, used = circuit.copy(), sorted(int(qubit) for qubit in circuit.qubits)
    results(exported)
    for qubit in measured or []:
        exported.measure(qubit)
    reference = QubitReferenceType.PHYSICAL if is_physical else QubitReferenceType.VIRTUAL
    source = exported.to_ir("OPENQASM", serialization_properties=OpenQASMSerializationProperties(reference)).source
    bound = circuit.make_bound_circuit(inputs) if inputs else circuit
    probabilities = {}
    for index, amplitude in enumerate(bound.to_unitary()[:, 0]):
        bit = dict(zip(used, format(index, f"0{len(used)}b")))
        key = "".join(bit[qubit] for qubit in reversed(measured or used))
        probabilities[key] = probabilities.get(key, 0) + abs(amplitude) ** 2
    add(f"braket-{name}", source, probabilities, inputs)


def braket_random(qubits, depth, seed):
    numbers = random.Random(seed)
    names = [name for name, gate in inspect.getmembers(Gate, inspect.isclass) if issubclass(gate, Gate)]
    names = sorted(set(names) - {"GPhase", "Unitary", "PulseGate"})
    circuit = Circuit()
    for k in range(qubits):
        circuit.ry(k, 0.3 + 0.4 * k)
    for _ in range(depth):
        gate = getattr(Gate, numbers.choice(names))
        count = sum("angle" in parameter for parameter in inspect.signature(gate.__init__).parameters)
        gate = gate(*[round(numbers.uniform(-3, 3), 3) for _ in range(count)])
        order = numbers.sample(range(qubits), qubits)
        targets, free = order[: gate.qubit_count], order[gate.qubit_count :]
        options = {"power": numbers.choice([1, 1, 1, -1, 2, 0.5, -0.3])}
        if free and numbers.random() < 0.3:
            options |= {"control": free[:1], "control_state": [numbers.randint(0, 1)]}
        circuit.add_instruction(Instruction(gate, targets, **options))
    return circuit


braket_case("bell", Circuit().h(0).cnot(0, 1), measured=[0, 1])
braket_case("physical-qubits", Circuit().h(1).cnot(1, 4).cnot(4, 6).rx(6, 0.4), measured=[1, 4, 6], is_physical=True)
for seed in range(4):
    braket_case(f"random-{seed}", braket_random(4, 14, seed), measured=[2, 0] if seed % 2 else None)
braket_case("parameters", Circuit().rx(0, FreeParameter("theta")).xx(0, 1, FreeParameter("phi")).gpi2(1, 0.3).ms(0, 1, 0.1, 0.2, 0.3),
    measured=[0, 1], inputs={"theta": 0.3, "phi": 0.7})
half = np.array([[1, 0, 0, 0], [0, 0.5 + 0.5j, 0.5 - 0.5j, 0], [0, 0.5 - 0.5j, 0.5 + 0.5j, 0], [0, 0, 0, 1j]])
braket_case("unitary", Circuit().h(0).ry(1, 0.4).unitary(matrix=half, targets=[1, 0]).h(1)
    .unitary(matrix=np.array([[0.6, -0.8j], [-0.8j, 0.6]]), targets=[1]).h(0))
braket_case("verbatim", Circuit().add_verbatim_box(Circuit().rx(0, 0.4).cz(0, 1).rx(1, 0.7).iswap(0, 1)))
braket_case("result-pragmas", Circuit().h(0).cphaseshift10(0, 1, 0.3).ry(1, 0.4),
    results=lambda circuit: circuit.probability().expectation(Observable.X(), 0))

# Cirq: the first qubit is the highest bit of an index.


def cirq_case(name, circuit, version):
    qubits = sorted(circuit.all_qubits())
    plain = cirq.drop_terminal_measurements(circuit)
    state = cirq.Simulator(dtype=np.complex128).simulate(plain, qubit_order=qubits).final_state_vector
    measured = [qubits.index(qubit) for op in circuit.all_operations() if cirq.is_measurement(op) for qubit in op.qubits]
    probabilities = {}
    for index, amplitude in enumerate(state):
        key = "".join(format(index, f"0{len(qubits)}b")[k] for k in reversed(measured))
        probabilities[key] = probabilities.get(key, 0) + abs(amplitude) ** 2
    add(f"cirq-{name}", circuit.to_qasm(version=version), probabilities)


a, b, c, d = cirq.LineQubit.range(4)
cirq_case("random", cirq.testing.random_circuit([a, b, c, d], 8, 0.7, random_state=1) + cirq.measure(a, b, c, d, key="m"), "2.0")
cirq_case("gates", cirq.Circuit(cirq.H(a), cirq.SQRT_ISWAP(a, b), cirq.FSimGate(0.3, 0.4)(b, c), cirq.CZ(c, d) ** 0.3, cirq.X(a) ** 0.25,
    cirq.PhasedXZGate(x_exponent=0.1, z_exponent=0.2, axis_phase_exponent=0.3)(b), cirq.measure(a, c, key="m"), cirq.measure(b, key="n")), "3.0")
cirq_case("qft", cirq.Circuit(cirq.X(b), cirq.qft(a, b, c, d), cirq.ry(0.3)(a), cirq.measure(a, b, c, d, key="result")), "3.0")

# PennyLane: the first wire is the highest bit of an index.


def pennylane_case(name, wires, gates):
    @qml.qnode(qml.device("default.qubit", wires=wires))
    def node():
        gates()
        return qml.probs(wires=range(wires))

    add(f"pennylane-{name}", qml.to_openqasm(node)(), {format(k, f"0{wires}b")[::-1]: p for k, p in enumerate(node())})


pennylane_case("layers", 3, lambda: qml.StronglyEntanglingLayers(np.arange(18).reshape(2, 3, 3) / 7, wires=range(3)))
pennylane_case("gates", 3, lambda: (qml.Hadamard(0), qml.CRot(0.1, 0.2, 0.3, wires=[0, 1]), qml.IsingXX(0.3, wires=[1, 2]),
    qml.PhaseShift(0.4, wires=1), qml.Toffoli(wires=[0, 1, 2]), qml.CSWAP(wires=[2, 0, 1]), qml.adjoint(qml.T)(2), qml.ISWAP(wires=[0, 2])))
pennylane_case("grover", 3, lambda: ([qml.Hadamard(k) for k in range(3)], qml.GroverOperator(wires=range(3)), qml.MultiControlledX(wires=[0, 1, 2])))

document = {
    "source": "made by exporters.py beside this file",
    "versions": {name: importlib.metadata.version(name) for name in VERSIONS},
    "cases": cases,
}
path = pathlib.Path(__file__).parent / "exporters.json"
path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")
print(len(cases), "cases,", path.stat().st_size, "bytes")
