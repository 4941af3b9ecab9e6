import { formatTime } from "../core/clock.ts";
import type { ErrorInfo } from "../core/errors.ts";
import type { JobId } from "../core/ids.ts";
import type { CircuitResult } from "../models/circuit.ts";
import type { JobState, JobType } from "../models/job.ts";
import type { RouteDecision } from "../models/route.ts";
import type { AttemptEnd, Job, JobPlan, JobResult } from "./job.ts";

/** A job as callers see it: the body of `GET /v1/jobs/{id}` and of `--json`. */
export interface JobView {
  id: JobId;
  type: JobType;
  status: JobState;
  /** As asked for; `result.backend` says where it ran. */
  target: string;
  seed: number;
  result: ResultView | null;
  route: RouteDecision | null;
  plan: JobPlan | null;
  /** Where its outcome stands in the log; null before the final state. */
  receipt: { leafIndex: number } | null;
  createdAt: string;
  finishedAt: string | null;
  timing: TimingView;
  costMicroUsd: number;
  error: ErrorInfo | null;
  attempts: AttemptView[];
  metadata: Readonly<Record<string, string>>;
}

interface ResultView extends CircuitResult {
  backend: string;
  resultHash: string;
  /** The job whose run made it, when it was not run again. */
  reused?: { jobId: JobId };
}

interface TimingView {
  queuedMs: number | null;
  engineMs: number | null;
  totalMs: number | null;
  predictedMs: number | null;
}

interface AttemptView {
  worker: string;
  startedAt: string;
  endedAt: string | null;
  end: AttemptEnd | null;
  tries: { backend: string; startedAt: string; endedAt: string; error: ErrorInfo | null }[];
}

/** @param values the JSON view of the result container, made only when it is asked for */
export function viewJob(job: Job, values: CircuitResult = {}): JobView {
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

function viewResult({ backend, resultHash, reused }: JobResult, values: CircuitResult): ResultView {
  return { backend, resultHash, ...(reused && { reused }), ...values };
}

/** `queuedMs` is the wait for the first attempt; `predictedMs` that of the back end that ran it, or of the chosen one. */
function viewTiming(job: Job): TimingView {
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
