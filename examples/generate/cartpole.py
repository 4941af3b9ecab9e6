"""Writes ../cartpole.expected.json: values and greedy actions of the CartPole network, computed with numpy in f64.

Run from anywhere in an environment with numpy:

    python examples/generate/cartpole.py

The network itself is made by the training in crates/dqn, the same bytes each time:

    cargo run --release -p ketflow-dqn --example train_cart_pole -- examples/generate/cartpole.training.json \
        examples/cartpole.net.json
"""

import base64
import json
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).resolve().parent.parent


def tensor(packed):
    values = np.frombuffer(base64.b64decode(packed["base64"]), dtype="<f4").astype(np.float64)
    return values.reshape(packed["shape"])


def dense(layer, x):
    return x @ tensor(layer["weights"]).T + tensor(layer["bias"])


def main():
    network = json.loads((FOLDER / "cartpole.net.json").read_text())
    x = np.array(json.loads((FOLDER / "cartpole.states.json").read_text()), dtype=np.float32).astype(np.float64)
    for layer in network["layers"][:-1]:
        assert (layer["kind"], layer["activation"]) == ("dense", "relu")
        x = np.maximum(dense(layer, x), 0)
    head = network["layers"][-1]
    advantage = dense(head["advantage"], x)
    values = dense(head["value"], x) + advantage - advantage.mean(axis=1, keepdims=True)
    document = {
        "source": f"examples/generate/cartpole.py with numpy {np.__version__}",
        "tolerance": 1e-4,
        "outputs": values.tolist(),
        "argmax": values.argmax(axis=1).tolist(),
    }
    (FOLDER / "cartpole.expected.json").write_text(json.dumps(document, indent=2) + "\n")


if __name__ == "__main__":
    main()
