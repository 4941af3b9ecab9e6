import type { BackendDescription } from "../models/backend.ts";
import type { JobFormat, JobOptions } from "../models/job-options.ts";
import type { JobType } from "../models/job-type.ts";
import type { Work } from "../models/work.ts";
import type { EngineRun, OnProgress } from "../workers/engine-worker.ts";

export interface ProviderJob {
  type: JobType;
  format: JobFormat;
  source: Uint8Array;
  options: JobOptions;
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

/** One place where jobs run. test/contract/provider.ts tries every sentence here on each of them. */
export interface Provider {
  /**
   * What it is now. Id, kind and whether it simulates never change; all else may differ from call to call, such as a price by the
   * calendar, since a decision records what it read.
   */
  describe(): BackendDescription;
  /**
   * Predicted execution time on this back end, without its queue: mean in ms and variance in ms². More shots never take less, and the
   * same question has the same answer while the description is the same. Also asked about types of job that it does not take.
   */
  predict(work: Work): TimeEstimate;
  /**
   * Runs the job once, with its seed, and changes neither job nor result.
   *
   * @param control an aborted signal starts nothing, and ends what has begun
   * @throws {AppError} `cancelled` once the signal aborts; what is wrong with the job, or went wrong with it, as the engine or the
   *   device says: retryable codes send the job to the next back end of its route
   */
  run(job: ProviderJob, control: { signal: AbortSignal; onProgress?: OnProgress }): Promise<EngineRun>;
}
