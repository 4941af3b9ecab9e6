"""Circuits as cirq.Circuit.to_qasm writes them, 2.0 and 3.0: pairs of a name and (source, distribution, inputs)."""

import cirq
import numpy as np
import sympy

programs = {}


def case(name, circuit, qubits=None):
    """Both versions. Cirq's first qubit is the highest bit of an index; the outcome keys have the last measured qubit leftmost."""
    qubits = qubits or sorted(circuit.all_qubits())
    # Measurements in the middle become gates on further qubits, conditions become controls.
    deferred = cirq.defer_measurements(circuit) if circuit.has_measurements() else circuit
    order = qubits + sorted(set(deferred.all_qubits()) - set(qubits), key=str)
    # An inverted measurement leaves an X behind.
    plain = cirq.drop_terminal_measurements(deferred)
    if any(isinstance(op.gate, cirq.ResetChannel) for op in plain.all_operations()):
        rho = cirq.DensityMatrixSimulator(dtype=np.complex128).simulate(plain, qubit_order=order).final_density_matrix
        weights = np.diag(rho).real
    else:
        weights = np.abs(cirq.Simulator(dtype=np.complex128).simulate(plain, qubit_order=order).final_state_vector) ** 2
    measured = []
    by_key = {}
    for op in deferred.all_operations():
        if cirq.is_measurement(op):
            by_key[cirq.measurement_key_name(op)] = [order.index(q) for q in op.qubits]
    for op in circuit.all_operations():
        if cirq.is_measurement(op):
            measured += by_key[cirq.measurement_key_name(op)]
    measured = measured or list(range(len(qubits)))
    probabilities = {}
    for index, weight in enumerate(weights):
        row = format(index, f"0{len(order)}b")
        key = "".join(row[k] for k in reversed(measured))
        probabilities[key] = probabilities.get(key, 0) + weight
    for version in ("2.0", "3.0"):
        try:
            programs[f"cirq-{version[0]}-{name}"] = (circuit.to_qasm(version=version), probabilities, None)
        except ValueError as error:
            print(name, version, str(error)[:100])


a, b, c, d, e = cirq.LineQubit.range(5)
start = [cirq.ry(0.3 + 0.4 * k)(q) for k, q in enumerate((a, b, c, d))]

case("one-qubit-powers", cirq.Circuit(start, [gate(a) ** t for gate in (cirq.X, cirq.Y, cirq.Z, cirq.H) for t in (1, 0.5, -0.5, 0.25, 0.3, -1.7)],
    cirq.S(b), cirq.T(b) ** -1, cirq.I(c), cirq.PhasedXPowGate(phase_exponent=0.3, exponent=0.7)(c), cirq.rx(0.4)(d), cirq.rz(-0.2)(d)))
case("two-qubit-powers", cirq.Circuit(start, [gate(*pair) ** t for gate, pair in ((cirq.CZ, (a, b)), (cirq.CX, (b, c)), (cirq.SWAP, (c, d)),
    (cirq.ISWAP, (d, a)), (cirq.XX, (a, c)), (cirq.YY, (b, d)), (cirq.ZZ, (a, d))) for t in (1, 0.5, -0.3)]))
case("three-qubits", cirq.Circuit(start, cirq.CCX(a, b, c), cirq.CCZ(b, c, d) ** 0.5, cirq.CSWAP(d, a, b), cirq.CCX(c, d, a) ** 0.3,
    cirq.ThreeQubitDiagonalGate([0.1 * k for k in range(8)])(b, c, d)))
case("fsim-and-phases", cirq.Circuit(start, cirq.FSimGate(0.3, 0.7)(a, b), cirq.PhasedFSimGate(0.2, 0.1, 0.4, 0.3, 0.5)(b, c),
    cirq.PhasedISwapPowGate(phase_exponent=0.2, exponent=0.6)(c, d), cirq.givens(0.4)(d, a), cirq.riswap(0.3)(a, c), cirq.SQRT_ISWAP_INV(b, d)))
case("matrices", cirq.Circuit(start, cirq.MatrixGate(cirq.testing.random_unitary(2, random_state=1))(a),
    cirq.MatrixGate(cirq.testing.random_unitary(4, random_state=2))(b, d), cirq.MatrixGate(cirq.testing.random_unitary(8, random_state=3))(a, c, d)))
case("controlled", cirq.Circuit(start, cirq.H(a).controlled_by(b), cirq.ry(0.4)(c).controlled_by(a, d), cirq.X(d).controlled_by(a, b, control_values=[0, 1]),
    cirq.ControlledGate(cirq.SWAP)(b, c, d), cirq.Z(a).controlled_by(b, c, d) ** 0.5))
case("qft", cirq.Circuit(start, cirq.qft(a, b, c, d), cirq.qft(c, a, inverse=True, without_reverse=True), cirq.PhaseGradientGate(num_qubits=3, exponent=0.5)(b, c, d)))
case("grid-and-names", cirq.Circuit(cirq.H(cirq.GridQubit(0, 1)), cirq.CX(cirq.GridQubit(0, 1), cirq.GridQubit(2, 0)), cirq.Y(cirq.GridQubit(2, 0)) ** 0.3,
    cirq.measure(cirq.GridQubit(2, 0), key="a key!"), cirq.measure(cirq.GridQubit(0, 1), key="θ")))
case("inverted-measurement", cirq.Circuit(start, cirq.CX(a, b), cirq.measure(a, c, key="m", invert_mask=(True, False)), cirq.measure(b, key="n")))
case("classical-control", cirq.Circuit(start, cirq.CX(a, b), cirq.measure(a, key="m"), cirq.X(b).with_classical_controls("m"),
    cirq.ry(0.5)(c).with_classical_controls("m"), cirq.measure(b, c, key="end")))
case("condition-on-a-value", cirq.Circuit(start, cirq.measure(a, key="m"), cirq.H(c).with_classical_controls(sympy.Eq(sympy.Symbol("m"), 0)), cirq.measure(c, key="end")))
case("two-conditions", cirq.Circuit(start, cirq.measure(a, key="m"), cirq.measure(b, key="n"), cirq.X(c).with_classical_controls("m", "n"), cirq.measure(c, key="end")))
case("reset", cirq.Circuit(start, cirq.CX(a, b), cirq.reset(a), cirq.H(a), cirq.CX(a, c), cirq.measure(a, b, c, key="m")))
case("teleportation", cirq.Circuit(cirq.ry(0.7)(a), cirq.rz(0.3)(a), cirq.H(b), cirq.CX(b, c), cirq.CX(a, b), cirq.H(a), cirq.measure(a, key="z"), cirq.measure(b, key="x"),
    cirq.X(c).with_classical_controls("x"), cirq.Z(c).with_classical_controls("z"), cirq.H(c), cirq.measure(c, key="out")))
case("grover", cirq.Circuit(cirq.H.on_each(a, b, c), [(cirq.CCZ(a, b, c), cirq.H.on_each(a, b, c), cirq.X.on_each(a, b, c), cirq.CCZ(a, b, c),
    cirq.X.on_each(a, b, c), cirq.H.on_each(a, b, c)) for _ in range(2)], cirq.measure(a, b, c, key="found")))
case("pauli-strings", cirq.Circuit(start, cirq.PauliStringPhasor(cirq.X(a) * cirq.Y(b) * cirq.Z(c), exponent_neg=0.3), cirq.PauliInteractionGate(cirq.X, True, cirq.Z, False)(c, d) ** 0.4,
    cirq.DensePauliString("XYZ")(a, c, d), cirq.SingleQubitCliffordGate.X_sqrt(b)))
case("random", cirq.testing.random_circuit([a, b, c, d], 12, 0.8, random_state=7))
case("supremacy", cirq.experiments.random_rotations_between_grid_interaction_layers_circuit(cirq.GridQubit.rect(2, 2), 4, seed=3))
case("permutations", cirq.Circuit(start, cirq.QubitPermutationGate([2, 0, 3, 1])(a, b, c, d), cirq.SWAP(a, d), cirq.DiagonalGate([0.1, 0.4, 0.2, 0.9])(b, c)))
resolved = cirq.Circuit(start, cirq.rx(sympy.Symbol("t"))(a), cirq.CZ(a, b) ** sympy.Symbol("s"), cirq.measure(a, b, key="m"))
case("parameters-resolved", cirq.resolve_parameters(resolved, {"t": 0.3, "s": 0.7}))
