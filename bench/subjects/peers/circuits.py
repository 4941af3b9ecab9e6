"""Circuits in other simulators, by the protocol of docs/benchmarks.md: `python circuits.py NAME`.

A simulator gives the expectation where the workload asks for one, and the shots where it does not; what it makes of the circuit
before it runs is not timed. Marginals are for the check of the answer and are not timed either. So each does less than the
engines of Ketflow in the same row, which are timed with all of it.
"""

import json
import sys
from dataclasses import dataclass

import numpy as np
from qiskit import qasm2, qasm3

KNOWN = {"h", "x", "y", "z", "s", "sdg", "t", "tdg", "rx", "ry", "rz", "p", "u", "cx", "cz", "cp", "swap", "rzz"}
ALIASES = {"U": "u", "u3": "u", "u1": "p", "cu1": "cp"}


@dataclass(frozen=True)
class Gate:
    """A gate of `KNOWN`: its angles in radians and its qubits, controls first."""

    name: str
    angles: tuple
    qubits: tuple


@dataclass(frozen=True)
class Job:
    """What a simulator runs. `observable` is a list of (weight, letters by qubit)."""

    qubits: int
    gates: list
    shots: int
    observable: list
    noise: dict
    single: bool


def gates_of(circuit):
    """The unitary part of a circuit; final measurements fall away, since all its qubits are measured in order."""
    for instruction in circuit.data:
        operation = instruction.operation
        name = ALIASES.get(operation.name, operation.name)
        qubits = tuple(circuit.find_bit(qubit).index for qubit in instruction.qubits)
        if name in ("measure", "barrier"):
            continue
        if name in KNOWN:
            yield Gate(name, tuple(float(angle) for angle in operation.params), qubits)
            continue
        if operation.definition is None:
            raise ValueError(f"no peer runs {operation.name} in this benchmark")
        for inner in gates_of(operation.definition):
            yield Gate(inner.name, inner.angles, tuple(qubits[place] for place in inner.qubits))


def terms(text):
    """`0.5*XIZ + ZZI` as (weight, {qubit: letter}); the leftmost letter is the highest qubit."""
    for term in text.replace("- ", "+ -").split("+"):
        weight, star, letters = term.strip().rpartition("*")
        places = {q: letter for q, letter in enumerate(reversed(letters.strip())) if letter != "I"}
        yield (float(weight) if star else 1.0, places)


def read(run):
    text, options = run["source"], run["options"]
    circuit = qasm2.loads(text) if run["format"] == "openqasm2" else qasm3.loads(text)
    return Job(
        circuit.num_qubits,
        list(gates_of(circuit)),
        options.get("shots", 1024),
        list(terms(options["observable"])) if "observable" in options else [],
        options.get("noise", {}),
        options.get("precision", "f64") == "f32",
    )


def marginal(state, subset):
    """P of each value of a subset of qubits, the first one lowest, from 2^n amplitudes."""
    qubits = int(np.log2(len(state)))
    tensor = (np.abs(state.astype(np.complex128)) ** 2).reshape([2] * qubits)
    axes = [qubits - 1 - qubit for qubit in reversed(subset)]
    kept = tensor.sum(axis=tuple(axis for axis in range(qubits) if axis not in axes))
    order = np.argsort(np.argsort(axes))
    return np.transpose(kept, order).reshape(-1).tolist()


def counts_of(outcomes, qubits):
    values, times = np.unique(np.asarray(outcomes, dtype=np.uint64), return_counts=True)
    return {format(int(value), f"0{qubits}b"): int(count) for value, count in zip(values, times)}


def main(name):
    from simulators import SIMULATORS

    simulator, source = None, None
    for line in sys.stdin:
        request = json.loads(line)
        try:
            run = request["run"]
            key = (run["source"], json.dumps(run["options"]))
            if key != source:
                job = read(run)
                simulator, source = SIMULATORS[name](job), key
            seconds, value = simulator.run()
            reply = {"engineMs": 1000 * seconds}
            if request["wantResult"]:
                result = {"expectation": value} if job.observable else {"counts": counts_of(value, job.qubits)}
                subsets = run["options"].get("marginals")
                if subsets:
                    state = simulator.state()
                    result["marginals"] = [{"qubits": s, "probabilities": marginal(state, s)} for s in subsets]
                reply["result"] = result
        except Exception as error:  # the benchmark prints it with the row and ends
            reply = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(reply), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
