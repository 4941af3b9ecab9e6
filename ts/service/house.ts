import { availableParallelism, hostname } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import type { EventStore } from "../audit/event-store.ts";
import { createSqliteEventStore } from "../audit/event-store-sqlite.ts";
import { type LogKeys, openLogKeys } from "../audit/keys.ts";
import { LogWriter } from "../audit/log-writer.ts";
import { loadMldsa, type MlDsa44 } from "../audit/mldsa.ts";
import { finishRotation } from "../audit/rotate-log-keys.ts";
import { addTrustedLog, trustedLogsPath } from "../audit/trusted-logs.ts";
import { systemClock } from "../core/clock.ts";
import type { JobId, TenantId } from "../core/ids.ts";
import { userFolders } from "../core/user-folders.ts";
import type { OnCommit } from "../database/group-commit.ts";
import type { SqliteDatabase } from "../database/sqlite-database.ts";
import { type Engines, loadEngines } from "../engines/load-engines.ts";
import { loadHostedEngines } from "../engines/load-hosted-engines.ts";
import type { Experiments } from "../experiments/experiments.ts";
import { createDecide } from "../jobs/decide.ts";
import type { Job } from "../jobs/job.ts";
import { createJobExperiments } from "../jobs/job-experiments.ts";
import { createJobs, type Jobs } from "../jobs/jobs.ts";
import type { Decide } from "../jobs/plan.ts";
import { outcomeLeaf } from "../jobs/receipt.ts";
import type { Store } from "../jobs/store.ts";
import { createSqliteStore } from "../jobs/store-sqlite.ts";
import type { Calibration } from "../models/calibration.ts";
import { checked } from "../models/check.ts";
import type { TenantPolicy } from "../models/policy.ts";
import { createEmbeddedProvider, EMBEDDED_ID } from "../providers/embedded.ts";
import { createMockQpu, MockQpuConfig } from "../providers/mock-qpu.ts";
import { createRegistry, type ProviderRegistry } from "../providers/registry.ts";
import { predictorOf } from "../routing/calibration.ts";
import { calibrateMachine, readCalibration } from "../routing/calibration-file.ts";
import { fidelityPath, readFidelities, withMeasuredFidelity } from "../routing/fidelity-file.ts";
import type { QuotaBook } from "../tenancy/quota.ts";
import type { OnProgress } from "../workers/engine-worker.ts";
import { openDataFolder } from "./data-folder.ts";

export interface HouseOptions {
  /** Holds store, log, keys and calibration; made with mode 0700 when it is not there, locked while it is open. */
  dataDir: string;
  /**
   * Where circuits run: in threads of this process, the default and sooner ready, or in a child process of lower priority, whose
   * memory and death are its own and which starts with the first job.
   */
  engines?: "workers" | "host";
  /** Where the file of the worker threads is; beside this one by default. */
  workerUrl?: URL;
  /** A list of mock QPUs beside the embedded engine (docs/routing.md); one called `mock-qpu` by default. */
  mockQpus?: unknown;
  /** Adds the log of this folder to those that the user trusts; `true` by default. */
  trustLog?: boolean;
  /** XDG variables and HOME decide where trusted logs and the high-water mark lie; `process.env` by default. */
  environment?: Readonly<Record<string, string | undefined>>;
  /** `false`: jobs that an earlier process left unfinished stay queued until somebody takes one; `true` by default. */
  continueEarlierJobs?: boolean;
  /** Errors that no caller is waiting for, and the job that had them; `console.error` by default. */
  onError?: (error: unknown, job?: FailedJob) => void;
}

interface FailedJob {
  readonly tenant: TenantId;
  readonly jobId: JobId;
}

/** What is told while the house works, for those who measure it. */
export interface HouseMeters {
  readonly onCommit?: OnCommit;
  readonly onSigned?: (seconds: number) => void;
  /** What an engine host prints, which may quote what callers sent; to standard error by default. */
  readonly onEnginePrinted?: (text: string) => void;
}

/** The rules that jobs run under; they may be kept in the same database. */
export interface HouseRules {
  policyOf(tenant: TenantId): TenantPolicy;
  readonly quota?: QuotaBook;
  /** Ways of routing jobs that are compared with each other. */
  readonly experiments?: Experiments;
}

/** Everything that runs jobs in one process, joined. */
export interface House {
  readonly database: SqliteDatabase;
  readonly events: EventStore;
  readonly store: Store;
  readonly jobs: Jobs;
  readonly decide: Decide;
  readonly engines: Engines;
  readonly registry: ProviderRegistry;
  readonly log: LogWriter;
  readonly logKeys: LogKeys;
  readonly mldsa: MlDsa44;
  calibration(): Calibration;
  /** Measures this machine for about a second and keeps the result for later predictions. */
  calibrate(): Promise<Calibration>;
  /** Calls `listener` with the progress of every job; gives the way to stop. */
  onProgress(listener: (job: Job, progress: Parameters<OnProgress>[0]) => void): () => void;
  /** Hands unfinished jobs back to the queue and leaves the folder to the next process. */
  close(): Promise<void>;
}

const EnginesIn = z.enum(["workers", "host"]);
const MockQpus = z.array(MockQpuConfig).max(64);

/**
 * Opens a data folder for this process alone. `jobs.start()` continues what an earlier process left queued or running.
 *
 * @throws {AppError} `conflict` when another process has the folder, `integrity-violation` when the store no longer holds what
 *   its log signed, `invalid-input` for a faulty mock QPU or another word for `engines`
 */
export async function openHouse(
  options: HouseOptions,
  rulesOf: (database: SqliteDatabase, events: EventStore) => HouseRules,
  meters: HouseMeters = {},
): Promise<House> {
  const { dataDir, environment = process.env, onError = console.error } = options;
  const enginesIn = checked(EnginesIn, options.engines ?? "workers", "engines");
  const mockQpus = checked(MockQpus, options.mockQpus ?? [{ id: "mock-qpu" }], "mockQpus");
  const undo: (() => unknown)[] = [];
  const close = async (): Promise<void> => {
    for (let step = undo.pop(); step !== undefined; step = undo.pop()) await step();
  };
  try {
    // These hold nothing until they are used: the folder, which is locked, comes after them.
    const [engines, mldsa] = await Promise.all([
      enginesIn === "host"
        ? await loadHostedEngines({ onError: (error) => onError(error), onPrinted: meters.onEnginePrinted })
        : loadEngines(options.workerUrl && { workerUrl: options.workerUrl }),
      loadMldsa(),
    ]);
    undo.push(() => engines.close());
    // The first thread starts while store and log open: 0.60 → 0.56 s from process start to receipt (medians of 15).
    if (enginesIn === "workers") engines.start();
    let log: LogWriter | undefined;
    const database = await openDataFolder(dataDir, (writes, seconds) => {
      meters.onCommit?.(writes, seconds);
      log?.notify();
    });
    undo.push(() => database.close());
    const events = createSqliteEventStore(database);
    const store = createSqliteStore(database, outcomeLeaf, events);

    const logKeys = await openLogKeys(join(dataDir, "keys"), mldsa, join(dataDir, "log"));
    undo.push(() => logKeys.close());
    if (options.trustLog ?? true) await addTrustedLog(trustedLogsPath(environment), logKeys.verifierKeys);
    const writer = await LogWriter.open({
      directory: join(dataDir, "log"),
      stateDirectory: userFolders(environment).state,
      keys: logKeys,
      mldsa,
      source: store.log,
      now: systemClock,
      onSigned: meters.onSigned,
      onError,
    });
    log = writer;
    undo.push(() => writer.close());
    // What was committed last is signed before the process ends; what a killed one left, now.
    undo.push(() => writer.force().catch(onError));
    writer.notify();
    await finishRotation({ keys: logKeys, log: writer, events, group: database.group, now: systemClock });

    const calibrationPath = join(dataDir, "calibration.json");
    let calibration = await readCalibration(calibrationPath, engines.identity);
    const fidelities = await readFidelities(fidelityPath(dataDir));
    const providers = [
      createEmbeddedProvider({ engines, predict: (work) => predictorOf(calibration)(work) }),
      ...mockQpus.map((config) => createMockQpu(config, engines)),
    ];
    const registry = createRegistry(providers.map((provider) => withMeasuredFidelity(provider, fidelities)));
    const { policyOf, quota, experiments } = rulesOf(database, events);
    const compared = experiments && createJobExperiments(experiments, store, onError);
    quota?.restore(await store.usage(systemClock()));
    const decide = createDecide({ engines, registry, policyOf, calibration: () => calibration, clock: systemClock });
    const listeners = new Set<Parameters<House["onProgress"]>[0]>();
    const jobs = createJobs(
      {
        store,
        decide,
        policyOf,
        quota,
        ...compared,
        providers: registry.providers,
        engineHash: (backend, type) =>
          backend === EMBEDDED_ID ? engines.identityOf(type).engine.contentHash : undefined,
        onProgress(job, progress) {
          for (const listener of listeners) listener(job, progress);
        },
        reportError: (error, job) => onError(error, job && { tenant: job.tenant, jobId: job.id }),
      },
      {
        worker: `${hostname()}-${process.pid}`,
        concurrency: availableParallelism(),
        ownJobsOnly: !(options.continueEarlierJobs ?? true),
      },
    );
    undo.push(() => jobs.stop());

    return {
      ...{ database, events, store, jobs, decide, engines, registry, log: writer, logKeys, mldsa, close },
      calibration: () => calibration,
      async calibrate() {
        calibration = await calibrateMachine(calibrationPath, engines);
        return calibration;
      },
      onProgress(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
