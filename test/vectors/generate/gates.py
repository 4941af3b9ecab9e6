"""Writes test/vectors/gates.json: the matrices of Qiskit's gates under the names of qelib1.inc and stdgates.inc.

    python -m venv .venv && .venv/bin/pip install qiskit==2.6.2 && .venv/bin/python test/vectors/generate/gates.py
"""

import json
import pathlib

import qiskit
from qiskit.circuit import library as lib
from qiskit.quantum_info import Operator

PARAMS = [0.3, -1.1, 2.45, 0.77]
# name in OpenQASM, class, number of parameters
GATES = [
    ("U", lib.UGate, 3), ("u", lib.UGate, 3), ("u1", lib.U1Gate, 1), ("u2", lib.U2Gate, 2), ("u3", lib.U3Gate, 3),
    ("p", lib.PhaseGate, 1), ("phase", lib.PhaseGate, 1), ("id", lib.IGate, 0),
    ("x", lib.XGate, 0), ("y", lib.YGate, 0), ("z", lib.ZGate, 0), ("h", lib.HGate, 0), ("s", lib.SGate, 0),
    ("sdg", lib.SdgGate, 0), ("t", lib.TGate, 0), ("tdg", lib.TdgGate, 0), ("sx", lib.SXGate, 0), ("sxdg", lib.SXdgGate, 0),
    ("rx", lib.RXGate, 1), ("ry", lib.RYGate, 1), ("rz", lib.RZGate, 1), ("r", lib.RGate, 2),
    ("cx", lib.CXGate, 0), ("cy", lib.CYGate, 0), ("cz", lib.CZGate, 0), ("ch", lib.CHGate, 0), ("cs", lib.CSGate, 0),
    ("csdg", lib.CSdgGate, 0), ("csx", lib.CSXGate, 0), ("cp", lib.CPhaseGate, 1), ("cphase", lib.CPhaseGate, 1),
    ("cu1", lib.CU1Gate, 1), ("cu3", lib.CU3Gate, 3), ("cu", lib.CUGate, 4), ("crx", lib.CRXGate, 1), ("cry", lib.CRYGate, 1),
    ("crz", lib.CRZGate, 1), ("swap", lib.SwapGate, 0), ("iswap", lib.iSwapGate, 0), ("dcx", lib.DCXGate, 0),
    ("ecr", lib.ECRGate, 0), ("rxx", lib.RXXGate, 1), ("ryy", lib.RYYGate, 1), ("rzz", lib.RZZGate, 1), ("rzx", lib.RZXGate, 1),
    ("ccx", lib.CCXGate, 0), ("ccz", lib.CCZGate, 0), ("cswap", lib.CSwapGate, 0), ("rccx", lib.RCCXGate, 0),
    ("rcccx", lib.RC3XGate, 0), ("rc3x", lib.RC3XGate, 0), ("c3x", lib.C3XGate, 0), ("c3sqrtx", lib.C3SXGate, 0),
    ("c3sx", lib.C3SXGate, 0), ("c4x", lib.C4XGate, 0),
]

rows = []
for name, gate, count in GATES:
    instance = gate(*PARAMS[:count])
    matrix = Operator(instance).data
    rows.append({
        "name": name,
        "params": PARAMS[:count],
        "qubits": instance.num_qubits,
        "matrix": [[float(x.real), float(x.imag)] for x in matrix.flatten()],
    })

document = {
    "source": f"qiskit.circuit.library of Qiskit {qiskit.__version__} (Apache-2.0), Operator(gate).data, row-major",
    "convention": "the first qubit of the call is the lowest bit of the index",
    "gates": rows,
}
path = pathlib.Path(__file__).parent.parent / "gates.json"
lines = ",\n".join(json.dumps(row) for row in rows)
head = json.dumps({key: document[key] for key in ("source", "convention")})[:-1]
path.write_text(f'{head}, "gates": [\n{lines}\n]}}\n')
print(f"{len(rows)} gates, {path.stat().st_size} bytes")
