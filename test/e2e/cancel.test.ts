import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AppError, loadEngines } from "../../ts/engines.ts";
import { type EnginePages, serveEnginePages } from "./browser-page.ts";
import { launchChromium, skipsBrowser } from "./chromium.ts";
import { longCircuit } from "./long-circuit.ts";

/** The promise for the middle of a 24-qubit f64 run. */
const CANCEL_WITHIN_MS = 100;
const AFTER_PROGRESS_REPORTS = 8;

// The clock is part of the promise; a machine that is busy with something else gets a second try.
const retry = 2;

describe("a 24-qubit run in Node", { retry }, () => {
  it(`ends within ${CANCEL_WITHIN_MS} ms of being cancelled`, async () => {
    const engines = await loadEngines({
      workerUrl: new URL("../../dist/workers/worker.js", import.meta.url),
      threads: 1,
    });
    const abort = new AbortController();
    let [reports, abortedMs] = [0, 0];
    const onProgress = () => {
      if (++reports < AFTER_PROGRESS_REPORTS) return;
      abortedMs ||= performance.now();
      abort.abort();
    };
    try {
      await engines.circuit.run(longCircuit(24, 40), { seed: 1, signal: abort.signal, onProgress });
      expect.unreachable("the run ended before it was cancelled");
    } catch (error) {
      const latencyMs = performance.now() - abortedMs;
      expect(error).toBeInstanceOf(AppError);
      expect(error).toMatchObject({ code: "cancelled" });
      console.log(`cancel in Node: ${latencyMs.toFixed(1)} ms`);
      expect(latencyMs).toBeLessThan(CANCEL_WITHIN_MS);
    } finally {
      await engines.close();
    }
  });
});

describe.skipIf(skipsBrowser)("a 24-qubit run in Chromium", { retry }, () => {
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
  ])(
    `%s cross-origin isolation ends within ${CANCEL_WITHIN_MS} ms of being cancelled, and the next runs`,
    async (_, isolated) => {
      const page = await pages.open(isolated);
      const seen = await page.evaluate(
        async ([source, afterReports]) => {
          const engines = await window.loadEngines({ threads: 1 });
          const abort = new AbortController();
          let [reports, abortedMs] = [0, 0];
          const onProgress = () => {
            if (++reports < afterReports) return;
            abortedMs ||= performance.now();
            abort.abort();
          };
          const code = await engines.circuit.run(source, { seed: 1, signal: abort.signal, onProgress }).then(
            () => "ended",
            (error: { code: string }) => error.code,
          );
          const latencyMs = performance.now() - abortedMs;
          const next = await engines.circuit.run("OPENQASM 3.0; qubit q;", { shots: 3 });
          return { isolated: crossOriginIsolated, code, latencyMs, counts: next.result.counts };
        },
        [longCircuit(24, 40), AFTER_PROGRESS_REPORTS] as const,
      );
      console.log(`cancel in Chromium, ${isolated ? "" : "not "}isolated: ${seen.latencyMs.toFixed(1)} ms`);
      expect(seen).toMatchObject({ isolated, code: "cancelled", counts: { "0": 3 } });
      expect(seen.latencyMs).toBeLessThan(CANCEL_WITHIN_MS);
      await page.close();
    },
  );
});
