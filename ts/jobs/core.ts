import type { AuditEvent } from "../audit/event.ts";
import { AppError, type ErrorInfo } from "../core/errors.ts";
import type { JobId, TenantId } from "../core/ids.ts";
import { FINAL_STATES, type JobState, type JobType } from "../models/job.ts";
import type { RouteDecision } from "../models/route.ts";
import type { Attempt, AttemptEnd, BackendTry, Idempotency, Job, JobPlan, JobRequest, JobResult } from "./job.ts";

interface OnJob {
  readonly tenant: TenantId;
  readonly id: JobId;
  /** When it happens, milliseconds since the epoch. */
  readonly at: number;
  /** What somebody did by it, to be recorded together with the new state. */
  readonly event?: AuditEvent | undefined;
}

/** Proves that the sender still holds the job: the fencing token of its lease. */
interface Fenced extends OnJob {
  readonly fence: number;
}

export interface SubmitCommand extends OnJob {
  readonly kind: "submit";
  readonly type: JobType;
  readonly request: JobRequest;
  readonly input: Uint8Array;
  readonly inputHash: string;
  readonly seed: number;
  readonly maxAttempts: number;
  readonly idempotency?: Idempotency | undefined;
  readonly submittedBy?: string | undefined;
  /** Given: the job waits as `planned`. Absent: it is queued. */
  readonly plan?: JobPlan | undefined;
  /** Why it cannot be planned: the job has failed as it is accepted. */
  readonly refusal?: ErrorInfo | undefined;
}

/** What the tried back ends and the router said; kept whether the attempt succeeded or not. */
interface AttemptReport {
  readonly route?: RouteDecision | undefined;
  readonly tries: readonly BackendTry[];
}

/** Everything that can happen to a job. */
export type Command =
  | SubmitCommand
  | (OnJob & { readonly kind: "plan"; readonly plan: JobPlan })
  | (OnJob & { readonly kind: "execute"; readonly planHash: string } & Executor)
  | (OnJob & { readonly kind: "approve"; readonly approver: string })
  | (OnJob & { readonly kind: "lease"; readonly worker: string; readonly leaseMs: number })
  | (Fenced & { readonly kind: "heartbeat"; readonly leaseMs: number })
  | (Fenced &
      AttemptReport & {
        readonly kind: "succeed";
        readonly result: JobResult;
        /** Absent when the result is a stored one. */
        readonly container?: Uint8Array | undefined;
        readonly costMicroUsd: number;
      })
  | (Fenced &
      AttemptReport & { readonly kind: "fail"; readonly error: ErrorInfo; readonly retryAt?: number | undefined })
  | (Fenced & { readonly kind: "hand-back" })
  /** It ran longer than its tenant's policy lets a job without a deadline run. */
  | (Fenced & AttemptReport & { readonly kind: "overrun"; readonly budgetMs: number })
  | (Fenced & {
      readonly kind: "reclaim";
      /** Known dead, so the lease need not run out. */
      readonly workerGone: boolean;
    })
  | (OnJob & { readonly kind: "cancel" })
  | (OnJob & { readonly kind: "expire" })
  | (OnJob & { readonly kind: "pause" })
  | (OnJob & { readonly kind: "resume" });

/** Who agrees to a plan, and how long its approvals may take. */
interface Executor {
  readonly executor?: string | undefined;
  readonly approvalsExpireAfterMs?: number | undefined;
}

/** What has to be written together with the new state. */
export type Effect =
  | { readonly effect: "event"; readonly kind: JobState; readonly data: Readonly<Record<string, string | number>> }
  | { readonly effect: "input"; readonly bytes: Uint8Array }
  | { readonly effect: "result"; readonly resultHash: string; readonly container: Uint8Array }
  /** The state is final: its leaf goes into the log. */
  | { readonly effect: "outcome" };

export interface Transition {
  readonly job: Job;
  readonly effects: readonly Effect[];
}

const LIVE: readonly JobState[] = ["planned", "awaiting-approval", "queued", "running", "paused"];

/** In which states each command is allowed; everything else is a `conflict`. */
export const ALLOWED: Readonly<Record<Exclude<Command["kind"], "submit">, readonly JobState[]>> = {
  plan: ["planned", "awaiting-approval"],
  execute: ["planned"],
  approve: ["awaiting-approval"],
  lease: ["queued"],
  heartbeat: ["running"],
  succeed: ["running"],
  fail: ["running"],
  "hand-back": ["running"],
  overrun: ["running"],
  reclaim: ["running"],
  cancel: LIVE,
  expire: LIVE,
  pause: ["queued", "running"],
  resume: ["paused"],
};

/**
 * The state machine of a job: pure, so the same job and command always give the same next job.
 *
 * @param job the job as it is; for `submit` the one that already carries the same idempotency key, if any
 * @throws {AppError} `conflict` with the present state and what is allowed in it; `not-found` when there is no job
 */
export function transition(job: Job | undefined, command: Command): Transition {
  if (command.kind === "submit") return submit(job, command);
  if (job === undefined) throw new AppError("not-found", `there is no job ${command.id}`);
  if (!ALLOWED[command.kind].includes(job.status)) throw notAllowed(job, command);
  if ("fence" in command && command.fence !== job.fence) throw fencedOff(job, command.fence);
  const { at } = command;

  switch (command.kind) {
    case "plan":
      return move({ ...job, plan: command.plan, approvedBy: [], approvalsUntil: undefined }, "planned", {
        planHash: command.plan.planHash,
      });
    case "execute":
      return execute(job, command);
    case "approve": {
      if (isOverdue(job, at)) {
        throw new AppError("conflict", `job ${job.id} waited too long for its approvals; submit it again`);
      }
      if (command.approver === job.submittedBy || command.approver === job.executedBy) {
        throw new AppError(
          "forbidden",
          `job ${job.id} was asked for by ${command.approver}; another person has to approve it`,
        );
      }
      if (job.approvedBy.includes(command.approver)) {
        throw new AppError(
          "conflict",
          `job ${job.id} already has this person's approval; another person has to approve it`,
        );
      }
      const approvedBy = [...job.approvedBy, command.approver];
      const next = { ...job, approvedBy };
      const missing = (job.plan?.approvals ?? 0) - approvedBy.length;
      return missing > 0
        ? move(next, "awaiting-approval", { missing })
        : enqueue({ ...next, approvalsUntil: undefined }, at);
    }
    case "lease":
      return lease(job, command.worker, at, command.leaseMs);
    case "heartbeat":
      if (job.lease === undefined) throw fencedOff(job, command.fence);
      return { job: { ...job, lease: { ...job.lease, expiresAt: at + command.leaseMs } }, effects: [] };
    case "succeed": {
      if (isOverdue(job, at)) return expire(job, at, command);
      const { result, container, costMicroUsd } = command;
      const done = { ...report(job, command), result, costMicroUsd: job.costMicroUsd + costMicroUsd };
      const { job: next, effects } = finish(done, "succeeded", at, "succeeded");
      if (container === undefined) return { job: next, effects };
      return { job: next, effects: [{ effect: "result", resultHash: result.resultHash, container }, ...effects] };
    }
    case "fail": {
      if (isOverdue(job, at)) return expire(job, at, command);
      const failed = { ...report(job, command), error: command.error };
      if (command.retryAt === undefined) return finish(failed, "failed", at, "failed");
      if (!hasAttemptsLeft(job)) return finish(failed, "dead-letter", at, "failed");
      return enqueue(endAttempt({ ...failed, readyAt: command.retryAt }, at, "failed"), at);
    }
    case "hand-back":
      return enqueue(endAttempt(job, at, "handed-back"), at);
    case "overrun": {
      const message =
        `ran longer than ${command.budgetMs} ms, the most that the policy gives work of this class; ` +
        "give constraints.deadlineMs, or raise policy.deadlines";
      return finish(
        { ...report(job, command), error: { code: "deadline-exceeded", message } },
        "expired",
        at,
        "expired",
      );
    }
    case "reclaim": {
      if (!command.workerGone && (job.lease?.expiresAt ?? 0) > at) {
        throw new AppError("conflict", `job ${job.id} is leased to ${job.lease?.worker ?? "a worker"}, which is alive`);
      }
      if (hasAttemptsLeft(job)) return enqueue(endAttempt(job, at, "lost"), at);
      const message = `the process that ran it died ${job.maxAttempts} times; the last worker was ${job.lease?.worker ?? ""}`;
      return finish({ ...job, error: { code: "engine-failure", message } }, "dead-letter", at, "lost");
    }
    case "cancel": {
      const error = { code: "cancelled", message: "cancelled on request" } as const;
      return finish({ ...job, error }, "cancelled", at, "cancelled");
    }
    case "expire":
      if (!isOverdue(job, at)) throw new AppError("conflict", `job ${job.id} is not past its deadline`);
      return expire(job, at);
    case "pause":
      return move(endAttempt(job, at, "handed-back"), "paused");
    case "resume":
      return enqueue(job, at);
  }
}

/** Leases that count against `maxAttempts`: those that a stop or a pause ended do not. */
export function countedAttempts(job: Job): number {
  return job.attempts.filter((attempt) => attempt.end !== "handed-back").length;
}

function submit(existing: Job | undefined, command: SubmitCommand): Transition {
  const { tenant, id, at, type, request, inputHash, seed, maxAttempts, idempotency, plan, submittedBy } = command;
  if (existing !== undefined) return { job: sameRequest(existing, idempotency), effects: [] };
  const deadlineMs = request.constraints?.deadlineMs;
  const isQueued = plan === undefined && command.refusal === undefined;
  // In one piece: of each create's objects the copies of this one took the most.
  const job: Job = {
    id,
    tenant,
    type,
    status: isQueued ? "queued" : "planned",
    request,
    inputHash,
    seed,
    idempotency,
    createdAt: at,
    queuedAt: isQueued ? at : undefined,
    readyAt: at,
    deadlineAt: deadlineMs === undefined ? undefined : at + deadlineMs,
    fence: 0,
    maxAttempts,
    attempts: [],
    plan,
    submittedBy,
    approvedBy: [],
    costMicroUsd: 0,
  };
  const input = { effect: "input", bytes: command.input } as const;
  if (isQueued) return { job, effects: [input, QUEUED] };
  const { job: accepted, effects } = admitted(job, command);
  return { job: accepted, effects: [input, ...effects] };
}

const QUEUED: Effect = { effect: "event", kind: "queued", data: {} };

function admitted(job: Job, { plan, refusal, at }: SubmitCommand): Transition {
  if (refusal !== undefined) return finish({ ...job, error: refusal }, "failed", at, "failed");
  return move(job, "planned", { planHash: plan?.planHash ?? "" });
}

/** The job, when it is that of the same body. @throws {AppError} `conflict` */
export function sameRequest(existing: Job, idempotency: Idempotency | undefined): Job {
  if (existing.idempotency?.bodyHash === idempotency?.bodyHash) return existing;
  throw new AppError(
    "conflict",
    `idempotency key '${idempotency?.key ?? ""}' belongs to job ${existing.id}, which has another body; use a new key`,
  );
}

function execute(
  job: Job,
  { planHash, at, executor, approvalsExpireAfterMs }: OnJob & Executor & { planHash: string },
): Transition {
  if (job.plan?.planHash !== planHash) {
    const present = job.plan?.planHash ?? "none";
    throw new AppError(
      "conflict",
      `planHash '${planHash}' is not that of the present plan (${present}); execute that one to agree`,
      { details: { plan: job.plan } },
    );
  }
  const agreed = { ...job, executedBy: executor };
  if (job.plan.approvals === 0) return enqueue(agreed, at);
  const approvalsUntil = approvalsExpireAfterMs === undefined ? undefined : at + approvalsExpireAfterMs;
  return move({ ...agreed, approvalsUntil }, "awaiting-approval", { missing: job.plan.approvals });
}

function lease(job: Job, worker: string, at: number, leaseMs: number): Transition {
  if (isOverdue(job, at)) return expire(job, at);
  if (job.readyAt > at)
    throw new AppError("conflict", `job ${job.id} waits ${job.readyAt - at} ms before its next attempt`);
  const fence = job.fence + 1;
  const attempt: Attempt = { fence, worker, startedAt: at, tries: [] };
  const leased = { ...job, fence, lease: { worker, expiresAt: at + leaseMs }, startedAt: at, error: undefined };
  return move({ ...leased, attempts: [...job.attempts, attempt] }, "running", { attempt: job.attempts.length + 1 });
}

function expire(job: Job, at: number, attempt?: AttemptReport): Transition {
  const message = isPast(job.approvalsUntil, at)
    ? "its approvals did not come in time; submit it again"
    : `not finished ${(job.deadlineAt ?? at) - job.createdAt} ms after acceptance, the deadline of constraints.deadlineMs`;
  const overdue = { ...(attempt ? report(job, attempt) : job), error: { code: "deadline-exceeded", message } as const };
  return finish(overdue, "expired", at, "expired");
}

function isOverdue(job: Job, at: number): boolean {
  return isPast(job.deadlineAt, at) || isPast(job.approvalsUntil, at);
}

function isPast(time: number | undefined, at: number): boolean {
  return time !== undefined && at >= time;
}

function hasAttemptsLeft(job: Job): boolean {
  return countedAttempts(job) < job.maxAttempts;
}

function enqueue(job: Job, at: number): Transition {
  // A job that comes back keeps its place: `readyAt` moves only when a retry asks for a pause.
  return move({ ...job, queuedAt: job.queuedAt ?? at }, "queued");
}

function finish(job: Job, status: JobState, at: number, end: AttemptEnd): Transition {
  const { job: moved, effects } = move({ ...endAttempt(job, at, end), finishedAt: at }, status);
  return { job: moved, effects: [...effects, { effect: "outcome" }] };
}

function move(job: Job, status: JobState, data: Readonly<Record<string, string | number>> = {}): Transition {
  return { job: { ...job, status }, effects: [{ effect: "event", kind: status, data }] };
}

/** Closes the open attempt, if there is one, and gives up its lease. */
function endAttempt(job: Job, at: number, end: AttemptEnd): Job {
  if (job.lease === undefined) return job;
  return { ...job, lease: undefined, attempts: withLast(job.attempts, { endedAt: at, end }) };
}

function report(job: Job, { route, tries }: AttemptReport): Job {
  return { ...job, route: route ?? job.route, attempts: withLast(job.attempts, { tries }) };
}

function withLast(attempts: readonly Attempt[], change: Partial<Attempt>): readonly Attempt[] {
  return attempts.map((attempt, k) => (k === attempts.length - 1 ? { ...attempt, ...change } : attempt));
}

function notAllowed(job: Job, command: Command): AppError {
  const moves = Object.entries(ALLOWED).filter(([, states]) => states.includes(job.status));
  const allowed = FINAL_STATES.has(job.status)
    ? "the state is final"
    : `allowed now: ${moves.map(([kind]) => kind).join(", ")}`;
  return new AppError("conflict", `job ${job.id} is ${job.status}: ${command.kind} is not possible; ${allowed}`);
}

function fencedOff(job: Job, fence: number): AppError {
  return new AppError(
    "conflict",
    `the lease with fencing token ${fence} on job ${job.id} is over (now ${job.fence}); its report is refused`,
  );
}
