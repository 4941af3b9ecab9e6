import type { CircuitEstimate, CircuitFormat, CircuitOptions } from "../models/circuit.ts";
import type { DataClass, JobType } from "../models/job.ts";
import type { EngineRun, OnProgress } from "../workers/engine-worker.ts";

/** What a back end publishes about itself. */
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
  /** The most state memory a run may take; absent where a job takes none, as on a device. */
  maxBytes?: number;
  price: { perTaskMicroUsd: number; perShotMicroUsd: number };
  /** Expected waiting time before it starts, with its variance (ms²). */
  queueMs: { mean: number; variance: number };
  /** Declared probability that a gate or a readout acts without error; 1 for an exact engine. */
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

/** A mean with its variance: ms and ms². */
export interface TimeEstimate {
  meanMs: number;
  varianceMs2: number;
}

/** What a back end says about one job: its description, and how long it would execute. Routing reads nothing else. */
export interface BackendOffer {
  description: BackendDescription;
  execution: TimeEstimate;
}

/** One place where jobs run. */
export interface Provider {
  describe(): BackendDescription;
  /** Predicted execution time on this back end, without its queue: mean in ms and variance in ms². */
  predict(estimate: CircuitEstimate, options: CircuitOptions): TimeEstimate;
  run(job: ProviderJob, control: { signal: AbortSignal; onProgress?: OnProgress }): Promise<EngineRun>;
}
