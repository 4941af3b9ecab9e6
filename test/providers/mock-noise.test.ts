import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { utf8 } from "../../ts/core/bytes.ts";
import { type Engines, loadEngines } from "../../ts/engines/load-engines.ts";
import { toCircuitResult } from "../../ts/models/circuit-result.ts";
import { createMockQpu } from "../../ts/providers/mock-qpu.ts";
import { featuresOf } from "../../ts/routing/features.ts";
import { predictFor } from "../../ts/routing/predictions.ts";

/** vitest does not transform what threads run: they take the built file. */
const workerUrl = new URL("../../dist/workers/worker.js", import.meta.url);

const QUBITS = 10;
const GHZ = [
  "OPENQASM 3.0;",
  'include "stdgates.inc";',
  `qubit[${QUBITS}] q;`,
  `bit[${QUBITS}] c;`,
  "h q[0];",
  ...Array.from({ length: QUBITS - 1 }, (_, k) => `cx q[${k}], q[${k + 1}];`),
  "c = measure q;",
].join("\n");

const FIDELITY = { oneQubit: 0.99, twoQubit: 0.98, readout: 0.99 };
const SHOTS = 20_000;

describe("a mock QPU on the real engine", () => {
  let engines: Engines;
  beforeAll(async () => {
    engines = await loadEngines({ workerUrl, threads: 1 });
  });
  afterAll(() => engines.close());

  async function right(fidelity: typeof FIDELITY): Promise<number> {
    const mock = createMockQpu({ id: "mock-a", fidelity }, engines);
    const options = { shots: SHOTS };
    const run = await mock.run(
      { type: "circuit", format: "openqasm3", source: utf8(GHZ), options, seed: 11 },
      { signal: new AbortController().signal },
    );
    const counts = toCircuitResult(run.container, options).counts ?? {};
    return ((counts["0".repeat(QUBITS)] ?? 0) + (counts["1".repeat(QUBITS)] ?? 0)) / SHOTS;
  }

  it("gives right outcomes as often as its declared fidelities say", async () => {
    // Of the three Pauli errors, Z never shows in a GHZ state, and no error of the Hadamard does. Pairs of errors that undo each
    // other come on top: fewer than 50 of them, each less likely than 0.0001.
    const seen = (1 - (2 / 3) * (1 - Math.sqrt(FIDELITY.twoQubit))) ** (2 * (QUBITS - 1)) * FIDELITY.readout ** QUBITS;
    const sigma = Math.sqrt((seen * (1 - seen)) / SHOTS);
    const measured = await right(FIDELITY);
    expect(measured).toBeGreaterThan(seen - 5 * sigma);
    expect(measured).toBeLessThan(seen + 5 * sigma + 0.005);
  });

  it("is free of error no less often than predicted, and exact when declared so", async () => {
    const mock = createMockQpu({ id: "mock-a", fidelity: FIDELITY }, engines);
    const estimate = await engines.circuit.estimate(GHZ);
    const features = featuresOf({ type: "circuit", estimate, options: { shots: SHOTS } });
    const offer = { description: mock.describe(), execution: mock.predict({ type: "circuit", estimate, options: {} }) };
    const predicted = predictFor(offer, features).fidelity;
    expect(predicted).toBeCloseTo(0.99 * 0.98 ** 9 * 0.99 ** 10, 8);
    expect(await right(FIDELITY)).toBeGreaterThan(predicted);
    expect(await right({ oneQubit: 1, twoQubit: 1, readout: 1 })).toBe(1);
  });
});
