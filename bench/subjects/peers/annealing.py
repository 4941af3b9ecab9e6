"""Searches of binary quadratic models in other samplers, by the protocol of docs/benchmarks.md: `python annealing.py NAME`.

The options are `sense`, `seed`, `limitMs`, the `target` value and what `bench/searches/peers.mjs` sets of the sampler's own. With
`isTrial` a request is one call of the sampler; without it calls follow each other until the limit, and the best sample counts.
Only the sampler's calls are timed, in seconds of the processor: reading the file and building its model are not.
"""

import json
import sys
from time import process_time

import numpy as np


class Model:
    """A rudy graph as spins (weights w: minimise the sum of w s s) or a bqp as binary variables (minimise xQx, signs turned for max)."""

    def __init__(self, form, text, sense):
        self.is_spin = form == "rudy"
        numbers = np.array(text.split(), dtype=np.int64)
        self.size, count = int(numbers[0]), int(numbers[1])
        self.i, self.j, self.w = (numbers[2 : 2 + 3 * count].reshape(count, 3) - [1, 1, 0]).T
        if not self.is_spin:
            self.w = np.where(self.i == self.j, self.w, 2 * self.w)
        self.sign = -1 if sense == "max" else 1
        self.terms = {(int(i), int(j)): float(w) for i, j, w in zip(self.i, self.j, self.sign * self.w)}

    def wanted(self, target):
        """The energy at which `target`, a cut or a value of xQx, is reached."""
        return float(self.w.sum() - 2 * target) if self.is_spin else self.sign * target

    def bqm(self):
        import dimod

        if self.is_spin:
            return dimod.BinaryQuadraticModel({k: 0.0 for k in range(self.size)}, self.terms, 0.0, "SPIN")
        bqm = dimod.BinaryQuadraticModel({k: 0.0 for k in range(self.size)}, {}, 0.0, "BINARY")
        bqm.add_linear_from({i: w for (i, j), w in self.terms.items() if i == j})
        bqm.add_quadratic_from({(i, j): w for (i, j), w in self.terms.items() if i != j})
        return bqm


class DwaveAnnealing:
    def __init__(self, model):
        from dwave.samplers import SimulatedAnnealingSampler

        self.sampler, self.bqm = SimulatedAnnealingSampler(), model.bqm()

    def call(self, options, seed, target, limit_ms):
        found = self.sampler.sample(self.bqm, num_reads=options["reads"], num_sweeps=options["sweeps"], seed=seed)
        return in_order(found)


class DwaveTabu:
    def __init__(self, model):
        from dwave.samplers import TabuSampler

        self.sampler, self.bqm = TabuSampler(), model.bqm()

    def call(self, options, seed, target, limit_ms):
        own = {name: value for name, value in options.items() if name in ("coefficient_z_first", "lower_bound_z")}
        if own:
            own["coefficient_z_restart"] = own["coefficient_z_first"]
        found = self.sampler.sample(self.bqm, timeout=int(limit_ms), energy_threshold=target, seed=seed, **own)
        return in_order(found)


class OpenJij:
    def __init__(self, model):
        import openjij

        self.sampler, self.model = openjij.SASampler(), model
        if not model.is_spin:
            # Names of variables that have no terms are missing otherwise.
            self.terms = {(k, k): 0.0 for k in range(model.size)} | model.terms

    def call(self, options, seed, target, limit_ms):
        # With a seed all reads of a call end in one sample, so it gets none.
        own = {"num_reads": options["reads"], "num_sweeps": options["sweeps"]}
        if self.model.is_spin:
            return in_order(self.sampler.sample_ising({}, self.model.terms, **own))
        return in_order(self.sampler.sample_qubo(self.terms, **own))


class SimulatedBifurcation:
    def __init__(self, model):
        import torch

        torch.set_num_threads(1)
        self.torch = torch
        matrix = torch.zeros(model.size, model.size)
        half = torch.tensor(model.sign * model.w / 2, dtype=torch.float32)
        matrix.index_put_((torch.tensor(model.i), torch.tensor(model.j)), half, accumulate=True)
        matrix.index_put_((torch.tensor(model.j), torch.tensor(model.i)), half, accumulate=True)
        self.matrix, self.domain = matrix, "spin" if model.is_spin else "binary"

    def call(self, options, seed, target, limit_ms):
        import simulated_bifurcation

        self.torch.manual_seed(seed)
        own = {"agents": options["agents"], "max_steps": options["steps"], "mode": options["mode"]}
        found, _ = simulated_bifurcation.minimize(
            self.matrix, domain=self.domain, verbose=False, best_only=False, early_stopping=False, **own
        )
        return found.numpy() > 0


def in_order(found):
    """The reads of a dimod sample set, repeated ones as often as they came, with the variables in the order of their numbers."""
    order = np.argsort(np.array(list(found.variables)))
    rows = found.record.sample[:, order] > 0
    return np.repeat(rows, found.record.num_occurrences, axis=0)


SAMPLERS = {
    "dwave-sa": DwaveAnnealing,
    "dwave-tabu": DwaveTabu,
    "openjij": OpenJij,
    "bifurcation": SimulatedBifurcation,
}


def energies(model, rows):
    values = np.asarray(rows, dtype=np.int64) * 2 - 1 if model.is_spin else np.asarray(rows, dtype=np.int64)
    return np.array([(model.sign * model.w * row[model.i] * row[model.j]).sum() for row in values])


def run(model, sampler, options):
    target = model.wanted(options["target"])
    seconds, best, call = 0.0, None, 0
    while True:
        start = process_time()
        rows = sampler.call(options, options["seed"] * 1000 + call, target, options["limitMs"] - 1000 * seconds)
        seconds += process_time() - start
        if options["isTrial"]:
            return seconds, rows
        found = energies(model, rows)
        if best is None or found.min() < best[0]:
            best = (found.min(), rows[found.argmin()])
        call += 1
        # The call under way when the limit passes counts as a whole.
        if 1000 * seconds >= options["limitMs"] - 1:
            return seconds, [best[1]]


def main(name):
    key, model, sampler = None, None, None
    for line in sys.stdin:
        try:
            request = json.loads(line)["run"]
            options = request["options"]
            if key != (request["source"], options["sense"]):
                key = (request["source"], options["sense"])
                model = Model(request["format"], request["source"], options["sense"])
                sampler = SAMPLERS[name](model)
            seconds, rows = run(model, sampler, options)
            reads = ["".join("1" if value else "0" for value in row) for row in rows]
            reply = {"engineMs": 1000 * seconds, "cpuMs": 1000 * seconds, "reads": reads}
        except Exception as error:  # the benchmark prints it with the row and ends
            reply = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(reply), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
