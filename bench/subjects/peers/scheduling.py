"""Projects and shops in other schedulers, by the protocol of docs/benchmarks.md: `python scheduling.py cpsat|pymoo|judge`.

`judge` runs nothing: it gets what a subject answered and says what the outside checker, test/python/check_schedule.py, finds.
"""

import json
import sys
from pathlib import Path

import instances

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "test" / "python"))

from check_schedule import check  # noqa: E402


def result_of(document, places, bound):
    """The part of a schedule result that the checker reads."""
    rows = []
    for task, (start, mode) in zip(document["tasks"], places):
        chosen = instances.modes_of(task)[mode]
        row = {"id": task["id"], "start": start, "end": start + chosen["duration"], "mode": mode}
        rows.append(row if chosen.get("machine") is None else {**row, "machine": chosen["machine"]})
    makespan = max(row["end"] for row in rows)
    return {"tasks": rows, "makespan": makespan, "objective": makespan, "lowerBound": bound}


class Runner:
    """Keeps the last model."""

    def __init__(self, name):
        from schedulers import SCHEDULERS

        self.make, self.key = SCHEDULERS[name], None

    def answer(self, request):
        run = request["run"]
        key = run["format"], run["source"]
        if key != self.key:
            self.document = instances.read(*key)
            self.scheduler, self.key = self.make(self.document), key
        options = run["options"]
        seconds, places, bound = self.scheduler.solve(options["timeLimitMs"] / 1000, options["seed"])
        result = None if places is None else result_of(self.document, places, bound)
        return {"engineMs": seconds * 1000, "result": result}


def judged(request):
    faults, _ = check(instances.read(request["judge"]["format"], request["judge"]["source"]), request["judge"]["result"])
    return {"faults": faults}


def main(name):
    answer = judged if name == "judge" else Runner(name).answer
    for line in sys.stdin:
        try:
            reply = answer(json.loads(line))
        except Exception as error:  # the benchmark prints it with the row and ends
            reply = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(reply), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
