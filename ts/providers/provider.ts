import type { CircuitEstimate, CircuitFormat, CircuitOptions } from "../models/circuit.ts";
import type { DataClass, JobType } from "../models/job.ts";
import type { EngineRun, OnProgress } from "../workers/engine-worker.ts";

/** What a back end publishes about itself; routing reads nothing else. */
export interface BackendDescription {
  id: string;
  /** For people, e.g. `Ketflow statevector (embedded)`. */
  name: string;
  /** `embedded` runs on this machine without a price; `mock` imitates a priced device and says so in every receipt. */
  kind: "embedded" | "mock" | "provider";
  jobTypes: readonly JobType[];
  /** Results come from a simulation. */
  simulated: boolean;
  /** The job leaves this machine. */
  external: boolean;
  region: string;
  /** The most sensitive class of data it may see. */
  maxDataClass: DataClass;
  maxQubits: number;
  maxShots: number;
  price: { perTaskMicroUsd: number; perShotMicroUsd: number };
  /** Expected waiting time before it starts, with its variance (ms²). */
  queueMs: { mean: number; variance: number };
  /** Declared quality, 1 for an exact engine. */
  fidelity: { oneQubit: number; twoQubit: number; readout: number };
  /** Options it can answer; a job that asks for another is not eligible. */
  options: readonly (keyof CircuitOptions)[];
}

export interface ProviderJob {
  format: CircuitFormat;
  source: string;
  options: CircuitOptions;
  seed: number;
}

/** One place where jobs run. */
export interface Provider {
  describe(): BackendDescription;
  /** Predicted execution time on this back end, without its queue: mean in ms and variance in ms². */
  predict(estimate: CircuitEstimate, options: CircuitOptions): { meanMs: number; varianceMs2: number };
  run(job: ProviderJob, control: { signal: AbortSignal; onProgress?: OnProgress }): Promise<EngineRun>;
}
