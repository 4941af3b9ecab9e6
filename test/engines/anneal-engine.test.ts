import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Engines, loadEngines } from "../../ts/engines/load-engines.ts";
import type { AnnealOptions } from "../../ts/models/anneal.ts";
import type { Progress } from "../../ts/workers/engine-worker.ts";

/** vitest does not transform what threads run: they take the built file. */
const workerUrl = new URL("../../dist/workers/worker.js", import.meta.url);

let engines: Engines;
beforeAll(async () => {
  engines = await loadEngines({ workerUrl, threads: 2 });
});
afterAll(() => engines.close());

/** A pentagon with a chord of weight 2: the best cut leaves out one edge of weight 1. */
const GRAPH = "5 6\n1 2 1\n2 3 1\n3 4 1\n4 5 1\n1 5 1\n1 3 2\n";

/** Spins on a circle with couplings of both signs, to the next and to the seventh. */
const ring = (size: number): string =>
  ["# vartype=SPIN"]
    .concat(Array.from({ length: size }, (_, k) => `${k} ${(k + 1) % size} ${k % 3 === 0 ? 1 : -1}`))
    .concat(Array.from({ length: size }, (_, k) => `${k} ${(k + 7) % size} ${k % 2 === 0 ? 1 : -1}`))
    .join("\n");

/** Couplings between all: no table holds it. */
const dense = (size: number): string =>
  ["# vartype=SPIN"]
    .concat(
      Array.from({ length: size }, (_, j) =>
        Array.from({ length: j }, (_, i) => `${i} ${j} ${(i * j) % 3 === 0 ? 1 : -1}`).join("\n"),
      ),
    )
    .filter((line) => line !== "")
    .join("\n");

describe("an anneal run", () => {
  it("finds the best cut of a graph and says its weight", async () => {
    const { result, options } = await engines.anneal.solve(GRAPH, { seed: 1, method: "anneal" });
    expect(result.best).toMatchObject({ energy: -5, cut: 6 });
    expect(result.variables).toEqual([1, 2, 3, 4, 5]);
    expect(result.work).toEqual({ reads: 64, sweeps: 64_000 });
    expect(result.samples.reduce((sum, { occurrences }) => sum + occurrences, 0)).toBe(64);
    expect(options).toEqual({ reads: 64, sweeps: 1000, method: "anneal", maxSamples: 100 });
    const exact = await engines.anneal.solve(GRAPH, { method: "exact" });
    expect(exact.result).toMatchObject({ best: { energy: -5 }, proved: true, work: { reads: 0, sweeps: 0 } });
    const auto = await engines.anneal.solve(GRAPH);
    expect(auto.options).toMatchObject({ method: "auto" });
    expect(auto.result).toMatchObject({ ...exact.result, auto: { method: "exact", reason: "small-width" } });
  });

  it("bounds the least cut, too, and calls nothing proved that is not", async () => {
    // A triangle of weights 2: its least cut is 0, and others are 4.
    const options: AnnealOptions = { method: "anneal", reads: 1, sweeps: 1, betaRange: [1e-9, 1e-9] };
    const high = { bound: true, sense: "max" } as const;
    const triangle = "3 3\n1 2 2\n2 3 2\n1 3 2\n";
    const runs = [1, 2, 3, 4, 5, 6].map((seed) => engines.anneal.solve(triangle, { ...options, ...high, seed }));
    const results = (await Promise.all(runs)).map(({ result }) => result);
    for (const { best, bound } of results) {
      expect(bound).toMatchObject({ energy: 6, cut: 0, gap: best.cut === 0 ? 0 : 1 });
    }
    expect(results.some(({ best }) => best.cut === 4)).toBe(true);
  });

  it("races methods where no proof is cheap, and says what came of it", async () => {
    const { result } = await engines.anneal.solve(ring(500), { seed: 1 });
    const { reason, searches = [] } = result.auto ?? {};
    expect(reason).toBe("race");
    expect(new Set(searches.map(({ method }) => method))).toEqual(new Set(["anneal", "tabu"]));
    expect(Math.min(...searches.map(({ energy }) => energy))).toBe(result.best.energy);
    expect(searches.reduce((sum, { sweeps }) => sum + sweeps, 0)).toBe(result.work.sweeps);
  });

  it("gives the same bytes for the same seed on any worker, and other bytes for another", async () => {
    const same = await Promise.all([1, 2, 3, 4].map(() => engines.anneal.solve(ring(60), { seed: 7 })));
    expect(new Set(same.map((run) => run.resultHash)).size).toBe(1);
    expect((await engines.anneal.solve(ring(60), { seed: 8 })).resultHash).not.toBe(same[0]?.resultHash);
  });

  it("keeps the labels of dimod's variables", async () => {
    const source = JSON.stringify({
      ...{ type: "BinaryQuadraticModel", version: { bqm_schema: "3.0.0" }, use_bytes: false },
      ...{ num_variables: 2, num_interactions: 1, variable_labels: ["a", [0, "b"]], variable_type: "BINARY" },
      ...{ offset: 0.5, linear_biases: [-1, -1], quadratic_biases: [3], quadratic_head: [0], quadratic_tail: [1] },
    });
    const { result } = await engines.anneal.solve({ format: "dimod-json", source }, { method: "exact" });
    expect(result).toMatchObject({ vartype: "binary", variables: ["a", [0, "b"]], best: { energy: -0.5 } });
    expect(result.samples.map(({ sample }) => sample)).toEqual([
      [0, 1],
      [1, 0],
    ]);
  });

  it("is exact whatever its time limit, and its recorded options run again", async () => {
    const timed = await engines.anneal.solve(ring(20), { method: "exact", timeLimitMs: 1, seed: 1 });
    expect(timed.options).not.toHaveProperty("sweepLimit");
    const again = await engines.anneal.solve(ring(20), { ...timed.options, seed: 1 });
    expect(again.resultHash).toBe(timed.resultHash);
  });

  it("ends at its time limit, and the sweeps that it did then give the same bytes", async () => {
    const source = ring(2000);
    const timed = await engines.anneal.solve(source, { seed: 3, reads: 100_000, timeLimitMs: 120 });
    expect(timed.engineMs).toBeGreaterThan(100);
    expect(timed.engineMs).toBeLessThan(2000);
    expect(timed.options).toEqual({
      ...{ reads: 100_000, sweeps: 1000, method: "auto", maxSamples: 100 },
      sweepLimit: timed.result.work.sweeps,
    });
    const again = await engines.anneal.solve(source, { ...timed.options, seed: 3 });
    expect(again.resultHash).toBe(timed.resultHash);
    expect(again.options).toEqual(timed.options);
  });

  it("is as if it had no limit where it ends before", async () => {
    const timed = await engines.anneal.solve(GRAPH, { seed: 3, timeLimitMs: 60_000 });
    const free = await engines.anneal.solve(GRAPH, { seed: 3 });
    expect([timed.resultHash, timed.options]).toEqual([free.resultHash, free.options]);
  });

  it("tells how far it is and the best energy so far", async () => {
    const seen: Progress[] = [];
    const { result } = await engines.anneal.solve(ring(3000), {
      ...{ seed: 1, reads: 160, sweeps: 1000 },
      onProgress: (progress) => seen.push(progress),
    });
    const bests = seen.flatMap(({ best }) => (best === undefined ? [] : [best]));
    expect(bests.length).toBeGreaterThan(1);
    expect([...bests].sort((a, b) => b - a)).toEqual(bests);
    expect(bests.at(-1)).toBeGreaterThanOrEqual(result.best.energy);
    expect(seen.at(-1)?.total).toBe(160 * 1000 * 3000);
  });

  it("is cancelled within its work, and leaves the worker for the next", async () => {
    const abort = new AbortController();
    const running = engines.anneal.solve(ring(5000), {
      ...{ reads: 100_000, signal: abort.signal },
      onProgress: () => abort.abort(),
    });
    await expect(running).rejects.toMatchObject({ code: "cancelled" });
    await expect(engines.anneal.solve(GRAPH, { seed: 1 })).resolves.toMatchObject({ result: { best: { cut: 6 } } });
  });

  it.each([
    ["3 3\n1 2 1\n2 4 1\n1 3 1\n", {}, { code: "invalid-input", line: 3, column: 3 }],
    ["hello", {}, { code: "invalid-input", message: expect.stringContaining("the format is not clear") }],
    [dense(300), { method: "exact" }, { code: "too-large" }],
    [GRAPH, { initial: [1, 1] }, { code: "invalid-input", message: expect.stringContaining("initial has 2 values") }],
    [GRAPH, { reads: 0 }, { code: "invalid-input", message: expect.stringContaining("options.reads") }],
    [GRAPH, { betaRange: [2, 1] }, { code: "invalid-input", message: expect.stringContaining("betaRange") }],
    [GRAPH, { shots: 3 }, { code: "invalid-input", message: expect.stringContaining("shots") }],
  ])("%j with %j is refused", async (source, options, error) => {
    await expect(engines.anneal.solve(source, options as object)).rejects.toMatchObject(error);
  });

  it("says before it runs what it will take", async () => {
    const estimate = await engines.anneal.estimate(GRAPH, { method: "anneal", reads: 10, sweeps: 20 });
    expect(estimate).toMatchObject({ variables: 5, couplings: 6, method: "anneal", operations: 20 * (4 * 5 + 2 * 6) });
    expect(await engines.anneal.view(GRAPH)).toEqual({ vartype: "spin", variables: 5, couplings: 6, offset: 0 });
  });
});
