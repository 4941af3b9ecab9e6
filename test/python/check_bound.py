#!/usr/bin/env python3
"""Checks the bound of an anneal result against its model: python3 check_bound.py MODEL RESULT.json

MODEL is a file of the format `rudy` or `coo`; RESULT.json has `bound {energy, witness, cut?}`, as `ketflow run --json` prints it (in
`result`) or as the engine gives it, and `--max` says that high energies were wanted. Python's standard library alone.

E(x) = offset + x' M x / 2 over spins, with fields as couplings to one more spin that is up. When M + diag(u) is positive semidefinite,
E >= offset - sum(u) / 2. All coefficients and u are exact fractions here; definiteness is proved exactly for small models and else by
Rump's criterion: a floating-point Cholesky factorisation of the matrix less a margin that runs to its end.
"""

import json
import math
import sys
from fractions import Fraction

EXACT_UP_TO = 40


def read_model(text):
    """(is binary, linear by variable, couplings by pair) as the file has them."""
    lines = [line.split() for line in text.splitlines() if line.strip()]
    is_binary, terms, first = False, [], 0
    if lines[0][0].startswith("#"):
        is_binary = "BINARY" in " ".join(lines[0]).upper()
        terms = lines[1:]
        size = 1 + max(int(word) for line in terms for word in line[:2])
    else:
        size, first, terms = int(lines[0][0]), 1, lines[1:]
    linear, pairs = [Fraction(0)] * size, {}
    for i, j, *value in terms:
        i, j, value = int(i) - first, int(j) - first, Fraction(*map(float, value or [1]))
        if i == j:
            linear[i] += value
        else:
            pair = (min(i, j), max(i, j))
            pairs[pair] = pairs.get(pair, 0) + value
    return is_binary, linear, pairs


def as_spins(is_binary, linear, pairs):
    """(offset, fields, couplings) of the same energies over spins."""
    if not is_binary:
        return Fraction(0), linear, pairs
    offset = sum(linear) / 2 + sum(pairs.values()) / 4
    fields = [value / 2 for value in linear]
    for (i, j), value in pairs.items():
        fields[i] += value / 4
        fields[j] += value / 4
    return offset, fields, {pair: value / 4 for pair, value in pairs.items()}


def is_semidefinite_exactly(matrix):
    """By elimination with fractions: every pivot is above 0, or 0 with nothing left beside it."""
    size = len(matrix)
    for k in range(size):
        pivot = matrix[k][k]
        if pivot < 0 or (pivot == 0 and any(matrix[i][k] for i in range(k + 1, size))):
            return False
        for i in range(k + 1, size):
            if matrix[i][k]:
                factor = matrix[i][k] / pivot
                for j in range(k + 1, size):
                    matrix[i][j] -= factor * matrix[k][j]
    return True


def is_semidefinite_by_rump(matrix):
    size = len(matrix)
    rows = [[float(value) for value in row[: i + 1]] for i, row in enumerate(matrix)]
    trace = sum(abs(rows[k][k]) for k in range(size))
    margin = 3 * (size + 2) * (sys.float_info.epsilon / 2) * trace
    for i in range(size):
        own = rows[i]
        own[i] -= margin
        for j in range(i):
            other = rows[j]
            own[j] = (own[j] - sum(a * b for a, b in zip(own[:j], other))) / other[j]
        pivot = own[i] - sum(a * a for a in own[:i])
        if not pivot > 0:
            return False
        own[i] = math.sqrt(pivot)
    return True


def proved_energy(model, witness, is_max):
    """The end of the energies that the witness proves, or None where it proves nothing."""
    is_binary, linear, pairs = model
    sign = -1 if is_max else 1
    linear, pairs = [sign * value for value in linear], {pair: sign * value for pair, value in pairs.items()}
    offset, fields, couplings = as_spins(is_binary, linear, pairs)
    size = len(linear) + (1 if any(fields) else 0)
    if len(witness) != size:
        return None
    u = [Fraction(value) for value in witness]
    matrix = [[Fraction(0)] * size for _ in range(size)]
    for k in range(size):
        matrix[k][k] = u[k]
    for (i, j), value in list(couplings.items()) + [((k, size - 1), value) for k, value in enumerate(fields) if value]:
        matrix[i][j] += value
        matrix[j][i] += value
    is_proof = is_semidefinite_exactly if size <= EXACT_UP_TO else is_semidefinite_by_rump
    if not is_proof(matrix):
        return None
    bound = offset - sum(u) / 2
    # With whole coefficients energies are whole, and those of spins all even or all odd.
    if all(value.denominator == 1 for value in linear + list(pairs.values())):
        step, one = (1, 0) if is_binary else (2, sum(linear) + sum(pairs.values()))
        bound = one + math.ceil((bound - one) / step) * step
    return sign * bound


def main(arguments):
    is_max = "--max" in arguments
    model_file, result_file = [word for word in arguments if word != "--max"]
    with open(model_file, encoding="utf-8") as file:
        model = read_model(file.read())
    with open(result_file, encoding="utf-8") as file:
        result = json.load(file)
    result = result.get("result", result)
    claimed = Fraction(result["bound"]["energy"])
    proved = proved_energy(model, result["bound"]["witness"], is_max)
    if proved is None:
        return "REFUSED: the witness proves nothing about this model"
    if (claimed > proved) if not is_max else (claimed < proved):
        return f"REFUSED: {float(claimed)} is claimed, {float(proved)} is proved"
    if "cut" in result["bound"]:
        side, last = "below" if is_max else "above", (sum(model[2].values()) - proved) / 2
        said = result["bound"]["cut"]
        if said > last if is_max else said < last:
            return f"REFUSED: no cut {side} {said} is claimed, none {side} {float(last)} is proved"
        print(f"proved: no cut is {side} {float(last)}")
    print(f"proved: no energy is {'above' if is_max else 'below'} {float(proved)}")
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
