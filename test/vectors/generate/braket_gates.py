"""Writes test/vectors/braket-gates.json: the matrices of Amazon Braket's gates under the names of its OpenQASM export.

    python -m venv .venv && .venv/bin/pip install amazon-braket-sdk==1.127.5 && .venv/bin/python test/vectors/generate/braket_gates.py
"""

import importlib.metadata
import inspect
import json
import pathlib
import re

import numpy as np
from braket.circuits import Circuit, Gate, Instruction

PARAMS = [0.3, -1.1, 2.45]
# Not one matrix: no qubits, a matrix of the caller, pulses.
OTHERS = {"GPhase", "Unitary", "PulseGate"}


def rows():
    for name, gate in inspect.getmembers(Gate, inspect.isclass):
        if name in OTHERS or not issubclass(gate, Gate):
            continue
        signature = inspect.signature(gate.__init__).parameters
        params = PARAMS[: sum("angle" in parameter for parameter in signature)]
        instance = gate(*params)
        qubits = instance.qubit_count
        program = Circuit().add_instruction(Instruction(instance, range(qubits))).to_ir("OPENQASM").source
        called = re.search(r"^(\w+)(\(.*\))? q\[0\]", program, re.MULTILINE).group(1)
        # Braket's first qubit is the highest bit of the index.
        order = [int(format(k, f"0{qubits}b")[::-1], 2) for k in range(2**qubits)]
        matrix = np.asarray(instance.to_matrix())[np.ix_(order, order)]
        yield {
            "name": called,
            "params": params,
            "qubits": qubits,
            "matrix": [[float(x.real), float(x.imag)] for x in matrix.flatten()],
        }


gates = sorted(rows(), key=lambda row: row["name"])
version = importlib.metadata.version("amazon-braket-sdk")
head = json.dumps({
    "source": f"braket.circuits.Gate of amazon-braket-sdk {version} (Apache-2.0), Gate.to_matrix(), row-major",
    "convention": "the first qubit of the call is the lowest bit of the index",
})[:-1]
path = pathlib.Path(__file__).parent.parent / "braket-gates.json"
path.write_text(f'{head}, "gates": [\n' + ",\n".join(json.dumps(row) for row in gates) + "\n]}\n")
print(len(gates), "gates:", " ".join(row["name"] for row in gates))
