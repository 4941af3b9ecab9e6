import type { Log, LogFields } from "../core/log.ts";
import type { Job } from "../jobs/job.ts";
import type { JobState } from "../models/job.ts";
import type { KeyedHash } from "./keyed-hash.ts";
import type { ObservedRequest } from "./request.ts";

const SLOW_SECONDS = 1;

/** One line a request: `info` for one that we failed or that took long without having been asked to wait, else `debug`. */
export function logRequest(log: Log, request: ObservedRequest): void {
  const { reply, seconds } = request;
  const { status } = reply;
  const isFailed = status >= 500;
  const isSlow = seconds !== undefined && seconds > SLOW_SECONDS && headerOf(reply, "preference-applied") === undefined;
  const level = isFailed || isSlow ? "info" : "debug";
  if (!log.isOn(level)) return;
  const { operation, method, requestId: traceId, tenant, keyId, code } = request;
  // Only of a job that is there: the path may hold anything.
  const jobId = /^\/v1\/jobs\/(job_\w+)$/.exec(headerOf(reply, "location") ?? "")?.[1];
  const ms = seconds && Math.round(seconds * 1e6) / 1000;
  log[level]("http.request", { traceId, operation, method, status, ms, tenant, keyId, code, jobId });
}

function headerOf({ headers }: ObservedRequest["reply"], name: string): string | undefined {
  return headers instanceof Headers ? (headers.get(name) ?? undefined) : headers?.[name];
}

/** What somebody may have to look at. */
const NOTABLE: ReadonlySet<JobState> = new Set(["failed", "expired", "dead-letter"]);

/** One line a change of state. */
export function logJob(log: Log, hash: KeyedHash, job: Job, before: JobState | undefined): void {
  const { status } = job;
  const level = NOTABLE.has(status) ? "info" : "debug";
  if (status === before || !log.isOn(level)) return;
  const { id: jobId, tenant, result, error, attempts } = job;
  const fields: LogFields = {
    ...{ jobId, tenant, status, from: before, attempts: attempts.length, code: error?.code },
    ...(before === undefined && { inputHash: hash(job.inputHash) }),
    ...(result && { backend: result.backend, engineMs: result.engineMs, reused: result.reused !== undefined }),
  };
  log[level](before === undefined ? "job.accepted" : "job.moved", fields);
}
