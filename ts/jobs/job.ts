import type { ErrorInfo } from "../core/errors.ts";
import type { JobId, TenantId } from "../core/ids.ts";
import type { Note } from "../models/circuit.ts";
import type { Constraints, EngineIdentity, JobState, RoutingRequest } from "../models/job.ts";
import type { JobFormat, JobOptions } from "../models/job-options.ts";
import type { JobType } from "../models/job-type.ts";
import type { RouteDecision } from "../models/route.ts";
import type { ThreadUse } from "../models/thread-use.ts";

/** A job as the store keeps it. Times are milliseconds since the epoch; the source text lies beside it (`Store.input`). */
export interface Job {
  readonly id: JobId;
  readonly tenant: TenantId;
  readonly type: JobType;
  /** Id of the key or person that submitted it; absent: the command line of this machine. */
  readonly submittedBy?: string | undefined;
  readonly status: JobState;
  readonly request: JobRequest;
  /** SHA-256 of the source bytes, hexadecimal. */
  readonly inputHash: string;
  readonly seed: number;
  readonly idempotency?: Idempotency | undefined;
  readonly createdAt: number;
  /** When it first entered the queue. */
  readonly queuedAt?: number | undefined;
  /** Not leased before; also its place among the tenant's queued jobs. */
  readonly readyAt: number;
  readonly deadlineAt?: number | undefined;
  /** When the latest attempt began. */
  readonly startedAt?: number | undefined;
  readonly finishedAt?: number | undefined;
  /** The last fencing token given; grows with every lease and is never reused. */
  readonly fence: number;
  readonly lease?: Lease | undefined;
  readonly maxAttempts: number;
  readonly attempts: readonly Attempt[];
  readonly plan?: JobPlan | undefined;
  /** Who agreed to its plan. */
  readonly executedBy?: string | undefined;
  /** Who approved the plan. */
  readonly approvedBy: readonly string[];
  /** Until when the approvals have to be there, while it waits for them. */
  readonly approvalsUntil?: number | undefined;
  readonly route?: RouteDecision | undefined;
  readonly result?: JobResult | undefined;
  readonly costMicroUsd: number;
  readonly error?: ErrorInfo | undefined;
  /** Index of its outcome in the log; set with the final state. */
  readonly leafIndex?: number | undefined;
}

/** What was asked for, as it was asked for, less the source text and what has a place of its own in {@link Job}. */
export interface JobRequest {
  readonly format: JobFormat;
  readonly options: JobOptions;
  readonly target: string;
  readonly constraints?: Constraints | undefined;
  readonly routing?: RoutingRequest | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** Whether a stored result of the same computation may answer it. */
  readonly reuse: boolean;
}

export interface Idempotency {
  readonly key: string;
  /** SHA-256 of the canonical body, hexadecimal. */
  readonly bodyHash: string;
}

interface Lease {
  readonly worker: string;
  readonly expiresAt: number;
}

/** What an outside or priced job would cost and where it would run; executed on its hash. */
export interface JobPlan {
  readonly route: RouteDecision;
  readonly costMicroUsd: number;
  readonly predictedMs: number;
  /** How many people have to approve it before it runs. */
  readonly approvals: number;
  readonly planHash: string;
}

/** How an attempt ended; `lost`: its process died, `handed-back`: a stop, a pause, not the job's fault. */
export type AttemptEnd = "succeeded" | "failed" | "cancelled" | "expired" | "lost" | "handed-back";

/** One try of a job: one lease. Within it several back ends may be tried, best first. */
export interface Attempt {
  readonly fence: number;
  readonly worker: string;
  readonly startedAt: number;
  readonly endedAt?: number | undefined;
  readonly end?: AttemptEnd | undefined;
  readonly tries: readonly BackendTry[];
}

export interface BackendTry {
  readonly backend: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly error?: ErrorInfo | undefined;
}

export interface JobResult {
  readonly backend: string;
  /** As the back end said when it ran: the numbers come from a simulation. */
  readonly simulated: boolean;
  /** SHA-256 of the result container, hexadecimal. */
  readonly resultHash: string;
  /** 0 when the result was reused. */
  readonly engineMs: number;
  /** As run on that back end, defaults filled in. */
  readonly options: JobOptions;
  readonly identity: EngineIdentity;
  readonly notes: readonly Note[];
  /** What each thread of the run did, the leading one first; not there when the result was reused. */
  readonly threads?: readonly ThreadUse[] | undefined;
  /** Why there were fewer than the job asked for. */
  readonly fewerThreads?: string | undefined;
  /** Under which later jobs may reuse it; see result-cache.ts. */
  readonly contentKey?: string | undefined;
  /** The job whose run made the result. */
  readonly reused?: { readonly jobId: JobId } | undefined;
}
