import { AppError } from "../core/errors.ts";
import { LOCAL_TENANT } from "../core/ids.ts";
import type { Job } from "../jobs/job.ts";
import { issueReceipt } from "../jobs/receipt.ts";
import { viewJob } from "../jobs/view.ts";
import type { CircuitView, Note } from "../models/circuit.ts";
import { toCircuitResult } from "../models/circuit-result.ts";
import { FINAL_STATES, type SubmitJob } from "../models/job.ts";
import type { JobView } from "../models/job-view.ts";
import { parseRoutingPolicy, parseTenantPolicy } from "../models/policy.ts";
import type { Calibration } from "../routing/calibration.ts";
import type { CircuitInput, OnProgress } from "../workers/engine-worker.ts";
import { type HouseOptions, openHouse } from "./house.ts";

export interface LocalServiceOptions extends HouseOptions {
  /** A routing policy document; the default allows what is free and on this machine. */
  policy?: unknown;
}

export interface SubmitControl {
  signal?: AbortSignal | undefined;
  onProgress?: OnProgress | undefined;
  /** `false`: run it even when a stored result would answer it. */
  useCache?: boolean;
}

export interface LocalOutcome {
  /** In a final state, or planned. */
  job: JobView;
  /** What the reader accepted without effect, such as `delay`. */
  notes: readonly Note[];
  /** The text of the receipt file; absent for a job that is only planned. */
  receipt?: string;
}

export interface LocalService {
  /** The database driver and its version, for people. */
  readonly driver: string;
  /** Resolves when the job is final or planned, whatever came of it; rejects when it could not be accepted. */
  submit(body: SubmitJob, control?: SubmitControl): Promise<LocalOutcome>;
  /** Runs a planned job. @throws {AppError} `conflict` with the new plan when price or policy changed */
  execute(jobId: string, planHash: string, control?: SubmitControl): Promise<LocalOutcome>;
  view(input: CircuitInput): Promise<CircuitView>;
  /** Measures this machine for about a second and keeps the result for later predictions. */
  calibrate(): Promise<Calibration>;
  /** Hands unfinished jobs back to the queue and leaves the folder to the next process. */
  close(): Promise<void>;
}

/**
 * Opens a data folder for this process alone. Jobs that an earlier process left queued or running continue.
 *
 * @throws {AppError} `conflict` when another process has the folder, `integrity-violation` when the store no longer holds what
 *   its log signed, `invalid-input` for a faulty policy or mock QPU
 */
export async function openLocalService(options: LocalServiceOptions): Promise<LocalService> {
  const { onError = console.error } = options;
  // Whoever sits in front of the machine waits as long as they like.
  const deadlines = { neuralMs: null, quantumMs: null, hybridMs: null };
  const policy = { ...parseTenantPolicy({ deadlines }), routing: parseRoutingPolicy(options.policy ?? {}) };
  const house = await openHouse(options, () => ({ policyOf: () => policy }));
  const { jobs, store, log, engines } = house;
  try {
    await jobs.start();
  } catch (error) {
    await house.close();
    throw error;
  }

  /** Stays with an accepted job until it is final; a planned one waits for `execute`. */
  async function follow(accepted: Job, { signal, onProgress }: SubmitControl): Promise<LocalOutcome> {
    const unlisten = onProgress && house.onProgress(accepted.id, onProgress);
    const cancel = (): void =>
      void jobs.cancel(LOCAL_TENANT, accepted.id).catch((error: unknown) => {
        // A conflict means that the job ended before the cancellation came.
        if (!(error instanceof AppError && error.code === "conflict")) onError(error);
      });
    if (signal?.aborted) cancel();
    signal?.addEventListener("abort", cancel, { once: true });
    try {
      if (accepted.status === "planned" || accepted.status === "awaiting-approval")
        return { job: viewJob(accepted), notes: [] };
      return await describe(await jobs.wait(LOCAL_TENANT, accepted.id));
    } finally {
      signal?.removeEventListener("abort", cancel);
      unlisten?.();
    }
  }

  async function describe(job: Job): Promise<LocalOutcome> {
    const container = job.result === undefined ? undefined : await store.result(job);
    const values = container === undefined ? {} : toCircuitResult(container, job.result?.options ?? {});
    const outcome = { job: viewJob(job, values), notes: job.result?.notes ?? [] };
    return FINAL_STATES.has(job.status)
      ? { ...outcome, receipt: await issueReceipt(job, container, store, log) }
      : outcome;
  }

  return {
    driver: house.database.connection.driver,
    submit: async (body, control = {}) =>
      follow(await jobs.submit(LOCAL_TENANT, body, { reuse: control.useCache ?? true }), control),
    execute: async (jobId, planHash, control = {}) =>
      follow(await jobs.execute(LOCAL_TENANT, jobId, planHash), control),
    view: (input) => engines.circuit.view(input),
    calibrate: () => house.calibrate(),
    close: () => house.close(),
  };
}
