import { describe, expect, it } from "vitest";
import { LOCAL_TENANT } from "../../ts/core/ids.ts";
import type { Engines } from "../../ts/engines/load-engines.ts";
import { createDecide } from "../../ts/jobs/decide.ts";
import { parseTenantPolicy } from "../../ts/models/policy.ts";
import type { Provider } from "../../ts/providers/provider.ts";
import { createRegistry, type ProviderRegistry } from "../../ts/providers/registry.ts";
import { DEFAULT_CALIBRATION } from "../../ts/routing/calibration.ts";
import { offer, SHAPE } from "../routing/cases.ts";
import { fakeProvider } from "./fixtures.ts";

/** Reads every source as one qubit that is measured; the pool has its own tests. */
const engines = {
  estimate: async () => ({
    qubits: 1,
    bytes: 256,
    passes: 1,
    amplitudeUpdates: 2,
    method: "statevector",
    shape: SHAPE,
  }),
} as unknown as Engines;

/** Slow enough that a deadline of ten seconds holds and one of half a second does not. */
const offers = [offer({ id: "slow", executionMs: 1000, executionVariance: 0 })];
const registry = { offers: () => offers } as unknown as ProviderRegistry;

const question = {
  tenant: LOCAL_TENANT,
  type: "circuit" as const,
  request: {
    format: "openqasm3" as const,
    options: {},
    target: "auto",
    constraints: { deadlineMs: 10_000 },
    reuse: true,
  },
  seed: 1,
  input: new Uint8Array(),
};

describe("createDecide", () => {
  const decideAt = (now: number, among = registry) =>
    createDecide({
      engines,
      registry: among,
      policyOf: () => parseTenantPolicy({ deadlines: { quantumMs: null } }),
      calibration: () => DEFAULT_CALIBRATION,
      clock: () => now,
    });

  it("gives a first attempt the whole deadline", async () => {
    await expect(decideAt(0)({ ...question, deadlineAt: 10_000 })).resolves.toMatchObject({ chosen: "slow" });
    await expect(decideAt(0)(question)).resolves.toMatchObject({ chosen: "slow" });
  });

  it("records what a back end said at that time, which may be another thing the next time", async () => {
    let reads = 0;
    const provider = fakeProvider("embedded");
    const calendar: Provider = {
      ...provider,
      // Dearer with every reading.
      describe: () => ({
        ...provider.describe(),
        kind: "provider",
        price: { perTaskMicroUsd: ++reads, perShotMicroUsd: 0 },
      }),
    };
    const among = createRegistry([calendar]);
    reads = 0;
    const priced = { ...question, request: { ...question.request, target: "embedded" } };
    const [first, second] = [await decideAt(0, among)(priced), await decideAt(0, among)(priced)];
    expect(reads).toBe(2);
    expect([first, second].map(({ candidates }) => candidates[0]?.predicted.costMicroUsd)).toEqual([1, 2]);
    expect(first.snapshotHashes.backends).not.toBe(second.snapshotHashes.backends);
  });

  it("has equal work estimated once, and other input, format or options again", async () => {
    const asked: string[] = [];
    const decide = createDecide({
      engines: {
        estimate: async (_: string, { format, source }: { format: string; source: Uint8Array }, options: object) => {
          asked.push(`${format} ${source.length} ${Object.keys(options)}`);
          return (engines.estimate as () => Promise<unknown>)();
        },
      } as unknown as Engines,
      registry,
      policyOf: () => parseTenantPolicy({ deadlines: { quantumMs: null } }),
      calibration: () => DEFAULT_CALIBRATION,
      clock: () => 0,
    });
    const other = { ...question, seed: 2 };
    const { request } = question;
    for (const each of [
      ...[question, other, question],
      { ...question, input: Uint8Array.of(1) },
      { ...question, request: { ...request, format: "openqasm2" as const } },
      { ...question, request: { ...request, options: { shots: 7 } } },
    ]) {
      await decide(each);
    }
    expect(asked).toEqual(["openqasm3 0 ", "openqasm3 1 ", "openqasm2 0 ", "openqasm3 0 shots"]);
  });

  it("gives a later attempt only the time that is left", async () => {
    await expect(decideAt(9_500)({ ...question, deadlineAt: 10_000 })).rejects.toMatchObject({
      code: "no-backend",
      message: expect.stringContaining("slow"),
    });
  });
});
