"""Makes numpy.json: outputs of networks computed by numpy alone, in f64 from weights that are exact in f32.

Run: python generate.py (needs numpy).
"""

import base64
import json
import pathlib

import numpy as np

RANDOM = np.random.default_rng(20261126)


def tensor(values, packed):
    if not packed:
        return values.astype(np.float64).tolist()
    text = base64.b64encode(values.astype("<f4").tobytes()).decode()
    return {"base64": text, "shape": list(values.shape)}


def numbers(*shape, scale=1.0):
    return (RANDOM.standard_normal(shape) * scale).astype(np.float32)


def dense(inputs, outputs, activation, packed=False):
    weights, bias = numbers(outputs, inputs, scale=(2 / inputs) ** 0.5), numbers(outputs, scale=0.1)

    def forward(x):
        z = x @ weights.astype(np.float64).T + bias.astype(np.float64)
        if activation == "relu":
            return np.maximum(z, 0)
        if activation == "tanh":
            return np.tanh(z)
        if activation == "softmax":
            e = np.exp(z - z.max(axis=1, keepdims=True))
            return e / e.sum(axis=1, keepdims=True)
        return z

    layer = {"kind": "dense", "weights": tensor(weights, packed), "bias": tensor(bias, packed), "activation": activation}
    return layer, forward


def dueling(inputs, actions, packed=False):
    (value, v), (advantage, a) = dense(inputs, 1, "linear", packed), dense(inputs, actions, "linear", packed)
    for stream in (value, advantage):
        del stream["kind"], stream["activation"]
    layer = {"kind": "dueling", "value": value, "advantage": advantage}
    return layer, lambda x: v(x) + a(x) - a(x).mean(axis=1, keepdims=True)


def case(name, layers, batch, inputs, packed=False):
    states = numbers(batch, inputs)
    x = states.astype(np.float64)
    for _, forward in layers:
        x = forward(x)
    document = {"format": "ketflow-net/1", "dtype": "f32", "layers": [layer for layer, _ in layers], "states": tensor(states, packed)}
    return {"name": name, "document": document, "outputs": x.tolist(), "argmax": x.argmax(axis=1).tolist()}


CASES = [
    case("one-weight", [dense(1, 1, "linear")], 1, 1),
    case("relu", [dense(4, 24, "relu"), dense(24, 2, "linear")], 5, 4),
    case("tanh", [dense(4, 17, "tanh"), dense(17, 16, "tanh"), dense(16, 3, "linear")], 4, 4),
    case("softmax", [dense(8, 15, "relu"), dense(15, 6, "softmax")], 4, 8),
    case("softmax-inside", [dense(5, 7, "softmax"), dense(7, 4, "tanh")], 3, 5),
    case("dueling", [dense(6, 20, "relu"), dueling(20, 5)], 5, 6),
    case("dueling-base64", [dense(33, 96, "relu", True), dense(96, 40, "tanh", True), dueling(40, 18, True)], 37, 33, True),
    case("wide-base64", [dense(784, 12, "relu", True), dense(12, 10, "softmax", True)], 3, 784, True),
]

document = {"source": f"numpy {np.__version__}, generate.py beside this file", "cases": CASES}
pathlib.Path(__file__).with_name("numpy.json").write_text(json.dumps(document) + "\n")
