import { availableParallelism } from "node:os";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Engines, type EnginesOptions, loadEngines, type Progress, type RunOptions } from "../../ts/engines.ts";
import { type EnginePages, serveEnginePages } from "./browser-page.ts";
import { launchChromium, skipsBrowser } from "./chromium.ts";
import { longCircuit } from "./long-circuit.ts";
import { longModel } from "./long-model.ts";

const LARGE = longCircuit(20, 3);
const SMALL = longCircuit(10, 3);

const workerUrl = new URL("../../dist/workers/worker.js", import.meta.url).href;

interface Seen {
  hash: string;
  kind: string;
  threads: { busyMs: number; pieces: number }[];
  fewerThreads: string | null;
}

type Load = (options: EnginesOptions) => Engines | Promise<Engines>;

/** What is run with several numbers of threads. */
interface Work {
  type: "circuit" | "anneal";
  source: string;
  options: RunOptions<"circuit"> | RunOptions<"anneal">;
}

/** Large enough to be worth a team, small enough for a test: 0.3 s on one thread. */
const CIRCUIT: Work = { type: "circuit", source: LARGE, options: { observable: "Z".repeat(20) } };
const SEARCH: Work = {
  type: "anneal",
  source: longModel(500),
  options: { method: "anneal", reads: 320, sweeps: 1000 },
};

/** Runs it with each number of threads. The browser gets this function as text: it uses nothing but its arguments. */
async function runWith(load: Load, work: Work, threads: number[], workerUrl?: string): Promise<Seen[]> {
  const engines = await load({ threads: 1, ...(workerUrl === undefined ? {} : { workerUrl }) });
  const seen: Seen[] = [];
  for (const count of threads) {
    const run = await engines.run(work.type, work.source, { ...work.options, seed: 1, threads: count });
    const { resultHash: hash, identity, threads: used = [], fewerThreads = null } = run;
    seen.push({ hash, kind: identity.build.kind, threads: used, fewerThreads });
  }
  await engines.close();
  return seen;
}

/** A build that ignores the option, or whose helpers do nothing, fails here. */
function expectShared([alone, shared, again]: Seen[]): void {
  expect(alone).toMatchObject({ kind: "wasm-simd128", threads: [{ pieces: 0 }], fewerThreads: null });
  for (const run of [shared, again]) {
    expect(run).toMatchObject({ hash: alone?.hash, kind: "wasm-simd128-threads", fewerThreads: null });
    const [leader, helper] = run?.threads ?? [];
    expect(run?.threads).toHaveLength(2);
    expect(leader?.busyMs).toBeGreaterThan(0);
    expect(helper?.busyMs).toBeGreaterThan(0);
    // A fair share is one half; a busy machine takes from it, but hardly nine tenths of it in every pass.
    expect((helper?.pieces ?? 0) * 10).toBeGreaterThan(leader?.pieces ?? 0);
    expect((leader?.pieces ?? 0) * 10).toBeGreaterThan(helper?.pieces ?? 0);
  }
}

const hasCores = availableParallelism() >= 2;

describe.skipIf(!hasCores)("a run on two threads in Node", () => {
  it.each([CIRCUIT, SEARCH])("of type $type is shared between them and gives the same bytes", async (work) => {
    expectShared(await runWith(loadEngines, work, [1, 2, 2], workerUrl));
  });

  it.each([CIRCUIT, SEARCH])("of type $type says why there are fewer threads than it asked for", async (work) => {
    const cores = availableParallelism();
    const [all] = await runWith(loadEngines, work, [256], workerUrl);
    expect(all?.threads).toHaveLength(cores);
    expect(all?.fewerThreads).toBe(`the machine has ${cores} cores`);
  });

  it.each([
    ["the circuit is too small to be shared", { type: "circuit", source: SMALL, options: {} }],
    ["the search is too short to be shared", { ...SEARCH, options: { reads: 4, sweeps: 10 } }],
    ["one read is done by one thread", { ...SEARCH, options: { reads: 1 } }],
    ["an exact search is done by one thread", { ...SEARCH, source: longModel(5), options: { method: "exact" } }],
  ] as [string, Work][])("runs alone where %s", async (reason, work) => {
    const [alone] = await runWith(loadEngines, work, [2], workerUrl);
    expect(alone).toMatchObject({ kind: "wasm-simd128", fewerThreads: reason });
    expect(alone?.threads).toHaveLength(1);
  });

  it.each([
    { ...CIRCUIT, source: longCircuit(20, 2000) },
    // Each of the two threads has sixteen reads side by side, which would take minutes.
    { ...SEARCH, options: { reads: 32, sweeps: 10_000_000 } },
  ])("of type $type stops all of them when it is cancelled, and shares the next run", async (long) => {
    const engines = await loadEngines({ workerUrl, threads: 1 });
    const abort = new AbortController();
    let reports = 0;
    const onProgress = () => ++reports === 5 && abort.abort();
    const run = engines.run(long.type, long.source, { ...long.options, threads: 2, signal: abort.signal, onProgress });
    await expect(run).rejects.toMatchObject({ code: "cancelled" });
    const { type, source, options } = long.type === "circuit" ? CIRCUIT : SEARCH;
    const next = await engines.run(type, source, { ...options, seed: 1, threads: 2 });
    await engines.close();
    expect(next.threads?.map(({ pieces }) => pieces > 0)).toEqual([true, true]);
  });

  it("that its time limit ends is repeated by one thread, from the sweeps that it records", async () => {
    const engines = await loadEngines({ workerUrl, threads: 1 });
    const best: number[] = [];
    const onProgress = (progress: Progress) => progress.best !== undefined && best.push(progress.best);
    const options = { seed: 1, reads: 1_000_000, sweeps: 50, maxSamples: 1 };
    const timed = await engines.anneal.solve(SEARCH.source, { ...options, threads: 2, timeLimitMs: 400, onProgress });
    const { result } = timed;
    const again = await engines.anneal.solve(SEARCH.source, { ...options, sweepLimit: result.work.sweeps });
    await engines.close();
    expect(timed.engineMs).toBeLessThan(4000);
    expect(timed.threads).toHaveLength(2);
    expect(timed.options).toMatchObject({ sweepLimit: result.work.sweeps, threads: 2 });
    expect(again.resultHash).toBe(timed.resultHash);
    expect(best.length).toBeGreaterThan(1);
    expect(result.best.energy).toBeLessThanOrEqual(Math.min(...best));
  });
});

describe.skipIf(skipsBrowser || !hasCores)("a run on two threads in Chromium", () => {
  let browser: Browser;
  let pages: EnginePages;
  beforeAll(async () => {
    browser = await launchChromium();
    pages = await serveEnginePages(browser);
  });
  afterAll(async () => {
    await browser?.close();
    await pages?.close();
  });

  const inPage = async (isolated: boolean, work: Work, counts: number[]): Promise<Seen[]> => {
    const page = await pages.open(isolated);
    return page.evaluate(`(${runWith})(window.loadEngines, ${JSON.stringify(work)}, ${JSON.stringify(counts)})`);
  };

  it.each([CIRCUIT, SEARCH])("of type $type is shared in an isolated page, with the bytes of Node", async (work) => {
    const seen = await inPage(true, work, [1, 2, 2]);
    expectShared(seen);
    const [inNode] = await runWith(loadEngines, work, [1], workerUrl);
    expect(seen[0]?.hash).toBe(inNode?.hash);
  });

  it.each([CIRCUIT, SEARCH])("of type $type runs alone in any other page, and says why", async (work) => {
    const [alone, asked] = await inPage(false, work, [1, 2]);
    expect(asked).toMatchObject({ hash: alone?.hash, kind: "wasm-simd128" });
    expect(asked?.threads).toHaveLength(1);
    expect(asked?.fewerThreads).toContain("not cross-origin isolated");
  });
});
