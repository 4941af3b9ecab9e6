import { readFileSync } from "node:fs";
import type { HybridContext } from "../../ts/algorithms/ports.ts";
import { type Engines, loadEngines } from "../../ts/engines/load-engines.ts";
import { type HybridDocument, parseHybridDocument, type VqeInput } from "../../ts/models/hybrid.ts";

/** vitest does not transform what threads run: they take the built file. */
const workerUrl = new URL("../../dist/workers/worker.js", import.meta.url);

export function loadTestEngines(): Promise<Engines> {
  return loadEngines({ workerUrl, threads: 2 });
}

/** What the algorithms need, by the engine itself. */
export function contextOf({ circuit }: Engines, more: Partial<HybridContext> = {}): HybridContext {
  return {
    runCircuit: async (source, options, { signal }) => (await circuit.run(source, { ...options, signal })).result,
    viewCircuit: (source, { signal }) => circuit.view(source, { signal }),
    seed: 7,
    ...more,
  };
}

export function exampleOf(name: string): HybridDocument {
  return parseHybridDocument(readFileSync(new URL(`../../examples/${name}`, import.meta.url)));
}

/** A circuit whose inputs are searched for. */
export function vqeOf(source: string, observable: string, parameters?: VqeInput["parameters"]): VqeInput {
  const ansatz = { format: "openqasm3", source: `OPENQASM 3.0;\ninclude "stdgates.inc";\n${source}` } as const;
  return { format: "ketflow-hybrid/1", algorithm: "vqe", ansatz, observable, ...(parameters && { parameters }) };
}
