"""Makes programs.json: programs as exporters of other tools write them, with the exact distribution by the numerics of the same tool.

The circuits are made here, not copied; the tools are licensed under Apache-2.0. `programs.json` names their versions.
Run: pip install qiskit==2.6.2 cirq-core==1.7.0 amazon-braket-sdk==1.127.5 pennylane==0.45.1, then python generate.py
"""

import importlib.metadata
import json
import pathlib

import braket_programs
import cirq_programs
import pennylane_programs
import qiskit_programs
import refused_programs

VERSIONS = ["qiskit", "cirq-core", "amazon-braket-sdk", "pennylane", "numpy"]
cases = []
for module in (qiskit_programs, cirq_programs, braket_programs, pennylane_programs):
    for name, (source, probabilities, inputs) in module.programs.items():
        case = {"name": name, "source": source} | ({"inputs": inputs} if inputs else {})
        case["probabilities"] = {key: float(p) for key, p in sorted(probabilities.items()) if p > 1e-13}
        assert abs(sum(case["probabilities"].values()) - 1) < 1e-9, name
        cases.append(case)

document = {
    "source": "made by generate.py beside this file",
    "versions": {name: importlib.metadata.version(name) for name in VERSIONS},
    "cases": cases,
    "refused": [{"name": name, "source": source} for name, source in refused_programs.programs.items()],
}
path = pathlib.Path(__file__).parent / "programs.json"
path.write_text(json.dumps(document, indent=0, ensure_ascii=False) + "\n")
print(len(cases), "cases,", path.stat().st_size, "bytes")
