import { describe, expect, it } from "vitest";
import { utf8 } from "../../ts/core/bytes.ts";
import { AppError } from "../../ts/core/errors.ts";
import type { CircuitOptions } from "../../ts/models/circuit.ts";
import { JOB_SCHEMAS } from "../../ts/models/job-schemas.ts";
import { JOB_TYPES } from "../../ts/models/job-type.ts";
import type { Work } from "../../ts/models/work.ts";
import { createEmbeddedProvider } from "../../ts/providers/embedded.ts";
import { createMockQpu, noiseOf } from "../../ts/providers/mock-qpu.ts";
import type { ProviderJob } from "../../ts/providers/provider.ts";
import { createRegistry } from "../../ts/providers/registry.ts";
import { DEFAULT_CALIBRATION, predictorOf } from "../../ts/routing/calibration.ts";
import { describeProvider, fakeEngine } from "../contract/provider.ts";
import { SHAPE } from "../routing/cases.ts";

const source = utf8("qubit q; h q;");
const job: ProviderJob = { type: "circuit", format: "openqasm3", source, options: { shots: 100 }, seed: 5 };
const estimate = { qubits: 1, bytes: 32, passes: 1, amplitudeUpdates: 2, method: "statevector", shape: SHAPE } as const;
const work = (options: CircuitOptions): Work => ({ type: "circuit", options, estimate });
const predict = () => ({ meanMs: 3, varianceMs2: 1 });

describeProvider("embedded", (engines) =>
  createEmbeddedProvider({ engines, predict: predictorOf(DEFAULT_CALIBRATION) }),
);
describeProvider("mock QPU", (engine) => createMockQpu({ id: "mock-a" }, engine));
describeProvider("mock QPU that waits", (engine) =>
  createMockQpu({ id: "mock-a", waitScale: 1 }, engine, async (_, signal) => {
    if (signal.aborted) throw new AppError("cancelled", "stopped in the queue");
  }),
);

describe("embedded", () => {
  it("runs the job as it is, with its seed and signal", async () => {
    const engine = fakeEngine();
    const { signal } = new AbortController();
    const onProgress = () => {};
    await createEmbeddedProvider({ engines: engine, predict }).run(job, { signal, onProgress });
    expect(engine.calls).toEqual([
      ["circuit", { format: "openqasm3", source }, { shots: 100, seed: 5, signal, onProgress }],
    ]);
  });

  it("is exact, free, here, and answers every option there is", () => {
    const embedded = createEmbeddedProvider({ engines: fakeEngine(), predict });
    expect(embedded.describe()).toMatchObject({
      price: { perTaskMicroUsd: 0, perShotMicroUsd: 0 },
      fidelity: { oneQubit: 1, twoQubit: 1, readout: 1 },
      external: false,
      maxBytes: 3840 * 2 ** 20,
    });
    expect([...embedded.describe().options].sort()).toEqual(
      [...new Set(JOB_TYPES.flatMap((type) => JOB_SCHEMAS[type].optionNames))].sort(),
    );
    expect(embedded.predict(work({}))).toEqual({ meanMs: 3, varianceMs2: 1 });
  });
});

describe("mock QPU", () => {
  const fidelity = { oneQubit: 0.999, twoQubit: 0.9801, readout: 0.97 };

  it("says that it is a mock wherever it is described", () => {
    const { id, name, kind, simulated } = createMockQpu({ id: "mock-a" }, fakeEngine()).describe();
    expect({ id, kind, simulated }).toEqual({ id: "mock-a", kind: "mock", simulated: true });
    expect(name).toMatch(/^mock-a \(mock: .*nothing is charged\)$/);
    expect(() => createMockQpu({ id: "ibm-heron" }, fakeEngine())).toThrow(/must be `mock-`/);
  });

  it("runs the simulator with the noise of its declared fidelities", async () => {
    const engine = fakeEngine();
    await createMockQpu({ id: "mock-a", fidelity }, engine).run(job, { signal: new AbortController().signal });
    const noise = (engine.calls[0]?.[2] as CircuitOptions | undefined)?.noise;
    expect(noise?.depolarizing1).toBeCloseTo(0.001, 12);
    // (1 − 0.01)² = 0.9801: two qubits, both without error.
    expect(noise?.depolarizing2).toBeCloseTo(0.01, 12);
    expect(noise?.readout).toBeCloseTo(0.03, 12);
    expect(engine.calls[0]?.[2]).toMatchObject({ shots: 100, seed: 5 });
  });

  it("of perfect fidelity has no noise", () => {
    expect(noiseOf({ oneQubit: 1, twoQubit: 1, readout: 1 })).toEqual({
      depolarizing1: 0,
      depolarizing2: 0,
      readout: 0,
    });
  });

  it("answers counts alone, and predicts what it publishes", () => {
    const mock = createMockQpu({ id: "mock-a", executionMs: { perTask: 100, perShot: 0.5 } }, fakeEngine());
    expect(mock.describe().options).toEqual(["shots", "inputs"]);
    expect(mock.predict(work({ shots: 200 }))).toEqual({ meanMs: 200, varianceMs2: 400 });
    expect(mock.predict(work({})).meanMs).toBe(100 + 1024 / 2);
  });

  it("does not wait by default, waits the given part of its times where asked, and stops waiting when cancelled", async () => {
    const waits: number[] = [];
    const sleep = async (ms: number) => {
      waits.push(ms);
    };
    const times = { queueMs: { mean: 1000, variance: 0 }, executionMs: { perTask: 100, perShot: 1 } };
    const control = { signal: new AbortController().signal };
    await createMockQpu({ id: "mock-a", ...times }, fakeEngine(), sleep).run(job, control);
    expect(waits).toEqual([]);
    await createMockQpu({ id: "mock-a", ...times, waitScale: 0.5 }, fakeEngine(), sleep).run(job, control);
    expect(waits).toEqual([600]);

    const engine = fakeEngine();
    const abort = new AbortController();
    const waiting = createMockQpu({ id: "mock-a", waitScale: 1 }, engine).run(job, { signal: abort.signal });
    abort.abort();
    await expect(waiting).rejects.toMatchObject({ code: "cancelled" });
    expect(engine.calls).toEqual([]);
  });

  it("refuses a faulty configuration with its fields", () => {
    expect(() => createMockQpu({ id: "mock-a", waitScale: 2, maxQubits: 0 }, fakeEngine())).toThrow(
      expect.objectContaining({ code: "invalid-input", message: expect.stringMatching(/^mock QPU\.maxQubits: /) }),
    );
  });
});

describe("registry", () => {
  const mock = (id: string) => createMockQpu({ id, executionMs: { perTask: id.length, perShot: 0 } }, fakeEngine());

  it("gives back ends by id and offers in order of ids", () => {
    const [b, a] = [mock("mock-bb"), mock("mock-a")];
    const registry = createRegistry([b, a]);
    expect(registry.get("mock-bb")).toBe(b);
    expect(registry.ids()).toEqual(["mock-a", "mock-bb"]);
    expect(registry.offers(work({})).map((item) => [item.description.id, item.execution.meanMs])).toEqual([
      ["mock-a", 6],
      ["mock-bb", 7],
    ]);
  });

  it("refuses unknown ids and doubles", () => {
    expect(() => createRegistry([mock("mock-a")]).get("mock-b")).toThrow(
      new AppError("not-found", 'there is no back end "mock-b"; configured: mock-a'),
    );
    expect(() => createRegistry([mock("mock-a"), mock("mock-a")])).toThrow(/two back ends are called "mock-a"/);
  });
});
