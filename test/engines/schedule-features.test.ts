import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Engines, loadEngines } from "../../ts/engines/load-engines.ts";
import { type ScheduleOptions, ScheduleResult } from "../../ts/models/schedule.ts";
import { ganttText } from "../../ts/pictures/gantt-text.ts";
import { checkSchedule } from "../python/schedule-checker.ts";

/** vitest does not transform what threads run: they take the built file. */
const workerUrl = new URL("../../dist/workers/worker.js", import.meta.url);

let engines: Engines;
beforeAll(async () => {
  engines = await loadEngines({ workerUrl, threads: 1 });
});
afterAll(() => engines.close());

/** A workshop with everything: 24 tasks of which every fourth may be split, two machines with set-ups, a crew that is short at times. */
const tasks = Array.from({ length: 24 }, (_, k) => ({
  id: `t${k}`,
  family: ["red", "blue", undefined][k % 3],
  preemptive: k % 4 === 0,
  release: (k * 5) % 7,
  due: 10 + 2 * k,
  weight: 1 + (k % 3),
  ...(k % 5 === 2 ? { deadline: 70 } : {}),
  after: k > 3 ? [`t${k - 4 + (k % 2)}`] : [],
  modes: [
    { duration: 2 + ((k * 7) % 5), machine: k % 2 === 0 ? "lathe" : "mill", demands: { crew: 1 + (k % 2) } },
    { duration: 4 + (k % 3), demands: { crew: 1 }, cost: 9 },
  ],
}));

const WORKSHOP = {
  format: "ketflow-schedule/1",
  resources: [{ name: "crew", capacity: 4, price: 1, calendar: [...pause(12, 15), ...pause(30, 33)] }],
  machines: [
    { name: "lathe", price: 3 },
    { name: "mill", calendar: [...pause(8, 10, 1)] },
  ],
  setups: [
    { from: "red", to: "blue", time: 2 },
    { machine: "mill", from: "blue", to: "red", time: 3 },
  ],
  affinity: [{ tasks: ["t5", "t10", "t15"], within: 4, benefit: 40 }],
  tasks,
};

function pause(from: number, until: number, capacity = 4): { from: number; capacity: number }[] {
  return [
    { from, capacity: capacity === 1 ? 0 : 1 },
    { from: until, capacity },
  ];
}

/** It as it stands at 14: two tasks have ended, one runs and is late, the mill is gone for good, and something urgent came. */
const UNDER_WAY = {
  ...WORKSHOP,
  machines: ["lathe", { name: "mill", calendar: [{ from: 14, capacity: 0 }] }],
  tasks: [...tasks, { id: "urgent", duration: 3, machine: "lathe", due: 14, weight: 50 }],
  running: {
    now: 14,
    tasks: [
      { id: "t0", start: 0, mode: 0 },
      { id: "t1", start: 1, mode: 0, finished: 9 },
      { id: "t2", start: 10, mode: 0, remaining: 4 },
      ...tasks.slice(3).map(({ id }, k) => ({ id, start: 15 + 2 * k, mode: 0 })),
    ],
  },
};

type Objective = NonNullable<ScheduleOptions["objective"]>;
const MIX = { makespan: 5, tardiness: 1, cost: 2, levelling: 1, affinity: 3 };
const CASES: [string, object, Objective][] = [
  ["its makespan", WORKSHOP, "makespan"],
  ["its tardiness", WORKSHOP, "total-weighted-tardiness"],
  ["its cost", WORKSHOP, "cost"],
  ["its levelling", WORKSHOP, "levelling"],
  ["a mix", WORKSHOP, MIX],
  ["a plan under way", UNDER_WAY, { makespan: 5, tardiness: 1, disruption: 2 }],
];

describe.skipIf(checkSchedule === undefined)("a workshop with everything, seen by the checker in Python", () => {
  const check = checkSchedule ?? ((): never => expect.unreachable());
  const solve = async (problem: object, objective: Objective): Promise<ScheduleResult> => {
    const run = await engines.schedule.solve(JSON.stringify(problem), { objective, seed: 5, iterations: 1500 });
    return ScheduleResult.parse(run.result);
  };

  it.each(CASES)("has a schedule and a bound for %s", async (_, problem, objective) => {
    expect(check(problem, await solve(problem, objective), objective)).toMatch(/^\d+ tasks: a schedule; .* holds$/);
  });

  it("is refused with anything else than what it is", async () => {
    const result = await solve(WORKSHOP, MIX);
    const [first, ...rest] = result.tasks;
    if (first === undefined) throw new Error("a task was expected");
    const { segments: _, ...whole } = first;
    const forged: [object, RegExp][] = [
      [{ ...result, tasks: [{ ...whole, start: first.start, end: first.end + 1 }, ...rest] }, /takes another time/],
      [{ ...result, tasks: [...rest, first] }, /other tasks/],
      [{ ...result, objective: result.objective - 1 }, /objective is/],
      [{ ...result, lateness: 3 }, /lateness is/],
      [{ ...result, lowerBound: result.lowerBound + 1 }, /proof of lower bound/],
      [{ ...result, components: { ...result.components, cost: 0 } }, /components is/],
    ];
    for (const [forgery, fault] of forged) expect(check(WORKSHOP, forgery, MIX)).toMatch(fault);
    const moved = result.tasks.map((task) => ({ ...task, start: 0, end: task.end - task.start, segments: undefined }));
    expect(check(WORKSHOP, { ...result, tasks: moved }, MIX)).toMatch(/are in use at/);
  });
});

it("draws a task that is split in its pieces", async () => {
  const problem = {
    format: "ketflow-schedule/1",
    tasks: [
      { id: "long", duration: 6, machine: "m", preemptive: true },
      { id: "short", duration: 2, machine: "m", release: 3, deadline: 5 },
    ],
  };
  const { result } = await engines.schedule.solve(JSON.stringify(problem), { seed: 1 });
  expect(result.tasks[0]).toEqual({
    ...{ id: "long", machine: "m", start: 0, end: 8 },
    segments: [
      [0, 3],
      [5, 8],
    ],
  });
  expect(result).toMatchObject({ makespan: 8, lowerBound: 8, lateness: 0, components: { makespan: 8 } });
  expect(ganttText(result, { width: 42, ascii: true })).toMatch(/^m \|long#+\|.*\|long#+/);
});
