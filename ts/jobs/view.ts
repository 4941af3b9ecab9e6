import { formatTime } from "../core/clock.ts";
import type { JobEventView } from "../models/job-event.ts";
import type { JobResultValues } from "../models/job-options.ts";
import type { JobView } from "../models/job-view.ts";
import type { Job, JobResult } from "./job.ts";
import type { JobEvent } from "./store.ts";

/** @param values the JSON view of the result container, made only when it is asked for */
export function viewJob(job: Job, values: Partial<JobResultValues> = {}): JobView {
  const { result } = job;
  return {
    id: job.id,
    type: job.type,
    status: job.status,
    target: job.request.target,
    seed: job.seed,
    result: result ? viewResult(result, values) : null,
    route: job.route ?? job.plan?.route ?? null,
    plan: job.plan ?? null,
    approvedBy: [...job.approvedBy],
    receipt: job.leafIndex === undefined ? null : { leafIndex: job.leafIndex },
    createdAt: formatTime(job.createdAt),
    finishedAt: job.finishedAt === undefined ? null : formatTime(job.finishedAt),
    timing: viewTiming(job),
    costMicroUsd: job.costMicroUsd,
    error: job.error ?? null,
    attempts: job.attempts.map((attempt) => ({
      worker: attempt.worker,
      startedAt: formatTime(attempt.startedAt),
      endedAt: attempt.endedAt === undefined ? null : formatTime(attempt.endedAt),
      end: attempt.end ?? null,
      tries: attempt.tries.map((each) => ({
        backend: each.backend,
        startedAt: formatTime(each.startedAt),
        endedAt: formatTime(each.endedAt),
        error: each.error ?? null,
      })),
    })),
    metadata: job.request.metadata ?? {},
  };
}

export function viewEvent({ jobId, at, kind, data }: JobEvent): JobEventView {
  return { jobId, at: formatTime(at), status: kind, data };
}

function viewResult(
  { backend, resultHash, reused, threads, fewerThreads }: JobResult,
  values: Partial<JobResultValues>,
): NonNullable<JobView["result"]> {
  const ran = { ...(threads && { threads: [...threads] }), ...(fewerThreads !== undefined && { fewerThreads }) };
  return { backend, resultHash, ...(reused && { reused }), ...ran, ...values };
}

/** `queuedMs` is the wait for the first attempt; `predictedMs` that of the back end that ran it, or of the chosen one. */
function viewTiming(job: Job): JobView["timing"] {
  const firstStart = job.attempts[0]?.startedAt;
  const backend = job.result?.backend ?? job.route?.chosen;
  const predicted = job.route?.candidates.find((candidate) => candidate.backend === backend)?.predicted;
  return {
    queuedMs: job.queuedAt === undefined || firstStart === undefined ? null : firstStart - job.queuedAt,
    engineMs: job.result?.engineMs ?? null,
    totalMs: job.finishedAt === undefined ? null : job.finishedAt - job.createdAt,
    predictedMs: predicted ? predicted.queueMs + predicted.executionMs : (job.plan?.predictedMs ?? null),
  };
}
