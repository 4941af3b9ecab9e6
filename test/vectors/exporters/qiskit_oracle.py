"""The exact distribution of a Qiskit circuit with measurements, resets and control flow: every history is followed."""

import numpy as np
from qiskit import ClassicalRegister
from qiskit.circuit import CASE_DEFAULT, Clbit, ForLoopOp, IfElseOp, Store, SwitchCaseOp, WhileLoopOp
from qiskit.circuit.classical import expr, types
from qiskit.circuit.controlflow import BoxOp
from qiskit.quantum_info import Operator, Statevector


def value(node, bits, variables):
    """A classical expression over the bits and variables of one history."""
    recurse = lambda other: value(other, bits, variables)
    if isinstance(node, Clbit):
        return bits[node]
    if isinstance(node, ClassicalRegister):
        return sum(bits[bit] << k for k, bit in enumerate(node))
    if isinstance(node, expr.Value):
        return int(node.value)
    if isinstance(node, expr.Var):
        return variables[node] if node.standalone else recurse(node.var)
    if isinstance(node, expr.Index):
        return recurse(node.target) >> recurse(node.index) & 1
    width = 1 if node.type.kind is types.Bool else node.type.width
    if isinstance(node, expr.Cast):
        return int(bool(recurse(node.operand))) if width == 1 else recurse(node.operand) % 2**width
    if isinstance(node, expr.Unary):
        operand = recurse(node.operand)
        return int(not operand) if node.op is expr.Unary.Op.LOGIC_NOT else ~operand % 2**width
    x, y, op = recurse(node.left), recurse(node.right), expr.Binary.Op
    return int({
        op.BIT_AND: x & y, op.BIT_OR: x | y, op.BIT_XOR: x ^ y, op.LOGIC_AND: x and y, op.LOGIC_OR: x or y,
        op.EQUAL: x == y, op.NOT_EQUAL: x != y, op.LESS: x < y, op.LESS_EQUAL: x <= y, op.GREATER: x > y,
        op.GREATER_EQUAL: x >= y, op.SHIFT_LEFT: (x << y) % 2**width, op.SHIFT_RIGHT: x >> y,
    }[node.op])


def holds(condition, bits, variables):
    if isinstance(condition, tuple):
        return value(condition[0], bits, variables) == int(condition[1])
    return bool(value(condition, bits, variables))


def chosen(op, bits, variables):
    """The blocks that run, one after the other."""
    if isinstance(op, BoxOp):
        return list(op.blocks)
    if isinstance(op, IfElseOp):
        k = 0 if holds(op.condition, bits, variables) else 1
        return op.blocks[k : k + 1]
    if isinstance(op, SwitchCaseOp):
        number = value(op.target, bits, variables)
        hit = lambda labels: any(label is CASE_DEFAULT or int(label) == number for label in labels)
        return [block for labels, block in op.cases_specifier() if hit(labels)][:1]
    indices, parameter, body = op.params
    is_used = parameter is not None and parameter in body.parameters
    return [body.assign_parameters({parameter: index}) if is_used else body for index in indices]


def follow(circuit, histories, qubit_of, bit_of):
    """Histories are (probability, bits, variables, normalised state)."""
    for instruction in circuit.data:
        op = instruction.operation
        qubits = [qubit_of[qubit] for qubit in instruction.qubits]
        clbits = [bit_of[bit] for bit in instruction.clbits]
        result = []
        for p, bits, variables, state in histories:
            if isinstance(op, (IfElseOp, SwitchCaseOp, ForLoopOp, BoxOp)):
                inner = [(p, bits, variables, state)]
                for block in chosen(op, bits, variables):
                    inner = follow(block, inner, dict(zip(block.qubits, qubits)), dict(zip(block.clbits, clbits)))
                result += inner
            elif isinstance(op, WhileLoopOp):
                raise ValueError("a loop whose turns depend on outcomes has no finite list of histories")
            elif isinstance(op, Store):
                new, target = value(op.rvalue, bits, variables), op.lvalue
                if isinstance(target, expr.Index):
                    at, old = value(target.index, bits, variables), value(target.target, bits, variables)
                    variables = {**variables, target.target: old & ~(1 << at) | new << at}
                    result.append((p, bits, variables, state))
                elif target.standalone:
                    result.append((p, bits, {**variables, target: new}, state))
                elif isinstance(target.var, ClassicalRegister):
                    row = {bit: new >> k & 1 for k, bit in enumerate(target.var)}
                    result.append((p, {**bits, **row}, variables, state))
                else:
                    result.append((p, {**bits, target.var: new}, variables, state))
            elif op.name in ("measure", "reset"):
                indices = np.arange(state.size)
                for outcome in (0, 1):
                    kept = np.where((indices >> qubits[0]) & 1 == outcome, state, 0)
                    weight = float(np.vdot(kept, kept).real)
                    if weight < 1e-14:
                        continue
                    kept = kept / np.sqrt(weight)
                    if op.name == "measure":
                        result.append((p * weight, {**bits, clbits[0]: outcome}, variables, kept))
                    else:
                        result.append((p * weight, bits, variables, kept[indices ^ (outcome << qubits[0])]))
            elif op.name in ("barrier", "delay"):
                result.append((p, bits, variables, state))
            elif op.name == "initialize":
                # Its definition: resets, then the preparation.
                block = op.definition
                result += follow(block, [(p, bits, variables, state)], dict(zip(block.qubits, qubits)), {})
            else:
                result.append((p, bits, variables, Statevector(state).evolve(Operator(op), qargs=qubits).data))
        histories = result
    return histories


def distribution(circuit, bits_in_order=None):
    """Outcomes, the last bit of the last register leftmost; without measurements those of all qubits, the highest leftmost."""
    in_registers = [bit for register in circuit.cregs for bit in register]
    row = bits_in_order or [bit for bit in circuit.clbits if bit not in in_registers] + in_registers
    qubit_of = {qubit: k for k, qubit in enumerate(circuit.qubits)}
    start = np.eye(1, 2**circuit.num_qubits, dtype=complex)[0]
    bits = {bit: 0 for bit in circuit.clbits}
    probabilities = {}
    for p, found, _, state in follow(circuit, [(1.0, bits, {}, start)], qubit_of, {bit: bit for bit in bits}):
        if circuit.clbits:
            key = "".join(str(found[bit]) for bit in reversed(row))
            probabilities[key] = probabilities.get(key, 0) + p
        else:
            for index, amplitude in enumerate(state):
                key = format(index, f"0{circuit.num_qubits}b")
                probabilities[key] = probabilities.get(key, 0) + p * abs(amplitude) ** 2
    return probabilities
