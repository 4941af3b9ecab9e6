"""Writes the workloads beside it: circuits that are made here, and the answers, computed with Qiskit Aer.

Run in an environment with `qiskit==2.6.2 qiskit-aer==0.18.2 qiskit-qasm3-import==0.6.0` (24 qubits: minutes, 1 GB):

    python bench/workloads/generate.py [NAME …]
"""

import json
import re
import sys
from pathlib import Path

import numpy as np
import qiskit_aer
from qiskit import QuantumCircuit, qasm3
from qiskit.quantum_info import SparsePauliOp, Statevector
from qiskit_aer import AerSimulator
from qiskit_aer.noise import NoiseModel, pauli_error

FOLDER = Path(__file__).resolve().parent
EXACT = {"f64": 1e-10, "f32": 1e-5}
SOURCE = f"Qiskit Aer {qiskit_aer.__version__}, double precision"
HEADER = 'OPENQASM 3.0;\ninclude "stdgates.inc";\n'
NOISE = {"depolarizing1": 0.001, "depolarizing2": 0.01}


def aer(method, **settings):
    return AerSimulator(method=method, max_parallel_threads=1, **settings)


def observe(circuit, observable, subsets):
    """Expectation of a Pauli sum and exact marginals, by qubit subset with the first qubit lowest."""
    circuit = circuit.copy()
    if observable is not None:
        operator = SparsePauliOp.from_list([(pauli, weight) for weight, pauli in observable])
        circuit.save_expectation_value(operator, range(circuit.num_qubits), label="expectation")
    for index, subset in enumerate(subsets):
        circuit.save_probabilities(subset, label=f"marginal{index}")
    data = aer("statevector").run(circuit).result().data()
    answer = {}
    if observable is not None:
        answer["expectation"] = float(np.real(data["expectation"]))
    if subsets:
        answer["marginals"] = [
            {"qubits": subset, "probabilities": data[f"marginal{index}"].tolist()}
            for index, subset in enumerate(subsets)
        ]
    return answer


def text(observable):
    return " + ".join(f"{weight}*{pauli}" for weight, pauli in observable)


def string(qubits, letters):
    """A Pauli string with `letters[q]` on qubit q; qubit 0 is the rightmost letter."""
    return "".join(letters.get(qubit, "I") for qubit in reversed(range(qubits)))


def evolved(name, about, qubits):
    """A state is made and looked at: three marginals that cross low and high qubits, and phases through X and Y."""
    circuit = qasm3.loads((FOLDER / "circuits" / f"{name}.qasm").read_text())
    last = qubits - 1
    observable = [
        (0.5, string(qubits, {0: "X", last: "Z"})),
        (0.25, string(qubits, {1: "Y", qubits // 2: "Y"})),
        (1.0, string(qubits, {last: "X"})),
    ]
    subsets = [[0, qubits // 2, last], [1, 2, 3, 4]]
    return {
        "name": name,
        "kind": "circuit",
        "about": about,
        "qubits": qubits,
        "input": {"format": "openqasm3", "file": f"circuits/{name}.qasm"},
        "options": {"shots": 1024, "observable": text(observable), "marginals": subsets},
        "seed": 1,
        "precisions": EXACT,
        "answer": {**observe(circuit, observable, subsets), "source": SOURCE},
    }


def qaoa20():
    source = (FOLDER / "circuits" / "qaoa20.qasm").read_text()
    edges = sorted({(int(a), int(b)) for a, b in re.findall(r"rzz\([^)]*\) q\[(\d+)\], q\[(\d+)\]", source)})
    assert len(edges) == 30
    observable = [(1.0, string(20, {a: "Z", b: "Z"})) for a, b in edges]
    return {
        "name": "qaoa20",
        "kind": "circuit",
        "about": "p = 2 QAOA on a 3-regular graph of 20 vertices; the expectation of the cost, 30 ZZ terms",
        "qubits": 20,
        "input": {"format": "openqasm3", "file": "circuits/qaoa20.qasm"},
        "options": {"shots": 1024, "observable": text(observable)},
        "seed": 1,
        # Thirty terms add up, and so does the rounding of f32.
        "precisions": {**EXACT, "f32": 1e-4},
        "answer": {**observe(qasm3.loads(source), observable, []), "source": SOURCE},
    }


def shots20():
    lines = [f"ry(0.1 * {qubit + 1}) q[{qubit}];" for qubit in range(20)]
    lines += [f"cx q[{qubit}], q[{qubit + 1}];" for qubit in range(19)]
    write("shots20", "qubit[20] q;\nbit[20] c;\n" + "\n".join(lines) + "\nc = measure q;\n")
    circuit = QuantumCircuit(20)
    for qubit in range(20):
        circuit.ry(0.1 * (qubit + 1), qubit)
    for qubit in range(19):
        circuit.cx(qubit, qubit + 1)
    marginals = observe(circuit, None, [[qubit] for qubit in range(20)])["marginals"]
    return {
        "name": "shots20",
        "kind": "circuit",
        "about": "100,000 shots of 20 qubits after two short layers: sampling weighs more than gates",
        "qubits": 20,
        "input": {"format": "openqasm3", "file": "circuits/shots20.qasm"},
        "options": {"shots": 100_000},
        "seed": 1,
        "precisions": EXACT,
        "answer": {
            "counts": {"shots": 100_000, "sigmas": 5, "bits": [m["probabilities"][1] for m in marginals]},
            "source": SOURCE,
        },
    }


def ghz20():
    write("ghz20", "qubit[20] q;\nbit[20] c;\nh q[0];\nfor int i in [1:19] { cx q[i - 1], q[i]; }\nc = measure q;\n")
    return {
        "name": "ghz20",
        "kind": "circuit",
        "about": "20 qubits, one superposition and a chain of 19 cx: nothing but 0…0 and 1…1 may appear",
        "qubits": 20,
        "input": {"format": "openqasm3", "file": "circuits/ghz20.qasm"},
        # A tableau would take it, and say nothing about passes.
        "options": {"shots": 1024, "method": "statevector"},
        "seed": 1,
        "precisions": EXACT,
        "answer": {
            "counts": {"shots": 1024, "sigmas": 5, "bits": [0.5] * 20, "only": ["0" * 20, "1" * 20]},
            "source": "definition",
        },
    }


def teleport_chain():
    write(
        "teleport-chain",
        "qubit[3] q;\nbit flip;\nbit sign;\nbit received;\n"
        "ry(1.1) q[0];\nrz(0.7) q[0];\n"
        "for int hop in [1:20] {\n"
        "  reset q[1];\n  reset q[2];\n  h q[1];\n  cx q[1], q[2];\n"
        "  cx q[0], q[1];\n  h q[0];\n"
        "  flip = measure q[1];\n  sign = measure q[0];\n"
        "  if (flip) { x q[2]; }\n  if (sign) { z q[2]; }\n"
        "  swap q[0], q[2];\n}\n"
        "rz(-0.7) q[0];\nry(-1.1) q[0];\nreceived = measure q[0];\n",
    )
    return {
        "name": "teleport-chain",
        "kind": "circuit",
        "about": "one qubit teleported 20 times in a row: 40 measurements in the middle, resets, feed-forward; 10,000 shots",
        "qubits": 3,
        "input": {"format": "openqasm3", "file": "circuits/teleport-chain.qasm"},
        "options": {"shots": 10_000},
        "seed": 1,
        "precisions": EXACT,
        "answer": {"counts": {"shots": 10_000, "sigmas": 5, "bits": [0.5, 0.5, 0.0]}, "source": "definition"},
    }


def noisy12():
    circuit = qasm3.loads((FOLDER / "circuits" / "noisy12.qasm").read_text())

    def channel(p):
        return pauli_error([("I", 1 - p), ("X", p / 3), ("Y", p / 3), ("Z", p / 3)])

    model = NoiseModel()
    one, two = channel(NOISE["depolarizing1"]), channel(NOISE["depolarizing2"])
    model.add_all_qubit_quantum_error(one, ["u", "u3", "U"])
    model.add_all_qubit_quantum_error(two.tensor(two), ["cx", "cz"])
    bare = circuit.remove_final_measurements(inplace=False)
    assert set(bare.count_ops()) <= {"u", "u3", "U", "cx", "cz"}, bare.count_ops()
    ideal = Statevector(bare).probabilities()
    bare.save_probabilities(range(12), label="noisy")
    noisy = aer("density_matrix", noise_model=model).run(bare, optimization_level=0).result().data()["noisy"]
    outcomes = np.arange(2**12)
    # Single bits hardly notice the noise at 1,000 shots; the share of shots in the likelier half of the outcomes does:
    # 0.85 without noise, 0.5 when nothing is left of the state.
    heavy = ideal > np.median(ideal)
    mask = sum(1 << int(outcome) for outcome in outcomes[heavy])
    return {
        "name": "noisy12",
        "kind": "circuit",
        "about": "12 qubits with depolarising noise after every gate, 1,000 shots, each its own trajectory",
        "qubits": 12,
        "input": {"format": "openqasm3", "file": "circuits/noisy12.qasm"},
        "options": {"shots": 1000, "noise": NOISE},
        "seed": 1,
        "precisions": EXACT,
        "answer": {
            "counts": {
                "shots": 1000,
                "sigmas": 5,
                "bits": [float(noisy[(outcomes >> qubit) & 1 == 1].sum()) for qubit in range(12)],
                "heavy": {"outcomes": f"{mask:01024x}", "probability": float(noisy[heavy].sum())},
            },
            "source": f"{SOURCE}, density matrix",
        },
    }


def write(name, program):
    (FOLDER / "circuits" / f"{name}.qasm").write_text(HEADER + program)


def brick(qubits):
    about = f"depth 20 on {qubits} qubits: a Haar-random U on each, then CX or CZ between neighbours, alternating"
    return lambda: evolved(f"brick{qubits}", about, qubits)


def qft(qubits):
    about = f"Ry(0.1(q+1)) on each of {qubits} qubits, then the quantum Fourier transform with its final swaps"
    return lambda: evolved(f"qft{qubits}", about, qubits)


MAKERS = {
    **{f"brick{n}": brick(n) for n in (12, 16, 20, 22, 24)},
    **{f"qft{n}": qft(n) for n in (16, 20, 22, 24)},
    "qaoa20": qaoa20,
    "shots20": shots20,
    "ghz20": ghz20,
    "teleport-chain": teleport_chain,
    "noisy12": noisy12,
}

if __name__ == "__main__":
    for name in sys.argv[1:] or MAKERS:
        workload = MAKERS[name]()
        (FOLDER / f"{name}.json").write_text(json.dumps(workload, indent=2) + "\n")
        print(name, flush=True)
