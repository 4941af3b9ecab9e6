import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { estimateSearch } from "../../ts/algorithms/estimate.ts";
import { prepareHybrid, runHybrid } from "../../ts/algorithms/hybrid.ts";
import type { HybridContext } from "../../ts/algorithms/ports.ts";
import type { Engines } from "../../ts/engines/load-engines.ts";
import type { HybridOptions } from "../../ts/models/hybrid.ts";
import { contextOf, exampleOf, loadTestEngines, vqeOf } from "./context.ts";

let engines: Engines;
let context: HybridContext;
beforeAll(async () => {
  engines = await loadTestEngines();
  context = contextOf(engines);
});
afterAll(() => engines.close());

describe("the estimate", () => {
  it.each([
    ["h2-vqe.hybrid.json", { optimizer: "adam" }],
    ["h2-vqe.hybrid.json", { optimizer: "spsa" }],
    ["h2-vqe.hybrid.json", { optimizer: "adam", shots: 100 }],
    ["h2-vqe.hybrid.json", { optimizer: "spsa", shots: 100 }],
    ["maxcut-qaoa.hybrid.json", { optimizer: "adam", layers: 2 }],
    ["maxcut-qaoa.hybrid.json", { optimizer: "spsa", shots: 100, samples: 50 }],
  ] as [string, HybridOptions][])("counts the circuits of %s with %j", async (name, more) => {
    const options = { maxIterations: 4, ...more };
    const estimate = estimateSearch(await prepareHybrid(exampleOf(name), options, context));
    let [energies, samplings] = [0, 0];
    const { result } = await runHybrid(exampleOf(name), options, {
      ...context,
      runCircuit: (circuit, circuitOptions, control) => {
        // The final sampling is the one run with other shots and no observable.
        if (circuitOptions.shots === estimate.options.shots) energies++;
        else samplings++;
        return context.runCircuit(circuit, circuitOptions, control);
      },
    });
    expect(estimate.evaluations).toBe(result.evaluations);
    expect(estimate.circuits).toBe(energies);
    expect(estimate.parameters).toBe(Object.keys(result.parameters).length);
    expect(samplings).toBe(name.startsWith("h2") ? 0 : 1);
    // The engine takes the circuit with its options as they stand.
    const run = await engines.circuit.estimate(estimate.circuit, estimate.options);
    expect(run.qubits).toBe(name.startsWith("h2") ? 4 : 10);
  });

  it.each([
    ["h2-vqe.hybrid.json", {}],
    ["h2-vqe.hybrid.json", { optimizer: "nelder-mead" }],
    ["maxcut-qaoa.hybrid.json", { optimizer: "nelder-mead", shots: 10 }],
  ] as [string, HybridOptions][])("is not below what %s with %j takes", async (name, more) => {
    const options = { maxIterations: 12, ...more };
    const estimate = estimateSearch(await prepareHybrid(exampleOf(name), options, context));
    const { result } = await runHybrid(exampleOf(name), options, context);
    expect(result.evaluations).toBeLessThanOrEqual(estimate.evaluations);
    // L-BFGS may try ten energies on a line, and seldom does; what is expected lies in between.
    expect(estimate.expectedCircuits).toBeGreaterThan(0.7 * result.evaluations);
    expect(estimate.expectedCircuits).toBeLessThanOrEqual(estimate.circuits);
  });

  it("refuses what the run would refuse", async () => {
    const none = prepareHybrid(vqeOf("qubit q; h q;", "Z"), {}, context);
    await expect(none).rejects.toMatchObject({ code: "invalid-input" });
  });
});
