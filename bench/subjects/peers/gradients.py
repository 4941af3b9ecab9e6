"""Expectation and gradient in one run: `run()` gives (seconds, (expectation, {input: derivative}))."""

import numpy as np
from simulators import Lightning, timed


class LightningAdjoint(Lightning):
    """Adjoint differentiation by the device, expectation and derivatives from one call."""

    def __init__(self, job):
        from pennylane.devices import ExecutionConfig

        super().__init__(job)
        trainable, place = [], 0
        self.inputs = []
        for gate in job.gates:
            if gate.input is not None:
                trainable.append(place)
                self.inputs.append(gate.input)
            place += len(gate.angles)
        self.tape.trainable_params = trainable
        self.config = ExecutionConfig(gradient_method="adjoint", use_device_gradient=True)

    def run(self):
        seconds, (value, slopes) = timed(lambda: self.device.execute_and_compute_derivatives(self.tape, self.config))
        return seconds, (float(np.real(value)), summed(self.inputs, slopes))


class QulacsBackprop:
    """Its back-propagation, and one more evolution for the expectation, which it does not give."""

    def __init__(self, job):
        import qulacs

        self.circuit, self.inputs = qulacs.ParametricQuantumCircuit(job.qubits), []
        for gate in job.gates:
            if gate.input is not None:
                # Its rotations turn the other way.
                getattr(self.circuit, f"add_parametric_{gate.name.upper()}_gate")(*gate.qubits, -gate.angles[0])
                self.inputs.append(gate.input)
            else:
                self.circuit.add_CNOT_gate(*gate.qubits)
        self.operator = qulacs.Observable(job.qubits)
        for weight, places in job.observable:
            self.operator.add_operator(weight, " ".join(f"{letter} {q}" for q, letter in places.items()))
        self.state = qulacs.QuantumState(job.qubits)

    def run(self):
        def work():
            self.state.set_zero_state()
            self.circuit.update_quantum_state(self.state)
            return self.operator.get_expectation_value(self.state), self.circuit.backprop(self.operator)

        seconds, (value, slopes) = timed(work)
        return seconds, (float(np.real(value)), summed(self.inputs, [-slope for slope in slopes]))


class ScaluqBackprop:
    """Its back-propagation, and one more evolution for the expectation, which it does not give."""

    def __init__(self, job):
        import scaluq

        kind = scaluq.default.f64
        self.circuit, self.values = kind.Circuit(), {}
        for gate in job.gates:
            if gate.input is not None:
                key = f"{gate.input}/{len(self.values)}"
                made = getattr(kind.gate, f"Param{gate.name.upper()}")(*gate.qubits, 1.0)
                self.circuit.add_param_gate(made, key)
                self.values[key] = gate.angles[0]
            else:
                self.circuit.add_gate(kind.gate.CX(*gate.qubits))
        self.operator = kind.Operator(
            [
                kind.PauliOperator(" ".join(f"{letter} {q}" for q, letter in places.items()), weight)
                for weight, places in job.observable
            ]
        )
        self.vector = kind.StateVector(job.qubits)

    def run(self):
        def work():
            self.vector.set_zero_state()
            self.circuit.update_quantum_state(self.vector, self.values)
            slopes = self.circuit.compute_expectation_gradient(self.operator, self.values)
            return self.operator.get_expectation_value(self.vector), slopes

        seconds, (value, slopes) = timed(work)
        return seconds, (float(np.real(value)), summed([key.split("/")[0] for key in slopes], slopes.values()))


def summed(inputs, slopes):
    """The chain rule of inputs that several gates have."""
    sums = {}
    for name, slope in zip(inputs, slopes):
        sums[name] = sums.get(name, 0.0) + float(np.real(slope))
    return sums


GRADIENTS = {"lightning": LightningAdjoint, "qulacs": QulacsBackprop, "scaluq": ScaluqBackprop}
