import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { instancesOf, ownInstances, type RaceRow, raceSchedules } from "../../bench/schedule-race.mjs";
import { raceTable } from "../../bench/schedule-race-table.mjs";
import { type RunReply, Subject } from "../../bench/subject.mjs";
import { ROOT } from "../../bench/subjects/subjects.mjs";
import { python } from "../python/schedule-checker.ts";

const SHOP = { name: "small", family: "jsp", format: "jsp", source: "2 2\n0 3 1 2\n1 4 0 1\n", best: 6 } as const;
const FLEXIBLE = { name: "flexible", family: "fjsp", format: "fjs", source: "1 2 1.5\n2 2 1 5 2 3 1 1 2\n", best: 5 };
const PROJECT = {
  name: "project",
  family: "rcpsp",
  format: "rcp",
  source: "3 1 2\n2 1 1 3\n3 1 1 3\n1 2 0\n",
  best: 4,
};

const place = (id: string, start: number, end: number, machine: string, mode = 0) => ({
  id,
  start,
  end,
  machine,
  mode,
});
const schedule = (...tasks: { id: string; start: number; end: number }[]) => {
  const makespan = Math.max(...tasks.map(({ end }) => end));
  return { tasks, makespan, objective: makespan, lowerBound: 0 };
};
const RIGHT = schedule(
  place("1.1", 0, 3, "0"),
  place("1.2", 4, 6, "1"),
  place("2.1", 0, 4, "1"),
  place("2.2", 4, 5, "0"),
);

/** Answers with what it is told. */
function racer(name: string, answers: (object | null)[]) {
  const run = async () => ({ engineMs: 1, wallMs: 1, result: answers.shift() }) as unknown as RunReply;
  return { name, subject: { run } as unknown as Subject };
}

describe("a race of schedulers", () => {
  const checker = { judge: async () => [] as string[] } as unknown as Subject;

  it("begins each round with another one, and keeps who found nothing", async () => {
    const rows: RaceRow[] = [];
    const racers = [racer("wasm", [RIGHT, RIGHT]), racer("cpsat", [null, RIGHT])];
    const setting = { limitsMs: [1000, 2000], seed: 7, checker, told: (row: RaceRow) => rows.push(row) };
    await raceSchedules([SHOP], racers, setting);
    expect(rows.map(({ subject, limitMs, makespan }) => [subject, limitMs, makespan])).toEqual([
      ["wasm", 1000, 6],
      ["cpsat", 1000, null],
      ["cpsat", 2000, 6],
      ["wasm", 2000, 6],
    ]);
  });

  it("ends where an answer is no schedule", async () => {
    const strict = { judge: async () => ["task 1.2 starts before 1.1 ends"] } as unknown as Subject;
    const setting = { limitsMs: [1000], seed: 7, checker: strict, told: () => {} };
    await expect(raceSchedules([SHOP], [racer("wasm", [RIGHT])], setting)).rejects.toThrow(
      "wasm answers small wrongly:\n  task 1.2 starts before 1.1 ends",
    );
  });

  it("reads a folder of instances with best known makespans, and leaves out those that are not there", () => {
    const folder = mkdtempSync(join(tmpdir(), "ketflow-race-"));
    try {
      writeFileSync(join(folder, "best_known.json"), JSON.stringify({ jsp: { missing: [1, 2] }, gset: { G1: 1 } }));
      expect(instancesOf(folder)).toEqual([]);
      writeFileSync(join(folder, "best_known.json"), JSON.stringify({ jsp: { bad: "two" } }));
      expect(() => instancesOf(folder)).toThrow(/best_known\.json, jsp/);
    } finally {
      rmSync(folder, { recursive: true });
    }
    expect(ownInstances().map(({ name, best }) => [name, best])).toEqual([["ta01", 1231]]);
  });
});

describe("the table of a race", () => {
  const row = (instance: string, subject: string, makespan: number | null): RaceRow => ({
    ...{ type: "schedule-race", instance, family: "jsp", best: 100, limitMs: 1000, subject, seed: 1 },
    ...{ makespan, lowerBound: 90, engineMs: 1000, load: 1.25 },
  });

  it("shows gaps, their means and who was better than the WASM engine", () => {
    const table = raceTable([
      ...[row("a", "cpsat", 104), row("a", "native", 101), row("a", "wasm", 105), row("a", "pymoo", 130)],
      ...[row("b", "cpsat", null), row("b", "native", 100), row("b", "wasm", 101), row("b", "pymoo", 110)],
    ]);
    expect(table.split("\n").slice(2)).toEqual([
      "| instance | seconds | best known | wasm | native | cpsat | pymoo | lost to |",
      "| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |",
      "| a | 1 | 100 | 105 (5.00 %) | 101 (1.00 %) | 104 (4.00 %) | 130 (30.00 %) | cpsat |",
      "| b | 1 | 100 | 101 (1.00 %) | 100 (0.00 %) | – (none) | 110 (10.00 %) |  |",
      "| mean of jsp | 1 |  | 3.00 % | 0.50 % | none | 20.00 % |  |",
    ]);
    expect(table).toContain("Lost: a at 1 s.");
    expect(raceTable([row("a", "cpsat", 104), row("a", "wasm", 104)])).toContain("No row is lost.");
  });
});

describe.skipIf(python === undefined)("the outside checker of a race", () => {
  const judge = new Subject("judge", python ?? "", ["bench/subjects/peers/scheduling.py", "judge"], ROOT);
  afterAll(() => judge.close());

  it.each([
    [SHOP, RIGHT],
    [FLEXIBLE, schedule(place("1.1", 0, 3, "2", 1), place("1.2", 3, 5, "1"))],
    [PROJECT, schedule({ id: "1", start: 0, end: 2 }, { id: "2", start: 0, end: 3 }, { id: "3", start: 3, end: 4 })],
  ])("finds nothing in a schedule of $name", async ({ format, source }, result) => {
    expect(await judge.judge({ format, source, result })).toEqual([]);
  });

  it("finds two tasks on a machine, too much of a resource, and a wrong makespan", async () => {
    const clash = schedule(
      place("1.1", 0, 3, "0"),
      place("1.2", 3, 5, "1"),
      place("2.1", 0, 4, "1"),
      place("2.2", 4, 5, "0"),
    );
    expect(await judge.judge({ ...SHOP, result: clash })).toEqual([
      "2 of machine 1 are in use at 3, of 1",
      "1.2 follows 2.1 on 1 after -1; the set-up takes 0",
    ]);
    expect(await judge.judge({ ...SHOP, result: { ...RIGHT, makespan: 5 } })).toEqual(["makespan is 6, not 5"]);
    const early = schedule({ id: "1", start: 0, end: 2 }, { id: "2", start: 0, end: 3 }, { id: "3", start: 2, end: 3 });
    expect(await judge.judge({ ...PROJECT, result: early })).toEqual([
      "task 3 starts before 2 ends",
      "3 of resource R0 are in use at 2, of 2",
    ]);
  });
});
