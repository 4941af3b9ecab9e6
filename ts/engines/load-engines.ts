import { AppError } from "../core/errors.ts";
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
  /** A thread whose memory grew beyond this is replaced after its run (default 256). */
  recycleAboveMiB?: number;
}

export interface Engines {
  readonly circuit: CircuitEngine;
  /** Which build runs here; every result names it. */
  readonly identity: EngineIdentity;
  /** Ends all threads. What has not ended is `cancelled`. */
  close(): Promise<void>;
}

/** Reads and compiles the engines; the threads that run them start with the first call. */
export async function loadEngines(options: EnginesOptions = {}): Promise<Engines> {
  const size = options.threads ?? defaultThreads();
  if (!Number.isInteger(size) || size < 1) {
    throw new AppError("invalid-input", `threads: ${options.threads} is not a whole number above 0`);
  }
  const engine = await loadEngine(options.wasmUrl);
  const pool = new EnginePool({
    engine,
    workerUrl: options.workerUrl,
    size,
    ...(options.recycleAboveMiB === undefined ? {} : { memoryMarkBytes: options.recycleAboveMiB * 2 ** 20 }),
  });
  return { circuit: new CircuitEngine(pool), identity: engine.identity, close: () => pool.close() };
}

function defaultThreads(): number {
  return nodeModule("node:os")?.availableParallelism() ?? globalThis.navigator?.hardwareConcurrency ?? 1;
}
