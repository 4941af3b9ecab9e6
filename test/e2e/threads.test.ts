import { availableParallelism } from "node:os";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Engines, type EnginesOptions, loadEngines } from "../../ts/engines.ts";
import { type EnginePages, serveEnginePages } from "./browser-page.ts";
import { launchChromium, skipsBrowser } from "./chromium.ts";
import { longCircuit } from "./long-circuit.ts";

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

/** Runs a circuit with each number of threads. The browser gets this function as text: it uses nothing but its arguments. */
async function runWith(load: Load, circuit: string, threads: number[], workerUrl?: string): Promise<Seen[]> {
  const engines = await load({ threads: 1, ...(workerUrl === undefined ? {} : { workerUrl }) });
  const seen: Seen[] = [];
  for (const count of threads) {
    const run = await engines.circuit.run(circuit, { seed: 1, threads: count, observable: "Z".repeat(20) });
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

describe.skipIf(!hasCores)("a run of 20 qubits on two threads in Node", () => {
  it("is shared between them and gives the same bytes", async () => {
    expectShared(await runWith(loadEngines, LARGE, [1, 2, 2], workerUrl));
  });

  it("says why there are fewer threads than it asked for", async () => {
    const cores = availableParallelism();
    const [all] = await runWith(loadEngines, LARGE, [256], workerUrl);
    expect(all?.threads).toHaveLength(cores);
    expect(all?.fewerThreads).toBe(`the machine has ${cores} cores`);
    const engines = await loadEngines({ workerUrl });
    const small = await engines.circuit.run(SMALL, { seed: 1, threads: 2 });
    await engines.close();
    expect(small.threads).toHaveLength(1);
    expect(small.fewerThreads).toBe("the circuit is too small to be shared");
  });

  it("stops all of them when it is cancelled, and shares the next run", async () => {
    const engines = await loadEngines({ workerUrl, threads: 1 });
    const abort = new AbortController();
    let reports = 0;
    const onProgress = () => ++reports === 5 && abort.abort();
    const run = engines.circuit.run(longCircuit(20, 2000), { threads: 2, signal: abort.signal, onProgress });
    await expect(run).rejects.toMatchObject({ code: "cancelled" });
    const next = await engines.circuit.run(LARGE, { seed: 1, threads: 2 });
    await engines.close();
    expect(next.threads?.map(({ pieces }) => pieces > 0)).toEqual([true, true]);
  });
});

describe.skipIf(skipsBrowser || !hasCores)("a run of 20 qubits on two threads in Chromium", () => {
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

  const inPage = async (isolated: boolean, counts: number[]): Promise<Seen[]> => {
    const page = await pages.open(isolated);
    return page.evaluate(`(${runWith})(window.loadEngines, ${JSON.stringify(LARGE)}, ${JSON.stringify(counts)})`);
  };

  it("is shared in an isolated page, with the bytes of Node", async () => {
    const seen = await inPage(true, [1, 2, 2]);
    expectShared(seen);
    const [inNode] = await runWith(loadEngines, LARGE, [1], workerUrl);
    expect(seen[0]?.hash).toBe(inNode?.hash);
  });

  it("runs alone in any other page, and says why", async () => {
    const [alone, asked] = await inPage(false, [1, 2]);
    expect(asked).toMatchObject({ hash: alone?.hash, kind: "wasm-simd128" });
    expect(asked?.threads).toHaveLength(1);
    expect(asked?.fewerThreads).toContain("not cross-origin isolated");
  });
});
