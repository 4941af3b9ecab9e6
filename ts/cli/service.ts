import type { ErrorInfo } from "../core/errors.ts";
import type { CircuitResult, CircuitView, Note } from "../models/circuit.ts";
import type { JobState, SubmitJob } from "../models/job.ts";
import type { RouteDecision } from "../models/route.ts";
import type { CircuitInput, OnProgress } from "../workers/engine-worker.ts";
import type { Terminal } from "./terminal.ts";

// What the command line needs of the service that runs jobs in this process: store, log, routing, engines.

export interface ServiceOptions {
  /** Made when it is not there; locked while the service is open. */
  dataDir: string;
  /** A routing policy document and a list of mock QPUs, as read from files; see docs/routing.md. */
  policy?: unknown;
  mockQpus?: unknown;
  /** Add the log of this folder to the logs that the user trusts. Default true; `doctor` looks without leaving traces. */
  trustLog?: boolean;
  /** Where the user's files lie, by XDG variables and HOME. */
  environment?: Readonly<Record<string, string | undefined>>;
  /** Told of errors that no caller is waiting for. */
  onError?: (error: unknown) => void;
}

export interface SubmitControl {
  /** Cancels the job. */
  signal: AbortSignal;
  onProgress?: OnProgress | undefined;
  /** Whether an equal result that was computed before may answer. */
  useCache: boolean;
}

/** A job as `GET /v1/jobs/{id}` shows it; fields that are not named here are passed through to `--json`. */
export interface JobDocument {
  id: string;
  status: JobState;
  target: string;
  seed: number;
  result: (CircuitResult & { backend: string; resultHash: string; reused?: { jobId: string } }) | null;
  route: RouteDecision | null;
  plan: { costMicroUsd: number; predictedMs: number; planHash: string } | null;
  timing: { engineMs: number | null; totalMs: number | null; predictedMs: number | null };
  costMicroUsd: number;
  error: ErrorInfo | null;
}

export interface JobOutcome {
  /** In a final state, or planned. */
  job: JobDocument;
  /** What the reader of the circuit accepted but ignored. */
  notes: readonly Note[];
  /** The text of the receipt file, under a checkpoint made for it; absent for a job that is only planned. */
  receipt?: string | undefined;
}

export interface LocalService {
  /** The database behind the store, for people: `libsql (SQLite 3.45.1)`. */
  readonly driver: string;
  /** Resolves also when the job failed; rejects when it could not be accepted. */
  submit(body: SubmitJob, control: SubmitControl): Promise<JobOutcome>;
  /** Runs a planned job. @throws {AppError} `conflict` with the new plan when price or policy changed, `not-found` */
  execute(jobId: string, planHash: string, control: SubmitControl): Promise<JobOutcome>;
  /** Measures this machine for about a second and keeps the result for later predictions. */
  calibrate(): Promise<unknown>;
  /** @throws {AppError} with line and column for a source that cannot be read */
  view(input: CircuitInput): Promise<CircuitView>;
  close(): Promise<void>;
}

export type OpenService = (options: ServiceOptions) => Promise<LocalService>;

/** What every command gets from the process that it runs in. */
export interface CommandContext {
  terminal: Terminal;
  openService: OpenService;
  /** Aborts with the first Ctrl-C. */
  signal: AbortSignal;
}
