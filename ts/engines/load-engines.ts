import { z } from "zod";
import { checked } from "../models/check.ts";
import type { EngineIdentity } from "../models/job.ts";
import { loadEngine } from "../workers/load-wasm.ts";
import { nodeModule } from "../workers/node-module.ts";
import { EnginePool } from "../workers/pool.ts";
import { CircuitEngine } from "./circuit-engine.ts";

export interface EnginesOptions {
  /** Where `wasm-pkg/statevector/statevector_bg.wasm` was copied to, for bundlers that do not move it themselves. */
  wasmUrl?: string | URL;
  /** Where a bundle of `dist/workers/worker.js` was copied to, for the same reason. */
  workerUrl?: string | URL;
  /** Most runs at once; as many as the machine has cores by default. Threads start when they are needed. */
  threads?: number;
  /** A run that would need more is refused as `too-large`; 3840 by default, which is what WASM can address. */
  memoryLimitMiB?: number;
}

export interface Engines {
  readonly circuit: CircuitEngine;
  /** Which build runs here; every result names it. */
  readonly identity: EngineIdentity;
  /** Ends all threads. What has not ended is `cancelled`. */
  close(): Promise<void>;
}

const Limits = z.object({
  threads: z.int().min(1).max(256).optional(),
  memoryLimitMiB: z.int().min(1).max(4096).optional(),
});

/** Reads and compiles the engines; the threads that run them start with the first call. */
export async function loadEngines(options: EnginesOptions = {}): Promise<Engines> {
  const { threads: size = defaultThreads() } = checked(Limits, options, "loadEngines");
  const engine = await loadEngine(options.wasmUrl);
  const { workerUrl, memoryLimitMiB } = options;
  const pool = new EnginePool({ engine, workerUrl, memoryLimitMiB, size });
  return { circuit: new CircuitEngine(pool), identity: engine.identity, close: () => pool.close() };
}

function defaultThreads(): number {
  return nodeModule("node:os")?.availableParallelism() ?? globalThis.navigator?.hardwareConcurrency ?? 1;
}
