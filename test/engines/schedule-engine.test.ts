import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fromHex, toHex } from "../../ts/core/bytes.ts";
import { sha256 } from "../../ts/core/sha256.ts";
import { type Engines, loadEngines } from "../../ts/engines/load-engines.ts";
import { ScheduleResult } from "../../ts/models/schedule.ts";
import { toScheduleResult } from "../../ts/models/schedule-result.ts";

/** vitest does not transform what threads run: they take the built file. */
const workerUrl = new URL("../../dist/workers/worker.js", import.meta.url);

let engines: Engines;
beforeAll(async () => {
  engines = await loadEngines({ workerUrl, threads: 2 });
});
afterAll(() => engines.close());

/** Fisher and Thompson's 6 × 6, whose optimum is 55. */
const FT06 = {
  format: "jsp",
  source: `6 6
2 1 0 3 1 6 3 7 5 3 4 6
1 8 2 5 4 10 5 10 0 10 3 4
2 5 3 4 5 8 0 9 1 1 4 7
1 5 0 5 2 5 3 3 4 8 5 9
2 9 1 3 4 5 5 4 0 3 3 1
1 3 3 3 5 9 0 10 4 4 2 1
`,
} as const;

/** Each task after those that it names, each machine one task at a time. */
function faults({ tasks }: ScheduleResult): string[] {
  const clashes = tasks.flatMap((a, k) =>
    tasks.slice(k + 1).filter((b) => a.machine === b.machine && a.start < b.end && b.start < a.end),
  );
  const jobs = tasks.filter((task, k) => {
    const [before, [job]] = [tasks[k - 1], task.id.split(".")];
    return before?.id.split(".")[0] === job && (before?.end ?? 0) > task.start;
  });
  return [...clashes, ...jobs].map(({ id }) => id);
}

describe("a schedule run", () => {
  it("solves a job shop to its known optimum, without a machine doing two things at once", async () => {
    const { result, options } = await engines.schedule.solve(FT06, { seed: 1, targetValue: 55 });
    expect(result).toMatchObject({ makespan: 55, objective: 55, lowerBound: 52 });
    // Its six operations there take 40, none can begin before 12, and they would have to end by 51.
    expect(result.proof).toEqual({ kind: "energy", pool: { machine: "4" }, from: 12, until: 51 });
    expect(result.lowerBound).toBeLessThanOrEqual(55);
    expect(result.tasks).toHaveLength(36);
    expect(faults(result)).toEqual([]);
    expect(Math.max(...result.tasks.map(({ end }) => end))).toBe(55);
    const ends = new Map(result.tasks.map(({ id, start, end }) => [id, { start, end }]));
    const path = result.criticalPath.map((id) => ends.get(id));
    expect(path[0]?.start).toBe(0);
    for (const [k, step] of path.entries()) expect(step?.end).toBe(path[k + 1]?.start ?? 55);
    expect(options).toEqual({ method: "auto", targetValue: 55 });
  });

  it("ends at its time limit, and the schedules that it made then give the same bytes", async () => {
    const timed = await engines.schedule.solve(FT06, { seed: 3, iterations: 1_000_000_000, timeLimitMs: 80 });
    expect(timed.engineMs).toBeLessThan(2000);
    expect(timed.options).toEqual({ method: "auto", iterations: timed.result.work.iterations });
    const again = await engines.schedule.solve(FT06, { ...timed.options, seed: 3 });
    expect(again.resultHash).toBe(timed.resultHash);
  });

  it("works until its time limit where no number of schedules is asked for", async () => {
    const untimed = await engines.schedule.estimate(FT06);
    // Its optimum is not proved, so that nothing but the limit ends the search; without one it makes five schedules.
    const timed = await engines.schedule.solve(FT06, { seed: 3, method: "priority-rule", timeLimitMs: 150 });
    expect(timed.result.work.iterations).toBeGreaterThan(1000);
    expect(timed.options).toEqual({ method: "priority-rule", iterations: timed.result.work.iterations });
    const again = await engines.schedule.solve(FT06, { ...timed.options, seed: 3 });
    expect(again.resultHash).toBe(timed.resultHash);
    const estimate = await engines.schedule.estimate(FT06, { timeLimitMs: 150 });
    expect(estimate.iterations).toBeGreaterThan(untimed.iterations);
    expect(Number.isSafeInteger(estimate.placements)).toBe(true);
  });

  it("says how many schedules it made where it ends before its time limit", async () => {
    const timed = await engines.schedule.solve(FT06, { seed: 3, targetValue: 60, timeLimitMs: 60_000 });
    const { iterations } = timed.result.work;
    expect(timed.options).toEqual({ method: "auto", targetValue: 60, iterations });
    const again = await engines.schedule.solve(FT06, { ...timed.options, seed: 3 });
    expect(again.resultHash).toBe(timed.resultHash);
  });

  it("is cancelled, and tells the best so far", async () => {
    const abort = new AbortController();
    const bests: number[] = [];
    const running = engines.schedule.solve(FT06, {
      ...{ iterations: 1_000_000_000, signal: abort.signal },
      onProgress: ({ best }) => {
        bests.push(best ?? Number.NaN);
        abort.abort();
      },
    });
    await expect(running).rejects.toMatchObject({ code: "cancelled" });
    expect(bests[0]).toBeGreaterThanOrEqual(55);
  });

  it.each([
    ["2 2\n0 3 1\n1 4 0 2\n", "jsp", { code: "invalid-input", line: 2 }],
    ["3 1\n", "auto", { code: "invalid-input", message: expect.stringContaining("the format is not clear") }],
    ['{"format":"ketflow-schedule/1","tasks":[{"id":"a","duration":1,"after":["b"]}]}', "auto", { line: 1 }],
  ] as const)("%j as %s is refused with its place", async (source, format, error) => {
    await expect(engines.schedule.solve({ format, source })).rejects.toMatchObject(error);
  });

  it("reads the recorded container", () => {
    const vector = JSON.parse(readFileSync(new URL("../vectors/schedule/container.json", import.meta.url), "utf8"));
    const bytes = fromHex(vector.hex);
    expect(toHex(sha256(bytes))).toBe(vector.sha256);
    const result = ScheduleResult.parse(toScheduleResult(bytes));
    expect(result).toMatchObject({ makespan: 6, objective: 6, lowerBound: 6, gap: 0 });
    expect(result.proof).toEqual({ kind: "path", tasks: ["2.1", "2.2"] });
    expect(result.tasks.map(({ id, machine }) => [id, machine])).toEqual([
      ["1.1", "0"],
      ["1.2", "1"],
      ["2.1", "1"],
      ["2.2", "0"],
    ]);
    expect(faults(result)).toEqual([]);
  });
});
