import { execFileSync } from "node:child_process";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadHostedEngines } from "../../ts/engines/load-hosted-engines.ts";
import { loadEngines } from "../../ts/engines.ts";
import { type EnginePages, serveEnginePages } from "./browser-page.ts";
import { launchChromium, skipsBrowser } from "./chromium.ts";
import { longCircuit } from "./long-circuit.ts";

/** A run of minutes, cancelled in its middle. One more qubit, and its thread would be replaced for its memory. */
const LONG = longCircuit(23, 80);
const AFTER_PROGRESS_REPORTS = 8;

/**
 * The promise is 100 ms. No clock is read here, because that of a busy machine says nothing: another warm engine begins a run of
 * some 150 ms at the moment of the cancellation, and the cancelled run has to end first.
 */
const YARDSTICK = longCircuit(18, 20);

const built = (path: string): URL => new URL(`../../dist/workers/${path}`, import.meta.url);

describe("a 23-qubit run in Node", () => {
  it.each([
    ["in a thread", () => loadEngines({ workerUrl: built("worker.js"), threads: 1 })],
    ["in an engine host", async () => loadHostedEngines({ hostUrl: built("engine-host.js"), threads: 1 })],
  ])("%s that is cancelled ends before a short one that begins then, and the next runs", async (_, load) => {
    const [engines, others] = await Promise.all([1, 2].map(load));
    if (engines === undefined || others === undefined) throw new Error("no engines");
    const events: string[] = [];
    const countThread = () => events.push("a new thread");
    const abort = new AbortController();
    let short: Promise<unknown> | undefined;
    let reports = 0;
    try {
      await others.circuit.run("OPENQASM 3.0; qubit q;", { seed: 1 });
      const onProgress = () => {
        if (++reports !== AFTER_PROGRESS_REPORTS) return;
        short = others.circuit.run(YARDSTICK, { seed: 1 }).then(() => events.push("the short run"));
        abort.abort();
      };
      await engines.circuit.run(LONG, { seed: 1, signal: abort.signal, onProgress }).then(
        () => events.push("the long run"),
        (error: { code: string }) => events.push(error.code),
      );
      await short;
      // It stopped because its thread saw the flag: one that did not is ended after a grace time, and the next run starts another.
      process.once("worker", countThread);
      const next = await engines.circuit.run("OPENQASM 3.0; qubit q;", { shots: 3 });
      expect(next.result.counts).toEqual({ "0": 3 });
      expect(events).toEqual(["cancelled", "the short run"]);
    } finally {
      process.off("worker", countThread);
      await Promise.all([engines.close(), others.close()]);
    }
  });
});

/** 128 MiB of amplitudes: the most that was resident before and after, in a process of its own. */
const PEAK = `
  import { readFileSync } from "node:fs";
  import { loadEngines } from ${JSON.stringify(new URL("../../dist/engines.js", import.meta.url).href)};
  const peak = () => Number(/VmHWM:\\s+(\\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]) * 1024;
  const engines = await loadEngines({ threads: 1, native: false });
  await engines.circuit.run("OPENQASM 3.0; qubit q;", { seed: 1 });
  const idle = peak();
  await engines.circuit.run(${JSON.stringify(longCircuit(23, 1))}, { seed: 1, shots: 100 });
  console.log((peak() - idle) / (2 ** 23 * 16));
  await engines.close();
`;

it.skipIf(process.platform !== "linux")("a 23-qubit run takes little beside its amplitudes", () => {
  const ratio = Number(execFileSync(process.execPath, ["--input-type=module", "-e", PEAK], { encoding: "utf8" }));
  // 26 qubits take 1.03 times their state; here some megabytes of the process weigh eight times as much, and a copy would double it.
  expect(ratio).toBeGreaterThan(0.95);
  expect(ratio).toBeLessThan(1.3);
});

describe.skipIf(skipsBrowser)("a 23-qubit run in Chromium", () => {
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

  it.each([
    ["with", true],
    ["without", false],
  ])("that is cancelled %s cross-origin isolation ends before a short one, and the next runs", async (_, isolated) => {
    const page = await pages.open(isolated);
    const seen = await page.evaluate(
      async ([long, yardstick, afterReports]) => {
        const engines = await window.loadEngines({ threads: 1 });
        const others = await window.loadEngines({ threads: 1 });
        const events: string[] = [];
        const abort = new AbortController();
        let short: Promise<unknown> | undefined;
        let reports = 0;
        await others.circuit.run("OPENQASM 3.0; qubit q;", { seed: 1 });
        const onProgress = () => {
          if (++reports !== afterReports) return;
          short = others.circuit.run(yardstick, { seed: 1 }).then(() => events.push("the short run"));
          abort.abort();
        };
        await engines.circuit.run(long, { seed: 1, signal: abort.signal, onProgress }).then(
          () => events.push("the long run"),
          (error: { code: string }) => events.push(error.code),
        );
        await short;
        const next = await engines.circuit.run("OPENQASM 3.0; qubit q;", { shots: 3 });
        return { isolated: crossOriginIsolated, events, counts: next.result.counts };
      },
      [LONG, YARDSTICK, AFTER_PROGRESS_REPORTS] as const,
    );
    expect(seen).toEqual({ isolated, events: ["cancelled", "the short run"], counts: { "0": 3 } });
    await page.close();
  });
});
