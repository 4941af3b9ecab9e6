"""Simulators beyond amplitudes: `run()` gives (seconds, expectation or outcomes) as in simulators.py."""

import numpy as np
from simulators import Aer, timed


class Stim:
    """Its reference run and bit-packed samples, both within the time: ours has both, too. Unpacking is left out."""

    NAMES = {"h": "H", "x": "X", "y": "Y", "z": "Z", "s": "S", "sdg": "S_DAG", "cx": "CX", "cz": "CZ", "swap": "SWAP"}

    def __init__(self, job):
        import stim

        self.job, self.circuit, bits = job, stim.Circuit(), []
        index = {bit: place for place, bit in enumerate(job.circuit.qubits)}
        place_of = {bit: place for place, bit in enumerate(job.circuit.clbits)}
        one, several = job.noise.get("depolarizing1", 0), job.noise.get("depolarizing2", 0)
        for instruction in job.circuit.data:
            name, qubits = instruction.operation.name, [index[qubit] for qubit in instruction.qubits]
            if name == "measure":
                self.circuit.append("M", qubits, job.noise.get("readout", 0))
                bits += [place_of[bit] for bit in instruction.clbits]
            elif name == "reset":
                self.circuit.append("R", qubits)
            elif name != "barrier":
                self.circuit.append(self.NAMES[name], qubits)
                rate = one if len(qubits) == 1 else several
                if rate > 0:
                    self.circuit.append("DEPOLARIZE1", qubits, rate)
        self.order = np.argsort(bits)

    def run(self):
        def work():
            return self.circuit.compile_sampler(seed=1).sample(self.job.shots, bit_packed=True)

        seconds, packed = timed(work)
        return seconds, lambda: np.unpackbits(packed, axis=1, count=len(self.order), bitorder="little")[:, self.order]


class Quimb:
    """CircuitMPS with bonds as wide and a share to drop as small as ours; expectations term by term, as its documentation has it."""

    def __init__(self, job):
        import quimb
        import quimb.tensor as tensors

        self.job, self.tensors = job, tensors
        self.strings = []
        for weight, places in job.observable:
            factors = [quimb.pauli(letter) for letter in places.values()]
            self.strings.append((weight, quimb.kron(*factors) if len(factors) > 1 else factors[0], tuple(places)))

    def run(self):
        def work():
            circuit = self.tensors.CircuitMPS(self.job.qubits, max_bond=self.job.max_bond, cutoff=1e-12)
            for gate in self.job.gates:
                circuit.apply_gate(gate.name.upper(), *gate.angles, *gate.qubits)
            return sum(w * float(np.real(circuit.local_expectation(m, where))) for w, m, where in self.strings)

        self.job.gates  # translated before the clock starts
        return timed(work)


class AerMps(Aer):
    """Qiskit Aer's matrix product states, bonds as wide as ours and its own threshold of truncation."""

    def __init__(self, job):
        self.method = {
            "method": "matrix_product_state",
            "matrix_product_state_max_bond_dimension": job.max_bond,
            "mps_omp_threads": 1,
        }
        super().__init__(job)


class Ddsim:
    """Decision diagrams of the Munich Quantum Toolkit, which reads the circuit itself."""

    def __init__(self, job):
        from mqt.core.plugins.qiskit import qiskit_to_mqt
        from mqt.ddsim import CircuitSimulator

        self.job, self.circuit, self.simulator = job, qiskit_to_mqt(job.circuit), CircuitSimulator

    def run(self):
        return timed(lambda: self.simulator(self.circuit, seed=1).simulate(self.job.shots))


WIDE = {"stim": Stim, "quimb": Quimb, "aer-mps": AerMps, "ddsim": Ddsim}
