"""Writes the workloads of models, schedules and networks beside it, with answers that are known by construction, from the literature
or from numpy. Needs numpy, and onnx for the networks:

    python bench/workloads/generate_searches.py [NAME …]
"""

import base64
import json
import sys
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).resolve().parent


def write(file, text):
    (FOLDER / file).parent.mkdir(exist_ok=True)
    (FOLDER / file).write_text(text)
    return file


def loops1024():
    """Frustrated loops on a torus (Hen et al., Phys. Rev. A 92, 042325 (2015)): each loop of couplings −1 has one of +1, so that at
    least one of its couplings is broken; the planted spins break exactly that one of each loop, and are a ground state."""
    random = np.random.default_rng(1)
    side, planted = 32, random.choice([-1, 1], 32 * 32)
    couplings, ground = {}, 0
    for _ in range(1100):
        (row, column), (height, width) = random.integers(side, size=2), random.integers(1, 5, size=2)
        corner = lambda r, c: int((row + r) % side * side + (column + c) % side)
        around = [corner(0, c) for c in range(width)] + [corner(r, width) for r in range(height)]
        around += [corner(height, c) for c in range(width, 0, -1)] + [corner(r, 0) for r in range(height, 0, -1)]
        edges = list(zip(around, around[1:] + around[:1]))
        broken = random.integers(len(edges))
        for k, (i, j) in enumerate(edges):
            value = int(planted[i] * planted[j]) * (1 if k == broken else -1)
            couplings[min(i, j), max(i, j)] = couplings.get((min(i, j), max(i, j)), 0) + value
        ground -= len(edges) - 2
    lines = [f"{i} {j} {value}" for (i, j), value in sorted(couplings.items()) if value != 0]
    return {
        "name": "loops1024",
        "kind": "anneal",
        "about": "1,024 spins on a 32 × 32 torus, 1,100 planted frustrated loops",
        "input": {"format": "coo", "file": write("models/loops1024.coo", "# vartype=SPIN\n" + "\n".join(lines) + "\n")},
        "options": {"reads": 64, "sweeps": 1000, "maxSamples": 10},
        "seed": 1,
        "answer": {"optimum": ground, "within": 12, "source": "by construction: a sum of ground states of loops"},
    }


def detect128():
    """Least squares over binary variables: E(x) = |A (x − x*)|² − |A x*|² with 384 rows of ±1, so x* is the minimum: dense."""
    random = np.random.default_rng(2)
    size = 128
    a, planted = random.choice([-1, 1], (3 * size, size)), random.integers(2, size=size)
    gram = a.T @ a
    linear = np.diag(gram) - 2 * gram @ planted
    lines = [f"{k} {k} {linear[k]}" for k in range(size)]
    lines += [f"{i} {j} {2 * gram[i, j]}" for i in range(size) for j in range(i + 1, size) if gram[i, j] != 0]
    return {
        "name": "detect128",
        "kind": "anneal",
        "about": "128 binary variables, each coupled to all others: a planted least-squares problem",
        "input": {"format": "coo", "file": write("models/detect128.coo", "# vartype=BINARY\n" + "\n".join(lines) + "\n")},
        "options": {"reads": 64, "sweeps": 1000, "maxSamples": 10},
        "seed": 1,
        "answer": {"optimum": -int(planted @ gram @ planted), "within": 0, "source": "by construction: a sum of squares"},
    }


class Taillard:
    """The generator of E. Taillard, Benchmarks for basic scheduling problems, EJOR 64 (1993), page 279."""

    def __init__(self, seed):
        self.seed = seed

    def uniform(self, low, high):
        high_part, low_part = divmod(self.seed, 127773)
        self.seed = 16807 * low_part - 2836 * high_part
        if self.seed < 0:
            self.seed += 2147483647
        return low + int(self.seed / 2147483647 * (high - low + 1))


def ta01():
    jobs = machines = 15
    times, orders = Taillard(840612802), Taillard(398197754)
    duration = [[times.uniform(1, 99) for _ in range(machines)] for _ in range(jobs)]
    rows = []
    for job in range(jobs):
        order = list(range(machines))
        for k in range(machines):
            other = orders.uniform(k, machines - 1)
            order[k], order[other] = order[other], order[k]
        rows.append(" ".join(f"{machine} {duration[job][k]}" for k, machine in enumerate(order)))
    return {
        "name": "ta01",
        "kind": "schedule",
        "about": "job shop of 15 jobs on 15 machines: the first of Taillard's, made by his generator from his seeds",
        "input": {"format": "jsp", "file": write("schedules/ta01.jsp", f"{jobs} {machines}\n" + "\n".join(rows) + "\n")},
        "options": {"iterations": 200_000},
        "seed": 1,
        # One restart or few: within five per cent of the optimum, which the literature proves to be 1231.
        "answer": {"makespan": {"atLeast": 1231, "atMost": 1292}, "source": "optimum 1231: Taillard's list of best known values"},
    }


def project120():
    """120 tasks in layers on four resources, and two bounds: the work on the busiest resource or the longest path, and the serial
    schedule by latest finish, which anything that searches has to beat or equal."""
    random = np.random.default_rng(3)
    tasks, resources = 120, 4
    capacity = [12, 14, 13, 15]
    duration = random.integers(1, 11, tasks).tolist()
    demand = [[int(value) if random.random() < 0.6 else 0 for value in random.integers(1, 8, resources)] for _ in range(tasks)]
    after = [sorted({int(k) for k in random.integers(max(0, task - 25), task, 2)}) if task > 9 else [] for task in range(tasks)]
    before = [[k for k in range(tasks) if task in after[k]] for task in range(tasks)]
    longest = [0] * tasks
    for task in reversed(range(tasks)):
        longest[task] = duration[task] + max((longest[k] for k in before[task]), default=0)
    work = [-(-sum(duration[t] * demand[t][r] for t in range(tasks)) // capacity[r]) for r in range(resources)]
    used, end, open_tasks = np.zeros((sum(duration), resources), int), {}, set(range(tasks))
    while open_tasks:
        ready = [task for task in open_tasks if all(k in end for k in after[task])]
        task = max(ready, key=lambda t: (longest[t], -t))
        start = max((end[k] for k in after[task]), default=0)
        while any((used[start : start + duration[task]] + demand[task] > capacity).ravel()):
            start += 1
        used[start : start + duration[task]] += demand[task]
        end[task] = start + duration[task]
        open_tasks.remove(task)
    lines = [f"{tasks} {resources}", " ".join(map(str, capacity))]
    lines += [" ".join(map(str, [duration[t], *demand[t], len(before[t]), *(k + 1 for k in before[t])])) for t in range(tasks)]
    return {
        "name": "project120",
        "kind": "schedule",
        "about": "project of 120 tasks on four resources",
        "input": {"format": "rcp", "file": write("schedules/project120.rcp", "\n".join(lines) + "\n")},
        "options": {"iterations": 20_000},
        "seed": 1,
        "answer": {
            "makespan": {"atLeast": max(*work, *longest), "atMost": max(end.values())},
            "source": "work of the busiest resource or longest path; serial schedule by longest rest",
        },
    }


def dueling_network(name, seed, widths, actions, count, with_onnx=False):
    """A dueling network with random weights and its states, as .net.json and, where asked, without the states as .onnx."""
    random = np.random.default_rng(seed)
    tensor = lambda values: {
        "base64": base64.b64encode(values.astype("<f4").tobytes()).decode(),
        "shape": list(values.shape),
    }
    numbers = lambda *shape: random.standard_normal(shape).astype(np.float32)
    states = numbers(count, widths[0])
    x, layers, hidden, heads = states.astype(np.float64), [], [], {}
    for inputs, outputs in zip(widths, widths[1:]):
        weights, bias = numbers(outputs, inputs) * np.float32((2 / inputs) ** 0.5), numbers(outputs) * np.float32(0.1)
        x = np.maximum(x @ weights.T.astype(np.float64) + bias, 0)
        layers.append({"kind": "dense", "weights": tensor(weights), "bias": tensor(bias), "activation": "relu"})
        hidden.append((weights, bias))
    parts = {}
    for part, outputs in [("value", 1), ("advantage", actions)]:
        weights, bias = numbers(outputs, widths[-1]) * np.float32(0.1), numbers(outputs) * np.float32(0.1)
        parts[part] = x @ weights.T.astype(np.float64) + bias
        heads[part] = (weights, bias)
    dueling = {part: {"weights": tensor(weights), "bias": tensor(bias)} for part, (weights, bias) in heads.items()}
    layers.append({"kind": "dueling", **dueling})
    outputs = parts["value"] + parts["advantage"] - parts["advantage"].mean(axis=1, keepdims=True)
    document = {"format": "ketflow-net/1", "dtype": "f32", "layers": layers, "states": tensor(states)}
    if with_onnx:
        (FOLDER / f"networks/{name}.onnx").write_bytes(onnx_bytes(hidden, heads, widths[0], actions))
    # Where two actions are this near to each other, rounding decides which is larger.
    ordered = np.sort(outputs, axis=1)
    clear = ordered[:, -1] - ordered[:, -2] > 1e-4
    return {
        "name": name,
        "kind": "infer",
        "about": f"a dueling network {'-'.join(map(str, widths))}-{actions}, {count:,} states",
        "input": {"format": "net-json", "file": write(f"networks/{name}.net.json", json.dumps(document) + "\n")},
        "options": {},
        "seed": 0,
        "answer": {
            "tolerance": 1e-4,
            "outputs": outputs[:16].tolist(),
            "means": outputs.mean(axis=0).tolist(),
            "argmax": [int(row) if sure else -1 for row, sure in zip(outputs.argmax(axis=1), clear)],
            "source": f"numpy {np.__version__}, double precision",
        },
    }


def onnx_bytes(hidden, heads, inputs, actions):
    """The same network as other runtimes read it: Gemm and Relu, then Q = V + A − mean(A)."""
    from onnx import TensorProto, helper, numpy_helper

    nodes, constants, x = [], [], "states"

    def gemm(name, x, weights, bias):
        constants.extend([numpy_helper.from_array(weights, f"{name}.weight"), numpy_helper.from_array(bias, f"{name}.bias")])
        nodes.append(helper.make_node("Gemm", [x, f"{name}.weight", f"{name}.bias"], [name], transB=1))
        return name

    for k, (weights, bias) in enumerate(hidden):
        nodes.append(helper.make_node("Relu", [gemm(f"hidden{k}", x, weights, bias)], [f"relu{k}"]))
        x = f"relu{k}"
    value, advantage = (gemm(part, x, *heads[part]) for part in ("value", "advantage"))
    constants.append(numpy_helper.from_array(np.array([1]), "axes"))
    nodes.append(helper.make_node("ReduceMean", [advantage, "axes"], ["mean"], keepdims=1))
    nodes.append(helper.make_node("Sub", [advantage, "mean"], ["centred"]))
    nodes.append(helper.make_node("Add", [value, "centred"], ["q"]))
    info = lambda name, width: helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", width])
    graph = helper.make_graph(nodes, "q", [info("states", inputs)], [info("q", actions)], constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8).SerializeToString()


MAKERS = {
    "loops1024": loops1024,
    "detect128": detect128,
    "ta01": ta01,
    "project120": project120,
    "qnet-batch": lambda: dueling_network("qnet-batch", 4, [24, 128, 128], 6, 1000),
    "qnet-router": lambda: dueling_network("qnet-router", 5, [64, 128, 128], 8, 256, with_onnx=True),
}

if __name__ == "__main__":
    for name in sys.argv[1:] or MAKERS:
        workload = MAKERS[name]()
        (FOLDER / f"{name}.json").write_text(json.dumps(workload, indent=2) + "\n")
        print(name, flush=True)
