import { AppError } from "../core/errors.ts";
import { LOCAL_TENANT } from "../core/ids.ts";
import type { Job } from "../jobs/job.ts";
import { issueReceipt } from "../jobs/receipt.ts";
import type { ListRequest } from "../jobs/store.ts";
import { viewJob } from "../jobs/view.ts";
import type { Calibration } from "../models/calibration.ts";
import type { CircuitView, Note } from "../models/circuit.ts";
import { FINAL_STATES, type JobState, type SubmitJob } from "../models/job.ts";
import { toResultValues } from "../models/job-schemas.ts";
import type { JobView } from "../models/job-view.ts";
import { parseRoutingPolicy, parseTenantPolicy } from "../models/policy.ts";
import type { CircuitInput, EngineInput, OnProgress } from "../workers/engine-worker.ts";
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
  /** In a final state, or waiting for a decision: planned, awaiting approval, paused. */
  job: JobView;
  /** What the reader accepted without effect, such as `delay`. */
  notes: readonly Note[];
  /** The text of the receipt file; absent for a job that is not final. */
  receipt?: string;
}

export interface LocalJobPage {
  /** Newest first, without the values of their results. */
  jobs: JobView[];
  /** The cursor of the next page; absent on the last one. */
  next?: string | undefined;
}

export interface LocalService {
  /** The database driver and its version, for people. */
  readonly driver: string;
  /** Resolves when the job is final or planned, whatever came of it; rejects when it could not be accepted. */
  submit(body: SubmitJob, control?: SubmitControl): Promise<LocalOutcome>;
  /** Runs a planned job. @throws {AppError} `conflict` with the new plan when price or policy changed */
  execute(jobId: string, planHash: string, control?: SubmitControl): Promise<LocalOutcome>;
  list(request: ListRequest): Promise<LocalJobPage>;
  /** Stays with a job until it is final, or until `signal` aborts: the job then goes on, or stays queued when the service closes. */
  watch(jobId: string, control?: SubmitControl): Promise<LocalOutcome>;
  /** What a final job left. @throws {AppError} `conflict` when it is not final */
  result(jobId: string): Promise<LocalOutcome>;
  /** The input of a job, as submitted. */
  input(jobId: string): Promise<EngineInput>;
  cancel(jobId: string): Promise<LocalOutcome>;
  /** Submits a job that ended without a result again, with its body and seed, and stays with the new one. */
  retry(jobId: string, control?: SubmitControl): Promise<LocalOutcome>;
  view(input: CircuitInput): Promise<CircuitView>;
  /** Measures this machine for about a second and keeps the result for later predictions. */
  calibrate(): Promise<Calibration>;
  /** Hands unfinished jobs back to the queue and leaves the folder to the next process. */
  close(): Promise<void>;
}

/** Nothing happens to a job in these until somebody decides. */
const WAITING_STATES: ReadonlySet<JobState> = new Set(["planned", "awaiting-approval", "paused"]);

/**
 * Opens a data folder for this process alone. What an earlier process left running is queued again, and what is queued runs, unless
 * `continueEarlierJobs` says no.
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

  /** Stays with a job until it is final or the signal aborts; what waits for a decision is given as it is. */
  async function follow({ id, status }: Job, { signal, onProgress }: SubmitControl): Promise<LocalOutcome> {
    const unlisten = onProgress && house.onProgress((job, progress) => job.id === id && onProgress(progress));
    try {
      const waits = WAITING_STATES.has(status);
      return await describe(waits ? await jobs.get(LOCAL_TENANT, id) : await jobs.wait(LOCAL_TENANT, id, signal));
    } finally {
      unlisten?.();
    }
  }

  /** The same, but the signal cancels the job. */
  async function followOwn(job: Job, { signal, ...control }: SubmitControl): Promise<LocalOutcome> {
    const cancel = (): void =>
      void jobs.cancel(LOCAL_TENANT, job.id).catch((error: unknown) => {
        // A conflict means that the job ended before the cancellation came.
        if (!(error instanceof AppError && error.code === "conflict")) onError(error);
      });
    if (signal?.aborted) cancel();
    signal?.addEventListener("abort", cancel, { once: true });
    try {
      return await follow(job, control);
    } finally {
      signal?.removeEventListener("abort", cancel);
    }
  }

  async function describe(job: Job): Promise<LocalOutcome> {
    const container = job.result === undefined ? undefined : await store.result(job);
    const values = container === undefined ? {} : toResultValues(job.type, container, job.result?.options ?? {});
    const outcome = { job: viewJob(job, values), notes: job.result?.notes ?? [] };
    return FINAL_STATES.has(job.status)
      ? { ...outcome, receipt: await issueReceipt(job, container, store, log) }
      : outcome;
  }

  return {
    driver: house.database.connection.driver,
    submit: async (body, control = {}) =>
      followOwn(await jobs.submit(LOCAL_TENANT, body, { reuse: control.useCache ?? true }), control),
    execute: async (jobId, planHash, control = {}) =>
      followOwn(await jobs.execute(LOCAL_TENANT, jobId, planHash), control),
    retry: async (jobId, control = {}) => followOwn(await jobs.retry(LOCAL_TENANT, jobId), control),
    list: async (request) => {
      const page = await jobs.list(LOCAL_TENANT, request);
      return { ...page, jobs: page.jobs.map((job) => viewJob(job)) };
    },
    watch: async (jobId, control = {}) => {
      const job = await jobs.get(LOCAL_TENANT, jobId);
      jobs.take(LOCAL_TENANT, jobId);
      return follow(job, control);
    },
    result: async (jobId) => {
      const job = await jobs.get(LOCAL_TENANT, jobId);
      if (FINAL_STATES.has(job.status)) return describe(job);
      throw new AppError("conflict", `job ${jobId} is ${job.status}: it has no result yet; watch it to its end`);
    },
    input: async (jobId) => {
      const { request } = await jobs.get(LOCAL_TENANT, jobId);
      return { format: request.format, source: await jobs.input(LOCAL_TENANT, jobId) };
    },
    cancel: async (jobId) => describe(await jobs.cancel(LOCAL_TENANT, jobId)),
    view: (input) => engines.circuit.view(input),
    calibrate: () => house.calibrate(),
    close: () => house.close(),
  };
}
