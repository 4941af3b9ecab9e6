"""Circuits as qml.to_openqasm writes them: pairs of a name and (source, distribution, inputs). The first wire is the highest bit."""

import numpy as np
import pennylane as qml

programs = {}


def case(name, wires, gates, **options):
    @qml.qnode(qml.device("default.qubit", wires=wires))
    def node():
        gates()
        return qml.probs(wires=range(wires))

    source = qml.to_openqasm(node, **options)()
    programs[f"pennylane-{name}"] = (source, {format(k, f"0{wires}b")[::-1]: float(p) for k, p in enumerate(node())}, None)


def start(wires):
    for k in range(wires):
        qml.RY(0.3 + 0.4 * k, wires=k)


case("qft", 4, lambda: (start(4), qml.QFT(wires=range(4)), qml.adjoint(qml.QFT)(wires=[2, 0])))
case("entangler-layers", 4, lambda: (qml.AngleEmbedding([0.1, 0.2, 0.3, 0.4], wires=range(4), rotation="Y"), qml.BasicEntanglerLayers(np.ones((2, 4)) / 3, wires=range(4))))
case("state-preparation", 3, lambda: qml.AmplitudeEmbedding(np.arange(1, 9), wires=range(3), normalize=True))
case("controlled", 4, lambda: (start(4), qml.ctrl(qml.RX(0.3, wires=0), control=[1, 2], control_values=[0, 1]), qml.ControlledPhaseShift(0.4, wires=[3, 1]),
    qml.MultiControlledX(wires=[0, 1, 2, 3]), qml.CH(wires=[0, 3]), qml.ctrl(qml.SWAP([0, 1]), control=2)))
case("time-evolution", 3, lambda: (start(3), qml.TrotterProduct(qml.dot([0.3, 0.5], [qml.Z(0) @ qml.Z(1), qml.X(1) @ qml.Y(2)]), time=0.7, n=2, order=2), qml.PauliRot(0.4, "XYZ", wires=range(3))))
case("phase-estimation", 4, lambda: qml.QuantumPhaseEstimation(qml.PhaseShift(1.9, wires=3), estimation_wires=[0, 1, 2]))
case("chemistry", 4, lambda: (qml.BasisState([1, 1, 0, 0], wires=range(4)), qml.DoubleExcitation(0.3, wires=range(4)), qml.SingleExcitation(0.2, wires=[0, 2]), qml.FermionicSWAP(0.4, wires=[1, 2])))
case("arithmetic", 5, lambda: (qml.Hadamard(0), qml.PauliX(1), qml.Adder(3, x_wires=[0, 1, 2]), qml.QubitCarry(wires=[1, 2, 3, 4])))
case("unitaries", 2, lambda: (start(2), qml.QubitUnitary(qml.matrix(qml.IsingXY(0.4, wires=[0, 1])), wires=[1, 0]), qml.DiagonalQubitUnitary([1, 1j, -1, -1j], wires=[0, 1]), qml.PSWAP(0.4, wires=[0, 1]), qml.ECR(wires=[1, 0]), qml.SISWAP(wires=[0, 1])))
