"""Writes the workloads beyond amplitudes and the gradient: Clifford circuits, a matrix product state, a hardware-efficient ansatz.

Run in an environment with `bench/subjects/peers/requirements.txt` (a minute):

    python bench/workloads/generate_wide.py [NAME …]
"""

import json
import sys
from pathlib import Path

import numpy as np
import qiskit_aer
import stim
from qiskit import QuantumCircuit, qasm3
from qiskit.quantum_info import SparsePauliOp
from qiskit_aer import AerSimulator

FOLDER = Path(__file__).resolve().parent
AER = f"Qiskit Aer {qiskit_aer.__version__}"
STIM = f"Stim {stim.__version__}"
SHOTS = 100_000


def workload(name, about, qubits, options, answer, source, tolerance=1e-10):
    return {
        "name": name,
        "kind": "circuit",
        "about": about,
        "qubits": qubits,
        "input": {"format": "openqasm3" if name == "hea16" else "openqasm2", "file": f"circuits/{name}.qasm"},
        "options": options,
        "seed": 1,
        "precisions": {"f64": tolerance},
        "answer": {**answer, "source": source},
    }


def write(name, qubits, bits, statements, per_line=8):
    """OpenQASM 2, several statements a line: a Clifford circuit has tens of thousands."""
    lines = [" ".join(statements[k : k + per_line]) for k in range(0, len(statements), per_line)]
    head = f'OPENQASM 2.0;\ninclude "qelib1.inc";\nqreg q[{qubits}];\ncreg c[{bits}];\n'
    (FOLDER / "circuits" / f"{name}.qasm").write_text(head + "\n".join(lines) + "\n")


def mask(bits):
    return f"{sum(1 << bit for bit in bits):x}"


def counted(bits, **more):
    return {"counts": {"shots": SHOTS, "sigmas": 5, "bits": bits, **more}}


def ghz1000():
    statements = ["h q[0];", *(f"cx q[{k}],q[{k + 1}];" for k in range(999)), "measure q -> c;"]
    write("ghz1000", 1000, 1000, statements)
    return workload(
        "ghz1000",
        "one superposition and a chain of 999 cx; 100,000 shots, nothing but 0…0 and 1…1 may appear",
        1000,
        {"shots": SHOTS, "method": "stabilizer"},
        counted([0.5] * 1000, only=["0" * 1000, "1" * 1000]),
        "definition",
    )


def without_x(stabilizers):
    """Generators of those products of stabilizers that have neither X nor Y, by elimination."""
    pivots, fixed = {}, []
    for product in stabilizers:
        while (places := product.to_numpy()[0].nonzero()[0]).size > 0 and int(places[0]) in pivots:
            product = product * pivots[int(places[0])]
        if places.size > 0:
            pivots[int(places[0])] = product
        else:
            fixed.append(product)
    return fixed


def clifford200():
    """The first seed whose outcomes obey two parities: otherwise uniform noise would be a right answer."""
    for seed in range(1000):
        random = np.random.default_rng(seed)
        circuit, statements = stim.Circuit(), []
        for _ in range(200):
            for qubit, is_h in enumerate(random.integers(0, 2, 200)):
                circuit.append("H" if is_h else "S", [qubit])
                statements.append(f"{'h' if is_h else 's'} q[{qubit}];")
            for control, target in random.permutation(200).reshape(100, 2).tolist():
                circuit.append("CX", [control, target])
                statements.append(f"cx q[{control}],q[{target}];")
        tableau = circuit.to_tableau()
        fixed = without_x([tableau.z_output(qubit) for qubit in range(200)])
        if len(fixed) == 2:
            break
    write("clifford200", 200, 200, [*statements, "measure q -> c;"])
    parities = [
        {"bits": mask(q for q in range(200) if s[q]), "probability": float(s.sign.real < 0)} for s in fixed
    ]
    return workload(
        "clifford200",
        "200 random layers on 200 qubits: h or s on each, cx on random pairs; 100,000 shots, which obey two parities",
        200,
        {"shots": SHOTS, "method": "stabilizer"},
        counted([0.5] * 200, parities=parities),
        f"{STIM}, stabilizers",
    )


def odd_parity(circuit, bits):
    """P(an odd number of these records is 1), from the independent errors that flip the parity."""
    circuit = circuit.copy()
    circuit.append("DETECTOR", [stim.target_rec(bit - circuit.num_measurements) for bit in bits])
    errors = circuit.detector_error_model()
    return float((1 - np.prod([1 - 2 * e.args_copy()[0] for e in errors if e.type == "error"])) / 2)


def mirror200():
    """25 random layers and their inverses: without noise every outcome is 0…0, so each single bit tells how much noise there was."""
    rates, random, layers = {"depolarizing1": 0.001, "depolarizing2": 0.001}, np.random.default_rng(25), []
    for layer in range(25):
        layers.append([("h" if is_h else "s", [qubit]) for qubit, is_h in enumerate(random.integers(0, 2, 200))])
        # Between neighbours: errors that reach every outcome would leave nothing to tell noises apart by.
        layers.append([("cx", [qubit, qubit + 1]) for qubit in range(layer % 2, 199, 2)])
    gates = [gate for layer in layers for gate in layer]
    gates += [("sdg" if name == "s" else name, qubits) for layer in reversed(layers) for name, qubits in layer]
    circuit = stim.Circuit()
    for name, qubits in gates:
        circuit.append({"sdg": "S_DAG"}.get(name, name.upper()), qubits)
        circuit.append("DEPOLARIZE1", qubits, 0.001)
    circuit.append("M", range(200))
    statements = [f"{name} {','.join(f'q[{qubit}]' for qubit in qubits)};" for name, qubits in gates]
    write("mirror200", 200, 200, [*statements, "measure q -> c;"])
    return workload(
        "mirror200",
        "25 random Clifford layers on 200 qubits and their inverses, noise after every gate; 100,000 shots",
        200,
        {"shots": SHOTS, "method": "stabilizer", "noise": rates},
        counted([odd_parity(circuit, [qubit]) for qubit in range(200)]),
        f"{STIM}, error model",
    )


def surface7():
    """Stim's rotated surface code, distance 7 and 7 rounds, with noise after every gate; detectors are the parities."""
    rates = {"depolarizing1": 0.001, "depolarizing2": 0.002, "readout": 0.003}
    plain = stim.Circuit.generated("surface_code:rotated_memory_z", distance=7, rounds=7).flattened()
    noisy, statements, detectors, recorded, places = stim.Circuit(), [], [], 0, {}

    def place(target):
        return places.setdefault(target.value, len(places))

    for step in plain:
        targets = step.targets_copy()
        if step.name == "CX":
            for control, target in zip(targets[::2], targets[1::2]):
                pair = [place(control), place(target)]
                noisy.append("CX", pair)
                noisy.append("DEPOLARIZE1", pair, rates["depolarizing2"])
                statements.append(f"cx q[{pair[0]}],q[{pair[1]}];")
        elif step.name in ("H", "R", "M", "MR"):
            for qubit in map(place, targets):
                if step.name == "H":
                    noisy.append("H", [qubit])
                    noisy.append("DEPOLARIZE1", [qubit], rates["depolarizing1"])
                    statements.append(f"h q[{qubit}];")
                if step.name in ("M", "MR"):
                    noisy.append("M", [qubit], rates["readout"])
                    statements.append(f"measure q[{qubit}] -> c[{recorded}];")
                    recorded += 1
                if step.name in ("R", "MR"):
                    noisy.append("R", [qubit])
                    statements.append(f"reset q[{qubit}];")
        elif step.name in ("DETECTOR", "OBSERVABLE_INCLUDE"):
            detectors.append([recorded + target.value for target in targets])

    def odd(bits):
        return odd_parity(noisy, bits)

    # Stabilizers of the other kind than the memory's begin at random.
    bits = []
    for bit in range(recorded):
        try:
            bits.append(odd([bit]))
        except ValueError:
            bits.append(0.5)
    write("surface7", len(places), recorded, statements)
    return workload(
        "surface7",
        f"surface code of distance 7 with 7 rounds: {len(places)} qubits, {recorded} outcomes, noise after every gate; 100,000 shots",
        len(places),
        {"shots": SHOTS, "method": "stabilizer", "noise": rates},
        counted(bits, parities=[{"bits": mask(d), "probability": odd(d)} for d in detectors]),
        f"{STIM}, error model",
    )


def string(qubits, letters):
    return "".join(letters.get(qubit, "I") for qubit in reversed(range(qubits)))


def text(observable):
    return " + ".join(f"{weight}*{pauli}" for weight, pauli in observable).replace("+ -", "- ")


def ising100():
    circuit, statements = QuantumCircuit(100), []
    for _ in range(10):
        for first in (0, 1):
            for qubit in range(first, 99, 2):
                circuit.rzz(0.2, qubit, qubit + 1)
                statements.append(f"rzz(0.2) q[{qubit}],q[{qubit + 1}];")
        for qubit in range(100):
            circuit.rx(0.3, qubit)
            statements.append(f"rx(0.3) q[{qubit}];")
    write("ising100", 100, 100, statements)
    observable = [
        (0.5, string(100, {49: "Z", 50: "Z"})),
        (0.25, string(100, {10: "Y", 11: "X"})),
        (1.0, string(100, {99: "Z"})),
    ]
    operator = SparsePauliOp.from_list([(pauli, weight) for weight, pauli in observable])
    circuit.save_expectation_value(operator, range(100), label="value")
    simulator = AerSimulator(method="matrix_product_state", matrix_product_state_truncation_threshold=1e-20)
    value = float(np.real(simulator.run(circuit).result().data()["value"]))
    return workload(
        "ising100",
        "ten Trotter steps of an Ising chain of 100 spins as a matrix product state",
        100,
        {"shots": 1024, "observable": text(observable), "method": "mps"},
        {"expectation": value},
        f"{AER}, matrix product state, truncation 1e-20",
        tolerance=1e-6,
    )


def hea16():
    """Four layers of Ry and Rz on 16 qubits, each angle an input, and a ring of cx; a ring of 16 spins with random couplings and fields."""
    random = np.random.default_rng(16)
    angles = random.uniform(-np.pi, np.pi, 128)
    places = [{q: "Z", (q + 1) % 16: "Z"} for q in range(16)] + [{q: "X"} for q in range(16)]
    observable = [(round(float(random.normal()), 6), string(16, letters)) for letters in places]
    statements = []
    for layer in range(4):
        for qubit in range(16):
            at = layer * 32 + 2 * qubit
            statements += [f"ry(t{at}) q[{qubit}];", f"rz(t{at + 1}) q[{qubit}];"]
        statements += [f"cx q[{qubit}], q[{(qubit + 1) % 16}];" for qubit in range(16)]
    inputs = "".join(f"input float t{k};\n" for k in range(128))
    source = 'OPENQASM 3.0;\ninclude "stdgates.inc";\n' + inputs + "qubit[16] q;\n" + "\n".join(statements) + "\n"
    (FOLDER / "circuits" / "hea16.qasm").write_text(source)
    circuit = qasm3.loads(source)
    operator = SparsePauliOp.from_list([(pauli, weight) for weight, pauli in observable])
    circuit.save_expectation_value(operator, range(16), label="value")
    ordered = sorted(circuit.parameters, key=lambda parameter: int(parameter.name[1:]))
    simulator = AerSimulator(method="statevector", max_parallel_threads=1)

    def energy(values):
        bound = circuit.assign_parameters(dict(zip(ordered, values)))
        return float(np.real(simulator.run(bound).result().data()["value"]))

    shifts = np.eye(128) * np.pi / 2
    gradient = {f"t{k}": (energy(angles + shifts[k]) - energy(angles - shifts[k])) / 2 for k in range(128)}
    return workload(
        "hea16",
        "hardware-efficient ansatz of 16 qubits: the energy of a ring of spins, 32 Pauli strings, and its gradient by 128 parameters",
        16,
        {
            "shots": 1024,
            "observable": text(observable),
            "gradient": True,
            "inputs": {f"t{k}": float(angle) for k, angle in enumerate(angles)},
        },
        {"expectation": energy(angles), "gradient": gradient},
        f"{AER}, double precision, parameter shifts",
    )


MAKERS = {maker.__name__: maker for maker in (ghz1000, clifford200, mirror200, surface7, ising100, hea16)}

if __name__ == "__main__":
    for name in sys.argv[1:] or MAKERS:
        made = MAKERS[name]()
        (FOLDER / f"{name}.json").write_text(json.dumps(made, indent=2, ensure_ascii=False) + "\n")
        print(name, flush=True)
