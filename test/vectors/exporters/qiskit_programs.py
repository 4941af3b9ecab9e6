"""Circuits of many kinds as qiskit.qasm2 and qiskit.qasm3 write them: pairs of a name and (source, distribution, inputs)."""

import re

import numpy as np
from qiskit import AncillaRegister, ClassicalRegister, QuantumCircuit, QuantumRegister, qasm2, qasm3, transpile
from qiskit.circuit import Clbit, Duration, Parameter, ParameterVector, Qubit
from qiskit.circuit import library as lib
from qiskit.circuit.classical import expr, types
from qiskit.circuit.library import standard_gates as std
from qiskit.quantum_info import SparsePauliOp, random_clifford, random_statevector, random_unitary
from qiskit.synthesis import SuzukiTrotter
from qiskit_oracle import distribution

programs = {}


def case(name, circuit, version=3, inputs=None, **options):
    bound = circuit
    if inputs:
        bound = circuit.assign_parameters({parameter: inputs[parameter.name] for parameter in circuit.parameters})
        # The exporter writes `x[0]` as `_x_0_`.
        inputs = {re.sub(r"\W", "_", f"_{name}" if "[" in name else name): number for name, number in inputs.items()}
    source = qasm3.dumps(circuit, **options) if version == 3 else qasm2.dumps(circuit)
    programs[f"qiskit-{version}-{name}"] = (source, distribution(bound), inputs)


def rotated(qubits, bits=None):
    """Every qubit in another superposition, neighbours entangled."""
    circuit = QuantumCircuit(qubits, bits) if bits else QuantumCircuit(qubits)
    for k in range(qubits):
        circuit.u(0.4 + 0.5 * k, 0.3 * k, 0.7 - k, k)
    for k in range(qubits - 1):
        circuit.cx(k, k + 1)
    return circuit


def standard_gates():
    circuit, numbers = rotated(4), np.random.default_rng(1)
    for gate in std.get_standard_gate_name_mapping().values():
        if gate.name in ("measure", "reset", "delay") or gate.num_qubits == 0:
            continue
        angles = [float(angle) for angle in numbers.uniform(-3, 3, len(gate.params)).round(3)]
        qubits = [int(qubit) for qubit in numbers.permutation(4)[: gate.num_qubits]]
        circuit.append(type(gate)(*angles) if angles else gate, qubits)
    return circuit


case("standard-gates", standard_gates())
case("standard-gates", standard_gates(), version=2)


def control_states():
    circuit = rotated(4)
    for k, gate in enumerate([std.XGate(), std.RYGate(0.7), std.U3Gate(0.3, 0.4, 0.5), std.SwapGate(), std.PhaseGate(0.9), std.HGate(), std.RZZGate(0.4)]):
        controls = 4 - gate.num_qubits if k % 2 else 1
        order = [(k + j) % 4 for j in range(controls + gate.num_qubits)]
        circuit.append(gate.control(controls, ctrl_state=k % 2**controls), order)
    return circuit


case("control-states", control_states())
case("control-states", control_states(), version=2)

circuit = QuantumCircuit(2, name="pair")
theta, phi = Parameter("theta"), Parameter("phi")
circuit.rx(theta, 0)
circuit.cp(phi - theta / 2, 0, 1)
pair = circuit.to_gate()
circuit = rotated(3)
circuit.append(pair, [2, 0])
circuit.append(pair, [0, 1])
case("custom-gates-with-parameters", circuit, inputs={"theta": 0.31, "phi": -0.8})
case("custom-gates-bound", circuit.assign_parameters({theta: 0.31, phi: -0.8}), version=2)
bound = circuit.assign_parameters({theta: 0.31, phi: -0.8})
nested = rotated(4)
nested.append(bound.to_gate(label="a label"), [3, 1, 0])
nested.append(bound.to_gate().control(1), [2, 0, 1, 3])
nested.append(bound.to_gate().power(2), [1, 2, 3])
nested.append(bound.to_gate().inverse(), [0, 2, 3])
case("nested-gates", nested)
case("nested-gates", nested, version=2)

circuit = rotated(3)
circuit.append(std.SGate().inverse().control(2, ctrl_state=2), [0, 1, 2])
circuit.append(std.RXGate(0.7).power(3).control(1), [2, 0])
circuit.append(std.TGate().power(0.5), [1])
circuit.append(std.SwapGate().power(0.5), [1, 2])
case("powers-and-inverses", circuit)

circuit = QuantumCircuit(3, 3)
circuit.h(0)
circuit.measure(0, 0)
circuit.cx(0, 1)
circuit.ry(0.4, 1)
circuit.measure(1, 1)
circuit.reset(0)
circuit.h(0)
circuit.cx(0, 2)
circuit.measure([0, 2], [0, 2])
case("measured-in-the-middle", circuit)
case("measured-in-the-middle", circuit, version=2)

q, alice, bob = QuantumRegister(3, "q"), ClassicalRegister(2, "alice"), ClassicalRegister(1, "bob")
circuit = QuantumCircuit(q, alice, bob)
circuit.u(0.3, 0.4, 0.5, 0)
circuit.h(1)
circuit.cx(1, 2)
circuit.cx(0, 1)
circuit.h(0)
circuit.measure([0, 1], alice)
with circuit.if_test((alice[1], 1)):
    circuit.x(2)
with circuit.if_test((alice[0], 1)) as otherwise:
    circuit.z(2)
with otherwise:
    circuit.id(2)
circuit.measure(2, bob)
case("teleportation", circuit)

circuit = rotated(3, 3)
circuit.measure([0, 1], [0, 1])
with circuit.if_test((circuit.cregs[0], 2)) as otherwise:
    with circuit.for_loop(range(2)):
        circuit.h(2)
        with circuit.switch(circuit.cregs[0]) as branch:
            with branch(2):
                circuit.ry(0.3, 2)
            with branch(branch.DEFAULT):
                circuit.x(2)
with otherwise:
    circuit.reset(2)
    circuit.rx(0.9, 2)
circuit.measure(2, 2)
case("control-flow-nested", circuit)

circuit = rotated(3, 3)
index = Parameter("k")
with circuit.for_loop([0, 3, 5], index):
    circuit.rz(index * np.pi / 7, 0)
    circuit.crx(index / 3, 0, 1)
    circuit.barrier()
circuit.measure(range(3), range(3))
case("for-over-a-set", circuit)

circuit = rotated(2, 2)
a = circuit.add_var("a", expr.lift(5, types.Uint(4)))
flag = circuit.add_var("flag", False)
circuit.measure(0, 0)
circuit.store(flag, expr.logic_or(circuit.clbits[0], flag))
with circuit.if_test(flag):
    circuit.store(a, expr.lift(9, types.Uint(4)))
    circuit.x(1)
with circuit.if_test(expr.logic_not(flag)):
    circuit.ry(0.7, 1)
circuit.measure(1, 1)
case("variables", circuit)

circuit = rotated(2, 2)
circuit.delay(100, 0, unit="ns")
circuit.delay(4, unit="dt")
circuit.barrier(0)
with circuit.box(duration=200, unit="ns"):
    circuit.rx(0.4, 0)
    circuit.cx(0, 1)
with circuit.box():
    circuit.ry(0.2, 1)
circuit.measure([0, 1], [1, 0])
case("delays-and-boxes", circuit)

circuit = rotated(2, 2)
wait = circuit.add_stretch("wait")
circuit.delay(wait, 0)
circuit.delay(expr.add(wait, expr.lift(Duration.ns(20))), 1)
circuit.measure([0, 1], [0, 1])
case("stretches", circuit)

x = ParameterVector("x", 3)
circuit = QuantumCircuit(3)
for k in range(3):
    circuit.h(k)
    circuit.p(2 * x[k], k)
for j, k in [(0, 1), (1, 2)]:
    circuit.cx(j, k)
    circuit.p(2 * (np.pi - x[j]) * (np.pi - x[k]), k)
    circuit.cx(j, k)
circuit.rx(x[0].sin() + x[1].exp() - x[2].cos() ** 2, 0)
case("feature-map", circuit, inputs={"x[0]": 0.3, "x[1]": 0.7, "x[2]": 1.1})
circuit = lib.real_amplitudes(3, reps=1, parameter_prefix="t")
case("ansatz-with-vector", circuit.decompose(), inputs={parameter.name: 0.2 + 0.3 * k for k, parameter in enumerate(circuit.parameters)})
circuit = lib.efficient_su2(3, reps=1, entanglement="circular")
case("ansatz-bound", circuit.assign_parameters([0.1 * k for k in range(circuit.num_parameters)]), version=2)

circuit = QuantumCircuit(3)
circuit.append(lib.StatePreparation(random_statevector(8, seed=3)), range(3))
case("state-preparation", circuit)
case("state-preparation", circuit, version=2)
circuit = rotated(3)
circuit.initialize([0.6, 0, 0, 0.8j], [2, 0])
case("initialise", circuit.decompose(["initialize"]))

circuit = rotated(4)
circuit.unitary(random_unitary(2, seed=1), [1])
circuit.unitary(random_unitary(4, seed=2), [3, 0])
circuit.unitary(random_unitary(8, seed=3), [1, 2, 3], label="three")
case("unitaries", circuit)
case("unitaries", circuit, version=2)

isometry = QuantumCircuit(3)
isometry.append(lib.Isometry(random_unitary(8, seed=5).data[:, :2], 0, 0), range(3))
circuit = rotated(4)
circuit.compose(transpile(isometry, basis_gates=["u", "cx"], optimization_level=0), [0, 2, 3], inplace=True)
circuit.append(lib.PermutationGate([2, 0, 3, 1]), range(4))
multiplexed = QuantumCircuit(3)
multiplexed.append(lib.UCRYGate([0.1, 0.2, 0.3, 0.4]), [0, 1, 2])
multiplexed.append(lib.UCGate([random_unitary(2, seed=k).data for k in range(4)]), [2, 0, 1])
multiplexed.append(lib.DiagonalGate([1, 1j, -1, np.exp(0.3j)]), [1, 2])
circuit.compose(transpile(multiplexed, basis_gates=["ry", "rz", "u", "cx"], optimization_level=0), [0, 1, 3], inplace=True)
circuit.append(lib.PauliGate("XYZ"), [0, 1, 2])
circuit.compose(random_clifford(3, seed=1).to_circuit(), [1, 2, 3], inplace=True)
case("isometry-and-friends", circuit.decompose(["permutation"]))
case("isometry-and-friends", circuit.decompose(["permutation"]), version=2)

circuit = QuantumCircuit(4)
circuit.x(1)
circuit.append(lib.QFTGate(4), range(4))
circuit.append(lib.QFTGate(3).inverse(), [3, 1, 0])
case("qft", circuit)
case("qft", circuit, version=2)

circuit = QuantumCircuit(3, 3)
circuit.h(range(3))
for _ in range(2):
    oracle = QuantumCircuit(3, name="oracle")
    oracle.ccz(0, 1, 2)
    circuit.append(oracle.to_gate(), range(3))
    circuit.append(lib.grover_operator(oracle).to_gate(label="Q"), range(3))
circuit.measure(range(3), range(3))
case("grover", circuit)
case("grover", circuit, version=2)

circuit = QuantumCircuit(QuantumRegister(2, "a"), QuantumRegister(2, "b"), QuantumRegister(1, "carry"), AncillaRegister(1, "help"))
circuit.h([0, 2])
circuit.x(3)
circuit.append(lib.FullAdderGate(1), [5, 0, 2, 4])
circuit.append(lib.HalfAdderGate(2), [0, 1, 2, 3, 4])
circuit.append(lib.ModularAdderGate(2), [0, 1, 2, 3])
case("adders", circuit.decompose(["HalfAdder", "ModularAdder", "FullAdder"], reps=2))
circuit = QuantumCircuit(6)
circuit.h(0)
circuit.x([1, 2])
circuit.append(lib.MultiplierGate(1, 2), [0, 1, 3, 4])
circuit.compose(lib.IntegerComparator(2, 2, geq=True).decompose(), [0, 1, 5, 4], inplace=True)
case("multiplier-and-comparator", circuit.decompose(["Multiplier"], reps=2), version=2)

circuit = rotated(6)
for mode in ("noancilla", "recursion", "v-chain"):
    circuit.mcx([0, 1, 2], 3, ancilla_qubits=[4, 5] if mode == "v-chain" else [4], mode=mode)
circuit.append(lib.C3XGate(), [5, 1, 2, 0])
circuit.append(lib.C4XGate(), [5, 1, 2, 0, 3])
circuit.append(lib.MCXGate(4, ctrl_state=5), [0, 1, 2, 3, 4])
circuit.append(lib.RC3XGate(), [0, 2, 4, 5])
circuit.append(lib.MCPhaseGate(0.7, 3), [0, 1, 3, 5])
circuit.mcrx(0.3, [0, 1], 2)
circuit.mcry(0.4, [2, 3], 0, mode="noancilla")
circuit.append(lib.C3SXGate(), [0, 1, 2, 3])
case("mcx-variants", circuit)
case("mcx-variants", circuit, version=2)

hamiltonian = SparsePauliOp(["ZZI", "IXX", "YIY", "IZI"], [0.5, 0.3, 0.2, -0.4])
circuit = rotated(3)
circuit.append(lib.PauliEvolutionGate(SparsePauliOp(["ZZI", "IZZ"], [0.5, 0.3]), time=0.7), range(3))
synthesised = lib.PauliEvolutionGate(hamiltonian, time=0.4, synthesis=SuzukiTrotter(order=2, reps=1)).definition
circuit.compose(synthesised, inplace=True)
case("pauli-evolution", circuit)
case("pauli-evolution", circuit, version=2)

circuit = lib.phase_estimation(3, QuantumCircuit(1, global_phase=0).compose(std.PhaseGate(2 * np.pi * 0.3).definition))
case("phase-estimation", circuit.decompose(reps=1))

q, r, c = QuantumRegister(3, "q"), QuantumRegister(2, "r"), ClassicalRegister(3, "c")
circuit = QuantumCircuit(q, r, c)
circuit.h(q[0:2])
circuit.cx(q[:2], r)
circuit.ry(0.3, q[::2])
circuit.swap(r[-1], q[1])
circuit.measure(q[1:], c[::2])
circuit.measure(r[0], c[1])
case("registers-sliced", circuit)
case("registers-sliced", circuit, version=2)

loose = [Qubit(), Qubit(), Qubit()]
bits = [Clbit(), Clbit()]
circuit = QuantumCircuit(loose, bits, QuantumRegister(bits=loose[1:], name="tail"), QuantumRegister(bits=loose[::2], name="ends"), ClassicalRegister(bits=bits[::-1], name="mirror"))
circuit.h(0)
circuit.cx(0, 1)
circuit.ry(0.4, 2)
circuit.cx(2, 0)
circuit.measure([0, 2], [0, 1])
with circuit.if_test((circuit.cregs[0], 2)):
    circuit.x(1)
circuit.measure(1, 0)
case("aliases-of-loose-bits", circuit, allow_aliasing=True)

shared = [Clbit(), Clbit(), Clbit()]
circuit = QuantumCircuit(QuantumRegister(2, "q"), shared, ClassicalRegister(bits=shared[:2], name="low"), ClassicalRegister(bits=shared[1:], name="high"), ClassicalRegister(bits=shared[2:], name="one"))
circuit.ry(0.4, 0)
circuit.cx(0, 1)
circuit.measure([0, 1], [0, 2])
with circuit.if_test((circuit.cregs[1], 2)):
    circuit.x(0)
with circuit.if_test((circuit.cregs[2], 0)):
    circuit.ry(0.3, 0)
circuit.measure(0, 1)
programs["qiskit-3-classical-aliases"] = (qasm3.dumps(circuit, alias_classical_registers=True), distribution(circuit, shared), None)

circuit = QuantumCircuit(QuantumRegister(2, "π_reg"), ClassicalRegister(2, "input"), global_phase=np.pi / 3)
named = QuantumCircuit(1, name="my gate-1")
named.rx(0.3, 0)
named.global_phase = 0.2
circuit.append(named.to_gate(), [0])
circuit.append(named.to_gate().control(1), [0, 1])
circuit.append(named.to_gate(label="x"), [1])
circuit.measure([0, 1], [0, 1])
case("names-and-phases", circuit)

circuit = rotated(3)
circuit.rzz(np.pi / 5, 0, 2)
circuit.append(lib.XXMinusYYGate(0.3, 0.2), [0, 1])
circuit.sxdg(1)
circuit.cu(0.1, 0.2, 0.3, 0.4, 1, 2)
case("no-include", circuit, includes=())
case("constants-off", circuit, disable_constants=True)

circuit = rotated(4, 4)
circuit.measure(range(4), range(4))
for name, basis in [("cz-basis", ["cz", "rz", "sx", "x"]), ("ecr-basis", ["ecr", "rz", "sx", "x"]), ("u-basis", ["u", "cx"])]:
    case(f"transpiled-{name}", transpile(circuit, basis_gates=basis, coupling_map=[[0, 1], [1, 2], [2, 3]], seed_transpiler=1, optimization_level=1))
