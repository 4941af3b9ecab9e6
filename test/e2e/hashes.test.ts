import { readFileSync } from "node:fs";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Engines, EnginesOptions } from "../../ts/engines/load-engines.ts";
import { loadHostedEngines } from "../../ts/engines/load-hosted-engines.ts";
import { JOB_TYPES, type JobType, loadEngines, type RunOptions } from "../../ts/engines.ts";
import type { JobFormat } from "../../ts/models/job-options.ts";
import { type EnginePages, serveEnginePages } from "./browser-page.ts";
import { launchChromium, skipsBrowser } from "./chromium.ts";

interface HashCase {
  type: JobType;
  name: string;
  format: JobFormat;
  source: string;
  options: RunOptions<JobType> & { memoryLimitMiB?: number };
  sha256: string;
}

function casesOf(type: JobType, file: string): HashCase[] {
  const { cases } = JSON.parse(readFileSync(new URL(`../vectors/${file}`, import.meta.url), "utf8"));
  return cases.map((item: Omit<HashCase, "type">) => ({ type, ...item }));
}

/**
 * Made by the native engines (those of hybrid jobs by WASM in Node, for want of a native one): circuits that cross every threshold of block sizes, branches, precision and 1 to 20 qubits; models
 * and networks on both sides of theirs.
 */
const circuits = casesOf("circuit", "statevector/hashes.json");
const cases = [
  ...circuits,
  ...casesOf("anneal", "anneal/hashes.json"),
  ...casesOf("schedule", "schedule/hashes.json"),
  ...casesOf("infer", "qnet/runs.json"),
  ...casesOf("hybrid", "hybrid/hashes.json"),
];
const native = cases.map(({ name, sha256 }) => `${name} ${sha256}`);

type Load = (options: EnginesOptions) => Engines | Promise<Engines>;

/**
 * Runs the cases (without a seed the native engine takes 0), those with the same memory limit on the same threads, and gives `name hash` for each. The browser gets this
 * function as text: it uses nothing but its arguments.
 */
async function hashAll(load: Load, toRun: readonly HashCase[], workerUrl?: string): Promise<string[]> {
  const hashes = new Map<string, string>();
  for (const limit of new Set(toRun.map(({ options }) => options.memoryLimitMiB))) {
    const engines = await load({
      threads: 2,
      ...(workerUrl === undefined ? {} : { workerUrl }),
      ...(limit === undefined ? {} : { memoryLimitMiB: limit }),
    });
    const runs = toRun.filter(({ options }) => options.memoryLimitMiB === limit);
    await Promise.all(
      runs.map(async ({ type, name, format, source, options: { memoryLimitMiB, ...options } }) => {
        hashes.set(name, (await engines.run(type, { format, source }, { seed: 0, ...options })).resultHash);
      }),
    );
    await engines.close();
  }
  return toRun.map(({ name }) => `${name} ${hashes.get(name)}`);
}

describe("the native engine's result hashes", () => {
  it("are there for both precisions, for 1 to 20 qubits, branches, noise, and less memory than all states need", () => {
    const names = circuits.map(({ name }) => name).join(" ");
    for (let qubits = 1; qubits <= 20; qubits++) {
      expect(names).toContain(`mixed-${qubits}-f32`);
      expect(names).toContain(`mixed-${qubits}-f64`);
    }
    for (const kind of ["branches", "noise", "qasm2"]) expect(names).toContain(kind);
    expect(cases.some(({ options }) => options.memoryLimitMiB !== undefined)).toBe(true);
    expect(new Set(cases.map(({ type }) => type))).toEqual(new Set(JOB_TYPES));
  });

  it("are those of WASM in Node", async () => {
    const workerUrl = new URL("../../dist/workers/worker.js", import.meta.url).href;
    expect(await hashAll(loadEngines, cases, workerUrl)).toEqual(native);
  });

  it("are those of WASM in an engine host", async () => {
    const hostUrl = new URL("../../dist/workers/engine-host.js", import.meta.url);
    expect(await hashAll((options) => loadHostedEngines({ ...options, hostUrl }), cases)).toEqual(native);
  });
});

describe.skipIf(skipsBrowser)("in Chromium, too, the native engine's result hashes", () => {
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

  it("are those of WASM", async () => {
    const page = await pages.open(false);
    const hashes: unknown = await page.evaluate(`(${hashAll})(window.loadEngines, ${JSON.stringify(cases)})`);
    expect(hashes).toEqual(native);
  });
});
