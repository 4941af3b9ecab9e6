// `ketflow/server`: joins store, log, engines and routing in one process. The only file that knows both services and adapters.

import { readFile } from "node:fs/promises";
import { availableParallelism, cpus, hostname } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { migrate } from "./adapters/sqlite/migrate.ts";
import { openDatabase } from "./adapters/sqlite/open-database.ts";
import { writeFileDurably } from "./audit/durable-file.ts";
import { openLogKeys } from "./audit/keys.ts";
import { proofText } from "./audit/log-reader.ts";
import { LogWriter } from "./audit/log-writer.ts";
import { loadMldsa } from "./audit/mldsa.ts";
import { buildReceipt, draftReceipt, receiptBytes } from "./audit/receipt.ts";
import { Manifest } from "./audit/receipt-schema.ts";
import { addTrustedLog, trustedLogsPath } from "./audit/trusted-logs.ts";
import { fromUtf8, utf8 } from "./core/bytes.ts";
import { systemClock } from "./core/clock.ts";
import { AppError } from "./core/errors.ts";
import { LOCAL_TENANT } from "./core/ids.ts";
import { userFolders } from "./core/user-folders.ts";
import { type Engines, loadEngines } from "./engines/load-engines.ts";
import { createDecide } from "./jobs/decide.ts";
import type { Job } from "./jobs/job.ts";
import { createJobs } from "./jobs/jobs.ts";
import { outcomeOf } from "./jobs/outcome.ts";
import { createSqliteStore } from "./jobs/store-sqlite.ts";
import { type JobView, viewJob } from "./jobs/view.ts";
import { SQLITE_MIGRATIONS } from "./migrations/sqlite/all.ts";
import { checked } from "./models/check.ts";
import type { CircuitView, Note } from "./models/circuit.ts";
import { toCircuitResult } from "./models/circuit-result.ts";
import { FINAL_STATES, type SubmitJob } from "./models/job.ts";
import { createEmbeddedProvider, EMBEDDED_ID } from "./providers/embedded.ts";
import { createMockQpu, MockQpuConfig } from "./providers/mock-qpu.ts";
import { createRegistry } from "./providers/registry.ts";
import { calibrate } from "./routing/calibrate.ts";
import {
  type Calibration,
  DEFAULT_CALIBRATION,
  isStale,
  parseCalibration,
  predictorOf,
} from "./routing/calibration.ts";
import { needsPlan } from "./routing/eligibility.ts";
import { parseRoutingPolicy } from "./routing/policy.ts";
import type { CircuitInput, OnProgress } from "./workers/engine-worker.ts";

export interface LocalServiceOptions {
  /** Holds store, log, keys and calibration; made with mode 0700 when it is not there, locked while it is open. */
  dataDir: string;
  /** A routing policy document; the default allows what is free and on this machine. */
  policy?: unknown;
  /** A list of mock QPUs beside the embedded engine (docs/routing.md); one called `mock-qpu` by default. */
  mockQpus?: unknown;
  /** Adds the log of this folder to those that the user trusts; `true` by default. */
  trustLog?: boolean;
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
  calibrate(onProgress?: OnProgress): Promise<Calibration>;
  /** Hands unfinished jobs back to the queue and leaves the folder to the next process. */
  close(): Promise<void>;
}

const MockQpus = z.array(MockQpuConfig).max(64);

/**
 * Opens a data folder for this process alone. Jobs that an earlier process left queued or running continue.
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
    const [connection, engines, mldsa] = await Promise.all([openDatabase(dataDir), loadEngines(), loadMldsa()]);
    undo.push(() => engines.close());
    migrate(connection, SQLITE_MIGRATIONS);

    const calibration = await readCalibration(dataDir, engines);
    const embedded = createEmbeddedProvider({ engine: engines.circuit, predict: predictorOf(calibration) });
    const mocks = mockQpus.map((config) => createMockQpu(config, engines.circuit));
    const registry = createRegistry([embedded, ...mocks]);
    const isSimulated = (backend: string): boolean => registry.get(backend).describe().simulated;

    const store = createSqliteStore(connection, (job, input) => {
      const salt = crypto.getRandomValues(new Uint8Array(32));
      return { leaf: draftReceipt(outcomeOf(job, input, isSimulated), salt).leaf, salt };
    });
    undo.push(() => store.close());
    const keys = await openLogKeys(join(dataDir, "keys"), mldsa);
    undo.push(() => keys.close());
    if (options.trustLog ?? true) await addTrustedLog(trustedLogsPath(environment), keys.verifierKeys);
    const logDirectory = join(dataDir, "log");
    const log = await LogWriter.open({
      ...{
        directory: logDirectory,
        stateDirectory: userFolders(environment).state,
        keys,
        mldsa,
        now: systemClock,
        onError,
      },
      source: store.log,
    });
    undo.push(() => log.close());

    const listeners = new Map<string, OnProgress>();
    const jobs = createJobs(
      {
        store,
        decide: createDecide({ engine: engines.circuit, registry, policy, calibration }),
        providers: new Map(registry.ids().map((id) => [id, registry.get(id)])),
        needsPlan: (backend) => needsPlan(backend, policy),
        engineHash: (backend) => (backend === EMBEDDED_ID ? engines.identity.engine.contentHash : undefined),
        onProgress: (job, progress) => listeners.get(job.id)?.(progress),
        reportError: onError,
      },
      { worker: `${hostname()}-${process.pid}`, concurrency: availableParallelism() },
    );
    undo.push(() => jobs.stop());
    await jobs.start();

    const finish = async (accepted: Job, { signal, onProgress }: SubmitControl): Promise<LocalOutcome> => {
      if (onProgress !== undefined) listeners.set(accepted.id, onProgress);
      // A conflict means that the job ended before the cancellation came.
      const cancel = (): void => void jobs.cancel(LOCAL_TENANT, accepted.id).catch(() => undefined);
      if (signal?.aborted) cancel();
      signal?.addEventListener("abort", cancel, { once: true });
      try {
        if (accepted.status === "planned" || accepted.status === "awaiting-approval")
          return { job: viewJob(accepted), notes: [] };
        return await describe(await jobs.wait(LOCAL_TENANT, accepted.id));
      } finally {
        signal?.removeEventListener("abort", cancel);
        listeners.delete(accepted.id);
      }
    };
    const describe = async (job: Job): Promise<LocalOutcome> => {
      const container = job.result === undefined ? undefined : await store.result(job);
      const values = container === undefined ? {} : toCircuitResult(container, job.result?.options ?? {});
      const receipt = FINAL_STATES.has(job.status) ? { receipt: await receiptOf(job, container) } : {};
      return { job: viewJob(job, values), notes: job.result?.notes ?? [], ...receipt };
    };
    const receiptOf = async (job: Job, container: Uint8Array | undefined): Promise<string> => {
      const [checkpoint, salt, input] = [await log.force(), await store.salt(job), await store.input(job)];
      const index = job.leafIndex ?? -1;
      const [leaf] = await store.log.leaves(index, index + 1);
      if (checkpoint === undefined || salt === undefined || leaf === undefined) {
        throw new AppError("internal", `job ${job.id} is final without a log entry`);
      }
      // The manifest is what was logged, not what today's release would log.
      const manifest = Manifest.parse(JSON.parse(fromUtf8(leaf)));
      const { opening } = draftReceipt(outcomeOf(job, input, isSimulated, container), salt);
      return fromUtf8(receiptBytes(buildReceipt({ manifest, opening }, proofText(logDirectory, index, checkpoint))));
    };

    return {
      driver: connection.driver,
      submit: async (body, control = {}) =>
        finish(await jobs.submit(LOCAL_TENANT, body, { reuse: control.useCache ?? true }), control),
      execute: async (jobId, planHash, control = {}) =>
        finish(await jobs.execute(LOCAL_TENANT, jobId, planHash), control),
      view: (input) => engines.circuit.view(input),
      calibrate: (onProgress) => calibrateHere(dataDir, engines, onProgress),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

const CALIBRATION_FILE = "calibration.json";
const machine = (): string => `${cpus()[0]?.model.trim() ?? process.arch}, ${availableParallelism()} cores`;

/** The default for a machine or an engine that was not measured, and where the file is of another release or damaged. */
async function readCalibration(dataDir: string, engines: Engines): Promise<Calibration> {
  try {
    const calibration = parseCalibration(JSON.parse(await readFile(join(dataDir, CALIBRATION_FILE), "utf8")));
    return isStale(calibration, machine(), engines.identity.engine.contentHash) ? DEFAULT_CALIBRATION : calibration;
  } catch (error) {
    // It only predicts times and is made anew in a second, so nothing in it is worth refusing to start.
    if (error instanceof AppError || error instanceof SyntaxError) return DEFAULT_CALIBRATION;
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return DEFAULT_CALIBRATION;
    throw new AppError("store-unavailable", `${join(dataDir, CALIBRATION_FILE)} cannot be read`, { cause: error });
  }
}

async function calibrateHere(dataDir: string, engines: Engines, onProgress?: OnProgress): Promise<Calibration> {
  const calibration = await calibrate({
    run: async (source, { seed, ...circuitOptions }) => {
      const circuit = await engines.circuit.compile({ format: "openqasm3", source });
      const { engineMs } = await circuit.run({ ...circuitOptions, seed });
      return { estimate: await circuit.estimate(circuitOptions), engineMs };
    },
    machine: machine(),
    engineContentHash: engines.identity.engine.contentHash,
    now: systemClock,
    ...(onProgress && { onProgress }),
  });
  await writeFileDurably(join(dataDir, CALIBRATION_FILE), utf8(`${JSON.stringify(calibration, null, 2)}\n`));
  return calibration;
}
