"""Makes qiskit.json: reference values of circuits, computed by Qiskit alone.

Exact distributions come from following every measurement outcome with qiskit.quantum_info (Statevector.evolve by each gate's
own Operator, projection by hand), not from a simulator with shots. Run: python generate.py (needs qiskit, qiskit-qasm3-import).
"""

import json
import pathlib

import numpy as np
import qiskit
import qiskit_qasm3_import
from qiskit import qasm2, qasm3
from qiskit.circuit import IfElseOp
from qiskit.quantum_info import DensityMatrix, SparsePauliOp, Statevector, entropy, partial_trace

HEAD3 = 'OPENQASM 3.0;\ninclude "stdgates.inc";\n'
HEAD2 = 'OPENQASM 2.0;\ninclude "qelib1.inc";\n'

EVERY_GATE = "x q[0]; y q[1]; h q[2]; s q[2]; h q[0]; sdg q[0]; t q[2]; h q[1]; tdg q[1]; sx q[0]; z q[1]; p(0.3) q[0]; " \
    "rx(0.7) q[1]; ry(-0.4) q[2]; rz(1.9) q[0]; U(0.5,1.5,2.5) q[1]; cx q[0],q[2]; cy q[1],q[0]; cz q[2],q[1]; ch q[0],q[1]; " \
    "cp(0.6) q[0],q[2]; crx(0.2) q[2],q[1]; cry(1.2) q[1],q[0]; crz(-0.9) q[0],q[1]; swap q[0],q[2]; " \
    "ccx q[0],q[1],q[2]; cswap q[2],q[0],q[1]; cu(0.1,0.2,0.3,0.4) q[0],q[1]; id q[0];"

CIRCUITS = {
    "bell": HEAD3 + "qubit[2] q; h q[0]; cx q[0],q[1];",
    "ghz-5": HEAD3 + "qubit[5] q; h q[0]; cx q[0],q[1]; cx q[1],q[2]; cx q[2],q[3]; cx q[3],q[4];",
    "every-standard-gate": HEAD3 + "qubit[3] q; " + EVERY_GATE,
    "every-standard-gate-high-qubits": HEAD3 + "qubit[7] q; h q[0]; ry(0.2) q[1]; " + EVERY_GATE.replace("q[2]", "q[6]").replace("q[1]", "q[4]"),
    "u-under-control": HEAD3 + "qubit[2] q; h q[0]; ctrl @ U(0.4,1.1,-0.7) q[0],q[1];",
    "phase-under-control": HEAD3 + "qubit[2] q; h q[0]; h q[1]; ctrl @ gphase(0.9) q[0]; negctrl @ gphase(-0.3) q[1];",
    "rz-under-control": HEAD3 + "qubit[2] q; h q[0]; ry(0.3) q[1]; ctrl @ rz(1.3) q[0],q[1];",
    "global-phase": HEAD3 + "qubit[1] q; gphase(0.7); ry(0.5) q[0];",
    "negative-controls": HEAD3 + "qubit[4] q; h q[0]; ry(0.8) q[1]; h q[3]; ctrl @ negctrl @ ctrl @ x q[0],q[1],q[3],q[2];",
    "gate-powers": HEAD3 + "qubit[2] q; h q[0]; pow(2) @ t q[0]; inv @ s q[0]; pow(3) @ sx q[1]; inv @ U(0.1,0.2,0.3) q[1];",
    "qft-4": HEAD3 + "qubit[4] q; x q[0]; h q[3]; cp(pi/2) q[3],q[2]; cp(pi/4) q[3],q[1]; cp(pi/8) q[3],q[0]; h q[2]; "
        "cp(pi/2) q[2],q[1]; cp(pi/4) q[2],q[0]; h q[1]; cp(pi/2) q[1],q[0]; h q[0]; swap q[0],q[3]; swap q[1],q[2];",
    "grover-3": HEAD3 + "qubit[3] q; bit[3] c; h q[0]; h q[1]; h q[2]; ccz_ q[0],q[1],q[2]; h q[0]; h q[1]; h q[2]; x q[0]; x q[1]; x q[2]; "
        "ccz_ q[0],q[1],q[2]; x q[0]; x q[1]; x q[2]; h q[0]; h q[1]; h q[2]; c[0] = measure q[0]; c[1] = measure q[1]; c[2] = measure q[2];",
    "brickwork-6": HEAD3 + "qubit[6] q; " + "".join(
        "".join(f"U({0.3 * k + 0.1 * i},{0.7 * i - 0.2 * k},{0.11 * k * i}) q[{i}];" for i in range(6))
        + "".join(f"cx q[{i}],q[{i + 1}];" for i in range(k % 2, 5, 2)) for k in range(1, 6)),
    "measured-subset": HEAD3 + "qubit[3] q; bit[2] a; bit b; ry(0.4) q[0]; ry(1.4) q[1]; cx q[0],q[2]; a[1] = measure q[2]; b = measure q[1];",
    "teleportation": HEAD3 + "qubit[3] q; bit[2] m; bit out; ry(1.1) q[0]; rz(0.4) q[0]; h q[1]; cx q[1],q[2]; cx q[0],q[1]; h q[0]; "
        "m[0] = measure q[0]; m[1] = measure q[1]; if (m[1] == true) { x q[2]; } if (m[0] == true) { z q[2]; } out = measure q[2];",
    "measure-then-rotate": HEAD3 + "qubit[1] q; bit[2] c; ry(0.9) q[0]; c[0] = measure q[0]; ry(0.7) q[0]; c[1] = measure q[0];",
    "repeated-coin": HEAD3 + "qubit[1] q; bit[3] c; h q[0]; c[0] = measure q[0]; h q[0]; c[1] = measure q[0]; ry(0.3) q[0]; c[2] = measure q[0];",
    "reset-entangled": HEAD3 + "qubit[2] q; bit[2] c; ry(1.0) q[0]; cx q[0],q[1]; reset q[0]; ry(0.5) q[0]; c[0] = measure q[0]; c[1] = measure q[1];",
    "if-else": HEAD3 + "qubit[2] q; bit[2] c; ry(0.6) q[0]; c[0] = measure q[0]; if (c[0] == true) { h q[1]; } else { ry(0.2) q[1]; } c[1] = measure q[1];",
    "register-condition": HEAD3 + "qubit[3] q; bit[2] c; bit d; ry(0.6) q[0]; ry(2.0) q[1]; c[0] = measure q[0]; c[1] = measure q[1]; "
        "if (c == 2) { ry(1.0) q[2]; } d = measure q[2];",
    "repetition-code": HEAD3 + "qubit[5] q; bit[2] syn; bit[3] d; ry(0.8) q[0]; cx q[0],q[1]; cx q[0],q[2]; rx(0.4) q[1]; "
        "cx q[0],q[3]; cx q[1],q[3]; cx q[1],q[4]; cx q[2],q[4]; syn[0] = measure q[3]; syn[1] = measure q[4]; "
        "if (syn == 1) { x q[0]; } if (syn == 3) { x q[1]; } if (syn == 2) { x q[2]; } d[0] = measure q[0]; d[1] = measure q[1]; d[2] = measure q[2];",
    "qasm2-bell": HEAD2 + "qreg q[2]; creg c[2]; h q[0]; cx q[0],q[1]; measure q -> c;",
    "qasm2-gates": HEAD2 + "qreg q[3]; u3(0.1,0.2,0.3) q[0]; u2(0.4,0.5) q[1]; u1(0.6) q[0]; h q[2]; cu1(0.3) q[2],q[1]; "
        "cu3(0.7,0.8,0.9) q[2],q[0]; rzz(0.4) q[0],q[1]; ccx q[0],q[2],q[1]; sx q[0]; crz(0.2) q[0],q[2];",
    "qasm2-user-gate": HEAD2 + "gate twist(a,b) x1,x2 { rx(a/2) x1; cx x1,x2; u1(-b*2) x2; cx x1,x2; } qreg q[3]; h q; twist(0.3,pi/7) q[0],q[2]; twist(1,2) q[2],q[1];",
    "qasm2-if": HEAD2 + "qreg q[2]; creg c[2]; ry(1.2) q[0]; measure q[0] -> c[0]; if(c==1) ry(0.4) q[1]; measure q[1] -> c[1];",
    "qasm2-two-registers": HEAD2 + "qreg a[2]; qreg b[2]; creg m[1]; creg n[2]; ry(0.3) a[1]; cx a[1],b[0]; ry(1.0) b[1]; cx b[1],a[0]; measure b[0] -> n[1]; measure a[0] -> m[0];",
    "phase-kickback": HEAD3 + "qubit[3] q; h q[0]; h q[1]; x q[2]; ctrl @ p(0.8) q[0],q[2]; ctrl @ pow(2) @ p(0.8) q[1],q[2]; h q[0]; h q[1];",
    "deep-controls": HEAD3 + "qubit[6] q; h q[0]; h q[1]; h q[4]; h q[5]; ry(0.3) q[2]; ctrl(4) @ ry(0.9) q[0],q[1],q[4],q[5],q[2]; negctrl(2) @ ctrl @ U(0.3,0.4,0.5) q[0],q[4],q[5],q[3];",
    "conditional-reset": HEAD3 + "qubit[2] q; bit[2] c; h q[0]; cx q[0],q[1]; c[0] = measure q[0]; if (c[0] == true) { reset q[1]; } c[1] = measure q[1];",
    "interference": HEAD3 + "qubit[1] q; h q[0]; p(0.9) q[0]; h q[0];",
}
CIRCUITS["grover-3"] = CIRCUITS["grover-3"].replace("ccz_ q[0],q[1],q[2];", "ctrl(2) @ z q[0],q[1],q[2];")


def load(source):
    if "OPENQASM 2" in source:
        return qasm2.loads(source, custom_instructions=qasm2.LEGACY_CUSTOM_INSTRUCTIONS)
    return qasm3.loads(source)


def follow(circuit, histories, qmap, cmap, outer):
    for instruction in circuit.data:
        op = instruction.operation
        qubits = [qmap[q] for q in instruction.qubits]
        clbits = [cmap[c] for c in instruction.clbits]
        result = []
        for p, bits, state in histories:
            if isinstance(op, IfElseOp):
                target, value = op.condition
                names = [target] if not hasattr(target, "__len__") else list(target)
                found = sum(bits[outer[b]] << k for k, b in enumerate(names))
                block = op.blocks[0] if found == int(value) else (op.blocks[1] if len(op.blocks) > 1 else None)
                if block is None:
                    result.append((p, bits, state))
                else:
                    inner_q = dict(zip(block.qubits, qubits))
                    inner_c = dict(zip(block.clbits, clbits))
                    result += follow(block, [(p, bits, state)], inner_q, inner_c, outer)
            elif op.name in ("measure", "reset"):
                for outcome in (0, 1):
                    indices = np.arange(state.size)
                    kept = np.where((indices >> qubits[0]) & 1 == outcome, state, 0)
                    weight = float(np.vdot(kept, kept).real)
                    if weight < 1e-14:
                        continue
                    kept = kept / np.sqrt(weight)
                    new = dict(bits)
                    if op.name == "measure":
                        new[clbits[0]] = outcome
                    elif outcome == 1:
                        kept = kept[indices ^ (1 << qubits[0])]
                    result.append((p * weight, new, kept))
            elif op.name == "barrier":
                result.append((p, bits, state))
            else:
                evolved = Statevector(state).evolve(op, qargs=qubits).data
                result.append((p, bits, evolved))
        histories = result
    return [(p, b, s * np.exp(1j * float(circuit.global_phase))) for p, b, s in histories]


cases = []
for name, source in CIRCUITS.items():
    circuit = load(source)
    n = circuit.num_qubits
    cmap = {c: k for k, c in enumerate(circuit.clbits)}
    start = np.zeros(2**n, dtype=complex)
    start[0] = 1
    histories = follow(circuit, [(1.0, {k: 0 for k in range(len(cmap))}, start)], {q: k for k, q in enumerate(circuit.qubits)}, cmap, cmap)
    has_measurement = any(i.operation.name in ("measure", "if_else") for i in circuit.data)
    probabilities = {}
    for p, bits, state in histories:
        if has_measurement:
            key = "".join(str(bits[k]) for k in reversed(range(len(cmap))))
            probabilities[key] = probabilities.get(key, 0) + p
        else:
            for index, amplitude in enumerate(state):
                key = format(index, f"0{n}b")
                probabilities[key] = probabilities.get(key, 0) + p * abs(amplitude) ** 2
    case = {
        "name": name,
        "format": "openqasm2" if "OPENQASM 2" in source else "openqasm3",
        "source": source,
        "probabilities": {k: v for k, v in sorted(probabilities.items()) if v > 1e-13},
    }
    if not has_measurement and not any(i.operation.name == "reset" for i in circuit.data):
        state = histories[0][2]
        case["amplitudes"] = [[float(a.real), float(a.imag)] for a in state]
        letters = ("XYZZXIY" * 2)[:n]
        case["observable"] = f"0.5*{letters} - 1.25*{letters[::-1]}"
        operator = SparsePauliOp([letters, letters[::-1]], [0.5, -1.25])
        case["expectation"] = float(Statevector(state).expectation_value(operator).real)
        if n > 1:
            rho = partial_trace(DensityMatrix(Statevector(state)), list(range(1, n)))
            case["entropyOfQubit0"] = float(entropy(rho, base=2))
    cases.append(case)

document = {
    "source": "made by generate.py beside this file",
    "versions": {"qiskit": qiskit.__version__, "qiskit-qasm3-import": qiskit_qasm3_import.__version__, "numpy": np.__version__},
    "cases": cases,
}
path = pathlib.Path(__file__).parent / "qiskit.json"
path.write_text(json.dumps(document, indent=1) + "\n")
print(len(cases), "cases")
