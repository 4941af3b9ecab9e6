import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runHybrid } from "../../ts/algorithms/hybrid.ts";
import { toHex } from "../../ts/core/bytes.ts";
import { sha256 } from "../../ts/core/sha256.ts";
import type { Engines } from "../../ts/engines/load-engines.ts";
import { HybridResult, parseHybridDocument } from "../../ts/models/hybrid.ts";
import { contextOf, loadTestEngines } from "../algorithms/context.ts";

let engines: Engines;
beforeAll(async () => {
  engines = await loadTestEngines();
});
afterAll(() => engines.close());

const example = (name: string): string =>
  readFileSync(new URL(`../../examples/${name}.hybrid.json`, import.meta.url), "utf8");
const H2 = example("h2-vqe");
const PETERSEN = example("maxcut-qaoa");

/** A ring as a QAOA document. */
const ring = (size: number, more: object = {}): string =>
  JSON.stringify({
    ...{ format: "ketflow-hybrid/1", algorithm: "qaoa" },
    problem: { graph: { edges: Array.from({ length: size }, (_, k) => [k, (k + 1) % size]) } },
    ...more,
  });

const vqe = (source: string, observable = "Z"): string =>
  JSON.stringify({
    ...{ format: "ketflow-hybrid/1", algorithm: "vqe", observable },
    ansatz: { format: "openqasm3", source: `OPENQASM 3.0;\ninclude "stdgates.inc";\n${source}` },
  });

interface HashCase {
  name: string;
  format: "hybrid-json";
  source: string;
  options: Record<string, number | string>;
  sha256: string;
}

const HASHES = new URL("../vectors/hybrid/hashes.json", import.meta.url);

describe("a hybrid run", () => {
  it("finds the ground energy of hydrogen, and records all that decided about it", async () => {
    const run = await engines.hybrid.run(H2, { seed: 7 });
    expect(run.result.energy).toBeCloseTo(-1.137270174660903, 10);
    expect(HybridResult.parse(run.result)).toMatchObject({ converged: true, iterations: 5, evaluations: 6 });
    expect(run.options).toEqual({
      ...{ optimizer: "l-bfgs", maxIterations: 200, learningRate: 0.1, perturbation: 0.1, shots: 0, tolerance: 1e-6 },
    });
    expect(run.identity).toEqual(engines.identityOf("hybrid"));
    const again = await engines.hybrid.run(H2, { ...run.options, seed: 7 });
    expect(again.resultHash).toBe(run.resultHash);
  });

  it("gives what the algorithms give with circuits on other threads, eight at once", async () => {
    for (const [source, options] of [
      [H2, { maxIterations: 5 }],
      [PETERSEN, { maxIterations: 3, shots: 50, optimizer: "spsa" }],
    ] as const) {
      const direct = await runHybrid(parseHybridDocument(source), options, contextOf(engines, { seed: 3 }));
      const { resultHash } = await engines.hybrid.run(source, { ...options, seed: 3 });
      expect(resultHash).toBe(toHex(sha256(direct.container)));
    }
  });

  it("writes out the options of QAOA", async () => {
    const { options, result } = await engines.hybrid.run(ring(4), { seed: 1, maxIterations: 2, shots: 10 });
    expect(options).toMatchObject({ layers: 1, samples: 1024, tolerance: 0, shots: 10, optimizer: "spsa" });
    expect(result.cut?.best).toBe(4);
  });

  it("tells iterations and the best energy while it runs", async () => {
    const bests: number[] = [];
    const { result } = await engines.hybrid.run(PETERSEN, {
      // Long enough for several reports on a fast machine: 0.3 s.
      ...{ seed: 7, layers: 8, optimizer: "adam" },
      onProgress: ({ done, total, best }) => {
        expect(done).toBeLessThanOrEqual(total);
        expect(total).toBe(200);
        bests.push(best ?? Number.NaN);
      },
    });
    expect(bests.length).toBeGreaterThan(2);
    expect(bests).toEqual([...bests].sort((a, b) => b - a));
    expect(bests.at(-1)).toBeGreaterThanOrEqual(result.energy);
  });

  it("is cancelled between circuits and within one, and its worker lives on", async () => {
    for (const source of [PETERSEN, ring(18)]) {
      const abort = new AbortController();
      const running = engines.hybrid.run(source, { layers: 8, tolerance: 0, optimizer: "adam", signal: abort.signal });
      setTimeout(() => abort.abort(), 100);
      const startMs = performance.now();
      await expect(running).rejects.toMatchObject({ code: "cancelled" });
      expect(performance.now() - startMs).toBeLessThan(2000);
    }
    expect((await engines.hybrid.run(ring(3), { maxIterations: 1 })).result.iterations).toBe(1);
  });

  it("shares large circuits among threads without another byte", async () => {
    const options = { seed: 5, maxIterations: 1, optimizer: "spsa", samples: 10 } as const;
    const one = await engines.hybrid.run(ring(17), options);
    const two = await engines.hybrid.run(ring(17), { ...options, threads: 2 });
    expect(two.resultHash).toBe(one.resultHash);
    expect(two.options).toMatchObject({ threads: 2 });
    expect(one.threads).toHaveLength(1);
    expect(two.threads).toHaveLength(2);
    for (const { pieces } of two.threads ?? []) expect(pieces).toBeGreaterThan(0);
    const small = await engines.hybrid.run(ring(4), { ...options, threads: 2 });
    expect(small.fewerThreads).toBe("the circuit is too small to be shared");
  });

  it("estimates its circuits, and shows the one that it searches over", async () => {
    const estimate = await engines.hybrid.estimate(H2, { optimizer: "adam", maxIterations: 10 });
    const likely = await engines.hybrid.estimate(H2);
    expect(likely.expectedCircuits).toBeLessThan(200);
    expect(likely.circuits).toBeGreaterThan(2000);
    expect(estimate).toMatchObject({ parameters: 3, circuit: { qubits: 4, method: "statevector" } });
    const { result } = await engines.hybrid.run(H2, { optimizer: "adam", maxIterations: 10, tolerance: 0 });
    expect(result.evaluations).toBe(estimate.evaluations);
    expect(await engines.hybrid.view(ring(3))).toMatchObject({
      ...{ algorithm: "qaoa", parameters: ["gamma_1", "beta_1"] },
      circuit: { format: "openqasm3", source: expect.stringMatching(/rzz\(.*gamma_1\) q\[0\], q\[1\];/) },
    });
  });

  it.each([
    ["{", { code: "invalid-input", line: 1, column: 2 }],
    ["{}", { code: "invalid-input", message: expect.stringContaining("algorithm") }],
    [ring(3, { parameters: [1] }), { message: expect.stringContaining("1 numbers for 2 parameters") }],
    [
      vqe("input float t;\nqubit q;\nry(t q;"),
      { code: "invalid-input", line: undefined, message: expect.stringMatching(/^input\.ansatz\.source:5:\d+: /) },
    ],
    [vqe("input float t; qubit q; ry(t) q;", "ZZ"), { code: "invalid-input", message: expect.stringContaining("ZZ") }],
  ])("%s is refused with its place", async (source, error) => {
    await expect(engines.hybrid.run(source)).rejects.toMatchObject(error);
    await expect(engines.hybrid.estimate(source)).rejects.toMatchObject(error);
  });

  it("refuses more qubits than memory holds, after an estimate that says so", async () => {
    expect((await engines.hybrid.estimate(ring(40))).bytes).toBeGreaterThan(2 ** 40);
    await expect(engines.hybrid.run(ring(40))).rejects.toMatchObject({ code: "too-large" });
  });

  it("has the recorded hashes, which Chromium and engine hosts have to reach, too", async () => {
    const { cases, ...file } = JSON.parse(readFileSync(HASHES, "utf8")) as { cases: HashCase[] };
    const now = await Promise.all(
      cases.map(async (item) => ({
        ...item,
        sha256: (await engines.hybrid.run({ format: item.format, source: item.source }, item.options)).resultHash,
      })),
    );
    if (process.env.KETFLOW_WRITE_VECTORS)
      writeFileSync(HASHES, `${JSON.stringify({ ...file, cases: now }, null, 2)}\n`);
    expect(now).toEqual(cases);
  });
});
