"""Circuits in other simulators, by the protocol of docs/benchmarks.md: `python circuits.py NAME`.

A simulator gives the expectation where the workload asks for one (with the gradient, where it asks for that), and the shots where
it does not; what it makes of the circuit
before it runs is not timed. Marginals are for the check of the answer and are not timed either. So each does less than the
engines of Ketflow in the same row, which are timed with all of it.
"""

import json
import sys
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from qiskit import qasm2, qasm3

KNOWN = {"h", "x", "y", "z", "s", "sdg", "t", "tdg", "rx", "ry", "rz", "p", "u", "cx", "cz", "cp", "swap", "rzz"}
ALIASES = {"U": "u", "u3": "u", "u1": "p", "cu1": "cp"}


@dataclass(frozen=True)
class Gate:
    """A gate of `KNOWN`: its angles in radians, its qubits, controls first, and the input that is its only angle, where one is."""

    name: str
    angles: tuple
    qubits: tuple
    input: str | None


@dataclass(frozen=True)
class Job:
    """What a simulator runs. `observable` is a list of (weight, letters by qubit)."""

    qubits: int
    circuit: object
    inputs: dict
    shots: int
    observable: list
    gradient: bool
    noise: dict
    single: bool
    max_bond: int

    @cached_property
    def gates(self):
        return list(gates_of(self.circuit, self.inputs))


def gates_of(circuit, inputs):
    """The unitary part of a circuit; final measurements fall away, since all its qubits are measured in order."""
    for instruction in circuit.data:
        operation = instruction.operation
        name = ALIASES.get(operation.name, operation.name)
        qubits = tuple(circuit.find_bit(qubit).index for qubit in instruction.qubits)
        if name in ("measure", "barrier"):
            continue
        if name in KNOWN:
            names = [parameter.name for angle in operation.params for parameter in getattr(angle, "parameters", ())]
            yield Gate(name, tuple(value_of(angle, inputs) for angle in operation.params), qubits, (*names, None)[0])
            continue
        if operation.definition is None:
            raise ValueError(f"no peer runs {operation.name} in this benchmark")
        for inner in gates_of(operation.definition, inputs):
            yield replace(inner, qubits=tuple(qubits[place] for place in inner.qubits))


def value_of(angle, inputs):
    parameters = getattr(angle, "parameters", ())
    return float(angle.bind({p: inputs[p.name] for p in parameters}) if parameters else angle)


def terms(text):
    """`0.5*XIZ + ZZI` as (weight, {qubit: letter}); the leftmost letter is the highest qubit."""
    for term in text.replace("- ", "+ -").split("+"):
        weight, star, letters = term.strip().rpartition("*")
        places = {q: letter for q, letter in enumerate(reversed(letters.strip())) if letter != "I"}
        yield (float(weight) if star else 1.0, places)


def read(run):
    text, options = run["source"], run["options"]
    legacy = qasm2.LEGACY_CUSTOM_INSTRUCTIONS  # qelib1.inc as exporters have it, with rzz
    circuit = qasm2.loads(text, custom_instructions=legacy) if run["format"] == "openqasm2" else qasm3.loads(text)
    return Job(
        qubits=circuit.num_qubits,
        circuit=circuit,
        inputs=options.get("inputs", {}),
        shots=options.get("shots", 1024),
        observable=list(terms(options["observable"])) if "observable" in options else [],
        gradient=options.get("gradient", False),
        noise=options.get("noise", {}),
        single=options.get("precision", "f64") == "f32",
        max_bond=options.get("maxBond", 64),
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
    """Of outcomes as numbers, as rows of bits (lowest first), or counted already."""
    if isinstance(outcomes, dict):
        return outcomes
    if np.ndim(outcomes) == 2:
        rows, times = np.unique(outcomes[:, ::-1], axis=0, return_counts=True)
        text = (rows + ord("0")).astype(np.uint8)
        return {bytes(row).decode(): int(count) for row, count in zip(text, times)}
    values, times = np.unique(np.asarray(outcomes, dtype=np.uint64), return_counts=True)
    return {format(int(value), f"0{qubits}b"): int(count) for value, count in zip(values, times)}


def main(name):
    from gradients import GRADIENTS
    from simulators import SIMULATORS
    from wide import WIDE

    simulator, source = None, None
    for line in sys.stdin:
        request = json.loads(line)
        try:
            run = request["run"]
            key = (run["source"], json.dumps(run["options"]))
            if key != source:
                job = read(run)
                simulator, source = (GRADIENTS if job.gradient else SIMULATORS | WIDE)[name](job), key
            seconds, value = simulator.run()
            reply = {"engineMs": 1000 * seconds}
            if request["wantResult"]:
                if job.gradient:
                    result = dict(zip(("expectation", "gradient"), value))
                elif job.observable:
                    result = {"expectation": value}
                else:
                    result = {"counts": counts_of(value() if callable(value) else value, job.qubits)}
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
