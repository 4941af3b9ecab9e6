import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { createMockQpu } from "../../ts/providers/mock-qpu.ts";
import { fidelityPath, readFidelities, saveFidelity, withMeasuredFidelity } from "../../ts/routing/fidelity-file.ts";
import { openLocalService } from "../../ts/server.ts";

const home = mkdtempSync(join(tmpdir(), "ketflow-fidelity-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const found = { oneQubit: 0.9, twoQubit: 0.8, readout: 0.7, measuredAt: "2026-11-27T00:00:00.000Z" };

it("describes what was measured, and the declared value of what was not", async () => {
  const path = fidelityPath(home);
  await saveFidelity(path, "mock-a", found);
  await saveFidelity(path, "mock-b", { ...found, twoQubit: null });
  const measured = await readFidelities(path);
  const never = { run: () => Promise.reject(new Error("never")) } as never;
  const fidelityOf = (id: string) => withMeasuredFidelity(createMockQpu({ id }, never), measured).describe().fidelity;
  expect(fidelityOf("mock-a")).toEqual({ oneQubit: 0.9, twoQubit: 0.8, readout: 0.7 });
  expect(fidelityOf("mock-b")).toEqual({ oneQubit: 0.9, twoQubit: 0.993, readout: 0.7 });
  expect(fidelityOf("mock-c")).toEqual({ oneQubit: 0.9995, twoQubit: 0.993, readout: 0.985 });
});

it("decides routes: the better of two alike is the one that was measured so", async () => {
  const dataDir = join(home, "data");
  mkdirSync(dataDir);
  await saveFidelity(fidelityPath(dataDir), "mock-a", found);
  const policy = { backends: ["mock-a", "mock-b"], allowPriced: true, strategies: ["quality-first"] };
  const mockQpus = [{ id: "mock-a" }, { id: "mock-b" }];
  const environment = { HOME: home, XDG_STATE_HOME: home };
  const workerUrl = new URL("../../dist/workers/worker.js", import.meta.url);
  const service = await openLocalService({ dataDir, policy, mockQpus, environment, workerUrl });
  try {
    const source =
      'OPENQASM 3.0;\ninclude "stdgates.inc";\nqubit[2] q;\nbit[2] c;\nh q[0];\ncx q[0], q[1];\nc = measure q;\n';
    const { job } = await service.submit({ type: "circuit", input: { format: "openqasm3", source }, seed: 1 });
    const { candidates = [] } = job.route ?? {};
    // 0.9 · 0.8 · 0.7², and 0.9995 · 0.993 · 0.985² as declared.
    expect(candidates.map(({ backend, predicted }) => [backend, Number(predicted.fidelity.toFixed(4))])).toEqual([
      ["embedded", 1], // not allowed here
      ["mock-a", 0.3528],
      ["mock-b", 0.963],
    ]);
    expect(job.route?.chosen).toBe("mock-b");
  } finally {
    await service.close();
  }
});

it("refuses a file that is something else, with its name and what to do", async () => {
  const path = join(home, "broken.json");
  writeFileSync(path, "{");
  await expect(readFidelities(path)).rejects.toThrow(/broken\.json: not JSON; delete it/);
  writeFileSync(path, JSON.stringify({ "mock-a": { ...found, readout: 2 } }));
  await expect(readFidelities(path)).rejects.toThrow(/broken\.json.*readout/);
});
