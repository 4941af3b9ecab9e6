"""Whether the result of a schedule job is a schedule of its problem, worth what it says, with a bound that holds.

Written from docs/schedules.md alone: python3 check_schedule.py PROBLEM.schedule.json RESULT.json [OBJECTIVE], where OBJECTIVE is that of
the job's options as JSON, if it has one. Prints what is wrong, one fault a line, and exits with 1; or one line about what holds. The
standard library is all that it needs. Every interval is from its start until before its end.
"""

import json
import sys

COMPONENTS = ("makespan", "tardiness", "cost", "levelling", "affinity", "disruption")
NAMED = {"makespan": "makespan", "total-weighted-tardiness": "tardiness", "cost": "cost", "levelling": "levelling"}


class Problem:
    def __init__(self, document):
        self.tasks = document["tasks"]
        self.index = {task["id"]: k for k, task in enumerate(self.tasks)}
        self.objective = document.get("objective", "makespan")
        self.affinity = document.get("affinity", [])
        self.setups = {(it.get("machine"), it["from"], it["to"]): it["time"] for it in document.get("setups", [])}
        self.resources = document.get("resources", [])
        self.calendars, self.prices = {}, {}
        for it in self.resources:
            self.calendars["resource", it["name"]] = steps(it["capacity"], it.get("calendar", []))
            self.prices["resource", it["name"]] = it.get("price", 0)
        machines = document.get("machines", [])
        for it in (it if isinstance(it, dict) else {"name": it} for it in machines):
            self.calendars["machine", it["name"]] = steps(1, it.get("calendar", []))
            self.prices["machine", it["name"]] = it.get("price", 0)
        for mode in (mode for task in self.tasks for mode in modes(task)):
            if mode.get("machine") is not None:
                self.calendars.setdefault(("machine", mode["machine"]), [(0, 1)])
        running = document.get("running", {})
        self.now = running.get("now", 0)
        self.change = running.get("machineChange", 10)
        self.frozen, self.planned = {}, []
        for it in running.get("tasks", []):
            k = self.index[it["id"]]
            mode = it.get("mode")
            if mode is None:
                own = modes(self.tasks[k])
                mode = 0 if "machine" not in it else [m.get("machine") for m in own].index(it["machine"])
            if it["start"] >= self.now:
                self.planned.append((k, it["start"], modes(self.tasks[k])[mode].get("machine")))
                continue
            end = it["start"] + modes(self.tasks[k])[mode]["duration"]
            end = self.now + it["remaining"] if "remaining" in it else it.get("finished", end)
            self.frozen[k] = (it["start"], end, mode)

    def length(self, k, mode):
        return self.frozen[k][1] - self.frozen[k][0] if k in self.frozen else mode["duration"]

    def shortest(self, k):
        return min(self.length(k, mode) for mode in modes(self.tasks[k]))

    def own_modes(self, k):
        """The modes that a task can still have."""
        return [modes(self.tasks[k])[self.frozen[k][2]]] if k in self.frozen else modes(self.tasks[k])

    def is_plain(self):
        special = any(task.get("preemptive") or "deadline" in task for task in self.tasks)
        return not special and not self.setups and not self.frozen and all(len(it) == 1 for it in self.calendars.values())

    def setup(self, machine, first, second):
        families = self.tasks[first].get("family"), self.tasks[second].get("family")
        if None in families:
            return 0
        return self.setups.get((machine, *families), self.setups.get((None, *families), 0))


def modes(task):
    return task["modes"] if "modes" in task else [task]


def steps(capacity, calendar):
    """(since when, how much), from 0 on."""
    listed = [(it["from"], it["capacity"]) for it in calendar]
    return listed if listed and listed[0][0] == 0 else [(0, capacity), *listed]


def level(row, time):
    return [capacity for since, capacity in row if since <= time][-1]


def holds(mode):
    """What a mode holds while it is done: (row, amount)."""
    rows = [(("resource", name), amount) for name, amount in (mode.get("demands") or {}).items() if amount > 0]
    return rows + ([(("machine", mode["machine"]), 1)] if mode.get("machine") is not None else [])


class Schedule:
    def __init__(self, problem, result):
        self.problem, self.faults = problem, []
        self.start, self.end, self.mode, self.pieces = [], [], [], []
        rows = result["tasks"]
        if [row["id"] for row in rows] != [task["id"] for task in problem.tasks]:
            raise ValueError("the result has other tasks than the problem, or in another order")
        for row, task in zip(rows, problem.tasks):
            mode = row.get("mode", 0)
            if not 0 <= mode < len(modes(task)):
                raise ValueError(f"task {row['id']} has no mode {mode}")
            self.mode.append(modes(task)[mode])
            self.start.append(row["start"])
            self.end.append(row["end"])
            self.pieces.append([tuple(piece) for piece in row.get("segments", [(row["start"], row["end"])])])
            if row.get("machine") != self.mode[-1].get("machine"):
                self.faults.append(f"task {row['id']} is on {row.get('machine')}, and its mode is not")
        self.check_tasks()
        self.check_rows()
        self.check_setups()
        late = [max(0, self.end[k] - task["deadline"]) for k, task in enumerate(problem.tasks) if "deadline" in task]
        if (sum(late) if late else None) != result.get("lateness"):
            self.faults.append(f"lateness is {sum(late)}, not {result.get('lateness')}")

    def check_tasks(self):
        problem = self.problem
        for k, task in enumerate(problem.tasks):
            pieces, name = self.pieces[k], task["id"]
            if k in problem.frozen:
                start, end, mode = problem.frozen[k]
                if pieces != [(start, end)] or self.mode[k] is not modes(task)[mode]:
                    self.faults.append(f"task {name} has started from {start} to {end}, and is elsewhere")
                continue
            if len(pieces) > 1 and not task.get("preemptive"):
                self.faults.append(f"task {name} may not be split")
            if (pieces[0][0], pieces[-1][1]) != (self.start[k], self.end[k]):
                self.faults.append(f"the pieces of task {name} begin or end elsewhere than it")
            if any(a[1] >= b[0] for a, b in zip(pieces, pieces[1:])):
                self.faults.append(f"the pieces of task {name} are not apart")
            if sum(end - start for start, end in pieces) != self.mode[k]["duration"]:
                self.faults.append(f"task {name} takes another time than {self.mode[k]['duration']}")
            if self.start[k] < max(task.get("release", 0), problem.now):
                self.faults.append(f"task {name} starts before it may")
            for before in task.get("after", []):
                if self.end[problem.index[before]] > self.start[k]:
                    self.faults.append(f"task {name} starts before {before} ends")

    def uses(self, row):
        """(start, end, amount, task) of every piece that holds a row."""
        for k, mode in enumerate(self.mode):
            for held, amount in holds(mode):
                if held == row:
                    yield from ((start, end, amount, k) for start, end in self.pieces[k] if start < end)

    def check_rows(self):
        """What is new finds room; what has started is where it is."""
        for row, calendar in self.problem.calendars.items():
            uses = list(self.uses(row))
            for time in {start for start, *_ in uses} | {since for since, _ in calendar}:
                active = [(amount, k) for start, end, amount, k in uses if start <= time < end]
                used = sum(amount for amount, _ in active)
                if used > level(calendar, time) and any(k not in self.problem.frozen for _, k in active):
                    self.faults.append(f"{used} of {' '.join(row)} are in use at {time}, of {level(calendar, time)}")

    def check_setups(self):
        for kind, name in self.problem.calendars:
            stays = sorted(self.uses((kind, name))) if kind == "machine" else []
            for (_, end, _, first), (start, _, _, second) in zip(stays, stays[1:]):
                needed = self.problem.setup(name, first, second)
                is_new = first not in self.problem.frozen or second not in self.problem.frozen
                if is_new and start - end < needed:
                    ids = self.problem.tasks[first]["id"], self.problem.tasks[second]["id"]
                    self.faults.append(f"{ids[1]} follows {ids[0]} on {name} after {start - end}; the set-up takes {needed}")

    def components(self):
        problem, tasks = self.problem, self.problem.tasks
        late = [task.get("weight", 1) * max(0, self.end[k] - task["due"]) for k, task in enumerate(tasks) if "due" in task]
        missed = 0
        for group in problem.affinity:
            starts = [self.start[problem.index[name]] for name in group["tasks"]]
            missed += group["benefit"] if max(starts) - min(starts) > group.get("within", 0) else 0
        squares = 0
        for row in (row for row in problem.calendars if row[0] == "resource"):
            uses = list(self.uses(row))
            times = sorted({time for start, end, *_ in uses for time in (start, end)})
            for since, until in zip(times, times[1:]):
                squares += (until - since) * sum(amount for a, b, amount, _ in uses if a <= since < b) ** 2
        moved = [
            abs(self.start[k] - start) + (problem.change if self.mode[k].get("machine") != machine else 0)
            for k, start, machine in problem.planned
        ]
        return {
            "makespan": max(self.end),
            "tardiness": sum(late),
            "cost": sum(cost(problem, mode, problem.length(k, mode)) for k, mode in enumerate(self.mode)),
            "levelling": squares,
            "affinity": missed,
            "disruption": sum(moved),
        }


def cost(problem, mode, length):
    return mode.get("cost", 0) + length * sum(amount * problem.prices.get(row, 0) for row, amount in holds(mode))


class Bound:
    """Proofs of bounds, checked without knowing how they were found."""

    def __init__(self, problem):
        self.problem = problem
        count = len(problem.tasks)
        self.frozen_uses = {row: [] for row in problem.calendars}
        for k, (start, end, mode) in problem.frozen.items():
            for row, amount in holds(modes(problem.tasks[k])[mode]):
                self.frozen_uses[row].append((start, end, amount))
        self.head = [0] * count
        self.tail = [0] * count
        order = self.order()
        for k in order:
            task = problem.tasks[k]
            if k in problem.frozen:
                self.head[k] = problem.frozen[k][0]
                continue
            ends = [self.head[j] + problem.shortest(j) for j in (problem.index[name] for name in task.get("after", []))]
            self.head[k] = self.opens(k, max([task.get("release", 0), problem.now, *ends]))
        for k in reversed(order):
            for name in problem.tasks[k].get("after", []):
                j = problem.index[name]
                self.tail[j] = max(self.tail[j], self.tail[k] + problem.shortest(k))

    def order(self):
        done, order = set(), []
        while len(order) < len(self.problem.tasks):
            ready = [
                k for k, task in enumerate(self.problem.tasks)
                if k not in done and all(self.problem.index[name] in done for name in task.get("after", []))
            ]
            done.update(ready)
            order.extend(ready)
        return order

    def changes(self, row):
        uses = self.frozen_uses[row]
        return sorted({since for since, _ in self.problem.calendars[row]} | {t for a, b, _ in uses for t in (a, b)})

    def free(self, row, time):
        held = sum(amount for start, end, amount in self.frozen_uses[row] if start <= time < end)
        return max(0, level(self.problem.calendars[row], time) - held)

    def opens(self, k, start):
        """The first time from `start` on at which a task can begin in some mode, by calendars and by what has started."""
        task = self.problem.tasks[k]
        if self.problem.is_plain():
            return start

        def fits(mode, start):
            length = min(1, mode["duration"]) if task.get("preemptive") else mode["duration"]
            for row, amount in holds(mode) if length > 0 else []:
                times = [start] + [time for time in self.changes(row) if start < time < start + length]
                if any(self.free(row, time) < amount for time in times):
                    return False
            return True

        later = sorted({t for row in self.problem.calendars for t in self.changes(row) if t > start})
        return next((t for t in [start, *later] if any(fits(mode, t) for mode in modes(task))), start)

    def holds(self, component, value, proof):
        problem, tasks = self.problem, self.problem.tasks
        kind = proof["kind"]
        if kind == "nothing":
            return value == 0
        if kind == "earliest-ends" and component == "tardiness":
            ends = [self.head[k] + problem.shortest(k) for k in range(len(tasks))]
            return value <= sum(
                it.get("weight", 1) * max(0, end - it["due"]) for it, end in zip(tasks, ends) if "due" in it
            )
        if kind == "earliest-ends" and component == "disruption":
            return value <= sum(max(0, self.head[k] - start) for k, start, _ in problem.planned)
        if kind == "cheapest-modes" and component == "cost":
            return value <= sum(min(cost(problem, m, problem.length(k, m)) for m in problem.own_modes(k)) for k in range(len(tasks)))
        if kind == "alone" and component == "levelling":
            return value <= sum(
                min(problem.length(k, m) * sum(a * a for a in (m.get("demands") or {}).values()) for m in problem.own_modes(k))
                for k in range(len(tasks))
            )
        if kind == "path" and component == "makespan":
            path = [problem.index[name] for name in proof["tasks"]]
            follows = all(tasks[a]["id"] in tasks[b].get("after", []) and b not in problem.frozen for a, b in zip(path, path[1:]))
            return follows and value <= self.head[path[0]] + sum(problem.shortest(k) for k in path)
        if kind == "energy" and component == "makespan":
            return self.lacks_energy(value - 1, proof)
        return False

    def lacks_energy(self, end, proof):
        """If everything ended by `end`, tasks would need more of the pool in the interval than there is."""
        problem, pool, begin, until = self.problem, proof["pool"], proof["from"], proof["until"]
        machines = [row for row in problem.calendars if row[0] == "machine"]
        if pool == "machines":
            room, needs = len(machines) * (until - begin), lambda mode: int(mode.get("machine") is not None)
        elif "exclusive" in pool:
            row = ("resource", problem.resources[pool["exclusive"]]["name"])
            most = max(capacity for _, capacity in problem.calendars[row])
            room, needs = until - begin, lambda mode: int(2 * dict(holds(mode)).get(row, 0) > most)
        else:
            row = ("machine", pool["machine"]) if "machine" in pool else ("resource", problem.resources[pool["resource"]]["name"])
            times = sorted({begin, until} | {t for t in self.changes(row) if begin < t < until})
            room = sum(self.free(row, a) * (b - a) for a, b in zip(times, times[1:]))
            needs = lambda mode: dict(holds(mode)).get(row, 0)
        total = 0
        for k, task in enumerate(problem.tasks):
            if k in problem.frozen:
                continue
            head, tail, least = self.head[k], self.tail[k], room + 1
            for length, amount in ((mode["duration"], needs(mode)) for mode in modes(task)):
                if head + length + tail > end:
                    continue
                inside = lambda start: max(0, min(start + length, until) - max(start, begin))
                work = min(inside(head), inside(end - tail - length))
                if task.get("preemptive"):
                    work = max(0, length - max(0, begin - head) - max(0, end - tail - until))
                least = min(least, amount * work)
            total += least
        return begin < until and total > room


def weights(objective):
    if isinstance(objective, str):
        return {NAMED[objective]: 1}
    return {name: weight for name, weight in objective.items() if weight > 0}


def check(document, result, objective=None):
    """The faults of a result, and the components of its schedule."""
    problem = Problem(document)
    schedule = Schedule(problem, result)
    faults, components = schedule.faults, schedule.components()
    counting = weights(objective or problem.objective)
    value = sum(weight * components[name] for name, weight in counting.items())
    for name, expected, found in [
        ("makespan", components["makespan"], result["makespan"]),
        ("objective", value, result["objective"]),
        ("components", components, result.get("components", components)),
    ]:
        if expected != found:
            faults.append(f"{name} is {expected}, not {found}")
    bound, proof = Bound(problem), result.get("proof")
    if proof is not None and proof["kind"] == "sum":
        parts = proof["parts"]
        is_proved = len({part["component"] for part in parts}) == len(parts)
        is_proved &= all(bound.holds(part["component"], part["value"], part["proof"]) for part in parts)
        is_proved &= sum(counting.get(part["component"], 0) * part["value"] for part in parts) >= result["lowerBound"]
    elif proof is not None:
        is_proved = list(counting.values()) == [1] and bound.holds(*counting, result["lowerBound"], proof)
    if proof is not None and not is_proved:
        faults.append(f"the proof of lower bound {result['lowerBound']} does not hold: {json.dumps(proof)}")
    if result["lowerBound"] > value:
        faults.append(f"the lower bound {result['lowerBound']} is above the objective {value}")
    return faults, components


def main(paths):
    if len(paths) not in (2, 3):
        sys.exit(__doc__)
    document, result = (json.load(open(path, encoding="utf-8")) for path in paths[:2])
    faults, components = check(document, result, json.loads(paths[2]) if len(paths) == 3 else None)
    if faults:
        sys.exit("\n".join(faults))
    worth = ", ".join(f"{name} {components[name]}" for name in COMPONENTS)
    print(f"{len(document['tasks'])} tasks: a schedule; {worth}; lower bound {result['lowerBound']} holds")


if __name__ == "__main__":
    main(sys.argv[1:])
