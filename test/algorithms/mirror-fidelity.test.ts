import { type Engines, loadEngines } from "ketflow/engines";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mirrorCircuit } from "../../ts/algorithms/mirror-circuit.ts";
import { type MirrorContext, mirrorFidelity } from "../../ts/algorithms/mirror-fidelity.ts";

import type { Noise } from "../../ts/models/noise.ts";
import { noiseOf } from "../../ts/providers/mock-qpu.ts";

let engines: Engines;
beforeAll(async () => {
  engines = await loadEngines({ threads: 1 });
});
afterAll(() => engines.close());

/** The embedded simulator with noise that is known. */
function backend(noise: Noise, seed: number): MirrorContext {
  const runCounts: MirrorContext["runCounts"] = async (circuit, options) => {
    const { result } = await engines.circuit.run(circuit, { ...options, noise });
    return result.counts ?? {};
  };
  return { runCounts, seed };
}

const TRUE = { oneQubit: 0.9985, twoQubit: 0.99, readout: 0.97 };

describe("a mirror circuit", () => {
  it.each([
    [1, 5, false],
    [3, 4, false],
    [2, 6, true],
    [5, 7, true],
  ])(
    "of %i qubits and %i layers (with pairs: %s) has the one outcome that it names",
    async (qubits, layers, entangles) => {
      for (let index = 0; index < 8; index++) {
        const { source, outcome } = mirrorCircuit(11, index, { qubits, layers, entangles });
        const input = { format: "openqasm3", source } as const;
        const { result } = await engines.circuit.run(input, { shots: 20, seed: 1 });
        const bits = outcome.map((bit) => (bit ? "1" : "0")).reverse();
        expect(result.counts).toEqual({ [bits.join("")]: 20 });
      }
    },
  );

  it("has the gates that the fidelities are divided by, and outcomes of both kinds", async () => {
    const { source } = mirrorCircuit(3, 0, { qubits: 4, layers: 8, entangles: true });
    expect([source.match(/^U\(/gm)?.length, source.match(/^cz /gm)?.length]).toEqual([4 * 17, 2 * 16]);
    const outcomes = Array.from({ length: 64 }, (_, k) =>
      mirrorCircuit(3, k, { qubits: 1, layers: 2, entangles: false }),
    );
    const ones = outcomes.filter(({ outcome }) => outcome[0]).length;
    expect(ones).toBeGreaterThan(12); // 32 ± 4 by chance
    expect(ones).toBeLessThan(52);
  });
});

describe("fidelities by mirror circuits", () => {
  it("are those of the noise: in 19 of 20 measurements, and near it", async () => {
    const misses = { oneQubit: 0, twoQubit: 0, readout: 0 };
    const runs = 20;
    for (let seed = 0; seed < runs; seed++) {
      const found = await mirrorFidelity({ qubits: 2, circuits: 8, shots: 500 }, backend(noiseOf(TRUE), seed));
      for (const name of ["oneQubit", "twoQubit", "readout"] as const) {
        const { estimate, low, high } = found[name] ?? { estimate: 0, low: 0, high: 0 };
        if (TRUE[name] < low || TRUE[name] > high) misses[name]++;
        expect(Math.abs(estimate - TRUE[name]), name).toBeLessThan(name === "readout" ? 0.02 : 0.003);
        expect(high - low, name).toBeLessThan(name === "readout" ? 0.03 : 0.005);
      }
    }
    // One miss is to be expected in twenty; five or more have a chance of 0.26 %.
    for (const count of Object.values(misses)) expect(count).toBeLessThan(5);
  }, 120_000);

  it("tell a back end from one that is worse in two-qubit gates alone", async () => {
    const worse = await mirrorFidelity({}, backend(noiseOf({ ...TRUE, twoQubit: 0.96 }), 5));
    expect(worse.twoQubit?.high).toBeLessThan(0.975);
    expect(worse.oneQubit.low).toBeGreaterThan(0.996);
  });

  it("of an exact engine are 1, and the interval says how many shots said so", async () => {
    const found = await mirrorFidelity({ shots: 100, maxLayers: 8 }, backend({}, 2));
    expect(found).toMatchObject({
      oneQubit: { estimate: 1, high: 1 },
      twoQubit: { estimate: 1 },
      readout: { estimate: 1 },
    });
    expect(found.readout.low).toBeLessThan(1);
    expect(found.readout.low).toBeGreaterThan(0.98);
  });

  it("are the same for the same seed, and of one qubit alone without pairs", async () => {
    const measure = (seed: number) => mirrorFidelity({ qubits: 1, shots: 200 }, backend(noiseOf(TRUE), seed));
    const [first, again, other] = await Promise.all([measure(1), measure(1), measure(2)]);
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
    expect(first?.twoQubit).toBeNull();
  });

  it("are refused for options out of range and for a back end that answers noise", async () => {
    await expect(mirrorFidelity({ qubits: 65 }, backend({}, 1))).rejects.toThrow(
      /^qubits is 65; give a whole number, 1 to 64$/,
    );
    await expect(mirrorFidelity({ maxLayers: 12 }, backend({}, 1))).rejects.toThrow(/power of two/);
    const deaf: MirrorContext = { seed: 1, runCounts: async (_, { shots }) => ({ "00": shots / 2, "11": shots / 2 }) };
    await expect(mirrorFidelity({}, deaf)).rejects.toMatchObject({ code: "unsupported" });
  });
});
