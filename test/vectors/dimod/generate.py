"""Writes the models of this folder with dimod (pip install dimod), and what it says of them: python generate.py"""

import json
from pathlib import Path

import dimod
import numpy as np

HERE = Path(__file__).parent


def model(vartype, linear, quadratic, offset, dtype=np.float64):
    bqm = dimod.BinaryQuadraticModel(vartype, dtype=dtype)
    for label, bias in linear.items():  # in this order, which is also that of to_serializable()
        bqm.add_linear(label, bias)
    for (u, v), bias in quadratic.items():
        bqm.add_quadratic(u, v, bias)
    bqm.offset = offset
    return bqm


MODELS = {
    "labels": model("SPIN", {"a": -1.5, "b": 0.25, ("c", 1): 3}, {("a", "b"): 2, ("b", ("c", 1)): -0.5}, 0.75),
    "numbers": model("BINARY", {0: 1, 1: 2, 2: -3}, {(0, 1): -1, (1, 2): 4, (0, 2): 0.5}, -2),
    "single": model("BINARY", {"only": 1.5}, {}, 0),
    "float32": model("SPIN", {0: 0.5, 1: -2, 2: 0, 3: 8}, {(0, 3): 1.5, (1, 2): -4}, 1, np.float32),
}

expected = {}
for name, bqm in MODELS.items():
    (HERE / f"{name}.json").write_text(json.dumps(bqm.to_serializable()) + "\n")
    (HERE / f"{name}.bqm").write_bytes(bqm.to_file().read())
    low = bqm.vartype.value  # the two values; the samples count up with variable 0 as the lowest bit
    values = sorted(low)
    size = bqm.num_variables
    samples = [[values[word >> k & 1] for k in range(size)] for word in range(2**size)]
    energies = bqm.energies((np.array(samples, dtype=np.int8), list(bqm.variables)))
    expected[name] = {
        "vartype": bqm.vartype.name,
        "labels": [json.loads(json.dumps(label)) for label in bqm.variables],
        "energies": [float(energy) for energy in energies],
    }
(HERE / "expected.json").write_text(json.dumps({"dimod": dimod.__version__, **expected}, indent=1) + "\n")
