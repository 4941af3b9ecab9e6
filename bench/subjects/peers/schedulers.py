"""One class per scheduler: `solve(seconds, seed)` gives (seconds used, starts and modes, lower bound).

A problem is a document of `instances.py`. Making a model of it is not timed. Each stops by its own limit of time.
"""

from time import perf_counter

import numpy as np
from instances import modes_of


class CpSat:
    """OR-Tools CP-SAT with one worker: an interval for each mode, `NoOverlap` for machines, `Cumulative` for resources."""

    def __init__(self, document):
        from ortools.sat.python import cp_model

        self.cp_model, self.tasks = cp_model, document["tasks"]
        self.model = model = cp_model.CpModel()
        horizon = sum(max(mode["duration"] for mode in modes_of(task)) for task in self.tasks)
        self.starts, self.chosen, ends, held = {}, {}, {}, {}
        makespan = model.new_int_var(0, horizon, "makespan")
        for task in self.tasks:
            name, modes = task["id"], modes_of(task)
            start, end = (model.new_int_var(0, horizon, f"{what} {name}") for what in ("start", "end"))
            literals = [model.new_bool_var(f"{name} {k}") for k in range(len(modes))]
            model.add_exactly_one(literals)
            self.starts[name], self.chosen[name], ends[name] = start, literals, end
            model.add(makespan >= end)
            for k, (mode, literal) in enumerate(zip(modes, literals)):
                interval = model.new_optional_interval_var(start, mode["duration"], end, literal, f"{name} in {k}")
                for row, amount in [(mode.get("machine"), 1), *mode.get("demands", {}).items()]:
                    if row is not None and amount > 0:
                        held.setdefault(row, []).append((interval, amount))
        for task in self.tasks:
            for before in task["after"]:
                model.add(self.starts[task["id"]] >= ends[before])
        for machine in document["machines"]:
            model.add_no_overlap([interval for interval, _ in held.get(machine, [])])
        for resource in document["resources"]:
            pairs = held.get(resource["name"], [])
            model.add_cumulative([it for it, _ in pairs], [amount for _, amount in pairs], resource["capacity"])
        model.minimize(makespan)

    def solve(self, seconds, seed):
        solver = self.cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.max_time_in_seconds = seconds
        solver.parameters.random_seed = seed
        begin = perf_counter()
        status = solver.solve(self.model)
        used = perf_counter() - begin
        if status not in (self.cp_model.OPTIMAL, self.cp_model.FEASIBLE):
            return used, None, 0
        places = [
            (solver.value(self.starts[task["id"]]), [solver.value(it) for it in self.chosen[task["id"]]].index(1))
            for task in self.tasks
        ]
        return used, places, max(0, round(solver.best_objective_bound))


class Pymoo:
    """pymoo's genetic algorithm over permutations, the operators of its own guide to them (order crossover, inversion).

    It has no scheduler of its own. A permutation is the priority of the tasks in a serial scheme in numpy, in which a task takes the
    mode that ends first.
    """

    POPULATION = 50

    def __init__(self, document):
        tasks = document["tasks"]
        number = {task["id"]: k for k, task in enumerate(tasks)}
        self.after = [[number[before] for before in task["after"]] for task in tasks]
        self.behind = [[] for _ in tasks]
        for k, after in enumerate(self.after):
            for before in after:
                self.behind[before].append(k)
        rows = [*document["machines"], *(it["name"] for it in document["resources"])]
        capacities = [1] * len(document["machines"]) + [it["capacity"] for it in document["resources"]]
        self.capacity = dict(zip(rows, capacities))
        self.modes = [
            [
                (mode["duration"], [(row, n) for row, n in [(mode.get("machine"), 1), *mode.get("demands", {}).items()] if row and n])
                for mode in modes_of(task)
            ]
            for task in tasks
        ]
        self.horizon = sum(max(duration for duration, _ in modes) for modes in self.modes)

    def decode(self, priority):
        """(makespan, [(start, mode)]) of the serial scheme."""
        free = {row: np.full(self.horizon, capacity) for row, capacity in self.capacity.items()}
        missing = [len(after) for after in self.after]
        ready = {k for k, count in enumerate(missing) if count == 0}
        ends, places = [0] * len(priority), [None] * len(priority)
        while ready:
            task = min(ready, key=lambda k: priority[k])
            ready.remove(task)
            since = max((ends[k] for k in self.after[task]), default=0)
            options = [(self.earliest(free, since, *mode) + mode[0], k) for k, mode in enumerate(self.modes[task])]
            end, chosen = min(options)
            duration, demands = self.modes[task][chosen]
            for row, amount in demands:
                free[row][end - duration : end] -= amount
            ends[task], places[task] = end, (end - duration, chosen)
            for other in self.behind[task]:
                missing[other] -= 1
                if missing[other] == 0:
                    ready.add(other)
        return max(ends), places

    @staticmethod
    def earliest(free, since, duration, demands):
        if duration == 0 or not demands:
            return since
        span = 4 * duration + 64
        while True:
            lacks = np.zeros(span, bool)
            for row, amount in demands:
                part = free[row][since : since + span] < amount
                lacks[: len(part)] |= part
            # Where it is free for as long as the task takes: the running sum of what lacks stands still.
            sums = np.concatenate([[0], np.cumsum(lacks)])
            fits = np.flatnonzero(sums[duration:] == sums[:-duration])
            if len(fits) > 0:
                return since + int(fits[0])
            since += span - duration + 1

    def solve(self, seconds, seed):
        from pymoo.algorithms.soo.nonconvex.ga import GA
        from pymoo.core.problem import ElementwiseProblem
        from pymoo.operators.crossover.ox import OrderCrossover
        from pymoo.operators.mutation.inversion import InversionMutation
        from pymoo.operators.sampling.rnd import PermutationRandomSampling
        from pymoo.optimize import minimize

        outer, best = self, [None, None]
        begin = perf_counter()

        class Makespan(ElementwiseProblem):
            def __init__(self):
                super().__init__(n_var=len(outer.after), n_obj=1, xl=0, xu=len(outer.after) - 1, vtype=int)

            def _evaluate(self, order, out, *_args, **_more):
                # Its own limit is asked after each generation only: what is decoded later does not count.
                if best[0] is not None and perf_counter() - begin > seconds:
                    out["F"] = best[0]
                    return
                priority = np.empty(len(order), int)
                priority[order] = np.arange(len(order))
                makespan, places = outer.decode(priority.tolist())
                out["F"] = makespan
                if best[0] is None or makespan < best[0]:
                    best[:] = makespan, places

        algorithm = GA(
            pop_size=self.POPULATION,
            sampling=PermutationRandomSampling(),
            crossover=OrderCrossover(),
            mutation=InversionMutation(),
            eliminate_duplicates=True,
        )
        minimize(Makespan(), algorithm, ("time", seconds), seed=seed, verbose=False)
        return perf_counter() - begin, best[1], 0


SCHEDULERS = {"cpsat": CpSat, "pymoo": Pymoo}
