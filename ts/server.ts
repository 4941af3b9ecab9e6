// `ketflow/server`: joins store, log, engines and routing in one process. The only file that knows both services and adapters.

import { availableParallelism, hostname } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { migrate } from "./adapters/sqlite/migrate.ts";
import { openDatabase } from "./adapters/sqlite/open-database.ts";
import { openLogKeys } from "./audit/keys.ts";
import { LogWriter } from "./audit/log-writer.ts";
import { loadMldsa } from "./audit/mldsa.ts";
import { addTrustedLog, trustedLogsPath } from "./audit/trusted-logs.ts";
import { systemClock } from "./core/clock.ts";
import { AppError } from "./core/errors.ts";
import { LOCAL_TENANT } from "./core/ids.ts";
import { userFolders } from "./core/user-folders.ts";
import { loadEngines } from "./engines/load-engines.ts";
import { createDecide } from "./jobs/decide.ts";
import type { Job } from "./jobs/job.ts";
import { createJobs } from "./jobs/jobs.ts";
import { issueReceipt, outcomeLeaf } from "./jobs/receipt.ts";
import type { ListRequest, Store } from "./jobs/store.ts";
import { createSqliteStore } from "./jobs/store-sqlite.ts";
import { type JobView, viewJob } from "./jobs/view.ts";
import { SQLITE_MIGRATIONS } from "./migrations/sqlite/all.ts";
import { checked } from "./models/check.ts";
import type { CircuitView, Note } from "./models/circuit.ts";
import { toCircuitResult } from "./models/circuit-result.ts";
import { FINAL_STATES, type JobState, type SubmitJob } from "./models/job.ts";
import { createEmbeddedProvider, EMBEDDED_ID } from "./providers/embedded.ts";
import { createMockQpu, MockQpuConfig } from "./providers/mock-qpu.ts";
import { createRegistry } from "./providers/registry.ts";
import { type Calibration, predictorOf } from "./routing/calibration.ts";
import { calibrateMachine, readCalibration } from "./routing/calibration-file.ts";
import { needsPlan } from "./routing/eligibility.ts";
import { parseRoutingPolicy } from "./routing/policy.ts";
import type { CircuitInput, OnProgress } from "./workers/engine-worker.ts";

export { auditLog, readCheckpoint } from "./audit/log-reader.ts";

export interface LocalServiceOptions {
  /** Holds store, log, keys and calibration; made with mode 0700 when it is not there, locked while it is open. */
  dataDir: string;
  /** A routing policy document; the default allows what is free and on this machine. */
  policy?: unknown;
  /** A list of mock QPUs beside the embedded engine (docs/routing.md); one called `mock-qpu` by default. */
  mockQpus?: unknown;
  /** Adds the log of this folder to those that the user trusts; `true` by default. */
  trustLog?: boolean;
  /** `false`: jobs that an earlier process left unfinished stay queued until `watch` asks for one; `true` by default. */
  continueEarlierJobs?: boolean;
  /** XDG variables and HOME decide where trusted logs and the high-water mark lie; `process.env` by default. */
  environment?: Readonly<Record<string, string | undefined>>;
  /** Errors that no caller is waiting for; `console.error` by default. */
  onError?: (error: unknown) => void;
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
  /** The circuit of a job, as submitted. */
  input(jobId: string): Promise<CircuitInput>;
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

const MockQpus = z.array(MockQpuConfig).max(64);

/**
 * Opens a data folder for this process alone. What an earlier process left running is queued again, and what is queued runs, unless
 * `continueEarlierJobs` says no.
 *
 * @throws {AppError} `conflict` when another process has the folder, `integrity-violation` when the store no longer holds what
 *   its log signed, `invalid-input` for a faulty policy or mock QPU
 */
export async function openLocalService(options: LocalServiceOptions): Promise<LocalService> {
  const { dataDir, environment = process.env, onError = console.error } = options;
  const policy = parseRoutingPolicy(options.policy ?? {});
  const mockQpus = checked(MockQpus, options.mockQpus ?? [{ id: "mock-qpu" }], "mockQpus");
  const undo: (() => unknown)[] = [];
  const close = async (): Promise<void> => {
    for (let step = undo.pop(); step !== undefined; step = undo.pop()) await step();
  };
  try {
    // These hold nothing until they are used: the folder, which is locked, comes after them.
    const [engines, mldsa] = await Promise.all([loadEngines(), loadMldsa()]);
    undo.push(() => engines.close());
    // The first thread starts while store and log open: 0.60 → 0.56 s from process start to receipt (medians of 15).
    engines.start();
    const { store, driver } = await openStore(dataDir);
    undo.push(() => store.close());

    const keys = await openLogKeys(join(dataDir, "keys"), mldsa);
    undo.push(() => keys.close());
    if (options.trustLog ?? true) await addTrustedLog(trustedLogsPath(environment), keys.verifierKeys);
    const log = await LogWriter.open({
      directory: join(dataDir, "log"),
      stateDirectory: userFolders(environment).state,
      keys,
      mldsa,
      source: store.log,
      now: systemClock,
      onError,
    });
    undo.push(() => log.close());

    const engine = engines.circuit;
    const { contentHash } = engines.identity.engine;
    const calibrationPath = join(dataDir, "calibration.json");
    const calibration = await readCalibration(calibrationPath, contentHash);
    const registry = createRegistry([
      createEmbeddedProvider({ engine, predict: predictorOf(calibration) }),
      ...mockQpus.map((config) => createMockQpu(config, engine)),
    ]);
    const listeners = new Map<string, OnProgress>();
    const jobs = createJobs(
      {
        store,
        decide: createDecide({ engine, registry, policy, calibration, clock: systemClock }),
        providers: new Map(registry.ids().map((id) => [id, registry.get(id)])),
        needsPlan: (backend) => needsPlan(backend, policy),
        engineHash: (backend) => (backend === EMBEDDED_ID ? contentHash : undefined),
        onProgress: (job, progress) => listeners.get(job.id)?.(progress),
        reportError: onError,
      },
      {
        worker: `${hostname()}-${process.pid}`,
        concurrency: availableParallelism(),
        ownJobsOnly: !(options.continueEarlierJobs ?? true),
      },
    );
    undo.push(() => jobs.stop());
    await jobs.start();

    /** Stays with a job until it is final or the signal aborts; what waits for a decision is given as it is. */
    const follow = async ({ id, status }: Job, { signal, onProgress }: SubmitControl): Promise<LocalOutcome> => {
      if (onProgress !== undefined) listeners.set(id, onProgress);
      try {
        const waits = WAITING_STATES.has(status);
        return await describe(waits ? await jobs.get(LOCAL_TENANT, id) : await jobs.wait(LOCAL_TENANT, id, signal));
      } finally {
        listeners.delete(id);
      }
    };
    /** The same, but the signal cancels the job. */
    const followOwn = async (job: Job, { signal, ...control }: SubmitControl): Promise<LocalOutcome> => {
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
    };
    const describe = async (job: Job): Promise<LocalOutcome> => {
      const container = job.result === undefined ? undefined : await store.result(job);
      const values = container === undefined ? {} : toCircuitResult(container, job.result?.options ?? {});
      const outcome = { job: viewJob(job, values), notes: job.result?.notes ?? [] };
      return FINAL_STATES.has(job.status)
        ? { ...outcome, receipt: await issueReceipt(job, container, store, log) }
        : outcome;
    };

    return {
      driver,
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
      view: (input) => engine.view(input),
      calibrate: () => calibrateMachine(calibrationPath, engines),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openStore(dataDir: string): Promise<{ store: Store; driver: string }> {
  const connection = await openDatabase(dataDir);
  try {
    migrate(connection, SQLITE_MIGRATIONS);
    return { store: createSqliteStore(connection, outcomeLeaf), driver: connection.driver };
  } catch (error) {
    connection.close();
    throw error;
  }
}
