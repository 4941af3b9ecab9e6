"""Benchmark instances as documents of the format `schedule-json`, read anew from the rules of docs/schedules.md: formats.

Nothing here is shared with the engine's own readers, so that what a checker says of a result does not rest on them.
"""


def rows_of(source):
    return [line.split() for line in source.splitlines() if line.strip() and not line.startswith("#")]


def project(source):
    """Patterson's format: line breaks are spaces."""
    words = iter(map(int, source.split()))
    count, resources = next(words), next(words)
    names = [f"R{k}" for k in range(resources)]
    capacities = [next(words) for _ in names]
    tasks = [{"id": str(k + 1), "after": []} for k in range(count)]
    for task in tasks:
        task["duration"] = next(words)
        task["demands"] = {name: next(words) for name in names}
        for successor in [next(words) for _ in range(next(words))]:
            tasks[successor - 1]["after"].append(task["id"])
    return {"resources": [{"name": n, "capacity": c} for n, c in zip(names, capacities)], "machines": [], "tasks": tasks}


def shop(source):
    """Jobs of pairs of a machine, from 0, and a duration."""
    (jobs, machines), *rows = [list(map(int, row)) for row in rows_of(source)]
    tasks = []
    for job, row in enumerate(rows[:jobs], 1):
        for k in range(machines):
            after = [f"{job}.{k}"] if k > 0 else []
            tasks.append({"id": f"{job}.{k + 1}", "machine": str(row[2 * k]), "duration": row[2 * k + 1], "after": after})
    return {"resources": [], "machines": [str(k) for k in range(machines)], "tasks": tasks}


def flexible_shop(source):
    """Jobs of operations, each with pairs of a machine, from 1, and a duration."""
    (jobs, machines, *_), *rows = rows_of(source)
    tasks = []
    for job, row in enumerate(rows[: int(jobs)], 1):
        words = iter(map(int, row))
        for k in range(next(words)):
            modes = [{"machine": str(next(words)), "duration": next(words)} for _ in range(next(words))]
            tasks.append({"id": f"{job}.{k + 1}", "modes": modes, "after": [f"{job}.{k}"] if k > 0 else []})
    return {"resources": [], "machines": [str(k + 1) for k in range(int(machines))], "tasks": tasks}


READERS = {"rcp": project, "jsp": shop, "fjs": flexible_shop}


def read(instance_format, source):
    """The document of an instance of format `rcp`, `jsp` (pairs) or `fjs`."""
    return {"format": "ketflow-schedule/1", "objective": "makespan", **READERS[instance_format](source)}


def modes_of(task):
    """What may be chosen for a task: one entry where it has no `modes`."""
    return task.get("modes", [task])
