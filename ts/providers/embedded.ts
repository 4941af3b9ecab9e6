import { AppError } from "../core/errors.ts";
import type { BackendDescription } from "../models/backend.ts";
import type { JobOptions } from "../models/job-options.ts";
import { JOB_SCHEMAS } from "../models/job-schemas.ts";
import { JOB_TYPES, type JobType } from "../models/job-type.ts";
import type { Work } from "../models/work.ts";
import type { EngineInput, EngineRun, OnProgress } from "../workers/engine-worker.ts";
import type { Provider, ProviderJob, TimeEstimate } from "./provider.ts";

/** What a provider needs of the engines: one call, cancelled by its signal. */
export interface JobRunner {
  run(
    type: JobType,
    input: EngineInput,
    options: JobOptions & { seed: number; signal?: AbortSignal; onProgress?: OnProgress },
  ): Promise<EngineRun>;
}

export interface EmbeddedOptions {
  engines: JobRunner;
  /** Turns what an engine says about a job into time on this machine; `predictorOf(calibration)` makes one. */
  predict: (work: Work) => TimeEstimate;
}

export const EMBEDDED_ID = "embedded";

/** What an engine grants a run by default: the 4 GiB of a 32-bit WASM memory less 256 MiB for everything but the state. */
const ENGINE_MEMORY_BYTES = (4096 - 256) * 2 ** 20;

/** The engines on this machine: exact, free, without a queue, and allowed to see everything. */
export function createEmbeddedProvider({ engines, predict }: EmbeddedOptions): Provider {
  // One for all, so that its text is made once for all routes.
  const description: BackendDescription = Object.freeze({
    id: EMBEDDED_ID,
    name: "Ketflow engines (embedded)",
    kind: "embedded",
    jobTypes: [...JOB_TYPES],
    simulated: true,
    external: false,
    region: "local",
    maxDataClass: "restricted",
    // What the reader takes: circuits of Clifford gates need no amplitudes. Where a state is needed, memory decides.
    maxQubits: 4096,
    maxShots: 10_000_000,
    maxBytes: ENGINE_MEMORY_BYTES,
    price: { perTaskMicroUsd: 0, perShotMicroUsd: 0 },
    queueMs: { mean: 0, variance: 0 },
    fidelity: { oneQubit: 1, twoQubit: 1, readout: 1 },
    options: [...new Set(JOB_TYPES.flatMap((type) => JOB_SCHEMAS[type].optionNames))],
  });
  return {
    describe: () => description,
    predict,
    run: (job, control) => runOn(engines, job, job.options, control),
  };
}

/** Runs a job on the engines with the given options; an already aborted signal starts nothing. */
export async function runOn(
  engines: JobRunner,
  { type, format, source, seed }: ProviderJob,
  options: JobOptions,
  control: { signal: AbortSignal; onProgress?: OnProgress },
): Promise<EngineRun> {
  if (control.signal.aborted) throw new AppError("cancelled", "the job was cancelled before it started");
  return engines.run(type, { format, source }, { ...options, seed, ...control });
}
