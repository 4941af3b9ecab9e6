import * as z from "zod";
import { AppError } from "../core/errors.ts";
import { checked } from "../models/check.ts";
import { parseHybridDocument } from "../models/hybrid.ts";
import type { EngineIdentity } from "../models/job.ts";
import type { EstimateOf, OptionsOf } from "../models/job-options.ts";
import type { JobType } from "../models/job-type.ts";
import { coresOf } from "../workers/cores.ts";
import type { EngineInput } from "../workers/engine-worker.ts";
import { type EngineName, IDENTITIES, identityOf } from "../workers/engines.ts";
import type { CallControl, JobPool, PoolLoad } from "../workers/job-pool.ts";
import { EngineModules, type WasmUrls } from "../workers/load-wasm.ts";
import { EnginePool } from "../workers/pool.ts";
import { AnnealEngine } from "./anneal-engine.ts";
import { CircuitEngine } from "./circuit-engine.ts";
import { HybridEngine } from "./hybrid-engine.ts";
import { NetworkEngine } from "./network-engine.ts";
import { estimateJob, type JobRun, type RunOptions, runJob } from "./run-job.ts";
import { ScheduleEngine } from "./schedule-engine.ts";

type Url = string | URL;

export interface EnginesOptions {
  /**
   * Where the `*_bg.wasm` of wasm-pkg were copied to, for bundlers that do not move them themselves: one URL per engine, or that of
   * `statevector_bg.wasm` alone.
   */
  wasmUrl?: Url | Partial<Record<EngineName, Url>>;
  /** Where a bundle of `dist/workers/worker.js` was copied to, for the same reason. */
  workerUrl?: Url;
  /** Most runs at once; as many as the machine has cores by default. Threads start when they are needed. */
  threads?: number;
  /**
   * A run that would need more is refused as `too-large`; 3840 by default and at most, which is what WASM can address; natively
   * at most three quarters of what the machine has. Method `auto` takes amplitudes where they fit; the options of a run say what it took.
   */
  memoryLimitMiB?: number;
  /** `false`: WASM also where `ketflow-native-PLATFORM-ARCH` is installed. The results are the same. */
  native?: boolean;
}

export interface Engines {
  readonly circuit: CircuitEngine;
  readonly anneal: AnnealEngine;
  readonly schedule: ScheduleEngine;
  readonly network: NetworkEngine;
  readonly hybrid: HybridEngine;
  /** Which build of the statevector engine runs here; with threads WASM has another one, which the result names. */
  readonly identity: EngineIdentity;
  /** Which engine runs the jobs of a type, by its build for WASM. */
  identityOf(type: JobType): EngineIdentity;
  /** A job of any type, for those who have its type at run time alone. */
  run<T extends JobType>(type: T, input: EngineInput<T> | string, options?: RunOptions<T>): Promise<JobRun<T>>;
  /** What it would need. */
  estimate<T extends JobType>(
    type: T,
    input: EngineInput<T> | string,
    options?: OptionsOf<T> & CallControl,
  ): Promise<EstimateOf<T>>;
  /** Starts a thread now rather than with the first call. */
  start(): void;
  load(): PoolLoad;
  /** Ends all threads. What has not ended is `cancelled`. */
  close(): Promise<void>;
}

export const Limits = z.object({
  threads: z.int().min(1).max(256).optional(),
  memoryLimitMiB: z
    .int()
    .min(1)
    .max(2 ** 24)
    .optional(),
});

/**
 * Reads and compiles the engine of circuits; the others follow with their first call, and so do the threads that run them.
 */
export async function loadEngines(options: EnginesOptions = {}): Promise<Engines> {
  const { threads: size = coresOf() } = checked(Limits, options, "loadEngines");
  const urls = wasmUrls(options.wasmUrl);
  const modules = new EngineModules(urls, options.native);
  const workerUrl = absoluteUrl("workerUrl", options.workerUrl);
  await modules.best("statevector");
  return enginesOf(
    new EnginePool({
      modules,
      readHybrid: parseHybridDocument,
      workerUrl,
      memoryLimitMiB: options.memoryLimitMiB,
      size,
    }),
    modules,
    await modules.identityOf("statevector"),
  );
}

/** The engines as they are used, over the threads that run them; `modules` are for what runs in the caller's own thread. */
export function enginesOf(pool: JobPool, modules: EngineModules, identity: EngineIdentity): Engines {
  return {
    circuit: new CircuitEngine(pool),
    anneal: new AnnealEngine(pool),
    schedule: new ScheduleEngine(pool),
    network: new NetworkEngine(pool, modules),
    hybrid: new HybridEngine(pool),
    identity,
    identityOf,
    run: (type, input, options) => runJob(pool, type, input, options ?? ({} as RunOptions<typeof type>)),
    estimate: (type, input, options) => estimateJob(pool, type, input, options ?? {}),
    start: () => pool.start(),
    load: () => pool.load(),
    close: () => pool.close(),
  };
}

function wasmUrls(given: EnginesOptions["wasmUrl"]): WasmUrls {
  if (given === undefined) return {};
  if (typeof given === "string" || given instanceof URL) return { statevector: absoluteUrl("wasmUrl", given) };
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(IDENTITIES, name));
  if (unknown !== undefined) {
    const names = Object.keys(IDENTITIES).join(", ");
    throw new AppError("invalid-input", `wasmUrl.${unknown}: there is no such engine; give ${names}`);
  }
  return Object.fromEntries(
    Object.entries(given).map(([name, url]) => [name, absoluteUrl(`wasmUrl.${name}`, url)]),
  ) as WasmUrls;
}

/** In a page, URLs may be relative to it. */
function absoluteUrl(name: string, url: Url | undefined): URL | undefined {
  const base = globalThis.location?.href;
  if (url === undefined || url instanceof URL) return url;
  if (!URL.canParse(url, base)) {
    throw new AppError("invalid-input", `${name}: '${url}' is not a URL; in Node give one that begins with file://`);
  }
  return new URL(url, base);
}
