"""One class per simulator: `run()` gives (seconds, expectation or outcomes), `state()` the 2^n amplitudes.

Settings are the best that its documentation names; where it names several, the fastest of one run each.
"""

from functools import partial
from time import perf_counter

import numpy as np


def timed(work):
    start = perf_counter()
    value = work()
    return perf_counter() - start, value


def fastest(candidates):
    """The candidate that takes the least time, each run twice: the first time warms it up."""
    times = []
    for candidate in candidates:
        candidate()
        times.append(timed(candidate)[0])
    return candidates[times.index(min(times))]


def matrix_of_u(theta, phi, lam):
    """U(θ, φ, λ) of OpenQASM, as Qiskit has it."""
    cos, sin = np.cos(theta / 2), np.sin(theta / 2)
    return np.array([[cos, -np.exp(1j * lam) * sin], [np.exp(1j * phi) * sin, np.exp(1j * (phi + lam)) * cos]])


class Aer:
    """Its own statevector method with gate fusion; the time is the one that it reports, without Python's part."""

    method = {"method": "statevector"}

    def __init__(self, job):
        from qiskit import QuantumCircuit
        from qiskit.quantum_info import SparsePauliOp
        from qiskit_aer import AerSimulator

        self.job = job
        self.simulator = AerSimulator(
            **self.method,
            precision="single" if job.single else "double",
            max_parallel_threads=1,
            noise_model=self.noise_model() if job.noise else None,
        )
        self.circuit = QuantumCircuit(job.qubits)
        for gate in job.gates:
            getattr(self.circuit, gate.name)(*gate.angles, *gate.qubits)
        self.bare = self.circuit.copy()
        if job.observable:
            sparse = [("".join(p.values()), list(p), weight) for weight, p in job.observable]
            operator = SparsePauliOp.from_sparse_list(sparse, num_qubits=job.qubits)
            self.circuit.save_expectation_value(operator, range(job.qubits), label="value")
        else:
            self.circuit.measure_all()

    def noise_model(self):
        from qiskit_aer.noise import NoiseModel, pauli_error

        def channel(p):
            return pauli_error([("I", 1 - p), ("X", p / 3), ("Y", p / 3), ("Z", p / 3)])

        model = NoiseModel()
        one, two = channel(self.job.noise["depolarizing1"]), channel(self.job.noise["depolarizing2"])
        model.add_all_qubit_quantum_error(one, ["u", "h", "rx", "ry", "rz", "p"])
        model.add_all_qubit_quantum_error(two.tensor(two), ["cx", "cz", "cp", "rzz"])
        return model

    def run(self):
        result = self.simulator.run(self.circuit, shots=self.job.shots).result()
        if not result.success:
            raise RuntimeError(result.status)
        seconds = result.results[0].time_taken
        if self.job.observable:
            return seconds, float(np.real(result.data()["value"]))
        return seconds, [int(k, 2) for k, times in result.get_counts().items() for _ in range(times)]

    def state(self):
        circuit = self.bare.copy()
        circuit.save_statevector()
        return np.asarray(self.simulator.run(circuit).result().get_statevector())


class InPlace:
    """Qulacs and scaluq alike: circuits act on a state vector of ours, which knows observables and samples."""

    def evolve_by(self, circuit):
        self.vector.set_zero_state()
        circuit.update_quantum_state(self.vector)

    def run(self):
        def work():
            self.evolve()
            if self.job.observable:
                return float(np.real(self.operator.get_expectation_value(self.vector)))
            return self.vector.sampling(self.job.shots)

        return timed(work)


class Qulacs(InPlace):
    """Gates merged by its optimiser, up to blocks of two or three qubits."""

    def __init__(self, job):
        import qulacs
        from qulacs.circuit import QuantumCircuitOptimizer

        self.job, self.qulacs = job, qulacs
        circuit = self.circuit()
        if job.noise:
            self.run = self.run_noisy
            self.simulator = qulacs.NoiseSimulator(circuit, qulacs.QuantumState(job.qubits))
            return
        circuits = [circuit]
        for optimise in ("light", 2, 3):
            copy = circuit.copy()
            optimizer = QuantumCircuitOptimizer()
            optimizer.optimize_light(copy) if optimise == "light" else optimizer.optimize(copy, optimise)
            circuits.append(copy)
        self.vector = qulacs.QuantumState(job.qubits)
        self.evolve = fastest([partial(self.evolve_by, candidate) for candidate in circuits])
        self.operator = qulacs.Observable(job.qubits)
        for weight, places in job.observable:
            self.operator.add_operator(weight, " ".join(f"{letter} {q}" for q, letter in places.items()))

    def circuit(self):
        import qulacs

        job, circuit = self.job, qulacs.QuantumCircuit(self.job.qubits)
        plain = {"h": "H", "x": "X", "y": "Y", "z": "Z", "s": "S", "sdg": "Sdag", "t": "T", "tdg": "Tdag"}
        pairs = {"cx": "CNOT", "cz": "CZ", "swap": "SWAP"}
        for gate in job.gates:
            name, angles, qubits = gate.name, gate.angles, list(gate.qubits)
            if name in plain:
                made = getattr(qulacs.gate, plain[name])(*qubits)
            elif name in pairs:
                made = getattr(qulacs.gate, pairs[name])(*qubits)
            elif name in ("rx", "ry", "rz"):
                made = getattr(qulacs.gate, {"rx": "RotX", "ry": "RotY", "rz": "RotZ"}[name])(*qubits, angles[0])
            elif name == "p":
                made = qulacs.gate.U1(*qubits, *angles)
            elif name == "u":
                made = qulacs.gate.U3(*qubits, *angles)
            elif name == "rzz":
                made = qulacs.gate.PauliRotation(qubits, [3, 3], -angles[0])
            else:  # cp: a diagonal
                made = qulacs.gate.DenseMatrix(qubits, np.diag([1, 1, 1, np.exp(1j * angles[0])]))
            circuit.add_gate(made)
            if job.noise:
                p = job.noise["depolarizing1" if len(qubits) == 1 else "depolarizing2"]
                for qubit in qubits:
                    circuit.add_gate(qulacs.gate.DepolarizingNoise(qubit, p))
        return circuit

    def run_noisy(self):
        return timed(lambda: self.simulator.execute(self.job.shots))

    def state(self):
        return self.vector.get_vector()


class Qsim:
    """Fused gates of up to 2, 3 or 4 qubits; its translation of the circuit is kept from run to run."""

    def __init__(self, job):
        import cirq
        import qsimcirq

        self.job, self.cirq = job, cirq
        self.line = cirq.LineQubit.range(job.qubits)
        self.order = list(reversed(self.line))
        self.circuit = cirq.Circuit(self.operations())
        if not job.observable:
            self.circuit.append(cirq.measure(*self.order, key="all"))
        self.operators = cirq.PauliSum.from_pauli_strings(
            cirq.PauliString({self.line[q]: getattr(cirq, letter) for q, letter in places.items()}, coefficient=weight)
            for weight, places in job.observable
        )
        simulators = [qsimcirq.QSimSimulator({"f": size, "t": 1}) for size in (2, 3, 4)]
        self.work = fastest([partial(self.work_by, simulator) for simulator in simulators])
        self.simulator = self.work.args[0]

    def operations(self):
        cirq, job = self.cirq, self.job
        names = {"h": "H", "x": "X", "y": "Y", "z": "Z", "s": "S", "t": "T", "cx": "CNOT", "cz": "CZ", "swap": "SWAP"}
        for gate in job.gates:
            qubits = [self.line[q] for q in gate.qubits]
            angle = gate.angles[0] if gate.angles else 0.0
            if gate.name in names:
                yield getattr(cirq, names[gate.name])(*qubits)
            elif gate.name in ("sdg", "tdg"):
                yield cirq.ZPowGate(exponent=-0.5 if gate.name == "sdg" else -0.25)(*qubits)
            elif gate.name in ("rx", "ry", "rz"):
                yield getattr(cirq, gate.name)(angle)(*qubits)
            elif gate.name == "u":
                yield cirq.MatrixGate(matrix_of_u(*gate.angles))(*qubits)
            elif gate.name == "rzz":
                yield cirq.ZZPowGate(exponent=angle / np.pi)(*qubits)
            else:  # p, cp
                power = cirq.ZPowGate(exponent=angle / np.pi)
                yield (power if gate.name == "p" else cirq.CZPowGate(exponent=angle / np.pi))(*qubits)
            if job.noise:
                p = job.noise["depolarizing1" if len(qubits) == 1 else "depolarizing2"]
                yield [cirq.depolarize(p)(qubit) for qubit in qubits]

    def work_by(self, simulator):
        if self.job.observable:
            (value,) = simulator.simulate_expectation_values(self.circuit, [self.operators], qubit_order=self.order)
            return float(np.real(value))
        bits = simulator.run(self.circuit, repetitions=self.job.shots).measurements["all"]
        return bits.astype(np.uint64) @ (np.uint64(1) << np.arange(self.job.qubits - 1, -1, -1, dtype=np.uint64))

    def run(self):
        return timed(self.work)

    def state(self):
        return self.simulator.simulate(self.circuit, qubit_order=self.order).final_state_vector


class Lightning:
    """The tape is made once; each run is the device's own execution of it."""

    def __init__(self, job):
        import pennylane as qml

        self.job, self.qml = job, qml
        kind = np.complex64 if job.single else np.complex128
        self.device = qml.device("lightning.qubit", wires=job.qubits, c_dtype=kind)
        self.operations = [self.operation(gate) for gate in job.gates]
        if job.observable:
            words = [self.word(places) for _, places in job.observable]
            measurement = qml.expval(qml.Hamiltonian([weight for weight, _ in job.observable], words))
            self.tape = qml.tape.QuantumScript(self.operations, [measurement])
        else:
            measurement = qml.sample(wires=range(job.qubits))
            self.tape = qml.tape.QuantumScript(self.operations, [measurement], shots=job.shots)

    def wire(self, qubit):
        return self.job.qubits - 1 - qubit

    def word(self, places):
        factors = [getattr(self.qml, f"Pauli{letter}")(self.wire(q)) for q, letter in places.items()]
        return self.qml.prod(*factors) if len(factors) > 1 else factors[0]

    def operation(self, gate):
        qml, wires = self.qml, [self.wire(q) for q in gate.qubits]
        names = {"h": "Hadamard", "x": "PauliX", "y": "PauliY", "z": "PauliZ", "s": "S", "t": "T", "cx": "CNOT"}
        names |= {"cz": "CZ", "swap": "SWAP", "rx": "RX", "ry": "RY", "rz": "RZ", "p": "PhaseShift", "cp": "ControlledPhaseShift"}
        names |= {"rzz": "IsingZZ"}
        if gate.name == "u":
            return qml.QubitUnitary(matrix_of_u(*gate.angles), wires=wires)
        if gate.name in ("sdg", "tdg"):
            return qml.PhaseShift(-np.pi / (2 if gate.name == "sdg" else 4), wires=wires)
        return getattr(qml, names[gate.name])(*gate.angles, wires=wires)

    def run(self):
        seconds, value = timed(lambda: self.device.execute(self.tape))
        if self.job.observable:
            return seconds, float(np.real(value))
        powers = np.uint64(1) << np.arange(self.job.qubits - 1, -1, -1, dtype=np.uint64)
        return seconds, np.asarray(value).astype(np.uint64) @ powers

    def state(self):
        tape = self.qml.tape.QuantumScript(self.operations, [self.qml.state()])
        return np.asarray(self.device.execute(tape))


class Scaluq(InPlace):
    """Gates merged by its optimiser up to blocks of two or three qubits, where that is faster."""

    def __init__(self, job):
        import scaluq

        kind = getattr(scaluq.default, "f32" if job.single else "f64")
        self.job, self.kind = job, kind
        circuits = [self.circuit()]
        for size in (2, 3):
            circuits.append(self.circuit())
            circuits[-1].optimize(size)
        self.vector = kind.StateVector(job.qubits)
        self.evolve = fastest([partial(self.evolve_by, candidate) for candidate in circuits])
        self.operator = kind.Operator(
            [
                kind.PauliOperator(" ".join(f"{letter} {q}" for q, letter in places.items()), weight)
                for weight, places in job.observable
            ]
        )

    def circuit(self):
        gates, circuit = self.kind.gate, self.kind.Circuit()
        names = {"h": "H", "x": "X", "y": "Y", "z": "Z", "s": "S", "sdg": "Sdag", "t": "T", "tdg": "Tdag"}
        names |= {"rx": "RX", "ry": "RY", "rz": "RZ", "p": "U1", "u": "U3", "swap": "Swap"}
        for gate in self.job.gates:
            if gate.name == "cx":
                made = gates.CX(*gate.qubits)
            elif gate.name == "cz":
                made = gates.CZ(*gate.qubits)
            elif gate.name == "cp":
                made = gates.U1(gate.qubits[1], gate.angles[0], controls=[gate.qubits[0]])
            elif gate.name == "rzz":
                pauli = self.kind.PauliOperator(" ".join(f"Z {q}" for q in gate.qubits), 1.0)
                made = gates.PauliRotation(pauli, gate.angles[0])
            else:
                made = getattr(gates, names[gate.name])(*gate.qubits, *gate.angles)
            circuit.add_gate(made)
        return circuit

    def state(self):
        return np.asarray(self.vector.get_amplitudes())


SIMULATORS = {"aer": Aer, "qulacs": Qulacs, "qsim": Qsim, "lightning": Lightning, "scaluq": Scaluq}
