import { z } from "zod";
import { AppError } from "../core/errors.ts";
import { checked } from "../models/check.ts";
import type { EngineIdentity } from "../models/job.ts";
import type { PoolLoad } from "../workers/circuit-pool.ts";
import { coresOf } from "../workers/cores.ts";
import { loadEngine } from "../workers/load-wasm.ts";
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
  /** Starts a thread now rather than with the first call. */
  start(): void;
  load(): PoolLoad;
  /** Ends all threads. What has not ended is `cancelled`. */
  close(): Promise<void>;
}

export const Limits = z.object({
  threads: z.int().min(1).max(256).optional(),
  memoryLimitMiB: z.int().min(1).max(4096).optional(),
});

/** Reads and compiles the engines; the threads that run them start with the first call. */
export async function loadEngines(options: EnginesOptions = {}): Promise<Engines> {
  const { threads: size = coresOf() } = checked(Limits, options, "loadEngines");
  const engine = await loadEngine(absoluteUrl("wasmUrl", options.wasmUrl));
  const workerUrl = absoluteUrl("workerUrl", options.workerUrl);
  const pool = new EnginePool({ engine, workerUrl, memoryLimitMiB: options.memoryLimitMiB, size });
  return {
    circuit: new CircuitEngine(pool),
    identity: engine.identity,
    start: () => pool.start(),
    load: () => pool.load(),
    close: () => pool.close(),
  };
}

/** In a page, URLs may be relative to it. */
function absoluteUrl(name: string, url: string | URL | undefined): URL | undefined {
  const base = globalThis.location?.href;
  if (url === undefined || url instanceof URL) return url;
  if (!URL.canParse(url, base)) {
    throw new AppError("invalid-input", `${name}: '${url}' is not a URL; in Node give one that begins with file://`);
  }
  return new URL(url, base);
}
