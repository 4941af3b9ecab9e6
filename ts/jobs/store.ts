import type { AuditEvent } from "../audit/event.ts";
import type { JobId, TenantId } from "../core/ids.ts";
import type { JobState, JobType } from "../models/job.ts";
import type { TenantUsage } from "../tenancy/quota.ts";
import type { Command } from "./core.ts";
import type { Job } from "./job.ts";

/** Names one job; what is read with another tenant's id answers exactly as an id that was never given. */
export interface JobRef {
  readonly tenant: TenantId;
  readonly id: JobId;
}

export interface ClaimRequest {
  readonly worker: string;
  readonly at: number;
  readonly leaseMs: number;
  readonly limit: number;
  /** The tenant that was served last; the round goes on after it. */
  readonly after?: TenantId | undefined;
}

export interface ListRequest {
  readonly limit: number;
  /** `next` of the page before. */
  readonly cursor?: string | undefined;
  readonly status?: JobState | undefined;
  readonly type?: JobType | undefined;
}

export interface JobPage {
  /** Newest first. */
  readonly jobs: readonly Job[];
  readonly next?: string | undefined;
}

/** One change of one job, as event streams show it. */
export interface JobEvent {
  /** Per tenant, from 1, in commit order without gaps. */
  readonly sequence: number;
  readonly jobId: JobId;
  readonly at: number;
  readonly kind: JobState;
  readonly data: Readonly<Record<string, string | number>>;
}

/** The log entry of a job's final state: its bytes, and the salt that opens its commitments. */
export interface OutcomeLeaf {
  readonly leaf: Uint8Array;
  readonly salt: Uint8Array;
}

/** The entries of the tamper-evident log, as committed; they never change. */
interface LeafLog {
  size(): Promise<number>;
  /** Entries `from` to `to`, the end excluded; fewer when the log is shorter. */
  leaves(from: number, to: number): Promise<readonly Uint8Array[]>;
  /** Adds an entry that is not a job's outcome (policy, key, administration); gives its index. */
  append(leaf: Uint8Array): Promise<number>;
}

/** Builds the log entry of a job that has just become final; runs inside the transaction, so it must be quick and pure. */
export type BuildOutcomeLeaf = (job: Job, input: Uint8Array) => OutcomeLeaf;

/** @param before its state before the commit; undefined for a job that is new */
export type JobListener = (job: Job, before: JobState | undefined) => void;

/**
 * Where jobs live. A promise of a write settles after the commit is on disk, never before.
 *
 * Failures: `not-found` for unknown and foreign ids alike, `conflict` from the state machine, `storage-full` and
 * `store-unavailable` when nothing was stored and the same call may be sent again.
 */
export interface Store {
  /** Only one process can have it open, so at start every lease in it is a dead process's. */
  readonly soleProcess: boolean;
  apply(command: Command): Promise<Job>;
  /** Leases up to `limit` queued jobs that are not overdue: tenants take turns, each tenant's jobs in the order of `readyAt`. */
  claim(request: ClaimRequest): Promise<readonly Job[]>;
  get(ref: JobRef): Promise<Job>;
  list(tenant: TenantId, request: ListRequest): Promise<JobPage>;
  /** The job that was submitted with this idempotency key. */
  repeated(tenant: TenantId, idempotencyKey: string): Promise<Job | undefined>;
  /** The source bytes as submitted. */
  input(ref: JobRef): Promise<Uint8Array>;
  /** The result container. @throws {AppError} `conflict` when the job has none */
  result(ref: JobRef): Promise<Uint8Array>;
  /** The salt of the job's log entry; undefined before the final state. */
  salt(ref: JobRef): Promise<Uint8Array | undefined>;
  /** A succeeded job of the same tenant whose result has this content key. */
  cached(tenant: TenantId, contentKey: string): Promise<Job | undefined>;
  events(tenant: TenantId, after: number, limit: number): Promise<readonly JobEvent[]>;
  /** Those of one job; none for an id of another tenant. */
  jobEvents(ref: JobRef, after: number, limit: number): Promise<readonly JobEvent[]>;
  /** The sequence of the tenant's newest event, 0 before the first. */
  newestEvent(tenant: TenantId): Promise<number>;
  /**
   * Deletes a final job, its input, and its result where no other job has it; its entry of the log stays.
   *
   * @throws {AppError} `conflict` for a job that has not ended
   */
  remove(ref: JobRef, event: AuditEvent): Promise<void>;
  /** What each tenant uses: unfinished jobs, and what the jobs that ended on the day of `at` took. */
  usage(at: number): Promise<readonly TenantUsage[]>;
  /** Jobs past their deadline that are not final. */
  overdue(at: number, limit: number): Promise<readonly JobRef[]>;
  /** Running jobs whose lease ran out before `at`. */
  lapsed(at: number, limit: number): Promise<readonly Job[]>;
  /** How many jobs are in each state that is not final. */
  liveJobs(): Promise<ReadonlyMap<JobState, number>>;
  /** `readyAt` of the queued job that became ready first; undefined when none is queued. */
  oldestQueued(): Promise<number | undefined>;
  readonly log: LeafLog;
  /** Calls `listener` with every job that a commit changed, in commit order; gives the way to stop. */
  /** Has `count` called inside the transaction of every outcome: what it writes is kept with the outcome, or neither is. */
  onOutcome(count: (job: Job) => void): void;
  subscribe(listener: JobListener): () => void;
  close(): Promise<void>;
}
