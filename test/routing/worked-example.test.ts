import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { CircuitEstimate } from "../../ts/models/circuit.ts";
import { parseRoutingPolicy } from "../../ts/models/policy.ts";
import { createEmbeddedProvider, type JobRunner } from "../../ts/providers/embedded.ts";
import { createMockQpu } from "../../ts/providers/mock-qpu.ts";
import { createRegistry } from "../../ts/providers/registry.ts";
import { DEFAULT_CALIBRATION, predictorOf } from "../../ts/routing/calibration.ts";
import { explainRoute } from "../../ts/routing/explain.ts";
import { featuresOf } from "../../ts/routing/features.ts";
import { route } from "../../ts/routing/route.ts";

const page = readFileSync(new URL("../../docs/routing.md", import.meta.url), "utf8");

const engines: JobRunner = { run: () => Promise.reject(new Error("nothing runs here")) };
const calibration = DEFAULT_CALIBRATION;
const registry = createRegistry([
  createEmbeddedProvider({ engines, predict: predictorOf(calibration) }),
  createMockQpu(
    {
      id: "mock-busy",
      queueMs: { mean: 60_000, variance: 9e8 },
      fidelity: { oneQubit: 0.9999, twoQubit: 0.998, readout: 0.995 },
    },
    engines,
  ),
  createMockQpu(
    {
      id: "mock-quick",
      queueMs: { mean: 500, variance: 40_000 },
      price: { perTaskMicroUsd: 10_000, perShotMicroUsd: 30 },
    },
    engines,
  ),
]);

/** A GHZ state of ten qubits: one Hadamard and nine CNOTs in a row. Its qubits are all read, because it measures nothing. */
const estimate: CircuitEstimate = {
  qubits: 10,
  bytes: 50_000,
  passes: 10,
  amplitudeUpdates: 13_312,
  method: "statevector",
  shape: { oneQubitGates: 1, twoQubitGates: 9, measurements: 0, depth: 10, feedForward: false },
};

function explained(policy: object, options = {}): string {
  const work = { type: "circuit", estimate, options } as const;
  const decision = route({
    job: { type: "circuit", options },
    features: featuresOf(work),
    backends: registry.offers(work),
    policy: parseRoutingPolicy(policy),
    calibration,
    seed: 7,
  });
  return explainRoute(decision).join("\n");
}

describe("the worked example of docs/routing.md", () => {
  it.each([
    [{}, {}],
    [{ allowPriced: true }, {}],
    [{ allowPriced: true, backends: ["mock-busy", "mock-quick"], strategies: ["quality-first", "cost-efficient"] }, {}],
    [{ allowPriced: true, backends: ["mock-busy", "mock-quick"], strategies: ["quality-first"] }, {}],
    [{ allowPriced: true }, { probabilities: true }],
  ])("shows what the policy %j gives with the options %j", (policy, options) => {
    expect(page).toContain(`\`\`\`\n${explained(policy, options)}\n\`\`\``);
  });
});
