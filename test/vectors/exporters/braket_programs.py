"""Circuits as Circuit.to_ir("OPENQASM") of Amazon Braket writes them: pairs of a name and (source, distribution, inputs)."""

import math

import numpy as np
from braket.circuits import Circuit, FreeParameter, Observable
from braket.circuits.serialization import OpenQASMSerializationProperties, QubitReferenceType
from braket.devices import LocalSimulator
from scipy.stats import unitary_group

programs = {}


def case(name, circuit, measured=None, inputs=None, is_physical=False, results=lambda circuit: None, has_powers=False):
    """Braket's first qubit is the highest bit of an index.

    The local simulator 1.41 ignores the fractional powers of some gates, to_unitary() of the SDK 1.127 mistakes the values of
    several controls: the reference is the simulator, but the unitary where there are powers.
    """
    exported, used = circuit.copy(), sorted(int(qubit) for qubit in circuit.qubits)
    results(exported)
    if measured:
        exported.measure(measured)
    kind = QubitReferenceType.PHYSICAL if is_physical else QubitReferenceType.VIRTUAL
    source = exported.to_ir("OPENQASM", serialization_properties=OpenQASMSerializationProperties(kind)).source
    plain = circuit.make_bound_circuit(inputs) if inputs else circuit
    if has_powers:
        state = plain.to_unitary()[:, 0]
    else:
        state = LocalSimulator().run(plain.copy().state_vector(), shots=0).result().values[0]
    probabilities = {}
    for index, amplitude in enumerate(state):
        bit = dict(zip(used, format(index, f"0{len(used)}b")))
        key = "".join(bit[qubit] for qubit in reversed(measured or used))
        probabilities[key] = probabilities.get(key, 0) + abs(amplitude) ** 2
    programs[f"braket-{name}"] = (source, probabilities, inputs)


def start(qubits=4):
    circuit = Circuit()
    for k in range(qubits):
        circuit.ry(k, 0.3 + 0.4 * k)
    return circuit


one = start().i(0).h(0).x(1).y(2).z(3).s(0).si(1).t(2).ti(3).v(0).vi(1).rx(2, 0.3).rz(3, 0.4).phaseshift(0, 0.5)
case("one-qubit-gates", one.u(1, 0.1, 0.2, 0.3).gpi(2, 0.4).gpi2(3, 0.6).prx(0, 0.3, 0.8))
two = start().cnot(0, 1).cy(1, 2).cz(2, 3).cv(3, 0).swap(0, 2).iswap(1, 3).pswap(0, 3, 0.3).xy(1, 2, 0.4).xx(0, 1, 0.5).yy(2, 3, 0.6).zz(1, 3, 0.7)
case("two-qubit-gates", two.ecr(0, 2).ms(1, 3, 0.1, 0.2, 0.3).cphaseshift(0, 1, 0.4).cphaseshift00(1, 2, 0.5).cphaseshift01(2, 3, 0.6).cphaseshift10(3, 0, 0.7))
case("three-qubit-gates", start().ccnot(0, 1, 2).cswap(3, 0, 2).ccnot(2, 3, 1))
controls = start().x(0, control=[1, 2], control_state=[0, 1]).rx(1, 0.3, control=0).swap(0, 1, control=3, control_state="0").h(2, control=[0, 1, 3], control_state=[1, 1, 0])
case("controls", controls.gphase(0.4, control=[0, 2]).zz(1, 2, 0.7, control=3).gphase(0.3))
case("powers", start().x(0, power=0.5).h(1, power=0.3).s(2, power=-1).iswap(0, 3, power=0.5).cnot(1, 2, power=-0.7).xy(0, 1, 0.4, power=2).t(3, power=3, control=0).swap(2, 3, power=1.5), has_powers=True)
ghz = Circuit().h(0)
for k in range(3):
    ghz.cnot(k, k + 1)
case("ghz-measured-in-another-order", ghz, measured=[2, 0, 3])
qft = start(4)
for j in reversed(range(4)):
    qft.h(j)
    for k in range(j):
        qft.cphaseshift(k, j, math.pi / 2 ** (j - k))
case("qft", qft.swap(0, 3).swap(1, 2))
grover = Circuit().h([0, 1, 2])
for _k in range(2):
    grover.z(2, control=[0, 1]).h([0, 1, 2]).x([0, 1, 2]).z(2, control=[0, 1]).x([0, 1, 2]).h([0, 1, 2])
case("grover", grover, measured=[0, 1, 2])
alpha, beta = FreeParameter("alpha"), FreeParameter("beta")
case("free-parameters", start(2).rx(0, alpha).ry(1, 2 * alpha + beta / 3).zz(0, 1, alpha * beta).cphaseshift(0, 1, -beta), inputs={"alpha": 0.3, "beta": 1.7})
case("unitaries", start().unitary([0], unitary_group.rvs(2, random_state=1)).unitary([3, 1], unitary_group.rvs(4, random_state=2)).unitary([2, 0, 3], unitary_group.rvs(8, random_state=3)))
case("verbatim-physical", Circuit().h(2).add_verbatim_box(Circuit().rz(2, 0.3).iswap(2, 5).rx(5, 0.7)).cnot(5, 2), is_physical=True, measured=[2, 5])
case("subroutine-circuits", start(3).add_circuit(Circuit().h(0).cnot(0, 1).rz(1, 0.4), target_mapping={0: 2, 1: 0}).add_circuit(Circuit().swap(0, 1), target=[1, 2]))
case("adjoint", start(3).add_circuit(Circuit().rx(0, 0.3).cnot(0, 1).t(1).ms(1, 2, 0.1, 0.2, 0.3).adjoint()))
case("state-and-density-results", start(2).cnot(0, 1), results=lambda circuit: circuit.state_vector().density_matrix(target=[0]).amplitude(state=["01"]))
case("observable-results", start(3).ccnot(0, 1, 2), results=lambda circuit: circuit.expectation(Observable.X() @ Observable.Y(), target=[0, 1]).variance(Observable.Z(), target=2)
    .sample(Observable.Hermitian(np.array([[1, 1j], [-1j, 0]])), target=2))
case("gradient-result", start(2).rx(0, alpha).cnot(0, 1), inputs={"alpha": 0.4},
    results=lambda circuit: circuit.adjoint_gradient(observable=2 * Observable.Z() @ Observable.Z(), target=[[0, 1]], parameters=["alpha"]))
case("unused-qubits", Circuit().h(1).cnot(1, 3).rx(6, 0.4))
case("barrier", start(3).barrier([0, 1]).cnot(0, 2).barrier().h(1)) if hasattr(Circuit, "barrier") else None
